"""The users, for admins: invite, give a role, keep out, and make a link for a forgotten password."""

import uuid
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from product_importer.accounts import links, users
from product_importer.accounts.roles import USERS
from product_importer.kit import database
from product_importer.kit.errors import AppError
from product_importer.web import errors, templating
from product_importer.web.access import signing_in
from product_importer.web.access.identity import Identity
from product_importer.web.actions import user_changes
from product_importer.web.deps import Asking, Sent
from product_importer.web.forms.account_forms import Invitation, UserChange, principal_of
from product_importer.web.pages import rail
from product_importer.web.roles import admin

router = APIRouter(prefix="/admin/users", dependencies=[Depends(admin)])
PLACE = "/admin/users"


@router.get("")
def everybody(request: Request, asking: Asking) -> HTMLResponse:
    """List the users and the open invitations."""
    return _page(request, asking)


@router.post("")
def invite(request: Request, asking: Asking, sent: Sent) -> HTMLResponse:
    """Make an invitation and show its link, this once."""
    principal_of(asking)
    try:
        wanted = Invitation.model_validate({"email": sent.get("email", ""), "role": sent.get("role")})
        with database.transaction() as session:
            email = users.address(wanted.email)
            key = users.invite(session, email=email, role=wanted.role, actor=asking.actor)
    except ValidationError as wrong:
        raise errors.invalid(wrong) from None
    except AppError as refused:
        problem = f"{refused.title}. {refused.action}"
        return _page(request, asking, status=refused.status, problem=problem, email=sent.get("email", ""))
    return _page(request, asking, link=signing_in.link(request, key), link_for=email)


@router.post("/{user_id}/reset")
def reset(request: Request, user_id: uuid.UUID, asking: Asking) -> HTMLResponse:
    """Make a link for a new password and show it, this once."""
    with database.transaction() as session:
        key = users.reset(session, user_id, actor=asking.actor)
        email = users.user_of(session, user_id).email
    return _page(request, asking, link=signing_in.link(request, key), link_for=email)


@router.post("/{user_id}")
def change(request: Request, user_id: uuid.UUID, asking: Asking, sent: Sent) -> Response:
    """Change a role, keep somebody out or let them in again."""
    said: dict[str, Any] = {name: value for name, value in sent.items() if name in UserChange.model_fields}
    try:
        wanted = UserChange.model_validate(said)
        with database.transaction() as session:
            user_changes.apply(session, user_id, wanted, actor=asking.actor)
    except ValidationError as wrong:
        raise errors.invalid(wrong) from None
    except users.LastAdmin as refused:
        return _page(request, asking, status=409, refused=f"{refused.detail} {refused.title}. {refused.action}")
    return RedirectResponse(f"{PLACE}?said=saved", 303)


def _page(request: Request, asking: Identity, *, status: int = 200, **more: Any) -> HTMLResponse:
    with database.reading() as session:
        context: dict[str, Any] = {
            "everybody": users.everybody(session),
            "invitations": links.open_invitations(session),
            "roles": USERS,
            "me": asking.principal.user_id if asking.principal else None,
            "said": request.query_params.get("said", ""),
            "problem": "",
            "refused": "",
            "email": "",
            "link": "",
            "link_for": "",
        }
        shown = rail.context(session, "users", asking.actor) | context | more
    page = templating.render(request, "users.html", status_code=status, **shown)
    page.headers["Cache-Control"] = "no-store"
    return page
