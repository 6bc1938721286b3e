"""Wishes for pictures whose time is over, and addresses that nobody wishes for any more."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Select, and_, delete, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.catalog.wish_models import ImageAddress, ImageWish, WishState
from product_importer.kit.database import sets
from product_importer.kit.tasks import leases

AT_ONCE = 500  # wishes of one transaction
_IS_WISHED = exists().where(ImageWish.address_id == ImageAddress.id)
_KEY = (ImageWish.product_id, ImageWish.address_id, ImageWish.import_id)


def forget(session: Session, of_imports: Select[uuid.UUID]) -> int:
    """Forget some wishes of these imports that nobody can be given any more, and their addresses; say how many wishes.

    What a product was given stays noted as long as the product, so that no later file gives it that a second time.
    """
    gone = and_(ImageWish.state == WishState.SHOWN, ~exists().where(Product.id == ImageWish.product_id))
    over = or_(ImageWish.state.in_((WishState.FAILED, WishState.GONE)), gone)
    wanted = select(*_KEY).where(ImageWish.import_id.in_(of_imports), over).order_by(*_KEY).limit(AT_ONCE)
    found = [tuple(row) for row in session.execute(wanted)]
    addresses = {address_id for _, address_id, _ in found}
    held = _held(session, addresses)  # before their wishes, as imports and retries do
    forgotten = sets.execute(session, delete(ImageWish).where(tuple_(*_KEY).in_(found), over))
    sets.execute(session, delete(ImageAddress).where(ImageAddress.id.in_(held), ~_IS_WISHED))
    return forgotten


def alone(session: Session) -> Sequence[uuid.UUID]:
    """Return some addresses that nobody wishes for any more: they were being fetched when their wishes went."""
    free = select(ImageAddress.id).where(leases.free(ImageAddress), ~_IS_WISHED)
    return session.scalars(free.order_by(ImageAddress.id).limit(AT_ONCE)).all()


def forget_addresses(session: Session, some: Sequence[uuid.UUID]) -> int:
    """Forget those of some addresses that still nobody wishes for or fetches; say how many."""
    held = _held(session, some)
    return sets.execute(session, delete(ImageAddress).where(ImageAddress.id.in_(held), ~_IS_WISHED))


def _held(session: Session, addresses: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Hold those addresses that nobody is fetching, in the order of their ids."""
    free = select(ImageAddress.id).where(ImageAddress.id.in_(addresses), leases.free(ImageAddress))
    return list(session.scalars(free.order_by(ImageAddress.id).with_for_update()))
