"""The segmented bar: the account of an import as shares of a width, computed here so that SVG needs no style."""

from dataclasses import dataclass

from product_importer.imports.snapshot import Counts, Snapshot
from product_importer.imports.states import Outcome

LEAST = 0.8  # percent: a part that exists is never drawn thinner
WORKING = "working"  # what is read and checked but not yet settled, drawn behind the outcomes
HATCHED = (Outcome.SUPERSEDED, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the bar: `name` is an outcome or "working"; `x` and `width` are percent of the bar."""

    name: str
    x: float
    width: float

    @property
    def hatched(self) -> bool:
        """Whether the part was overruled or left out, which is drawn striped."""
        return self.name in HATCHED


def segments(counts: Counts, total: int | None = None) -> list[Segment]:
    """Lay the six outcomes side by side as shares of `total` rows (of the settled rows, if None)."""
    settled = sum(getattr(counts, outcome) for outcome in Outcome)
    return _laid(counts, 100 * min(settled / (total or settled or 1), 1.0))


def progress(snapshot: Snapshot) -> list[Segment]:
    """Lay the settled rows, then what is still in work, so that all of it ends at the percentage shown."""
    now, total = snapshot.progress, snapshot.progress.rows_total
    parts = segments(snapshot.counts, total) if total else []
    if parts and parts[-1].x + parts[-1].width > now.percent:
        parts = _laid(snapshot.counts, now.percent)
    reached = parts[-1].x + parts[-1].width if parts else 0.0
    if now.percent > reached:
        parts.append(Segment(WORKING, reached, round(now.percent - reached, 2)))
    return parts


def _laid(counts: Counts, width: float) -> list[Segment]:
    sizes = {outcome: getattr(counts, outcome) for outcome in Outcome if getattr(counts, outcome)}
    laid: list[Segment] = []
    x = 0.0
    for outcome, part in _widths(sizes, width).items():
        laid.append(Segment(outcome.value, round(x, 2), round(part, 2)))
        x += part
    return laid


def _widths(sizes: dict[Outcome, int], width: float) -> dict[Outcome, float]:
    """Share `width` in proportion; what the thin parts need beyond their share the thick ones give."""
    whole = sum(sizes.values()) or 1
    shares = {outcome: width * count / whole for outcome, count in sizes.items()}
    thin = {outcome for outcome, part in shares.items() if part < LEAST}
    left = sum(part for outcome, part in shares.items() if outcome not in thin)
    scale = max(width - LEAST * len(thin), 0.0) / left if left else 0.0
    return {outcome: LEAST if outcome in thin else max(part * scale, LEAST) for outcome, part in shares.items()}
