"""Pictures that files wish for by address."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261126_2170"
down_revision = "20261126_2160"
branch_labels = None
depends_on = None

_ADDRESS_STATES = sa.Enum("waiting", "fetched", "failed", name="addressstate", native_enum=False, length=16)
_WISH_STATES = sa.Enum("waiting", "shown", "failed", "gone", name="wishstate", native_enum=False, length=16)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "image_addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", _ADDRESS_STATES, nullable=False),
        sa.Column("due_at", types.Moment(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_addresses")),
    )
    op.create_index(op.f("ix_image_addresses_state_due_at"), "image_addresses", ["state", "due_at"])
    op.create_table(
        "image_wishes",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("error", types.Json, nullable=True),
        sa.Column("state", _WISH_STATES, nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["image_addresses.id"], name=op.f("fk_image_wishes_address_id_image_addresses")
        ),
        sa.PrimaryKeyConstraint("product_id", "address_id", "import_id", name=op.f("pk_image_wishes")),
    )
    op.create_index(op.f("ix_image_wishes_address_id_state"), "image_wishes", ["address_id", "state"])
    op.create_index(op.f("ix_image_wishes_import_id_state"), "image_wishes", ["import_id", "state"])


def downgrade() -> None:
    """Take back; what was fetched stays with the products."""
    op.drop_table("image_wishes")
    op.drop_table("image_addresses")
