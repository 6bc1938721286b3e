"""The file that everybody imports: about 134 bytes a row, 1 % of the rows invalid, 2 % repeating an earlier SKU."""

import contextlib
import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADER = ("sku", "name", "description", "price")
CLEAN_HEADER = ("line", *HEADER)
INVALID = 0.01  # share of the rows
AGAIN = 0.02  # share of the rows
_STRIDE = 7_368_787  # a prime: SKUs come in no order, and each once
_TEXT = "made for every day keeps its colour washable ships flat sold singly two parts length width oiled"
_KINDS = ("Mug", "Lamp", "Notebook", "Kettle", "Board", "Bowl", "Cactus", "Desk, folding", 'Frame 12"')
_LOOKS = ("red", "large", "enamel", "walnut", "bleu foncé", "plain", "brushed", "recycled")
_WORDS = tuple(_TEXT.split())


@dataclass(frozen=True, slots=True)
class Copy:
    """One state of the file: `raw` as a supplier sends it; `clean` holds its valid rows only, each with its line."""

    raw: Path
    clean: Path


@dataclass(frozen=True, slots=True)
class Sample:
    """The file twice, `changed` with another price for every second product, and the account of either."""

    first: Copy
    changed: Copy
    rows: int
    distinct: int
    superseded: int
    rejected: int
    halves: int  # distinct products whose price differs in `changed`


def make(folder: Path, *, rows: int, seed: int = 1) -> Sample:
    """Write both states into `folder`; the same numbers make the same bytes. Memory stays flat."""
    names = ("first", "changed")
    copies = [Copy(folder / f"{name}.csv", folder / f"{name}.clean.csv") for name in names]
    counts = dict.fromkeys(("distinct", "superseded", "rejected", "halves"), 0)
    with contextlib.ExitStack() as stack:
        raws = [_writer(stack, copy.raw, HEADER) for copy in copies]
        cleans = [_writer(stack, copy.clean, CLEAN_HEADER) for copy in copies]
        for line, (number, outcome, *cells) in enumerate(_records(rows, random.Random(seed), counts), start=2):
            for raw, clean, raised in zip(raws, cleans, (0, 100 * (number % 2)), strict=True):
                record = [*cells[:3], _price(cells[3], raised)]
                raw.writerow(record)
                if outcome != "rejected":
                    clean.writerow((line, *record))
    return Sample(first=copies[0], changed=copies[1], rows=rows, **counts)


def _writer(stack: contextlib.ExitStack, path: Path, header: tuple[str, ...]) -> Any:
    made = csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
    made.writerow(header)
    return made


def _records(rows: int, dice: random.Random, counts: dict[str, int]) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Yield number, outcome, sku, name, description and price; a repeated product has another name and price."""
    modulus = max(rows, 1) if rows % _STRIDE else rows + 1
    for _ in range(rows):
        draw = dice.random()
        fresh = not counts["distinct"] or draw >= INVALID + AGAIN
        outcome = "distinct" if fresh else "rejected" if draw < INVALID else "superseded"
        at = counts["distinct"] if fresh else dice.randrange(counts["distinct"])
        counts[outcome] += 1
        number = at * _STRIDE % modulus
        counts["halves"] += fresh and number % 2
        sku, name, text, cents = product(number, dice)
        if outcome == "rejected":
            yield number, outcome, *_spoilt(dice.randrange(4), sku, name, text, cents)
        else:
            yield number, outcome, sku if fresh else sku.lower(), name, text, cents


def product(number: int, dice: random.Random) -> tuple[str, str, str, str]:
    name = f"{dice.choice(_KINDS)}, {dice.choice(_LOOKS)}, No. {number}"
    text = " ".join(dice.choices(_WORDS, k=15)).capitalize() + "."
    return f"PRD-{number:07}", name, text, str(dice.randrange(200, 20_000))


def _spoilt(way: int, sku: str, name: str, text: str, cents: str) -> tuple[str, str, str, str]:
    """Make the row invalid; it carries an earlier product's SKU, so that it would show if it were taken."""
    return (
        ("", name, text, cents),
        (sku, " ", text, cents),
        (sku, name, text, f"-{cents}"),
        (sku, name, text, "call us"),
    )[way]


def _price(cents: str, raised: int) -> str:
    if not cents.lstrip("-").isdigit():
        return cents
    whole, part = divmod(abs(int(cents)) + raised, 100)
    return f"{'-' if cents.startswith('-') else ''}{whole}.{part:02}"
