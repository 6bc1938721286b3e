"""The commands of upkeep with their help; what each does is in `cli.copying` and `cli.health`."""

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer, *, panel: str) -> None:
    """Add the commands of upkeep to `app`."""
    app.command(rich_help_panel=panel)(backup)
    app.command(rich_help_panel=panel)(restore)
    app.command("migrate-to-postgres", rich_help_panel=panel)(migrate_to_postgres)
    app.command(rich_help_panel=panel)(health)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write, a tar; it must not exist yet.")],
) -> None:
    """Copy everything, database and files, into one archive, while the servers run.

    It can be put back by `restore` on either database. Keep SECRET_KEY with it: it is not inside.
    """
    from product_importer.cli import copying

    copying.backup(file)


def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive that `backup` wrote.")]) -> None:
    """Put an archive back into an empty database and an empty folder or bucket, and compare the checksums.

    Nothing is overwritten, ever. Run it before the servers are started.
    """
    from product_importer.cli import copying

    copying.restore(file)


def migrate_to_postgres(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The PostgreSQL database: postgresql://user:secret@host/name")
    ],
) -> None:
    """Move from the embedded SQLite database to an empty PostgreSQL, every row of it, compared by checksums.

    End `serve` first. The files stay where they are, and so does the SQLite file.
    """
    from product_importer.cli import copying

    copying.move(url)


def health() -> None:
    """Ask the web server of this machine whether it is ready: for a container's health check.

    Exit status: 0 ready, 1 not.
    """
    from product_importer.cli import health

    health.health()
