"""The first tables."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_1810"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "journal_batches",
        sa.Column("id", types.SerialInteger, autoincrement=True, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("dispatched_at", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_batches")),
    )
    op.create_index("ix_journal_batches_import_id_id", "journal_batches", ["import_id", "id"], unique=False)

    op.create_table(
        "journal_entries",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", types.SerialInteger, autoincrement=False, nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("details", types.Json, nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "batch_id", name=op.f("pk_journal_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_journal_entries_batch_id", "journal_entries", ["batch_id"], unique=False, postgresql_using="brin"
    )

    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("sku_key", types.KeyText, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("price", types.Money(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_products_price_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("uq_products_sku_key", "products", ["sku_key"], unique=True)

    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("touched_at", types.Moment(), nullable=False),
        sa.Column("completed_at", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "reading",
                "checking",
                "applying",
                "waiting",
                "paused",
                "completed",
                "failed",
                "cancelled",
                "undone",
                name="state",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "question",
            sa.Enum("mapping", "decimal", "rejects", "review", name="question", native_enum=False, length=16),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("upsert", "create_only", "update_only", name="mode", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("options", types.Json, nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("facts", types.Json, nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("scratch", sa.Text(), nullable=True),
        sa.Column("superseded", sa.Integer(), nullable=False),
        sa.Column("winners", sa.Integer(), nullable=True),
        sa.Column("next_position", sa.Integer(), nullable=False),
        sa.Column("error", types.Json, nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("started_at", types.Moment(), nullable=True),
        sa.Column("applying_at", types.Moment(), nullable=True),
        sa.Column("finished_at", types.Moment(), nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_imports_upload_id_uploads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("number", name=op.f("uq_imports_number")),
    )
    op.create_index("ix_imports_state", "imports", ["state"], unique=False)

    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_upload_parts_upload_id_uploads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "start", name=op.f("pk_upload_parts")),
    )
    op.create_table(
        "import_rejects",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_rejects_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_rejects")),
    )
    op.create_table(
        "import_slices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("started_at", types.Moment(), nullable=False),
        sa.Column("done_at", types.Moment(), nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_slices_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_slices")),
    )
    op.create_index("ix_import_slices_import_id_first", "import_slices", ["import_id", "first"], unique=True)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_import_slices_import_id_first", "import_slices")

    op.drop_table("import_slices")
    op.drop_table("import_rejects")
    op.drop_table("upload_parts")
    op.drop_index("ix_imports_state", "imports")

    op.drop_table("imports")
    op.drop_table("uploads")
    op.drop_index("uq_products_sku_key", "products")

    op.drop_table("products")
    op.drop_index("ix_journal_entries_batch_id", "journal_entries")

    op.drop_table("journal_entries")
    op.drop_index("ix_journal_batches_import_id_id", "journal_batches")

    op.drop_table("journal_batches")
    op.drop_table("counters")
