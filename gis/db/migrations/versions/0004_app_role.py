"""The application's role: reads and writes rows, owns nothing.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CREATE_ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridcall_app') THEN
    CREATE ROLE gridcall_app NOLOGIN;
  END IF;
END
$$
"""


def upgrade() -> None:
    """Create the role once per cluster, and grant it this database's tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(CREATE_ROLE)
    op.execute("GRANT gridcall_app TO CURRENT_USER")
    op.execute("GRANT USAGE ON SCHEMA public TO gridcall_app")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gridcall_app"
    )
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridcall_app")
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gridcall_app"
    )
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO gridcall_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM gridcall_app")
    op.execute("REVOKE UPDATE, DELETE ON report_event FROM gridcall_app")


def downgrade() -> None:
    """Take the grants back; the role itself may serve other databases of the cluster."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM gridcall_app")
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM gridcall_app"
    )
    op.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM gridcall_app")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM gridcall_app")
    op.execute("REVOKE USAGE ON SCHEMA public FROM gridcall_app")
