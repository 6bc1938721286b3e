"""The dashboard: drop a file, watch what runs, see what ran."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from product_importer.imports import queries
from product_importer.web import templating
from product_importer.web.deps import Actor, Configured, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import viewer

router = APIRouter()
RECENT = 10  # imports


@router.get("/", dependencies=[Depends(viewer)])
def home() -> RedirectResponse:
    """Lead to the dashboard."""
    return RedirectResponse("/admin/dashboard")


@router.get("/admin/dashboard", dependencies=[Depends(viewer)])
def dashboard(request: Request, session: Reading, actor: Actor, settings: Configured) -> HTMLResponse:
    """Show the dashboard, or the first visit's."""
    recent = queries.history(session, limit=RECENT)
    context: dict[str, Any] = {"recent": recent, "running": queries.running(session), "first_run": not recent}
    context["most"] = settings.max_upload_bytes
    return templating.render(request, "dashboard.html", **rail.context(session, "dashboard", actor), **context)
