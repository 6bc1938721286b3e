"""Resumable uploads without a web server: whose they are, how large ones are verified, and what chores clear away."""

import hashlib
import random
import uuid
from pathlib import Path

import pytest
from sqlalchemy import update

from product_importer.kit import clock, database, storage, tasks
from product_importer.kit.failpoints import Injected
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import sweeper
from product_importer.uploads import actions, chores, ledger, resumable, verification
from product_importer.uploads.models import Upload, UploadState

pytestmark = pytest.mark.usefixtures("started")

ME = "user:me"
BYTES = random.Random(17).randbytes(2**20)
LARGE = BYTES * 17  # more than is verified at once


def announced(length: int | None, settings: Settings, *, md5: str | None = None) -> uuid.UUID:
    with database.transaction() as session:
        said = resumable.Announcement("a.csv", length, md5=md5)
        return resumable.announce(session, said, actor=ME, settings=settings).id


def sent(data: bytes, settings: Settings, *, md5: str | None = None) -> uuid.UUID:
    upload_id = announced(len(data), settings, md5=md5)
    for start in range(0, len(data), ledger.PART):
        piece = ledger.store(upload_id, start=start, data=data[start : start + ledger.PART])
        resumable.add(upload_id, start=start, pieces=[piece])
    return upload_id


def seen(upload_id: uuid.UUID) -> Upload:
    with database.reading() as session:
        return session.get_one(Upload, upload_id)


def files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]


def left_alone(upload_id: uuid.UUID) -> None:
    long_ago = clock.now() - clock.seconds(resumable.ABANDONED + 60)
    with database.transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload_id).values(touched_at=long_ago))


def test_a_large_file_is_verified_by_a_worker_before_it_may_be_used(started: Settings) -> None:
    upload_id = sent(LARGE, started, md5=hashlib.md5(LARGE).hexdigest())
    assert seen(upload_id).state is UploadState.VERIFYING
    with pytest.raises(resumable.UploadNotReady), database.transaction() as session:
        resumable.consume(session, upload_id, actor=ME)
    assert sweeper.due(verification.verify_upload) == [upload_id]
    for _ in range(2):
        tasks.run(verification.verify_upload, upload_id)
    assert (seen(upload_id).state, seen(upload_id).sha256) == ("ready", hashlib.sha256(LARGE).hexdigest())
    with database.transaction() as session:
        assert resumable.consume(session, upload_id, actor=ME).received == len(LARGE)
    assert seen(upload_id).completed_at is not None
    with pytest.raises(resumable.UploadConsumed), database.transaction() as session:
        resumable.consume(session, upload_id, actor=ME)


def test_of_a_large_file_that_is_another_one_nothing_is_kept(started: Settings) -> None:
    upload_id = sent(LARGE, started, md5=hashlib.md5(b"other").hexdigest())
    tasks.run(verification.verify_upload, upload_id)
    assert (seen(upload_id).state, files(started)) == ("rejected", [])
    with pytest.raises(resumable.UploadRejected), database.transaction() as session:
        resumable.consume(session, upload_id, actor=ME)
    assert sweeper.due(verification.verify_upload) == []


def test_nobody_finds_the_upload_of_another(started: Settings) -> None:
    upload_id = sent(BYTES, started)
    with database.reading() as session:
        assert resumable.find(session, upload_id, actor=ME).received == len(BYTES)
        with pytest.raises(resumable.UploadNotFound):
            resumable.find(session, upload_id, actor="user:another")


def test_an_expired_upload_goes_in_steps_that_may_be_cut(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = announced(2 * len(BYTES), started)
    resumable.add(upload_id, start=0, pieces=[ledger.store(upload_id, start=0, data=BYTES)])
    left_alone(upload_id)
    monkeypatch.setenv("FAILPOINTS", "resumable.expired=error")
    with pytest.raises(Injected):
        chores.forget_abandoned.run()
    monkeypatch.delenv("FAILPOINTS")
    with pytest.raises(ledger.OffsetMismatch):
        resumable.add(upload_id, start=len(BYTES), pieces=[])
    assert (chores.forget_abandoned.run(), chores.empty_useless.run(), files(started)) == (0, 1, [])
    with database.reading() as session, pytest.raises(resumable.UploadExpired):
        resumable.find(session, upload_id, actor=ME)
    monkeypatch.setattr(chores, "REMEMBERED", -60.0)
    chores.empty_useless.run()
    with database.reading() as session, pytest.raises(resumable.UploadNotFound):
        resumable.find(session, upload_id, actor=ME)


def test_bytes_that_no_ledger_names_are_swept_but_for_those_that_may_yet_be(
    started: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "STRAY", -60.0)
    whole, receiving = sent(BYTES, started), announced(10, started)
    for upload_id in (whole, receiving, uuid.uuid4()):
        storage.put(f"{ledger.folder(upload_id)}/000000000000-stray", b"stray")
    storage.put("uploads/notes/kept", b"not ours")
    assert chores.sweep_strays.run() == 2
    assert b"".join(actions.read(whole)) == BYTES
    assert {path.name for path in files(started)} >= {"000000000000-stray", "kept"}
    assert len(files(started)) == 3


def test_of_a_piece_that_lost_the_race_nothing_is_kept(started: Settings) -> None:
    upload_id = announced(2 * len(BYTES), started)
    first, second = (ledger.store(upload_id, start=0, data=BYTES) for _ in range(2))
    assert resumable.add(upload_id, start=0, pieces=[first]).received == len(BYTES)
    with pytest.raises(ledger.OffsetMismatch):
        resumable.add(upload_id, start=0, pieces=[second])
    assert len(files(started)) == 1
    assert b"".join(actions.read(upload_id)) == BYTES
