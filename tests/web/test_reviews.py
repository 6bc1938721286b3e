"""Reviews and other questions through the doors: the API's answers, its lists and files, and the pages' forms."""

import csv
import json
import re
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.makers import (
    csv_file,
    edit_product,
    import_file,
    lose_the_plan,
    make_product,
    run_import_to_end,
    seen_import,
    stored_products,
    undo_import,
)
from tests.web.doors import Answer, Doors

FORM = "application/x-www-form-urlencoded"
FILE = csv_file("A-1,Mug,,2.00", "B-2,Lamp,,3.00", "b-2,Lamp,Red,3.50", ",No SKU,,1.00")
UNCLEAR = csv_file("A-1;Mug;1,00", header="Nummer;Text;Betrag")


def waiting(served: Doors, data: bytes = FILE, **options: str) -> uuid.UUID:
    """Send a file and be the worker until its import asks."""
    sent = served.upload(data, **options)
    assert sent.status == 202, sent.body
    import_id = uuid.UUID(sent.json["task_id"])
    run_import_to_end(import_id)
    return import_id


def said(served: Doors, import_id: uuid.UUID, answer: Any, **more: Any) -> Answer:
    body = json.dumps({"answer": answer, **more}).encode()
    return served.post(f"/imports/{import_id}/answer", body, Content_Type="application/json")


def pressed(served: Doors, import_id: uuid.UUID, **fields: str) -> Answer:
    return served.post(f"/admin/imports/{import_id}/answer", urlencode(fields), Content_Type=FORM)


def test_a_program_reviews_what_would_change_and_applies_it(served_twice: Doors) -> None:
    make_product("A-1", name="Mug")
    import_id = waiting(served_twice, review="true")
    status = served_twice.get(f"/imports/{import_id}").json
    assert (status["state"], status["question"], status["status"]) == ("waiting", "review", "Waiting for your review")
    assert status["plan"] == {"rows": 4, "created": 1, "updated": 1, "unchanged": 0} | {
        "superseded": 1, "skipped": 0, "rejected": 1,
    }  # fmt: skip
    listed = served_twice.get(f"/imports/{import_id}/changes?kind=updated").json
    assert [one["changes"] for one in listed["items"]] == [{"price": ["10.00", "2.00"]}]
    assert (listed["total"], listed["next_cursor"]) == (1, None)
    assert said(served_twice, import_id, "apply", version=status["version"]).status == 202
    assert run_import_to_end(import_id).counts == seen_import(import_id).plan
    assert served_twice.get(f"/imports/{import_id}/changes?kind=updated").json["items"] == listed["items"]


def test_a_program_discards_a_plan(served: Doors) -> None:
    import_id = waiting(served, review="true")
    assert said(served, import_id, "discard").json["state"] == "cancelled"
    assert stored_products() == {}


def test_lists_go_on_where_their_cursor_says(served: Doors) -> None:
    rows = [f"N-{number:02},Mug,,1.00" for number in range(7)]
    import_id = waiting(served, csv_file(*rows), review="true")
    first = served.get(f"/imports/{import_id}/changes?kind=created&limit=5").json
    rest = served.get(f"/imports/{import_id}/changes?kind=created&limit=5&cursor={first['next_cursor']}").json
    assert [one["line"] for one in first["items"] + rest["items"]] == list(range(2, 9))
    assert (first["total"], rest["next_cursor"]) == (7, None)


def test_the_files_of_an_import_are_streamed(served: Doors) -> None:
    import_id = waiting(served, review="true")
    changes = served.get(f"/imports/{import_id}/changes.csv")
    superseded = served.get(f"/imports/{import_id}/superseded.csv")
    assert changes.headers["content-type"] == superseded.headers["content-type"] == "text/csv; charset=utf-8"
    assert changes.headers["cache-control"] == superseded.headers["cache-control"] == "no-store"
    assert [row["sku"] for row in csv.DictReader(changes.body.decode().splitlines())] == ["A-1", "b-2"]
    assert superseded.body.decode().splitlines() == ["line,winning_line,sku", "3,4,B-2"]
    assert served.get(f"/imports/{import_id}/skipped.csv").json["code"] == "NOTHING_SET_ASIDE"


