"""The API for people: what the OpenAPI document says, as a page of our own."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from product_importer.web import api_reference, templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import viewer

router = APIRouter()


@router.get("/admin/api", dependencies=[Depends(viewer)])
def reference(request: Request, session: Reading, actor: Actor) -> HTMLResponse:
    """Describe every operation of the API: what it takes, what it answers, who may use it."""
    context: dict[str, Any] = {"groups": api_reference.groups(request.app), "server": str(request.base_url).rstrip("/")}
    return templating.render(request, "reference.html", **rail.context(session, "api", actor), **context)


@router.get("/docs", dependencies=[Depends(viewer)])
def docs() -> RedirectResponse:
    """Lead those who look where FastAPI has its page to ours."""
    return RedirectResponse("/admin/api", 307)
