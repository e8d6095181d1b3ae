"""Measures that were deleted stay, with who deleted them and when.

Revision ID: 0036
Revises: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add who deleted a measure, and when; null for one that counts."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "intervention",
        sa.Column("removed_at", sa.DateTime(timezone=True), comment="null: it counts"),
    )
    op.add_column(
        "intervention",
        sa.Column(
            "removed_by",
            sa.Uuid(),
            sa.ForeignKey("account.id", name=op.f("intervention_removed_by_fk")),
        ),
    )
    op.create_check_constraint(
        op.f("intervention_removed_ck"),
        "intervention",
        "(removed_at IS NULL) = (removed_by IS NULL)",
    )


def downgrade() -> None:
    """Delete what was deleted, and drop the columns."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM intervention WHERE removed_at IS NOT NULL")
    op.drop_constraint(op.f("intervention_removed_ck"), "intervention")
    op.drop_column("intervention", "removed_by")
    op.drop_column("intervention", "removed_at")
