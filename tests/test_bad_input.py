"""Bad files through the whole service: a clear error, nothing half-written, and the next file works."""

import contextlib
import csv
import gzip
import io
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests import makers, real_files, small_disk
from tests.imports.workbooks import workbook
from tests.servers import children, databases
from tests.web import doors, kept
from tests.web.doors import Doors

HEAD = b"sku,name,description,price\n"
GOOD = HEAD + b"A-1,Lamp,,5.00\nA-2,Mug,,6.50\n"
Kinds = pytest.mark.parametrize(
    "served", [databases.SQLITE, pytest.param(databases.POSTGRESQL, marks=pytest.mark.server)], indirect=True
)


@pytest.fixture
def served(request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path: Path) -> Iterator[Doors]:
    """The server over a database of its own, whose worker the test is."""
    with database_maker.fresh(request.param, folder=tmp_path) as url:
        with doors.serving(Settings(data_dir=tmp_path, database_url=url, port=children.free_port())) as running:
            yield running
        database.engine().dispose()


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "an empty file": (b"", "FILE_EMPTY", "0 bytes"),
    "a file of blanks": (b" \r\n \t\n", "FILE_EMPTY", "no text"),
    "a file of zeros": (b"\0" * 5_000, "FILE_EMPTY", "no text"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "FILE_NOT_CSV", "a PNG image"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "FILE_NOT_CSV", "a PDF"),
    "a ZIP": (b"PK\x03\x04" + bytes(range(256)) * 9, "FILE_NOT_CSV", "a ZIP archive"),
    "a gzip that was cut": (gzip.compress(GOOD)[:-12], "FILE_NOT_CSV", "ends in the middle"),
    "a damaged gzip": (gzip.compress(GOOD)[:-8] + b"12345678", "FILE_NOT_CSV", "damaged"),
    "a workbook that was cut": (
        workbook([["sku", "name"], ["A-1", "Lamp"]])[:-60],
        "FILE_NOT_CSV",
        "cannot be read as one",
    ),
    "a picture in a gzip": (
        gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9),
        "FILE_NOT_CSV",
        "a PNG image",
    ),
    "noise": (bytes(range(256)) * 400, "FILE_NOT_CSV", "binary data"),
    "a web page": (b"<!doctype html><html><body>Not found</body></html>", "FILE_NOT_CSV", "a web page"),
    "JSON": (b'[{"sku":"A-1","name":"Lamp"}]', "FILE_NOT_CSV", "JSON"),
    "no header": (b"A1,Lamp,5.00\nA2,Mug,6.00\n", "HEADER_MISSING", "the first reads: A1,Lamp,5.00"),
    "only numbers": (b"1,2\n3,4\n", "HEADER_MISSING", "the first reads: 1,2"),
    "a header cut by a quote": (b'sku,"name\nA-1,Lamp\n', "HEADER_MISSING", "The quote in line 1 is never closed"),
    "no sku column": (b"code,name\nA-1,Lamp\n", "COLUMN_MISSING", "known as sku"),
    "no name column": (b"sku,price\nA-1,5\n", "COLUMN_MISSING", "known as name"),
    "two columns for one field": (b"sku,SKU,name\n1,2,Lamp\n", "COLUMN_AMBIGUOUS", "could each be the sku"),
    "too many columns": (b"sku,name" + b",x" * 2_000 + b"\n", "FILE_TOO_LARGE", "2,002 columns"),
}

FAILED: dict[str, tuple[bytes, dict[str, int]]] = {
    "only bad rows": (
        HEAD + b"A-1,,,5\nA-2,Mug,,-6\n,Cup,,7\n",
        {"NAME_BLANK": 1, "PRICE_NEGATIVE": 1, "SKU_BLANK": 1},
    ),
    "a header and nothing else": (HEAD, {}),
    "only ragged rows": (HEAD + b"A-1\nA-2,Mug,,6,7\n", {"ROW_RAGGED": 2}),
}

