"""Answers kept for idempotency keys."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_2120"
down_revision = "20261125_1920"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    """Take back."""
    op.drop_table("idempotent_requests")
