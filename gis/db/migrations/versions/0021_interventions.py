"""Interventions, and computations of seconds. Fact tables.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _polygons() -> geoalchemy2.Geometry:
    return geoalchemy2.Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)


def upgrade() -> None:
    """Create the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "intervention",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False, comment="compared on each side of the day"),
        sa.Column("area", _polygons(), nullable=False),
        sa.Column("control", _polygons(), nullable=True, comment="null: the rest of the county"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("intervention_days_ck")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("intervention_account_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "category_code"],
            ["category.county_code", "category.code"],
            name=op.f("intervention_county_code_category_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("intervention_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("intervention_pk")),
    )
    op.create_table(
        "layer_job",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column(
            "params",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the question, and the numbers it is about",
        ),
        sa.Column(
            "done",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="random maps so far",
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("failure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('scan')", name=op.f("layer_job_kind_ck")),
        sa.CheckConstraint(
            "status IN ('waiting','running','done','failed')", name=op.f("layer_job_status_ck")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("layer_job_pk")),
        sa.UniqueConstraint(
            "county_code", "fingerprint", name=op.f("layer_job_county_code_fingerprint_uq")
        ),
    )
    op.create_index(
        "layer_job_waiting_ix",
        "layer_job",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting','running')"),
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("layer_job")
    op.drop_table("intervention")
