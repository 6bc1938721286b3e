"""The schema's history: `upgrade` brings a database to the newest state, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_LOCK = 7_415_001  # any number, the same in every version: two starts wait for each other
_HERE = Path(__file__).parent


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to `connection` when one is given."""
    made = Config()
    made.set_main_option("script_location", str(_HERE))
    made.attributes["connection"] = connection
    return made


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database of `engine` to `revision`; a second process waits, then finds nothing to do."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database of `engine` back to `revision`."""
    with engine.begin() as connection:
        command.downgrade(config(connection), revision)


def pending(engine: Engine) -> bool:
    """Return whether the database is not at the newest revision."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current != newest()


def newest() -> str:
    """Return the revision to which `upgrade` leads."""
    return str(ScriptDirectory.from_config(config()).get_current_head())
