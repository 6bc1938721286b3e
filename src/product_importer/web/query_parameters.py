"""Refuses query parameters that a route does not declare: with a misspelt filter nothing would be left out."""

from collections.abc import Iterator, Sequence

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from product_importer.web import errors


def only_declared(request: Request) -> None:
    """Raise RequestValidationError where a program's GET has a query parameter that its route does not declare.

    It has the code that Pydantic gives where a model forbids extra values. Pages pass: links to them get parameters
    that others add. So do writes, whose options may come in the query and are refused by `imports.options`.
    """
    route = request.scope.get("route")
    if request.method != "GET" or not request.query_params or errors.is_page(request.url.path):
        return
    known = list(dict.fromkeys(_names(route.dependant))) if isinstance(route, APIRoute) else []
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise RequestValidationError([_extra(name, known) for name in unknown])


def _names(dependant: Dependant) -> Iterator[str]:
    """Yield the query parameters that a route and its dependencies declare, each one or the fields of a model."""
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (one.alias or name for name, one in kind.model_fields.items())
        else:
            yield field.alias
    for inner in dependant.dependencies:
        yield from _names(inner)


def _extra(name: str, known: Sequence[str]) -> dict[str, object]:
    expected = f"expected one of {', '.join(known)}" if known else "this address takes none"
    return {"type": "extra_forbidden", "loc": ("query", name), "msg": f"is not a parameter; {expected}"}
