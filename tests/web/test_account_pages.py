"""The pages of accounts and users: what is shown once, what a role sees, and what happens to whoever is changed."""

import re
from html import unescape

import pytest

from product_importer.accounts.roles import Role
from tests import makers
from tests.accounts.makers import PASSWORD, make_session, make_user
from tests.web.doors import Answer, Doors


class Browser:
    """A browser with a session and without scripts."""

    def __init__(self, door: Doors, key: str) -> None:
        self.door = door
        self.cookie = f"session={key}"

    def page(self, path: str) -> str:
        """Return a page as text."""
        answer = self.door.get(path, Accept="text/html", Cookie=self.cookie)
        assert answer.status == 200, answer.body
        return unescape(answer.body.decode())

    def send(self, path: str, **fields: str) -> Answer:
        """Send a form."""
        return self.door.form(path, self.cookie, **fields)


@pytest.fixture
def anna(served: Doors) -> Browser:
    """An admin's browser."""
    return Browser(served, make_session(make_user()))


def test_somebody_is_invited_by_a_link_given_another_role_and_kept_out(anna: Browser, served: Doors) -> None:
    invited = unescape(anna.send("/admin/users", email="Ben@example.com", role="viewer").body.decode())
    [token] = re.findall(r"http://127\.0\.0\.1:\d+/setup\?token=([\w-]{43})", invited)
    assert "ben@example.com (viewer" in invited
    assert "You have been invited" in served.get(f"/setup?token={token}", Accept="text/html").body.decode()
    came = served.form("/setup", token=token, email="mallory@example.com", password=PASSWORD)
    ben = Browser(served, came.headers["set-cookie"].partition(";")[0].partition("=")[2])
    assert "ben@example.com, viewer" in ben.page("/admin/account")
    assert served.get("/admin/users", Cookie=ben.cookie).json["code"] == "ROLE_MISSING"
    users = served.get("/users", Cookie=anna.cookie).json["items"]
    admin, viewer = (f"/admin/users/{user['id']}" for user in users)
    assert anna.send(viewer, role="editor").status == 303
    assert "ben@example.com, editor" in ben.page("/admin/account")
    refused = anna.send(admin, role="viewer")
    assert (refused.status, b"This is the only admin" in refused.body) == (409, True)
    assert anna.send("/admin/users", email="ben@example.com", role="viewer").status == 409
    assert anna.send(viewer, disabled="true").status == 303
    assert served.get("/products", Cookie=ben.cookie).json["code"] == "SIGN_IN_NEEDED"
    assert served.form("/sign-in", email="ben@example.com", password=PASSWORD).status == 401
    assert anna.send(viewer, disabled="false").status == 303
    assert served.form("/sign-in", email="ben@example.com", password=PASSWORD).status == 303


def test_a_token_is_shown_once_and_revoked(anna: Browser, served: Doors) -> None:
    made = anna.send("/admin/account/tokens", name="nightly", days="", **{"scope.read": "on"})
    [key] = re.findall(rb"pi_[\w-]{43}", made.body)
    bearer = {"Authorization": f"Bearer {key.decode()}"}
    assert served.get("/products", **bearer).status == 200
    account = anna.page("/admin/account")
    assert key.decode() not in account
    assert "when revoked" in account
    none = anna.send("/admin/account/tokens", name=" ", days="30")
    assert (none.status, b"Choose what it may do" in none.body, b"Give it a name" in none.body) == (422, True, True)
    [place] = re.findall(r"/admin/account/tokens/[\w-]+/revoke", account)
    assert anna.send(place).headers["location"] == "/admin/account?said=token"
    assert served.get("/products", **bearer).status == 401


def test_another_password_takes_the_present_one_and_ends_other_sessions(anna: Browser, served: Doors) -> None:
    other = served.form("/sign-in", email="anna@example.com", password=PASSWORD)
    wrong = anna.send("/admin/account/password", password="not that one", new_password=f"{PASSWORD} 2")
    weak = anna.send("/admin/account/password", password=PASSWORD, new_password="short")
    assert (wrong.status, weak.status, b"5 of at least 12 characters" in weak.body) == (401, 422, True)
    assert anna.send("/admin/account/password", password=PASSWORD, new_password=f"{PASSWORD} 2").status == 303
    assert "anna@example.com" in anna.page("/admin/account")
    assert served.get("/products", Cookie=other.headers["set-cookie"].partition(";")[0]).status == 401
    assert served.form("/sign-in", email="anna@example.com", password=f"{PASSWORD} 2").status == 303


def test_a_session_elsewhere_is_ended_and_nobody_elses(anna: Browser, served: Doors) -> None:
    other = served.form("/sign-in", email="anna@example.com", password=PASSWORD).headers["set-cookie"].partition(";")[0]
    [place] = re.findall(r"/admin/account/sessions/[\w-]+/end", anna.page("/admin/account"))
    ben = Browser(served, make_session(make_user("ben@example.com", Role.VIEWER)))
    assert ben.send(place).status == 404
    assert anna.send(place).status == 303
    assert served.get("/products", Cookie=other).status == 401


def test_pages_leave_out_what_a_role_may_not_do(anna: Browser, served: Doors) -> None:
    product = makers.make_product("A-1")
    import_id = makers.import_file(makers.csv_file("B-1,Mug,,1.00", "C-1,,,1.00"), review=True).task_id
    seen: dict[Role, set[str]] = {}
    for role in (Role.VIEWER, Role.EDITOR):
        browser = Browser(served, make_session(make_user(f"{role.value}@example.com", role)))
        places = ("dashboard", "products", f"products/{product.id}", "imports", f"imports/{import_id}", "journal")
        pages = [browser.page(f"/admin/{place}") for place in places]
        seen[role] = {form for page in pages for form in re.findall(r'method="post" action="([^"]+)"', page)}
        assert not any("/admin/products/delete" in page or "/admin/users" in page for page in pages)
    assert seen[Role.VIEWER] == {"/sign-out"}
    assert len(seen[Role.EDITOR]) >= 6
    assert "/admin/products/delete" in anna.page("/admin/products")
