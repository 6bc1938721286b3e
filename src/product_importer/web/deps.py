"""What routes ask for: the settings, the watch, a transaction of the request's own."""

import uuid
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from product_importer.catalog import bulk, bulk_queries
from product_importer.catalog import queries as products
from product_importer.catalog.wishes import Fetching
from product_importer.imports import queries
from product_importer.imports.snapshot import Snapshot
from product_importer.kit import database
from product_importer.kit.settings import Settings
from product_importer.media.queries import Gallery
from product_importer.web import roles
from product_importer.web.access.identity import Identity, settings_of
from product_importer.web.watch import Watch


def _watch(request: Request) -> Watch[Snapshot]:
    watch: Watch[Snapshot] = request.app.state.watch
    return watch


def _bulk_watch(request: Request) -> Watch[bulk_queries.BulkSeen]:
    watch: Watch[bulk_queries.BulkSeen] = request.app.state.bulk_watch
    return watch


def _gallery_watch(request: Request) -> Watch[Gallery]:
    watch: Watch[Gallery] = request.app.state.gallery_watch
    return watch


def _fetching_watch(request: Request) -> Watch[Fetching]:
    watch: Watch[Fetching] = request.app.state.fetching_watch
    return watch


def _known(task_id: uuid.UUID) -> uuid.UUID:
    """Refuse an unknown import before its stream begins: by then the status has left."""
    with database.reading() as session:
        return queries.job_of(session, task_id).id


def _known_import(import_id: uuid.UUID) -> uuid.UUID:
    """Do the same for pages, which call it by its name."""
    return _known(import_id)


def _known_job(job_id: uuid.UUID) -> uuid.UUID:
    with database.reading() as session:
        return bulk.job_of(session, job_id).id


def _known_product(product_id: uuid.UUID) -> uuid.UUID:
    with database.reading() as session:
        return products.product_of(session, product_id).id


async def _sent(request: Request) -> dict[str, str]:
    """Read a small form before any transaction begins; of a name that repeats the last counts, files do not."""
    form = await request.form(max_files=0, max_fields=1_000)
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def _reading() -> Iterator[Session]:
    with database.reading() as session:
        yield session


def _writing() -> Iterator[Session]:
    """Commit before the answer leaves, for a client must not hear of what may yet be rolled back."""
    with database.transaction() as session:
        yield session


Configured = Annotated[Settings, Depends(settings_of)]
Watching = Annotated[Watch[Snapshot], Depends(_watch)]
Followed = Annotated[uuid.UUID, Depends(_known)]
FollowedImport = Annotated[uuid.UUID, Depends(_known_import)]
WatchingBulk = Annotated[Watch[bulk_queries.BulkSeen], Depends(_bulk_watch)]
FollowedJob = Annotated[uuid.UUID, Depends(_known_job)]
WatchingGallery = Annotated[Watch[Gallery], Depends(_gallery_watch)]
WatchingFetching = Annotated[Watch[Fetching], Depends(_fetching_watch)]
FollowedProduct = Annotated[uuid.UUID, Depends(_known_product)]
Sent = Annotated[dict[str, str], Depends(_sent)]
Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]
Actor = Annotated[str, Depends(roles.current_actor)]
Asking = Annotated[Identity, Depends(roles.current_identity)]
