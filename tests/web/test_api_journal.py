"""The journal and the history of a product as programs read them."""

import csv
import io
import uuid

import pytest

from tests import makers
from tests.web.doors import Doors


def test_a_product_has_a_history_that_names_import_and_line(served_twice: Doors) -> None:
    makers.import_file(makers.csv_file("A-1,Mug,,10.00"))
    second = makers.import_file(makers.csv_file("B-1,Cup,,1.00", "A-1,Mug,,12.00"))
    product = makers.stored_products()["a-1"]
    makers.remove_product("A-1")
    gone, changed, created = served_twice.get(f"/products/{product.id}/history").json["items"]
    assert (gone["type"], gone["actor"], gone["import"], gone["version"]) == ("product.deleted", "user:anna", None, 3)
    assert (changed["changes"], changed["line"]) == ({"price": ["10.00", "12.00"]}, 3)
    assert changed["import"] == {"id": str(second.task_id), "number": 2, "file": "spring.csv"}
    assert (created["type"], created["line"], created["changes"], created["sku"]) == ("product.created", 2, None, "A-1")


def test_pages_of_the_journal_follow_each_other_without_gap_or_overlap(served_twice: Doors) -> None:
    makers.import_file(makers.csv_file(*(f"A-{number},Mug,,1.00" for number in range(5))))
    for number in range(3):
        makers.make_product(f"B-{number}")
        makers.edit_product(f"B-{number}", name="Edited")
    seen, cursor = [], ""
    while cursor is not None:
        page = served_twice.get(f"/journal?limit=2&cursor={cursor}").json
        seen += [(one["type"], one["sku"]) for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen[:4] == [*(("product.updated", f"B-{number}") for number in (2, 1, 0)), ("upload.completed", None)]
    assert sorted(seen[4:]) == [("product.created", f"A-{number}") for number in range(5)]
    whole = csv.DictReader(io.StringIO(served_twice.get("/journal.csv").body.decode(), newline=""))
    assert [(line["type"], line["sku"] or None) for line in whole] == seen


def test_the_journal_is_narrowed_down_by_who_what_when_and_which(served_twice: Doors) -> None:
    task_id = makers.import_file(makers.csv_file("A-1,Mug,,1.00", "B-1,Cup,,1.00")).task_id
    makers.edit_product("A-1", name="=Edited")
    product, other = (makers.stored_products()[key] for key in ("a-1", "b-1"))
    served_twice.ask("PATCH", f"/products/{other.id}", b'{"sku": "C-1"}', Content_Type="application/json")
    served_twice.ask("DELETE", f"/products/{other.id}")
    found = {
        "type=product.updated": 2,
        "actor=user:anna": 1,
        "actor=import:1": 3,
        "sku=a-1": 2,
        "sku=c-1": 3,
        "sku=B-1": 3,
        "sku=D-1": 0,
        f"subject={product.id}": 2,
        f"subject={product.id}&sku=B-1": 0,
        f"import={task_id}": 3,
        "since=2020-01-01": 6,
        "until=2020-01-01": 0,
        "type=product.updated&sku=A-1&since=": 1,
    }
    counted = {query: len(served_twice.get(f"/journal?{query}").json["items"]) for query in found}
    assert counted == found
    assert len(served_twice.get("/journal.csv?sku=b-1").body.splitlines()) == 4


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/journal?cursor=1.x", 422, "CURSOR_INVALID"),
        ("/journal?cursor=99999999999999999999.x", 422, "CURSOR_INVALID"),
        ("/journal?who=anna", 422, "VALIDATION_FAILED"),
        ("/journal?since=yesterday", 422, "VALIDATION_FAILED"),
        ("/journal?sku=%00", 422, "VALIDATION_FAILED"),
        (f"/products/{uuid.UUID(int=1)}/history", 404, "NOT_FOUND"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(served: Doors, path: str, status: int, code: str) -> None:
    answer = served.get(path)
    assert (answer.status, answer.json["code"]) == (status, code)