def test_a_file_that_cannot_be_made_is_refused_before_it_begins(served: Doors) -> None:
    import_id = waiting(served, review="true")
    lose_the_plan(import_id)
    refused = served.get(f"/imports/{import_id}/changes.csv")
    assert (refused.status, refused.json["code"]) == (409, "PLAN_GONE")


@pytest.mark.parametrize("path", ["changes", "changes.csv", "superseded.csv", "skipped.csv"])
def test_an_import_that_is_not_there_has_no_lists(served: Doors, path: str) -> None:
    assert served.get(f"/imports/{uuid.uuid4()}/{path}").status == 404


@pytest.mark.parametrize("query", ["kind=rejected", "kind=other", "limit=0", "limit=501", "cursor=x"])
def test_a_list_asked_for_wrongly_says_what_is_wrong(served: Doors, query: str) -> None:
    import_id = waiting(served, review="true")
    refused = served.get(f"/imports/{import_id}/changes?{query}")
    assert refused.status == 422
    assert refused.json["code"] in ("VALIDATION_FAILED", "CURSOR_INVALID")


def test_what_an_undo_wrote_is_no_change_of_the_import(served_twice: Doors) -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    import_id = import_file(csv_file("A-1,Mug,,2.00")).task_id
    undo_import(import_id)
    seen = served_twice.get(f"/imports/{import_id}/changes").json
    assert ([one["changes"] for one in seen["items"]], seen["total"]) == ([{"price": ["1.00", "2.00"]}], 1)
    assert "1.00" in served_twice.get(f"/admin/imports/{import_id}?tab=changes").body.decode()


def test_where_the_catalog_moved_since_the_plan_a_program_is_told_what_differs(served: Doors) -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    import_id = waiting(served, csv_file("A-1,Mug,,2.00"), review="true")
    edit_product("A-1", price=Decimal("2.00"))
    said(served, import_id, "apply")
    run_import_to_end(import_id)
    [moved] = served.get(f"/imports/{import_id}").json["asked"]["differences"]
    assert (moved["sku"], moved["planned"], moved["now"]) == ("A-1", "updated", "unchanged")


def test_what_an_undo_leaves_is_listed_with_both_values(served: Doors) -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    import_id = import_file(csv_file("A-1,Mug,,2.00")).task_id
    edit_product("A-1", price=Decimal("3.00"))
    undo_import(import_id)
    [kept] = served.get(f"/imports/{import_id}/undo").json["kept"]
    assert (kept["sku"], kept["who"], kept["fields"]) == ("A-1", "user:anna", {"price": ["2.00", "3.00"]})


@pytest.mark.parametrize("answer", ["maybe", {}, {"mapping": {}, "decimal": "."}, {"decimal": ";"}, None])
def test_an_answer_that_cannot_be_read_is_refused(served: Doors, answer: Any) -> None:
    import_id = waiting(served, review="true")
    assert said(served, import_id, answer).status == 422
    assert seen_import(import_id).state == "waiting"


@pytest.mark.parametrize("answer", ["go_on", {"decimal": "."}, {"mapping": {"sku": "sku", "name": "name"}}])
def test_an_answer_to_what_was_not_asked_is_refused(served: Doors, answer: Any) -> None:
    import_id = waiting(served, review="true")
    refused = said(served, import_id, answer)
    assert (refused.status, refused.json["code"]) == (409, "NOTHING_ASKED")


def test_a_program_answers_the_other_questions_too(served: Doors) -> None:
    rejects = waiting(served, max_rejects="0.1")
    assert said(served, rejects, "go_on").status == 202
    decimal = waiting(served, csv_file('A-1,Mug,,"1,234"'), interactive="true")
    assert served.get(f"/imports/{decimal}").json["asked"]["readings"] == {".": "1234.00", ",": "1.23"}
    assert said(served, decimal, {"decimal": ","}).status == 202
    mapping = waiting(served, UNCLEAR, interactive="true")
    assert said(served, mapping, {"mapping": {"sku": "Nummer", "name": "Text", "price": "Betrag"}}).status == 202
    ended = [run_import_to_end(one).state for one in (rejects, decimal, mapping)]
    assert ended == ["completed"] * 3


