"""Imports of files that were uploaded in pieces: once each, verified first, and refused with what is missing."""

import hashlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from product_importer.kit import clock, database
from product_importer.uploads.models import Upload
from product_importer.uploads.resumable import ABANDONED
from tests import makers
from tests.web import kept, tus
from tests.web.doors import Answer, Doors
from tests.web.tus import Tus

FILE = b"sku,name,price\nA-1,Lamp,5.00\nA-2,Mug,6.50\n"
OTHER = b"Code;Title;Cost\nA-1;Lamp;5,00\n"


@pytest.fixture
def client(served: Doors) -> Tus:
    """A client of the server over SQLite."""
    return Tus(served)


def start(client: Tus, place: str, **said: Any) -> Answer:
    body = json.dumps({"upload_id": str(tus.id_of(place)), **said}).encode()
    return client.doors.post("/imports", body, Content_Type="application/json")


def test_an_uploaded_file_is_imported_once_however_often_it_is_asked_for(served_twice: Doors) -> None:
    client = Tus(served_twice)
    place = client.sent(FILE, filename="spring.csv")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: start(client, place, decimal="."), range(4)))
    assert {(answer.status, answer.json["task_id"]) for answer in answers} == {(202, answers[0].json["task_id"])}
    assert answers[0].headers["location"] == f"/imports/{answers[0].json['task_id']}"
    assert kept.rows()["imports"] == 1
    seen = makers.run_import_to_end(uuid.UUID(answers[0].json["task_id"]))
    assert (seen.state, seen.counts.created, seen.file.name) == ("completed", 2, "spring.csv")
    assert served_twice.get(place).json["used"]
    for other in ({"mode": "update_only"}, {"md5": "0" * 32}):
        refused = start(client, place, **{"decimal": ".", **other})
        assert (refused.status, refused.json["code"]) == (409, "UPLOAD_CONSUMED")
        assert refused.json["task_id"] == answers[0].json["task_id"]
    assert client.ask("DELETE", place).json["code"] == "UPLOAD_CONSUMED"
    assert client.patch(place, len(FILE), b"").status == 204


def test_a_file_whose_columns_are_unclear_may_be_asked_for_again_with_a_mapping(client: Tus) -> None:
    place = client.sent(OTHER)
    assert start(client, place).json["code"] == "COLUMN_MISSING"
    answer = start(client, place, mapping={"sku": "Code", "name": "Title", "price": "Cost"}, decimal=",")
    assert (answer.status, answer.json["mapping"]["sku"]) == (202, "Code")


def test_what_cannot_be_imported_is_refused_with_what_is_missing(client: Tus) -> None:
    half = client.opened(len(FILE))
    client.patch(half, 0, FILE[:10])
    refused = start(client, half)
    assert (refused.status, refused.json["code"], refused.json["offset"]) == (409, "UPLOAD_NOT_READY", 10)
    unknown = start(client, f"/uploads/{uuid.uuid4()}")
    assert (unknown.status, unknown.json["code"]) == (404, "UPLOAD_NOT_FOUND")
    wrong = client.opened(len(FILE), md5=hashlib.md5(b"other").hexdigest())
    assert client.patch(wrong, 0, FILE).status == 460
    damaged = start(client, wrong)
    assert (damaged.status, damaged.json["code"]) == (422, "CHECKSUM_MISMATCH")
    assert start(client, half, md5="short").json["errors"][0]["pointer"] == "/body/md5"
    assert start(client, half, colour="red").status == 422
    with database.transaction() as session:
        session.execute(update(Upload).values(touched_at=clock.now() - clock.seconds(ABANDONED + 60)))
    expired = start(client, half)
    assert (expired.status, expired.json["code"]) == (410, "UPLOAD_EXPIRED")
    assert kept.rows()["imports"] == 0


def test_the_md5_of_the_request_is_verified_before_a_row_is_read(client: Tus) -> None:
    right, wrong = hashlib.md5(FILE).hexdigest(), hashlib.md5(b"other").hexdigest()
    told = start(client, client.sent(FILE), md5=right.upper()).json
    assert makers.run_import_to_end(uuid.UUID(told["task_id"])).state == "completed"
    told = start(client, client.sent(b"sku,name\nB-1,Never\n"), md5=wrong).json
    seen = makers.run_import_to_end(uuid.UUID(told["task_id"]))
    assert seen.error is not None
    assert (seen.state, seen.error.code, seen.progress.rows_read) == ("failed", "CHECKSUM_MISMATCH", 0)
    assert "b-1" not in makers.stored_products()
    verified = client.sent(FILE, md5=right)
    assert start(client, verified, md5=wrong).json["code"] == "CHECKSUM_MISMATCH"
    assert start(client, verified, md5=right).status == 202
