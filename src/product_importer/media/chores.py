"""Clears away the bytes and rows of images that nobody shows, and what a cut left in storage."""

import itertools
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, exists, select, update

from product_importer.catalog.models import Product
from product_importer.kit import clock, database, storage
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import chores, leases
from product_importer.media import places
from product_importer.media.models import Image, ImageState, ProductImage
from product_importer.media.processing import PIPELINE
from product_importer.media.queries import TERMS
from product_importer.uploads import ledger
from product_importer.uploads.models import Part, Upload

UNSHOWN = 3600.0  # seconds for which an image that no product shows is kept: it may come back
STRAY = 3600.0  # seconds until a file that no row names is taken for left behind
BATCH = 500  # rows or keys looked at together


@chores.every(600)
def empty_used() -> int:
    """Remove the bytes of uploads that became images whose originals have a place of their own."""
    held, has_parts = exists().where(Image.upload_id == Upload.id), exists().where(Part.upload_id == Upload.id)
    used = (Upload.completed_at.is_not(None), Upload.terms.startswith(TERMS), has_parts, ~held)
    with database.reading() as session:
        found = session.scalars(select(Upload.id).where(*used).order_by(Upload.id).limit(BATCH)).all()
    for upload_id in found:
        ledger.empty(upload_id)
    return len(found)


@chores.every(600)
def forget_unshown() -> int:
    """Forget the images of products that were deleted, and, some time later, what no product shows any more."""
    _let_go()
    before = clock.now() - clock.seconds(UNSHOWN)
    unshown = (Image.touched_at < before, leases.free(Image), ~exists().where(ProductImage.image_id == Image.id))
    with database.reading() as session:
        found = session.scalars(select(Image).where(*unshown).order_by(Image.id).limit(BATCH)).all()
    return sum(_forget(image) for image in found)


@chores.every(3600)
def sweep_images() -> int:
    """Remove files that no image names: a worker was cut off, or newer rules have made other ones."""
    before, swept = clock.now() - clock.seconds(STRAY), 0
    kept = itertools.chain(storage.listing("img"), storage.listing("orig"))
    old = (one.key for one in kept if one.modified < before)
    while keys := list(itertools.islice(old, BATCH)):
        strays = _strays(keys)
        storage.delete(strays)
        swept += len(strays)
    return swept


def _let_go() -> None:
    product = exists().where(Product.id == ProductImage.product_id)
    with database.transaction() as session:
        some = select(ProductImage.id).where(~product).order_by(ProductImage.id).limit(BATCH)
        gone = delete(ProductImage).where(ProductImage.id.in_(some.scalar_subquery()))
        images = session.scalars(gone.returning(ProductImage.image_id)).all()
        session.execute(update(Image).where(Image.id.in_(images)).values(touched_at=clock.now()))


def _forget(image: Image) -> bool:
    """Remove the row if still nobody shows it, then its files; a product that just took it holds the row."""
    with database.transaction() as session:
        held = session.scalar(select(Image.id).where(Image.id == image.id, leases.free(Image)).with_for_update())
        if held is None or session.scalar(select(exists().where(ProductImage.image_id == image.id))):
            return False
        session.execute(delete(Image).where(Image.id == image.id))
        failpoint("picture.forget.before-commit", session)
    failpoint("picture.forgotten")
    storage.delete([places.original(image)])
    storage.delete_under(places.folder(image))
    return True


def _strays(keys: Sequence[str]) -> list[str]:
    """Return those keys under which lies what no row names: its image is gone, or other rules have made it."""
    named = {key: place for key in keys if (place := places.read(key)) is not None}
    ids = {image_id for image_id, _ in named.values()}
    with database.reading() as session:
        wanted = select(Image.id, Image.state, Image.pipeline).where(Image.id.in_(ids))
        rules = {row.id: row.pipeline if row.state is ImageState.READY else PIPELINE for row in session.execute(wanted)}

    def is_named(image_id: uuid.UUID, rule: int | None) -> bool:
        return image_id in rules and rule in (None, rules[image_id])

    return [key for key, (image_id, rule) in named.items() if not is_named(image_id, rule)]
