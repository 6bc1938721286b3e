"""What rows of one file look like, so that a row swallowed by a broken quote can be told from a line of prose."""

import contextlib
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from product_importer.imports.source import grammar

HOLDS = 0.95  # share of the sample in which a trait must hold to be expected of every row
SAMPLE = 500  # records
FEW = 5  # records from which no trait is believed

_NUMBER = re.compile(r"\W{0,3}[0-9][0-9.,']*(?:\s?\W|\s?[A-Z]{3})?")

_TRAITS: Final[tuple[Callable[[str], bool], ...]] = (
    lambda cell: cell != "",
    lambda cell: cell == cell.strip(),
    lambda cell: not any(map(str.isspace, cell.strip())),
    lambda cell: any(map(str.isdigit, cell)),
    lambda cell: _NUMBER.fullmatch(cell.strip()) is not None,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The traits that the cells of each column share; `seen` is the number of records it was learnt from."""

    traits: tuple[tuple[Callable[[str], bool], ...], ...]
    seen: int

    def fits(self, record: Sequence[str]) -> bool:
        """Tell whether a record has the width and all traits of the file's rows; nothing fits what is hardly known."""
        return self.seen >= FEW and len(record) == len(self.traits) and not self._strange(record)

    def resembles(self, record: Sequence[str]) -> bool:
        """Tell whether one cell at most is unlike the rows: a row with a mistake in it, and not a line of prose.

        While too few rows were seen, the number of cells has to do.
        """
        return len(record) == len(self.traits) and (self.seen < FEW or self._strange(record) <= 1)

    def _strange(self, record: Sequence[str]) -> int:
        return sum(not all(trait(cell) for trait in traits) for cell, traits in zip(record, self.traits, strict=True))


def learn(sample: Sequence[Sequence[str]], *, width: int) -> Shape:
    """Learn from records that have `width` cells."""
    columns = zip(*sample, strict=True) if sample else [()] * width
    return Shape(tuple(_shared(column) for column in columns), len(sample))


def likely(lines: Sequence[str], *, width: int, delimiter: str) -> list[list[str]]:
    """Take what are probably rows from lines not read yet: records of `width` cells on one line.

    The grammar is lenient here, so that broken quotes end nothing; the few records they spoil are outvoted.
    Where one swallows nearly everything, lines are taken singly, if most have that width and none the blanks
    that prose has behind its commas.
    """
    head = lines[: 2 * SAMPLE]
    sample = [record for record in _on_one_line(head, delimiter) if len(record) == width]
    if len(sample) >= FEW:
        return sample
    singly = [cells for line in head if (cells := grammar.alone(line, delimiter)) and len(cells) == width]
    rows = all(map(snug, singly)) and len(singly) >= FEW
    return singly if rows and 2 * len(singly) > len(head) else sample


def snug(record: Sequence[str]) -> bool:
    """Tell whether no cell has blanks around it, as the parts of prose between commas have."""
    return all(cell == cell.strip() for cell in record)


def _on_one_line(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    reader, before = grammar.lenient(lines, delimiter), 0
    with contextlib.suppress(csv.Error):  # a cell beyond the limit ends the sample
        for record in reader:
            if reader.line_num == before + 1:
                yield record
            before = reader.line_num


def _shared(cells: Sequence[str]) -> tuple[Callable[[str], bool], ...]:
    return tuple(trait for trait in _TRAITS if sum(map(trait, cells)) >= HOLDS * max(len(cells), 1))
