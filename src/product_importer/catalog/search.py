"""Searching fast: an index that follows the products a little later says which ones a search means, and how many."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select, true, union_all
from sqlalchemy.orm import Session

from product_importer.catalog import search_letters, search_sample, search_text
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import InactiveText, Product, ProductText
from product_importer.catalog.order import Part, Sort
from product_importer.catalog.search_text import Texts
from product_importer.journal.models import Batch, Entry
from product_importer.kit import database

SMALL: Final = 10_000  # products: fewer are looked through one by one
BEHIND: Final = 1_000  # entries of the journal that the index may lack, until products are looked through one by one
ENOUGH: Final = 10_000  # products that are looked for at most: of more it is not told how many
MANY: Final = 5_000  # products: of so many, the list's own order shows enough soon
WALK: Final = 10_000  # products that are looked through in that order at most, or a hundredth of all if that is more


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of a search: the condition on a text, and about how many products meet it, of how many.

    `behind` is the first batch of the journal that the index lacks; None when it lacks nothing. The condition is on
    the texts of `source`: of all products, or of those that are not active.
    """

    filters: Filters
    source: Texts
    texts: ColumnElement[bool]
    about: int
    whole: int
    behind: int | None

    @property
    def rest(self) -> Filters:
        """What is wanted besides, of which the texts tell nothing."""
        active = None if self.source is InactiveText else self.filters.active
        return replace(_rest(self.filters), active=active)


def known(session: Session, filters: Filters) -> Search | None:
    """Return how to find what the filters want by their texts; None where the products are to be looked through."""
    if not search_text.tells(filters):
        return None
    numbers = search_sample.numbers(session)
    behind = session.scalar(select(Batch.id).where(Batch.searched_at.is_(None)).order_by(Batch.id).limit(1))
    if numbers.stop - numbers.start <= SMALL or not _is_near(session, behind):
        return None
    database.face().prepare_search(session.connection())
    return _guessed(session, filters, numbers, behind)


def page(session: Session, wanted: Search, part: Part) -> tuple[Sequence[Product], int | None]:
    """Return a part of the list of what is wanted, and how many there are in all where that was seen besides."""
    if wanted.about >= MANY:
        return _walked(session, wanted, part) or _listed(session, wanted, part)[0], None
    return _listed(session, wanted, part, count=part.place is None)


def count(session: Session, wanted: Search, *, most: int) -> int:
    """Count what is wanted, up to `most`."""
    some = _ids(wanted, Sort.SKU)[0].limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _is_near(session: Session, behind: int | None) -> bool:
    """Return whether the index lacks but few products."""
    if behind is None:
        return True
    lacking = _newer(behind).limit(BEHIND + 1).subquery()
    return (session.scalar(select(func.count()).select_from(lacking)) or 0) <= BEHIND


def _guessed(session: Session, filters: Filters, numbers: range, behind: int | None) -> Search | None:
    """Look at some texts to decide what the index is worth asking; None where what else is wanted is rarer."""
    sample = search_sample.take(session, filters, _rest(filters), numbers)
    asked, whole = sample.worth_asking(search_text.words(filters), enough=ENOUGH), len(sample.texts) * sample.step
    if filters.active is False and filters.import_id is None and sample.is_rest_quicker(asked):
        exact = search_text.exact(filters, InactiveText)
        return Search(filters, InactiveText, exact, sample.both * sample.step, whole, behind)
    if sample.rest < sample.meant:
        return None
    texts = and_(_by_index(session, filters, asked), search_text.exact(filters))
    return Search(filters, ProductText, texts, sample.meant * sample.step, whole, behind)


def _by_index(session: Session, filters: Filters, asked: Sequence[str]) -> ColumnElement[bool]:
    """Return what the index is to be asked for: words, or pairs of letters by what may stand beside them."""
    if asked or search_text.words(filters):
        return database.face().contains_all(ProductText, asked) if asked else true()
    pairs = search_text.pairs(filters)
    return database.face().contains_pairs(ProductText, pairs, search_letters.known(session)) if pairs else true()


def _walked(session: Session, wanted: Search, part: Part) -> Sequence[Product]:
    """Look through the list where enough should stand soon; nothing where it does not, for the like stand together."""
    walk = max(WALK, wanted.whole // 100)
    if not part.order.is_indexed or 2 * (part.offset + part.limit) * wanted.whole > walk * wanted.about:
        return []
    key, some = part.order.key(), part.of(select(Product).where(wanted.filters.condition()))
    edge = session.scalar(replace(part, offset=walk, limit=1).of(select(key)))
    if edge is not None:
        some = some.where(key > edge if part.order.descends else key < edge)
    found = session.scalars(some).all()
    return found if len(found) == part.limit else []


def _listed(
    session: Session, wanted: Search, part: Part, *, count: bool = False
) -> tuple[Sequence[Product], int | None]:
    """Find by their texts all that are wanted, and sort them; what changes meanwhile is left out."""
    ids, keys = _ids(wanted, part.order.sort)
    listed = part.of(ids.add_columns(func.count().over()) if count else ids, keys)
    found = session.execute(listed).all()
    order = {row[0]: place for place, row in enumerate(found)}
    some = session.scalars(select(Product).where(Product.id.in_(order), wanted.filters.condition()))
    return sorted(some, key=lambda one: order[one.id]), found[0][1] if count and found else None


def _ids(wanted: Search, sort: Sort) -> tuple[Select[Any], Mapping[Sort, ColumnElement[Any]]]:
    """Select the products wanted; with columns to sort by that make it needless to look at the products themselves."""
    kept = wanted.source
    texts = select(kept.product_id.label("id"), kept.sku_key).where(wanted.texts)
    source = texts.subquery("texts")
    if wanted.behind is not None:
        newer = _newer(wanted.behind)
        lacking = select(Product.id, Product.sku_key).where(Product.id.in_(newer), wanted.filters.condition())
        source = union_all(texts.where(kept.product_id.not_in(newer)), lacking).subquery("texts")
    keys = {Sort.SKU: source.c.sku_key, Sort.CREATED: source.c.id}
    ids = select(source.c.id)
    if sort not in keys or not wanted.rest.is_empty:
        ids = ids.join(Product, Product.id == source.c.id).where(wanted.rest.condition())
    return ids, keys


def _rest(filters: Filters) -> Filters:
    """Return what the texts do not tell."""
    return replace(filters, sku=None, name=None, description=None, q=None)


def _newer(behind: int) -> Select[uuid.UUID]:
    """Select what the journal tells of since a batch, a little more than the index lacks."""
    return select(Entry.subject_id).where(Entry.batch_id >= behind)
