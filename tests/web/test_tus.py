"""Resumable uploads over HTTP: every word of the protocol, and whoever does not keep to it."""

import contextlib
import hashlib
import http.client
import itertools
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from product_importer.kit import clock, database
from product_importer.kit.settings import Settings
from product_importer.uploads import actions, chores, ledger
from product_importer.uploads.models import Part, Upload
from product_importer.uploads.resumable import ABANDONED
from product_importer.web.tus import buffers
from tests.fire import places
from tests.gate import Gate
from tests.patience import PATIENCE, until
from tests.servers import children
from tests.web import doors, kept, tus
from tests.web.doors import Doors
from tests.web.tus import Tus, encoded, pairs

MIB = 2**20
SMALL = 1_000_000  # bytes that the strict server takes
DATA = random.Random(5).randbytes(300_000)
TINY = 10_000 if places.ALL else 500  # pieces of one byte: each takes 6 ms


@pytest.fixture
def client(served: Doors) -> Tus:
    """A client of the server over SQLite."""
    return Tus(served)


@pytest.fixture
def strict(tmp_path: Path, sqlite_url: str) -> Iterator[Tus]:
    """A client of a server with narrow limits."""
    settings = Settings(
        data_dir=tmp_path,
        database_url=sqlite_url,
        port=children.free_port(),
        max_upload_bytes=SMALL,
        max_open_uploads=3,
        max_open_upload_bytes=2 * SMALL,
        upload_idle_seconds=1,
    )
    with doors.serving(settings) as running:
        yield Tus(running)
    database.engine().dispose()


def stored(place: str) -> bytes:
    return b"".join(actions.read(tus.id_of(place)))


def parts() -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Part)) or 0


def pieces(data_dir: Path) -> list[str]:
    return [name for name in kept.files(data_dir) if Path(name).is_file()]


def left_alone(place: str) -> None:
    """Let the upload be as if nothing had come for more than a day."""
    long_ago = clock.now() - clock.seconds(ABANDONED + 60)
    with database.transaction() as session:
        session.execute(update(Upload).where(Upload.id == tus.id_of(place)).values(touched_at=long_ago))


def test_a_file_arrives_in_pieces_and_every_answer_says_where_it_stands(served_twice: Doors) -> None:
    client, told = Tus(served_twice), pairs(filename="spring.csv", note="")
    made = client.create(len(DATA), Upload_Metadata=told)
    assert made.status == 201
    assert {"upload-expires", "tus-resumable", "access-control-expose-headers"} <= made.headers.keys()
    place = made.headers["location"]
    assert client.offset(place) == 0
    for start in range(0, len(DATA), 90_000):
        answer = client.patch(place, start, DATA[start : start + 90_000])
        assert (answer.status, int(answer.headers["upload-offset"])) == (204, min(start + 90_000, len(DATA)))
    head = client.ask("HEAD", place)
    said = (head.headers["upload-length"], head.headers["upload-metadata"], head.headers["cache-control"])
    assert said == (str(len(DATA)), told, "no-store")
    json = served_twice.get(place).json
    assert (json["name"], json["state"], json["offset"]) == ("spring.csv", "ready", len(DATA))
    assert client.patch(place, len(DATA), b"").status == 204  # whose answer was lost, sends the last piece again
    assert stored(place) == DATA


def test_options_name_what_is_served(client: Tus) -> None:
    answer = client.ask("OPTIONS", "/uploads", Tus_Resumable="")
    extensions = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"
    assert (answer.status, answer.headers["tus-extension"]) == (204, extensions)
    assert (answer.headers["tus-version"], answer.headers["tus-max-size"]) == ("1.0.0", str(2 * 2**30))
    assert answer.headers["tus-checksum-algorithm"] == "md5,sha1,sha256"
    assert "access-control-allow-origin" not in answer.headers


