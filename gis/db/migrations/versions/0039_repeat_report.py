"""What a repeat report is, once for all layers that are narrowed to them.

Revision ID: 0039
Revises: 0038
"""

from __future__ import annotations

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the view `repeat_report`: reports of a matter that was closed near there and not long ago."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    # The box in degrees lets the index on locations answer; 50 m are fewer degrees anywhere in China.
    op.execute(
        """
        CREATE VIEW repeat_report WITH (security_invoker = true) AS
        SELECT r.county_code, r.id
        FROM report AS r
        WHERE EXISTS (
          SELECT FROM report AS before
          WHERE before.county_code = r.county_code
            AND before.location && ST_Expand(r.location, 0.0012, 0.0006)
            AND ST_DWithin(before.location::geography, r.location::geography, 50)
            AND before.category_code = r.category_code
            AND before.id <> r.id
            AND before.closed_at <= r.received_at
            AND before.closed_at > r.received_at - interval '180 days'
            AND before.outcome NOT IN ('rejected', 'duplicate'))
        """
    )
    op.execute(
        "COMMENT ON VIEW repeat_report IS"
        " 'Within 50 m and 180 days of a closed report of the same category.'"
    )


def downgrade() -> None:
    """Drop the view."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP VIEW repeat_report")
