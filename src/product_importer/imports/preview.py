"""The first rows of a file as they would be stored, under a reading and a mapping that a person is trying out."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from decimal import Decimal as Amount
from typing import Any

from sqlalchemy.orm import Session

from product_importer.catalog import queries as catalog
from product_importer.catalog.models import Product
from product_importer.imports.checking import families, mapping, rejected, rows
from product_importer.imports.checking.mapping import Mapping
from product_importer.imports.checking.policies import Blanks
from product_importer.imports.checking.presets import Preset
from product_importer.imports.checking.rejected import Rejected
from product_importer.imports.checking.rows import Accepted
from product_importer.imports.fields import CHANGEABLE, CLEAR_BITS
from product_importer.imports.inspection import Inspection
from product_importer.imports.options import Options
from product_importer.imports.source.reader import Batch, Broken
from product_importer.imports.states import Decimal, Mode, Outcome

SHOWN = 8  # rows


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the texts of its fields as the catalog would have them, or as the file has those of a rejected one.

    `kept` are the fields whose blank cell leaves the product's value, `wrong` is the field at fault.
    """

    line: int
    outcome: Outcome
    values: Dictionary[str, str]
    kept: frozenset[str] = frozenset()
    wrong: str | None = None
    message: str = ""


def rows_of(
    session: Session, found: Inspection, options: Options, *, mapped: Mapping, blanks: Blanks, decimal: Decimal | None
) -> list[Row]:
    """Check the first rows and compare them with the catalog; `mapped` needs no more than the SKU."""
    head = _first(found.head)
    checker = rows.Checker(mapped, blanks, decimal or Decimal.POINT, guard=options.guard)
    if (family := families.of(mapped, found.header)) is not None:
        family.fill(head, checker.remarks)
    checked = checker.check(head)
    known = catalog.by_keys(session, [row[1] for row in checked.accepted])
    last = {row[1]: row[0] for row in checked.accepted}
    made = [
        _accepted(row, known.get(row[1]), options.mode, overruled=last[row[1]] != row[0]) for row in checked.accepted
    ]
    made += [_rejected(one, mapped) for one in checked.rejected]
    return sorted(made, key=lambda row: row.line)[:SHOWN]


def of_choice(found: Inspection, columns: dict[str, int], preset: Preset) -> Mapping | None:
    """Give the mapping of a choice that may not be complete yet; None without a SKU, for nothing can be told then."""
    if "sku" not in columns:
        return None
    return mapping.placed(found.header, columns, mode=Mode.UPDATE_ONLY, preset=preset)


def _first(head: Batch) -> Batch:
    """Copy the first rows, for families write into them."""
    return Batch(list(head.lines[:SHOWN]), [list(record) for record in head.records[:SHOWN]], _early(head), 0)


def _early(head: Batch) -> list[Broken]:
    last = head.lines[:SHOWN][-1] if head.records else 0
    return [broken for broken in head.broken if broken.line < last or len(head.records) < SHOWN][:SHOWN]


def _accepted(row: Accepted, product: Product | None, mode: Mode, *, overruled: bool) -> Row:
    line, _, sku, *cells, cleared = row
    read: dict[str, Any] = dict(zip(CHANGEABLE, cells, strict=True))
    read["price"] = Amount(read["price"]) if read["price"] is not None else None
    kept = frozenset(field for field, value in read.items() if value is None and not cleared & CLEAR_BITS.get(field, 0))
    after = read | ({field: getattr(product, field) for field in kept} if product else {})
    outcome = Outcome.SUPERSEDED if overruled else _outcome(after, product, mode)
    texts = {"sku": sku} | {field: _text(value) for field, value in after.items()}
    return Row(line, outcome, texts, kept if product else frozenset())


def _outcome(after: Dictionary[str, Any], product: Product | None, mode: Mode) -> Outcome:
    if product is None:
        return Outcome.SKIPPED if mode is Mode.UPDATE_ONLY or after["name"] is None else Outcome.CREATED
    if mode is Mode.CREATE_ONLY:
        return Outcome.SKIPPED
    return Outcome.UPDATED if any(getattr(product, f) != value for f, value in after.items()) else Outcome.UNCHANGED


def _rejected(one: Rejected, mapped: Mapping) -> Row:
    """Show what was read of a rejected row, and where it is wrong."""
    wrong = next((field for field, name in mapped.names.items() if name == one.column), None)
    if one.cells is None:
        return Row(one.line, Outcome.REJECTED, {"name": one.value}, wrong="name", message=one.message)
    shown = {field: rejected.shown(one.cells[at].strip()) for field, at in mapped.columns.items()}
    return Row(one.line, Outcome.REJECTED, shown, wrong=wrong, message=one.message)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:,.2f}" if isinstance(value, Amount) else str(value)
