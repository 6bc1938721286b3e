"""Coming in and going out, over a real server: the first account, sessions, tokens, limits, and streams that end."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from product_importer.accounts.roles import Role, Scope
from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests import makers
from tests.accounts.makers import PASSWORD, make_session, make_token, make_user
from tests.servers import databases
from tests.web import doors
from tests.web.doors import Answer, Doors

HTML = "text/html"


def cookie_of(answer: Answer) -> str:
    """Return what the browser would send from now on."""
    return answer.headers["set-cookie"].partition(";")[0]


def test_the_first_account_is_made_on_the_open_machine_and_closes_it(served: Doors) -> None:
    assert served.get("/products").status == 200
    page = served.get("/admin/account", Accept=HTML)
    assert b"No account yet" in page.body
    place = served.post("/admin/account/first", Accept=HTML).headers["location"]
    assert b"Create the first account" in served.get(place, Accept=HTML).body
    token = place.partition("=")[2]
    weak = served.form("/setup", token=token, email="Anna@Example.com", password="short")
    assert (weak.status, b"PASSWORD" in weak.body, b"Anna@Example.com" in weak.body) == (422, False, True)
    made = served.form("/setup", token=token, email="Anna@Example.com", password=PASSWORD)
    assert (made.status, made.headers["location"]) == (303, "/admin/dashboard")
    assert re.search("HttpOnly; Max-Age=1209600; Path=/; SameSite=lax$", made.headers["set-cookie"])
    assert served.get("/products").json["code"] == "SIGN_IN_NEEDED"
    assert served.get("/products").headers["www-authenticate"].startswith("Bearer")
    asked = served.get("/admin/products?q=mug", Accept=HTML)
    assert asked.headers["location"] == "/sign-in?next=%2Fadmin%2Fproducts%3Fq%3Dmug"
    home = served.get("/admin/dashboard", Accept=HTML, Cookie=cookie_of(made))
    assert b"anna@example.com" in home.body
    assert served.form("/setup", token=token, email="b@example.com", password=PASSWORD).status == 403
    assert served.get("/journal", Cookie=cookie_of(made)).json["items"][0]["actor"] == "user:anna@example.com"


def test_signing_in_makes_a_new_key_and_signing_out_ends_it_and_its_streams(served: Doors) -> None:
    make_user()
    import_id = makers.make_import(makers.csv_file("A-1,Mug,,1.00"))
    first = served.form("/sign-in", email="anna@example.com", password=PASSWORD, next="/admin/imports")
    assert first.headers["location"] == "/admin/imports"
    again = served.post(
        "/sign-in",
        urlencode({"email": "ANNA@example.com", "password": PASSWORD, "next": "//evil.example"}),
        Content_Type=doors.URLENCODED,
        Cookie=cookie_of(first),
    )
    assert again.headers["location"] == "/admin/dashboard"
    assert served.get("/products", Cookie=cookie_of(first)).status == 401
    cookie = cookie_of(again)
    with served.stream(f"/upload/progress/{import_id}", Cookie=cookie) as events:
        assert next(events).id == "1"
        assert served.post("/sign-out", Cookie=cookie).headers["location"] == "/sign-in"
        assert list(events) == []
    assert served.get("/products", Cookie=cookie).status == 401


def test_where_to_go_on_is_a_page_of_ours_or_else_the_dashboard(served: Doors) -> None:
    make_user()
    elsewhere = ["//[", "https://[", "//evil.example", "/admin/\\evil.example", "javascript:1", "/adminer", ""]
    for wanted, place in [(to, "/admin/dashboard") for to in elsewhere] + [
        ("/admin/products?q=[", "/admin/products?q=[")
    ]:
        made = served.form("/sign-in", email="anna@example.com", password=PASSWORD, next=wanted)
        assert (made.status, made.headers["location"]) == (303, place)
        again = served.get(f"/sign-in?{urlencode({'next': wanted})}", Accept=HTML, Cookie=cookie_of(made))
        assert (again.status, again.headers["location"]) == (303, place)


def test_tries_are_counted_for_one_email_from_one_address_and_nobody_is_locked_out(served: Doors) -> None:
    ben = make_user("ben@example.com", Role.VIEWER)
    told = [served.form("/sign-in", email="ben@example.com", password=f"wrong {n}") for n in range(6)]
    assert [answer.status for answer in told] == [401] * 5 + [429]
    assert b"4 attempts left" in told[0].body
    assert 0 < int(told[5].headers["retry-after"]) <= 900
    assert served.form("/sign-in", email="ben@example.com", password=PASSWORD).status == 429
    assert served.get("/products", Cookie=f"session={make_session(ben)}").status == 200
    assert served.form("/sign-in", email="nobody@example.com", password=PASSWORD).status == 401


def test_a_token_acts_in_its_own_name_and_is_told_once(served: Doors) -> None:
    cookie = f"session={make_session(make_user())}"
    wanted = b'{"name": "nightly-sync", "scopes": ["products:write"], "days": 30}'
    head = {"Cookie": cookie, "Content_Type": "application/json", "Idempotency_Key": "a"}
    made = served.post("/tokens", wanted, **head)
    assert made.status == 201
    assert made.json["key"].startswith("pi_")
    assert served.post("/tokens", wanted, **head).json == made.json | {"key": None}
    bearer = {"Authorization": f"Bearer {made.json['key']}", "Content_Type": "application/json"}
    assert served.post("/products", b'{"sku": "A-1", "name": "Mug", "price": "1.00"}', **bearer).status == 201
    assert served.get("/journal", Cookie=cookie).json["items"][0]["actor"] == "token:nightly-sync"
    assert served.post("/tokens", b'{"name": "b", "scopes": ["admin"]}', **bearer).json["code"] == "SCOPE_MISSING"
    [listed] = served.get("/tokens", Cookie=cookie).json["items"]
    assert (listed["name"], listed["used_at"] is not None, "key" in listed) == ("nightly-sync", True, False)
    assert served.ask("DELETE", f"/tokens/{listed['id']}", Cookie=cookie).status == 204
    assert served.get("/products", **bearer).json["code"] == "TOKEN_INVALID"


def test_an_invitation_that_is_sent_twice_keeps_its_link(served: Doors) -> None:
    cookie = f"session={make_session(make_user())}"
    head = {"Cookie": cookie, "Content_Type": "application/json", "Idempotency_Key": "a"}
    invited, again = (served.post("/users", b'{"email": "ben@example.com", "role": "viewer"}', **head) for _ in "12")
    assert (invited.status, again.status, again.json) == (201, 201, invited.json | {"link": None})
    token = invited.json["link"].partition("=")[2]
    assert "You have been invited" in served.get(f"/setup?token={token}", Accept="text/html").body.decode()


@pytest.fixture
def proxied(database_maker: databases.Databases, here: Settings) -> Iterator[Doors]:
    """A server behind a proxy on this machine, that takes three requests a minute and waits a second for each byte."""
    changes = {"requests_per_minute": 3, "trusted_proxies": ["127.0.0.0/8"], "upload_idle_seconds": 1}
    settings = Settings.model_validate(here.model_dump() | changes | {"public_url": "https://shop.example"})
    with doors.serving(settings) as running:
        yield running
    database.engine().dispose()


def test_a_server_that_others_reach_is_locked_for_this_machine_as_well(proxied: Doors) -> None:
    assert proxied.get("/products").json["code"] == "SERVER_LOCKED"


def test_requests_of_one_token_are_counted_and_refused_with_the_time_to_wait(proxied: Doors) -> None:
    anna = make_user()
    key, other = make_token(anna, [Scope.READ]), make_token(anna, [Scope.READ])
    told = [proxied.get("/products", Authorization=f"Bearer {key}") for _ in range(4)]
    assert [answer.status for answer in told] == [200, 200, 200, 429]
    assert told[0].headers["ratelimit-policy"] == '"requests";q=3;w=60'
    assert re.fullmatch(r'"requests";r=2;t=\d+', told[0].headers["ratelimit"])
    assert (told[3].json["code"], told[3].json["retry_after"]) == ("RATE_LIMITED", int(told[3].headers["retry-after"]))
    assert proxied.get("/products", Authorization=f"Bearer {other}").status == 200


def test_behind_a_proxy_the_cookie_is_bound_to_https_and_the_address_is_the_clients(proxied: Doors) -> None:
    make_user()
    told = proxied.post(
        "/sign-in",
        urlencode({"email": "anna@example.com", "password": PASSWORD}),
        Content_Type=doors.URLENCODED,
        Host="shop.example",
        X_Forwarded_For="198.51.100.9, 203.0.113.7",
    )
    assert told.headers["set-cookie"].startswith("__Host-session=")
    assert "; Secure" in told.headers["set-cookie"]
    assert told.headers["strict-transport-security"] == "max-age=31536000"
    [session] = proxied.get("/sessions", Host="shop.example", Cookie=cookie_of(told)).json["items"]
    assert session["address"] == "203.0.113.7"


def test_a_client_that_falls_silent_in_its_body_is_not_waited_for(proxied: Doors) -> None:
    head = ("POST /sign-in HTTP/1.1", "Host: localhost", f"Content-Type: {doors.URLENCODED}", "Content-Length: 100")
    assert b'"code":"CLIENT_STALLED"' in proxied.say(*head, body=b"email=a")
