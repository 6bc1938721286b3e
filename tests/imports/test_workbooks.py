"""Excel workbooks give the products that the same rows give as CSV, and every way to fail has its own words."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from product_importer.imports import queries
from product_importer.imports.source import dialect, opening, sheet, workbook
from product_importer.imports.source.kinds import FileNotCsv
from product_importer.imports.source.workbook import ReaderStopped, SheetUnknown, WorkbookTooLarge, WorkbookUnreadable
from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from tests import makers
from tests.imports.workbooks import Error, Moment, Rows
from tests.imports.workbooks import workbook as made
from tests.kit import networks

HEADER: list[Any] = ["SKU", "Name", "Description", "Price", "Active"]
GOOD: list[list[Any]] = [HEADER, ["A-1", "Lamp", "", 12.5, True], ["A-2", "Mug", None, 7, False]]
MANY: Rows = [HEADER[:4], *([f"SKU-{at:06}", f"Product {at}", "text " * 20, at / 100] for at in range(20_000))]


@pytest.fixture
def ready(sqlite_url: str, tmp_path: Path) -> Iterator[None]:
    """This process ready to import; how workbooks are read does not depend on the database."""
    runtime.start(Settings(data_dir=tmp_path, database_url=sqlite_url))
    yield
    database.engine().dispose()
    tasks.use(None)


def lines_of(data: bytes, sheet: str | None = None) -> list[str]:
    return b"".join(opening.opened([data], sheet=sheet).blocks).decode().split("\n")[:-1]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("007", "007"),
        ("90.750", "90.750"),
        (12345.0, "12345"),
        (1.23457e11, "123457000000"),
        (90.75, "90.75"),
        (0.1 + 0.2, "0.3"),
        (0.00001, "0.00001"),
        (-0.0, "0"),
        (1.2345678901234567e18, "1.23456789012346E+18"),
        (True, "true"),
        (False, "false"),
        (Moment(46351), "2026-11-25"),
        (Moment(46351.5), "2026-11-25T12:00:00"),
        (Error("#N/A"), "#N/A"),
        (Error("#DIV/0!"), "#DIV/0!"),
    ],
)
def test_a_cell_becomes_the_text_that_a_person_sees_in_it(cell: object, text: str) -> None:
    assert lines_of(made([["code", "note"], [cell, "x"]])) == ["code,note", f"{text},x"]


def test_lines_are_the_rows_of_the_sheet_wherever_the_table_stands_in_it() -> None:
    sheet: Rows = [[], [], [None, None, "code"], [], [None, None, "a\nb", "c"], [None, None, Error("#REF!")]]
    assert lines_of(made(sheet)) == ["", "", ",,code,", "", ",,a\x1bnb,c", ",,#REF!,"]


@pytest.mark.usefixtures("ready")
def test_a_workbook_imports_as_its_rows_would_as_csv() -> None:
    text = "Two lines\nand, a comma"
    sheet = [
        ["Spring prices"],
        [],
        ["Item\nNo.", *HEADER[1:]],
        [12345, "Lamp", text, 12.5, True],
        [],
        ["007", "Mug", None, "call us", None],
        [Error("#N/A"), "Cup", None, 3, None],
        ["A-4", None, "x\ny", 3, None],
    ]
    seen = makers.import_file(made(sheet))
    assert (seen.file.sheet, seen.file.header_line, seen.counts.created, seen.counts.rejected) == ("Sheet1", 3, 1, 3)
    assert seen.mapping["sku"] == "Item\nNo."
    lamp = makers.stored_products()["12345"]
    assert (lamp.description, lamp.price, lamp.active) == (text, Decimal("12.50"), True)
    with database.reading() as session:
        found = [(one.line, one.code) for one in queries.rejects(session, seen.task_id)]
    assert found == [(6, "PRICE_INVALID"), (7, "SKU_SPOILT"), (8, "NAME_BLANK")]
    rejects = makers.rejects_file_of(seen.task_id)
    mended = makers.import_file(rejects.replace(b"call us", b"5").replace(b"#N/A", b"C-1"))
    assert (mended.counts.created, mended.counts.rejected, mended.mapping["sku"]) == (2, 1, "Item\nNo.")


@pytest.mark.usefixtures("ready")
def test_of_several_sheets_the_first_with_a_known_header_is_read_and_the_others_are_named() -> None:
    other = [HEADER, ["B-1", "Bowl", "", 3, True]]
    data = made({"Cover": [["Prices"]], "Lamps": GOOD, "Bowls": other, "Old": other}, hidden=["Old"])
    seen = makers.import_file(data)
    assert (seen.file.sheet, seen.counts.created) == ("Lamps", 2)
    assert [(one.code, one.count) for one in seen.warnings] == [("SHEET_CHOSEN", 1)]
    assert "“Lamps” was read; “Bowls” holds a table too" in seen.warnings[0].message
    chosen = makers.import_file(data, sheet="Bowls")
    assert (chosen.file.sheet, chosen.counts.created, chosen.warnings) == ("Bowls", 1, [])
    asked = makers.seen_import(makers.make_import(data, interactive=True))
    assert asked.question == "mapping"


@pytest.mark.parametrize(
    ("data", "refusal", "said"),
    [
        (made(GOOD)[:-60], WorkbookUnreadable, "not a zip file"),
        (made(GOOD).replace(b"xl/workbook.xml", b"xl/workboek.xml"), WorkbookUnreadable, "has no sheet"),
        (made([], stored=True).replace(b"<sheetData>", b"<sheetDa<a>"), WorkbookUnreadable, "cannot be read as one"),
        (b"PK\x03\x04" + b"word/document.xml" * 40, FileNotCsv, "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), FileNotCsv, "with a password"),
        (made([*GOOD, *[[]] * 400_000, [None] * 3_000 + ["far away"]]), WorkbookTooLarge, "of memory"),
    ],
    ids=["cut", "no workbook", "damaged", "another archive", "encrypted", "a cell far off"],
)
def test_what_is_no_readable_workbook_is_refused_with_the_reason(
    data: bytes, refusal: type[Exception], said: str
) -> None:
    with pytest.raises(refusal, match=said):
        dialect.sniff(b"".join(opening.opened([data]).blocks), whole=True)


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(SheetUnknown, match="“A”, “B”"):
        lines_of(made({"A": GOOD, "B": GOOD}), "C")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "FILE_MAX", 2_000)
    with pytest.raises(WorkbookTooLarge, match="at most 2,000 bytes"):
        lines_of(made(MANY[:1_000]))


def readers() -> list[int]:
    """Return the processes that read a workbook for this one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and workbook.PROGRAM.encode() in (status.parent / "cmdline").read_bytes():
                found.append(int(status.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def test_the_reader_of_a_workbook_works_within_bounds() -> None:
    _, rows = workbook.opened([made(MANY)])
    (reader,) = readers()  # which waits for somebody to take what it wrote
    place = Path("/proc") / str(reader)
    told = (place / "limits").read_text()
    found = dict(re.findall(r"^Max (.+?) {2,}(\d+) ", told, re.MULTILINE))
    assert int(found["address space"]) == workbook.MEMORY
    assert int(found["cpu time"]) == workbook.CPU
    assert int(found["file size"]) == sheet.REASON_MAX
    assert (found["open files"], found["core file size"]) == ("64", "0")
    assert ((place / "ns" / "net").readlink() != Path("/proc/self/ns/net").readlink()) == networks.may_be_left()
    assert len(b"".join(rows).splitlines()) == len(MANY)


@pytest.fixture
def struck() -> Callable[[int, int], threading.Thread]:
    """Send a signal to so many readers of this process, one after the other."""

    def strike(sign: int, times: int) -> threading.Thread:
        def work() -> None:
            seen: set[int] = set()
            deadline = time.monotonic() + 120
            while len(seen) < times and time.monotonic() < deadline:
                for one in set(readers()) - seen:
                    os.kill(one, sign)
                    seen.add(one)
                time.sleep(0.005)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    return strike


@pytest.mark.kill
@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP])
def test_a_reader_that_is_killed_or_hangs_costs_an_attempt_and_writes_nothing(
    sign: int, struck: Callable[[int, int], threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = makers.make_import(made(MANY))
    monkeypatch.setattr(workbook, "SILENCE", 5.0 if sign == signal.SIGSTOP else 60.0)
    striking = struck(sign, 1)
    with pytest.raises(ReaderStopped):
        makers.run_import_to_end(import_id)
    striking.join()
    assert (makers.stored_products(), readers()) == ({}, [])
    monkeypatch.undo()
    assert makers.run_import_to_end(import_id).counts.created == 20_000


@pytest.mark.kill
@pytest.mark.usefixtures("ready")
def test_an_import_whose_reader_is_killed_every_time_fails_with_words(
    struck: Callable[[int, int], threading.Thread],
) -> None:
    import_id = makers.make_import(made(MANY))
    struck(signal.SIGKILL, 3)
    for _ in range(3):
        with pytest.raises(ReaderStopped):
            makers.run_import_to_end(import_id)
    ended = makers.run_import_to_end(import_id)
    assert ended.error is not None
    assert (ended.state, ended.error.code, makers.stored_products()) == ("failed", "IMPORT_CRASHED", {})


@pytest.mark.usefixtures("ready")
def test_an_import_that_takes_too_much_memory_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = makers.make_import(made(MANY))
    monkeypatch.setattr(workbook, "MEMORY", 40 * 1024**2)
    ended = makers.run_import_to_end(import_id)
    assert ended.error is not None
    assert (ended.state, ended.error.code, makers.stored_products()) == ("failed", "FILE_TOO_LARGE", {})
