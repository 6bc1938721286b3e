"""Resumable uploads: announce a file, send it in pieces, ask how far it is, end it."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from product_importer.kit import database
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from product_importer.uploads import resumable, verification
from product_importer.uploads.models import Upload, UploadState
from product_importer.web import errors, schemas
from product_importer.web.deps import Actor, Configured
from product_importer.web.roles import editor
from product_importer.web.tus import headers, intake
from product_importer.web.tus.route import TusRoute

router = APIRouter(prefix="/uploads", tags=["uploads"], route_class=TusRoute, dependencies=[Depends(editor)])


@router.options("", status_code=204)
@router.options("/{upload_id}", status_code=204)
def options(settings: Configured) -> Response:
    """Say which extensions are served, and how large a file may be."""
    return Response(status_code=204, headers=headers.abilities(settings))


@router.post("", status_code=201)
async def create(request: Request, actor: Actor, settings: Configured) -> Response:
    """Create an upload, and take its first bytes if the request has them."""
    headers.require_version(request.headers)
    said = headers.announcement(request.headers)
    checksum = headers.checksum(request.headers)
    brings = request.headers.get("content-type", "").startswith(headers.STREAM)
    _require_fit(request.headers, said.length if said.length is not None else settings.max_upload_bytes)
    upload = await asyncio.to_thread(_announced, said, actor, settings)
    place = {"Location": f"{request.url.path}/{upload.id}"}
    if brings or upload.length == 0:
        limit = settings.max_upload_bytes if upload.length is None else upload.length
        try:
            upload = await intake.take(
                request, upload, checksum=checksum, limit=limit, idle=settings.upload_idle_seconds
            )
        except (AppError, ClientDisconnect):  # the client never hears of its address
            await asyncio.to_thread(resumable.terminate, upload)
            raise
        place["Upload-Offset"] = str(upload.received)
    return Response(status_code=201, headers=place | headers.expiry(upload))


@router.get("/{upload_id}")
def stand(request: Request, upload_id: str, actor: Actor) -> Response:
    """Return how far an upload is; HEAD is tus's own way to ask."""
    upload = _found(upload_id, actor)
    if "tus-resumable" in request.headers:
        headers.require_version(request.headers)
        if upload.state is UploadState.REJECTED:  # whole by its offset, so its sender would take it for done
            raise verification.ChecksumMismatch
    return JSONResponse(schemas.upload_as_json(upload), headers=headers.standing(upload))


@router.patch("/{upload_id}", status_code=204)
async def send(request: Request, upload_id: str, actor: Actor, settings: Configured) -> Response:
    """Take the next piece, as much of it as arrives; nothing is read before all headers are known to be right."""
    headers.require_version(request.headers)
    headers.require_stream(request.headers)
    start, checksum = headers.offset(request.headers), headers.checksum(request.headers)
    upload = await asyncio.to_thread(_awaited, upload_id, actor, start, request.headers, settings)
    limit = settings.max_upload_bytes if upload.length is None else upload.length
    _require_fit(request.headers, limit - start)
    upload = await intake.take(request, upload, checksum=checksum, limit=limit, idle=settings.upload_idle_seconds)
    told = {"Upload-Offset": str(upload.received)} | headers.expiry(upload)
    return Response(status_code=204, headers=told)


@router.delete("/{upload_id}", status_code=204)
def end(request: Request, upload_id: str, actor: Actor) -> Response:
    """Remove an upload and its bytes."""
    headers.require_version(request.headers)
    resumable.terminate(_found(upload_id, actor))
    return Response(status_code=204)


@router.post("/{upload_id}", status_code=204)
async def overridden(request: Request, upload_id: str, actor: Actor, settings: Configured) -> Response:
    """Serve clients that can only GET and POST: `X-HTTP-Method-Override` names the method that is meant."""
    meant = request.headers.get("x-http-method-override", "").upper()
    if meant == "PATCH":
        return await send(request, upload_id, actor, settings)
    if meant == "DELETE":
        return await asyncio.to_thread(end, request, upload_id, actor)
    if meant == "HEAD":
        return await asyncio.to_thread(stand, request, upload_id, actor)
    raise errors.MethodNotAllowed


def _announced(said: resumable.Announcement, actor: str, settings: Settings) -> Upload:
    with database.transaction() as session:
        return resumable.announce(session, said, actor=actor, settings=settings)


def _found(upload_id: str, actor: str) -> Upload:
    try:
        known = uuid.UUID(upload_id)
    except ValueError:
        raise resumable.UploadNotFound from None
    with database.reading() as session:
        return resumable.find(session, known, actor=actor)


def _awaited(upload_id: str, actor: str, start: int, said: Mapping[str, str], settings: Settings) -> Upload:
    """Return the upload if it waits for bytes at `start`, with the size that may be told only now."""
    upload = _found(upload_id, actor)
    if upload.state is UploadState.REJECTED:
        raise verification.ChecksumMismatch
    resumable.require_offset(upload, start)
    length = headers.count(said, "upload-length")
    if length is not None and length != upload.length:
        resumable.declare(upload, length, settings)
    return upload


def _require_fit(said: Mapping[str, str], room: int) -> None:
    """Refuse a body that is longer than what is missing, before it is read."""
    coming: Any = headers.count(said, "content-length") or 0
    if coming > room:
        raise resumable.UploadTooLarge(f"The request has {coming:,} bytes, but only {room:,} are missing.")
