"""An endpoint of webhooks keeps how long its latest answers took."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261126_2195"
down_revision = "20261126_2190"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("webhook_endpoints", sa.Column("recent", types.Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take back."""
    op.drop_column("webhook_endpoints", "recent")
