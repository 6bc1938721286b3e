"""Takes a file in from a request body, as a form or as it is, straight into storage."""

import asyncio
import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from pydantic import ValidationError
from pydantic_core import from_json
from python_multipart.multipart import parse_options_header

from product_importer.imports.options import Options
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from product_importer.uploads import actions as uploads
from product_importer.web import errors
from product_importer.web.guards import BodyTooLarge
from product_importer.web.requests.multipart import Form, FormReader

STRUCTURED = ("mapping", "blanks")  # options that come as JSON
OWN = ("name",)  # query parameters that are no options
NAME_MAX = 255  # characters of a file's name
_EXTENDED = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^\s;]+)", re.IGNORECASE)  # RFC 6266: it wins over filename


@dataclass(frozen=True, slots=True)
class Received:
    """A file that arrived whole, its SHA-256, and what was asked to be done with it."""

    upload_id: uuid.UUID
    sha256: str
    options: Options


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that arrived whole, its SHA-256, its name, and the fields that came with it."""

    upload_id: uuid.UUID
    sha256: str
    name: str
    fields: Mapping[str, str]


async def receive(request: Request, *, actor: str, settings: Settings) -> Received:
    """Stream the body into an upload; whatever goes wrong on the way, nothing of it stays."""
    arrived = await receive_file(request, actor=actor, settings=settings)
    try:
        return Received(arrived.upload_id, arrived.sha256, options_of(arrived.fields))
    except AppError:
        await asyncio.shield(asyncio.to_thread(uploads.discard, arrived.upload_id))
        raise


async def receive_alone(request: Request, *, actor: str, settings: Settings) -> Arrived:
    """Stream a file in that takes no options; Invalid names those that came, for they would change nothing."""
    arrived = await receive_file(request, actor=actor, settings=settings)
    if arrived.fields:
        await asyncio.shield(asyncio.to_thread(uploads.discard, arrived.upload_id))
        raise errors.invalid([_not_taken(name) for name in arrived.fields])
    return arrived


async def receive_file(request: Request, *, actor: str, settings: Settings, name: str = "upload.csv") -> Arrived:
    """Stream the body into an upload under its own name, or `name` where it has none."""
    upload = _Incoming(await asyncio.to_thread(uploads.open_upload, name=name, actor=actor), settings)
    try:
        return await _body(request, upload, name)
    except BaseException:
        await asyncio.shield(asyncio.to_thread(uploads.discard, upload.id))
        raise


class _Incoming:
    """Cuts a stream of bytes into parts and stores them."""

    def __init__(self, upload_id: uuid.UUID, settings: Settings) -> None:
        self.id = upload_id
        self._limit = settings.max_upload_bytes
        self._stored, self._digest = 0, hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of what is stored, in hexadecimal."""
        return self._digest.hexdigest()

    async def take(self, held: bytearray, *, last: bool = False) -> None:
        """Store what is held as far as it fills parts, and the rest too if it is the last."""
        if self._stored + len(held) > self._limit:
            raise BodyTooLarge(f"A file may have at most {self._limit:,} bytes.")
        while len(held) >= uploads.PART or (last and held):
            data = held[: uploads.PART]
            del held[: uploads.PART]
            await asyncio.to_thread(self._store, data)

    def _store(self, data: bytearray) -> None:
        self._digest.update(data)
        self._stored = uploads.append(self.id, start=self._stored, data=data)


async def _body(request: Request, upload: _Incoming, unnamed: str) -> Arrived:
    content_type = request.headers.get("content-type", "")
    if content_type.lower().startswith("multipart/form-data"):
        form = await _form(request, upload, content_type)
        name, fields = form.file_name or "", _joined(form.fields, _query(request))
    else:
        held = bytearray()
        async for block in request.stream():
            held += block
            await upload.take(held)
        await upload.take(held, last=True)
        name, fields = _raw_name(request), _query(request)
    await asyncio.to_thread(uploads.rename, upload.id, name=shown(name) or unnamed)
    return Arrived(upload.id, upload.sha256, shown(name) or unnamed, fields)


def _query(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.query_params.items() if name not in OWN}


def _joined(fields: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """Join what a form and its address say; Invalid names each option of which they say two things."""
    if twice := [name for name in query if fields.get(name, query[name]) != query[name]]:
        raise errors.invalid([_said_twice(name) for name in twice])
    return {**query, **fields}


async def _form(request: Request, upload: _Incoming, content_type: str) -> Form:
    reader = FormReader(content_type)
    async for block in request.stream():
        reader.feed(block)
        await upload.take(reader.form.data)
    reader.finish()
    await upload.take(reader.form.data, last=True)
    return reader.form


def _raw_name(request: Request) -> str:
    disposition = request.headers.get("content-disposition", "")
    if extended := _EXTENDED.search(disposition):
        named = unquote(extended[1])
    else:
        named = parse_options_header(disposition.encode())[1].get(b"filename", b"").decode("utf-8", "replace")
    return request.query_params.get("name") or named.replace("\\", "/").rpartition("/")[2]


def shown(name: str) -> str:
    """Leave out of a file's name what no page could show and no database would store."""
    return "".join(letter for letter in name if letter.isprintable()).strip()[-NAME_MAX:]


def options_of(fields: Mapping[str, str]) -> Options:
    """Read options from form fields or query parameters; Invalid names each that is wrong."""
    values: dict[str, Any] = {name: value for name, value in fields.items() if value != "" or name == "delimiter"}
    for name in STRUCTURED:
        if name in values:
            try:
                values[name] = from_json(values[name], allow_inf_nan=False)
            except ValueError:
                raise errors.invalid([_not_json(name)]) from None
    try:
        return Options.model_validate(values)
    except ValidationError as wrong:
        raise errors.invalid(wrong) from None


def _not_taken(name: str) -> dict[str, Any]:
    return {"loc": (name,), "type": "extra_forbidden", "msg": "is not accepted here: the feed has its own options"}


def _said_twice(name: str) -> dict[str, Any]:
    return {"loc": (name,), "type": "value_error", "msg": "has one value in the form and another in the address"}


def _not_json(name: str) -> dict[str, Any]:
    return {"loc": (name,), "type": "json_invalid", "msg": 'is not JSON; write {"sku": "StockCode"}'}
