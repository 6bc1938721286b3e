"""Refusals and faults as their readers get them: a page, or a problem document; never a trace."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from product_importer.kit import database
from product_importer.web import errors
from product_importer.web.errors import Fault
from tests.web.doors import Doors

JSON = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def broken(served: Doors) -> Doors:
    """A server whose products have gone."""
    with database.transaction() as session:
        session.execute(text("ALTER TABLE products RENAME TO gone"))
    return served


def test_a_problem_has_the_members_of_the_standard_and_our_own(served: Doors) -> None:
    answer = served.get("/nowhere")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json == {
        "type": "https://product-importer.example/errors#NOT_FOUND",
        "title": "Nothing was found here",
        "status": 404,
        "detail": "Nothing was found here",
        "code": "NOT_FOUND",
        "action": "Check the address; what you look for may have been deleted.",
        "request_id": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("DELETE", "/upload", "POST"), ("PUT", "/products", "GET, POST, DELETE")]
)
def test_a_wrong_method_is_a_problem_that_names_the_right_one(
    served: Doors, method: str, path: str, allowed: str
) -> None:
    answer = served.ask(method, path)
    assert (answer.status, answer.json["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/products/", "/imports/", "/upload/", "/admin/dashboard/", "/api/v1/products/"])
def test_a_slash_too_many_is_not_redirected(served: Doors, path: str) -> None:
    assert served.get(path).status == 404


def test_a_value_that_breaks_a_rule_is_named(served: Doors) -> None:
    answer = served.get("/products?page=0&per_page=many")
    assert (answer.status, answer.json["code"]) == (422, "VALIDATION_FAILED")
    assert [one["pointer"] for one in answer.json["errors"]] == ["/query/page", "/query/per_page"]


@pytest.mark.parametrize(
    ("path", "body", "sent_as", "said"),
    [
        ("/products", b"sku=A-1", "text/plain", "body: a JSON object is expected, under Content-Type"),
        ("/products", b'{"sku": }', JSON, "body: invalid JSON at character 8"),
        ("/products", b'{"sku": "", "name": "n"}', JSON, "sku: a SKU has 1 to 255 characters"),
        ("/webhooks", b'{"url": "http://x", "event_types": ["a"]}', JSON, "event_types.0: Input should be"),
        ("/upload?mapping=%7B%22hue%22:%22C%22%7D", b"sku,name", "text/csv", "mapping.hue: Input should be 'sku', "),
        (f"/imports/{uuid.UUID(int=0)}/answer", b'{"answer": "y"}', JSON, "answer: Input should be"),
    ],
)
def test_what_is_wrong_is_said_by_the_name_its_sender_gave_it(
    served: Doors, path: str, body: bytes, sent_as: str, said: str
) -> None:
    answer = served.post(path, body, Content_Type=sent_as)
    assert (answer.status, answer.json["code"]) == (422, "VALIDATION_FAILED")
    assert answer.json["detail"].startswith(said)


def test_a_parameter_that_a_list_does_not_have_is_refused_with_those_that_it_has(served: Doors) -> None:
    told = served.get("/products?limit=1").json["errors"][0]["detail"]
    assert told.startswith("is not a parameter; expected one of ")
    assert {"page", "per_page", "sku"} <= set(told.partition(" of ")[2].split(", "))
    assert served.get("/tokens?limit=1").json["errors"][0]["detail"] == "is not a parameter; this address takes none"


def test_a_word_of_a_closed_list_is_asked_for_as_it_is_sent(served: Doors) -> None:
    answer = served.get(f"/imports/{uuid.UUID(int=0)}/changes?kind=nope")
    assert "should be 'updated', 'created'" in answer.json["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/feeds", {"name": "a\0"}),
        ("/feeds", {"name": "a", "options": {"mapping": {"sku": "a\0", "name": "b"}}}),
        ("/webhooks", {"url": "https://shop.example/", "event_type": "product.created", "description": "\0"}),
    ],
)
def test_a_text_that_no_database_holds_is_refused_by_its_place(served: Doors, path: str, body: Any) -> None:
    answer = served.post(path, json.dumps(body), Content_Type=JSON)
    assert (answer.status, answer.json["errors"][0]["detail"]) == (
        422,
        "contains a NUL character, which cannot be stored",
    )


@pytest.mark.parametrize("path", ["/imports?file=%00", "/admin/imports?actor=%00", "/inbox/%00"])
def test_nobody_fails_who_looks_for_such_a_text(served_twice: Doors, path: str) -> None:
    assert served_twice.get(path).status in (200, 404, 422)


def test_a_browser_gets_a_page_and_a_program_a_document(served: Doors) -> None:
    page = served.get("/admin/nowhere", Accept=BROWSER)
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Nothing was found here</h1>" in page.body.decode()
    assert page.headers["x-request-id"] in page.body.decode()
    assert served.get("/admin/nowhere", Accept="*/*").headers["content-type"] == "application/problem+json"
    assert served.get("/nowhere", Accept=BROWSER).headers["content-type"] == "application/problem+json"


def test_a_page_that_takes_no_such_method_names_the_right_one(served: Doors) -> None:
    answer = served.ask("DELETE", "/admin/products", Accept=BROWSER)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


def test_a_fault_says_nothing_of_its_inside(broken: Doors) -> None:
    answer = broken.get("/products")
    assert (answer.status, answer.json["code"]) == (500, "INTERNAL_ERROR")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["content-security-policy"]
    for inside in (b"Traceback", b"sqlite", b"SELECT", b".py", b"no such table"):
        assert inside not in answer.body


def test_a_fault_of_a_page_is_a_page_with_the_way_back(broken: Doors) -> None:
    page = broken.get("/admin/products", Accept=BROWSER)
    words = page.body.decode()
    assert (page.status, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "Something went wrong here" in words
    assert "INTERNAL_ERROR" in words
    assert "Traceback" not in words


def test_the_server_goes_on_after_a_fault(broken: Doors) -> None:
    assert broken.get("/products").status == 500
    with database.transaction() as session:
        session.execute(text("ALTER TABLE gone RENAME TO products"))
    assert broken.get("/products").status == 200


def test_a_form_that_cannot_be_read_is_the_senders_fault(served: Doors) -> None:
    waiting = served.upload(b"a,b\n1,2\n", interactive="true").json["task_id"]
    answer = served.post(f"/admin/imports/{waiting}/mapping", b"x", Content_Type="multipart/form-data")
    assert (answer.status, answer.json["code"]) == (400, "BAD_REQUEST")


def test_words_that_are_no_text_do_not_break_the_answer() -> None:
    refused = Fault("half a letter: \ud800")
    answer = errors.answer({"type": "http", "path": "/", "headers": []}, refused)
    assert b"half a letter: ?" in answer.body


def test_a_database_that_is_away_is_said_in_words_and_is_no_fault_of_ours(served: Doors, tmp_path: Path) -> None:
    here = database.engine().url.render_as_string(hide_password=False)
    for away in ("postgresql+psycopg://nobody@127.0.0.1:1/none", f"sqlite:///{tmp_path}"):  # nobody listens; a folder
        database.connect(away)
        answer = served.get("/imports")
        page = served.get("/admin/imports", Accept=BROWSER)
        assert (answer.status, answer.json["code"], answer.headers["retry-after"]) == (503, "DATABASE_UNAVAILABLE", "5")
        assert (page.status, "The database is not answering" in page.body.decode()) == (503, True)
    database.connect(here)
    assert served.get("/imports").status == 200
