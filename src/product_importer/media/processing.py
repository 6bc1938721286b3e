"""Makes the variants of one image: cut off at any point and gone on with by another worker, and told of once."""

import hashlib
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from typing import IO, Any

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.journal import record
from product_importer.kit import database, storage, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import failure, leases, turn
from product_importer.media import developing, places, primary
from product_importer.media.developing import Developed
from product_importer.media.models import Image, ImageState, ProductImage, Variant
from product_importer.uploads import ledger

PIPELINE = 1  # version of the rules of `darkroom`; with another one every image is made anew, under other addresses
SHOWN = 1_000  # products that are told of one image


class ImageCrashed(AppError):
    """The image stopped its worker again and again."""

    status = 500
    code = "IMAGE_CRASHED"
    title = "The image stopped its worker three times"
    action = "Try again; if it stops again, the worker's log says why."


class OriginalLost(AppError):
    """The bytes of the image are not in storage, or not those that were sent."""

    status = 500
    code = "IMAGE_LOST"
    title = "The image's file is missing"
    action = "Remove it and upload it again."


def due() -> ColumnElement[bool]:
    """Return which images wait: new ones, and those made by older rules."""
    outdated = and_(Image.state == ImageState.READY, Image.pipeline < PIPELINE)
    return and_(or_(Image.state == ImageState.PENDING, outdated), leases.free(Image))


@tasks.register("images", model=Image, due=due)
def develop_image(image_id: uuid.UUID) -> None:
    """Make the variants of an image, unless that was done."""
    if turn.take(_JOB, image_id, due()):
        tasks.ring(develop_image, image_id)


def _work(held: Image, token: uuid.UUID) -> None:
    failpoint("image.claimed")
    with leases.hold(Image, held.id, token) as lease:
        _develop(held, token, lease)


def _develop(held: Image, token: uuid.UUID, lease: leases.Hold) -> None:
    with tempfile.TemporaryFile() as file:
        _fetch(held, file)
        if held.upload_id is not None:
            _keep(held, token, file)
        lease.check()
        made = developing.develop(file)
    failpoint("image.developed")
    for one in made.variants:
        storage.put(places.variant(held, pipeline=PIPELINE, box=one.box), one.data)
        failpoint("image.variant.stored")
    with database.transaction() as session:
        _finish(session, held, token, made)
        failpoint("image.finish.before-commit", session)
    failpoint("image.finish.after-commit")


def _fetch(held: Image, file: IO[bytes]) -> None:
    """Copy the picture to a file of this machine; raises OriginalLost."""
    digest = hashlib.sha256()
    try:
        for block in _blocks(held):
            digest.update(block)
            file.write(block)
    except FileNotFoundError:
        raise OriginalLost from None
    file.flush()
    if digest.hexdigest() != held.sha256:
        raise OriginalLost("What is stored is not what was sent.")


def _blocks(held: Image) -> Iterator[bytes]:
    return ledger.read(held.upload_id) if held.upload_id is not None else storage.stream(places.original(held))


def _keep(held: Image, token: uuid.UUID, file: IO[bytes]) -> None:
    """Give the original a place of its own, and then let go of the upload's bytes."""
    file.seek(0)
    storage.put(places.original(held), file, attachment=True)
    failpoint("image.original.stored")
    with database.transaction() as session:
        leases.fence(session, Image, held.id, token, {"upload_id": None})
        failpoint("image.original.before-commit", session)
    failpoint("image.original.after-commit")
    if held.upload_id is not None:
        ledger.empty(held.upload_id)


def _finish(session: Session, held: Image, token: uuid.UUID, made: Developed) -> None:
    facts = {"format": made.format, "width": made.width, "height": made.height}
    _end(session, held, token, {"state": ImageState.READY, "pipeline": PIPELINE, "error": None, **facts})
    session.execute(delete(Variant).where(Variant.image_id == held.id))
    for one in made.variants:
        size = {"box": one.box, "width": one.width, "height": one.height, "bytes": len(one.data)}
        sha256 = hashlib.sha256(one.data).hexdigest()
        session.add(Variant(image_id=held.id, pipeline=PIPELINE, sha256=sha256, **size))
    _tell(session, held, "image.ready", facts)


def _fail(held: Image, token: uuid.UUID, refused: AppError) -> None:
    """Say why there are no variants, and let another picture be the primary one of each product."""
    with database.transaction() as session:
        products = primary.hold_products(session, held.id)  # before the image, as whoever attaches one does
        _end(session, held, token, {"state": ImageState.FAILED, "error": failure.told(refused)})
        _tell(session, held, "image.failed", {"code": refused.code, "message": refused.detail})
        for product_id in products:
            primary.elect(session, product_id)
        failpoint("image.failed.before-commit", session)


def _end(session: Session, held: Image, token: uuid.UUID, values: Mapping[str, Any]) -> None:
    leases.fence(session, Image, held.id, token, {"version": Image.version + 1, **leases.FREE, **values})


def _tell(session: Session, held: Image, type_: str, facts: Mapping[str, Any]) -> None:
    """Write into the journal of each product that shows the image."""
    shown = select(ProductImage, Product).join(Product, Product.id == ProductImage.product_id)
    wanted = shown.where(ProductImage.image_id == held.id).order_by(ProductImage.id).limit(SHOWN)
    for link, product in session.execute(wanted).all():
        record.add(
            session,
            type_,
            actor=held.actor,
            subject_id=product.id,
            version=product.version,
            sku=product.sku,
            details={"image": str(held.id), "name": link.name, "sha256": held.sha256, **facts},
        )


_JOB = turn.Job(Image, work=_work, fail=_fail, crashed=lambda _: ImageCrashed())
