"""Imports as programs see them: status, history, rejects, cancel and retry, under both prefixes."""

import csv
import io
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import makers
from tests.web import kept
from tests.web.doors import Answer, Doors

GOOD = makers.csv_file("A-1,Lamp,,5.00", "A-2,Mug,,6.50")
MIXED = makers.csv_file(
    "A-1,Lamp,,5.00", "A-2,,,5.00", 'A-3,"Two\nlines",,-1', "A-4,Cup,,x", 'a-1,"The ""good""",,7', "A-5,Jug,1,2,3"
)
NOBODY = uuid.UUID(int=7)
DOORS = [
    ("GET", "/upload/status/{}"),
    ("GET", "/imports/{}"),
    ("GET", "/imports/{}/rejects"),
    ("GET", "/imports/{}/rejects.csv"),
    ("POST", "/imports/{}/cancel"),
    ("POST", "/imports/{}/retry"),
]


def imported(served: Doors, data: bytes, **options: str) -> str:
    import_id = str(served.upload(data, **options).json["task_id"])
    makers.run_import_to_end(uuid.UUID(import_id))
    return import_id


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
@pytest.mark.parametrize(("method", "path"), DOORS)
def test_an_unknown_import_is_not_found(served: Doors, prefix: str, method: str, path: str) -> None:
    answer = served.ask(method, prefix + path.format(NOBODY))
    assert (answer.status, answer.json["code"]) == (404, "IMPORT_NOT_FOUND")


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_what_is_no_id_is_refused(served: Doors, method: str, path: str) -> None:
    for wrong in ("seven", "%00", "..%2f..", "'%20or%201=1"):
        assert served.ask(method, path.format(wrong)).status in {404, 422}


def test_the_status_is_the_account_to_the_row(served_twice: Doors) -> None:
    import_id = imported(served_twice, MIXED)
    told = served_twice.get(f"/upload/status/{import_id}").json
    assert (told["state"], told["status"], told["progress"]["percent"]) == ("completed", "Completed", 100.0)
    counts = {name: count for name, count in told["counts"].items() if count}
    assert counts == {"rows": 6, "created": 1, "superseded": 1, "rejected": 4}
    assert told["file"]["encoding"] == "utf-8"
    assert told["mapping"] == {"sku": "sku", "name": "name", "description": "description", "price": "price"}
    for twin in (f"/imports/{import_id}", f"/api/v1/upload/status/{import_id}", f"/api/v1/imports/{import_id}"):
        assert served_twice.get(twin).json == told


