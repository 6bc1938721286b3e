"""Rejected rows mended over HTTP and in a browser: the file sent again, and a few rows edited on a page."""

import json
import uuid
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import State
from tests import makers
from tests.web.doors import Answer, Doors
from tests.web.test_mapping_journeys import drop, finished

HEADER = "Code;Label;Text;Cost"
BAD = ["A-1;Lamp;;12,50", "A-2;;so;3,00", 'A-3;"Mug;;4,00', "A-4;Pot;;-1", "A-5;Jar;;7,00", "A-6;Box;;7,00"]
MAPPING = {"sku": "Code", "name": "Label", "price": "Cost"}
FORM = "application/x-www-form-urlencoded"


def imported(*rows: str) -> Snapshot:
    return makers.import_file(makers.csv_file(*(rows or BAD), header=HEADER), mapping=MAPPING, max_rejects=1.0)


def mend(served: Doors, import_id: uuid.UUID, *rows: object, **headers: str) -> Answer:
    body = json.dumps({"rows": rows}).encode()
    return served.post(f"/imports/{import_id}/mend", body, Content_Type="application/json", **headers)


def fill(served: Doors, import_id: uuid.UUID, **controls: str) -> Answer:
    """Send the form of the page as a browser without JavaScript does; `cell_3_1` is the control `cell-3-1`."""
    named = {name.replace("_", "-"): value for name, value in controls.items()}
    return served.post(f"/admin/imports/{import_id}/mend", urlencode(named).encode(), Content_Type=FORM)


def test_rejects_file_mended_and_sent_again_imports_without_a_click(served_twice: Doors) -> None:
    first = imported()
    rejects = served_twice.get(f"/imports/{first.task_id}/rejects.csv").body
    answer = served_twice.upload(rejects.replace(b"A-2;;", b"A-2;Tray;"), name="mended.csv", interactive="true")
    assert (answer.status, answer.json["state"]) == (202, "queued")
    again = makers.run_import_to_end(uuid.UUID(answer.json["task_id"]))
    assert (again.state, again.counts.created, again.counts.rejected) == (State.COMPLETED, 1, 2)
    assert answer.json["links"]["parent"] == f"/imports/{first.task_id}"
    found = served_twice.get(served_twice.get(f"/imports/{first.task_id}").json["links"]["mended_by"]).json
    assert [one["task_id"] for one in found["items"]] == [str(again.task_id)]
    page = served_twice.get(f"/admin/imports/{again.task_id}").body.decode()
    assert "fixes 1 of the 3 rows that" in page
    assert "import 1, spring.csv" in page
    assert "Import 2, mended.csv" in served_twice.get(f"/admin/imports/{first.task_id}").body.decode()


def test_a_program_mends_single_rows_and_only_they_are_imported(served_twice: Doors) -> None:
    first = imported()
    rows = ({"line": 3, "cells": {"Label": "Tray", "#4": "3,50"}}, {"line": 4, "raw": "A-3;Mug;;4,00"})
    answer = mend(served_twice, first.task_id, *rows, Idempotency_Key="k")
    assert (answer.status, answer.json["links"]["parent"]) == (202, f"/imports/{first.task_id}")
    assert mend(served_twice, first.task_id, *rows, Idempotency_Key="k").json["task_id"] == answer.json["task_id"]
    again = makers.run_import_to_end(uuid.UUID(answer.json["task_id"]))
    assert (again.counts.rows, again.counts.created) == (2, 2)
    assert str(makers.stored_products()["a-2"].price) == "3.50"


def test_rows_that_would_be_rejected_again_are_named_and_nothing_is_imported(served: Doors) -> None:
    first = imported()
    answer = mend(served, first.task_id, {"line": 3, "cells": {"Label": "Tray"}}, {"line": 5, "cells": {"Cost": "x"}})
    assert (answer.status, answer.json["code"]) == (422, "STILL_REJECTED")
    assert [(row["line"], row["column"], row["code"]) for row in answer.json["rows"]] == [(5, "Cost", "PRICE_INVALID")]
    assert served.get("/imports").json["total"] == 1


