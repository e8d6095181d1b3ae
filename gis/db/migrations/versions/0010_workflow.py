"""The course of a report: messages, photos, notices, requests, meetings, tokens. Fact tables.

Revision ID: 0010
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and columns."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "sweep_mark",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level IN ('yellow','red','escalate')", name=op.f("sweep_mark_level_ck")
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "clock_id", "level", "due_at", name=op.f("sweep_mark_pk")
        ),
    )
    op.create_table(
        "personal_read",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Text(),
            nullable=False,
            comment="what was opened: report, work_order, callback",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("personal_read_account_id_fk")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("personal_read_pk")),
    )
    op.create_index("personal_read_at_ix", "personal_read", ["county_code", "at"], unique=False)
    op.create_table(
        "callback",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "result IN ('answered','no_answer','refused')", name=op.f("callback_result_ck")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("callback_account_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("callback_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("callback_pk")),
    )
    op.create_index("callback_report_id_ix", "callback", ["county_code", "report_id"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("meets_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("bodies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("minutes", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "decisions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("convened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("meeting_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("meeting_pk")),
    )
    op.create_index("meeting_report_id_ix", "meeting", ["county_code", "report_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False, comment="uuid7: in order of time"),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("author_role", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column(
            "utility_code", sa.Text(), nullable=True, comment="of the author, where a utility"
        ),
        sa.Column(
            "asked_of",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="dispatcher, grid_staff or a utility's code; '' for all",
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("message_account_id_fk")),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("message_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("message_pk")),
    )
    op.create_index(
        "message_report_id_ix", "message", ["county_code", "report_id", "at"], unique=False
    )
    op.create_table(
        "message_read",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("read_to", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("message_read_account_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("message_read_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "report_id", "account_id", name=op.f("message_read_pk")
        ),
    )
    op.create_table(
        "notification",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="the step was undone"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("notification_account_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("notification_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("notification_pk")),
        sa.UniqueConstraint(
            "county_code",
            "account_id",
            "outbox_id",
            name=op.f("notification_county_code_account_id_outbox_id_uq"),
        ),
    )
    op.create_index(
        "notification_account_id_ix",
        "notification",
        ["county_code", "account_id", "at"],
        unique=False,
    )
    op.create_index(
        "notification_event_id_ix", "notification", ["county_code", "event_id"], unique=False
    )
    op.create_table(
        "photo",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of the bytes as sent, hex"),
        sa.Column(
            "stored_sha256", sa.Text(), nullable=False, comment="of the re-encoded file, hex"
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name=op.f("photo_size_ck")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("photo_account_id_fk")),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("photo_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "report_id", "sha256", name=op.f("photo_pk")),
    )
    op.create_table(
        "receipt",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("receipt_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "token_sha256", name=op.f("receipt_pk")),
    )
    op.create_index("receipt_report_id_ix", "receipt", ["county_code", "report_id"], unique=False)
    op.create_table(
        "undo_step",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "events",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="report id -> event id: the events of this step, one a report it touched",
        ),
        sa.Column(
            "image",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="table -> rows as they were before",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("undo_step_account_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("undo_step_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "report_id", name=op.f("undo_step_pk")),
    )
    op.create_index("undo_step_at_ix", "undo_step", ["at"], unique=False)
    op.create_table(
        "evaluation_token",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('link','qr')", name=op.f("evaluation_token_channel_ck")),
        sa.ForeignKeyConstraint(
            ["county_code", "evaluation_id"],
            ["evaluation.county_code", "evaluation.id"],
            name=op.f("evaluation_token_county_code_evaluation_id_fk"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("county_code", "token_sha256", name=op.f("evaluation_token_pk")),
    )
    op.create_table(
        "time_request",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decision",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="the reason given",
        ),
        sa.CheckConstraint(
            "(kind = 'suspension') = (until IS NOT NULL)", name=op.f("time_request_until_ck")
        ),
        sa.CheckConstraint("kind IN ('extension','suspension')", name=op.f("time_request_kind_ck")),
        sa.CheckConstraint(
            "status IN ('pending','approved','refused','dropped')",
            name=op.f("time_request_status_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "assignment_id"],
            ["assignment.county_code", "assignment.id"],
            name=op.f("time_request_county_code_assignment_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "report_id"],
            ["report.county_code", "report.id"],
            name=op.f("time_request_county_code_report_id_fk"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("time_request_pk")),
    )
    op.create_index(
        "time_request_report_id_ix", "time_request", ["county_code", "report_id"], unique=False
    )
    op.add_column(
        "assignment",
        sa.Column(
            "requested", sa.Text(), nullable=True, comment="kind of the pending time request"
        ),
    )
    op.add_column(
        "clock",
        sa.Column(
            "amount", sa.Double(), nullable=True, comment="of the limit as it was when it began"
        ),
    )
    op.add_column("clock", sa.Column("unit", sa.Text(), nullable=True))
    op.add_column(
        "clock",
        sa.Column(
            "extensions",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="granted",
        ),
    )
    op.add_column(
        "clock",
        sa.Column(
            "suspensions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="list of {since, until}",
        ),
    )
    op.add_column(
        "clock",
        sa.Column(
            "next_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the sweep has to look at it again; null: never",
        ),
    )
    op.create_index(
        "clock_next_at_ix",
        "clock",
        ["county_code", "next_at"],
        unique=False,
        postgresql_where=sa.text("stopped_at IS NULL AND next_at IS NOT NULL"),
    )
    op.add_column(
        "evaluation",
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="no answer is taken after it",
        ),
    )
    op.add_column(
        "evaluation",
        sa.Column("entered_by", sa.Uuid(), nullable=True, comment="who asked by telephone"),
    )
    op.create_foreign_key(
        op.f("evaluation_entered_by_fk"), "evaluation", "account", ["entered_by"], ["id"]
    )
    op.add_column(
        "report",
        sa.Column(
            "merged_count",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="reports merged into this one",
        ),
    )
    op.add_column(
        "report",
        sa.Column(
            "returns",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="returns by a lead and transfers, over all rounds",
        ),
    )
    op.add_column(
        "report",
        sa.Column(
            "close_due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="closing deadline: when the lead's handling is due, kept for statistics",
        ),
    )
    op.create_index(
        "report_merged_into_ix",
        "report",
        ["county_code", "merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_check_constraint(
        op.f("assignment_requested_ck"),
        "assignment",
        "requested IN ('extension','suspension')",
    )
    # What the sweep did and who read personal data is added to and read, nothing else.
    op.execute("REVOKE UPDATE, DELETE ON personal_read, sweep_mark FROM gridcall_app")


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("assignment_requested_ck"), "assignment", type_="check")
    op.drop_index(
        "report_merged_into_ix",
        table_name="report",
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.drop_column("report", "close_due_at")
    op.drop_column("report", "returns")
    op.drop_column("report", "merged_count")
    op.drop_constraint(op.f("evaluation_entered_by_fk"), "evaluation", type_="foreignkey")
    op.drop_column("evaluation", "entered_by")
    op.drop_column("evaluation", "expires_at")
    op.drop_index(
        "clock_next_at_ix",
        table_name="clock",
        postgresql_where=sa.text("stopped_at IS NULL AND next_at IS NOT NULL"),
    )
    op.drop_column("clock", "next_at")
    op.drop_column("clock", "suspensions")
    op.drop_column("clock", "extensions")
    op.drop_column("clock", "unit")
    op.drop_column("clock", "amount")
    op.drop_column("assignment", "requested")
    op.drop_index("time_request_report_id_ix", table_name="time_request")
    op.drop_table("time_request")
    op.drop_table("evaluation_token")
    op.drop_index("undo_step_at_ix", table_name="undo_step")
    op.drop_table("undo_step")
    op.drop_index("receipt_report_id_ix", table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("photo")
    op.drop_index("notification_event_id_ix", table_name="notification")
    op.drop_index("notification_account_id_ix", table_name="notification")
    op.drop_table("notification")
    op.drop_table("message_read")
    op.drop_index("message_report_id_ix", table_name="message")
    op.drop_table("message")
    op.drop_index("meeting_report_id_ix", table_name="meeting")
    op.drop_table("meeting")
    op.drop_index("callback_report_id_ix", table_name="callback")
    op.drop_table("callback")
    op.drop_index("personal_read_at_ix", table_name="personal_read")
    op.drop_table("personal_read")
    op.drop_table("sweep_mark")
