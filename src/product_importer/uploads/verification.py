"""Whether a file arrived as it was sent: its MD5 as the sender announced it, and its SHA-256, which is its identity."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, ids, logs, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import leases, turn
from product_importer.uploads import ledger
from product_importer.uploads.models import Upload, UploadState

AT_ONCE = 16 * 2**20  # bytes; a larger file is verified by a worker while its sender may ask
_log = logs.get("uploads.verification")


class ChecksumMismatch(AppError):
    """What arrived is not what the sender has; 460 is tus' own status for it."""

    status = 460
    code = "CHECKSUM_MISMATCH"
    title = "The file did not arrive as it was sent"
    action = "Send it again; if it happens again, something between sender and server changes it."


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of a whole file, hexadecimal."""

    md5: str
    sha256: str


def begin(session: Session, upload: Upload) -> None:
    """Say what comes after the last byte: nothing, or a verification, which a small file's sender waits for."""
    upload.touched_at = clock.now()
    if upload.md5 is None:
        upload.state = UploadState.READY
        return
    upload.state = UploadState.VERIFYING
    if upload.received <= AT_ONCE:
        upload.token, upload.lease_until = ids.new_id(), clock.now() + clock.seconds(leases.LEASE)
    else:
        tasks.enqueue(session, verify_upload, upload.id)


def settle(upload: Upload, token: uuid.UUID) -> None:
    """Verify an upload that is held by `token`; raises ChecksumMismatch once it is rejected, and Fenced."""
    with leases.hold(Upload, upload.id, token) as held:
        found = digests(upload.id, check=partial(turn.check, held))
    failpoint("resumable.verify.hashed")
    matches = found.md5 == upload.md5
    state = UploadState.READY if matches else UploadState.REJECTED
    with database.transaction() as session:
        verified = {"state": state, "sha256": found.sha256, "touched_at": clock.now(), **leases.FREE}
        leases.fence(session, Upload, upload.id, token, verified)
        failpoint("resumable.verify.before-commit", session)
    if not matches:
        failpoint("resumable.rejected")
        ledger.empty(upload.id)
        raise mismatch(upload.md5, found)


def due() -> ColumnElement[bool]:
    """Return which uploads wait to be verified."""
    return and_(Upload.state == UploadState.VERIFYING, Upload.discarded_at.is_(None), leases.free(Upload))


@tasks.register("default", model=Upload, due=due)
def verify_upload(upload_id: uuid.UUID) -> None:
    """Verify a whole upload that nobody is verifying."""
    with database.transaction() as session:
        upload = leases.claim(session, Upload, Upload.id == upload_id, due())
    if upload is None or upload.token is None:
        return
    failpoint("resumable.verify.claimed")
    try:
        settle(upload, upload.token)
    except ChecksumMismatch as refused:
        _log.info("upload rejected", upload_id=str(upload_id), detail=refused.detail)
    except leases.Fenced:
        _log.info("upload verified by another worker", upload_id=str(upload_id))
    except leases.GivenBack:
        with database.transaction() as session:
            leases.give_back(session, Upload, upload_id, upload.token, failed=False)


def require(upload: Upload, *, check: Callable[[], None]) -> None:
    """Compare an upload with its MD5 unless that was done; raises ChecksumMismatch, and whatever `check` raises."""
    if upload.md5 is None or upload.sha256 is not None:
        return
    found = digests(upload.id, check=check)
    if found.md5 != upload.md5:
        raise mismatch(upload.md5, found)
    with database.transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload.id).values(sha256=found.sha256))


def digests(upload_id: uuid.UUID, *, check: Callable[[], None]) -> Digests:
    """Read the whole upload once; `check` is called between blocks and raises when that is to end."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for block in ledger.read(upload_id):
        check()
        md5.update(block)
        sha256.update(block)
    return Digests(md5.hexdigest(), sha256.hexdigest())


def mismatch(announced: str | None, found: Digests) -> ChecksumMismatch:
    """Say which digest was announced and which was found."""
    detail = f"Its MD5 was announced as {announced}, but what arrived has {found.md5}."
    return ChecksumMismatch(f"{detail} None of it was used.", announced=announced, found=found.md5)
