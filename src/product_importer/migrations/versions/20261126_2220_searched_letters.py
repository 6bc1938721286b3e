"""The characters of the texts that are searched, by which an index finds two letters; the ids of what is inactive."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261126_2220"
down_revision = "20261126_2215"
branch_labels = None
depends_on = None

AT_ONCE = 10_000  # texts


def upgrade() -> None:
    """Apply; what is indexed already is looked through once: five million texts take some ten seconds."""
    made = op.create_table(
        "searched_letters",
        sa.Column("letter", types.KeyText, nullable=False),
        sa.PrimaryKeyConstraint("letter", name=op.f("pk_searched_letters")),
    )
    every = sa.text("SELECT text FROM product_texts").execution_options(yield_per=AT_ONCE)
    letters: set[str] = set()
    for texts in op.get_bind().execute(every).scalars().partitions():
        letters = letters.union(*texts)
    op.bulk_insert(made, [{"letter": letter} for letter in sorted(letters)])
    _index_inactive(include=["id"])


def downgrade() -> None:
    """Take back."""
    _index_inactive(include=[])
    op.drop_table("searched_letters")


def _index_inactive(*, include: list[str]) -> None:
    """Build the index of products that are not active anew, on PostgreSQL with these columns beside its key."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_products_inactive", "products")
        where = sa.text("active IS false")
        op.create_index(
            "ix_products_inactive", "products", ["sku_key"], postgresql_where=where, postgresql_include=include
        )
