"""What every request passes: whose host and whose origin, how large a body, and what every answer carries."""

import asyncio
import contextlib
import gc
import http.client
import itertools
import uuid
from collections.abc import Iterator

import pytest
from starlette.responses import StreamingResponse

from product_importer.kit import database
from product_importer.kit.settings import Settings
from product_importer.web import guards
from product_importer.web.guards import Guards
from tests import makers
from tests.patience import PATIENCE, until
from tests.servers import children, databases
from tests.web import asgi, doors
from tests.web.doors import Doors

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CANCEL = f"/imports/{uuid.UUID(int=7)}/cancel"  # a write that ends at 404 when the guards let it through
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def served(database_maker: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """One server for all of them: nothing is written here."""
    folder = tmp_path_factory.mktemp("guards")
    with database_maker.fresh(databases.SQLITE, folder=folder) as url:
        with doors.serving(Settings(data_dir=folder, database_url=url, port=children.free_port())) as running:
            yield running
        database.engine().dispose()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[bad", "", "0x7f.1"])
def test_a_foreign_host_is_refused_even_for_reading(served: Doors, host: str) -> None:
    answer = served.say("GET /livez HTTP/1.1", f"Host: {host}")
    assert answer.startswith(b"HTTP/1.1 421 ")
    assert b'"code":"HOST_UNKNOWN"' in answer


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8000", "LocalHost"])
def test_this_machine_answers_to_its_own_names(served: Doors, host: str) -> None:
    assert served.say("GET /livez HTTP/1.1", f"Host: {host}").startswith(b"HTTP/1.1 200 ")


def test_a_request_without_a_host_is_refused(served: Doors) -> None:
    assert served.say("GET /livez HTTP/1.0").startswith(b"HTTP/1.1 421 ")


def test_the_names_are_listed_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "shop.example, inside.example,")
    assert Settings().allowed_hosts == ("shop.example", "inside.example")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:1", "null", "file://", "http://[bad", "", "http://localhost"]
)
def test_a_page_of_another_origin_may_not_write(served: Doors, origin: str) -> None:
    answer = served.post(CANCEL, Origin=origin)
    assert (answer.status, answer.json["code"]) == (403, "CROSS_SITE")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_calls_it_another_site_is_believed(served: Doors, site: str) -> None:
    assert served.post(CANCEL, Sec_Fetch_Site=site).status == 403


def test_reading_is_open_to_other_origins_which_cannot_see_the_answer(served: Doors) -> None:
    answer = served.get("/products", Origin="http://evil.example", Sec_Fetch_Site="cross-site")
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


def test_our_own_pages_and_programs_may_write(served: Doors) -> None:
    own = f"http://127.0.0.1:{served.port}"
    assert served.post(CANCEL, Origin=own, Sec_Fetch_Site="same-origin").status == 404
    assert served.post(CANCEL, Sec_Fetch_Site="none").status == 404
    assert served.post(CANCEL).status == 404


def test_a_body_that_says_it_is_too_large_is_not_even_read(served: Doors) -> None:
    answer = served.say(f"POST {CANCEL} HTTP/1.1", "Host: localhost", f"Content-Length: {guards.SMALL_BODY + 1}")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"BODY_TOO_LARGE"' in answer


@pytest.mark.parametrize(
    ("path", "kind"), [("/admin" + CANCEL.replace("cancel", "mapping"), FORM), ("/products", "application/json")]
)
def test_a_body_that_hides_its_length_is_counted(served: Doors, path: str, kind: str) -> None:
    answer = served.post(path, itertools.repeat(b"1" * 2**16, 17), Content_Type=kind)
    assert (answer.status, answer.json["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/livez", 200),
        ("GET", "/products", 200),
        ("GET", "/admin/dashboard", 200),
        ("GET", "/static/css/base.css", 200),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/", 307),
        ("GET", "/nowhere", 404),
        ("GET", "/static/nowhere.css", 404),
        ("GET", f"/upload/progress/{uuid.UUID(int=7)}", 404),
        ("PATCH", "/upload", 405),
        ("GET", "/products?page=0", 422),
        ("POST", "/upload", 422),
    ],
)
def test_every_answer_carries_the_policy_and_its_id(served: Doors, method: str, path: str, status: int) -> None:
    answer = served.ask(method, path)
    assert answer.status == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert len(answer.headers["x-request-id"]) == 16
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/livez", "/products", "/admin/dashboard", "/static/css/base.css"])
def test_head_is_answered_as_get_without_the_body(served: Doors, path: str) -> None:
    whole, head = served.get(path), served.ask("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_a_stream_that_is_asked_for_by_head_ends_with_its_head_and_is_not_followed(served: Doors) -> None:
    path = f"/upload/progress/{makers.make_import(makers.csv_file('A-1,Mug,,1.00'))}"
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)) as connection:
        for _ in range(2):  # on one connection, so an answer that does not end keeps the next one from coming
            connection.request("HEAD", path)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"")
            assert answer.getheader("content-type", "").startswith("text/event-stream")
    followers = served.server.config.app.state.watch._followers  # type: ignore[union-attr]
    until(lambda: (gc.collect(), len(followers))[1] == 0)  # a generator that nobody asks any more ends as garbage


def test_a_body_that_nobody_asked_for_is_not_read(here: Settings) -> None:
    blocks = itertools.repeat(b"a,b\n", 1_000)
    app = Guards(StreamingResponse(blocks, headers={"content-length": "4000"}), settings=here)
    answer = asyncio.run(asgi.ask(app, "HEAD", "/file.csv"))
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "4000", b"")
    assert len(list(blocks)) >= 999
