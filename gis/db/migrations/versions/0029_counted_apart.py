"""Which categories the totals keep apart. A reference table.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; sensitive categories are the ones kept apart."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "category",
        sa.Column(
            "counted_apart",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="whether the rollups of all categories count it under sensitive",
        ),
    )
    op.execute(
        "UPDATE category SET counted_apart = true WHERE sensitive OR (county_code, parent_code) IN"
        " (SELECT p.county_code, p.code FROM category p WHERE p.sensitive)"
    )


def downgrade() -> None:
    """Drop the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("category", "counted_apart")