def test_the_first_bytes_may_come_with_the_announcement_and_the_size_with_the_last(client: Tus) -> None:
    made = client.create(None, DATA[:100_000])
    assert (made.status, made.headers["upload-offset"]) == (201, "100000")
    place = made.headers["location"]
    assert client.ask("HEAD", place).headers["upload-defer-length"] == "1"
    assert client.patch(place, 100_000, DATA[100_000:], Upload_Length=str(len(DATA))).status == 204
    assert client.doors.get(place).json["state"] == "ready"
    assert stored(place) == DATA
    bare = client.create(None, DATA).headers["location"]
    assert client.patch(bare, len(DATA), b"", Upload_Length=str(len(DATA))).status == 204
    assert client.doors.get(bare).json["state"] == "ready"


def test_an_empty_file_is_whole_at_once_and_empty_metadata_is_taken(client: Tus) -> None:
    made = client.doors.ask("POST", "/uploads", b"", Tus_Resumable="1.0.0", Upload_Length="0", Upload_Metadata="")
    assert made.status == 201
    assert client.doors.get(made.headers["location"]).json["state"] == "ready"
    emptied = {"md5": hashlib.md5(b"").hexdigest()}
    assert client.create(0, Upload_Metadata=pairs(**emptied)).status == 201


@pytest.mark.parametrize("meant", ["PATCH", "DELETE"])
def test_a_client_that_can_only_post_names_the_method_it_means(client: Tus, meant: str) -> None:
    place = client.opened(10)
    said = {"X_HTTP_Method_Override": meant, "Upload_Offset": "0", "Content_Type": tus.STREAM}
    assert client.ask("POST", place, b"0123456789" if meant == "PATCH" else b"", **said).status == 204
    assert client.ask("HEAD", place).status == (200 if meant == "PATCH" else 404)
    assert client.ask("POST", place).status == 405


def test_a_piece_counts_only_if_its_checksum_is_right(client: Tus, tmp_path: Path) -> None:
    for algorithm in ("md5", "sha1", "sha256"):
        place = client.opened(len(DATA))
        right = f"{algorithm} {encoded(hashlib.new(algorithm, DATA).digest())}"
        wrong = f"{algorithm} {encoded(hashlib.new(algorithm, b'other').digest())}"
        refused = client.patch(place, 0, DATA, Upload_Checksum=wrong)
        assert (refused.status, refused.json["code"], client.offset(place)) == (460, "CHECKSUM_MISMATCH", 0)
        assert pieces(tmp_path) == []
        assert client.patch(place, 0, DATA, Upload_Checksum=right).status == 204
        assert stored(place) == DATA
        assert client.ask("DELETE", place).status == 204


def test_a_checksum_covers_a_piece_of_several_parts(client: Tus) -> None:
    data = DATA * 60
    place = client.opened(len(data))
    digest = f"sha256 {encoded(hashlib.sha256(data).digest())}"
    assert client.patch(place, 0, data, Upload_Checksum=digest).status == 204
    assert (stored(place) == data, parts()) == (True, 3)


def test_a_small_file_is_verified_before_its_last_piece_is_answered(served_twice: Doors, tmp_path: Path) -> None:
    client = Tus(served_twice)
    place = client.sent(DATA, md5=hashlib.md5(DATA).hexdigest().upper())
    told = served_twice.get(place).json
    assert (told["state"], told["sha256"]) == ("ready", hashlib.sha256(DATA).hexdigest())
    wrong = client.opened(len(DATA), md5=hashlib.md5(b"other").hexdigest())
    refused = client.patch(wrong, 0, DATA)
    assert (refused.status, refused.json["code"]) == (460, "CHECKSUM_MISMATCH")
    assert (parts(), stored(wrong)) == (1, b"")
    told = served_twice.get(wrong).json
    assert (told["state"], told["error"]) == ("rejected", "CHECKSUM_MISMATCH")
    assert client.ask("HEAD", wrong).status == 460  # its sender must not take it for done