# file -> created products, rejected lines by code
MIXED: dict[str, tuple[bytes, int, dict[str, list[int]]]] = {
    "a field of 10 MB in quotes": (
        HEAD + b'A-1,Lamp,"' + b"x" * 10_000_000 + b'",5\nA-2,Mug,,6\n',
        1,
        {"RECORD_TOO_LONG": [2]},
    ),
    "a field of 10 MB": (HEAD + b"A-1,Lamp," + b"x" * 10_000_000 + b",5\nA-2,Mug,,6\n", 1, {"RECORD_TOO_LONG": [2]}),
    "a field of 2 MB": (HEAD + b"A-2,Mug,,6\nA-1,Lamp," + b"x" * 2_000_000 + b",5\n", 1, {"FIELD_TOO_LONG": [3]}),
    "NUL bytes": (HEAD + b"A-1,La\0mp,,5\nA-2,Mug,,6\nA\0-3,Cup,,7\n", 1, {"NUL_BYTE": [2, 4]}),
    "bytes that are no text": (
        HEAD + "A-3,Käse,,7\nA-4,Müsli,,8\n".encode() + b"A-1,La\x81mp,,5\n" + "A-5,Öl,,9\n".encode(),
        3,
        {"ROW_UNDECODABLE": [4]},
    ),
    "a header that is no text": (b"sku,name,x\x81\0y\nA-1,K\xc3\xa4se,1\nA-2,M\xc3\xbcsli,1\n", 2, {}),
    "another encoding on one line": (HEAD + "A-1,Käse,,7\nA-2,Öl,,9\n".encode() + b"A-3,M\xfcsli,,8\n", 3, {}),
    "an open quote": (HEAD + b'A-1,"Lamp,,5\nA-2,Mug,,6\nA-3,Cup,,7\n', 2, {"QUOTE_UNBALANCED": [2]}),
    "an open quote at the end": (HEAD + b'A-2,Mug,,6\nA-1,"Lamp,,5', 1, {"QUOTE_UNBALANCED": [3]}),
    "a bad row in a gzip": (gzip.compress(HEAD + b"A-1,Lamp,,5\nA-2,,,6\n"), 1, {"NAME_BLANK": [3]}),
    "ragged rows": (HEAD + b"A-1,Lamp\nA-2,Mug,,6,7\nA-3,Cup,,7\n\n", 1, {"ROW_RAGGED": [2, 3]}),
}


def account(served: Doors, data: bytes, **options: str) -> dict[str, Any]:
    """Import a file to its end, and return how it stands."""
    answer = served.upload(data, **options)
    assert answer.status == 202, answer.body
    import_id = uuid.UUID(answer.json["task_id"])
    with contextlib.suppress(OSError):  # a worker logs it; what matters is how the import stands
        makers.run_import_to_end(import_id)
    told: dict[str, Any] = served.get(f"/imports/{import_id}").json
    assert told["counts"]["rows"] == sum(count for name, count in told["counts"].items() if name != "rows")
    return told


def next_one_works(served: Doors) -> bool:
    return bool(account(served, GOOD.replace(b"A-", b"NEXT-"))["counts"]["created"] == 2)


def scratch(folder: Path) -> list[str]:
    """List what an import leaves beside its products: scratch files of SQLite, schemas of PostgreSQL."""
    if database.engine().dialect.name == "sqlite":
        return [str(path) for path in folder.rglob("*.scratch/*")]
    with database.reading() as session:
        wanted = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'import%'")
        return list(session.scalars(wanted))


