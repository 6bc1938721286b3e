"""The pages of imports and products, as a browser without JavaScript sends and gets them."""

import datetime as dt
import html
import re
import uuid
from urllib.parse import quote

import pytest
from sqlalchemy import update

from product_importer.imports import originals
from product_importer.imports.models import ImportJob
from product_importer.kit import clock, database
from product_importer.kit.settings import Settings
from tests import makers
from tests.web import doors
from tests.web.doors import Answer, Doors

GOOD = makers.csv_file("A-1,Lamp,,5.00", "A-2,Mug,,6.50")
UNCLEAR = b"Code;Title;Cost\nA-1;Lamp;5,00\nA-2;Mug;6,50\n"
BROWSER = {"Accept": "text/html"}
FORM = {"Content_Type": "application/x-www-form-urlencoded", **BROWSER}


def words(answer: Answer) -> str:
    """Give the text of a page as it is read."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.body.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def started(served: Doors, data: bytes = GOOD, name: str = "spring.csv") -> str:
    answer = served.upload(data, path="/admin/imports", name=name)
    assert answer.status == 303
    return answer.headers["location"]


def ended(served: Doors, data: bytes = GOOD, name: str = "spring.csv") -> str:
    place = started(served, data, name)
    makers.run_import_to_end(uuid.UUID(place.rpartition("/")[2]))
    return place


def test_the_address_alone_leads_to_the_dashboard(served: Doors) -> None:
    answer = served.get("/")
    assert (answer.status, answer.headers["location"]) == (307, "/admin/dashboard")


def test_the_first_visit_explains_and_the_next_shows_what_ran(served: Doors) -> None:
    assert "Drop your first product file here" in words(served.get("/admin/dashboard"))
    ended(served)
    shown = words(served.get("/admin/dashboard"))
    assert "Drop a product file anywhere on this page" in shown
    assert "spring.csv Completed 2" in shown


def test_a_running_import_is_shown_live(served: Doors) -> None:
    place = started(served)
    for page in ("/admin/dashboard", place):
        assert f'<pi-live src="{place}/live" state="queued"' in served.get(page).body.decode()


def test_an_ended_import_shows_its_account_and_the_words_of_the_summary(served_twice: Doors) -> None:
    shown = words(served_twice.get(ended(served_twice)))
    assert "2 rows in the file, all accounted for" in shown
    assert "Report Summary Total 2 · Imported 2 · Updated 0 · Invalid 0" in shown


def test_its_tabs_show_rejects_and_file(served: Doors) -> None:
    place = ended(served, makers.csv_file("A-1,Lamp,,5.00", "A-2,Mug,,-6.50"))
    assert "PRICE_NEGATIVE price -6.50" in words(served.get(f"{place}?tab=rejects"))
    assert "Encoding utf-8 Delimiter comma" in words(served.get(f"{place}?tab=file"))
    assert served.get(f"{place}?tab=other").status == 422


def test_the_names_and_cells_of_a_file_are_shown_and_never_run(served: Doors) -> None:
    evil = '"><img src=x onerror=alert(1)>{{7*7}}'
    place = ended(served, makers.csv_file(f'A-1,Lamp,,"{evil.replace(chr(34), chr(34) * 2)}"'), name="<b>.csv")
    for page in ("/admin/dashboard", "/admin/imports", place, f"{place}?tab=rejects"):
        body = served.get(page).body
        assert b"<img src=x" not in body
        assert b"<b>.csv" not in body
    assert evil in words(served.get(f"{place}?tab=rejects"))


def test_the_live_panel_can_be_asked_for(served: Doors) -> None:
    answer = served.get(f"{ended(served)}/live")
    assert (answer.headers["x-state"], answer.headers["cache-control"]) == ("completed", "no-store")
    assert "data-over" in answer.body.decode()
    assert served.get(f"/admin/imports/{uuid.UUID(int=7)}/live").status == 404


def test_cancel_and_retry_lead_back_to_the_import(served: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINTS", "import.read.staged=enospc")
    place = ended(served)
    shown = words(served.get(place))
    assert "There was no room on the disk for the next rows" in shown
    assert "DISK_FULL" in shown
    monkeypatch.delenv("FAILPOINTS")
    answer = served.post(f"{place}/retry", b"", **FORM)
    assert (answer.status, answer.headers["location"]) == (303, place)
    assert served.post(f"{place}/cancel", b"", **FORM).headers["location"] == place
    makers.run_import_to_end(uuid.UUID(place.rpartition("/")[2]))
    again = served.post(f"{place}/cancel", b"", **FORM)
    assert again.status == 409
    assert "This import has ended" in words(again)


def test_the_history_is_paged(served: Doors) -> None:
    for number in range(21):
        served.upload(GOOD, name=f"file-{number:02}.csv")
    assert "file-20.csv" in words(served.get("/admin/imports"))
    second = words(served.get("/admin/imports?page=2"))
    assert "file-00.csv" in second
    assert "file-01.csv" not in second
    assert served.get("/admin/imports?page=0", **BROWSER).status == 422


def test_the_history_is_narrowed_down_by_days(served: Doors) -> None:
    old = uuid.UUID(started(served, name="old.csv").rpartition("/")[2])
    started(served, name="new.csv")
    with database.transaction() as session:
        moment = dt.datetime(2026, 3, 9, 23, 59, tzinfo=dt.UTC)
        session.execute(update(ImportJob).where(ImportJob.id == old).values(created_at=moment))

    def found(wanted: str) -> list[str]:
        return [one["file"]["name"] for one in served.get(f"/imports?{wanted}").json["items"]]

    assert found("since=2026-03-10") == ["new.csv"]
    assert found("since=2026-03-09&until=2026-03-09") == ["old.csv"]
    assert found("until=2026-03-08") == []
    assert found("since=0001-01-01&until=9999-12-31") == ["new.csv", "old.csv"]
    page = served.get("/admin/imports?until=2026-03-09&since=&state=&who=&file=")
    assert "1 import found" in words(page)
    assert 'value="2026-03-09"' in page.body.decode()


def test_products_are_listed_in_pages(served: Doors) -> None:
    assert "No products yet" in words(served.get("/admin/products"))
    for number in range(21):
        makers.make_product(f"A-{number:02}")
    assert "A-00" in words(served.get("/admin/products"))
    assert "A-20" in words(served.get("/admin/products?page=2"))


def test_the_mock_button_imports_the_made_up_file(served: Doors) -> None:
    answer = served.post("/admin/imports/mock", b"", **FORM)
    assert answer.status == 303
    snapshot = makers.run_import_to_end(uuid.UUID(answer.headers["location"].rpartition("/")[2]))
    assert snapshot.counts.rows == 10_000
    assert snapshot.counts.created > 9_000
    assert snapshot.counts.rejected > 0


def test_a_file_that_is_refused_is_told_on_a_page(served: Doors) -> None:
    form = doors.form(doors.file(b"", name=""))
    answer = served.post("/admin/imports", form, Content_Type=doors.FORM, **BROWSER)
    assert answer.status == 422
    assert "The file is empty" in words(answer)
    assert "FILE_EMPTY" in words(answer)


def test_an_unknown_import_is_a_page_too(served: Doors) -> None:
    answer = served.get(f"/admin/imports/{uuid.UUID(int=7)}", **BROWSER)
    assert answer.status == 404
    assert "There is no such import" in words(answer)


def test_an_import_that_waits_does_not_look_like_one_at_work(served: Doors) -> None:
    waiting = str(served.upload(b"a,b\n1,2\n", interactive="true").json["task_id"])
    answer = served.get("/admin/dashboard")
    assert "Which column is which? Nothing is written yet." in words(answer)
    assert f'<pi-wait src="/admin/imports/{waiting}/live"' in answer.body.decode()
    assert "<pi-live" not in answer.body.decode()


def test_the_drop_zone_names_the_limit_that_is_set(here: Settings) -> None:
    with doors.serving(here.model_copy(update={"max_upload_bytes": 300 * 2**20})) as small:
        assert "up to 300 MiB," in words(small.get("/admin/dashboard"))


def test_changes_are_searched_by_sku_and_name_in_any_case(served_twice: Doors) -> None:
    rows = makers.csv_file("A-1,Große Schüssel,,1", "B-2,Mug_x,,1", "Ö-3,100% Mug,,1")
    import_id = makers.import_file(rows).task_id

    def found(search: str) -> list[str]:
        answer = served_twice.get(f"/imports/{import_id}/changes?kind=created&search={quote(search)}").json
        return [one["sku"] for one in answer["items"]]

    assert [found(word) for word in ("SCHÜSSEL", "ö-", "g_", "%", "mug", "none")] == [
        ["A-1"], ["Ö-3"], ["B-2"], ["Ö-3"], ["B-2", "Ö-3"], [],
    ]  # fmt: skip
    page = served_twice.get(f"/admin/imports/{import_id}?tab=changes&kind=created&search=mug")
    assert "2 found" in words(page)
    assert 'value="mug"' in page.body.decode()
    assert "No product matches this search" in words(
        served_twice.get(f"/admin/imports/{import_id}?tab=changes&kind=created&search=x%00yz")
    )


def test_lists_whose_files_are_gone_say_so(served: Doors) -> None:
    import_id = makers.import_file(makers.csv_file("A-1,Mug,,1", "A-1,Cup,,1", "A-2,,,1")).task_id
    with database.transaction() as session:
        long_ago = clock.now() - clock.seconds(91 * originals.DAY)
        session.execute(update(ImportJob).where(ImportJob.id == import_id).values(finished_at=long_ago))
    assert "Kept until" in words(served.get(f"/admin/imports/{import_id}?tab=file"))
    originals.forget_files.run()
    for part in ("file", "rejects.csv", "superseded.csv", "changes?kind=superseded"):
        answer = served.get(f"/imports/{import_id}/{part}")
        assert (answer.status, answer.json["code"]) == (410, "FILE_FORGOTTEN")
    assert "no longer kept" in words(served.get(f"/admin/imports/{import_id}?tab=changes&kind=superseded"))
    assert "no longer, it was removed" in words(served.get(f"/admin/imports/{import_id}?tab=file"))
    assert "Fix rows here" not in words(served.get(f"/admin/imports/{import_id}?tab=rejects"))
