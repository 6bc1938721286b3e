"""Feeds for people: all of them with what came of their last time, and the form of one."""

import uuid

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from product_importer.feeds import actions
from product_importer.feeds.actions import FeedNotSecure
from product_importer.feeds.schemas import FeedSeen
from product_importer.imports import history
from product_importer.kit import database
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading, Sent, Writing
from product_importer.web.forms import feed_form
from product_importer.web.forms.feed_form import Form
from product_importer.web.forms.header_lines import HeaderLine
from product_importer.web.pages import rail
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/admin/feeds")
HOME = "/admin/feeds"


@router.get("", dependencies=[Depends(viewer)])
def feeds(request: Request, session: Reading, actor: Actor) -> HTMLResponse:
    """List all feeds."""
    found = [FeedSeen.model_validate(feed) for feed in actions.feeds(session)]
    names = history.names(session, [feed.import_id for feed in found if feed.import_id])
    context = rail.context(session, "feeds", actor) | {"feeds": found, "imports": names}
    return templating.render(request, "feeds.html", **context)


@router.get("/new", dependencies=[Depends(editor)])
def new(request: Request, session: Reading, actor: Actor) -> HTMLResponse:
    """Show an empty form."""
    return _form(request, session, Form(feed_form.BLANK), None, actor=actor)


@router.post("", dependencies=[Depends(editor)])
def create(request: Request, sent: Sent, actor: Actor) -> Response:
    """Make a feed, or show beside the fields what is wrong."""
    return _save(request, sent, None, actor=actor)


@router.get("/{feed_id}", dependencies=[Depends(editor)])
def edit(request: Request, feed_id: uuid.UUID, session: Reading, actor: Actor) -> HTMLResponse:
    """Show the form filled with a feed."""
    feed = _seen(session, feed_id)
    return _form(request, session, feed_form.of(feed), feed, actor=actor)


@router.post("/{feed_id}", dependencies=[Depends(editor)])
def save(request: Request, feed_id: uuid.UUID, sent: Sent, actor: Actor) -> Response:
    """Change a feed, or show beside the fields what is wrong."""
    return _save(request, sent, feed_id, actor=actor)


@router.post("/{feed_id}/run", dependencies=[Depends(editor)])
def run(feed_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Look at the address now."""
    actions.look_now(session, feed_id)
    return RedirectResponse(HOME, 303)


@router.post("/{feed_id}/delete", dependencies=[Depends(editor)])
def delete(feed_id: uuid.UUID, session: Writing, actor: Actor) -> RedirectResponse:
    """Forget a feed."""
    actions.delete(session, feed_id, actor=actor)
    return RedirectResponse(HOME, 303)


def _save(request: Request, sent: dict[str, str], feed_id: uuid.UUID | None, *, actor: str) -> Response:
    with database.reading() as session:
        before = _seen(session, feed_id) if feed_id else None
    try:
        wanted = feed_form.said(sent, before)
        with database.transaction() as session:
            if feed_id:
                actions.change(session, feed_id, wanted, actor=actor)
            else:
                actions.create(session, wanted, actor=actor)
    except (ValidationError, FeedNotSecure, HeaderLine, feed_form.Unclear) as error:
        with database.reading() as session:
            return _form(request, session, feed_form.refused(sent, error), before, actor=actor, status=422)
    return RedirectResponse(HOME, 303)


def _seen(session: Session, feed_id: uuid.UUID) -> FeedSeen:
    return FeedSeen.model_validate(actions.feed_of(session, feed_id))


def _form(
    request: Request, session: Session, form: Form, feed: FeedSeen | None, *, actor: str, status: int = 200
) -> HTMLResponse:
    context = rail.context(session, "feeds", actor) | {"form": form, "feed": feed}
    return templating.render(request, "feed.html", status_code=status, **context)
