"""What bodies do about a report: assignments, clocks, evaluations. Fact tables."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base
from gis.models.report import REPORT_KEY

_UTILITY = ["utility.county_code", "utility.code"]


class Assignment(Base):
    """A utility's part in a report (派遣): lead 主办 or assisting 协办."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        ForeignKeyConstraint(["county_code", "utility_code"], _UTILITY),
        CheckConstraint("role IN ('lead','assisting')", name="role"),
        CheckConstraint(
            "status IN ('waiting','handling','fed_back','returned','cancelled')", name="status"
        ),
        CheckConstraint("requested IN ('extension','suspension')", name="requested"),
        Index("assignment_report_id_ix", "county_code", "report_id"),
        Index("assignment_utility_code_ix", "county_code", "utility_code", "status"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    utility_code: Mapped[str]
    role: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    round: Mapped[int] = mapped_column(server_default=text("1"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    assigned_at: Mapped[dt.datetime]
    checked_in_at: Mapped[dt.datetime | None]
    fed_back_at: Mapped[dt.datetime | None]
    returned_at: Mapped[dt.datetime | None]
    return_reason: Mapped[str] = mapped_column(server_default=text("''"))
    requested: Mapped[str | None] = mapped_column(comment="kind of the pending time request")
    result: Mapped[str] = mapped_column(server_default=text("''"))
    cause: Mapped[str] = mapped_column(server_default=text("''"))
    remedy: Mapped[str] = mapped_column(server_default=text("''"))


class Clock(Base):
    """One running limit of a stage (时限), of a report or of an assignment."""

    __tablename__ = "clock"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        ForeignKeyConstraint(
            ["county_code", "assignment_id"], ["assignment.county_code", "assignment.id"]
        ),
        CheckConstraint("stage IN ('accept','check_in','handle','verify')", name="stage"),
        Index("clock_report_id_ix", "county_code", "report_id"),
        Index(
            "clock_check_in_ix",
            "county_code",
            "due_at",
            postgresql_where=text("stage = 'check_in'"),
        ),
        Index("clock_running_ix", "due_at", postgresql_where=text("stopped_at IS NULL")),
        Index(
            "clock_next_at_ix",
            "county_code",
            "next_at",
            postgresql_where=text("stopped_at IS NULL AND next_at IS NOT NULL"),
        ),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    assignment_id: Mapped[uuid.UUID | None]
    stage: Mapped[str]
    round: Mapped[int] = mapped_column(server_default=text("1"))
    started_at: Mapped[dt.datetime]
    yellow_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    escalate_at: Mapped[dt.datetime]
    stopped_at: Mapped[dt.datetime | None]
    limit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("time_limit.id"))
    amount: Mapped[float | None] = mapped_column(comment="of the limit as it was when it began")
    unit: Mapped[str | None]
    extensions: Mapped[int] = mapped_column(server_default=text("0"), comment="granted")
    suspensions: Mapped[Any] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb"), comment="list of {since, until}"
    )
    next_at: Mapped[dt.datetime | None] = mapped_column(
        comment="when the sweep has to look at it again; null: never"
    )


class Evaluation(Base):
    """The resident's answer (评价): satisfied, so_so or unsatisfied."""

    __tablename__ = "evaluation"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        CheckConstraint("answer IN ('satisfied','so_so','unsatisfied')", name="answer"),
        CheckConstraint("channel IN ('link','qr','telephone')", name="channel"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("evaluation_report_id_ix", "county_code", "report_id"),
        Index("evaluation_created_at_ix", "county_code", "created_at"),
        Index(
            "evaluation_unanswered_ix",
            "county_code",
            "expires_at",
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    round: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    answer: Mapped[str | None]
    comment: Mapped[str] = mapped_column(server_default=text("''"))
    expires_at: Mapped[dt.datetime | None] = mapped_column(comment="no answer is taken after it")
    entered_by: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="who asked by telephone"
    )
    channel: Mapped[str] = mapped_column(server_default=text("'link'"))
