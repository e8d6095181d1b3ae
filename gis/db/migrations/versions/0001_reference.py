"""Reference tables: what every node of a cluster knows.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "county",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), server_default=sa.text("'Asia/Shanghai'"), nullable=False),
        sa.Column(
            "metric_srid",
            sa.Integer(),
            server_default=sa.text("4549"),
            nullable=False,
            comment="projected CRS in metres in which the cells of heat layers are cut",
        ),
        sa.Column(
            "grid_code_pattern",
            sa.Text(),
            server_default=sa.text("'^[0-9A-Za-z-]{1,32}$'"),
            nullable=False,
        ),
        sa.Column(
            "outline",
            geoalchemy2.Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=True,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("county_pk")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "source",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="official notice; `statute` while a year has none yet",
        ),
        sa.CheckConstraint("kind IN ('holiday','workday')", name=op.f("calendar_day_kind_ck")),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("calendar_day_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "day_on", name=op.f("calendar_day_pk")),
    )
    op.create_table(
        "category",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "keywords", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("sensitive", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "level",
            sa.Text(),
            server_default=sa.text("'town'"),
            nullable=False,
            comment="centre that takes a new call of this category",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="order in lists",
        ),
        sa.CheckConstraint("level IN ('town','municipal')", name=op.f("category_level_ck")),
        sa.ForeignKeyConstraint(
            ["county_code", "parent_code"],
            ["category.county_code", "category.code"],
            name=op.f("category_county_code_parent_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("category_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "code", name=op.f("category_pk")),
    )
    op.create_table(
        "grid_layout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft','active','retired')", name=op.f("grid_layout_status_ck")
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("grid_layout_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("grid_layout_pk")),
        sa.UniqueConstraint("county_code", "name", name=op.f("grid_layout_county_code_name_uq")),
    )
    op.create_index(
        "grid_layout_one_active_uq",
        "grid_layout",
        ["county_code"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("pinyin", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "location",
            geoalchemy2.types.Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("grid_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("place_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("place_pk")),
        sa.UniqueConstraint("county_code", "code", name=op.f("place_county_code_code_uq")),
    )
    op.create_index(
        "place_location_ix", "place", ["location"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "service_area_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft','active','retired')", name=op.f("service_area_version_status_ck")
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("service_area_version_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("service_area_version_pk")),
        sa.UniqueConstraint(
            "county_code", "name", name=op.f("service_area_version_county_code_name_uq")
        ),
    )
    op.create_index(
        "service_area_version_one_active_uq",
        "service_area_version",
        ["county_code"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "town",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "location", geoalchemy2.Geometry("POINT", srid=4326, spatial_index=False), nullable=True
        ),
        sa.Column(
            "boundary",
            geoalchemy2.Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=True,
            comment="union of the active layout's grids, simplified for display",
        ),
        sa.CheckConstraint("kind IN ('subdistrict','town','township')", name=op.f("town_kind_ck")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("town_county_code_fk")),
        sa.PrimaryKeyConstraint("code", name=op.f("town_pk")),
    )
    op.create_index(op.f("town_county_code_ix"), "town", ["county_code"], unique=False)
    op.create_table(
        "community",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("community_county_code_fk")
        ),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("community_town_code_fk")),
        sa.PrimaryKeyConstraint("code", name=op.f("community_pk")),
    )
    op.create_index(op.f("community_town_code_ix"), "community", ["town_code"], unique=False)
    op.create_table(
        "time_limit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "stage IN ('accept','check_in','handle','verify')", name=op.f("time_limit_stage_ck")
        ),
        sa.CheckConstraint(
            "unit IN ('emergency_hours','working_hours','working_days','calendar_days')",
            name=op.f("time_limit_unit_ck"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("time_limit_amount_ck")),
        sa.ForeignKeyConstraint(
            ["county_code", "category_code"],
            ["category.county_code", "category.code"],
            name=op.f("time_limit_county_code_category_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("time_limit_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("time_limit_pk")),
        sa.UniqueConstraint(
            "county_code",
            "category_code",
            "stage",
            "valid_from",
            name=op.f("time_limit_county_code_category_code_stage_valid_from_uq"),
        ),
    )
    op.create_table(
        "utility",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True, comment="set for a town's office only"),
        sa.Column(
            "telephone",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="duty telephone",
        ),
        sa.CheckConstraint("kind IN ('utility','department','town')", name=op.f("utility_kind_ck")),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("utility_county_code_fk")
        ),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("utility_town_code_fk")),
        sa.PrimaryKeyConstraint("county_code", "code", name=op.f("utility_pk")),
    )
    op.create_table(
        "depot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("utility_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "location",
            geoalchemy2.types.Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "utility_code"],
            ["utility.county_code", "utility.code"],
            name=op.f("depot_county_code_utility_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("depot_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("depot_pk")),
        sa.UniqueConstraint(
            "county_code",
            "utility_code",
            "code",
            name=op.f("depot_county_code_utility_code_code_uq"),
        ),
    )
    op.create_index(
        "depot_location_geography_ix",
        "depot",
        [sa.literal_column("(location::geography)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "grid",
        sa.Column("layout_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("community_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "boundary",
            geoalchemy2.types.Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "boundary_simple",
            geoalchemy2.types.Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
            comment="simplified as a coverage, for the map at county scale",
        ),
        sa.Column(
            "boundary_3857",
            geoalchemy2.types.Geometry(
                geometry_type="MULTIPOLYGON",
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("party_branch", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "five_haves",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["community_code"], ["community.code"], name=op.f("grid_community_code_fk")
        ),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("grid_county_code_fk")),
        sa.ForeignKeyConstraint(["layout_id"], ["grid_layout.id"], name=op.f("grid_layout_id_fk")),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("grid_town_code_fk")),
        sa.PrimaryKeyConstraint("layout_id", "code", name=op.f("grid_pk")),
    )
    op.create_index("grid_boundary_ix", "grid", ["boundary"], unique=False, postgresql_using="gist")
    op.create_index("grid_county_code_code_ix", "grid", ["county_code", "code"], unique=False)
    op.create_table(
        "grid_staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=True, comment="of the active layout"),
        sa.Column("community_code", sa.Text(), nullable=True),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("telephone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("on_duty", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "role IN ('leader','member','branch_secretary','volunteer')",
            name=op.f("grid_staff_role_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["community_code"], ["community.code"], name=op.f("grid_staff_community_code_fk")
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("grid_staff_county_code_fk")
        ),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("grid_staff_town_code_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("grid_staff_pk")),
        sa.UniqueConstraint("county_code", "code", name=op.f("grid_staff_county_code_code_uq")),
    )
    op.create_index(
        "grid_staff_county_code_grid_code_ix",
        "grid_staff",
        ["county_code", "grid_code"],
        unique=False,
    )
    op.create_index(
        "grid_staff_on_duty_ix",
        "grid_staff",
        ["county_code", "town_code", "community_code"],
        unique=False,
        postgresql_where=sa.text("on_duty AND role <> 'volunteer'"),
    )
    op.create_table(
        "service_area",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("utility_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True, comment="null: all of the utility's"),
        sa.Column(
            "priority", sa.Integer(), server_default=sa.text("1"), nullable=False, comment="1 first"
        ),
        sa.Column(
            "hours",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="shown, for example 24 h",
        ),
        sa.Column(
            "boundary",
            geoalchemy2.types.Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "category_code"],
            ["category.county_code", "category.code"],
            name=op.f("service_area_county_code_category_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "utility_code"],
            ["utility.county_code", "utility.code"],
            name=op.f("service_area_county_code_utility_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("service_area_county_code_fk")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["service_area_version.id"], name=op.f("service_area_version_id_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("service_area_pk")),
        sa.UniqueConstraint("version_id", "code", name=op.f("service_area_version_id_code_uq")),
    )
    op.create_index(
        "service_area_boundary_ix",
        "service_area",
        ["boundary"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "utility_category",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("utility_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "category_code"],
            ["category.county_code", "category.code"],
            name=op.f("utility_category_county_code_category_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "utility_code"],
            ["utility.county_code", "utility.code"],
            name=op.f("utility_category_county_code_utility_code_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "utility_code", "category_code", name=op.f("utility_category_pk")
        ),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "town_code",
            sa.Text(),
            nullable=True,
            comment="a dispatcher of a town; null: of the county",
        ),
        sa.Column("utility_code", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "demo",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="made by `gridcall demo`, password known to all",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role = 'utility') = (utility_code IS NOT NULL)", name=op.f("account_utility_code_ck")
        ),
        sa.CheckConstraint(
            "role = 'dispatcher' OR town_code IS NULL", name=op.f("account_town_code_ck")
        ),
        sa.CheckConstraint(
            "role IN ('admin','supervisor','dispatcher','grid_staff','volunteer','utility','planner')",
            name=op.f("account_role_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "utility_code"],
            ["utility.county_code", "utility.code"],
            name=op.f("account_county_code_utility_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("account_county_code_fk")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["grid_staff.id"], name=op.f("account_staff_id_fk")),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("account_town_code_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pk")),
        sa.UniqueConstraint("username", name=op.f("account_username_uq")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("account")
    op.drop_table("utility_category")
    op.drop_index("service_area_boundary_ix", table_name="service_area", postgresql_using="gist")
    op.drop_table("service_area")
    op.drop_index(
        "grid_staff_on_duty_ix",
        table_name="grid_staff",
        postgresql_where=sa.text("on_duty AND role <> 'volunteer'"),
    )
    op.drop_index("grid_staff_county_code_grid_code_ix", table_name="grid_staff")
    op.drop_table("grid_staff")
    op.drop_index("grid_county_code_code_ix", table_name="grid")
    op.drop_index("grid_boundary_ix", table_name="grid", postgresql_using="gist")
    op.drop_table("grid")
    op.drop_index("depot_location_geography_ix", table_name="depot", postgresql_using="gist")
    op.drop_table("depot")
    op.drop_table("utility")
    op.drop_table("time_limit")
    op.drop_index(op.f("community_town_code_ix"), table_name="community")
    op.drop_table("community")
    op.drop_index(op.f("town_county_code_ix"), table_name="town")
    op.drop_table("town")
    op.drop_index(
        "service_area_version_one_active_uq",
        table_name="service_area_version",
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_table("service_area_version")
    op.drop_index("place_location_ix", table_name="place", postgresql_using="gist")
    op.drop_table("place")
    op.drop_index(
        "grid_layout_one_active_uq",
        table_name="grid_layout",
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_table("grid_layout")
    op.drop_table("category")
    op.drop_table("calendar_day")
    op.drop_table("county")
