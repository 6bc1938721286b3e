"""Records become products to store or rejects to report; the hot loop of an import, tuned by hand."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from product_importer.catalog import schemas
from product_importer.imports.checking import cells, columns, policies, price, rejected
from product_importer.imports.checking.cells import Fault
from product_importer.imports.checking.mapping import Mapping
from product_importer.imports.checking.rejected import VALUE_MAX, Rejected
from product_importer.imports.checking.remarks import Remarks
from product_importer.imports.codes import Remark
from product_importer.imports.fields import CLEAR_BITS, FIELDS
from product_importer.imports.source import grammar
from product_importer.imports.source.reader import Batch
from product_importer.imports.states import Blank, Decimal
from product_importer.kit.errors import AppError

FIRST_LOOK = 1_000  # prices looked at before the first batch is read

# line, sku_key, sku, name, description, price, active, cleared
Accepted = tuple[int, str, str, str | None, str | None, str | None, bool | None, int]


class NoValidRows(AppError):
    """Nothing in the file can be imported."""

    status = 422
    code = "NO_VALID_ROWS"
    title = "No row of the file can be imported"
    action = "Look at the rejected rows: often one column is mapped wrongly, or the delimiter was misread."


class NoRows(NoValidRows):
    """There is a header and nothing below it."""

    title = "There is no row below the header"
    action = "Check the export: it wrote the names of the columns but no product."


@dataclass(slots=True)
class Checked:
    """What became of one batch, each list in the order of the file."""

    accepted: list[Accepted] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class Checker:
    """Checks the batches of one file.

    With `decimal` None the sign before the cents is taken from the first batch and weighed to the end:
    `settled()` then gives the sign of the whole column, and where that is not `decimal`, what was checked
    is void and the file is to be read again with it.
    """

    def __init__(
        self, mapping: Mapping, blanks: policies.Blanks, decimal: Decimal | None, *, guard: bool = True
    ) -> None:
        self._names = mapping.names
        self._columns = {name: at for name, at in mapping.columns.items() if name in FIELDS}
        self._blanks = policies.BLANKS | blanks
        self._guard = guard
        self._weighing = decimal is None and "price" in mapping.columns
        self._evidence = price.Evidence()
        self.decimal = decimal
        self.remarks = Remarks()

    def settled(self) -> Decimal:
        """Give the decimal sign of all prices checked; raise DecimalAmbiguous where nothing tells it."""
        if self._weighing:
            return self._evidence.decided()
        return self.decimal or Decimal.POINT

    def check(self, batch: Batch) -> Checked:
        """Check one batch; batches come in the order of the file."""
        if self.decimal is None:
            self.decimal = self._first_look(batch.records)
        checked = Checked(rejected=list(map(rejected.of_broken, batch.broken)))
        slow = self._plain_rows(batch, checked.accepted) if batch.records else []
        for line, record in slow:
            if grammar.is_blank(record):
                continue
            result = self._row(line, record)
            if isinstance(result, Rejected):
                checked.rejected.append(result)
            else:
                checked.accepted.append(result)
        if slow:
            checked.accepted.sort()
            checked.rejected.sort(key=lambda report: report.line)
        self.remarks.of_batch(batch)
        _tell_rows(checked.rejected, batch)
        return checked

    def _first_look(self, records: Sequence[Sequence[str]]) -> Decimal:
        if "price" not in self._columns:
            return Decimal.POINT
        at = self._columns["price"]
        return price.decide(record[at] for record in records[:FIRST_LOOK]) or Decimal.POINT

    def _plain_rows(self, batch: Batch, accepted: list[Accepted]) -> list[tuple[int, list[str]]]:
        """Take the rows in which nothing needs a second look; give the others with their lines."""
        records, at = batch.records, self._columns
        skus = [record[at["sku"]] for record in records]
        names: Iterable[str | None] = itertools.repeat(None)
        texts = prices = names
        actives: Iterable[bool | None] = itertools.repeat(None)
        odd = columns.odd_skus(skus)
        if (column := at.get("name")) is not None:
            names = trimmed = [record[column].strip() for record in records]
            odd |= columns.odd_names(trimmed)
        if (column := at.get("description")) is not None:
            trimmed = [record[column].strip() for record in records]
            odd |= columns.odd_texts(trimmed, blank=self._blanks["description"] is Blank.KEEP)
            texts = [text or None for text in trimmed] if "" in trimmed else trimmed
        if (column := at.get("price")) is not None:
            prices = cells_ = [record[column] for record in records]
            refused, with_places = columns.odd_prices(cells_, self.decimal or Decimal.POINT)
            odd |= refused
            self._evidence.add_plain(with_places, self.decimal or Decimal.POINT)
            if self.decimal is Decimal.COMMA:
                prices = [cell.replace(",", ".") for cell in cells_]
        if (column := at.get("active")) is not None:
            actives = [cells.ACTIVE.get(record[column]) for record in records]
            odd |= {position for position, active in enumerate(actives) if active is None}
        rows = zip(batch.lines, map(str.lower, skus), skus, names, texts, prices, actives, itertools.repeat(0))
        accepted.extend(rows)
        for position in sorted(odd, reverse=True):
            del accepted[position]
        return [(batch.lines[position], records[position]) for position in sorted(odd)]

    def _row(self, line: int, record: list[str]) -> Accepted | Rejected:
        """Check one row exactly."""
        values: dict[str, str | bool | None] = {}
        cleared = 0
        for name, at in self._columns.items():
            value = self._cell(name, record[at], line)
            if isinstance(value, Fault):
                return rejected.of_fault(line, value, record, self._columns[name], self._names[name])
            if value == cells.CLEAR:
                cleared |= CLEAR_BITS[name]
                value = None
            values[name] = value
        sku = str(values["sku"])
        return (
            line, schemas.sku_key(sku), sku, values.get("name"), values.get("description"), values.get("price"),
            values.get("active"), cleared,
        )  # type: ignore[return-value]  # fmt: skip

    def _cell(self, name: str, cell: str, line: int) -> str | bool | Fault | None:
        """Read one cell; None keeps what the catalog has, the token empties it."""
        if name == "sku":
            return cells.sku(self._unguarded(cell, line))
        if not cell or cell.isspace():
            return _blank(name, self._blanks[name])
        if name == "price":
            return self._price(cell, line)
        if name == "active":
            return cells.active(cell)
        text = self._unguarded(cell, line)
        return cells.name(text) if name == "name" else text.strip()

    def _unguarded(self, cell: str, line: int) -> str:
        bare = cells.unguarded(cell) if self._guard else cell
        if bare is not cell:
            self.remarks.note(Remark.GUARD_REMOVED, line, cell[:VALUE_MAX])
        return bare

    def _price(self, cell: str, line: int) -> str | Fault:
        if cell.strip() == cells.CLEAR:
            return cells.CLEAR
        if self._weighing:
            self._evidence.add(cell)
        found = price.read(cell, self.decimal or Decimal.POINT)
        if isinstance(found, price.Refused):
            return Fault("price", found.code, found.detail)
        if found.rounded:
            self.remarks.note(Remark.PRICE_ROUNDED, line, f"{cell.strip()} became {found.text}")
        return found.text


def _tell_rows(reports: Sequence[Rejected], batch: Batch) -> None:
    for report in reports:
        row = batch.rows.row_of(report.line)
        report.row = row if row != report.line else None


def _blank(name: str, policy: Blank) -> str | Fault | None:
    if policy is Blank.REJECT:
        return Fault(name, policies.BLANK_CODES[name])
    return cells.CLEAR if policy is Blank.CLEAR and name in policies.CLEARABLE else None
