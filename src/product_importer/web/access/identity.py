"""Who asks: whoever sits at this machine while there is no account, else the owner of a session or a token."""

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from product_importer.accounts import sessions, tokens, users
from product_importer.accounts.principal import Principal
from product_importer.accounts.roles import Role
from product_importer.kit import database, logs
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from product_importer.web.access import cookies, peers
from product_importer.web.access.limits import Limits

_log = logs.get("web.identity")


class Locked(AppError):
    """There is no account yet, and the request does not come from the person at this machine."""

    status = 403
    code = "SERVER_LOCKED"
    title = "This server is waiting for its first account"
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
    action = "Create a new one under Account; a revoked or expired one cannot be revived."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks and what they may do; `principal` is None for the person at an open machine."""

    actor: str
    role: Role
    principal: Principal | None = None


AT_THIS_MACHINE = Identity("user:local", Role.ADMIN)


def of(request: Request) -> Identity:
    """Find out who asks. Raises Locked, SignInNeeded, TokenInvalid, and TooManyRequests of either kind."""
    principal = _principal(request)
    if principal is not None:
        request.state.rate = _limits(request).request(str(principal.session_id or principal.token_id)).headers
        if principal.stale:
            _touch(principal)
        return Identity(principal.actor, principal.role, principal)
    if not _accounts_exist(request):
        if is_open(request):
            return AT_THIS_MACHINE
        raise Locked
    request.state.rate = _limits(request).refusal(peers.address(request.scope, settings_of(request))).headers
    raise TokenInvalid if _bearer(request) else SignInNeeded


def is_open(request: Request) -> bool:
    """Return whether the request comes from the person at this machine, whom a server without accounts trusts."""
    return settings_of(request).trusts_this_machine and peers.is_this_machine(request.scope)


def session_of(request: Request) -> Principal | None:
    """Return whose session the browser has, if it has one."""
    key = cookies.key_of(request)
    if not key:
        return None
    with database.reading() as session:
        return sessions.find(session, key)


def stands(principal: Principal) -> bool:
    """Return whether what somebody showed when their stream began is still valid."""
    with database.reading() as session:
        if principal.session_id is not None:
            return sessions.alive(session, principal.session_id)
        return principal.token_id is None or tokens.alive(session, principal.token_id)


def locked_or_open(request: Request) -> bool:
    """Return whether there is no account; raises Locked where that keeps the caller out."""
    if _accounts_exist(request):
        return False
    if not is_open(request):
        raise Locked
    return True


def _principal(request: Request) -> Principal | None:
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


def _touch(principal: Principal) -> None:
    """Write the use down; a database that is busy with an import keeps nobody waiting for that."""
    try:
        with database.transaction() as session:
            _note(session, principal)
    except database.FAULTS as error:
        _log.info("a use was not written down", error=repr(error))


def _note(session: Session, principal: Principal) -> None:
    if principal.session_id is not None:
        sessions.touch(session, principal.session_id)
    if principal.token_id is not None:
        tokens.touch(session, principal.token_id)


def _bearer(request: Request) -> str:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def settings_of(request: Request) -> Settings:
    """Return what the application was started with."""
    settings: Settings = request.app.state.settings
    return settings


def _limits(request: Request) -> Limits:
    counted: Limits = request.app.state.limits
    return counted
