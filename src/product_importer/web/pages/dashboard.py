"""The dashboard: drop a file, watch what runs, see what ran."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from product_importer.imports import queries
from product_importer.web import templating
from product_importer.web.deps import Actor, Configured, Reading
from product_importer.web.pages import images, rail
from product_importer.web.roles import viewer

router = APIRouter()
RECENT = 10  # imports
DEMO = "TEST-000"  # the SKU that the dashboard takes pictures for until another one is named


@router.get("/", dependencies=[Depends(viewer)])
def home() -> RedirectResponse:
    """Lead to the dashboard."""
    return RedirectResponse("/admin/dashboard")


@router.get("/admin/dashboard", dependencies=[Depends(viewer)])
def dashboard(
    request: Request,
    session: Reading,
    actor: Actor,
    settings: Configured,
    sku: Annotated[str, Query(max_length=255)] = DEMO,
    product: uuid.UUID | None = None,
) -> HTMLResponse:
    """Show the dashboard, or the first visit's."""
    recent = queries.history(session, limit=RECENT)
    context: dict[str, Any] = {"recent": recent, "running": queries.running(session), "first_run": not recent}
    context["most"] = settings.max_upload_bytes
    context |= images.section(session, sku, product)
    return templating.render(request, "dashboard.html", **rail.context(session, "dashboard", actor), **context)
