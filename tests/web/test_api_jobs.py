"""Bulk jobs as programs ask for them and follow them."""

import json
import threading
import uuid

import pytest

from tests import makers
from tests.catalog.makers import run_bulk_to_end
from tests.web.doors import Doors


def test_deleting_all_is_a_job_that_can_be_followed_to_its_end(served: Doors) -> None:
    for number in range(3):
        makers.make_product(f"A-{number}")
    answer = served.ask("DELETE", "/products")
    assert (answer.status, answer.json["state"], answer.json["kind"]) == (202, "queued", "delete")
    place = answer.headers["location"]
    with served.stream(f"{place}/progress") as events:
        first = json.loads(next(events).data)
        worker = threading.Thread(target=run_bulk_to_end, args=(uuid.UUID(answer.json["id"]),))
        worker.start()
        last = [json.loads(event.data) for event in events][-1]
        worker.join()
    assert (first["state"], last["state"]) == ("queued", "completed")
    assert last["progress"] == {"percent": 100.0, "done": 3, "total": 3}
    assert served.get(place).json == last
    assert served.get("/products").json["total"] == 0


def test_only_what_the_filters_match_is_deleted(served: Doors) -> None:
    makers.make_product("A-1", active=False)
    makers.make_product("A-2")
    job = served.ask("DELETE", "/api/v1/products?active=false&sku=a-").json
    run_bulk_to_end(uuid.UUID(job["id"]))
    assert list(makers.stored_products()) == ["a-2"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/products/", 404), ("/products?actve=false", 422), ("/products?active=maybe", 422), ("/products?q=%00", 422)],
)
def test_a_delete_that_says_something_else_than_it_means_deletes_nothing(served: Doors, path: str, status: int) -> None:
    makers.make_product("A-1")
    answer = served.ask("DELETE", path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert len(makers.stored_products()) == 1


def test_a_job_is_cancelled_once(served: Doors) -> None:
    makers.make_product("A-1")
    place = served.ask("DELETE", "/products").headers["location"]
    assert served.post(f"{place}/cancel").json["state"] == "cancelled"
    again = served.post(f"{place}/cancel")
    assert (again.status, again.json["code"]) == (409, "JOB_OVER")
    assert len(makers.stored_products()) == 1


def test_an_unknown_job_is_not_found_by_any_door(served: Doors) -> None:
    place = f"/jobs/{uuid.uuid4()}"
    answers = [served.get(place), served.get(f"{place}/progress"), served.post(f"{place}/cancel")]
    assert {(answer.status, answer.json["code"]) for answer in answers} == {(404, "JOB_NOT_FOUND")}
