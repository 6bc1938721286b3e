"""Fetches pictures that files wish for by address, each address once, and gives them to the products that wait."""

import asyncio
import hashlib
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from product_importer.catalog.wish_models import AddressState, ImageAddress
from product_importer.kit import clock, database, logs, settings, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.outbound import client
from product_importer.kit.outbound.failure import CallFailed, Reason
from product_importer.kit.outbound.policy import Policy
from product_importer.kit.tasks import failure, leases, sweeper
from product_importer.media import darkroom, developing, giving, images
from product_importer.media.images import Picture
from product_importer.media.models import Image
from product_importer.media.queries import TERMS
from product_importer.uploads import actions as uploads
from product_importer.uploads import ledger

AT_ONCE = 16  # addresses fetched side by side
SECONDS = 30.0  # for one file, from the name's look-up to its last byte
ACTOR: Final = "system"
AGAIN: Final = (10.0, 120.0)  # seconds until the second and the third attempt
_PASSING: Final = frozenset({Reason.TIMEOUT, Reason.CUT, Reason.UNREACHABLE, Reason.NAME})
_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_log = logs.get("media.wishing")


class ImageUnfetched(AppError):
    """An address gave no file: nobody answered, or the answer says that nothing is there."""

    status = 502
    code = "IMAGE_UNFETCHED"
    title = "The address did not return an image"
    action = "Open the address in a browser; when it works there, try again, or correct it in the file."


class ImageUnfetchedNow(ImageUnfetched):
    """The same, where another attempt may succeed."""

    passing = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a call brought: a file, or why there is none."""

    held: ImageAddress
    file: IO[bytes]
    refused: AppError | None


def due() -> ColumnElement[bool]:
    """Return which addresses wait for somebody to look."""
    return and_(
        ImageAddress.state == AddressState.WAITING, ImageAddress.due_at <= clock.now(), leases.free(ImageAddress)
    )


@tasks.register("images", model=ImageAddress, due=due, waits_for_others=True)
def fetch_images(address_id: uuid.UUID) -> None:
    """Fetch what lies at an address and at some others that wait, and give it to every product that wants it."""
    held = _claim(address_id)
    failpoint("wish.claimed")
    known = [one for one in held if _is_known(one)]
    for one in known:
        _settle(one, None)
    if unknown := [one for one in held if one not in known]:
        for found in asyncio.run(_fetch_all(unknown)):
            with found.file:
                _settle(found.held, found)
    if held:
        _ring_for_more()


def _claim(address_id: uuid.UUID) -> list[ImageAddress]:
    """Claim an address, and others beside it; one that was tried before is tried alone: it may stop its worker."""
    with database.transaction() as session:
        first = leases.claim(session, ImageAddress, ImageAddress.id == address_id, due())
        held = [] if first is None else [first]
        while held and held[0].attempts == 1 and len(held) < AT_ONCE:
            other = leases.claim(session, ImageAddress, due(), ImageAddress.attempts == 0)
            if other is None:
                break
            held.append(other)
        for one in held:
            one.lease_until = clock.now() + clock.seconds(giving.LEASE)
    return held


def _is_known(held: ImageAddress) -> bool:
    """Return whether the picture of this address was found before and is still kept."""
    with database.reading() as session:
        return held.sha256 is not None and bool(session.scalar(select(exists().where(Image.sha256 == held.sha256))))


async def _fetch_all(held: Sequence[ImageAddress]) -> list[Found]:
    async with client.opened(Policy.of(settings.current()), at_once=AT_ONCE) as calls:
        return list(await asyncio.gather(*(_fetch(calls, one) for one in held)))


async def _fetch(calls: client.Client, held: ImageAddress) -> Found:
    """Fetch one file; whatever is wrong with it is told, for one address never costs another."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever uses it
    try:
        answer = await calls.fetch(held.url, into=file, limit=developing.BYTES_MAX, seconds=SECONDS)
        if answer.status != 200:
            kind = ImageUnfetchedNow if answer.status in _BUSY else ImageUnfetched
            return Found(held, file, kind(f"The server answered with status {answer.status}."))
        file.seek(0)
        developing.require_kind(file.read(darkroom.HEAD))
    except CallFailed as failed:
        if failed.reason is Reason.TOO_LARGE:
            return Found(held, file, developing.ImageTooLarge(str(failed)))
        return Found(held, file, (ImageUnfetchedNow if failed.reason in _PASSING else ImageUnfetched)(str(failed)))
    except AppError as refused:
        return Found(held, file, refused)
    return Found(held, file, None)


def _settle(held: ImageAddress, found: Found | None) -> None:
    """Give the products what was found, or note why there is nothing; a worker that lost its lease leaves quietly."""
    token = held.fencing_token
    try:
        if held.attempts > failure.ATTEMPTS:
            giving.refuse(held, token, ImageUnfetched("It stopped its worker three times."))
        elif found is not None and found.refused is not None:
            _put_off_or_refuse(held, token, found.refused)
        else:
            if found is not None:
                _keep(held, token, found.file)
            giving.give(held, token)
    except leases.Fenced as lost:
        _log.info("taken over by another worker", row=str(lost))
    except Exception as error:
        if (refused := failure.refusal(error)) is None:
            raise
        giving.refuse(held, token, refused)


def _put_off_or_refuse(held: ImageAddress, token: uuid.UUID, refused: AppError) -> None:
    if not refused.passing or held.attempts > len(AGAIN):
        giving.refuse(held, token, refused)
        return
    with database.transaction() as session:
        later = clock.now() + clock.seconds(AGAIN[held.attempts - 1])
        leases.fence(session, ImageAddress, held.id, token, {"due_at": later, **leases.FREE})


def _keep(held: ImageAddress, token: uuid.UUID, file: IO[bytes]) -> None:
    """Keep what was fetched as an image that no product shows yet, unless the very same is kept already."""
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # a plain file
    held.sha256 = sha256
    upload_id, size = (None, 0) if _is_known(held) else _store(held, file)
    failpoint("wish.stored")
    with database.transaction() as session:
        leases.fence(session, ImageAddress, held.id, token, {"sha256": sha256})
        needed = upload_id is None or _make_image(session, held, Picture(sha256, upload_id, size, _name(held)))
        failpoint("wish.kept.before-commit", session)
    failpoint("wish.kept")
    if upload_id is not None and not needed:
        ledger.empty(upload_id)


def _store(held: ImageAddress, file: IO[bytes]) -> tuple[uuid.UUID, int]:
    """Store the file as an upload, and return its id and size."""
    file.seek(0)
    upload_id = uploads.open_upload(name=_name(held), actor=ACTOR)
    return upload_id, uploads.append_all(upload_id, file)


def _make_image(session: Session, held: ImageAddress, picture: Picture) -> bool:
    """Make an image of the upload; False when somebody else sent the same picture at this very moment."""
    upload = uploads.complete(session, picture.upload_id)
    upload.terms, upload.sha256 = f"{TERMS}{held.id}", picture.sha256
    image = images.known(session, picture, ACTOR)
    image.touched_at = clock.now()
    return image.upload_id == picture.upload_id


def _name(held: ImageAddress) -> str:
    return giving.name_of(held.url)


def _ring_for_more() -> None:
    if waiting := sweeper.due(fetch_images):
        tasks.ring(fetch_images, waiting[0])
