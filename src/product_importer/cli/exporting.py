"""The command `export`: writes products to a file."""

import sys
from collections.abc import Iterable
from pathlib import Path

from rich.markup import escape

from product_importer.catalog import export
from product_importer.catalog.filters import Filters
from product_importer.cli import opening, terminal

STANDARD_OUTPUT = Path("-")


def export_products(file: Path, filters: Filters, *, guard: bool) -> None:
    """Write the products that the filters leave; a file stands in its place only once it is whole."""
    opening.catalog()
    pieces = export.written(filters, guard=guard)
    if file == STANDARD_OUTPUT:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.flush()
        return
    unfinished = file.with_name(f"{file.name}.part")
    try:
        _write(unfinished, pieces)
        unfinished.replace(file)
    except OSError as error:
        terminal.refuse(f"{file} cannot be written: {error.strerror}.", "Choose another place.")
    finally:
        unfinished.unlink(missing_ok=True)
    terminal.notes.print(f"Wrote [bold]{escape(str(file))}[/] ({file.stat().st_size:,} bytes).")


def _write(place: Path, pieces: Iterable[str]) -> None:
    with place.open("wb") as target:
        target.writelines(piece.encode() for piece in pieces)
