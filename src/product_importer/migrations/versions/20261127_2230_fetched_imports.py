"""A feed knows which import the file had that it fetched last, whatever was pushed to it since."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_2230"
down_revision = "20261126_2220"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; where a file was fetched, the last import is taken for its own."""
    op.add_column("feeds", sa.Column("fetched_import_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE feeds SET fetched_import_id = import_id WHERE sha256 IS NOT NULL")


def downgrade() -> None:
    """Take back."""
    op.drop_column("feeds", "fetched_import_id")
