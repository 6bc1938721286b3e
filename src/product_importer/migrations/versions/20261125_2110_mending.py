"""The import whose rejected rows another one holds."""

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


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_imports_parent_id", table_name="imports")
    op.drop_column("imports", "parent_id")
