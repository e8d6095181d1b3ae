"""The worker's lease on the outbox, and failed sign-ins. Local tables of the coordinator.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and columns."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "sign_in_throttle",
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("sign_in_throttle_pk")),
    )
    op.add_column(
        "outbox",
        sa.Column(
            "event_id", sa.Uuid(), nullable=True, comment="null: a batch, of which nobody is told"
        ),
    )
    op.add_column(
        "outbox",
        sa.Column(
            "attempts",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="of the worker to make notices of it",
        ),
    )
    op.add_column("outbox", sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "outbox", sa.Column("failure", sa.Text(), nullable=True, comment="of the last attempt")
    )
    op.create_index(
        "outbox_pending_ix",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(
        "outbox_pending_ix", table_name="outbox", postgresql_where=sa.text("done_at IS NULL")
    )
    op.drop_column("outbox", "failure")
    op.drop_column("outbox", "done_at")
    op.drop_column("outbox", "leased_until")
    op.drop_column("outbox", "attempts")
    op.drop_column("outbox", "event_id")
    op.drop_table("sign_in_throttle")
