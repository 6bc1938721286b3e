"""The account of an import as pages show it: six cells in one order, and whether they add up."""

from dataclasses import dataclass

from product_importer.imports.queries import account_shown as shown
from product_importer.imports.snapshot import Counts, Snapshot
from product_importer.imports.states import FINAL, Outcome
from product_importer.web.views import words

__all__ = ["ICONS", "Cell", "adds_up", "cells", "in_words", "shown", "written"]

ICONS = {
    Outcome.CREATED: "plus",
    Outcome.UPDATED: "pencil",
    Outcome.UNCHANGED: "equal",
    Outcome.SUPERSEDED: "corner-right-down",
    Outcome.SKIPPED: "minus",
    Outcome.REJECTED: "x",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One outcome with its rows and their share of all settled rows in words."""

    outcome: Outcome
    count: int
    share: str


def cells(counts: Counts) -> list[Cell]:
    """List the six outcomes, zeros included, in the order in which they are always shown."""
    rows = {outcome: int(getattr(counts, outcome)) for outcome in Outcome}
    return [Cell(outcome, count, words.share(count, counts.rows)) for outcome, count in rows.items()]


def in_words(counts: Counts) -> str:
    """Read the account aloud: Created 200,000; Updated 11,000; Rejected 2,200."""
    parts = [f"{cell.outcome.capitalize()} {words.number(cell.count)}" for cell in cells(counts) if cell.count]
    return "; ".join(parts) or "No row is settled yet"


def adds_up(snapshot: Snapshot) -> bool:
    """Check that the six outcomes are the rows, and the rows the whole file."""
    counts = shown(snapshot)
    settled = sum(cell.count for cell in cells(counts))
    return settled == counts.rows == (snapshot.progress.rows_total or counts.rows)


def lineage(child: Snapshot, parent: Snapshot) -> str:
    """Say which part of a parent's rejected rows an import holds: mends 12 of the 14 rows that"""
    counts, rejected = shown(child), parent.counts.rejected
    if child.state not in FINAL or not counts.rows:
        return "contains fixed rows that"
    mended = min(counts.rows - counts.rejected, rejected)
    return f"fixes {words.number(mended)} of the {words.number(rejected)} {'row' if rejected == 1 else 'rows'} that"


def written(counts: Counts) -> int:
    """Count the products that are, or would be, written."""
    return counts.created + counts.updated
