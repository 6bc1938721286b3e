"""How a browser signs in and out: a password is checked, a session begins, a session ends."""

from fastapi import Request
from fastapi.responses import RedirectResponse

from product_importer.accounts import passwords, sessions, users
from product_importer.accounts.models import User
from product_importer.kit import database, logs
from product_importer.kit.errors import AppError
from product_importer.web.access import cookies, identity, peers
from product_importer.web.access.limits import Limits

HOME = "/admin/dashboard"
_log = logs.get("web.signing_in")


class SignInRefused(AppError):
    """Email and password do not belong together; which of them is wrong is not told."""

    status = 401
    code = "SIGN_IN_REFUSED"
    title = "Email and password do not match"
    action = "Try again; an admin can give you a link to set a new password."


def prove(request: Request, email: str, password: str) -> User:
    """Return whose password that is. Raises SignInRefused, TooManyTries, SignInBusy; no transaction may be open."""
    counted: Limits = request.app.state.limits
    address = address_of(request)
    left = counted.sign_in(email, address)
    with database.reading() as session:
        user, stored = users.proven(session, email)
    if not passwords.matches(password, stored) or user is None:
        _log.warning("sign-in refused", address=address)  # without the email: some type their password there
        raise SignInRefused(f"Email and password do not match. {left} {'attempt' if left == 1 else 'attempts'} left.")
    counted.signed_in(email, address)
    return user


def enter(request: Request, user: User, *, to: str = HOME) -> RedirectResponse:
    """Begin a session under a new key, whatever key the browser had, and go on to a page."""
    before = identity.session_of(request)
    with database.transaction() as session:
        if before is not None:
            sessions.drop(session, before.session_id)
        agent = request.headers.get("user-agent", "")
        key = sessions.start(session, user, address=address_of(request), agent=agent)
    answer = RedirectResponse(safe(to), 303)
    cookies.put(request, answer, key)
    return answer


def leave(request: Request) -> RedirectResponse:
    """End the browser's session, and let it forget what it kept of the pages."""
    answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache"'})
    principal = identity.session_of(request)
    if principal is not None and principal.session_id is not None:
        with database.transaction() as session:
            sessions.end(session, principal.session_id, user_id=principal.user_id, actor=principal.actor)
    cookies.take_away(request, answer)
    return answer


def safe(to: str) -> str:
    """Return where to go on, which is a page of ours or else the dashboard."""
    ours = to.startswith("/admin/") and to.isprintable() and "\\" not in to  # so it names no scheme and no host
    return to if ours else HOME


def address_of(request: Request) -> str:
    """Return the client's address."""
    return peers.address(request.scope, request.app.state.settings)


def link(request: Request, key: str) -> str:
    """Return the whole address of a one-time link."""
    settings = request.app.state.settings
    scheme = "https" if peers.is_secure(request.scope, settings) else "http"
    base = settings.public_url.rstrip("/") or f"{scheme}://{request.headers['host']}"
    return f"{base}/setup?token={key}"
