"""Where a page leads once something was done: to what it was done to (303, so that a reload does it no second time)."""

import uuid

from fastapi.responses import RedirectResponse


def to_import(import_id: uuid.UUID) -> RedirectResponse:
    """Lead to the page of an import."""
    return RedirectResponse(f"/admin/imports/{import_id}", 303)
