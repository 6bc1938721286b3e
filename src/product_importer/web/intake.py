"""A file that arrived becomes an import: looked at first, so that what cannot be read is refused at once."""

import asyncio
import uuid

from fastapi import Request

from product_importer.imports import actions
from product_importer.imports.mending import lineage
from product_importer.imports.options import Options
from product_importer.kit import database
from product_importer.kit.failpoints import failpoint
from product_importer.kit.settings import Settings
from product_importer.uploads import actions as uploads
from product_importer.web import receive


async def take_in(request: Request, *, actor: str, settings: Settings, interactive: bool | None = None) -> uuid.UUID:
    """Receive the request's file and start its import; the file is forgotten when it is refused."""
    arrived = await receive.receive(request, actor=actor, settings=settings)
    options = arrived.options
    if interactive is not None:
        options = options.model_copy(update={"interactive": interactive})
    return await asyncio.to_thread(start, arrived.upload_id, actor=actor, options=options)


def start(upload_id: uuid.UUID, *, actor: str, options: Options) -> uuid.UUID:
    """Start the import of an upload whose last byte is stored, both in one transaction."""
    try:
        seen = lineage.inspect(upload_id, options)
        with database.transaction() as session:
            job = actions.start(
                session,
                upload=uploads.complete(session, upload_id),
                actor=actor,
                options=seen.options,
                found=seen.found,
                parent_id=seen.parent_id,
            )
            failpoint("import.start.before-commit", session)
    except Exception:
        uploads.discard(upload_id)
        raise
    failpoint("import.start.after-commit")
    return job.id
