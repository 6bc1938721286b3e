"""A made-up supplier file with every common fault in known numbers: for demonstrations, tests and benchmarks."""

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from product_importer.imports.codes import Code

HEADER = ("sku", "name", "description", "price")
ROWS = 10_000
FIRST_SKUS = ("PROD-00001", "PROD-00002", "PROD-00003")  # always there and valid; the last line repeats the first

_INVALID = 0.02  # share of the lines
_AGAIN = 0.025  # share of the lines that repeat an earlier SKU

_KINDS = ("Mug", "Lamp", "Notebook", "Kettle", "Crème brûlée dish", "Smørrebrød board", "茶碗", "Матрёшка", "Cactus 🌵")
_LOOKS = ("Red", "Large", "Folding", "Enamel", 'The "good"', "Walnut, oiled", "Bleu foncé", "Plain")
_TEXTS = (
    "Made for every day.",
    "Keeps its colour; machine-washable.",
    "",
    "Length 12″, width 8″, as on the plan.",
    'Called "the quiet one" by those who own it, and by others too.',
    "Two parts:\n- a body\n- a lid",
    "Sold singly.\nShips flat.",
    "Natürlich ohne Kleber, à la main.",
)


@dataclass(frozen=True, slots=True)
class Made:
    """The account of a made file: an import of it into an empty catalog must come to exactly these numbers.

    `rows` = `distinct` + `superseded` + `rejected`, the header not counted. `first_lines` gives the physical line
    (from 1, the header being 1) on which each code comes first. SKUs that a catalog already holds are updated rather
    than created, so there created + updated + unchanged = `distinct`.
    """

    rows: int
    distinct: int
    superseded: int
    rejected_by_code: dict[Code, int]
    first_lines: dict[Code, int]

    @property
    def rejected(self) -> int:
        """Count the lines that no import may accept."""
        return sum(self.rejected_by_code.values())


def generate(target: Path | TextIO, *, rows: int = ROWS, seed: int = 1) -> Made:
    """Write a file of so many lines below its header and give its account; the same seed makes the same bytes.

    A path is written as UTF-8; an open text file should have been opened with `newline=""`. Memory stays flat.
    Raises OSError where the path cannot be written.
    """
    if isinstance(target, Path):
        with target.open("w", encoding="utf-8", newline="") as file:
            return generate(file, rows=rows, seed=seed)
    tally = _Tally()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_records(rows, random.Random(seed), tally))
    return Made(rows, tally.distinct, tally.superseded, dict(sorted(tally.rejected.items())), tally.first_lines)


@dataclass(slots=True)
class _Tally:
    """What has been written so far; products are numbered without gaps, so that any earlier one can be repeated."""

    line: int = 1
    distinct: int = 0
    superseded: int = 0
    rejected: Counter[Code] = field(default_factory=Counter)
    first_lines: dict[Code, int] = field(default_factory=dict)

    def reject(self, code: Code) -> None:
        self.rejected[code] += 1
        self.first_lines.setdefault(code, self.line)


def _records(rows: int, dice: random.Random, tally: _Tally) -> Iterator[list[str]]:
    faults = tuple(_FAULTS.items())
    for index in range(rows):
        tally.line += 1
        draw = dice.random()
        if index < len(FIRST_SKUS):
            record = _fresh(dice, tally)
        elif index == rows - 1:
            record = _again(1, dice, tally)
        elif draw < _INVALID:
            code, spoil = faults[int(draw / _INVALID * len(faults))]
            tally.reject(code)
            record = spoil(_product(dice.randint(1, tally.distinct), dice))
        elif draw < _INVALID + _AGAIN:
            record = _again(dice.randint(1, tally.distinct), dice, tally)
        else:
            record = _fresh(dice, tally)
        yield record
        tally.line += record[2].count("\n")


def _fresh(dice: random.Random, tally: _Tally) -> list[str]:
    tally.distinct += 1
    return _product(tally.distinct, dice)


def _again(number: int, dice: random.Random, tally: _Tally) -> list[str]:
    tally.superseded += 1
    sku, *others = _product(number, dice)
    return [(sku, sku.lower(), f" {sku.title()} ")[number % 3], *others]


def _product(number: int, dice: random.Random) -> list[str]:
    draw = dice.getrandbits(32)
    kind, look, text = _KINDS[draw % len(_KINDS)], _LOOKS[draw // 16 % len(_LOOKS)], _TEXTS[draw // 256 % len(_TEXTS)]
    cents = 200 + draw // 4096 % 20_000
    return [f"PROD-{number:05}", f"{look} {kind}", text, f"{cents // 100}.{cents % 100:02}"]


# An invalid line carries an earlier product's SKU, so that it would show if it erased the valid one.
_FAULTS: dict[Code, Callable[[list[str]], list[str]]] = {
    Code.SKU_BLANK: lambda cells: ["", *cells[1:]],
    Code.SKU_SPOILT: lambda cells: ["1.23457E+11", *cells[1:]],
    Code.NAME_BLANK: lambda cells: [cells[0], "  ", *cells[2:]],
    Code.PRICE_BLANK: lambda cells: [*cells[:3], ""],
    Code.PRICE_NEGATIVE: lambda cells: [*cells[:3], f"-{cells[3]}"],
    Code.PRICE_INVALID: lambda cells: [*cells[:3], "call us"],
    Code.ROW_RAGGED: lambda cells: [*cells, "one comma too many"],
}