def test_a_file_sent_again_with_its_key_is_imported_once(served_twice: Doors) -> None:
    def send(data: bytes = GOOD, query: str = "?mode=upsert") -> Answer:
        return served_twice.post(f"/upload{query}", data, Idempotency_Key="k-1", Content_Type="text/csv")

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: send(), range(3)))
    assert {(one.status, one.json["task_id"]) for one in answers} == {(202, answers[0].json["task_id"])}
    assert sum("idempotency-replayed" in one.headers for one in answers) == 2
    assert (kept.rows()["imports"], kept.rows()["uploads"]) == (1, 1)
    for other in (send(MIXED), send(query="?mode=create_only")):
        assert (other.status, other.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    makers.run_import_to_end(uuid.UUID(answers[0].json["task_id"]))
    assert send().json["state"] == "completed"


def test_its_links_lead_somewhere(served: Doors) -> None:
    told = served.get(f"/imports/{imported(served, MIXED)}").json
    named = {"self", "status", "progress", "page", "rejects", "superseded", "changes", "mended_by"}
    assert set(told["links"]) == named
    assert {served.get(link).status for link in told["links"].values()} == {200}


def test_rejects_are_listed_with_line_column_code_and_value(served: Doors) -> None:
    told = served.get(f"/imports/{imported(served, MIXED)}/rejects").json
    seen = [(one["line"], one["column"], one["code"], one["value"]) for one in told["items"]]
    assert seen[:3] == [
        (3, "name", "NAME_BLANK", ""),
        (4, "price", "PRICE_NEGATIVE", "-1"),
        (6, "price", "PRICE_INVALID", "x"),
    ]
    assert (seen[3][0], seen[3][2]) == (8, "ROW_RAGGED")
    assert [one["message"] for one in told["items"]][:2] == ["Name is empty", "Price is below zero"]
    assert all(one["message"] for one in told["items"])
    assert told["total"] == 4
    assert {group["code"]: group["count"] for group in told["groups"]} == {code: 1 for _, _, code, _ in seen}


def test_the_rejects_file_is_exactly_the_bad_lines_behind_our_columns(served: Doors) -> None:
    import_id = imported(served, MIXED)
    answer = served.get(f"/imports/{import_id}/rejects.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="rejects-of-import-1.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert list(rows[0]) == ["_import", "_line", "_code", "_message", "sku", "name", "description", "price", "_raw"]
    assert [(row["_line"], row["_code"]) for row in rows] == [
        ("3", "NAME_BLANK"),
        ("4", "PRICE_NEGATIVE"),
        ("6", "PRICE_INVALID"),
        ("8", "ROW_RAGGED"),
    ]
    whole = [[row["sku"], row["name"], row["description"], row["price"], row["_raw"]] for row in rows]
    assert whole == [
        ["A-2", "", "", "5.00", ""],
        ["A-3", "Two\nlines", "", "-1", ""],
        ["A-4", "Cup", "", "x", ""],
        ["", "", "", "", "A-5,Jug,1,2,3"],
    ]


def test_the_rejects_file_mended_imports_by_itself(served: Doors) -> None:
    first = imported(served, makers.csv_file("A-1,Lamp,,-5.00", "A-2,,,5.00"))
    file = served.get(f"/imports/{first}/rejects.csv").body
    mended = file.replace(b"-5.00", b"5.00").replace(b"A-2,,", b"A-2,Mug,")
    told = served.get(f"/imports/{imported(served, mended)}").json
    assert (told["counts"]["created"], told["counts"]["rejected"], told["ignored_columns"]) == (2, 0, [])


def test_an_import_without_rejects_has_no_such_file(served: Doors) -> None:
    import_id = imported(served, GOOD)
    answer = served.get(f"/imports/{import_id}/rejects.csv")
    assert (answer.status, answer.json["code"]) == (404, "NO_REJECTS")
    assert served.get(f"/imports/{import_id}/rejects").json == {"items": [], "groups": [], "total": 0}


def test_an_import_at_rest_is_cancelled_by_the_worker_and_then_over(served: Doors) -> None:
    import_id = served.upload(GOOD).json["task_id"]
    assert served.post(f"/imports/{import_id}/cancel").status == 202
    makers.run_import_to_end(uuid.UUID(import_id))
    assert served.get(f"/imports/{import_id}").json["state"] == "cancelled"
    again = served.post(f"/api/v1/imports/{import_id}/cancel")
    assert (again.status, again.json["code"]) == (409, "IMPORT_OVER")
    assert served.get("/products").json["total"] == 0


def test_only_a_failed_import_is_tried_again(served: Doors) -> None:
    import_id = imported(served, GOOD)
    answer = served.post(f"/imports/{import_id}/retry")
    assert (answer.status, answer.json["code"]) == (409, "IMPORT_NOT_FAILED")


def test_a_failed_import_tried_again_goes_on_to_its_end(served_twice: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINTS", "import.read.staged=enospc")
    import_id = imported(served_twice, GOOD)
    failed = served_twice.get(f"/imports/{import_id}").json
    assert (failed["state"], failed["error"]["code"]) == ("failed", "DISK_FULL")
    assert failed["error"]["action"]
    monkeypatch.delenv("FAILPOINTS")
    answer = served_twice.post(f"/imports/{import_id}/retry")
    assert (answer.status, answer.json["state"], answer.json["error"]) == (202, "queued", None)
    assert makers.run_import_to_end(uuid.UUID(import_id)).counts.created == 2


def test_the_history_is_paged_newest_first(served: Doors) -> None:
    for _ in range(5):
        served.upload(GOOD)
    first, last = served.get("/imports?per_page=2").json, served.get("/api/v1/imports?per_page=2&page=3").json
    assert [one["number"] for one in first["items"]] == [5, 4]
    assert [one["number"] for one in last["items"]] == [1]
    assert (first["total"], first["page"], first["pages"]) == (5, 1, 3)
    beyond = served.get("/imports?page=9")
    assert (beyond.status, beyond.json["items"]) == (200, [])


@pytest.mark.parametrize("query", ["page=0", "per_page=0", "per_page=101", "page=99999999", "page=x"])
def test_a_page_out_of_bounds_is_refused(served: Doors, query: str) -> None:
    assert served.get(f"/imports?{query}").status == 422


def test_the_description_of_the_api_names_every_door_once_under_its_version(served: Doors) -> None:
    described = served.get("/api/v1/openapi.json").json["paths"]
    assert {"/api/v1/upload", "/api/v1/imports/{task_id}/rejects.csv", "/api/v1/products"} <= set(described)
    assert not [path for path in described if path.startswith(("/admin", "/upload", "/imports", "/products"))]
    options = described["/api/v1/upload"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "mapping", "mode", "decimal", "interactive"} <= set(options["properties"])
