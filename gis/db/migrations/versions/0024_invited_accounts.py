"""Accounts that are invited and have no password yet, and when each last signed in. Reference table.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the password be missing, and add the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.alter_column(
        "account",
        "password_hash",
        existing_type=sa.Text(),
        nullable=True,
        comment="null: invited or reset, no password yet",
    )
    op.add_column("account", sa.Column("last_sign_in_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop the column; who has no password yet gets one that nobody knows."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("account", "last_sign_in_at")
    op.execute("UPDATE account SET password_hash = '!' WHERE password_hash IS NULL")
    op.alter_column(
        "account", "password_hash", existing_type=sa.Text(), nullable=False, comment=None,
        existing_comment="null: invited or reset, no password yet",
    )  # fmt: skip
