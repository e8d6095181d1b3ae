"""Counts of all categories together, and of reports in no grid, beside the counts by category. Fact tables.

A layer of all matters read the counts of every category: ninety thousand rows a month where these
have one a grid. Filled from what is there; whoever writes meanwhile is waited for.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# Dates first: a period is one range of the only index, which a raised count does not touch.
TABLES = {
    "rollup_grid_total_all": ("layout_id", "grid_code"),
    "rollup_grid_month_all": ("layout_id", "month_on", "grid_code"),
    "rollup_grid_day_all": ("layout_id", "day_on", "grid_code"),
    "rollup_cell_month_all": ("month_on", "cell_x", "cell_y"),
    "rollup_outside_day": ("layout_id", "day_on", "category_code"),
}
TYPES: dict[str, TypeEngine[Any]] = {
    "layout_id": sa.BigInteger(),
    "grid_code": sa.Text(),
    "category_code": sa.Text(),
    "month_on": sa.Date(),
    "day_on": sa.Date(),
    "cell_x": sa.Integer(),
    "cell_y": sa.Integer(),
}

GRIDS = (
    ("rollup_grid_total_all", "rollup_grid_total"),
    ("rollup_grid_month_all", "rollup_grid_month"),
    ("rollup_grid_day_all", "rollup_grid_day"),
    ("rollup_cell_month_all", "rollup_cell_month"),
)


def upgrade() -> None:
    """Create the tables and fill them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, key in TABLES.items():
        op.create_table(
            table,
            sa.Column("county_code", sa.Text(), nullable=False),
            *(sa.Column(name, TYPES[name], nullable=False) for name in key),
            sa.Column("reports", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("county_code", *key, name=op.f(f"{table}_pk")),
        )
    counted = ", ".join(source for _, source in GRIDS)
    op.execute(f"LOCK TABLE {counted} IN SHARE ROW EXCLUSIVE MODE")
    for table, source in GRIDS:
        columns = ", ".join(("county_code", *TABLES[table]))
        op.execute(
            f"INSERT INTO {table} ({columns}, reports)"  # noqa: S608 -- the tables above
            f" SELECT {columns}, sum(reports) FROM {source} GROUP BY {columns} ORDER BY {columns}"
        )
    op.execute(
        "INSERT INTO rollup_outside_day (county_code, layout_id, day_on, category_code, reports)"
        " SELECT county_code, layout_id, received_on, coalesce(category_code, ''), count(*)"
        " FROM report WHERE grid_code IS NULL AND layout_id IS NOT NULL"
        " AND coalesce(outcome, '') NOT IN ('rejected', 'duplicate')"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    # Statistics: the planner took fresh tables for small ones, and autovacuum comes minutes later.
    for table in TABLES:
        op.execute(f"ANALYZE {table}")


def downgrade() -> None:
    """Drop the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(TABLES):
        op.drop_table(table)
