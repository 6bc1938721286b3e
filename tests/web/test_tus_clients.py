"""tuspy, a client that others wrote, against the real server: over a folder with SQLite, over S3 with PostgreSQL."""

import contextlib
import hashlib
import random
from pathlib import Path

from tusclient.client import TusClient

from product_importer.uploads import actions
from tests.patience import until
from tests.web import doors
from tests.web.doors import Doors
from tests.web.tus import Tus, id_of

MIB = 2**20


def test_tuspy_sends_a_file_and_goes_on_after_a_cut(doors_of_both: Doors, tmp_path: Path) -> None:
    data = random.Random(20).randbytes(20 * MIB)
    file = tmp_path / "spring.csv"
    file.write_bytes(data)
    client = TusClient(f"http://127.0.0.1:{doors_of_both.port}/uploads")
    told = {"filename": "spring.csv", "md5": hashlib.md5(data).hexdigest()}
    sender = client.uploader(str(file), chunk_size=3 * MIB, metadata=told, upload_checksum=True)
    sender.upload(stop_at=7 * MIB)
    tus = Tus(doors_of_both)
    place = "/uploads/" + str(sender.url).rpartition("/")[2]
    start = tus.offset(place)
    head = (f"PATCH {place} HTTP/1.1", "Host: localhost", "Tus-Resumable: 1.0.0", f"Upload-Offset: {start}")
    body = ("Content-Type: application/offset+octet-stream", f"Content-Length: {len(data) - start}")
    with contextlib.closing(doors_of_both.connect()) as line:
        line.sendall(doors.written(*head, *body) + data[start : start + MIB])
    until(lambda: tus.offset(place) > start)  # what came before the cut
    again = client.uploader(str(file), url=sender.url, chunk_size=8 * MIB)
    again.upload()
    assert tus.offset(place) == len(data)
    assert b"".join(actions.read(id_of(place))) == data
    assert doors_of_both.get(place).json["name"] == "spring.csv"
