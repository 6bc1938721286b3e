"""The texts of products that are not active once more, in a table of their own that a search among them reads whole."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261127_2260"
down_revision = "20261127_2250"
branch_labels = None
depends_on = None

FILL = """
    INSERT INTO inactive_texts (product_id, sku_key, text)
    SELECT t.product_id, t.sku_key, t.text FROM product_texts t JOIN products p ON p.id = t.product_id
    WHERE p.active IS {false}
"""


def upgrade() -> None:
    """Apply; what the index has not taken in yet it will take in here, too."""
    op.create_table(
        "inactive_texts",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku_key", types.KeyText, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_inactive_texts")),
    )
    op.execute(FILL.format(false="false" if op.get_bind().dialect.name == "postgresql" else "0"))
    _index_inactive(include=[])


def downgrade() -> None:
    """Take back."""
    _index_inactive(include=["id"])
    op.drop_table("inactive_texts")


def _index_inactive(*, include: list[str]) -> None:
    """Build the index of products that are not active anew, on PostgreSQL with these columns beside its key."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_products_inactive", "products")
        where = sa.text("active IS false")
        op.create_index(
            "ix_products_inactive", "products", ["sku_key"], postgresql_where=where, postgresql_include=include
        )