def test_an_upload_is_ended_and_nothing_of_it_stays(client: Tus, tmp_path: Path) -> None:
    place = client.sent(DATA)
    assert client.ask("DELETE", place).status == 204
    assert kept.nothing(tmp_path)
    for method in ("HEAD", "DELETE"):
        assert client.ask(method, place).status == 404
    assert client.patch(place, 0, DATA).status == 404


def test_an_upload_that_was_left_alone_is_gone_and_its_bytes_with_it(client: Tus, tmp_path: Path) -> None:
    place = client.opened(len(DATA))
    client.patch(place, 0, DATA[:1000])
    left_alone(place)
    for answer in (client.ask("HEAD", place), client.patch(place, 1000, DATA[1000:])):
        assert answer.status == 410
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert (chores.forget_abandoned.run(), chores.empty_useless.run()) == (1, 1)
    assert kept.files(tmp_path) == []
    assert client.doors.get(place).json["code"] == "UPLOAD_EXPIRED"


def test_a_wrong_piece_is_refused_before_a_byte_of_it_is_kept(client: Tus, tmp_path: Path) -> None:
    place = client.opened(2_000_000)
    wanted = {
        ("Tus_Resumable", "0.2.2"): (412, "TUS_VERSION"),
        ("Tus_Resumable", ""): (412, "TUS_VERSION"),
        ("Content_Type", "text/csv"): (415, "NOT_OFFSET_STREAM"),
        ("Upload_Offset", ""): (400, "BAD_TUS_HEADER"),
        ("Upload_Offset", "-1"): (400, "BAD_TUS_HEADER"),
        ("Upload_Offset", "5"): (409, "OFFSET_MISMATCH"),
        ("Upload_Checksum", "crc32 AAAA"): (400, "BAD_TUS_HEADER"),
        ("Upload_Checksum", "md5 !"): (400, "BAD_TUS_HEADER"),
        ("Upload_Length", "7"): (413, "UPLOAD_TOO_LARGE"),
    }
    seen = {}
    for name, value in wanted:
        answer = client.patch(place, 0, b"x" * 2_000_000, **{name: value})
        seen[name, value] = (answer.status, answer.json["code"])
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert seen == wanted
    assert (client.offset(place), kept.files(tmp_path)) == (0, [])


def test_a_wrong_announcement_opens_nothing(client: Tus) -> None:
    wrong: list[dict[str, Any]] = [
        {"Upload_Length": "-1"},
        {"Upload_Length": "ten"},
        {"Upload_Length": str(10**20)},
        {},
        {"Upload_Length": "5", "Upload_Defer_Length": "1"},
        {"Upload_Defer_Length": "2"},
        {"Upload_Length": "5", "Upload_Metadata": "filename ???"},
        {"Upload_Length": "5", "Upload_Metadata": "a YQ==,a YQ=="},
        {"Upload_Length": "5", "Upload_Metadata": pairs(md5="zz")},
        {"Upload_Length": "5", "Upload_Metadata": pairs(filename="x" * 9_000)},
    ]
    answers = [client.ask("POST", "/uploads", **headers).json["code"] for headers in wrong]
    assert answers == ["BAD_TUS_HEADER"] * len(wrong)
    assert client.create(2 * 2**30 + 1).json["code"] == "UPLOAD_TOO_LARGE"
    assert kept.rows()["uploads"] == 0


def test_a_name_never_becomes_a_path(client: Tus, tmp_path: Path) -> None:
    names = {
        "../../etc/passwd": "passwd",
        "..\\..\\boot.ini": "boot.ini",
        "a\0b.csv": "ab.csv",
        "..": "..",
        "": "upload",
    }
    places = {given: client.sent(b"0123456789", filename=given) for given in names}
    assert {given: client.doors.get(place).json["name"] for given, place in places.items()} == names
    assert {Path(name).parent.name for name in pieces(tmp_path)} == {str(tus.id_of(place)) for place in places.values()}


