"""Makes images through the product's own doors, and reads back what became of them."""

import hashlib
import uuid

from sqlalchemy import func, select

from product_importer.kit import database, tasks
from product_importer.kit.settings import Settings
from product_importer.media import processing, queries
from product_importer.media.models import Image, ProductImage
from product_importer.media.queries import Gallery
from product_importer.uploads import ledger, resumable
from product_importer.web.actions import attaching
from product_importer.web.actions.attaching import Attached
from tests.makers import ACTOR


def sent(data: bytes, *, name: str = "mug.png", md5: str | None = None) -> uuid.UUID:
    """Send a picture as a resumable upload."""
    with database.transaction() as session:
        said = resumable.Announcement(name, len(data), md5=md5)
        upload_id = resumable.announce(session, said, actor=ACTOR, settings=Settings()).id
    for start in range(0, len(data), ledger.PART):
        piece = ledger.store(upload_id, start=start, data=data[start : start + ledger.PART])
        resumable.add(upload_id, start=start, pieces=[piece])
    if not data:
        resumable.add(upload_id, start=0, pieces=[])
    return upload_id


def attached(product_id: uuid.UUID, data: bytes, *, name: str = "mug.png") -> Attached:
    """Send a picture with its MD5, and let a product show it."""
    upload_id = sent(data, name=name, md5=hashlib.md5(data).hexdigest())
    return attaching.attach_uploaded(product_id, upload_id, actor=ACTOR)


def developed(product_id: uuid.UUID) -> Gallery:
    """Be the worker for whatever a product's gallery waits for, and return it."""
    for one in gallery(product_id).pending:
        tasks.run(processing.develop_image, one.image_id)
    return gallery(product_id)


def gallery(product_id: uuid.UUID) -> Gallery:
    """Return a product's images."""
    with database.reading() as session:
        return queries.gallery(session, product_id)


def counted() -> tuple[int, int]:
    """Return how many images there are, and how many primary ones are shown."""
    with database.reading() as session:
        primaries = select(func.count()).select_from(ProductImage).where(ProductImage.is_primary)
        return session.scalar(select(func.count()).select_from(Image)) or 0, session.scalar(primaries) or 0


def original(image_id: uuid.UUID) -> Image:
    """Return the row of an image."""
    with database.reading() as session:
        return session.get_one(Image, image_id)
