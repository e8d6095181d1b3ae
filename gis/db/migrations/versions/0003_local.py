"""Local tables of the coordinator: sessions, outbox, numbers.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "number_block",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "day_on", name=op.f("number_block_pk")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "txid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True, comment="null: a batch was imported"),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "audience_before",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("audience_after", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pk")),
    )
    op.create_index("outbox_at_ix", "outbox", ["at"], unique=False)
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("session_account_id_fk")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("session_pk")),
    )
    op.create_index("session_account_id_ix", "session", ["account_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("session_account_id_ix", table_name="session")
    op.drop_table("session")
    op.drop_index("outbox_at_ix", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("number_block")
