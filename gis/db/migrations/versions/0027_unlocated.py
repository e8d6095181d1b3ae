"""An index over the reports without a position: a layer of cells says how many it cannot show.

Few reports name a grid or place only, so the index is small, and those with a position, which is
nearly all of them, pay nothing for it.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "report_unlocated_ix",
        "report",
        ["county_code", "received_on", "category_code"],
        unique=False,
        postgresql_where=sa.text("location IS NULL"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("report_unlocated_ix", table_name="report")