def test_a_mapping_that_names_no_column_is_refused_and_asked_for_again(served: Doors) -> None:
    import_id = waiting(served, UNCLEAR, interactive="true")
    refused = said(served, import_id, {"mapping": {"sku": "Nummer", "name": "Nobody"}})
    assert (refused.status, refused.json["code"]) == (422, "COLUMN_MISSING")
    assert seen_import(import_id).question == "mapping"


def test_columns_that_were_to_be_checked_are_refused_where_they_are_wrong(served: Doors) -> None:
    import_id = waiting(served, UNCLEAR, check_columns="true")
    refused = said(served, import_id, {"mapping": {"sku": "Nobody", "name": "Text"}})
    assert (refused.status, refused.json["code"]) == (422, "COLUMN_MISSING")
    assert said(served, import_id, {"mapping": {"sku": "Nummer", "name": "Text"}}).status == 202
    assert run_import_to_end(import_id).state == "completed"


def test_a_mapping_for_what_is_no_longer_asked_is_refused(served: Doors) -> None:
    import_id = waiting(served, UNCLEAR, interactive="true")
    columns, version = {"mapping": {"sku": "Nummer", "name": "Text"}}, seen_import(import_id).version
    refused = said(served, import_id, columns, version=version + 1)
    assert (refused.status, refused.json["code"], seen_import(import_id).state) == (409, "NOTHING_ASKED", "waiting")
    assert said(served, import_id, columns, version=version).status == 202


def test_the_pages_buttons_answer(served: Doors) -> None:
    import_id = waiting(served, review="true")
    page = served.get(f"/admin/imports/{import_id}").body.decode()
    assert "Nothing is written yet." in page
    assert "Apply 2 changes" in page
    version = str(seen_import(import_id).version)
    answered = pressed(served, import_id, answer="apply", version=version)
    assert (answered.status, answered.headers["location"]) == (303, f"/admin/imports/{import_id}")
    assert run_import_to_end(import_id).state == "completed"
    assert pressed(served, import_id, answer="apply", version=version).status == 409


def test_a_sign_is_chosen_on_the_page(served: Doors) -> None:
    import_id = waiting(served, csv_file('A-1,Mug,,"1,234"'), interactive="true")
    assert "Decimal comma: 1,234 is 1.23" in served.get(f"/admin/imports/{import_id}").body.decode()
    assert pressed(served, import_id, answer=",").status == 303
    run_import_to_end(import_id)
    assert str(stored_products()["a-1"].price) == "1.23"


@pytest.mark.parametrize("kind", ["updated", "created", "unchanged", "superseded", "skipped"])
def test_the_page_of_changes_shows_every_kind_before_and_after_the_yes(served: Doors, kind: str) -> None:
    import_id = waiting(served, review="true")
    place = f"/admin/imports/{import_id}?tab=changes&kind={kind}"
    before = served.get(place)
    pressed(served, import_id, answer="apply")
    run_import_to_end(import_id)
    assert (before.status, served.get(place).status) == (200, 200)


def test_the_mapping_page_lets_a_person_review_first(served: Doors) -> None:
    import_id = waiting(served, UNCLEAR, interactive="true")
    place = f"/admin/imports/{import_id}/mapping"
    made_for = re.findall(r'name="made_for" value="([^"]+)"', served.get(place).body.decode())
    chosen = {"made_for": made_for[0], "column-0": "sku", "column-1": "name", "column-2": "price", "review": "true"}
    assert served.post(place, urlencode(chosen), Content_Type=FORM).status == 303
    assert run_import_to_end(import_id).question == "review"


def test_the_same_file_again_is_told_on_its_page(served: Doors) -> None:
    first, again = waiting(served), waiting(served)
    page = served.get(f"/admin/imports/{again}").body.decode()
    assert "The same file was imported" in page
    assert f"/admin/imports/{first}" in page
