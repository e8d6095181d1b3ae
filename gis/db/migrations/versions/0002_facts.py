"""Fact tables: one county's rows live together, so every key includes county_code.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "rollup_cell_month",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("cell_x", sa.Integer(), nullable=False),
        sa.Column("cell_y", sa.Integer(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "county_code",
            "cell_x",
            "cell_y",
            "category_code",
            "month_on",
            name=op.f("rollup_cell_month_pk"),
        ),
    )
    op.create_index(
        "rollup_cell_month_month_ix", "rollup_cell_month", ["county_code", "month_on"], unique=False
    )
    op.create_table(
        "rollup_grid_day",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("layout_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "county_code",
            "layout_id",
            "grid_code",
            "category_code",
            "day_on",
            name=op.f("rollup_grid_day_pk"),
        ),
    )
    op.create_index(
        "rollup_grid_day_day_ix",
        "rollup_grid_day",
        ["county_code", "layout_id", "day_on", "category_code"],
        unique=False,
    )
    op.create_table(
        "rollup_grid_month",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("layout_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "county_code",
            "layout_id",
            "grid_code",
            "category_code",
            "month_on",
            name=op.f("rollup_grid_month_pk"),
        ),
    )
    op.create_index(
        "rollup_grid_month_month_ix",
        "rollup_grid_month",
        ["county_code", "layout_id", "month_on"],
        unique=False,
    )
    op.create_table(
        "rollup_grid_total",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("layout_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "county_code",
            "layout_id",
            "grid_code",
            "category_code",
            name=op.f("rollup_grid_total_pk"),
        ),
    )
    op.create_table(
        "report",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'received'"), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "reopen_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "cause",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="as the lead fed back",
        ),
        sa.Column("reporter_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reporter_phone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "location", geoalchemy2.Geometry("POINT", srid=4326, spatial_index=False), nullable=True
        ),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column(
            "crs",
            sa.Text(),
            server_default=sa.text("'WGS84'"),
            nullable=False,
            comment="datum as sent",
        ),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("place_text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "cell_x", sa.Integer(), nullable=True, comment="100 m cell, floor(easting / 100)"
        ),
        sa.Column(
            "cell_y", sa.Integer(), nullable=True, comment="100 m cell, floor(northing / 100)"
        ),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False, comment="in the county's time zone"),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("yellow_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("layout_id", sa.BigInteger(), nullable=True),
        sa.Column("service_area_version_id", sa.BigInteger(), nullable=True),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("grid_code", sa.Text(), nullable=True),
        sa.Column("grid_method", sa.Text(), nullable=False),
        sa.Column("grid_distance_m", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column(
            "candidates",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_method", sa.Text(), nullable=False),
        sa.Column(
            "staff_all",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("utility_code", sa.Text(), nullable=True),
        sa.Column("utility_method", sa.Text(), nullable=False),
        sa.Column("utility_distance_m", sa.Double(), nullable=True),
        sa.Column(
            "reason",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="list of {code, ...parameters}, rendered in zh and en on read",
        ),
        sa.Column("audience", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (outcome IS NOT NULL)",
            name=op.f("report_outcome_when_closed_ck"),
        ),
        sa.CheckConstraint(
            "grid_method IN ('covers','nearest','outside','stated')",
            name=op.f("report_grid_method_ck"),
        ),
        sa.CheckConstraint("level IN ('town','municipal')", name=op.f("report_level_ck")),
        sa.CheckConstraint(
            "outcome IN ('resolved','self_resolved','rejected','duplicate','withdrawn','transferred')",
            name=op.f("report_outcome_ck"),
        ),
        sa.CheckConstraint(
            "source IN ('grid_staff','volunteer','party_branch','resident','hotline_12345','patrol','utility')",
            name=op.f("report_source_ck"),
        ),
        sa.CheckConstraint(
            "staff_method IN ('on_duty','leader','community_duty','town_duty','none')",
            name=op.f("report_staff_method_ck"),
        ),
        sa.CheckConstraint(
            "status IN ('received','accepted','dispatched','handling','handled','closed')",
            name=op.f("report_status_ck"),
        ),
        sa.CheckConstraint(
            "utility_method IN ('service_area','nearest','town_office','none')",
            name=op.f("report_utility_method_ck"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("report_account_id_fk")),
        sa.ForeignKeyConstraint(
            ["county_code", "category_code"],
            ["category.county_code", "category.code"],
            name=op.f("report_county_code_category_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "merged_into"],
            ["report.county_code", "report.id"],
            name=op.f("report_county_code_merged_into_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "utility_code"],
            ["utility.county_code", "utility.code"],
            name=op.f("report_county_code_utility_code_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("report_county_code_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("report_pk")),
        sa.UniqueConstraint(
            "county_code", "client_id", name=op.f("report_county_code_client_id_uq")
        ),
        sa.UniqueConstraint("county_code", "number", name=op.f("report_county_code_number_uq")),
    )
    op.create_index(
        "report_audience_ix", "report", ["audience"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "report_grid_code_ix", "report", ["county_code", "grid_code", "received_at"], unique=False
    )
    op.create_index(
        "report_location_ix", "report", ["location"], unique=False, postgresql_using="gist"
    )
    op.create_index(
        "report_open_ix",
        "report",
        ["county_code", "status", "received_at"],
        unique=False,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index(
        "report_received_at_ix", "report", ["county_code", "received_at", "id"], unique=False
    )
    op.create_table(
        "assignment",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("utility_code", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fed_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("result", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("cause", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("remedy", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("role IN ('lead','assisting')", name=op.f("assignment_role_ck")),
        sa.CheckConstraint(
            "status IN ('waiting','handling','fed_back','returned','cancelled')",
            name=op.f("assignment_status_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("assignment_county_code_report_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "utility_code"],
            ["utility.county_code", "utility.code"],
            name=op.f("assignment_county_code_utility_code_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("assignment_pk")),
    )
    op.create_index(
        "assignment_report_id_ix", "assignment", ["county_code", "report_id"], unique=False
    )
    op.create_index(
        "assignment_utility_code_ix",
        "assignment",
        ["county_code", "utility_code", "status"],
        unique=False,
    )
    op.create_table(
        "evaluation",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("'link'"), nullable=False),
        sa.CheckConstraint(
            "answer IN ('satisfied','so_so','unsatisfied')", name=op.f("evaluation_answer_ck")
        ),
        sa.CheckConstraint(
            "channel IN ('link','qr','telephone')", name=op.f("evaluation_channel_ck")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("evaluation_answered_ck")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("evaluation_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("evaluation_pk")),
    )
    op.create_index(
        "evaluation_report_id_ix", "evaluation", ["county_code", "report_id"], unique=False
    )
    op.create_table(
        "report_event",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False, comment="uuid7: in order of time"),
        sa.Column("version", sa.Integer(), nullable=False, comment="of the report after this step"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status_before", sa.Text(), nullable=True),
        sa.Column("status_after", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("actor_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("report_event_account_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("report_event_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "report_id", "id", name=op.f("report_event_pk")),
    )
    op.create_table(
        "clock",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("yellow_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("limit_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "stage IN ('accept','check_in','handle','verify')", name=op.f("clock_stage_ck")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "assignment_id"],
            ["assignment.county_code", "assignment.id"],
            name=op.f("clock_county_code_assignment_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("clock_county_code_report_id_fk"),
        ),
        sa.ForeignKeyConstraint(["limit_id"], ["time_limit.id"], name=op.f("clock_limit_id_fk")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("clock_pk")),
    )
    op.create_index("clock_report_id_ix", "clock", ["county_code", "report_id"], unique=False)
    op.create_index(
        "clock_running_ix",
        "clock",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("stopped_at IS NULL"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(
        "clock_running_ix", table_name="clock", postgresql_where=sa.text("stopped_at IS NULL")
    )
    op.drop_index("clock_report_id_ix", table_name="clock")
    op.drop_table("clock")
    op.drop_table("report_event")
    op.drop_index("evaluation_report_id_ix", table_name="evaluation")
    op.drop_table("evaluation")
    op.drop_index("assignment_utility_code_ix", table_name="assignment")
    op.drop_index("assignment_report_id_ix", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("report_received_at_ix", table_name="report")
    op.drop_index(
        "report_open_ix", table_name="report", postgresql_where=sa.text("status <> 'closed'")
    )
    op.drop_index("report_location_ix", table_name="report", postgresql_using="gist")
    op.drop_index("report_grid_code_ix", table_name="report")
    op.drop_index("report_audience_ix", table_name="report", postgresql_using="gin")
    op.drop_table("report")
    op.drop_table("rollup_grid_total")
    op.drop_index("rollup_grid_month_month_ix", table_name="rollup_grid_month")
    op.drop_table("rollup_grid_month")
    op.drop_index("rollup_grid_day_day_ix", table_name="rollup_grid_day")
    op.drop_table("rollup_grid_day")
    op.drop_index("rollup_cell_month_month_ix", table_name="rollup_cell_month")
    op.drop_table("rollup_cell_month")
