"""A file that arrived becomes an image of a product: looked at first, so that what is no picture is refused at once."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from product_importer.catalog import queries as products
from product_importer.kit import database
from product_importer.kit.failpoints import failpoint
from product_importer.media import darkroom, developing, images, queries
from product_importer.media.images import Picture
from product_importer.media.queries import TERMS, Shown
from product_importer.uploads import actions as uploads
from product_importer.uploads import ledger, resumable, verification
from product_importer.uploads.models import Upload

Take = Callable[[Session], Upload]


@dataclass(frozen=True, slots=True)
class Attached:
    """An image of a product, and whether this request made it one."""

    shown: Shown
    new: bool


@dataclass(frozen=True, slots=True)
class _Linked:
    """A link between a product and an image that is committed, and whether the image needs the upload's bytes."""

    product_id: uuid.UUID
    id: uuid.UUID
    upload_id: uuid.UUID
    needed: bool
    new: bool


def attach_uploaded(
    product_id: uuid.UUID, upload_id: uuid.UUID, *, actor: str, name: str | None = None, md5: str | None = None
) -> Attached:
    """Let a product show the picture of a resumable upload; the same request again answers with the same image.

    Raises what `resumable.consume`, `images.attach` and `developing` refuse; then the upload stays as it is.
    """
    try:
        return _attach_uploaded(product_id, upload_id, actor, name, md5)
    except resumable.UploadConsumed:  # perhaps by the same request, earlier or at this very moment
        with database.reading() as session:
            upload = resumable.find(session, upload_id, actor=actor)
            if upload.terms != _terms(product_id) or upload.sha256 is None:
                raise
            if (shown := queries.of_picture(session, product_id, upload.sha256)) is None:
                raise
        return Attached(shown, new=False)


def attach_received(product_id: uuid.UUID, upload_id: uuid.UUID, *, actor: str, name: str) -> Attached:
    """Let a product show a picture that came in one piece; it is forgotten when it is refused."""

    def take(session: Session) -> Upload:
        return uploads.complete(session, upload_id)

    try:
        _require_picture(product_id, upload_id, uploads.size(upload_id))
        found = verification.digests(upload_id, check=_go_on)
        linked = _link(product_id, take, found.sha256, name, actor)
    except Exception:
        uploads.discard(upload_id)
        raise
    return _shown(linked)  # whatever fails from here on, the picture's bytes are the image's


def _attach_uploaded(
    product_id: uuid.UUID, upload_id: uuid.UUID, actor: str, name: str | None, md5: str | None
) -> Attached:
    with database.reading() as session:
        upload = resumable.find(session, upload_id, actor=actor)
        resumable.require_ready(upload)
    _require_picture(product_id, upload_id, upload.received)
    sha256 = _verified(upload, md5)

    def take(session: Session) -> Upload:
        return resumable.consume(session, upload_id, actor=actor, terms=_terms(product_id))

    return _shown(_link(product_id, take, sha256, name or upload.name, actor))


def _link(product_id: uuid.UUID, take: Take, sha256: str, name: str, actor: str) -> _Linked:
    with database.transaction() as session:
        upload = take(session)
        upload.terms, upload.sha256 = _terms(product_id), sha256
        before = queries.of_picture(session, product_id, sha256)
        picture = Picture(sha256, upload.id, upload.received, name)
        link = images.attach(session, product_id, picture, actor=actor)
        needed = images.holds(session, link, upload.id)
        failpoint("picture.attach.before-commit", session)
    return _Linked(product_id, link.id, upload.id, needed=needed, new=before is None)


def _shown(linked: _Linked) -> Attached:
    failpoint("picture.attached")
    if not linked.needed:  # the picture was known: its bytes are kept once
        ledger.empty(linked.upload_id)
    with database.reading() as session:
        return Attached(queries.shown(session, linked.product_id, linked.id), new=linked.new)


def _require_picture(product_id: uuid.UUID, upload_id: uuid.UUID, size: int) -> None:
    with database.reading() as session:
        products.product_of(session, product_id)
    developing.require_size(size)
    head = b""
    for block in ledger.read(upload_id):
        head += block
        if len(head) >= darkroom.HEAD:
            break
    developing.require_kind(head)


def _verified(upload: Upload, md5: str | None) -> str:
    """Return the SHA-256 of an upload whose MD5 is the one announced now or earlier, if any was."""
    if upload.sha256 is not None and md5 in (None, upload.md5):
        return upload.sha256
    found = verification.digests(upload.id, check=_go_on)
    if md5 is not None and found.md5 != md5:
        raise resumable.UploadRejected(verification.mismatch(md5, found).detail, announced=md5, found=found.md5)
    return found.sha256


def _terms(product_id: uuid.UUID) -> str:
    return f"{TERMS}{product_id}"


def _go_on() -> None:
    """Nothing ends the reading of a file that has at most a hundred megabytes."""
