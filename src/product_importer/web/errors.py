"""Every refusal and fault as its reader needs it: a page for a person, problem+json (RFC 9457) for a program."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from product_importer.kit import database, logs
from product_importer.kit.errors import AppError, NotFound
from product_importer.kit.tasks import failure
from product_importer.web import templating
from product_importer.web.access.identity import SignInNeeded
from product_importer.web.access.limits import TooManyRequests
from product_importer.web.requests import broken_rules

_log = logs.get("web.errors")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PAGES = ("/admin", "/setup", "/sign-in", "/sign-out")
LEADING = ("/", "/docs")  # to a page
RETRY = "5"  # seconds until a database that was away may be back


class Invalid(AppError):
    """Some values of the request break a rule; `errors` says which."""

    status = 422
    code = "VALIDATION_FAILED"
    title = "Some values are not valid"
    action = "Correct the values named and send the request again."


class MethodNotAllowed(AppError):
    """The path exists, but not for this method."""

    status = 405
    code = "METHOD_NOT_ALLOWED"
    title = "This address does not accept that method"
    action = "See the API description for the methods it accepts."


class DatabaseAway(AppError):
    """The database cannot be reached, or is locked for longer than a request waits."""

    status = 503
    code = "DATABASE_UNAVAILABLE"
    title = "The database is not answering"
    action = (
        "Try again in a moment. If it persists, check that the database is running; imports then go on by themselves."
    )


class Fault(AppError):
    """Something failed that is not the caller's doing."""

    status = 500
    code = "INTERNAL_ERROR"
    title = "Something went wrong here"
    action = "Try again; if it happens again, give the request id to whoever runs this server."


class _Problem(JSONResponse):
    """A problem document; what it quotes of a broken file may hold what UTF-8 has no bytes for."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def install(app: FastAPI) -> None:
    """Let this module answer for what is raised in a route; `web.guards` brings what nobody foresaw."""
    for kind in (AppError, HTTPException, RequestValidationError):
        app.add_exception_handler(
            kind, lambda request, error: answer(request.scope, refusal(error), _extra(request, error))
        )


def answer(scope: Scope, refused: AppError, headers: Mapping[str, str] | None = None) -> Response:
    """Render a refusal for whoever asked."""
    headers = {**_headers(refused), **(headers or {})}
    request = Request(scope)
    request_id = scope.get("state", {}).get("request_id", "")
    if is_page(scope["path"]) and "text/html" in request.headers.get("accept", ""):
        if isinstance(refused, SignInNeeded) and request.method == "GET":
            asked = f"{scope['path']}?{request.url.query}".rstrip("?")
            return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", 303)
        shown = {"status": refused.status, "title": refused.title, "detail": refused.detail, "action": refused.action}
        page = templating.render(
            request, "error.html", status_code=refused.status, code=refused.code, request_id=request_id, **shown
        )
        page.headers.update(headers)
        return page
    return _Problem(problem(refused, request_id), refused.status, headers)


def is_page(path: str) -> bool:
    """Return whether people look there, and not programs."""
    return path.startswith(PAGES) or path in LEADING


def _headers(refused: AppError) -> dict[str, str]:
    """Give the headers that a status asks for, and a limit's own ones."""
    headers = {**(refused.headers if isinstance(refused, TooManyRequests) else {}), **wait(refused)}
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Product Importer"'
    return headers


def wait(refused: AppError) -> dict[str, str]:
    """Give the header that says when to come again, where a refusal knows."""
    if "retry_after" in refused.facts or refused.status == 503:
        return {"Retry-After": str(refused.facts.get("retry_after", RETRY))}
    return {}


def refusal(error: Exception) -> AppError:
    """Turn whatever was raised into a refusal; what nobody foresaw is logged and called a fault of ours."""
    if isinstance(error, AppError):
        return error
    if isinstance(error.__cause__, AppError):  # FastAPI calls it "an error parsing the body" when reading is refused
        return error.__cause__
    if isinstance(error, RequestValidationError):
        return invalid(error)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return {404: NotFound(), 405: MethodNotAllowed()}.get(error.status_code) or AppError(error.detail)
    if database.is_unstorable(error):
        return Invalid("A text of the request contains a NUL character, which the database cannot store.")
    _log.error("request failed", exc_info=error)
    if database.is_away(error):
        return DatabaseAway(
            "It is not answering, or another program has locked it. Nothing was written by this request."
        )
    if failure.refusal(error):
        return failure.DiskFull("There was no room for what this request would have stored. None of it was kept.")
    return Fault("The fault is ours, not in your request. Nothing was written by it.")


def problem(refused: AppError, request_id: str) -> dict[str, Any]:
    """Return the problem document: the members of RFC 9457, our code and action, and the refusal's own facts."""
    members = {
        "type": f"https://product-importer.example/errors#{refused.code}",
        "title": refused.title,
        "status": refused.status,
        "detail": refused.detail,
        "code": refused.code,
        "action": refused.action,
        "request_id": request_id,
    }
    facts: dict[str, Any] = jsonable_encoder(refused.facts)
    return members | facts


def invalid(found: ValidationError | RequestValidationError | Sequence[Mapping[str, Any]]) -> Invalid:
    """Turn what Pydantic found, or what was found in its manner, into one refusal that names each place."""
    listed = found if isinstance(found, Sequence) else found.errors()
    errors = [broken_rules.told(one) for one in listed]
    return Invalid("; ".join(broken_rules.named(one) for one in errors[:5]), errors=errors)


def _extra(request: Request, error: Exception) -> Mapping[str, str] | None:
    """Give the headers of the refusal; Allow names what all routes of the path take, not the first alone."""
    if not isinstance(error, HTTPException):
        return None
    return {"Allow": ", ".join(_allowed(request))} if error.status_code == 405 else error.headers


def _allowed(request: Request) -> list[str]:
    routes = request.app.routes
    asked = ({**request.scope, "method": method} for method in METHODS)
    return [one["method"] for one in asked if any(route.matches(one)[0] is Match.FULL for route in routes)]
