"""The words that keep an installation well, with their help; what each does stands in a room of its own."""

import typer


def add(app: typer.Typer, *, panel: str) -> None:
    """Teach `app` the words of upkeep."""
    for word in (health,):
        app.command(rich_help_panel=panel)(word)


def health() -> None:
    """Ask the web server of this machine whether it is ready: for a container's health check.

    Exit status: 0 ready, 1 not.
    """
    from product_importer.cli import health

    health.health()
