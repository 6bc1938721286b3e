"""Who asks: whoever sits at this machine while there is no account, else the owner of a session or a token."""

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from product_importer.accounts import sessions, tokens, users
from product_importer.accounts.known import Known
from product_importer.accounts.roles import Role
from product_importer.kit import database, logs
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from product_importer.web import cookies, peers
from product_importer.web.limits import Limits

_log = logs.get("web.identity")


class Locked(AppError):
    """There is no account yet, and the request does not come from the person at this machine."""

    status = 403
    code = "SERVER_LOCKED"
    title = "This server waits for its first account"
    action = (
        "Open the set-up link that it printed when it started, or run `product-importer admin setup-link` for another."
    )


class SignInNeeded(AppError):
    """Nobody is signed in, or no longer."""

    status = 401
    code = "SIGN_IN_NEEDED"
    title = "Please sign in"
    action = "Sign in at /sign-in; a program sends `Authorization: Bearer` with a token."


class TokenInvalid(AppError):
    """The token is unknown, revoked, or its time is over."""

    status = 401
    code = "TOKEN_INVALID"
    title = "This token is not valid"
    action = "Make a new one under Account; a revoked or expired one cannot be revived."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks and what they may do; `known` is None for the person at an open machine."""

    actor: str
    role: Role
    known: Known | None = None


AT_THIS_MACHINE = Identity("user:local", Role.ADMIN)


def of(request: Request) -> Identity:
    """Find out who asks. Raises Locked, SignInNeeded, TokenInvalid, and TooManyRequests of either kind."""
    known = _known(request)
    if known is not None:
        request.state.rate = _limits(request).request(str(known.session_id or known.token_id)).headers
        if known.stale:
            _touch(known)
        return Identity(known.actor, known.role, known)
    if not _accounts_exist(request):
        if is_open(request):
            return AT_THIS_MACHINE
        raise Locked
    request.state.rate = _limits(request).refusal(peers.address(request.scope, _settings(request))).headers
    raise TokenInvalid if _bearer(request) else SignInNeeded


def is_open(request: Request) -> bool:
    """Return whether the request comes from the person at this machine, whom a server without accounts trusts."""
    return _settings(request).loopback and peers.is_this_machine(request.scope)


def session_of(request: Request) -> Known | None:
    """Return whose session the browser has, if it has one."""
    key = cookies.key_of(request)
    if not key:
        return None
    with database.reading() as session:
        return sessions.find(session, key)


def stands(known: Known) -> bool:
    """Return whether what somebody showed when their stream began is still valid."""
    with database.reading() as session:
        if known.session_id is not None:
            return sessions.alive(session, known.session_id)
        return known.token_id is None or tokens.alive(session, known.token_id)


def locked_or_open(request: Request) -> bool:
    """Return whether there is no account; raises Locked where that keeps the caller out."""
    if _accounts_exist(request):
        return False
    if not is_open(request):
        raise Locked
    return True


def _known(request: Request) -> Known | None:
    bearer, key = _bearer(request), cookies.key_of(request)
    if not bearer and not key:
        return None
    with database.reading() as session:
        return tokens.find(session, bearer) if bearer else sessions.find(session, key)


def _accounts_exist(request: Request) -> bool:
    """Ask the database until there are accounts, for then there always will be."""
    state = request.app.state
    if not getattr(state, "accounts_exist", False):
        with database.reading() as session:
            state.accounts_exist = users.exist(session)
    return bool(state.accounts_exist)


def _touch(known: Known) -> None:
    """Write the use down; a database that is busy with an import keeps nobody waiting for that."""
    try:
        with database.transaction() as session:
            _note(session, known)
    except DBAPIError as error:
        _log.info("a use was not written down", error=repr(error.orig))


def _note(session: Session, known: Known) -> None:
    if known.session_id is not None:
        sessions.touch(session, known.session_id)
    if known.token_id is not None:
        tokens.touch(session, known.token_id)


def _bearer(request: Request) -> str:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _limits(request: Request) -> Limits:
    counted: Limits = request.app.state.limits
    return counted
