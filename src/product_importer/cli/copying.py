"""The commands that copy everything: `backup`, `restore` and `migrate-to-postgres`."""

from pathlib import Path

from rich.markup import escape

from product_importer.cli import opening, terminal
from product_importer.copies import backup as copies
from product_importer.copies import moving
from product_importer.kit import runtime, settings
from product_importer.kit.settings import Settings


def backup(file: Path) -> None:
    """Write an archive, table by table."""
    opening.catalog()
    copies.backup(file, say=_say)
    terminal.results.print(f"Everything is in {escape(str(file))}, {file.stat().st_size:,} bytes.")


def restore(file: Path) -> None:
    """Put an archive back where nothing is yet."""
    runtime.start(settings.current().model_copy(update={"log_level": "error"}))
    made = copies.restore(file, say=_say)
    terminal.results.print(f"Restored, and equal by checksum to the copy of {made.made_at[:16].replace('T', ' ')} UTC.")


def move(url: str) -> None:
    """Move from SQLite to PostgreSQL and say what to set from now on."""
    opening.catalog()
    target = Settings(database_url=url).database_url
    moved = moving.move(target, say=_say)
    terminal.results.print(f"{moved:,} rows are in PostgreSQL, equal by checksum.")
    terminal.results.print("Set DATABASE_URL to it and start again; the SQLite file stays, and is no longer used.")


def _say(words: str) -> None:
    terminal.notes.print(escape(words))
