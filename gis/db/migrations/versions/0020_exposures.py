"""Exposures of grids, and which of them a category is measured against. Reference tables.

Revision ID: 0020
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "exposure",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_en", sa.Text(), nullable=False),
        sa.Column(
            "per", sa.Float(), nullable=False, comment="rates are told per so many units of it"
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("exposure_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "code", name=op.f("exposure_pk")),
    )
    op.create_table(
        "grid_exposure",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("layout_id", sa.BigInteger(), nullable=False),
        sa.Column("exposure_code", sa.Text(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "amount >= 0 AND amount < 'Infinity'", name=op.f("grid_exposure_amount_ck")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "exposure_code"],
            ["exposure.county_code", "exposure.code"],
            name=op.f("grid_exposure_county_code_exposure_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["layout_id", "grid_code"],
            ["grid.layout_id", "grid.code"],
            name=op.f("grid_exposure_layout_id_grid_code_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "layout_id", "exposure_code", "grid_code", name=op.f("grid_exposure_pk")
        ),
    )
    op.create_table(
        "category_exposure",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column(
            "exposure_code",
            sa.Text(),
            nullable=False,
            comment="of table exposure, or residents, households, area",
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "category_code"],
            ["category.county_code", "category.code"],
            name=op.f("category_exposure_county_code_category_code_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "category_code", name=op.f("category_exposure_pk")),
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("category_exposure")
    op.drop_table("grid_exposure")
    op.drop_table("exposure")
