"""What everybody has for themselves: password, sessions, tokens; and on an open machine the way to a first account."""

import uuid
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from product_importer.accounts import links, sessions, tokens, users
from product_importer.accounts.models import LinkKind
from product_importer.accounts.roles import Role, Scope
from product_importer.kit import database
from product_importer.kit.errors import AppError
from product_importer.web import errors, templating
from product_importer.web.access import signing_in
from product_importer.web.access.identity import Identity
from product_importer.web.deps import Asking, Sent
from product_importer.web.forms.account_forms import TokenWanted, principal_of
from product_importer.web.pages import rail
from product_importer.web.requests import broken_rules
from product_importer.web.roles import admin, viewer

router = APIRouter(prefix="/admin/account")
PLACE = "/admin/account"


@router.get("", dependencies=[Depends(viewer)])
def account(request: Request, asking: Asking) -> HTMLResponse:
    """Show the reader's own account."""
    return _page(request, asking)


@router.post("/first", dependencies=[Depends(admin)])
def first(asking: Asking) -> Response:
    """Begin the first account from the open machine; raises AlreadySetUp."""
    with database.transaction() as session:
        if users.exist(session):
            raise users.AlreadySetUp
        key = links.make(session, LinkKind.SETUP, actor=asking.actor, role=Role.ADMIN)
    return RedirectResponse(f"/setup?token={key}", 303)


@router.post("/password", dependencies=[Depends(viewer)])
def change_password(request: Request, asking: Asking, sent: Sent) -> Response:
    """Change the password, which takes the present one; all other sessions end."""
    principal = principal_of(asking)
    try:
        with database.reading() as session:
            email = users.user_of(session, principal.user_id).email
        signing_in.prove(request, email, sent.get("password", ""))
        password_hash = users.require_password(sent.get("new_password", ""), email=email)
    except AppError as refused:
        wrong = "new_password" if refused.code == "PASSWORD_WEAK" else "password"
        page = _page(request, asking, status=refused.status, problems={wrong: f"{refused.detail} {refused.action}"})
        page.headers.update(errors.wait(refused))
        return page
    with database.transaction() as session:
        users.set_password(session, users.user_of(session, principal.user_id), password_hash, keep=principal.session_id)
    return RedirectResponse(f"{PLACE}?said=password", 303)


@router.post("/sessions/{session_id}/end", dependencies=[Depends(viewer)])
def end_session(session_id: uuid.UUID, asking: Asking) -> RedirectResponse:
    """End one of the reader's sessions."""
    principal = principal_of(asking)
    with database.transaction() as session:
        sessions.end(session, session_id, user_id=principal.user_id, actor=principal.actor)
    return RedirectResponse(f"{PLACE}?said=session", 303)


@router.post("/tokens", dependencies=[Depends(viewer)])
def create_token(request: Request, asking: Asking, sent: Sent) -> HTMLResponse:
    """Make a token and show it, this once."""
    scopes = [name.removeprefix("scope.") for name in sent if name.startswith("scope.")]
    raw = {"name": sent.get("name", ""), "scopes": scopes, "days": sent.get("days") or None}
    return _create_token(request, asking, raw)


@router.post("/tokens/{token_id}/revoke", dependencies=[Depends(viewer)])
def revoke_token(token_id: uuid.UUID, asking: Asking) -> RedirectResponse:
    """Revoke one of the reader's tokens."""
    principal = principal_of(asking)
    with database.transaction() as session:
        tokens.revoke(session, token_id, user_id=principal.user_id, actor=principal.actor)
    return RedirectResponse(f"{PLACE}?said=token", 303)


def _create_token(request: Request, asking: Identity, raw: dict[str, Any]) -> HTMLResponse:
    principal = principal_of(asking)
    try:
        wanted = TokenWanted.model_validate(raw)
        with database.transaction() as session:
            _, key = tokens.create(session, wanted.wanted(), user_id=principal.user_id, actor=principal.actor)
    except ValidationError as wrong:
        return _page(request, asking, status=422, problems=broken_rules.beside(wrong), token=raw)
    except tokens.TokenNameTaken as refused:
        return _page(request, asking, status=409, problems={"name": f"{refused.title}. {refused.action}"}, token=raw)
    return _page(request, asking, key=key)


def _page(request: Request, asking: Identity, *, status: int = 200, **more: Any) -> HTMLResponse:
    principal = asking.principal
    with database.reading() as session:
        context: dict[str, Any] = {
            "me": users.user_of(session, principal.user_id) if principal else None,
            "mine": principal,
            "sessions": sessions.of_user(session, principal.user_id) if principal else [],
            "tokens": tokens.of_user(session, principal.user_id) if principal else [],
            "scopes": list(Scope),
            "said": request.query_params.get("said", ""),
            "problems": {},
            "token": {"name": "", "scopes": ["read"], "days": "90"},
            "key": "",
        }
        shown = rail.context(session, "account", asking.actor) | context | more
    page = templating.render(request, "account.html", status_code=status, **shown)
    page.headers["Cache-Control"] = "no-store"
    return page
