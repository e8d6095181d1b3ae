"""Indexes over the few closed reports that still stand in a queue.

Counting queues reads the open reports and these, not an archive of years.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "report_reopen_ix",
        "report",
        ["county_code", "received_at"],
        unique=False,
        postgresql_where=sa.text("reopen_requested"),
    )
    op.create_index(
        "evaluation_unanswered_ix",
        "evaluation",
        ["county_code", "expires_at"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def downgrade() -> None:
    """Drop the indexes."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("evaluation_unanswered_ix", table_name="evaluation")
    op.drop_index("report_reopen_ix", table_name="report")
