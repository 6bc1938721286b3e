"""Every refusal and fault as its reader needs it: a page for a person, problem+json (RFC 9457) for a program."""

from typing import Any

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from product_importer.kit import logs
from product_importer.kit.errors import AppError, NotFound
from product_importer.web import templating

_log = logs.get("web.errors")


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
    title = "This address does not take that method"
    action = "See the API description for the methods it takes."


class Fault(AppError):
    """Something failed that is not the caller's doing."""

    status = 500
    code = "INTERNAL_ERROR"
    title = "Something went wrong here"
    action = "Try again; if it happens again, give the request id to whoever runs this server."


def install(app: FastAPI) -> None:
    """Let this room answer for everything that is raised in a route."""
    app.add_exception_handler(AppError, lambda request, error: answer(request.scope, _as_refusal(error)))
    app.add_exception_handler(HTTPException, lambda request, error: answer(request.scope, _as_refusal(error)))
    app.add_exception_handler(RequestValidationError, lambda request, error: answer(request.scope, _as_refusal(error)))
    app.add_exception_handler(Exception, lambda request, error: answer(request.scope, _as_refusal(error)))


def answer(scope: Scope, refusal: AppError) -> Response:
    """Render a refusal for whoever asked."""
    request = Request(scope)
    request_id = scope.get("state", {}).get("request_id", "")
    if scope["path"].startswith("/admin") and "text/html" in request.headers.get("accept", ""):
        shown = {"status": refusal.status, "title": refusal.title, "detail": refusal.detail, "action": refusal.action}
        return templating.render(
            request, "error.html", status_code=refusal.status, code=refusal.code, request_id=request_id, **shown
        )
    return JSONResponse(problem(refusal, request_id), refusal.status, media_type="application/problem+json")


def problem(refusal: AppError, request_id: str) -> dict[str, Any]:
    """Return the problem document: the members of RFC 9457, our code and action, and the refusal's own facts."""
    members = {
        "type": f"https://product-importer.example/errors#{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
        "action": refusal.action,
        "request_id": request_id,
    }
    facts: dict[str, Any] = jsonable_encoder(refusal.facts)
    return members | facts


def _as_refusal(error: Exception) -> AppError:
    if isinstance(error, AppError):
        return error
    if isinstance(error, RequestValidationError):
        return invalid(error.errors())
    if isinstance(error, HTTPException):
        return {404: NotFound, 405: MethodNotAllowed}.get(error.status_code, Fault)()
    _log.error("request failed", exc_info=error)
    return Fault("The fault is ours, not in your request. Nothing was written by it.")


def invalid(found: Any) -> Invalid:
    """Turn what Pydantic found into one refusal that names each place."""
    errors = [
        {"pointer": "/" + "/".join(str(part) for part in one["loc"]), "code": one["type"], "detail": one["msg"]}
        for one in found
    ]
    named = "; ".join(f"{one['pointer'].rpartition('/')[2]}: {one['detail']}" for one in errors[:5])
    return Invalid(named, errors=errors)
