"""The undo in SQL: what became of the products that an import wrote, and one of its journal batches taken back."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, delete, func, insert, literal, null, or_, select, update
from sqlalchemy.orm import Session, aliased

from product_importer.catalog.models import Product
from product_importer.imports.fields import CHANGEABLE
from product_importer.imports.models import Undo, UndoKept
from product_importer.imports.states import Fate
from product_importer.journal import queries as journal
from product_importer.journal import record
from product_importer.journal.models import Batch, Entry
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_DELETED, PRODUCT_UPDATED
from product_importer.kit import clock, database
from product_importer.kit.failpoints import failpoint

LISTED = 1_000  # products that could not be taken back whole, kept for people to read
KEPT = ("import_id", "product_id", "sku", "who", "what", "fields")
products: Any = Product.__table__
entries: Any = Entry.__table__
entry = entries.c


@dataclass(frozen=True, slots=True)
class Tally:
    """What an undo does: `kept` products were edited since, `gone` ones deleted; of a kept one it restores the rest."""

    deleted: int = 0
    restored: int = 0
    kept: int = 0
    gone: int = 0

    @property
    def total(self) -> int:
        """All products that the import wrote."""
        return self.deleted + self.restored + self.kept + self.gone


def written_by(import_id: uuid.UUID, type_: str | None = None, *, until: int) -> ColumnElement[bool]:
    """Return the condition for the batches in which the import wrote products; its undo's own come after `until`."""
    types = (PRODUCT_CREATED, PRODUCT_UPDATED) if type_ is None else (type_,)
    return and_(Batch.import_id == import_id, Batch.type.in_(types), Batch.id <= until)


def tally(session: Session, type_: str, within: ColumnElement[bool]) -> Tally:
    """Count the products of these entries, all of one type, by what an undo would do with each now."""
    judged = select(_fate(type_).label("fate")).select_from(_joined()).where(within).subquery()
    counted = session.execute(select(judged.c.fate, func.count()).group_by(judged.c.fate))
    count: dict[str, int] = dict(counted.all())
    back = count.get(Fate.UNTOUCHED, 0)
    kept, gone = count.get(Fate.EDITED, 0), count.get(Fate.DELETED, 0)
    if type_ == PRODUCT_CREATED:
        return Tally(deleted=back, kept=kept, gone=gone)
    return Tally(restored=back, kept=kept, gone=gone)


def take_back(session: Session, undo: Undo, batch: Batch) -> Tally:
    """Take one batch back as far as its products stand as the import left them, and list the others."""
    within = entry.batch_id == batch.id
    _lock(session, within)
    failpoint("undo.batch.locked", session)
    found = tally(session, batch.type, within)
    if room := max(0, LISTED - undo.kept - undo.gone) if found.kept or found.gone else 0:
        _list(session, undo, batch.type, within, room)
    if found.deleted:
        _delete(session, undo, within)
    if batch.type == PRODUCT_UPDATED and found.restored + found.kept:
        _restore(session, undo, within)
    failpoint("undo.batch.written", session)
    return found


def _joined() -> Any:
    return entries.outerjoin(products, products.c.id == entry.subject_id)


def _fate(type_: str) -> ColumnElement[str]:
    """Judge a product: one that was created is untouched at its first version, an updated one by its fields."""
    edited = products.c.version != entry.version if type_ == PRODUCT_CREATED else or_(*map(_overwritten, CHANGEABLE))
    fates = (products.c.id.is_(None), Fate.DELETED.value), (edited, Fate.EDITED.value)
    return case(*((when, literal(fate, Text())) for when, fate in fates), else_=literal(Fate.UNTOUCHED.value, Text()))


def _told(field: str, place: int) -> ColumnElement[Any]:
    """Return what the entry says of the field: before the import (0), or after it (1)."""
    return database.face().json_item(entry.details, field, place, products.c[field].type)


def _changed(field: str) -> ColumnElement[bool]:
    return database.face().json_has(entry.details, field)


def _stands(field: str) -> ColumnElement[bool]:
    return and_(_changed(field), products.c[field].is_not_distinct_from(_told(field, 1)))


