"""The session's cookie: unreadable for scripts, sent to this origin alone, and over https bound to it by its name."""

from starlette.requests import Request
from starlette.responses import Response

from product_importer.accounts import sessions
from product_importer.web.access import peers

PLAIN = "session"
BOUND = "__Host-session"  # a browser takes this name only with Secure, for the whole host and from nowhere else


def put(request: Request, response: Response, key: str) -> None:
    """Give the browser its key."""
    secure = peers.is_secure(request.scope, request.app.state.settings)
    response.set_cookie(
        BOUND if secure else PLAIN,
        key,
        max_age=int(sessions.LONGEST),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def key_of(request: Request) -> str:
    """Return the key that the browser sent, or ""."""
    secure = peers.is_secure(request.scope, request.app.state.settings)
    return request.cookies.get(BOUND if secure else PLAIN, "")


def take_away(request: Request, response: Response) -> None:
    """Let the browser forget its key."""
    secure = peers.is_secure(request.scope, request.app.state.settings)
    response.delete_cookie(BOUND if secure else PLAIN, path="/", secure=secure, httponly=True, samesite="lax")
