"""Gives a picture that was found at an address to the products that wait for it, in the places their file wants."""

import uuid
from typing import Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from product_importer.catalog.queries import ProductNotFound
from product_importer.catalog.wish_models import AddressState, ImageAddress, ImageWish, WishState
from product_importer.kit import clock, database
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import failure, leases
from product_importer.media import images
from product_importer.media.images import ImageNotFound, TooManyImages, Wishes
from product_importer.media.models import Image, ProductImage

LEASE = 120.0  # seconds: nothing beats, for all that is done under it is bounded
AT_ONCE = 20  # products of one transaction
_NAME: Final = 200  # characters


def give(held: ImageAddress, token: uuid.UUID) -> None:
    """Let every product that waits show the picture; its wish is settled in the same transaction. Raises Fenced."""
    while database.retried(lambda: _give_some(held, token)):
        failpoint("wish.given")


def refuse(held: ImageAddress, token: uuid.UUID, refused: AppError) -> None:
    """Let the wishes for an address fail, for all products alike. Raises Fenced."""
    with database.transaction() as session:
        leases.fence(session, ImageAddress, held.id, token, {"state": AddressState.FAILED, **leases.FREE})
        waiting = update(ImageWish).where(ImageWish.address_id == held.id, ImageWish.state == WishState.WAITING)
        failed = waiting.values(state=WishState.FAILED, error=failure.told(refused))
        session.execute(failed.execution_options(synchronize_session=False))
        failpoint("wish.refused.before-commit", session)
    failpoint("wish.refused")


def name_of(url: str) -> str:
    """Return the name of the file at an address, or of its host."""
    parts = urlsplit(url)
    return (unquote(parts.path).rstrip("/").rpartition("/")[2] or parts.netloc)[:_NAME]


def _give_some(held: ImageAddress, token: uuid.UUID) -> bool:
    """Give the picture to some products, in the order of their ids; False when the address is done with."""
    with database.transaction() as session:
        until = clock.now() + clock.seconds(LEASE)
        leases.fence(session, ImageAddress, held.id, token, {"lease_until": until})
        waiting = select(ImageWish).where(ImageWish.address_id == held.id, ImageWish.state == WishState.WAITING)
        some = session.scalars(waiting.order_by(ImageWish.product_id, ImageWish.import_id).limit(AT_ONCE)).all()
        try:
            for wish in some:
                _give(session, held, wish)
        except ImageNotFound:  # nobody showed it for an hour, and it was cleared away: to be fetched anew
            lost = {"sha256": None, "attempts": 0, **leases.FREE}
            leases.fence(session, ImageAddress, held.id, token, lost)
            return False
        if not some:
            leases.fence(session, ImageAddress, held.id, token, {"state": AddressState.FETCHED, **leases.FREE})
        failpoint("wish.given.before-commit", session)
    return bool(some)


def _give(session: Session, held: ImageAddress, wish: ImageWish) -> None:
    try:
        link, is_new = images.attach_known(
            session, wish.product_id, held.sha256 or "", name=name_of(held.url), actor=wish.actor
        )
    except ProductNotFound:
        wish.state = WishState.GONE
    except TooManyImages as refused:
        wish.state, wish.error = WishState.FAILED, failure.told(refused)
    else:
        wish.state = WishState.SHOWN
        session.flush()
        if is_new:
            _put_in_place(session, wish, link)


def _put_in_place(session: Session, wish: ImageWish, link: ProductImage) -> None:
    """Put a picture before those that its file names later, and make it primary where one of these is."""
    joined = select(Image.id).join(ImageAddress, ImageAddress.sha256 == Image.sha256)
    joined = joined.join(ImageWish, ImageWish.address_id == ImageAddress.id)
    same = (ImageWish.product_id == wish.product_id, ImageWish.import_id == wish.import_id)
    later = set(session.scalars(joined.where(*same, ImageWish.position > wish.position)))
    shown = images.of_product(session, wish.product_id)
    behind = [place for place, one in enumerate(shown) if one.image_id in later and one.id != link.id]
    if behind and behind[0] < link.position:
        is_first = any(shown[place].is_primary for place in behind)
        wanted = Wishes(position=behind[0], primary=is_first or None)
        images.change(session, wish.product_id, link.id, wanted, actor=wish.actor)
