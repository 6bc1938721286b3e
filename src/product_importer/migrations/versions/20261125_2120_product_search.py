"""The search index of products, and answers kept for idempotency keys."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_2120"
down_revision = "20261125_2110"
branch_labels = None
depends_on = None

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_product_texts_text ON product_texts USING gin (text gin_trgm_ops)",
)
# The virtual table keeps the index and no text; triggers hand it what comes and goes (sqlite.org/fts5.html, 4.4.3).
SQLITE = (
    "CREATE VIRTUAL TABLE product_search USING fts5"
    "(text, content='product_texts', content_rowid='number', tokenize='trigram case_sensitive 1')",
    "CREATE TRIGGER product_texts_comes AFTER INSERT ON product_texts BEGIN"
    " INSERT INTO product_search(rowid, text) VALUES (new.number, new.text); END",
    "CREATE TRIGGER product_texts_goes AFTER DELETE ON product_texts BEGIN"
    " INSERT INTO product_search(product_search, rowid, text) VALUES ('delete', old.number, old.text); END",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "idempotent_requests",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer", types.Json, nullable=True),
        sa.Column("at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotent_requests")),
    )
    op.create_index("ix_idempotent_requests_at", "idempotent_requests", ["at"], unique=False)

    with op.batch_alter_table("journal_batches") as batch:
        batch.add_column(sa.Column("searched_at", types.Moment(), nullable=True))
    unsearched = sa.text("searched_at IS NULL")
    op.create_index(
        "ix_journal_batches_unsearched",
        "journal_batches",
        ["id"],
        unique=False,
        postgresql_where=unsearched,
        sqlite_where=unsearched,
    )
    op.create_table(
        "product_texts",
        sa.Column("number", types.SerialInteger, autoincrement=True, nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_product_texts")),
        sa.UniqueConstraint("product_id", name=op.f("uq_product_texts_product_id")),
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE product_search")
    op.drop_table("product_texts")
    op.drop_index("ix_journal_batches_unsearched", "journal_batches")
    with op.batch_alter_table("journal_batches") as batch:
        batch.drop_column("searched_at")
    op.drop_table("idempotent_requests")
