"""Of the totals how many are sensitive, and squares of 200 m. Fact tables.

A planner's layer of all matters leaves sensitive categories out; taking them off category by
category read as many rows as the totals had saved. A layer of the whole county has cells of 200 m:
a fourth of the rows.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# Totals, the rollup by category each adds up, and what they share.
TOTALS = (
    ("rollup_grid_total_all", "rollup_grid_total", ("layout_id", "grid_code")),
    ("rollup_grid_month_all", "rollup_grid_month", ("layout_id", "month_on", "grid_code")),
    ("rollup_grid_day_all", "rollup_grid_day", ("layout_id", "day_on", "grid_code")),
    ("rollup_cell_month_all", "rollup_cell_month", ("month_on", "cell_x", "cell_y")),
)


def upgrade() -> None:
    """Add the column and the table, and fill them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, _, _ in TOTALS:
        op.add_column(
            table,
            sa.Column("sensitive", sa.Integer(), server_default=sa.text("0"), nullable=False),
        )
    op.create_table(
        "rollup_square_month_all",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("square_x", sa.Integer(), nullable=False),
        sa.Column("square_y", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("sensitive", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            *("county_code", "month_on", "square_x", "square_y"),
            name=op.f("rollup_square_month_all_pk"),
        ),
    )
    counted = ", ".join(source for _, source, _ in TOTALS)
    op.execute(f"LOCK TABLE {counted} IN SHARE ROW EXCLUSIVE MODE")
    for table, source, key in TOTALS:
        same = " AND ".join(f"kept.{name} = apart.{name}" for name in key)
        op.execute(
            f"UPDATE {table} AS kept SET sensitive = apart.reports FROM ("  # noqa: S608 -- the tables above
            f" SELECT r.county_code, {', '.join(f'r.{name}' for name in key)},"
            f" sum(r.reports) AS reports FROM {source} r JOIN category c"
            " ON c.county_code = r.county_code AND c.code = r.category_code"
            f" WHERE c.counted_apart GROUP BY r.county_code, {', '.join(f'r.{name}' for name in key)}"
            f") AS apart WHERE kept.county_code = apart.county_code AND {same}"
        )
    op.execute(
        "INSERT INTO rollup_square_month_all (county_code, month_on, square_x, square_y, reports,"
        " sensitive) SELECT county_code, month_on, cell_x >> 1, cell_y >> 1, sum(reports),"
        " sum(sensitive) FROM rollup_cell_month_all GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    op.execute("ANALYZE rollup_square_month_all")


def downgrade() -> None:
    """Drop the table and the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("rollup_square_month_all")
    for table, _, _ in TOTALS:
        op.drop_column(table, "sensitive")
