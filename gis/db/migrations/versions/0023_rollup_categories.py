"""Indexes by which a layer of one category reads only that category's counts. Fact tables.

Counts of all categories go by month or day; those of a category or tag would read sixty times
what they need. ``reports`` is in no index: raising a count stays an update in place.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = (
    ("rollup_grid_day_category_ix", "rollup_grid_day",
     ["county_code", "layout_id", "category_code", "day_on"]),
    ("rollup_grid_month_category_ix", "rollup_grid_month",
     ["county_code", "layout_id", "category_code", "month_on"]),
    ("rollup_grid_total_category_ix", "rollup_grid_total",
     ["county_code", "layout_id", "category_code"]),
    ("rollup_cell_month_category_ix", "rollup_cell_month",
     ["county_code", "category_code", "month_on", "cell_x"]),
)  # fmt: skip


def upgrade() -> None:
    """Create the indexes."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)


def downgrade() -> None:
    """Drop the indexes."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
