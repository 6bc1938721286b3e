"""The journal lies in the order of its batches, and a batch knows between which subjects its entries lie."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_2240"
down_revision = "20261127_2230"
branch_labels = None
depends_on = None

BY_BATCH, BY_SUBJECT = "batch_id, subject_id", "subject_id, batch_id"
COLUMNS = (
    "subject_id CHAR(32) NOT NULL, batch_id INTEGER NOT NULL, sku TEXT, version INTEGER NOT NULL, line INTEGER, "
    "details JSON"
)
INDEXES = (
    "CREATE INDEX ix_journal_entries_by_hand ON journal_entries (sku) WHERE line IS NULL",
    "CREATE INDEX ix_journal_entries_renamed ON journal_entries ((json_extract(details, '$.sku[0]'))) "
    "WHERE line IS NULL AND (json_extract(details, '$.sku[0]')) IS NOT NULL",
)
MINE = "SELECT subject_id FROM journal_entries WHERE batch_id = journal_batches.id ORDER BY subject_id"
ENDS = f"UPDATE journal_batches SET first_subject = ({MINE} LIMIT 1), last_subject = ({MINE} DESC LIMIT 1)"  # noqa: S608
ALONE, WIDE = sa.text("first_subject = last_subject"), sa.text("first_subject < last_subject")


def upgrade() -> None:
    """Apply."""
    for end in ("first_subject", "last_subject"):
        op.add_column("journal_batches", sa.Column(end, sa.Uuid(), nullable=True))
    op.drop_index("ix_journal_entries_batch_id", "journal_entries")
    _order(BY_BATCH)
    op.execute(ENDS)
    for name, columns, where in (
        ("ix_journal_batches_alone", ["first_subject"], ALONE),
        ("ix_journal_batches_wide", ["first_subject", "last_subject"], WIDE),
    ):
        op.create_index(name, "journal_batches", columns, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    """Take back."""
    for name in ("wide", "alone"):
        op.drop_index(f"ix_journal_batches_{name}", "journal_batches")
    _order(BY_SUBJECT)
    op.create_index("ix_journal_entries_batch_id", "journal_entries", ["batch_id"], postgresql_using="brin")
    for end in ("last_subject", "first_subject"):
        op.drop_column("journal_batches", end)


def _order(key: str) -> None:
    """Give the entries another primary key; SQLite keeps them in its order, so they are all written anew."""
    constraint = f"CONSTRAINT pk_journal_entries PRIMARY KEY ({key})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE journal_entries DROP CONSTRAINT pk_journal_entries")
        op.execute(f"ALTER TABLE journal_entries ADD {constraint}")
        return
    op.execute("ALTER TABLE journal_entries RENAME TO journal_entries_before")
    op.execute(f"CREATE TABLE journal_entries ({COLUMNS}, {constraint}) WITHOUT ROWID")
    op.execute(f"INSERT INTO journal_entries SELECT * FROM journal_entries_before ORDER BY {key}")  # noqa: S608 - ours
    op.execute("DROP TABLE journal_entries_before")
    for index in INDEXES:
        op.execute(index)
