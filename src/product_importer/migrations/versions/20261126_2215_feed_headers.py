"""A feed may send headers of its own."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_2215"
down_revision = "20261126_2205"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("feeds", sa.Column("headers", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("feeds", "headers")
