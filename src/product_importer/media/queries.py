"""Images as they are seen: those of one product, the primary one of many, and one size that is asked for."""

import datetime as dt
import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.journal import queries as journal
from product_importer.journal.models import Entry
from product_importer.media import places
from product_importer.media.images import MOST, ImageNotFound
from product_importer.media.models import Image, ImageState, ProductImage, Variant

TERMS: Final = "image:"  # under which an upload became an image; the product's id follows
_NAME: Final = re.compile(r"(\d{1,4})-(\d{1,5})-([0-9a-f]{16})\.webp")


@dataclass(frozen=True, slots=True)
class Size:
    """One variant and its address; width and height in pixels are the true ones, `box` the bound."""

    box: int
    width: int
    height: int
    bytes: int
    url: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an image failed: code, what was found, what to do."""

    code: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One image of a product; `id` is that of the place, `image_id` that of the picture, whoever else shows it."""

    id: uuid.UUID
    image_id: uuid.UUID
    product_id: uuid.UUID
    sha256: str
    state: ImageState
    primary: bool
    position: int
    name: str
    alt: str
    format: str | None
    width: int | None
    height: int | None
    bytes: int
    variants: Sequence[Size]
    original: str
    error: Failure | None
    created_at: dt.datetime

    @property
    def srcset(self) -> str:
        """The sizes for a browser to choose from, each true width once."""
        widths = {one.width: one.url for one in self.variants}
        return ", ".join(f"{url} {width}w" for width, url in sorted(widths.items()))

    def at(self, box: int) -> Size | None:
        """Return the size that fits into the box."""
        return next((one for one in self.variants if one.box == box), None)


@dataclass(frozen=True, slots=True)
class Gallery:
    """The images of one product in their order; `version` rises at each thing that the journal tells of it."""

    product_id: uuid.UUID
    version: int
    items: Sequence[Shown]

    @property
    def pending(self) -> list[Shown]:
        """Those whose sizes are still to be made."""
        return [one for one in self.items if one.state is ImageState.PENDING]

    @property
    def failed(self) -> list[Shown]:
        """Those whose sizes could not be made."""
        return [one for one in self.items if one.state is ImageState.FAILED]

    @property
    def ready(self) -> list[Shown]:
        """Those that can be looked at."""
        return [one for one in self.items if one.state is ImageState.READY]

    @property
    def moves(self) -> bool:
        """Whether it changes without anybody's doing."""
        return bool(self.pending)

    @property
    def rests(self) -> bool:
        """Whether it waits for somebody; no gallery does."""
        return False


@dataclass(frozen=True, slots=True)
class File:
    """A stored variant: its key, its SHA-256 and its size in bytes."""

    key: str
    sha256: str
    bytes: int


def gallery(session: Session, product_id: uuid.UUID) -> Gallery:
    """Return the images of a product; of one that is not there, none."""
    told = session.scalar(select(func.count()).select_from(Entry).where(journal.about([product_id]))) or 0
    joined = select(ProductImage, Image).join(Image, Image.id == ProductImage.image_id)
    wanted = joined.where(ProductImage.product_id == product_id).order_by(ProductImage.position, ProductImage.id)
    found = [(link, image) for link, image in session.execute(wanted.limit(2 * MOST))]
    sizes = _sizes(session, {image.id: image.sha256 for _, image in found})
    return Gallery(product_id, told, [_shown(link, image, sizes.get(image.id, [])) for link, image in found])


def shown(session: Session, product_id: uuid.UUID, link_id: uuid.UUID) -> Shown:
    """Return one image of a product; raises ImageNotFound."""
    found = next((one for one in gallery(session, product_id).items if one.id == link_id), None)
    if found is None:
        raise ImageNotFound
    return found


def of_picture(session: Session, product_id: uuid.UUID, sha256: str) -> Shown | None:
    """Return the image of a product that has these bytes."""
    return next((one for one in gallery(session, product_id).items if one.sha256 == sha256), None)


def thumbnails(session: Session, product_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Size]:
    """Return the smallest size of the primary image of each of these products (at most some hundred) that has one."""
    joined = select(ProductImage.product_id, Image.sha256, Variant).select_from(ProductImage)
    joined = joined.join(Image, Image.id == ProductImage.image_id).join(Variant, Variant.image_id == Image.id)
    wanted = joined.where(ProductImage.product_id.in_(product_ids), ProductImage.is_primary)
    rows = session.execute(wanted.order_by(ProductImage.product_id, Variant.box.desc()))
    return {product_id: _size(sha256, variant) for product_id, sha256, variant in rows}


def states(session: Session) -> dict[ImageState, int]:
    """Return how many pictures are in each state, all states named."""
    found = session.execute(select(Image.state, func.count()).group_by(Image.state))
    return dict.fromkeys(ImageState, 0) | {state: int(number) for state, number in found}


def file_of(session: Session, sha256: str, name: str) -> File:
    """Return the variant that an address of `places` names; raises ImageNotFound."""
    if (asked := _NAME.fullmatch(name)) is None:
        raise ImageNotFound
    pipeline, box, digest = int(asked[1]), int(asked[2]), asked[3]
    joined = select(Image, Variant).join(Variant, Variant.image_id == Image.id)
    row = session.execute(joined.where(Image.sha256 == sha256, Variant.box == box)).one_or_none()
    if row is None or row[1].pipeline != pipeline or not row[1].sha256.startswith(digest):
        raise ImageNotFound
    return File(places.variant(row[0], pipeline=pipeline, box=box), row[1].sha256, row[1].bytes)


def original_of(session: Session, product_id: uuid.UUID, link_id: uuid.UUID) -> tuple[Image, ProductImage]:
    """Return the picture behind an image of a product; raises ImageNotFound, also while it has no place of its own."""
    joined = select(Image, ProductImage).join(ProductImage, ProductImage.image_id == Image.id)
    wanted = joined.where(ProductImage.id == link_id, ProductImage.product_id == product_id, Image.upload_id.is_(None))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise ImageNotFound
    return row[0], row[1]


def _sizes(session: Session, images: dict[uuid.UUID, str]) -> dict[uuid.UUID, list[Size]]:
    made: dict[uuid.UUID, list[Size]] = {}
    wanted = select(Variant).where(Variant.image_id.in_(images)).order_by(Variant.image_id, Variant.box)
    for variant in session.scalars(wanted):
        made.setdefault(variant.image_id, []).append(_size(images[variant.image_id], variant))
    return made


def _size(sha256: str, made: Variant) -> Size:
    return Size(made.box, made.width, made.height, made.bytes, places.address(sha256, made))


def _shown(link: ProductImage, image: Image, sizes: Sequence[Size]) -> Shown:
    return Shown(
        id=link.id,
        image_id=image.id,
        product_id=link.product_id,
        sha256=image.sha256,
        state=image.state,
        primary=link.is_primary,
        position=link.position,
        name=link.name,
        alt=link.alt,
        format=image.format,
        width=image.width,
        height=image.height,
        bytes=image.bytes,
        variants=sizes,
        original=places.address_of_original(link.id, link.product_id),
        error=Failure(**image.error) if image.error else None,
        created_at=link.created_at,
    )
