"""Accounts for programs: tokens and sessions of one's own, and all users for admins."""

import datetime as dt
import uuid

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from product_importer.accounts import sessions, tokens, users
from product_importer.accounts.roles import Role, Scope
from product_importer.web import schemas
from product_importer.web.access import signing_in
from product_importer.web.actions.user_changes import apply
from product_importer.web.deps import Asking, Reading, Writing
from product_importer.web.forms.account_forms import Invitation, TokenWanted, UserChange, principal_of
from product_importer.web.requests import idempotent
from product_importer.web.requests.idempotent import Made
from product_importer.web.roles import admin, viewer

router = APIRouter(tags=["accounts"])
NONE: schemas.Responses = {409: schemas.problem("NO_ACCOUNT: there is no account yet")}
TAKEN: schemas.Responses = {409: schemas.problem("TOKEN_NAME_TAKEN, or NO_ACCOUNT while there is no account yet")}
MISSING: schemas.Responses = {404: schemas.problem("There is no such item, or it belongs to somebody else")}
CLASH: schemas.Responses = {409: schemas.problem("EMAIL_TAKEN, LAST_ADMIN or NO_ACCOUNT")}


class TokenOut(BaseModel):
    """A token without its key; `hint` is how the key begins."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    name: str
    hint: str
    scopes: list[Scope]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    used_at: dt.datetime | None


class TokenMade(TokenOut):
    """A new token with its key, which is told this once; an answer that is repeated has none."""

    key: str | None = Field(None, examples=["pi_…"])


class TokenList(BaseModel):
    """One's own tokens, newest first."""

    items: list[TokenOut]


class SessionOut(BaseModel):
    """A browser that is signed in."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    address: str
    agent: str
    created_at: dt.datetime
    seen_at: dt.datetime


class SessionList(BaseModel):
    """One's own sessions, the one used last first."""

    items: list[SessionOut]


class UserOut(BaseModel):
    """A user."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    email: str
    role: Role
    created_at: dt.datetime
    disabled_at: dt.datetime | None


class UserList(BaseModel):
    """All users, by email."""

    items: list[UserOut]


class Invited(BaseModel):
    """An invitation, whose link is told this once; an answer that is repeated has none."""

    email: str
    role: Role
    link: str | None = None


@router.get("/tokens", dependencies=[Depends(viewer)])
def own_tokens(session: Reading, asking: Asking) -> TokenList:
    """List your own tokens; there are none while there is no account."""
    found = tokens.of_user(session, asking.principal.user_id) if asking.principal else []
    return TokenList(items=[TokenOut.model_validate(token) for token in found])


@router.post("/tokens", status_code=201, response_model=TokenMade, responses=TAKEN, dependencies=[Depends(viewer)])
def create_token(
    request: Request, said: TokenWanted, session: Writing, asking: Asking, key: idempotent.Key = None
) -> Response:
    """Create a token; its key is in this answer and nowhere else."""
    principal = principal_of(asking)

    def make() -> Made:
        token, secret = tokens.create(session, said.wanted(), user_id=principal.user_id, actor=principal.actor)
        told = TokenMade.model_validate(token)
        whole = told.model_copy(update={"key": secret})
        place = {"Location": f"{request.url.path}/{token.id}", "Cache-Control": "no-store"}
        return Made(201, place, whole.model_dump_json(), kept=told.model_dump_json())

    return idempotent.once(session, request, key, actor=principal.actor, said=said.model_dump_json(), make=make)


@router.delete("/tokens/{token_id}", status_code=204, responses=MISSING | NONE, dependencies=[Depends(viewer)])
def revoke_token(token_id: uuid.UUID, session: Writing, asking: Asking) -> None:
    """Revoke one of your own tokens."""
    principal = principal_of(asking)
    tokens.revoke(session, token_id, user_id=principal.user_id, actor=principal.actor)


@router.get("/sessions", dependencies=[Depends(viewer)])
def own_sessions(session: Reading, asking: Asking) -> SessionList:
    """List your own sessions."""
    found = sessions.of_user(session, asking.principal.user_id) if asking.principal else []
    return SessionList(items=[SessionOut.model_validate(one) for one in found])


@router.delete("/sessions/{session_id}", status_code=204, responses=MISSING | NONE, dependencies=[Depends(viewer)])
def end_session(session_id: uuid.UUID, session: Writing, asking: Asking) -> None:
    """End one of your own sessions; its streams end too."""
    principal = principal_of(asking)
    sessions.end(session, session_id, user_id=principal.user_id, actor=principal.actor)


@router.get("/users", dependencies=[Depends(admin)])
def everybody(session: Reading) -> UserList:
    """List the users."""
    return UserList(items=[UserOut.model_validate(user) for user in users.everybody(session)])


@router.post("/users", status_code=201, response_model=Invited, responses=CLASH, dependencies=[Depends(admin)])
def invite(
    request: Request, said: Invitation, session: Writing, asking: Asking, key: idempotent.Key = None
) -> Response:
    """Invite somebody; hand them the link in the answer, which works once within a week."""
    principal = principal_of(asking)

    def make() -> Made:
        email = users.address(said.email)
        told = Invited(email=email, role=said.role)
        secret = users.invite(session, email=email, role=said.role, actor=principal.actor)
        whole = told.model_copy(update={"link": signing_in.link(request, secret)})
        return Made(201, {"Cache-Control": "no-store"}, whole.model_dump_json(), kept=told.model_dump_json())

    return idempotent.once(session, request, key, actor=principal.actor, said=said.model_dump_json(), make=make)


@router.patch("/users/{user_id}", responses=MISSING | CLASH, dependencies=[Depends(admin)])
def change(user_id: uuid.UUID, said: UserChange, session: Writing, asking: Asking) -> UserOut:
    """Change a user's role, or disable or enable their account."""
    return UserOut.model_validate(apply(session, user_id, said, actor=asking.actor))
