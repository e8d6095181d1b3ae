"""Up to where changes can be read, whatever is written in the server's other databases.

Revision ID: 0037
Revises: 0036
"""

from __future__ import annotations

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the view `change_horizon`: the oldest transaction running in this database."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    # A snapshot names the running transactions of the whole server; who holds one's lock says which
    # database it is of. One without a holder (ended since, or prepared) is taken for one of ours.
    op.execute(
        """
        CREATE VIEW change_horizon AS
        SELECT coalesce(
          (SELECT min(running.txid::text::bigint)
           FROM pg_snapshot_xip(seen.snapshot) AS running (txid)
           WHERE NOT EXISTS (
             SELECT FROM pg_locks AS held
             JOIN pg_stat_activity AS holder ON holder.pid = held.pid
             WHERE held.locktype = 'transactionid' AND held.mode = 'ExclusiveLock' AND held.granted
               AND held.transactionid = running.txid::xid
               AND holder.datname <> current_database())),
          pg_snapshot_xmax(seen.snapshot)::text::bigint) AS txid
        FROM (SELECT pg_current_snapshot() AS snapshot) AS seen
        """
    )
    op.execute(
        "COMMENT ON VIEW change_horizon IS"
        " 'Below it every transaction of this database is complete: changes are read up to here.'"
    )


def downgrade() -> None:
    """Drop the view."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP VIEW change_horizon")