def test_an_address_that_is_no_upload_is_not_found(client: Tus) -> None:
    for name in ("nope", "%00", "00000000-0000-0000-0000-000000000000", "x.info"):
        answers = [client.ask("HEAD", f"/uploads/{name}"), client.patch(f"/uploads/{name}", 0, b"x")]
        assert {(answer.status, answer.headers["tus-resumable"]) for answer in answers} == {(404, "1.0.0")}
    for name in ("..", "..%2f..%2fetc", ".locks/x"):
        assert client.ask("DELETE", f"/uploads/{name}").status in (404, 405)


def test_more_than_was_announced_is_refused_and_what_is_right_of_it_stays_usable(strict: Tus, tmp_path: Path) -> None:
    assert strict.create(SMALL + 1).status == 413
    place = strict.opened(1_000)
    assert strict.patch(place, 0, b"x" * 1_001).status == 413
    chunked = strict.doors.ask(
        "PATCH",
        place,
        itertools.repeat(b"x" * 100, 11),
        Tus_Resumable="1.0.0",
        Upload_Offset="0",
        Content_Type=tus.STREAM,
    )
    assert (chunked.status, strict.offset(place)) == (413, 0)
    assert strict.patch(place, 0, b"y" * 1_000).status == 204
    assert strict.patch(place, 1_000, b"y").status == 413
    assert stored(place) == b"y" * 1_000
    with_first = strict.create(10, b"x" * 11)
    assert (with_first.status, kept.rows()["uploads"]) == (413, 1)


def test_a_sender_may_not_open_more_than_its_share(strict: Tus) -> None:
    places = [strict.opened(SMALL), strict.opened(SMALL - 10)]
    assert strict.create(11).json["code"] == "UPLOAD_QUOTA"
    assert strict.create(None).status == 429
    places.append(strict.opened(10))
    assert strict.create(0).status == 429
    assert strict.ask("DELETE", places.pop()).status == 204
    assert strict.create(10).status == 201


def test_what_a_silent_client_had_sent_is_kept(strict: Tus) -> None:
    place = strict.opened(1_000)
    head = (f"PATCH {place} HTTP/1.1", "Host: localhost", "Tus-Resumable: 1.0.0", "Upload-Offset: 0")
    with strict.doors.connect() as line:
        line.sendall(doors.written(*head, f"Content-Type: {tus.STREAM}", "Content-Length: 1000") + b"x" * 400)
        answer = line.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"CLIENT_STALLED" in answer
    assert strict.offset(place) == 400


def test_what_came_before_a_cut_is_kept(strict: Tus) -> None:
    place = strict.opened(600_000)
    head = (f"PATCH {place} HTTP/1.1", "Host: localhost", "Tus-Resumable: 1.0.0", "Upload-Offset: 0")
    with contextlib.closing(strict.doors.connect()) as line:
        line.sendall(doors.written(*head, f"Content-Type: {tus.STREAM}", "Content-Length: 600000") + b"x" * 400_000)
    until(lambda: strict.offset(place) > 200_000)  # but for what the server had not yet taken from the line
    kept_of_it = strict.offset(place)
    assert kept_of_it <= 400_000
    assert strict.patch(place, kept_of_it, b"y" * (600_000 - kept_of_it)).status == 204
    assert stored(place) == b"x" * kept_of_it + b"y" * (600_000 - kept_of_it)


def test_an_upload_whose_announcement_was_cut_is_forgotten(strict: Tus, tmp_path: Path) -> None:
    head = ("POST /uploads HTTP/1.1", "Host: localhost", "Tus-Resumable: 1.0.0", "Upload-Length: 600000")
    with contextlib.closing(strict.doors.connect()) as line:
        line.sendall(doors.written(*head, f"Content-Type: {tus.STREAM}", "Content-Length: 600000") + b"x" * 400_000)
        until(lambda: kept.rows()["uploads"] == 1)
    until(lambda: kept.nothing(tmp_path))
    assert strict.create(SMALL).status == 201


