"""What the course of a report leaves behind besides its history. Fact tables."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base
from gis.models.report import REPORT_KEY

_ASSIGNMENT = ["assignment.county_code", "assignment.id"]


class TimeRequest(Base):
    """A utility's request for more time (延期) or for a pause (挂起), and what became of it."""

    __tablename__ = "time_request"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        ForeignKeyConstraint(["county_code", "assignment_id"], _ASSIGNMENT),
        CheckConstraint("kind IN ('extension','suspension')", name="kind"),
        CheckConstraint("status IN ('pending','approved','refused','dropped')", name="status"),
        CheckConstraint("(kind = 'suspension') = (until IS NOT NULL)", name="until"),
        Index("time_request_report_id_ix", "county_code", "report_id"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    assignment_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    reason: Mapped[str]
    until: Mapped[dt.datetime | None]
    requested_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    decision: Mapped[str] = mapped_column(server_default=text("''"), comment="the reason given")


class Meeting(Base):
    """A special meeting about a report (专题会商).

    ``bodies`` is a list of {utility, acknowledged_at}; ``decisions`` one of {utility, text,
    due_at, assignment_id}.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        Index("meeting_report_id_ix", "county_code", "report_id"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    place: Mapped[str]
    meets_at: Mapped[dt.datetime]
    subject: Mapped[str] = mapped_column(server_default=text("''"))
    bodies: Mapped[Any] = mapped_column(JSONB)
    minutes: Mapped[str] = mapped_column(server_default=text("''"))
    decisions: Mapped[Any] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    convened_at: Mapped[dt.datetime]
    recorded_at: Mapped[dt.datetime | None]


class SweepMark(Base):
    """That the sweep acted on a level of a clock for one due instant: the key makes it once."""

    __tablename__ = "sweep_mark"
    __table_args__ = (CheckConstraint("level IN ('yellow','red','escalate')", name="level"),)

    county_code: Mapped[str] = mapped_column(primary_key=True)
    clock_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    at: Mapped[dt.datetime]


class UndoStep(Base):
    """The before-image of a report's last step, kept while it can be undone."""

    __tablename__ = "undo_step"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        Index("undo_step_at_ix", "at"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    event_id: Mapped[uuid.UUID]
    action: Mapped[str]
    at: Mapped[dt.datetime]
    events: Mapped[Any] = mapped_column(
        JSONB, comment="report id -> event id: the events of this step, one a report it touched"
    )
    image: Mapped[Any] = mapped_column(JSONB, comment="table -> rows as they were before")
