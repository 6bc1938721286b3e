"""What is done to the images of a product: attached, described, ordered, made primary, taken off."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.catalog.queries import ProductNotFound
from product_importer.journal import record
from product_importer.kit import clock, tasks
from product_importer.kit.errors import AppError, NotFound
from product_importer.media import primary
from product_importer.media.models import Image, ImageState, ProductImage
from product_importer.media.processing import develop_image

MOST = 250  # images of one product
ALT_MAX = 500  # characters


class ImageNotFound(NotFound):
    """The product shows no image with this id."""

    code = "IMAGE_NOT_FOUND"
    title = "There is no such image"
    action = "List the product's images; this one may have been removed since."


class TooManyImages(AppError):
    """The product shows as many images as one may."""

    status = 422
    code = "IMAGES_TOO_MANY"
    title = "The product has too many images"
    action = "Remove some first."


class ImageNotFailed(AppError):
    """Only an image that failed can be tried again."""

    status = 409
    code = "IMAGE_NOT_FAILED"
    title = "There is nothing to retry"
    action = "Check its state: it is ready, or being made."


@dataclass(frozen=True, slots=True)
class Picture:
    """A verified file that is to be shown: its SHA-256, the upload that holds it, its size in bytes and its name."""

    sha256: str
    upload_id: uuid.UUID
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to change about one image of a product; None leaves it as it is. Positions count from 0."""

    alt: str | None = None
    primary: bool | None = None
    position: int | None = None


def attach(session: Session, product_id: uuid.UUID, picture: Picture, *, actor: str) -> ProductImage:
    """Let the product show the picture, as its primary image if it has no other; if it shows it already, do nothing.

    Raises ProductNotFound and TooManyImages.
    """
    product = _locked(session, product_id)
    image = known(session, picture, actor)
    return _shown(session, product, image, name=picture.name, actor=actor)[0]


def attach_known(
    session: Session, product_id: uuid.UUID, sha256: str, *, name: str, actor: str
) -> tuple[ProductImage, bool]:
    """Let the product show a picture that is kept already; return its place, and whether that is new.

    Raises ProductNotFound, TooManyImages, and ImageNotFound when the picture is not kept any more.
    """
    product = _locked(session, product_id)
    image = session.scalars(select(Image).where(Image.sha256 == sha256).with_for_update()).one_or_none()
    if image is None:
        raise ImageNotFound
    return _shown(session, product, image, name=name, actor=actor)


def change(session: Session, product_id: uuid.UUID, link_id: uuid.UUID, wishes: Wishes, *, actor: str) -> ProductImage:
    """Describe an image, put it in another place, or make it the primary one; raises ImageNotFound."""
    product = _locked(session, product_id)
    shown = list(of_product(session, product_id))
    link = _in(shown, link_id)
    if wishes.alt is not None:
        link.alt = wishes.alt
    if wishes.position is not None:
        shown.remove(link)
        shown.insert(wishes.position, link)
        _number(shown)
    if wishes.primary and not link.is_primary:
        primary.choose(session, link)
        _tell(session, "image.primary", product, link, actor)
    session.flush()
    return link


def remove(session: Session, product_id: uuid.UUID, link_id: uuid.UUID, *, actor: str) -> None:
    """Take an image off a product; the next one becomes primary if it was that. Raises ImageNotFound."""
    product = _locked(session, product_id)
    shown = list(of_product(session, product_id))
    link = _in(shown, link_id)
    shown.remove(link)
    session.delete(link)
    session.flush()
    session.execute(update(Image).where(Image.id == link.image_id).values(touched_at=clock.now()))
    _number(shown)
    session.flush()
    primary.elect(session, product_id)
    _tell(session, "image.removed", product, link, actor)


def retry(session: Session, product_id: uuid.UUID, link_id: uuid.UUID) -> ProductImage:
    """Let a failed image be tried once more; raises ImageNotFound and ImageNotFailed."""
    link = _in(of_product(session, product_id), link_id)
    failed = update(Image).where(Image.id == link.image_id, Image.state == ImageState.FAILED)
    anew = {"state": ImageState.PENDING, "error": None, "attempts": 0, "version": Image.version + 1}
    if session.scalar(failed.values(anew).returning(Image.id)) is None:
        raise ImageNotFailed
    tasks.enqueue(session, develop_image, link.image_id)
    return link


def known(session: Session, picture: Picture, actor: str) -> Image:
    """Return the image of these bytes, made now if nobody ever sent them, and held until the transaction ends."""
    same = select(Image).where(Image.sha256 == picture.sha256).with_for_update()
    if (image := session.scalars(same).one_or_none()) is not None:
        return image
    image = Image(sha256=picture.sha256, bytes=picture.size, upload_id=picture.upload_id, actor=actor)
    try:
        with session.begin_nested():
            session.add(image)
    except IntegrityError:  # somebody else sent the same file at this very moment
        return session.scalars(same).one()
    tasks.enqueue(session, develop_image, image.id)
    return image


def of_product(session: Session, product_id: uuid.UUID) -> Sequence[ProductImage]:
    """Return what a product shows, in its order."""
    shown = select(ProductImage).where(ProductImage.product_id == product_id)
    return session.scalars(shown.order_by(ProductImage.position, ProductImage.id).limit(2 * MOST)).all()


def holds(session: Session, link: ProductImage, upload_id: uuid.UUID) -> bool:
    """Return whether the image has its bytes from this upload, and not yet a place of its own for them."""
    return session.scalar(select(Image.upload_id).where(Image.id == link.image_id)) == upload_id


def _shown(session: Session, product: Product, image: Image, *, name: str, actor: str) -> tuple[ProductImage, bool]:
    """Let a product that is held show an image that is held; return its place, and whether that is new."""
    shown = of_product(session, product.id)
    if (same := next((one for one in shown if one.image_id == image.id), None)) is not None:
        return same, False
    if len(shown) >= MOST:
        raise TooManyImages(f"It has {len(shown)}, and at most {MOST} can be shown.")
    link = ProductImage(product_id=product.id, image_id=image.id, name=name, actor=actor)
    link.position = len(shown)
    image.touched_at = clock.now()
    session.add(link)
    session.flush()
    primary.elect(session, product.id)
    _tell(session, "image.attached", product, link, actor)
    return link, True


def _locked(session: Session, product_id: uuid.UUID) -> Product:
    """Hold the product, so that whoever changes its images waits for us; SQLite lets one write at a time anyway."""
    product = session.scalar(select(Product).where(Product.id == product_id).with_for_update())
    if product is None:
        raise ProductNotFound
    return product


def _in(shown: Sequence[ProductImage], link_id: uuid.UUID) -> ProductImage:
    found = next((one for one in shown if one.id == link_id), None)
    if found is None:
        raise ImageNotFound
    return found


def _number(shown: Sequence[ProductImage]) -> None:
    for place, one in enumerate(shown):
        one.position = place


def _tell(session: Session, type_: str, product: Product, link: ProductImage, actor: str) -> None:
    record.add(
        session,
        type_,
        actor=actor,
        subject_id=product.id,
        version=product.version,
        sku=product.sku,
        details={"image": str(link.image_id), "name": link.name},
    )
