"""Pictures that an import's file names by address, for programs."""

import uuid

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from product_importer.catalog import wishes
from product_importer.catalog.wishes import FailedAddress, Wished
from product_importer.imports import actions, queries
from product_importer.imports.snapshot import Snapshot
from product_importer.web.deps import Reading, Writing
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/imports/{task_id}/images", tags=["imports"])


class FailedImages(BaseModel):
    """The first 100 addresses that gave no picture, and what became of all that the file names."""

    items: list[FailedAddress]
    counts: Wished


@router.get("/failed", dependencies=[Depends(viewer)])
def failed(task_id: uuid.UUID, session: Reading) -> FailedImages:
    """Return the addresses that did not return an image, each with the reason and what to do."""
    queries.job_of(session, task_id)
    return FailedImages(items=wishes.failed(session, task_id), counts=wishes.counted(session, task_id))


@router.post("/retry", status_code=202, dependencies=[Depends(editor)])
def retry(task_id: uuid.UUID, session: Writing) -> Snapshot:
    """Fetch again what failed."""
    actions.retry_pictures(session, task_id)
    return queries.snapshot(session, task_id)
