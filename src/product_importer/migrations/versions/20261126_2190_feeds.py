"""Feeds."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261126_2190"
down_revision = "20261126_2180"
branch_labels = None
depends_on = None

_OUTCOMES = sa.Enum("imported", "unchanged", "failed", name="feedoutcome", native_enum=False, length=16)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("options", types.Json, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("next_at", types.Moment(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", _OUTCOMES, nullable=True),
        sa.Column("looked_at", types.Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", types.Json, nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
    )
    op.create_index(op.f("ix_feeds_next_at"), "feeds", ["next_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("feeds")
