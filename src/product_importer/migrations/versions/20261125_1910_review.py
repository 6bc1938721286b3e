"""Reviews: what is asked and agreed, what the plan comes to, and the file's identity to know it again."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_1910"
down_revision = "20261125_1900_undo"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("imports", sa.Column("sha256", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("planned", types.Json, nullable=True))
    op.add_column("imports", sa.Column("asked", types.Json, nullable=True))
    op.add_column("imports", sa.Column("agreed", types.Json, nullable=False, server_default="[]"))
    op.create_index("ix_imports_sha256", "imports", ["sha256"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_imports_sha256", table_name="imports")
    for column in ("agreed", "asked", "planned", "sha256"):
        op.drop_column("imports", column)
