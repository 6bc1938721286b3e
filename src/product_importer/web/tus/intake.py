"""One request's bytes on their way into an upload, cut into parts; nothing holds more than one of them."""

import asyncio
import contextlib
import itertools

from fastapi import Request
from starlette.requests import ClientDisconnect

from product_importer.kit import logs
from product_importer.kit.errors import AppError
from product_importer.uploads import ledger, resumable, verification
from product_importer.uploads.ledger import Piece
from product_importer.uploads.models import Upload, UploadState
from product_importer.uploads.resumable import UploadTooLarge
from product_importer.web.requests import body
from product_importer.web.tus import buffers
from product_importer.web.tus.headers import Checksum

_log = logs.get("web.tus")


async def take(request: Request, upload: Upload, *, checksum: Checksum | None, limit: int, idle: float) -> Upload:
    """Take the body in behind what the upload has, at most to `limit` bytes of the whole file.

    What arrived before a cut is kept, unless a checksum was to vouch for it. Raises OffsetMismatch where another
    request was faster, ChecksumMismatch, UploadTooLarge, ClientStalled and ClientDisconnect.
    """
    parts = _Parts(upload, checksum, limit)
    try:
        async for block in body.blocks(request, idle=idle):
            await parts.take(block)
        return await parts.finish()
    except (ClientDisconnect, body.ClientStalled):
        await parts.rescue()
        raise
    except AppError:
        await parts.drop()
        raise


class _Parts:
    """Fills one part after the other, the next one while the last one is being stored."""

    def __init__(self, upload: Upload, checksum: Checksum | None, limit: int) -> None:
        self._upload, self._limit = upload, limit
        self._checksum, self._hasher = checksum, checksum.hasher() if checksum else None
        self._buffers = buffers.take(), buffers.take()  # given back when nothing of them is being stored any more
        self._in_turn = itertools.cycle(self._buffers)  # one is filled while the other is being stored
        self._part = next(self._in_turn)
        self._held, self._start = 0, upload.received  # bytes in the part, and where they begin
        self._storing: asyncio.Future[None] | None = None
        self._waiting: list[Piece] = []  # stored, and not in the ledger before the checksum is right

    async def take(self, block: bytes) -> None:
        """Hold a block; when a part is full, store it."""
        if self._start + self._held + len(block) > self._limit:
            raise UploadTooLarge(f"More arrived than the {self._limit:,} bytes that this upload may have.")
        if self._hasher is not None:
            self._hasher.update(block)
        rest = memoryview(block)
        while rest:
            some = rest[: ledger.PART - self._held]
            self._part[self._held : self._held + len(some)] = some
            self._held, rest = self._held + len(some), rest[len(some) :]
            if self._held == ledger.PART:
                await self._store()

    async def finish(self) -> Upload:
        """Store what is still held, and compare the checksum; the last byte makes the upload whole."""
        if self._held:
            await self._store()
        await self._stored()
        if self._checksum is not None and self._hasher.digest() != self._checksum.digest:  # type: ignore[union-attr]
            raise verification.ChecksumMismatch(f"The {self._checksum.algorithm} of this piece does not match.")
        if self._waiting or self._is_bare_end():
            pieces, self._waiting = self._waiting, []
            start = self._upload.received
            self._upload = await asyncio.to_thread(resumable.add, self._upload.id, start=start, pieces=pieces)
        buffers.give_back(self._buffers)
        return self._upload

    async def rescue(self) -> None:
        """Keep what came before the cut, unless a checksum was to vouch for it."""
        if self._checksum is not None:
            await self.drop()
            return
        with contextlib.suppress(AppError):  # somebody else may have gone on already
            if self._held:
                await self._store()
            await self._stored()
        buffers.give_back(self._buffers)

    async def drop(self) -> None:
        """Keep nothing that the ledger does not name yet."""
        with contextlib.suppress(AppError):
            await self._stored()
        buffers.give_back(self._buffers)
        await asyncio.to_thread(resumable.drop, self._waiting)

    def _is_bare_end(self) -> bool:
        """Whether not one byte came, and the file is whole all the same: its size has only now been told."""
        return self._upload.state is UploadState.RECEIVING and self._upload.received == self._upload.length

    async def _store(self) -> None:
        """Begin to store what is held, once the part before it is stored."""
        await self._stored()
        data, self._part = self._part[: self._held], next(self._in_turn)
        start, self._start, self._held = self._start, self._start + self._held, 0
        self._storing = asyncio.ensure_future(asyncio.to_thread(self._keep, start, data))

    async def _stored(self) -> None:
        """Wait for the part under way; raises what storing it raised."""
        storing, self._storing = self._storing, None
        if storing is not None:
            await storing

    def _keep(self, start: int, data: memoryview) -> None:
        piece = ledger.store(self._upload.id, start=start, data=data)
        if self._checksum is None:
            self._upload = resumable.add(self._upload.id, start=start, pieces=[piece])
        else:
            self._waiting.append(piece)
            resumable.touch(self._upload.id)
