"""Endpoints for people: the list, the form, the secret that is shown once, on and off, removed."""

import uuid
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from product_importer.kit import database
from product_importer.kit.outbound.urls import UrlRefused
from product_importer.web import templating
from product_importer.web.deps import Actor, Configured, Reading, Sent, Writing
from product_importer.web.forms import webhook_form
from product_importer.web.forms.header_lines import HeaderLine
from product_importer.web.forms.webhook_form import Form
from product_importer.web.pages import rail
from product_importer.web.roles import admin, viewer
from product_importer.webhooks import endpoints, inbox, queries
from product_importer.webhooks.schemas import EndpointPatch

router = APIRouter(prefix="/admin/webhooks")
WRONG = (ValidationError, HeaderLine, UrlRefused)


@router.get("", dependencies=[Depends(viewer)])
def listed(request: Request, session: Reading, actor: Actor, settings: Configured, said: str = "") -> HTMLResponse:
    """List the endpoints with their health."""
    context = {"endpoints": queries.seen_all(session), "said": said, "has_inbox": bool(settings.own_url)}
    return _page(request, session, "webhooks.html", actor, context)


@router.get("/new", dependencies=[Depends(admin)])
def new(request: Request, session: Reading, actor: Actor) -> HTMLResponse:
    """Show an empty form."""
    return _form(request, session, actor, webhook_form.blank())


@router.post("", dependencies=[Depends(admin)])
def add(request: Request, sent: Sent, actor: Actor) -> Response:
    """Add an endpoint and show its secret, this once; or say beside the fields what is wrong."""
    form = webhook_form.said(sent)
    try:
        with database.transaction() as session:
            endpoint, secret = endpoints.add(session, webhook_form.wanted(form), actor=actor)
    except WRONG as error:
        with database.reading() as session:
            return _form(request, session, actor, webhook_form.refused(form, error), status=422)
    return _secret(request, actor, endpoint.id, secret)


@router.post("/inbox", dependencies=[Depends(admin)])
def add_inbox(session: Writing, actor: Actor) -> RedirectResponse:
    """Add the built-in receiver, and open it."""
    endpoint = inbox.add(session, actor=actor)
    return RedirectResponse(f"/admin/webhooks/{endpoint.id}", 303)


@router.get("/{endpoint_id}/edit", dependencies=[Depends(admin)])
def edit(request: Request, endpoint_id: uuid.UUID, session: Reading, actor: Actor) -> HTMLResponse:
    """Show the form filled with an endpoint."""
    one = queries.seen(session, endpoint_id)
    return _form(request, session, actor, webhook_form.of(one), endpoint_id=endpoint_id)


@router.post("/{endpoint_id}", dependencies=[Depends(admin)])
def save(request: Request, endpoint_id: uuid.UUID, sent: Sent, actor: Actor) -> Response:
    """Change an endpoint."""
    with database.reading() as session:
        kept = tuple(queries.seen(session, endpoint_id).headers or ())
    form = webhook_form.said(sent, kept)
    try:
        with database.transaction() as session:
            endpoints.change(session, endpoint_id, webhook_form.patch(form, sent), actor=actor)
    except WRONG as error:
        with database.reading() as session:
            refused = webhook_form.refused(form, error)
            return _form(request, session, actor, refused, endpoint_id=endpoint_id, status=422)
    return RedirectResponse(f"/admin/webhooks/{endpoint_id}?said=saved", 303)


@router.post("/{endpoint_id}/enabled", dependencies=[Depends(admin)])
def switch(endpoint_id: uuid.UUID, sent: Sent, session: Writing, actor: Actor) -> RedirectResponse:
    """Switch an endpoint on or off: `enabled` is `true` or `false`."""
    enabled = sent.get("enabled") == "true"
    endpoints.change(session, endpoint_id, EndpointPatch(enabled=enabled), actor=actor)
    place = "/admin/webhooks" if sent.get("back") == "list" else f"/admin/webhooks/{endpoint_id}"
    return RedirectResponse(f"{place}?said={'enabled' if enabled else 'disabled'}", 303)


@router.post("/{endpoint_id}/rotate", dependencies=[Depends(admin)])
def rotate(request: Request, endpoint_id: uuid.UUID, session: Writing, actor: Actor) -> HTMLResponse:
    """Give the endpoint a new secret, and show it this once."""
    _, secret = endpoints.rotate(session, endpoint_id, actor=actor)
    return _shown_once(request, session, actor, endpoint_id, secret, renewed=True)


@router.post("/{endpoint_id}/remove", dependencies=[Depends(admin)])
def remove(request: Request, endpoint_id: uuid.UUID, sent: Sent, session: Writing, actor: Actor) -> Response:
    """Remove an endpoint; without the word `sure` ask first."""
    if "sure" not in sent:
        one = queries.seen(session, endpoint_id)
        return _page(request, session, "webhook_remove.html", actor, {"endpoint": one})
    endpoints.remove(session, endpoint_id, actor=actor)
    return RedirectResponse("/admin/webhooks?said=removed", 303)


def _secret(request: Request, actor: str, endpoint_id: uuid.UUID, secret: str) -> HTMLResponse:
    with database.reading() as session:
        return _shown_once(request, session, actor, endpoint_id, secret, renewed=False)


def _shown_once(
    request: Request, session: Session, actor: str, endpoint_id: uuid.UUID, secret: str, *, renewed: bool
) -> HTMLResponse:
    context = {"endpoint": queries.seen(session, endpoint_id), "secret": secret, "renewed": renewed}
    page = _page(request, session, "webhook_secret.html", actor, context, status=200 if renewed else 201)
    page.headers["Cache-Control"] = "no-store"
    return page


def _form(
    request: Request,
    session: Session,
    actor: str,
    form: Form,
    *,
    endpoint_id: uuid.UUID | None = None,
    status: int = 200,
) -> HTMLResponse:
    one = queries.seen(session, endpoint_id) if endpoint_id else None
    return _page(request, session, "webhook_form.html", actor, {"form": form, "endpoint": one}, status=status)


def _page(
    request: Request, session: Session, name: str, actor: str, context: dict[str, Any], *, status: int = 200
) -> HTMLResponse:
    return templating.render(request, name, status_code=status, **rail.context(session, "webhooks", actor), **context)
