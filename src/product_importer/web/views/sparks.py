"""Small lines of recent answers as figures of an SVG, drawn without script or inline style."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from product_importer.webhooks.queries import Answered

WIDTH, TOP, BOTTOM = 80.0, 4.0, 21.0  # units: from the slowest answer at the top to none at all at the bottom
MARK: Final = 3.0  # units: the side of what marks a failure


@dataclass(frozen=True, slots=True)
class Spark:
    """A line through the answers; `bad` has the corners of the marks on those that were no success."""

    points: str
    bad: list[tuple[float, float]]


def drawn(recent: Sequence[Answered]) -> Spark | None:
    """Draw the answers from the oldest to the newest; two at least make a line."""
    if len(recent) < 2:
        return None
    highest = max(max(one.milliseconds for one in recent), 1.0)
    step, scale = WIDTH / (len(recent) - 1), (BOTTOM - TOP) / highest
    places = [(number * step, BOTTOM - one.milliseconds * scale) for number, one in enumerate(recent)]
    bad = [(x - MARK / 2, y - MARK / 2) for (x, y), one in zip(places, recent, strict=True) if not one.good]
    return Spark(" ".join(f"{x:.1f},{y:.1f}" for x, y in places), [(round(x, 1), round(y, 1)) for x, y in bad])
