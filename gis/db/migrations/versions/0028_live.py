"""What the live map reads by: changes in the order of their transactions, and what makes a cluster.

The index is of a local table; the rules are reference data; a dismissal is a fact and hangs on
reports, so it carries the county's policy like everything that does.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MEMBERS = "NULLIF(current_setting('gridcall.audience', true), '')::text[]"


def upgrade() -> None:
    """Create the index and the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("outbox_txid_ix", "outbox", ["txid", "id"], unique=False)
    op.create_table(
        "cluster_rule",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column(
            "together",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a first-level category whose children count as one matter",
        ),
        sa.Column("distance_m", sa.Float(), nullable=False, comment="of neighbours"),
        sa.Column("hours", sa.Float(), nullable=False, comment="between neighbours"),
        sa.Column(
            "least",
            sa.SmallInteger(),
            nullable=True,
            comment="reports that make a cluster; null: never offered",
        ),
        sa.CheckConstraint(
            "distance_m > 0 AND distance_m <= 5000", name=op.f("cluster_rule_distance_m_ck")
        ),
        sa.CheckConstraint("hours > 0 AND hours <= 72", name=op.f("cluster_rule_hours_ck")),
        sa.CheckConstraint("least >= 2", name=op.f("cluster_rule_least_ck")),
        sa.ForeignKeyConstraint(
            ["county_code", "category_code"],
            ["category.county_code", "category.code"],
            name=op.f("cluster_rule_county_code_category_code_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "category_code", name=op.f("cluster_rule_pk")),
    )
    op.create_table(
        "cluster_dismissal",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("cluster_dismissal_account_id_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("cluster_dismissal_pk")),
    )
    op.create_index(
        "cluster_dismissal_at_ix", "cluster_dismissal", ["county_code", "at"], unique=False
    )
    op.execute("ALTER TABLE cluster_dismissal ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY cluster_dismissal_county ON cluster_dismissal"
        f" USING (county_code = ANY({MEMBERS}))"
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("cluster_dismissal_at_ix", table_name="cluster_dismissal")
    op.drop_table("cluster_dismissal")
    op.drop_table("cluster_rule")
    op.drop_index("outbox_txid_ix", table_name="outbox")