def test_what_the_import_does_not_have_is_named_all_at_once(served: Doors) -> None:
    first = imported()
    rows = (
        {"line": 2, "cells": {"Label": "x"}},
        {"line": 3, "cells": {"Nothing": "x"}},
        {"line": 4, "cells": {"Label": "x"}},
        {"line": 5, "raw": "x"},
    )
    answer = mend(served, first.task_id, *rows)
    assert answer.json["code"] == "VALIDATION_FAILED"
    pointers = [error["pointer"] for error in answer.json["errors"]]
    assert pointers == ["/rows/0/line", "/rows/1/cells", "/rows/2/raw", "/rows/3/cells"]


def test_an_import_without_rejects_or_at_work_has_nothing_to_mend(served: Doors) -> None:
    clean = imported("A-1;Lamp;;12,50")
    at_work = makers.make_import(makers.csv_file(*BAD, header=HEADER), mapping=MAPPING)
    for import_id in (clean.task_id, at_work):
        answer = mend(served, import_id, {"line": 3, "cells": {}})
        assert (answer.status, answer.json["code"]) == (409, "NOTHING_TO_MEND")


def test_the_form_keeps_what_was_typed_over_pages_and_errors(served: Doors) -> None:
    first = imported(*(f"B-{n};;;1,00" for n in range(45)))
    turned = fill(served, first.task_id, cell_2_1="Bowl", cell_3_1="", page="2")
    assert turned.status == 200
    assert '<textarea name="cell-2-1" data-was="" hidden>\nBowl</textarea>' in turned.body.decode()
    assert 'name="cell-22-1"' in turned.body.decode()
    wrong = fill(served, first.task_id, cell_2_1="Bowl", cell_22_3="n/a", shown="2")
    page = wrong.body.decode()
    assert (wrong.status, "One row would be rejected again." in page) == (422, True)
    assert 'name="cell-22-3" value="n/a"' in page
    assert ">\nBowl</textarea>" in page
    nothing = fill(served, first.task_id, cell_2_1="")
    assert (nothing.status, "No row was changed." in nothing.body.decode()) == (422, True)
    done = fill(served, first.task_id, cell_2_1="Bowl", cell_46_1="Jug")
    again = makers.run_import_to_end(uuid.UUID(done.headers["location"].rpartition("/")[2]))
    assert (done.status, again.counts.rows, again.counts.created) == (303, 2, 2)


@pytest.mark.browser
def test_a_file_with_bad_rows_is_mended_in_a_spreadsheet_and_dropped_again(
    page: Page, served: Doors, tmp_path: Path
) -> None:
    drop(page, served, makers.csv_file("A-1,Lamp", "A-2,", "A-3,Mug", "A-4,Pot", "A-5,Jar", header="sku,name"))
    assert finished(page).counts.rejected == 1
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download the row").click()
    fetched.value.save_as(tmp_path / "rejects.csv")
    mended = (tmp_path / "rejects.csv").read_bytes().replace(b"A-2,", b"A-2,Tray")
    drop(page, served, mended, "mended.csv")
    assert finished(page).counts.created == 1
    expect(page.get_by_text("This file fixes 1 of the 1 row that import 1, spring.csv rejected.")).to_be_visible()
    page.get_by_role("link", name="import 1, spring.csv").click()
    expect(page.get_by_role("link", name="Import 2, mended.csv")).to_be_visible()


@pytest.mark.browser
def test_rows_are_mended_in_the_browser_and_imported_alone(page: Page, served: Doors) -> None:
    first = imported()
    page.goto(f"http://127.0.0.1:{served.port}/admin/imports/{first.task_id}?tab=rejects")
    page.get_by_role("link", name="Fix rows here").click()
    row = page.get_by_role("group", name="Line 3")
    expect(row.get_by_label("Name")).to_be_focused()
    expect(row.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("Tray")
    expect(page.get_by_role("button", name="Import this row")).to_be_visible()
    raw = page.get_by_role("group", name="Line 4").get_by_label("The line as it stands in the file")
    raw.fill("A-3;Mug;4,00")
    page.get_by_role("button", name="Import these 2 rows").click()
    expect(page.get_by_role("alert")).to_contain_text("One row would be rejected again.")
    expect(raw).to_be_focused()
    expect(page.get_by_text("3 cells where the header has 4")).to_be_visible()
    expect(row.get_by_label("Name")).to_have_value("Tray")
    raw.fill("A-3;Mug;;4,00")
    page.get_by_role("button", name="Import these 2 rows").click()
    expect(page.get_by_role("heading", name="fixed-rows-of-spring.csv")).to_be_visible()
    assert finished(page).counts.created == 2
