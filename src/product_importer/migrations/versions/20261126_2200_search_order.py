"""What is found by its text is sorted by the key beside it; products that are not active have an index."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261126_2200"
down_revision = "20261126_2195"
branch_labels = None
depends_on = None

KEYS = """
UPDATE product_texts SET sku_key = products.sku_key FROM products WHERE products.id = product_texts.product_id
"""
# Writes the table anew, without the rows that were updated.
AFRESH = """ALTER TABLE product_texts ALTER sku_key TYPE text COLLATE "C" USING sku_key || ''"""
INDEX = "CREATE INDEX ix_product_texts_text ON product_texts USING gin (text gin_trgm_ops)"


def upgrade() -> None:
    """Apply; PostgreSQL builds its index anew, for writing each row in it again takes several times as long."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.drop_index("ix_product_texts_text", "product_texts")
    op.add_column("product_texts", sa.Column("sku_key", types.KeyText, nullable=False, server_default=""))
    op.execute(KEYS)
    if is_postgresql:
        op.alter_column("product_texts", "sku_key", server_default=None)
        op.execute(AFRESH)
        op.execute(INDEX)
    where = "active IS false" if is_postgresql else "active IS 0"
    op.execute(f"CREATE INDEX ix_products_inactive ON products (sku_key) WHERE {where}")


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_products_inactive", "products")
    op.drop_column("product_texts", "sku_key")
