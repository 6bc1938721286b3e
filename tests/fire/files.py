"""Small supplier files with every trouble in them, and a catalog they meet; the same seed makes the same."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

HEADER = ("sku", "name", "description", "price")
_SKUS = ("Abc-{}", "straße {}", "ÉTÉ {}", "x/{}", "Полка-{}", "plain{}")
_NAMES = ("Red mug", "Lampe, gefaltet", 'The "good" one', "茶碗", "Cactus 🌵")
_TEXTS = ("Made for every day.", "", "Two parts:\n- a body\n- a lid", "Sold singly.\r\nShips flat.", "à la main")


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its cells, its first physical line, and the code with which it must be rejected."""

    cells: tuple[str, ...]
    line: int = 0
    code: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file and the records that it holds."""

    data: bytes
    lines: tuple[Line, ...]

    def winners(self) -> dict[str, Line]:
        """Return the last valid record of each SKU by its key."""
        return {key_of(line.cells[0]): line for line in self.lines if line.code is None}

    def valid(self) -> list[Line]:
        """Return the records that no import may reject."""
        return [line for line in self.lines if line.code is None]

    def invalid(self) -> list[Line]:
        """Return the records that every import must reject."""
        return [line for line in self.lines if line.code is not None]


def made(seed: int, *, products: int = 60) -> File:
    """Make a file of so many products, every fourth of them told more than once, and some invalid records."""
    dice = random.Random(seed)
    fresh = [Line(_cells(number, dice)) for number in range(products)]
    again = [Line((_respelt(line.cells[0], dice), *_cells(0, dice)[1:])) for line in dice.sample(fresh, products // 4)]
    spoilt = [_spoilt(dice.choice(fresh), dice) for _ in range(max(5, products // 10))]
    lines = [*fresh, *again, *spoilt]
    dice.shuffle(lines)
    return written(lines)


def written(lines: list[Line]) -> File:
    """Write the records below a header, and number them by the physical line on which each begins."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    numbered = []
    for line in lines:
        numbered.append(replace(line, line=text.getvalue().count("\n") + 1))
        writer.writerow(line.cells)
    return File(text.getvalue().encode(), tuple(numbered))


def starting_catalog(file: File, seed: int) -> list[tuple[str, str, str | None, str]]:
    """Return products (sku, name, description, price) of which the file repeats some, changes others, knows not all."""
    dice = random.Random(seed)
    known = dice.sample(sorted(file.winners().values(), key=lambda line: line.line), len(file.winners()) // 2)
    third = len(known) // 3
    as_told = [_stored(line.cells) for line in known[:third]]
    other_price = [(sku, name, text, "0.01") for sku, name, text, _ in map(_stored, _cells_of(known[third:-third]))]
    other_words = [
        (sku.upper(), "Old name", "Old text", price) for sku, _, _, price in map(_stored, _cells_of(known[-third:]))
    ]
    return [*as_told, *other_price, *other_words, ("not-in-the-file", "Alone", None, "5.00")]


def key_of(sku: str) -> str:
    """Return what makes two spellings the same SKU."""
    return " ".join(sku.split()).casefold()


def _cells_of(lines: list[Line]) -> Iterator[tuple[str, ...]]:
    return (line.cells for line in lines)


def _stored(cells: tuple[str, ...]) -> tuple[str, str, str | None, str]:
    sku, name, text, price = cells
    return " ".join(sku.split()), name, text or None, price


def _cells(number: int, dice: random.Random) -> tuple[str, ...]:
    sku, cents = dice.choice(_SKUS).format(number), dice.randrange(1, 100_000)
    return sku, dice.choice(_NAMES), dice.choice(_TEXTS), f"{cents // 100}.{cents % 100:02}"


def _respelt(sku: str, dice: random.Random) -> str:
    return dice.choice((sku.upper(), sku.title(), f"  {sku} ", sku.swapcase()))


def _spoilt(line: Line, dice: random.Random) -> Line:
    """Spoil a copy of a valid record, so that it would show if it counted after all."""
    sku, _, text, price = line.cells
    name = "never stored"
    faults = {
        "SKU_BLANK": (" ", name, text, price),
        "NAME_BLANK": (sku, "", text, price),
        "PRICE_BLANK": (sku, name, text, ""),
        "PRICE_NEGATIVE": (sku, name, text, f"-{price}"),
        "PRICE_INVALID": (sku, name, text, "call us"),
        "ROW_RAGGED": (sku, name, text, price, "one too many"),
    }
    code = dice.choice(sorted(faults))
    return Line(faults[code], code=code)