def _overwritten(field: str) -> ColumnElement[bool]:
    return and_(_changed(field), products.c[field].is_distinct_from(_told(field, 1)))


def _lock(session: Session, within: ColumnElement[bool]) -> None:
    """Lock the products in key order, as every writer of many products does."""
    same = and_(products.c.id == entry.subject_id, within)
    held = select(products.c.id).where(same).order_by(products.c.sku_key).with_for_update(of=products).subquery("held")
    session.scalar(select(func.count()).select_from(held))


def _delete(session: Session, undo: Undo, within: ColumnElement[bool]) -> None:
    batch = record.open_batch(session, PRODUCT_DELETED, actor=undo.actor, import_id=undo.import_id)
    untouched = and_(within, products.c.id == entry.subject_id, products.c.version == entry.version)
    told = select(products.c.id, products.c.sku, products.c.version + 1, null(), null())
    record.add_all(session, batch, told.where(untouched))
    failpoint("undo.batch.journalled", session)
    session.execute(delete(products).where(products.c.id.in_(select(entry.subject_id).where(entry.batch_id == batch))))


def _restore(session: Session, undo: Undo, within: ColumnElement[bool]) -> None:
    """Give each field that still holds what the import set its value from before."""
    pairs = {
        field: (products.c[field], case((_stands(field), _told(field, 0)), else_=products.c[field]))
        for field in CHANGEABLE
    }
    restorable = and_(within, products.c.id == entry.subject_id, or_(*map(_stands, CHANGEABLE)))
    batch = record.open_batch(session, PRODUCT_UPDATED, actor=undo.actor, import_id=undo.import_id)
    details = database.face().change_list(pairs)
    told = select(products.c.id, products.c.sku, products.c.version + 1, null(), details)
    record.add_all(session, batch, told.where(restorable))
    failpoint("undo.batch.journalled", session)
    new = {field: value for field, (_, value) in pairs.items()}
    stamps = {"version": products.c.version + 1, "updated_at": clock.now()}
    session.execute(update(products).where(restorable).values(**new, **stamps))


def _list(session: Session, undo: Undo, type_: str, within: ColumnElement[bool], room: int) -> None:
    """List products that are not taken back whole: who touched each last, and what stands in place of what was set."""
    fate, sku = _fate(type_), func.coalesce(products.c.sku, entry.sku)
    fields = null() if type_ == PRODUCT_CREATED else case((products.c.id.is_not(None), _kept_fields()), else_=null())
    rows = select(literal(undo.import_id), entry.subject_id, sku, _who(type_), fate, fields).select_from(_joined())
    chosen = rows.where(within, fate != Fate.UNTOUCHED.value).order_by(sku).limit(room)
    session.execute(insert(UndoKept.__table__).from_select(KEPT, chosen))  # type: ignore[arg-type]


def _kept_fields() -> ColumnElement[Any]:
    """Return `{field: [what the import set, what stands now]}` of the fields that were overwritten."""
    now = {field: case((_overwritten(field), products.c[field]), else_=_told(field, 1)) for field in CHANGEABLE}
    return database.face().change_list({field: (_told(field, 1), value) for field, value in now.items()})


def _who(type_: str) -> ColumnElement[str | None]:
    """Return the actor of the newest later entry that deleted the product, or touched what could not be restored."""
    later, batch = entries.alias("later"), aliased(Batch)
    touched: ColumnElement[bool] = or_(products.c.id.is_not(None), batch.type == PRODUCT_DELETED)
    if type_ == PRODUCT_UPDATED:
        has = database.face().json_has
        fields = (and_(_overwritten(field), has(later.c.details, field)) for field in CHANGEABLE)
        touched = or_(and_(products.c.id.is_(None), batch.type == PRODUCT_DELETED), *fields)
    newest: Select[Any] = select(batch.actor).join(later, later.c.batch_id == batch.id)
    newest = newest.where(batch.id > entry.batch_id, journal.encloses(entry.subject_id, entry.subject_id, batch))
    newest = newest.where(later.c.subject_id == entry.subject_id, touched)  # by the key: there are many later entries
    return newest.order_by(batch.id.desc()).limit(1).correlate(entries, products).scalar_subquery()
