"""The progress bars of an import: bytes while the file is received, rows while it is worked on."""

import contextlib
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn

from product_importer.cli import terminal
from product_importer.imports.snapshot import Snapshot
from product_importer.web.views import words


@contextlib.contextmanager
def receiving(total: int) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of the file are stored; give what is called with the number of them."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=terminal.notes, transient=True, disable=not terminal.notes.is_terminal) as bars:
        bar = bars.add_task("Receiving…", total=total)
        yield lambda offset: bars.update(bar, completed=offset)


@contextlib.contextmanager
def working() -> Iterator[Callable[[Snapshot], None]]:
    """Show how far the import is; give what is called with each new snapshot."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[facts]}"))
    with Progress(*columns, console=terminal.notes, transient=True, disable=not terminal.notes.is_terminal) as bars:
        bar = bars.add_task("Waiting", total=100.0, facts="")
        yield lambda seen: bars.update(
            bar, completed=seen.progress.percent, description=seen.status, facts=_facts(seen)
        )


@contextlib.contextmanager
def undoing() -> Iterator[Callable[[Snapshot], None]]:
    """Show how far an undo is; give what is called with each new snapshot."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[facts]}"))
    with Progress(*columns, console=terminal.notes, transient=True, disable=not terminal.notes.is_terminal) as bars:
        bar = bars.add_task("Undoing…", total=100.0, facts="")

        def show(seen: Snapshot) -> None:
            if (now := seen.undo) is not None:
                facts = f"{words.number(now.done)} of {words.number(now.total)} products"
                bars.update(bar, completed=now.percent, facts=facts)

        yield show


def _facts(seen: Snapshot) -> str:
    now = seen.progress
    total = f" of {words.number(now.rows_total)}" if now.rows_total is not None else ""
    facts = [f"{words.number(now.rows_done)}{total} rows"]
    if now.rows_per_second:
        facts.append(f"{words.number(now.rows_per_second)} per second")
    if now.eta_seconds is not None:
        facts.append(f"{words.about(now.eta_seconds)} left")
    return " · ".join(facts)
