"""Charts as figures of an SVG, computed here so that they need no script and no inline style."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from product_importer.imports.figures import Day
from product_importer.imports.states import Outcome
from product_importer.webhooks import figures as webhooks

HEIGHT = 100.0  # of the drawing, in its own units
GAP = 0.22  # of a column's share of the width that stays empty
LEAST = 1.0  # units: what exists is seen
D = TypeVar("D", Day, webhooks.Day)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a column: its name is an outcome or a kind; `y` and `height` are units, of 100, from the top."""

    name: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day: where it stands (percent of the width), its parts from the bottom up, and what it says."""

    x: float
    width: float
    blocks: list[Block]
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns under one scale, whose top is a round number."""

    columns: list[Column]
    top: float

    @property
    def marks(self) -> tuple[str, str]:
        """Return what stands beside the scale: at its top and at its middle."""
        return f"{self.top:,.0f}", f"{self.top / 2:,.12g}"


def rows(days: Sequence[Day]) -> Chart:
    """Draw what became of rows, one column a day, the outcomes in their order from the bottom up."""
    return _chart(days, lambda day: {outcome.value: day.rows[outcome.value] for outcome in Outcome}, "rows")


def imports(days: Sequence[Day]) -> Chart:
    """Draw how many imports ended, and how many of them failed."""
    return _chart(days, lambda day: {"plain": day.imports - day.failed, "failed": day.failed}, "imports")


def rates(days: Sequence[Day]) -> Chart:
    """Draw rows per second while at work."""
    return _chart(days, lambda day: {"plain": day.rate or 0}, "rows per second")


def answers(days: Sequence[webhooks.Day]) -> Chart:
    """Draw the mean time that an attempt to send took."""
    return _chart(days, lambda day: {"plain": day.milliseconds}, "ms")


def _chart(days: Sequence[D], parts: Callable[[D], dict[str, int]], unit: str) -> Chart:
    told = [(day, parts(day)) for day in days]
    top = round_top(max((sum(part.values()) for _, part in told), default=0))
    share = 100 / max(len(told), 1)
    columns = [
        Column(
            round(share * (place + GAP / 2), 3),
            round(share * (1 - GAP), 3),
            _blocks(part, top),
            f"{day.date:%-d %B}: {sum(part.values()):,} {unit}",
        )
        for place, (day, part) in enumerate(told)
    ]
    return Chart(columns, top)


def _blocks(parts: dict[str, int], top: float) -> list[Block]:
    blocks, y = [], HEIGHT
    for name, count in parts.items():
        if count:
            height = max(HEIGHT * count / top, LEAST)
            y -= height
            blocks.append(Block(name, round(max(y, 0.0), 2), round(height, 2)))
    return blocks


def round_top(highest: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 … that is not below `highest`; 1 where nothing is."""
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if factor * step >= highest:
                return factor * step
        step *= 10
