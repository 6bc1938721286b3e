"""A file that arrived becomes an import: looked at first, so that what cannot be read is refused at once."""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from product_importer.imports import actions, originals
from product_importer.imports.mending import lineage
from product_importer.imports.mending.lineage import Arrival
from product_importer.imports.options import Options
from product_importer.kit import database
from product_importer.kit.failpoints import failpoint
from product_importer.kit.settings import Settings
from product_importer.uploads import actions as uploads
from product_importer.uploads import resumable
from product_importer.uploads.models import Upload
from product_importer.web.actions import receive
from product_importer.web.requests.idempotent import Keyed

Note = Callable[[Session, uuid.UUID], None]


@dataclass(frozen=True, slots=True)
class Started:
    """An import, and whether an earlier request with the same key had started it."""

    import_id: uuid.UUID
    replayed: bool = False


async def take_in(
    request: Request, *, actor: str, settings: Settings, key: str | None = None, interactive: bool | None = None
) -> Started:
    """Receive the request's file and start its import; the file is forgotten when it is refused, or known by its key.

    Raises what a file or its options are refused with, and KeyReused.
    """
    arrived = await receive.receive(request, actor=actor, settings=settings)
    options = arrived.options
    if interactive is not None:
        options = options.model_copy(update={"interactive": interactive})
    keyed = Keyed.of(request, key, actor=actor, said=f"{_terms(options)} {arrived.sha256}")
    return await asyncio.to_thread(start, arrived.upload_id, actor=actor, options=options, keyed=keyed)


def start(
    upload_id: uuid.UUID, *, actor: str, options: Options, keyed: Keyed | None = None, note: Note | None = None
) -> Started:
    """Start the import of an upload whose last byte is stored, both in one transaction, once for each key.

    `note` writes down in the same transaction, for whoever had the file sent, which import it has become.
    """
    try:
        seen = lineage.inspect(upload_id, options)
        with database.transaction() as session:
            if keyed is not None and (known := keyed.answered(session)) is not None:
                started = Started(uuid.UUID(known["import_id"]), replayed=True)
            else:
                started = Started(_start(session, uploads.complete(session, upload_id), actor, seen))
                if keyed is not None:
                    keyed.keep(session, {"import_id": str(started.import_id)})
                if note is not None:
                    note(session, started.import_id)
            failpoint("import.start.before-commit", session)
    except Exception:
        uploads.discard(upload_id)
        raise
    failpoint("import.start.after-commit")
    if started.replayed:
        uploads.discard(upload_id)
    return started


def start_uploaded(upload_id: uuid.UUID, *, actor: str, options: Options, md5: str | None = None) -> uuid.UUID:
    """Start the import of a resumable upload; asked once more in the same words, return the import that was made.

    A refused upload is kept, so that it may be tried with other options. Raises what `resumable.consume` refuses.
    """
    try:
        return _start_resumable(upload_id, actor, options, md5)
    except resumable.UploadConsumed:  # perhaps by the same request, earlier or at this very moment
        with database.reading() as session:
            if (made := _made_before(session, upload_id, actor, options, md5)) is None:
                raise
        return made


def _start_resumable(upload_id: uuid.UUID, actor: str, options: Options, md5: str | None) -> uuid.UUID:
    with database.reading() as session:
        resumable.require_ready(resumable.find(session, upload_id, actor=actor))
    seen = lineage.inspect(upload_id, options)
    with database.transaction() as session:
        upload = resumable.consume(session, upload_id, actor=actor, terms=_terms(options), md5=md5)
        import_id = _start(session, upload, actor, seen)
        failpoint("import.start.before-commit", session)
    failpoint("import.start.after-commit")
    return import_id


def _start(session: Session, upload: Upload, actor: str, seen: Arrival) -> uuid.UUID:
    job = actions.start(
        session, upload=upload, actor=actor, options=seen.options, found=seen.found, parent_id=seen.parent_id
    )
    return job.id


def _made_before(
    session: Session, upload_id: uuid.UUID, actor: str, options: Options, md5: str | None
) -> uuid.UUID | None:
    """Return the import that was made of the upload in the same words; UploadConsumed where they were others."""
    upload, job = resumable.find(session, upload_id, actor=actor), originals.import_of(session, upload_id)
    if job is None:
        return None
    if upload.terms != _terms(options) or md5 not in (None, upload.md5):
        raise resumable.UploadConsumed(f"Import {job.number} was made from it, with other options.", task_id=job.id)
    return job.id


def _terms(options: Options) -> str:
    """Write down what was asked, for the import's own options may change while it lasts."""
    return json.dumps(options.stored(), sort_keys=True)
