"""What an import must come to: a plain replay of the file in memory, beside what the database says."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from product_importer.imports import queries
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import State
from product_importer.kit import database, storage
from tests import makers
from tests.fire.files import File, key_of

Stored = tuple[str, str, str | None, str, int]  # sku, name, description, price, version
Catalog = dict[str, Stored]  # by key
Told = tuple[str, str | None, int, int | None, Mapping[str, Any] | None]  # type, sku, version, line, details


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that must be equal, whatever happened on the way."""

    state: State
    counts: Counts
    products: Catalog
    journal: list[Told]
    rejects: list[tuple[int, str]]  # line, code
    rejects_file: list[tuple[int, str]]
    completions: list[Counts]  # of each upload.completed


def stored() -> Catalog:
    """Return the catalog as it stands."""
    return {
        key: (one.sku, one.name, one.description, f"{one.price:.2f}", one.version)
        for key, one in makers.stored_products().items()
    }


def expected(file: File, catalog: Catalog) -> Account:
    """Replay the file on a catalog."""
    products, journal, unchanged = dict(catalog), list[Told](), 0
    for key, line in sorted(file.winners().items()):
        before, after = catalog.get(key), _after(catalog.get(key), line.cells)
        if before is None:
            journal.append(("product.created", after[0], 1, line.line, None))
        elif changed := _changed(before, after):
            journal.append(("product.updated", after[0], after[4], line.line, changed))
        else:
            unchanged += 1
            continue
        products[key] = after
    created = sum(told[0] == "product.created" for told in journal)
    superseded, rejects = len(file.valid()) - len(file.winners()), [(one.line, str(one.code)) for one in file.invalid()]
    updated = len(journal) - created
    counts = Counts(len(file.lines), created, updated, unchanged, superseded, 0, len(rejects))
    return Account(State.COMPLETED, counts, products, _ordered(journal), rejects, rejects, [counts])


def cancelled(catalog: Catalog) -> Account:
    """Return what becomes of an import that is cancelled before anything was read."""
    return Account(State.CANCELLED, Counts(), catalog, [], [], [], [])


def observed(import_id: Any) -> Account:
    """Return what the database, the journal and the rejects file say of an import and of the catalog."""
    seen = makers.seen_import(import_id)
    told = makers.journal_lines(import_id)
    with database.reading() as session:
        rejects = [(one.line, one.code) for one in queries.rejects(session, import_id)]
    completions = [Counts(**(line[4] or {})["counts"]) for line in told if line[0] == "upload.completed"]
    journal = _ordered(line for line in told if line[0] != "upload.completed")
    return Account(seen.state, seen.counts, stored(), journal, rejects, _rejects_file(import_id), completions)


def _after(before: Stored | None, cells: tuple[str, ...]) -> Stored:
    sku, name, text, price = cells
    if before is None:
        return " ".join(sku.split()), name, text or None, price, 1
    after = (before[0], name, text or before[2], price)
    return *after, before[4] + (after != before[:4])


def _changed(before: Stored, after: Stored) -> dict[str, list[str | None]]:
    pairs = zip(("sku", "name", "description", "price"), before, after, strict=False)
    return {field: [old, new] for field, old, new in pairs if old != new}  # type: ignore[list-item]


def _ordered(lines: Iterable[Told]) -> list[Told]:
    return sorted(lines, key=lambda told: (told[0], key_of(told[1] or ""), told[2]))


def _rejects_file(import_id: Any) -> list[tuple[int, str]]:
    key = makers.job_of(import_id).facts.rejects_file
    if not key:
        return []
    text = b"".join(storage.stream(key)).decode()
    return [(int(row["_line"]), row["_code"]) for row in csv.DictReader(io.StringIO(text, newline=""))]
