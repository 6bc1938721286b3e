"""Uploads: parts in storage first, then in the ledger, and one sender at a time."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from product_importer.kit import clock, database
from product_importer.kit.settings import Settings
from product_importer.uploads import actions, chores, ledger, resumable
from product_importer.uploads.models import Part, Upload
from tests.makers import make_upload

pytestmark = pytest.mark.usefixtures("started")


def read(upload_id: uuid.UUID) -> bytes:
    return b"".join(actions.read(upload_id))


def known() -> tuple[int, int]:
    """Count uploads and parts."""
    with database.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Upload, Part)]
    return counts[0], counts[1]


def stored(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]


def age(upload_id: uuid.UUID, seconds: float) -> None:
    long_ago = clock.now() - clock.seconds(seconds)
    with database.transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload_id).values(touched_at=long_ago))


def test_parts_are_read_back_in_their_order() -> None:
    data = bytes(range(256)) * 10
    upload_id = make_upload(data, part=100)
    assert read(upload_id) == data
    assert actions.size(upload_id) == len(data)


def test_a_part_that_does_not_begin_where_the_last_one_ends_is_refused() -> None:
    upload_id = make_upload(b"0123456789")
    for start in (0, 5, 11):
        with pytest.raises(ledger.OffsetMismatch):
            actions.append(upload_id, start=start, data=b"x")
    assert actions.size(upload_id) == 10


def test_of_many_who_send_the_same_part_one_is_heard() -> None:
    upload_id = actions.open_upload(name="x.csv", actor="user:test")

    def send(_: int) -> bool:
        try:
            actions.append(upload_id, start=0, data=b"0123456789")
        except ledger.OffsetMismatch:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(send, range(6))) == 1
    assert read(upload_id) == b"0123456789"
    assert known() == (1, 1)


def test_a_whole_upload_takes_no_more_parts() -> None:
    upload_id = make_upload(b"0123456789")
    with database.transaction() as session:
        actions.complete(session, upload_id)
    with pytest.raises(ledger.OffsetMismatch):
        actions.append(upload_id, start=10, data=b"x")


def test_a_discarded_upload_leaves_no_trace(started: Settings) -> None:
    upload_id = make_upload(b"0123456789", part=3)
    actions.discard(upload_id)
    assert known() == (0, 0)
    assert stored(started) == []
    actions.discard(upload_id)
    assert actions.size(upload_id) == 0


def test_what_was_abandoned_for_a_day_is_forgotten_and_nothing_else(started: Settings) -> None:
    abandoned, fresh, whole = (make_upload(name) for name in (b"abandoned", b"fresh", b"whole"))
    with database.transaction() as session:
        actions.complete(session, whole)
    age(abandoned, resumable.ABANDONED + 1)
    age(whole, resumable.ABANDONED + 1)
    assert chores.forget_abandoned.run() == 1
    assert known() == (2, 2)
    assert len(stored(started)) == 2
    assert (read(fresh), read(whole)) == (b"fresh", b"whole")
