"""Undo, pause, the history's filters and an import's products and file, through the real server."""

import json
import uuid

import pytest
from sqlalchemy import update

from product_importer.catalog.models import Product
from product_importer.imports import originals, preparation, run
from product_importer.imports.models import ImportJob
from product_importer.kit import clock, database
from tests import makers
from tests.web.doors import Doors

FILE = makers.csv_file("A-1,Mug,,1.00", "B-2,Lamp,,2.00")


def imported(doors: Doors, data: bytes = FILE, *, name: str = "spring.csv") -> str:
    """Send a file, and be the worker."""
    task_id = doors.upload(data, name=name).json["task_id"]
    makers.run_import_to_end(uuid.UUID(task_id))
    return str(task_id)


def undone(doors: Doors, task_id: str) -> None:
    assert doors.post(f"/imports/{task_id}/undo").status == 202
    undo_id = makers.undo_of(uuid.UUID(task_id)).id
    makers.run_undo_to_end(undo_id)


def test_an_undo_is_shown_asked_for_and_followed(served_twice: Doors) -> None:
    task_id = imported(served_twice)
    with database.transaction() as session:
        session.execute(update(Product).where(Product.sku == "B-2").values(version=2))
    shown = served_twice.get(f"/imports/{task_id}/undo").json
    assert shown == {"preview": {"deleted": 1, "restored": 0, "kept": 1, "gone": 0}, "undo": None, "kept": []}
    undone(served_twice, task_id)
    after = served_twice.get(f"/imports/{task_id}/undo").json
    assert (after["preview"], after["undo"]["state"], after["undo"]["percent"]) == (None, "completed", 100.0)
    assert [(one["sku"], one["what"], one["who"]) for one in after["kept"]] == [("B-2", "edited", None)]
    seen = served_twice.get(f"/imports/{task_id}").json
    assert (seen["state"], seen["undo"]["deleted"], seen["undo"]["kept"]) == ("undone", 1, 1)
    assert [one["sku"] for one in served_twice.get("/products").json["items"]] == ["B-2"]


def test_a_second_undo_is_refused_in_words(served: Doors) -> None:
    task_id = imported(served)
    undone(served, task_id)
    for answer in (served.post(f"/imports/{task_id}/undo"), served.post(f"/api/v1/imports/{task_id}/undo")):
        assert (answer.status, answer.json["code"]) == (409, "UNDONE_ALREADY")


def test_the_stream_goes_on_while_an_import_is_undone(served: Doors) -> None:
    task_id = imported(served)
    served.post(f"/imports/{task_id}/undo")
    with served.stream(f"/upload/progress/{task_id}") as events:
        assert json.loads(next(events).data)["status"] == "Undoing…"
        makers.run_undo_to_end(makers.undo_of(uuid.UUID(task_id)).id)
        last = [json.loads(event.data) for event in events][-1]
    assert (last["state"], last["undo"]["deleted"]) == ("undone", 2)


def test_the_pages_lead_from_the_import_to_its_undo_and_back(served: Doors) -> None:
    task_id = imported(served)
    place = f"/admin/imports/{task_id}"
    assert f'href="{place}/undo"' in served.get(place).body.decode()
    assert "Deletes the 2 products it created." in served.get(f"{place}/undo").body.decode()
    answer = served.post(f"{place}/undo")
    assert (answer.status, answer.headers["location"]) == (303, place)
    assert "0 of 2 products" in served.get(place).body.decode()
    makers.run_undo_to_end(makers.undo_of(uuid.UUID(task_id)).id)
    assert "Deleted 2 products." in served.get(place).body.decode()
    assert "Undo of import 1" in served.get(f"{place}/undo").body.decode()


