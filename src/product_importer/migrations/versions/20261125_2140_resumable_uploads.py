"""Uploads that can be resumed and verified, and a key of its own for each part."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_2140"
down_revision = "20261125_2135"
branch_labels = None
depends_on = None

_STATES = sa.Enum("receiving", "verifying", "ready", "rejected", name="uploadstate", native_enum=False, length=16)
_UPLOADS = sa.table("uploads", sa.column("completed_at", types.Moment()), sa.column("state", sa.Text()))
_PARTS = sa.table(
    "upload_parts",
    sa.column("upload_id", sa.Uuid()),
    sa.column("start", sa.BigInteger()),
    sa.column("key", sa.Text()),
)


def upgrade() -> None:
    """Apply."""
    no = sa.false()
    op.add_column("uploads", sa.Column("state", _STATES, nullable=False, server_default="receiving"))
    op.add_column("uploads", sa.Column("resumable", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("uploads", sa.Column("length", sa.BigInteger(), nullable=True))
    op.add_column("uploads", sa.Column("announced", sa.Text(), nullable=False, server_default=""))
    op.add_column("uploads", sa.Column("md5", sa.Text(), nullable=True))
    op.add_column("uploads", sa.Column("sha256", sa.Text(), nullable=True))
    op.add_column("uploads", sa.Column("terms", sa.Text(), nullable=True))
    op.add_column("uploads", sa.Column("token", sa.Uuid(), nullable=True))
    op.add_column("uploads", sa.Column("lease_until", types.Moment(), nullable=True))
    op.add_column("uploads", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("uploads", sa.Column("rung_at", types.Moment(), nullable=True))
    op.create_index("ix_uploads_state", "uploads", ["state"], unique=False)
    op.create_index("ix_imports_upload_id", "imports", ["upload_id"], unique=False)
    op.add_column("upload_parts", sa.Column("key", sa.Text(), nullable=False, server_default=""))
    op.execute(sa.update(_UPLOADS).where(_UPLOADS.c.completed_at.is_not(None)).values(state="ready"))
    _name_parts()


def downgrade() -> None:
    """Take back; parts that were stored meanwhile are not found any more."""
    op.drop_column("upload_parts", "key")
    op.drop_index("ix_imports_upload_id", table_name="imports")
    op.drop_index("ix_uploads_state", table_name="uploads")
    lease = ("rung_at", "attempts", "lease_until", "token")
    for column in (*lease, "terms", "sha256", "md5", "announced", "length", "resumable", "state"):
        op.drop_column("uploads", column)


def _name_parts() -> None:
    """Write down the keys that followed from the offset alone until now."""
    connection = op.get_bind()
    for upload_id, start in connection.execute(sa.select(_PARTS.c.upload_id, _PARTS.c.start)).all():
        this = sa.update(_PARTS).where(_PARTS.c.upload_id == upload_id, _PARTS.c.start == start)
        connection.execute(this.values(key=f"uploads/{upload_id}/{start:012d}"))
