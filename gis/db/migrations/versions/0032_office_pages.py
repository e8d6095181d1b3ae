"""Categories that are no longer offered, and by which browser a session was opened.

Revision ID: 0032
Revises: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "category",
        sa.Column(
            "disabled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it is offered no more; reports keep it",
        ),
    )
    op.add_column(
        "session",
        sa.Column(
            "agent",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what opened it called itself, at most 200 characters",
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("session", "agent")
    op.drop_column("category", "disabled_at")
