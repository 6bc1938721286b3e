"""What a command needs before it starts: the database at its newest state (which is all that `migrate` does)."""

from product_importer import migrations
from product_importer.cli import terminal
from product_importer.kit import database, runtime, settings, tasks
from product_importer.kit.settings import Settings


def migrate(*, quiet: bool) -> None:
    """Bring the database to its newest state."""
    migrations.upgrade(database.connect(settings.current().database))
    if not quiet:
        terminal.notes.print("The database is up to date.")


def catalog() -> Settings:
    """Open the database and the files for a command that works by itself, with quiet logs.

    The embedded database is brought to its newest state; another one is only looked at, since changing it is the
    operator's decision.
    """
    chosen = settings.current()
    quiet = chosen if "log_level" in chosen.model_fields_set else chosen.model_copy(update={"log_level": "error"})
    runtime.start(quiet)
    tasks.use(None)  # this process does its work itself
    if not chosen.database_url:
        migrations.upgrade(database.engine())
    elif migrations.pending(database.engine()):
        terminal.refuse("The database is not up to date.", "Run `product-importer migrate`, then try again.")
    return chosen
