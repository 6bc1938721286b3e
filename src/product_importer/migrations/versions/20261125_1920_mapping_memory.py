"""What people chose for files with the same header."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_1920"
down_revision = "20261125_1910"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mapping_memories",
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("mapping", types.Json, nullable=False),
        sa.Column("blanks", types.Json, nullable=False),
        sa.Column("decimal", sa.Enum(".", ",", name="decimal", native_enum=False, length=16), nullable=True),
        sa.Column(
            "mode",
            sa.Enum("upsert", "create_only", "update_only", name="mode", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "preset",
            sa.Enum(
                "none",
                "shopify",
                "woocommerce",
                "magento",
                "medusa",
                "vendure",
                name="preset",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("used_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_mapping_memories")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("mapping_memories")
