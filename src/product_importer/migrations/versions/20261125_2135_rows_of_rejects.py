"""A rejected record knows its row in a spreadsheet beside its line."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_2135"
down_revision = "20261125_2130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("import_rejects", sa.Column("row", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("import_rejects", "row")
