"""Where the header stands and what separates its names: the line that names most fields, or looks most like names."""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from product_importer.imports import aliases
from product_importer.imports.source import grammar
from product_importer.kit.errors import AppError

WITHIN = 20  # lines in which a header is looked for
_SAMPLE = 200  # lines looked at
_TELLING = 2  # fields that a line must name to be a header wherever it stands
_VALUE: Final = re.compile(r"\W{0,3}[0-9][0-9.,' ]*\W{0,3}(?:[A-Z]{3})?")


class HeaderMissing(AppError):
    """No line names the columns."""

    status = 422
    code = "HEADER_MISSING"
    title = "The file has no header"
    action = "Put a first line above the rows that names the columns, for example sku,name,price."


@dataclass(frozen=True, slots=True)
class Header:
    """A line that may be the header under one delimiter."""

    delimiter: str
    line: int  # physical, from 1
    names: list[str]
    known: int  # cells that name a field or a wanted column
    steady: float  # share of the sample's records that are as wide

    @property
    def rank(self) -> tuple[float, ...]:
        """Order candidates: fields named first, then how well the rows agree, then width, then the earliest."""
        wide = len(self.names) > 1
        return self.known * (0.5 + self.steady), wide * self.steady, len(self.names), -self.line


def find(tables: Mapping[str, Sequence[str]], *, first: int, line: int | None, wanted: Collection[str]) -> Header:
    """Find the header; `tables` are the file's first lines as they read under each delimiter.

    Lines before position `first` are no candidates; `line` is a person's word. Raises HeaderMissing.
    """
    found = [one for sign, lines in tables.items() for one in _candidates(sign, lines, first, wanted)]
    if line is not None:
        forced = [one for one in found if one.line == line] or [_forced(tables, found, line)]
        return max(forced, key=lambda one: one.rank)
    near = (one for one in found if one.line <= WITHIN + first)
    plausible = [one for one in near if one.known or _names_columns(one.names, tables)]
    if not plausible:
        lines = next(iter(tables.values()))
        shown = next((text.strip()[:100] for text in lines[first:] if text.strip()), "")
        raise HeaderMissing(f"None of the first {WITHIN} lines names columns; the first reads: {shown}", seen=shown)
    best = max(plausible, key=lambda one: one.rank)
    telling = max(best.known, _TELLING)
    alike = (one for one in plausible if one.delimiter == best.delimiter and one.known >= telling)
    return min(alike, key=lambda one: one.line, default=best)  # of several tables the first, however short


def names_fields(cells: Sequence[str]) -> bool:
    """Tell a header by its own words: it names two of our fields or more, and holds no number."""
    known = {aliases.field_of(cell) for cell in cells} - {None}
    return len(known) >= _TELLING and not any(_VALUE.fullmatch(cell.strip()) for cell in cells)


def _candidates(sign: str, lines: Sequence[str], first: int, wanted: Collection[str]) -> list[Header]:
    records = list(_records(sign, lines, first))
    names = {aliases.plain(name) for name in wanted}
    widths = [len(record) for _, record in records]
    found = []
    for line, record in records:
        known = {aliases.field_of(cell) for cell in record} - {None}
        asked = names & set(map(aliases.plain, record))
        steady = widths.count(len(record)) / len(widths)
        found.append(Header(sign, line, [cell.strip() for cell in record], len(known) + 2 * len(asked), steady))
    return found


def _records(sign: str, lines: Sequence[str], first: int) -> Iterator[tuple[int, list[str]]]:
    """Give the records that are not blank, each with its first physical line."""
    reader = grammar.lenient(lines[first : first + _SAMPLE], sign)
    before = first
    try:
        for record in reader:
            if not grammar.is_blank(record):
                yield before + 1, record
            before = first + reader.line_num
    except csv.Error:
        return


def _forced(tables: Mapping[str, Sequence[str]], found: Sequence[Header], line: int) -> Header:
    """Take a line that is no candidate, because a person says so."""
    best = max(found, key=lambda one: one.rank, default=None)
    sign = best.delimiter if best else next(iter(tables))
    if not 1 <= line <= len(tables[sign]):
        raise HeaderMissing(
            f"There is no line {line} among the first {len(tables[sign])} of the file.", header_line=line
        )
    return Header(sign, line, grammar.alone(tables[sign][line - 1], sign) or [], 0, 0.0)


def _names_columns(names: Sequence[str], signs: Collection[str]) -> bool:
    """Tell names from data: no cell is a number, most are filled, none comes twice, a single one is not several."""
    if len(names) == 1 and any(sign in names[0] for sign in signs):
        return False
    filled = [name for name in names if name]
    unique = len(set(filled)) == len(filled)
    return unique and 2 * len(filled) >= len(names) and not any(map(_VALUE.fullmatch, filled))
