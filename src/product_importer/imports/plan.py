"""The plan: the last valid record of each SKU, compared once with the catalog, in the order of the keys."""

import itertools
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, literal, null, or_, select, true
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.imports import staging
from product_importer.imports.fields import CHANGEABLE, CLEAR_BITS
from product_importer.imports.states import Mode
from product_importer.kit import database, settings
from product_importer.kit.database.face import Pairs
from product_importer.kit.failpoints import failpoint


class Lost(Exception):
    """What was staged or planned is gone: a crash of the database empties unlogged tables, all of them at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many products the file speaks of, by kind, and how many of its records a later one overrules."""

    winners: int
    superseded: int
    kinds: dict[int, int]

    def planned(self) -> dict[str, int]:
        """Return the winners by outcome, as the import's row keeps them."""
        return {outcome.value: self.kinds.get(kind, 0) for outcome, kind in staging.KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Piece:
    """The keys from `first` on that come before `end`; None where the file begins or ends."""

    first: str | None
    end: str | None

    def holds(self, key: ColumnElement[str]) -> ColumnElement[bool]:
        """Return whether a key belongs to the piece."""
        from_first = true() if self.first is None else key >= self.first
        return from_first if self.end is None else and_(from_first, key < self.end)


def fill(area: str, *, mode: Mode, fields: Collection[str], durable: bool) -> int:
    """Fill the scratch table `plan` from `staged`, a large file in pieces on several connections at once.

    Returns how many winners there are. A position is the rank of the key among all keys of the file: it depends
    on the file alone, so that a file read again after a crash gives the same positions, and slices already
    written stay valid.
    """
    with staging.filling(area, durable=durable) as session:
        staging.create(session, staging.plan)
        database.face().analyze(session.connection(), staging.staged, "sku_key")
        at_once = min(settings.current().import_parallel, database.face().FILLERS)
        cuts = database.face().cut_points(session.connection(), staging.staged, "sku_key", pieces=at_once)
    pieces = [_Piece(*ends) for ends in itertools.pairwise([None, *cuts, None])]
    with ThreadPoolExecutor(len(pieces)) as pool:
        filled = [pool.submit(_fill, area, at, _winners(mode, fields, piece)) for at, piece in enumerate(pieces)]
        winners = sum(piece.result() for piece in filled)
    if len(pieces) > 1:
        with staging.filling(area) as session:
            database.face().join_pieces(session.connection(), staging.plan)
    return winners


def finish(area: str, *, records: int, durable: bool) -> Plan:
    """Index and count the plan that was filled from so many records; by kind, too, where a person will look through it.

    Raises Lost where a crash of the database emptied it, or what it was filled from, in between, or a row is missing.
    """
    with staging.filling(area, durable=durable) as session:
        connection = session.connection()
        staging.by_position.create(connection)
        if durable:
            staging.by_kind.create(connection)
        database.face().analyze(connection, staging.plan, "position", "kind")
        made = _count(session, records)
        failpoint("import.plan.made", session)
        return made


def after(record: FromClause, product: FromClause, field: str) -> ColumnElement[Any]:
    """Return what `field` of the product will be: the record's value, the old one where it is blank, or nothing."""
    value: ColumnElement[Any] = func.coalesce(record.c[field], product.c[field], type_=product.c[field].type)
    bit = CLEAR_BITS.get(field)
    return case((record.c.cleared.op("&")(bit) != 0, null()), else_=value) if bit else value


def changes(record: FromClause, product: FromClause, fields: Collection[str]) -> Pairs:
    """Return (before, after) for each mapped field; the SKU's spelling is no change."""
    return {field: (product.c[field], after(record, product, field)) for field in fields if field in CHANGEABLE}


def differs(pairs: Pairs) -> ColumnElement[bool]:
    """Return whether any field of the product would change."""
    return or_(*(new.is_distinct_from(old) for old, new in pairs.values())) if pairs else or_(False)


def count_kinds(session: Session, among: ColumnElement[bool]) -> dict[int, int]:
    """Count these rows of the plan by kind; a sum for each, for SQLite would sort them to group them."""
    kind = staging.plan.c.kind
    sums = [func.count().filter(kind == one) for one in staging.KINDS.values()]
    counted = session.execute(select(*sums).where(among)).one()
    return dict(zip(staging.KINDS.values(), counted, strict=True))


def kind_of(mode: Mode, record: FromClause, product: FromClause, fields: Collection[str]) -> ColumnElement[int]:
    """Return what the catalog makes of a record: one of the kinds of `staging`."""
    new = product.c.id.is_(None)
    nameless = and_(new, record.c.name.is_(None))
    forbidden = {Mode.CREATE_ONLY: ~new, Mode.UPDATE_ONLY: new, Mode.UPSERT: nameless}[mode]
    return case(
        (or_(forbidden, nameless), staging.SKIP),
        (new, staging.CREATE),
        (differs(changes(record, product, fields)), staging.UPDATE),
        else_=staging.SAME,
    )


def _fill(area: str, piece: int, rows: Select[Any]) -> int:
    with staging.filling(area) as session:
        winners = database.face().fill(session.connection(), staging.plan, rows, piece=piece)
        failpoint("import.plan.piece", session)
        return winners


def _count(session: Session, records: int) -> Plan:
    """Count the plan, and require a row at each position: slices are written without counting theirs."""
    found = count_kinds(session, true())
    winners, last = sum(found.values()), session.scalar(select(func.max(staging.plan.c.position))) or 0
    if winners != last or (records and not winners):
        raise Lost(f"{winners} rows up to position {last} are left of {records} records")
    return Plan(winners=winners, superseded=records - winners, kinds=found)


def _keys_before(piece: _Piece) -> ColumnElement[int]:
    """Count the keys that come before the piece's own."""
    if piece.first is None:
        return literal(0)
    key = staging.staged.c.sku_key
    keys = select(key).where(key < piece.first).group_by(key).subquery()
    return select(func.count()).select_from(keys).scalar_subquery()


def _winners(mode: Mode, fields: Collection[str], piece: _Piece) -> Select[Any]:
    """Select the columns of `plan` for each key's last record; a known product keeps the spelling of its SKU."""
    face, staged, product = database.face(), staging.staged, Product.__table__.c
    key = staged.c.sku_key
    chosen = face.last_of_each(staged, key, staged.c.line, among=piece.holds(key), before=_keys_before(piece))
    last = chosen.subquery("last")
    same = and_(product.sku_key == last.c.sku_key, piece.holds(product.sku_key))
    kind = kind_of(mode, last, Product.__table__, fields)
    details = case((kind == staging.UPDATE, face.change_list(changes(last, Product.__table__, fields))))
    values: dict[str, ColumnElement[Any]] = {column.name: last.c[column.name] for column in staged.columns}
    values["sku"] = func.coalesce(product.sku, last.c.sku)
    known = (product.id, product.version, details, last.c.records)
    rows = select(last.c.place, kind, *known, *values.values())
    return rows.select_from(last.outerjoin(Product.__table__, same))
