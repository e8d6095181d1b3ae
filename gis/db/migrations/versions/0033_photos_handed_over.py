"""A photo may lie in the folder of another county, from which its report was handed over.

Revision ID: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "photo",
        sa.Column(
            "stored_in",
            sa.Text(),
            nullable=True,
            comment="county in whose folder the file lies; null: its own",
        ),
    )


def downgrade() -> None:
    """Drop the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("photo", "stored_in")
