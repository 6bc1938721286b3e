"""Webhooks: endpoints, deliveries, attempts, and the rows by whose leases workers do their part."""

import sqlalchemy as sa
from alembic import op

from product_importer.kit.database import types

revision = "20261126_2160"
down_revision = "20261125_2150"
branch_labels = None
depends_on = None

_MODES = sa.Enum("batch", "each", "summary", name="mode", native_enum=False, length=16)
_REASONS = sa.Enum("by_hand", "gone", "failing", name="disabled", native_enum=False, length=16)
_STATES = sa.Enum("pending", "delivered", "failed", "discarded", name="deliverystate", native_enum=False, length=16)


def upgrade() -> None:
    """Apply."""
    _endpoints()
    _deliveries()
    _attempts()
    _duties()
    waiting = sa.text("dispatched_at IS NULL")
    op.create_index(
        "ix_journal_batches_undispatched",
        "journal_batches",
        ["id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_journal_batches_undispatched", "journal_batches")
    for table in ("webhook_duties", "webhook_attempts", "webhook_deliveries", "webhook_endpoints"):
        op.drop_table(table)


def _endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("event_types", types.Json, nullable=False),
        sa.Column("mode", _MODES, nullable=False),
        sa.Column("batch_size", sa.Integer(), nullable=False),
        sa.Column("max_in_flight", sa.Integer(), nullable=False),
        sa.Column("rate_per_second", sa.Integer(), nullable=True),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", _REASONS, nullable=True),
        sa.Column("disabled_at", types.Moment(), nullable=True),
        sa.Column("since", types.Moment(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", types.Moment(), nullable=True),
        sa.Column("rests_until", types.Moment(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_response_time", sa.Double(), nullable=True),
        sa.Column("last_at", types.Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", _STATES, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", types.Moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("done_at", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(op.f("ix_webhook_deliveries_endpoint_id_id"), "webhook_deliveries", ["endpoint_id", "id"])
    waiting = sa.text("state = 'pending'")
    op.create_index(
        "ix_webhook_deliveries_pending",
        "webhook_deliveries",
        ["endpoint_id", "lane", "next_at"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def _attempts() -> None:
    op.create_table(
        "webhook_attempts",
        sa.Column("id", types.SerialInteger, autoincrement=True, nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("milliseconds", sa.Double(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
    )
    op.create_index(op.f("ix_webhook_attempts_delivery_id"), "webhook_attempts", ["delivery_id"])


def _duties() -> None:
    op.create_table(
        "webhook_duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_duties")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_duties_name")),
    )
