"""The import whose rejected rows another one holds, and rows that were skipped after the plan was made."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_2110"
down_revision = "20261125_1920"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("imports", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.create_index("ix_imports_parent_id", "imports", ["parent_id"], unique=False)
    op.create_table(
        "import_late_skips",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_late_skips_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_late_skips")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("import_late_skips")
    op.drop_index("ix_imports_parent_id", table_name="imports")
    op.drop_column("imports", "parent_id")
