"""The schema's history leads to exactly the tables of the models, and back, on both databases."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from product_importer import migrations
from product_importer.kit import database
from product_importer.tables import metadata
from tests.patience import PATIENCE

MIGRATE = [sys.executable, "-m", "product_importer", "migrate", "--quiet"]


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    """An engine on an empty database of either kind."""
    made = database.connect(empty_database_url)
    yield made
    made.dispose()


def _tables(engine: Engine) -> set[str]:
    return {name for name in inspect(engine).get_table_names() if _is_ours(name, "table", None)} - {"alembic_version"}


def _is_ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Leave out indexes that no model can describe for both databases."""
    return not (name or "").startswith(("product_search", "ix_product_texts_text", "ix_journal_entries_renamed"))


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        assert compare_metadata(context, metadata) == []
    assert _tables(engine) == set(metadata.tables)


def test_the_migrations_lead_up_down_and_up_again(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.downgrade(engine)
    assert _tables(engine) == set()
    migrations.upgrade(engine)
    assert _tables(engine) == set(metadata.tables)


def test_a_database_behind_the_newest_state_is_said_to_be_pending(engine: Engine) -> None:
    assert migrations.pending(engine)
    migrations.upgrade(engine)
    assert not migrations.pending(engine)


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert not migrations.pending(engine)


def test_two_programs_that_migrate_at_once_both_succeed(
    empty_database_url: str, engine: Engine, tmp_path: Path
) -> None:
    named = {"DATABASE_URL": empty_database_url, "DATA_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    both = [subprocess.Popen(MIGRATE, env={**os.environ, **named}, stderr=subprocess.PIPE) for _ in range(2)]
    said = [one.communicate(timeout=PATIENCE)[1].decode() for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert not migrations.pending(engine)
    assert _tables(engine) == set(metadata.tables)
