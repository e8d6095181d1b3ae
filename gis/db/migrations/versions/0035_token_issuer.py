"""Who asked a resident for an evaluation, beside the hash of the token they were given.

Revision ID: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of tokens made before, nobody knows."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "evaluation_token",
        sa.Column(
            "issued_by",
            sa.Uuid(),
            sa.ForeignKey("account.id", name=op.f("evaluation_token_issued_by_fk")),
            nullable=True,
            comment="null: the holder of the receipt asked for it",
        ),
    )


def downgrade() -> None:
    """Drop the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("evaluation_token", "issued_by")
