"""The command `generate-csv`: makes up a supplier's file."""

import sys
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from product_importer.cli import terminal
from product_importer.imports import mock_file


def generate_csv(*, rows: int, seed: int, output: Path | None) -> None:
    """Write the file, and its account to standard error."""
    target = output or Path(f"mock-{rows}-{seed}.csv")
    if str(target) == "-":
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        made = mock_file.generate(sys.stdout, rows=rows, seed=seed)
    else:
        made = _written(target, rows, seed)
        terminal.notes.print(f"Wrote [bold]{escape(str(target))}[/] ({target.stat().st_size:,} bytes).")
    terminal.notes.print(_account(made))


def _written(target: Path, rows: int, seed: int) -> mock_file.Made:
    try:
        return mock_file.generate(target, rows=rows, seed=seed)
    except OSError as error:
        terminal.refuse(f"{target} cannot be written: {error.strerror}.", "Name another place with --output.")


def _account(made: mock_file.Made) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    table.add_row("Products", f"{made.distinct:,}", "distinct SKUs: created, updated or unchanged")
    table.add_row("Superseded", f"{made.superseded:,}", "a later line has the same SKU")
    table.add_row("Rejected", f"{made.rejected:,}", "")
    for code, count in made.rejected_by_code.items():
        table.add_row(f"  {code}", f"{count:,}", f"first in line {made.first_lines[code]:,}")
    table.add_row("[bold]Lines[/]", f"[bold]{made.rows:,}[/]", "the sum of the three, without the header")
    return table
