"""Files as they come in: as a form or as the body, whole, too large, or cut in the middle."""

import contextlib
import itertools
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer.kit import database
from product_importer.kit.settings import Settings
from product_importer.uploads import actions as uploads
from tests import makers
from tests.patience import until
from tests.servers import children
from tests.web import doors, kept
from tests.web.doors import FORM, Doors

FILE = b"sku,name,price\nA-1,Lamp,5.00\nA-2,Mug,6.50\n"
OTHER = b"Code;Title;Cost\nA-1;Lamp;5,00\n"
MAPPING = '{"sku": "Code", "name": "Title", "price": "Cost"}'
LIMIT = 100_000  # bytes that the small server takes
ACCEPT = {"Content_Type": FORM, "Accept": "application/json"}


@pytest.fixture
def small(tmp_path: Path, sqlite_url: str) -> Iterator[Doors]:
    """A server that takes small files only."""
    port = children.free_port()
    with doors.serving(Settings(data_dir=tmp_path, database_url=sqlite_url, port=port, max_upload_bytes=LIMIT)) as door:
        yield door
    database.engine().dispose()


def test_a_form_is_taken_and_the_import_described(served: Doors) -> None:
    answer = served.upload(FILE)
    told = answer.json
    assert (answer.status, told["state"], told["status"]) == (202, "queued", "Waiting")
    assert answer.headers["location"] == f"/upload/status/{told['task_id']}"
    assert told["file"]["name"] == "spring.csv"
    assert told["file"]["bytes"] == len(FILE)
    assert served.get(answer.headers["location"]).json["task_id"] == told["task_id"]


def test_the_versioned_door_answers_with_its_own_place(served: Doors) -> None:
    answer = served.upload(FILE, path="/api/v1/upload")
    assert answer.headers["location"] == f"/api/v1/upload/status/{answer.json['task_id']}"
    assert served.get(answer.headers["location"]).status == 200


def test_the_body_itself_is_taken_with_options_in_the_query(served: Doors) -> None:
    query = "name=prices.csv&mode=create_only&decimal=,&delimiter=%3B&mapping=" + MAPPING.replace(" ", "")
    told = served.post(f"/upload?{query}", OTHER, Content_Type="text/csv").json
    assert (told["file"]["name"], told["mode"], told["file"]["delimiter"]) == ("prices.csv", "create_only", ";")
    assert told["mapping"] == json.loads(MAPPING)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="C:\\\\lists\\\\mai.csv"', "mai.csv"),
        ("attachment; filename=\"m_rz.csv\"; filename*=UTF-8''lists%2Fm%C3%A4rz.csv", "märz.csv"),
    ],
)
def test_a_chunked_body_is_taken_and_named_by_its_disposition(served: Doors, disposition: str, name: str) -> None:
    told = served.post("/upload", iter([FILE[:20], FILE[20:]]), Content_Disposition=disposition).json
    assert (told["file"]["name"], told["file"]["bytes"]) == (name, len(FILE))


def test_options_are_taken_before_and_after_the_file(served: Doors) -> None:
    options = [doors.field("mode", "update_only"), doors.field("mapping", MAPPING), doors.field("decimal", ",")]
    for parts in (
        [*options, doors.file(OTHER)],
        [doors.file(OTHER), *options],
        [options[0], doors.file(OTHER), *options[1:]],
    ):
        answer = served.post("/upload", doors.form(*parts), **ACCEPT)
        assert (answer.status, answer.json["mode"]) == (202, "update_only")


@pytest.mark.parametrize(
    ("given", "kept_as"),
    [
        ("Frühling 春 🌷.csv", "Frühling 春 🌷.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\\\Users\\\\me\\\\list.csv", "list.csv"),
        ("", "upload.csv"),
        ("/", "upload.csv"),
        ("a\0b\x1b[31m.csv", "ab[31m.csv"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
    ],
)
def test_a_name_is_only_ever_words_to_show(served_twice: Doors, given: str, kept_as: str) -> None:
    told = served_twice.upload(FILE, name=given).json
    assert told["file"]["name"] == kept_as


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"mode": "replace"}, "/mode"),
        ({"mapping": "sku=Code"}, "/mapping"),
        ({"mapping": "[1]"}, "/mapping"),
        ({"mapping": "[" * 30_000}, "/mapping"),
        ({"mapping": '{"sku": "\\ud800"}'}, "/mapping"),
        ({"mapping": '{"hue": "Code"}'}, "/mapping/hue"),
        ({"blanks": '{"price": "guess"}'}, "/blanks/price"),
        ({"header_line": "0"}, "/header_line"),
        ({"interactive": "perhaps"}, "/interactive"),
    ],
)
def test_an_option_that_breaks_a_rule_is_named_and_nothing_is_kept(
    served: Doors, tmp_path: Path, options: dict[str, str], pointer: str
) -> None:
    answer = served.upload(FILE, **options)
    assert (answer.status, answer.json["code"]) == (422, "VALIDATION_FAILED")
    assert pointer in [one["pointer"] for one in answer.json["errors"]]
    assert kept.nothing(tmp_path)


