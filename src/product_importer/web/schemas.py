"""The shapes of the API's answers that no domain needs."""

import datetime as dt
import uuid
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from product_importer.catalog.schemas import ProductOut
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Change, Reject, RejectGroup, Snapshot
from product_importer.uploads import resumable
from product_importer.uploads.models import Upload, UploadState

Responses = dict[int | str, dict[str, Any]]  # what a route says of its refusals, by status
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


class StartImport(Options):
    """An import of a file that was uploaded before, under the options of every import."""

    upload_id: uuid.UUID = Field(description="The last part of the upload's address.")
    md5: str | None = Field(None, pattern="^[0-9a-fA-F]{32}$", description="Of the whole file, in hexadecimal digits.")

    def options(self) -> Options:
        """Return the options alone."""
        return Options.model_validate(self.model_dump(exclude={"upload_id", "md5"}, exclude_unset=True))


class UploadOut(BaseModel):
    """A resumable upload; `used` once something was made of it, `error` is the code of a rejected one."""

    id: uuid.UUID
    name: str
    state: UploadState
    offset: int
    length: int | None
    md5: str | None
    sha256: str | None
    used: bool
    expires_at: dt.datetime | None
    error: str | None


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


def upload_as_json(upload: Upload) -> Any:
    """Return an upload as plain JSON values."""
    used, rejected = upload.completed_at is not None, upload.state is UploadState.REJECTED
    told = UploadOut(
        id=upload.id,
        name=upload.name,
        state=upload.state,
        offset=upload.received,
        length=upload.length,
        md5=upload.md5,
        sha256=upload.sha256,
        used=used,
        expires_at=None if used else resumable.expires_at(upload),
        error=resumable.UploadRejected.code if rejected else None,
    )
    return told.model_dump(mode="json")


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
