"""Undo, pause, and files that go when their time is over."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_1900_undo"
down_revision = "20261125_1810"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    no = sa.false()
    op.add_column("imports", sa.Column("pause_requested", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("imports", sa.Column("paused_at", types.Moment(), nullable=True))
    op.add_column("imports", sa.Column("paused_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("uploads", sa.Column("discarded_at", types.Moment(), nullable=True))

    op.create_table(
        "import_undos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("running", "completed", "failed", name="undostate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("error", types.Json, nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("finished_at", types.Moment(), nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_undos_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_undos")),
        sa.UniqueConstraint("import_id", name=op.f("uq_import_undos_import_id")),
    )
    op.create_table(
        "import_undo_kept",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column(
            "what",
            sa.Enum("untouched", "edited", "deleted", name="fate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("fields", types.Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_undo_kept_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "product_id", name=op.f("pk_import_undo_kept")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("import_undo_kept")
    op.drop_table("import_undos")
    op.drop_column("uploads", "discarded_at")
    for name in ("paused_seconds", "paused_at", "pause_requested"):
        op.drop_column("imports", name)
