"""What the guards look at of an assignment's time, in one place.

Revision ID: 0038
Revises: 0037
"""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the function `assignment_time`."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    # A function and no view: it reads with its caller's rights, so that the policies hold.
    op.execute(
        """
        CREATE FUNCTION assignment_time(county text, report uuid, assignment uuid)
        RETURNS TABLE (
          handle_due_at timestamptz, extensions integer, suspensions bigint, pause_until timestamptz
        ) LANGUAGE sql STABLE AS $$
          SELECT h.due_at, coalesce(h.extensions, 0), q.suspensions, q.pause_until
          FROM (
            SELECT count(*) FILTER (WHERE r.status = 'approved') AS suspensions,
                   max(r.until) FILTER (WHERE r.status = 'pending') AS pause_until
            FROM time_request r
            WHERE r.county_code = county AND r.report_id = report AND r.assignment_id = assignment
              AND r.kind = 'suspension'
          ) q
          LEFT JOIN clock h
            ON h.county_code = county AND h.report_id = report AND h.assignment_id = assignment
           AND h.stage = 'handle' AND h.stopped_at IS NULL
        $$
        """
    )
    op.execute(
        "COMMENT ON FUNCTION assignment_time(text, uuid, uuid) IS"
        " 'The running limit of handling, pauses granted, and until when the one asked for would last.'"
    )


def downgrade() -> None:
    """Drop the function."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION assignment_time(text, uuid, uuid)")