@Kinds
@pytest.mark.parametrize("what", REFUSED)
def test_what_no_import_can_read_is_refused_at_once(served: Doors, tmp_path: Path, what: str) -> None:
    data, code, said = REFUSED[what]
    answer = served.upload(data)
    assert (answer.status // 100, answer.json["code"]) == (4, code)
    assert said in answer.json["detail"]
    assert answer.json["action"]
    assert kept.nothing(tmp_path)
    assert next_one_works(served)


@Kinds
@pytest.mark.parametrize("what", FAILED)
def test_a_file_without_one_good_row_fails_with_its_rejects_listed(served: Doors, tmp_path: Path, what: str) -> None:
    data, codes = FAILED[what]
    told = account(served, data)
    assert (told["state"], told["error"]["code"]) == ("failed", "NO_VALID_ROWS")
    assert told["error"]["action"]
    groups = served.get(f"/imports/{told['task_id']}/rejects").json["groups"]
    assert {group["code"]: group["count"] for group in groups} == codes
    assert makers.stored_products() == {}
    assert makers.journal_lines(uuid.UUID(told["task_id"])) == []
    assert scratch(tmp_path) == []
    assert next_one_works(served)


@Kinds
@pytest.mark.parametrize("what", MIXED)
def test_bad_rows_cost_themselves_alone(served: Doors, tmp_path: Path, what: str) -> None:
    data, created, codes = MIXED[what]
    told = account(served, data)
    assert (told["state"], told["counts"]["created"]) == ("completed", created)
    rejects = served.get(f"/imports/{told['task_id']}/rejects").json
    assert {(one["code"], one["line"]) for one in rejects["items"]} == {
        (code, line) for code, lines in codes.items() for line in lines
    }
    assert all(one["message"] for one in rejects["items"])
    assert len(makers.stored_products()) == created
    assert scratch(tmp_path) == []
    assert next_one_works(served)


@Kinds
def test_the_bytes_of_a_row_that_is_no_text_come_back_as_they_were(served: Doors) -> None:
    told = account(served, MIXED["bytes that are no text"][0])
    file = served.get(f"/imports/{told['task_id']}/rejects.csv").body
    assert b"A-1,La\x81mp,,5" in file


@Kinds
@pytest.mark.parametrize("place", ["import.read.staged", "import.plan.made", "import.slice.before-commit"])
def test_a_full_disk_stops_the_import_and_a_retry_goes_on(
    served: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("FAILPOINTS", f"{place}=enospc")
    told = account(served, GOOD)
    assert (told["state"], told["error"]["code"]) == ("failed", "DISK_FULL")
    assert "Free some space" in told["error"]["action"]
    assert makers.stored_products() == {}
    monkeypatch.delenv("FAILPOINTS")
    assert next_one_works(served)
    assert served.post(f"/imports/{told['task_id']}/retry").status == 202
    assert makers.run_import_to_end(uuid.UUID(told["task_id"])).counts.created == 2
    assert scratch(tmp_path) == []


@pytest.mark.parametrize("served", [databases.SQLITE], indirect=True)
def test_a_storage_without_room_refuses_the_upload_and_keeps_nothing(
    served: Doors, tmp_path: Path, tiny_disk: Path
) -> None:
    (tmp_path / "files").rename(tmp_path / "before")
    (tmp_path / "files").symlink_to(tiny_disk)
    answer = served.upload(GOOD + b"A-3,Cup,,7.00\n" * 800_000)
    assert (answer.status, answer.json["code"]) == (507, "DISK_FULL")
    assert answer.json["action"]
    assert kept.rows() == {"uploads": 0, "parts": 0, "imports": 0}
    assert [path for path in tiny_disk.rglob("*") if path.is_file()] == []
    assert next_one_works(served)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    with small_disk.mounted(tmp_path / "tiny", kilobytes=1_024) as folder:
        yield folder


# file of ../shared/data -> options, what comes out
REAL_FILES: dict[str, tuple[dict[str, str], dict[str, int]]] = {
    "akeneo_product_format_example.csv": ({}, {"created": 15}),
    "fulfil_brief_products_head.csv": ({}, {"created": 59}),
    "medusa_exported-products-comma.csv": ({}, {"created": 3}),
    "medusa_exported-products-semicolon.csv": ({}, {"created": 3}),
    "shopify_forward_filled_bom.csv": ({}, {"created": 16, "PRICE_INVALID": 1}),
    "unopim_1k_products.xlsx": (
        {"mapping": '{"sku":"sku","name":"name","description":"description","price":"price (USD)"}'},
        {"created": 1000},
    ),
    "vendure_products.csv": ({}, {"created": 86}),
    "woocommerce_sample_products.csv": ({}, {"created": 24}),
}


@real_files.needed
@pytest.mark.parametrize("name", REAL_FILES)
@Kinds
def test_a_real_file_imports_and_says_exactly_what_is_wrong(served: Doors, name: str) -> None:
    options, expected = REAL_FILES[name]
    data = (real_files.FOLDER / name).read_bytes()
    told = account(served, data, **options)
    groups = served.get(f"/imports/{told['task_id']}/rejects").json["groups"]
    codes = {group["code"]: group["count"] for group in groups}
    made = {"created": told["counts"]["created"]} if told["counts"]["created"] else {}
    assert made | codes == expected
    again = account(served, data, **options)
    assert again["counts"]["unchanged"] == told["counts"]["created"]
    rejected = served.get(f"/imports/{told['task_id']}/rejects.csv").body.decode()
    assert len(list(csv.DictReader(io.StringIO(rejected), delimiter=told["file"]["delimiter"]))) == sum(codes.values())
