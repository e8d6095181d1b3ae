"""Row-level security: the application's role sees the rows of the audience its transaction names.

One policy a table, of plain columns and ``current_setting``: a distributed table takes it too.
``report`` compares its audience; what hangs on a report compares the county, because every
statement reaches it through its report (a test reads all of them). Unset context sees nothing. No
FORCE: the owner migrates, backs up, imports and rebuilds.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MEMBERS = "NULLIF(current_setting('gridcall.audience', true), '')::text[]"
HANGING_ON_A_REPORT = (
    "assignment",
    "callback",
    "clock",
    "evaluation",
    "evaluation_token",
    "meeting",
    "message",
    "message_read",
    "notification",
    "personal_read",
    "photo",
    "receipt",
    "report_event",
    "sweep_mark",
    "time_request",
    "undo_step",
)

# Under a policy `location && box` reaches its index only if it cannot leak what it compares. Only
# a superuser may say so; where the owner is none, whoever makes the database does (gis.db.security).
MARK_LEAKPROOF = """
DO $$
BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
  END IF;
END
$$
"""


def upgrade() -> None:
    """Enable row-level security and create the policies."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE report ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY report_audience ON report USING (audience && {MEMBERS})")
    for table in HANGING_ON_A_REPORT:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_county ON {table} USING (county_code = ANY({MEMBERS}))")
    op.execute(MARK_LEAKPROOF)


def downgrade() -> None:
    """Drop the policies."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in HANGING_ON_A_REPORT:
        op.execute(f"DROP POLICY {table}_county ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP POLICY report_audience ON report")
    op.execute("ALTER TABLE report DISABLE ROW LEVEL SECURITY")