@pytest.mark.parametrize("full", [1, 2])
def test_a_room_whose_bytes_are_being_stored_is_nobody_elses(served: Doors, gate: Gate, full: int) -> None:
    client, size = Tus(served), 3 * ledger.PART
    data = (b"x" * ledger.PART + b"z" * ledger.PART + b"w" * 1_000)[: full * ledger.PART + 1_000]
    client.sent(b"whose buffers are taken next")
    place, others = client.opened(size), [client.opened(size) for _ in range(3)]
    head = (f"PATCH {place} HTTP/1.1", "Host: localhost", "Tus-Resumable: 1.0.0", "Upload-Offset: 0")
    gate.shut("upload.part.storing")
    with contextlib.closing(served.connect()) as line:
        line.sendall(doors.written(*head, f"Content-Type: {tus.STREAM}", f"Content-Length: {size}"))
        line.sendall(data)
        gate.wait()
    assert [client.patch(other, 0, b"y" * size).status for other in others] == [204] * 3
    gate.open()
    until(lambda: client.offset(place) >= full * ledger.PART)
    assert data.startswith(stored(place))
    assert [set(stored(other)) for other in others] == [set(b"y")] * 3


def test_buffers_come_back_once_each_from_requests_that_fail(strict: Tus) -> None:
    wrong = f"md5 {encoded(hashlib.md5(b'other').digest())}"
    body = [b"x" * 100] * 11
    for refused in ({"Upload_Checksum": wrong}, {}):
        buffers.idle.clear()
        place = strict.opened(1_000)
        said = {"Tus_Resumable": "1.0.0", "Upload_Offset": "0", "Content_Type": tus.STREAM, **refused}
        assert strict.doors.ask("PATCH", place, iter(body[: 10 if refused else 11]), **said).status in (460, 413)
        assert len({id(buffer) for buffer in buffers.idle}) == 2


@pytest.mark.fire
def test_tiny_pieces_do_not_become_many_parts(client: Tus, tmp_path: Path) -> None:
    place = client.opened(TINY)
    line = http.client.HTTPConnection("127.0.0.1", client.doors.port, timeout=PATIENCE)
    with contextlib.closing(line):
        for at in range(TINY):
            told = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(at), "Content-Type": tus.STREAM}
            line.request("PATCH", place, DATA[at : at + 1], told)
            answer = line.getresponse()
            assert (answer.status, answer.read()) == (204, b"")
    assert (stored(place) == DATA[:TINY], parts(), len(pieces(tmp_path))) == (True, 1, 1)


def test_of_eight_clients_that_fight_over_an_upload_none_spoils_a_byte(served_twice: Doors, tmp_path: Path) -> None:
    client, data = Tus(served_twice), DATA * 10
    place = client.opened(len(data))
    dice = random.Random(8)
    sizes = [[dice.choice((1_000, 70_000, 400_000)) for _ in range(200)] for _ in range(8)]

    def fight(mine: list[int]) -> set[int]:
        seen: set[int] = set()
        for size in mine:
            start = client.offset(place)
            if start == len(data):
                return seen
            seen.add(client.patch(place, start, data[start : start + size]).status)
        return seen

    with ThreadPoolExecutor(8) as pool:
        answers = set().union(*pool.map(fight, sizes))
    assert answers == {204, 409}
    assert stored(place) == data
    assert len(pieces(tmp_path)) == parts()


def test_parts_of_all_sizes_are_counted_right(client: Tus) -> None:
    data = DATA * 60  # more than two parts
    place, at = client.opened(len(data)), 0
    for size in (1, ledger.SMALL, 10, ledger.PART, ledger.PART + 5, len(data)):
        client.patch(place, at, data[at : at + size])
        at = client.offset(place)
    assert (at, stored(place) == data) == (len(data), True)
