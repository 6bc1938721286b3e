"""Prints what was measured: Markdown tables, medians, and ratios of runs that stood side by side."""

from collections.abc import Callable, Iterable

from benchmarks.measure import Cost, median
from benchmarks.rounds import FLOOR, PEER, PRODUCT, Costs
from benchmarks.waits import Waits


def costs(title: str, names: dict[str, str], measured: Costs) -> None:
    """Print one line for each scenario and contender, then the ratios."""
    print(f"\n### {title}\n")
    _row("catalog", "way", "wall s", "best", "client CPU s", "server CPU s", "peak MiB over idle", "WAL MB")
    _row("---", "---", *["---:"] * 6)
    for scenario, ways in measured.items():
        for way, runs in ways.items():
            _row(scenario, f"({way}) {names[way]}", *_figures(runs))
    print()
    _row("catalog", "b / a", "target", "b / a in CPU", "c / b", "target")
    _row("---", *["---:"] * 5)
    for scenario, ways in measured.items():
        _row(scenario, *_ratios(scenario, ways, sqlite=PEER not in ways))
    print()
    for scenario, ways in measured.items():
        print(f"Phases of (b), {scenario}: {_phases(ways[PRODUCT])}")


def waits(title: str, measured: dict[str, Waits]) -> None:
    """Print milliseconds of waiting, by situation."""
    print(f"\n### {title}\n")
    _row("", "tries", "p50 ms", "p95 ms", "longest ms")
    _row("---", *["---:"] * 4)
    for name, found in measured.items():
        _row(name, f"{found.tries:,}", f"{found.p50:.1f}", f"{found.p95:.1f}", f"{found.longest:.1f}")


def _figures(runs: list[Cost]) -> Iterable[str]:
    seconds = [run.seconds for run in runs]
    peaks = [run.usage.peak for run in runs if run.usage.peak is not None]
    yield f"{median(seconds):.2f}"
    yield f"{min(seconds):.2f}"
    yield f"{median(run.usage.client for run in runs):.2f}"
    yield f"{median(run.server for run in runs):.2f}"
    yield f"{max(peaks):.0f}" if peaks else ""
    yield f"{median(run.wal for run in runs):.0f}"


def _ratios(scenario: str, ways: dict[str, list[Cost]], *, sqlite: bool) -> Iterable[str]:
    yield f"{_ratio(ways[PRODUCT], ways[FLOOR], _wall):.2f}"
    yield "<= 1.60" if sqlite else "<= 1.30" if scenario == "half changed" else "<= 1.25"
    yield f"{_ratio(ways[PRODUCT], ways[FLOOR], _cpu):.2f}"
    yield f"{_ratio(ways[PEER], ways[PRODUCT], _wall):.2f}" if not sqlite else ""
    yield ">= 2.50" if not sqlite else ""


def _ratio(ones: list[Cost], others: list[Cost], of: Callable[[Cost], float]) -> float:
    """Return the median of the ratios of paired rounds: a busy machine slows both sides of a pair."""
    return median(of(one) / of(other) for one, other in zip(ones, others, strict=True))


def _wall(cost: Cost) -> float:
    return cost.seconds


def _cpu(cost: Cost) -> float:
    return cost.usage.client + cost.server


def _phases(runs: list[Cost]) -> str:
    parts = [(name, median(run.usage.phases.get(name, 0.0) for run in runs)) for name in runs[0].usage.phases]
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in parts)


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")
