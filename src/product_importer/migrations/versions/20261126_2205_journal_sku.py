"""What was changed or deleted by hand is found by its SKU, and by the one that it had before."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_2205"
down_revision = "20261126_2200"
branch_labels = None
depends_on = None

# `Face.SKU_BEFORE` asks in these words.
BEFORE = {"postgresql": "details #>> '{sku,0}'", "sqlite": "json_extract(details, '$.sku[0]')"}


def upgrade() -> None:
    """Apply."""
    before, by_hand = BEFORE[op.get_bind().dialect.name], sa.text("line IS NULL")
    named = "ix_journal_entries_by_hand"
    op.create_index(named, "journal_entries", ["sku"], postgresql_where=by_hand, sqlite_where=by_hand)
    renamed = f"CREATE INDEX ix_journal_entries_renamed ON journal_entries (({before}))"
    op.execute(f"{renamed} WHERE line IS NULL AND ({before}) IS NOT NULL")


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_journal_entries_renamed", "journal_entries")
    op.drop_index("ix_journal_entries_by_hand", "journal_entries")
