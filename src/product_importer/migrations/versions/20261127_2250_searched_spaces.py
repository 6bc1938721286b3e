"""A letter stands for each space of the texts that are searched, so that PostgreSQL's trigrams span two words."""

from alembic import op

revision = "20261127_2250"
down_revision = "20261127_2240"
branch_labels = None
depends_on = None

SPACE = "\u01f7"
# Writes the table anew, without the rows as they were; no index is kept meanwhile.
POSTGRESQL = (
    "DROP INDEX ix_product_texts_text",
    "ALTER TABLE product_texts ALTER text TYPE text USING replace(text, '{old}', '{new}')",
    "CREATE INDEX ix_product_texts_text ON product_texts USING gin (text gin_trgm_ops)",
)
# No trigger tells the virtual table of an update: it reads all texts again (sqlite.org/fts5.html, 6.7).
SQLITE = (
    "UPDATE product_texts SET text = replace(text, '{old}', '{new}')",
    "INSERT INTO product_search(product_search) VALUES ('rebuild')",
)
LETTER = "UPDATE searched_letters SET letter = '{new}' WHERE letter = '{old}'"


def upgrade() -> None:
    """Apply."""
    _replace(" ", SPACE)


def downgrade() -> None:
    """Take back."""
    _replace(SPACE, " ")


def _replace(old: str, new: str) -> None:
    for statement in (*(POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE), LETTER):
        op.execute(statement.format(old=old, new=new))
