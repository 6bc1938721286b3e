"""The one primary image of a product: whoever calls holds the product, so that nobody else chooses meanwhile."""

import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.media.models import Image, ImageState, ProductImage


def elect(session: Session, product_id: uuid.UUID) -> None:
    """Let a product that shows images have one primary: the one it has, unless that failed and another has not."""
    joined = select(ProductImage, Image.state).join(Image, Image.id == ProductImage.image_id)
    wanted = joined.where(ProductImage.product_id == product_id).order_by(ProductImage.position, ProductImage.id)
    shown = session.execute(wanted).all()
    sound = [link for link, state in shown if state is not ImageState.FAILED] or [link for link, _ in shown]
    if sound and not any(link.is_primary for link in sound):
        choose(session, sound[0])


def choose(session: Session, link: ProductImage) -> None:
    """Make an image the primary one; the mark is taken off the old one first, for at no moment are there two."""
    marked = update(ProductImage).where(ProductImage.product_id == link.product_id, ProductImage.is_primary)
    session.execute(marked.values(is_primary=False))
    link.is_primary = True
    session.flush()


def hold_products(session: Session, image_id: uuid.UUID) -> list[uuid.UUID]:
    """Hold the products whose primary image this is, in the order of their ids, and return those."""
    of_image = (ProductImage.image_id == image_id, ProductImage.is_primary)
    products = select(ProductImage.product_id).where(*of_image)
    held = select(Product.id).where(Product.id.in_(products)).order_by(Product.id).with_for_update()
    return list(session.scalars(held))