def test_an_import_is_paused_and_resumed(served: Doors) -> None:
    task_id = served.upload(FILE).json["task_id"]
    assert preparation.prepare(uuid.UUID(task_id))
    assert served.post(f"/imports/{task_id}/pause").json["pausing"]
    run.run_import.run(uuid.UUID(task_id))
    assert served.get(f"/imports/{task_id}").json["state"] == "paused"
    assert "Paused, 0 of 2 rows settled" in served.get(f"/admin/imports/{task_id}").body.decode()
    refused = served.post(f"/imports/{task_id}/pause")
    assert (refused.status, refused.json["code"]) == (409, "IMPORT_NOT_RUNNING")
    assert served.post(f"/admin/imports/{task_id}/resume").status == 303
    assert makers.run_import_to_end(uuid.UUID(task_id)).counts.created == 2


def test_the_history_is_narrowed_down_by_state_person_and_file(served_twice: Doors) -> None:
    spring = imported(served_twice)
    autumn = imported(served_twice, name="Autumn_100%.csv")
    spring_in_german = imported(served_twice, name="Frühling.csv")
    waiting = served_twice.upload(FILE, name="waiting.csv").json["task_id"]
    cases = {
        "": [waiting, spring_in_german, autumn, spring],
        "state=completed": [spring_in_german, autumn, spring],
        "file=SPRING": [spring],
        "file=FR%C3%9CH": [spring_in_german],
        "file=0%25": [autumn],
        "file=%25%25": [],
        "actor=user:local": [waiting, spring_in_german, autumn, spring],
        "actor=token:other": [],
        "state=completed&file=autumn&actor=user:local": [autumn],
    }
    for query, expected in cases.items():
        found = served_twice.get(f"/imports?{query}").json
        assert [one["task_id"] for one in found["items"]] == expected, query
        assert found["total"] == len(expected)
    page = served_twice.get("/admin/imports?state=completed&who=user:local&file=spring").body.decode()
    assert ("spring.csv</a>" in page, "Autumn" in page, "1 import found" in page) == (True, False, True)
    assert "No imports match these filters" in served_twice.get("/admin/imports?file=nothing").body.decode()


def test_the_products_of_one_import_are_those_that_its_journal_names(served_twice: Doors) -> None:
    first = imported(served_twice)
    second = imported(served_twice, makers.csv_file("B-2,Lamp,,3.00", "C-3,Clock,,3.00"))
    for task_id, skus in ((first, ["A-1", "B-2"]), (second, ["B-2", "C-3"])):
        found = served_twice.get(f"/products?import={task_id}").json
        assert ([one["sku"] for one in found["items"]], found["total"]) == (skus, 2)
    assert served_twice.get(f"/products?import={uuid.uuid4()}").status == 404
    page = served_twice.get(f"/admin/products?import={second}").body.decode()
    assert ("Products of import 2" in page, "A-1" in page) == (True, False)


def test_the_original_file_is_fetched_as_it_came_until_its_time_is_over(served: Doors) -> None:
    task_id = imported(served, name="Frühling 2027.csv")
    answer = served.get(f"/imports/{task_id}/file")
    assert (answer.status, answer.body) == (200, FILE)
    assert "Fr%C3%BChling%202027.csv" in answer.headers["content-disposition"]
    assert originals.forget_files.run() == 0
    with database.transaction() as session:
        session.execute(update(ImportJob).values(finished_at=clock.now() - clock.seconds(91 * originals.DAY)))
    assert originals.forget_files.run() == 1
    assert originals.forget_files.run() == 0
    gone = served.get(f"/imports/{task_id}/file")
    assert (gone.status, gone.json["code"]) == (410, "FILE_FORGOTTEN")
    assert served.get(f"/imports/{task_id}").json["counts"]["created"] == 2


@pytest.mark.parametrize("path", ["pause", "resume", "undo"])
def test_an_unknown_import_is_not_found(served: Doors, path: str) -> None:
    answer = served.post(f"/imports/{uuid.uuid4()}/{path}")
    assert (answer.status, answer.json["code"]) == (404, "IMPORT_NOT_FOUND")