def test_options_of_a_form_may_stand_in_the_address(served: Doors) -> None:
    body = doors.form(doors.field("decimal", ","), doors.field("mapping", MAPPING), doors.file(OTHER))
    told = served.post("/upload?mode=create_only&decimal=,", body, **ACCEPT).json
    assert makers.job_of(uuid.UUID(told["task_id"])).options["mode"] == "create_only"
    refused = served.post("/upload?mode=create_only&decimal=.", body, **ACCEPT)
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/decimal")
    refused = served.post("/upload?mode=nonsense", doors.form(doors.file(FILE)), **ACCEPT)
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/mode")


def test_an_unknown_option_of_the_query_is_named_too(served: Doors, tmp_path: Path) -> None:
    answer = served.post("/upload?colour=red", FILE, Content_Type="text/csv")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/colour")
    assert kept.nothing(tmp_path)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([doors.field("mode", "upsert")], "no file in a field named `file`"),
        ([doors.field("file", "sku,name")], "no file in a field named `file`"),
        ([doors.file(FILE), doors.file(FILE)], "more than one file"),
        ([doors.field("mode", "x" * 70_000), doors.file(FILE)], "longer than 65,536 bytes"),
        ([*(doors.field(f"f{number}", "") for number in range(60)), doors.file(FILE)], "more than 50 fields"),
        ([b"X-Long: " + b"z" * 100_000 + b"\r\n\r\n", doors.file(FILE)], "Maximum header size"),
    ],
    ids=["no file", "a field is no file", "two files", "a long field", "many fields", "a long header"],
)
def test_a_form_that_is_not_one_file_is_refused(served: Doors, tmp_path: Path, parts: list[bytes], said: str) -> None:
    answer = served.post("/upload", doors.form(*parts), **ACCEPT)
    assert (answer.status, answer.json["code"]) == (400, "BAD_FORM")
    assert said in answer.json["detail"]
    assert kept.nothing(tmp_path)


@pytest.mark.parametrize(
    "content_type",
    [f"multipart/form-data{rest}" for rest in ("", "; boundary=", "; boundary=other", f"; boundary={'z' * 300}")],
)
def test_a_broken_boundary_is_refused(served: Doors, tmp_path: Path, content_type: str) -> None:
    answer = served.post("/upload", doors.form(doors.file(FILE)), Content_Type=content_type)
    assert (answer.status, answer.json["code"]) == (400, "BAD_FORM")
    assert kept.nothing(tmp_path)


@pytest.mark.parametrize("missing", [1, 4, 20, 60])
def test_a_form_that_ends_too_early_is_refused(served: Doors, tmp_path: Path, missing: int) -> None:
    body = doors.form(doors.file(FILE)).removesuffix(b"\r\n")
    answer = served.post("/upload", body[:-missing], **ACCEPT)
    assert (answer.status, answer.json["code"]) == (400, "BAD_FORM")
    assert kept.nothing(tmp_path)


@pytest.mark.parametrize("content_type", [FORM, "text/csv"])
def test_of_an_upload_that_is_cut_nothing_stays(served: Doors, tmp_path: Path, content_type: str) -> None:
    data = FILE + b"A-3,Cup,7.00\n" * 1_000_000
    body = doors.form(doors.file(data)) if content_type == FORM else data
    head = ("POST /upload HTTP/1.1", "Host: localhost", f"Content-Type: {content_type}", f"Content-Length: {len(body)}")
    with contextlib.closing(served.connect()) as line:
        line.sendall(doors.written(*head) + body[: uploads.PART + 2**20])
        until(lambda: kept.rows()["parts"] == 1)
    until(lambda: kept.nothing(tmp_path))
    assert served.upload(FILE).status == 202


def test_a_file_is_stored_byte_for_byte_in_parts(served: Doors) -> None:
    data = FILE + b"A-3,Cup,7.00\n" * (uploads.PART // 10)
    told = served.upload(data).json
    job = makers.job_of(uuid.UUID(told["task_id"]))
    assert b"".join(uploads.read(job.upload_id)) == data
    assert kept.rows()["parts"] == 2


def test_a_file_of_the_largest_size_is_taken(small: Doors) -> None:
    data = FILE + b"A-3,Cup,7\n" * 9_990
    full = data + b" " * (LIMIT - len(data))
    assert small.upload(full).status == 202
    assert small.post("/upload", full, Content_Type="text/csv").status == 202


@pytest.mark.parametrize("how", ["form", "body", "chunked"])
def test_a_file_that_is_too_large_is_refused_and_nothing_is_kept(small: Doors, tmp_path: Path, how: str) -> None:
    data = FILE + b"x" * LIMIT
    ask = {
        "form": lambda: small.upload(data),
        "body": lambda: small.post("/upload", data, Content_Type="text/csv"),
        "chunked": lambda: small.post("/upload", itertools.repeat(b"x" * 10_000, 11), Content_Type="text/csv"),
    }
    answer = ask[how]()
    assert (answer.status, answer.json["code"]) == (413, "BODY_TOO_LARGE")
    assert "100,000" in answer.json["detail"]
    assert kept.nothing(tmp_path)
