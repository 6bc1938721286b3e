"""The schema's history leads to exactly the tables of the models, and back, on both databases."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, inspect, select, text

from product_importer import migrations
from product_importer.journal import queries as journal
from product_importer.kit import database
from product_importer.tables import metadata
from tests.patience import PATIENCE

BATCH = "INSERT INTO journal_batches (id, type, actor, at) VALUES (:id, 'product.updated', 'a', '2026-11-27 00:00:00')"
ENTRY = "INSERT INTO journal_entries (batch_id, subject_id, version) VALUES (:batch, :subject, 2)"
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


def test_a_journal_of_before_is_found_by_its_subjects(engine: Engine) -> None:
    migrations.upgrade(engine, "20261127_2230")
    alone, first, between, last = sorted(uuid.uuid4() for _ in range(4))
    told = {1: [alone], 2: [first, between, last], 3: []}
    with engine.begin() as connection:
        for batch, subjects in told.items():
            connection.execute(text(BATCH), {"id": batch})
            for subject in subjects:
                values = {"batch": batch, "subject": subject.hex if engine.dialect.name == "sqlite" else subject}
                connection.execute(text(ENTRY), values)
    for way in (migrations.upgrade, migrations.downgrade, migrations.upgrade):
        way(engine, "head" if way is migrations.upgrade else "20261127_2230")
    with database.reading() as session:
        found = {subject: len(journal.history(session, subject).items) for subject in (alone, first, between, last)}
        assert session.scalar(select(func.count()).where(journal.about([between]))) == 1
    assert found == dict.fromkeys((alone, first, between, last), 1)
