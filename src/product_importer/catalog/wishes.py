"""Pictures that files wish for by address: wished in an import's own transaction, counted, and wished once more."""

import itertools
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from product_importer.catalog.wish_models import AddressState, ImageAddress, ImageWish, WishState
from product_importer.kit import clock
from product_importer.kit.database import sets
from product_importer.kit.errors import AppError

AT_ONCE = 500  # wishes of one statement
NAMED = 100  # failed addresses that are named
LOOKED_AT = 1_000  # failed wishes from which they are gathered
_ANEW: Final[dict[str, Any]] = {"state": AddressState.WAITING, "attempts": 0}


class NoFailedImages(AppError):
    """No picture that the import wished for has failed."""

    status = 409
    code = "IMAGES_NOT_FAILED"
    title = "No image of this import has failed"
    action = "Check its counts: each image is shown already or still to be fetched."


@dataclass(frozen=True, slots=True)
class Wish:
    """A product is to show what lies at an address; `position` counts from 0 among the product's wishes."""

    product_id: uuid.UUID
    url: str
    position: int


@dataclass(frozen=True, slots=True)
class Wished:
    """What became of an import's wishes for pictures; `wished` is the sum of the four."""

    wished: int = 0
    waiting: int = 0
    shown: int = 0
    failed: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class FailedAddress:
    """An address that gave no picture, for how many products, and why: code, what was found, what to do."""

    url: str
    products: int
    code: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Fetching:
    """How the wishes of an import stand, and the first addresses that gave no picture."""

    import_id: uuid.UUID
    counts: Wished
    failed: Sequence[FailedAddress]

    @property
    def version(self) -> int:
        """Another one with each wish that is settled, or wished again."""
        return self.counts.wished - self.counts.waiting

    @property
    def moves(self) -> bool:
        """Whether something is still to be fetched."""
        return self.counts.waiting > 0

    @property
    def rests(self) -> bool:
        """Whether it waits for somebody; it never does."""
        return False


def add(session: Session, import_id: uuid.UUID, wishes: Iterable[Wish], *, actor: str) -> int:
    """Wish for pictures, but for those that a product was given already; return how many were wished for."""
    return sum(_add(session, import_id, some, actor) for some in _some(wishes))


def counted(session: Session, import_id: uuid.UUID) -> Wished:
    """Return what became of an import's wishes."""
    states = select(ImageWish.state, func.count()).where(ImageWish.import_id == import_id).group_by(ImageWish.state)
    counts = {state.value: count for state, count in session.execute(states)}
    return Wished(wished=sum(counts.values()), **counts)


def fetching(session: Session, import_id: uuid.UUID) -> Fetching:
    """Return how an import's wishes stand."""
    counts = counted(session, import_id)
    return Fetching(import_id, counts, failed(session, import_id) if counts.failed else [])


def failed(session: Session, import_id: uuid.UUID) -> list[FailedAddress]:
    """Return the first addresses of an import that gave no picture, in their order."""
    joined = select(ImageAddress.url, ImageWish.error).join(ImageAddress, ImageAddress.id == ImageWish.address_id)
    wanted = joined.where(ImageWish.import_id == import_id, ImageWish.state == WishState.FAILED)
    rows = session.execute(wanted.order_by(ImageAddress.url, ImageWish.product_id).limit(LOOKED_AT))
    counts = Counter((url, *(error[part] for part in ("code", "message", "action"))) for url, error in rows if error)
    return [FailedAddress(url, count, *told) for (url, *told), count in counts.items()][:NAMED]


def retry(session: Session, import_id: uuid.UUID) -> int:
    """Wish again for what failed, and return for how many products; raises NoFailedImages."""
    failed_here = (ImageWish.import_id == import_id, ImageWish.state == WishState.FAILED)
    addresses = select(ImageWish.address_id).where(*failed_here)
    anew = update(ImageAddress).where(ImageAddress.id.in_(addresses), ImageAddress.state == AddressState.FAILED)
    sets.execute(session, anew.values(due_at=clock.now(), **_ANEW))
    again = sets.execute(session, update(ImageWish).where(*failed_here).values(state=WishState.WAITING, error=None))
    if not again:
        raise NoFailedImages
    return again


def address_id(url: str) -> uuid.UUID:
    """Return the id of an address, which is made of it."""
    return uuid.uuid5(uuid.NAMESPACE_URL, url)


def _add(session: Session, import_id: uuid.UUID, wishes: Sequence[Wish], actor: str) -> int:
    """Wish for some pictures; addresses are written in the order of their ids, so that two imports never deadlock."""
    given = _given(session, {wish.product_id for wish in wishes})
    wanted = {(wish.product_id, address_id(wish.url)): wish for wish in wishes}
    new = {pair: wish for pair, wish in wanted.items() if pair not in given}
    if not new:
        return 0
    addresses = {key: wish.url for (_, key), wish in new.items()}
    rows = [{"id": key, "url": addresses[key]} for key in sorted(addresses)]
    told = sets.insert_on_conflict(session, ImageAddress)
    # one that is there is held, so that nobody forgets it meanwhile
    session.execute(told.on_conflict_do_update(index_elements=["id"], set_={"url": told.excluded.url}), rows)
    named = {"import_id": import_id, "actor": actor}
    pairs = [
        {"product_id": product_id, "address_id": key, "position": wish.position, **named}
        for (product_id, key), wish in new.items()
    ]
    session.execute(sets.insert_on_conflict(session, ImageWish).on_conflict_do_nothing(), pairs)
    settled = (ImageAddress.id.in_(addresses), ImageAddress.state != AddressState.WAITING)
    sets.execute(session, update(ImageAddress).where(*settled).values(due_at=clock.now(), **_ANEW))
    return len(new)


def _given(session: Session, product_ids: set[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Return which product was given the picture of which address."""
    pairs = select(ImageWish.product_id, ImageWish.address_id)
    shown = pairs.where(ImageWish.product_id.in_(product_ids), ImageWish.state == WishState.SHOWN)
    return {(product_id, key) for product_id, key in session.execute(shown)}


def _some(wishes: Iterable[Wish]) -> Iterator[list[Wish]]:
    source = iter(wishes)
    while some := list(itertools.islice(source, AT_ONCE)):
        yield some
