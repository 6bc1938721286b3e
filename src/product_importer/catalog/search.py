"""Searching fast: an index that follows the products a little later, and never decides alone what is found."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from product_importer.catalog.filters import TEXTS, Filters
from product_importer.catalog.models import Product, ProductText
from product_importer.journal.models import Batch, Entry
from product_importer.kit import database, folding

WRITTEN: Final = ("product.created", "product.updated")
SMALL: Final = 10_000  # products: fewer are looked through one by one
FEW: Final = 2_000  # products that may contain the words: they are fetched and sorted
SOME: Final = 50_000  # and so many are counted in the index; of more, walking the list finds enough soon
BEHIND: Final = 20  # batches that the index may lag behind, until products are looked through one by one
GRAM: Final = 3  # characters of a trigram: shorter words are in no index


@dataclass(frozen=True, slots=True)
class Plan:
    """How to look: the condition for a page, the one for the count, and whether there are more than a count counts."""

    page: ColumnElement[bool]
    count: ColumnElement[bool]
    many: bool = False


def plan(session: Session, filters: Filters, *, counted: int) -> Plan:
    """Return how to find what the filters want; each condition is exact, for the filters' own always stands in it.

    The index only says where to look: at products that may contain the words, and at those whose batches it has
    not taken in yet. `many` says without counting that more than `counted` products are wanted.
    """
    exact = filters.condition()
    words = _words(filters)
    behind = _behind(session)
    if not words or behind > BEHIND or not _is_large(session):
        return Plan(exact, exact)
    whole = not behind and filters == Filters(q=filters.q) and len(words) == len((filters.q or "").split())
    hits = select(ProductText.product_id).where(database.face().has_all(ProductText, words))
    some = hits.limit((counted if whole else SOME) + 1).subquery()
    found = session.scalar(select(func.count()).select_from(some)) or 0
    hinted = and_(exact, Product.id.in_(union_all(hits, _pending())))
    return Plan(hinted if found <= FEW else exact, hinted if found <= SOME else exact, whole and found > counted)


def _words(filters: Filters) -> Sequence[str]:
    """Return what a product must contain in any of its texts, folded; without what no index can find."""
    parts = [getattr(filters, name) for name in TEXTS] + (filters.q or "").split()
    return [folding.fold(part) for part in parts if part and len(part) >= GRAM]


def _behind(session: Session) -> int:
    some = select(Batch.id).where(Batch.searched_at.is_(None)).limit(BEHIND + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _is_large(session: Session) -> bool:
    return session.scalar(select(ProductText.number).order_by(ProductText.number).offset(SMALL).limit(1)) is not None


def _pending() -> Select[uuid.UUID]:
    batches = select(Batch.id).where(Batch.searched_at.is_(None), Batch.type.in_(WRITTEN))
    return select(Entry.subject_id).where(Entry.batch_id.in_(batches))
