"""Indexes by the instants that the statistics count by: a month is read, not the whole archive.

Each leaves out the rows that have not come so far. A new report has none of these instants, so
intake pays nothing for them.

Revision ID: 0034
Revises: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANTS = (
    "accepted_at",
    "close_due_at",
    "dispatched_at",
    "checked_in_at",
    "handled_at",
    "closed_at",
)


def upgrade() -> None:
    """Create the indexes."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for instant in INSTANTS:
        op.create_index(
            f"report_{instant}_ix",
            "report",
            ["county_code", instant],
            unique=False,
            postgresql_where=sa.text(f"{instant} IS NOT NULL"),
        )
    op.create_index(
        "clock_check_in_ix",
        "clock",
        ["county_code", "due_at"],
        unique=False,
        postgresql_where=sa.text("stage = 'check_in'"),
    )
    op.create_index("evaluation_created_at_ix", "evaluation", ["county_code", "created_at"])


def downgrade() -> None:
    """Drop the indexes."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("evaluation_created_at_ix", table_name="evaluation")
    op.drop_index("clock_check_in_ix", table_name="clock")
    for instant in reversed(INSTANTS):
        op.drop_index(f"report_{instant}_ix", table_name="report")
