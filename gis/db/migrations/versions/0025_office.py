"""Invitations, idle sessions and what administrators did. Local tables of the coordinator.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "invitation",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("invitation_account_id_fk")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("invitation_pk")),
        sa.UniqueConstraint("code_sha256", name=op.f("invitation_code_sha256_uq")),
    )
    op.create_table(
        "admin_event",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "account_id", sa.Uuid(), nullable=True, comment="who did it; null: the command line"
        ),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="user name, staff code, category or rule it was done to",
        ),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("admin_event_account_id_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("admin_event_pk")),
    )
    op.create_index("admin_event_at_ix", "admin_event", ["county_code", "at"], unique=False)
    op.execute("REVOKE UPDATE, DELETE ON admin_event FROM gridcall_app")
    op.add_column(
        "session",
        sa.Column(
            "idle_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="ends then unless used before; null: only at expires_at",
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("session", "idle_until")
    op.drop_index("admin_event_at_ix", table_name="admin_event")
    op.drop_table("admin_event")
    op.drop_table("invitation")
