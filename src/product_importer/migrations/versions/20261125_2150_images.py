"""Images, their variants, and the products that show them."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261125_2150"
down_revision = "20261125_2140"
branch_labels = None
depends_on = None

_STATES = sa.Enum("pending", "ready", "failed", name="imagestate", native_enum=False, length=16)


def upgrade() -> None:
    """Apply."""
    _images()
    _variants()
    _links()


def downgrade() -> None:
    """Take back; the files of images stay in storage."""
    for table in ("product_images", "image_variants", "images"):
        op.drop_table(table)


def _images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", _STATES, nullable=False),
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("error", types.Json, nullable=True),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("touched_at", types.Moment(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("sha256", name=op.f("uq_images_sha256")),
    )
    op.create_index(op.f("ix_images_state_pipeline"), "images", ["state", "pipeline"])
    op.create_index(op.f("ix_images_upload_id"), "images", ["upload_id"])


def _variants() -> None:
    op.create_table(
        "image_variants",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("box", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_image_variants_image_id_images"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("image_id", "box", name=op.f("pk_image_variants")),
    )


def _links() -> None:
    primary = sa.text("is_primary")
    op.create_table(
        "product_images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_product_images_image_id_images")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_images")),
        sa.UniqueConstraint("product_id", "image_id", name=op.f("uq_product_images_product_id_image_id")),
    )
    op.create_index(op.f("ix_product_images_image_id"), "product_images", ["image_id"])
    op.create_index(
        "uq_product_images_primary",
        "product_images",
        ["product_id"],
        unique=True,
        postgresql_where=primary,
        sqlite_where=primary,
    )
