"""Pictures that an import's file names by address, for people: fetched once more where that failed."""

import uuid

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from product_importer.catalog import wishes
from product_importer.imports import queries
from product_importer.web.deps import Writing
from product_importer.web.roles import editor

router = APIRouter(prefix="/admin/imports/{import_id}/images")


@router.post("/retry", dependencies=[Depends(editor)])
def retry(import_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Fetch once more what failed."""
    queries.job_of(session, import_id)
    wishes.retry(session, import_id)
    return RedirectResponse(f"/admin/imports/{import_id}", 303)
