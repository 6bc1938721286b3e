"""The shapes of the API's answers that no domain needs."""

from typing import Any

from pydantic import BaseModel, TypeAdapter

from product_importer.catalog.schemas import ProductOut
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Change, Reject, RejectGroup, Snapshot

_snapshot = TypeAdapter(Snapshot)


class RejectList(BaseModel):
    """The first rejected records, and all of them by reason."""

    items: list[Reject]
    groups: list[RejectGroup]
    total: int


class ChangeList(BaseModel):
    """Some changes of an import, how many there are of that kind, and where the next ones begin."""

    items: list[Change]
    total: int
    next_cursor: str | None


class ProductPage(BaseModel):
    """One page of products."""

    items: list[ProductOut]
    total: int
    total_exact: bool
    page: int
    pages: int
    next_cursor: str | None


class Problem(BaseModel):
    """A refusal (RFC 9457); some codes add facts of their own."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    action: str
    request_id: str


class Ready(BaseModel):
    """Whether the server can work, part by part."""

    ready: bool
    checks: dict[str, str]


def problem(description: str) -> dict[str, Any]:
    """Describe a refusal for the OpenAPI document."""
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }


def as_json(snapshot: Snapshot) -> Any:
    """Return a snapshot as plain JSON values."""
    return _snapshot.dump_python(snapshot, mode="json")


def _upload_body() -> dict[str, Any]:
    properties = Options.model_json_schema(ref_template="#/components/schemas/{model}")
    options = {
        name: {"type": "string", "description": one.get("description", "")}
        for name, one in properties["properties"].items()
    }
    file = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["file"], "properties": {"file": file, **options}}
    content = {"multipart/form-data": {"schema": form}, "text/csv": {"schema": file}}
    return {"requestBody": {"required": True, "content": content}}


UPLOAD_BODY = _upload_body()
