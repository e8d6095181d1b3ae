"""One matter as reported, its match, and its history. Fact tables."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base, point

_CATEGORY = ["category.county_code", "category.code"]
_UTILITY = ["utility.county_code", "utility.code"]
REPORT_KEY = ["report.county_code", "report.id"]

STATUSES = ("received", "accepted", "dispatched", "handling", "handled", "closed")
OUTCOMES = ("resolved", "self_resolved", "rejected", "duplicate", "withdrawn", "transferred")
SOURCES = (
    "grid_staff",
    "volunteer",
    "party_branch",
    "resident",
    "hotline_12345",
    "patrol",
    "utility",
)
GRID_METHODS = ("covers", "nearest", "outside", "stated")
STAFF_METHODS = ("on_duty", "leader", "community_duty", "town_duty", "none")
UTILITY_METHODS = ("service_area", "nearest", "town_office", "none")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """Return the CHECK expression that keeps a text column to the given words."""
    return f"{column} IN ({','.join(repr(value) for value in values)})"


COUNTED_BY = (
    "accepted_at", "close_due_at", "dispatched_at", "checked_in_at", "handled_at", "closed_at",
)  # fmt: skip
"""Instants whose period the statistics count."""


class Report(Base):
    """A report and, in columns of its own, the match it was routed by.

    Layout, service-area version, town, grid and staff are kept as they were when it was matched:
    no foreign keys, so that an import of a million rows is not slowed by checks of rows that the
    same transaction has just read.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("county_code", "client_id"),
        UniqueConstraint("county_code", "number"),
        ForeignKeyConstraint(["county_code", "category_code"], _CATEGORY),
        ForeignKeyConstraint(["county_code", "utility_code"], _UTILITY),
        ForeignKeyConstraint(["county_code", "merged_into"], REPORT_KEY),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="outcome_when_closed"),
        CheckConstraint(one_of("source", SOURCES), name="source"),
        CheckConstraint("level IN ('town','municipal')", name="level"),
        CheckConstraint(one_of("grid_method", GRID_METHODS), name="grid_method"),
        CheckConstraint(one_of("staff_method", STAFF_METHODS), name="staff_method"),
        CheckConstraint(one_of("utility_method", UTILITY_METHODS), name="utility_method"),
        Index("report_location_ix", "location", postgresql_using="gist"),
        Index("report_audience_ix", "audience", postgresql_using="gin"),
        Index(
            "report_merged_into_ix",
            "county_code",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        Index("report_received_at_ix", "county_code", "received_at", "id"),
        Index("report_grid_code_ix", "county_code", "grid_code", "received_at"),
        Index(
            "report_open_ix",
            "county_code",
            "status",
            "received_at",
            postgresql_where=text("status <> 'closed'"),
        ),
        Index(
            "report_reopen_ix",
            "county_code",
            "received_at",
            postgresql_where=text("reopen_requested"),
        ),
        Index(
            "report_unlocated_ix",
            "county_code",
            "received_on",
            "category_code",
            postgresql_where=text("location IS NULL"),
        ),
        *(
            Index(
                f"report_{instant}_ix",
                "county_code",
                instant,
                postgresql_where=text(f"{instant} IS NOT NULL"),
            )
            for instant in COUNTED_BY
        ),
    )

    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    client_id: Mapped[uuid.UUID]
    body_sha256: Mapped[str]
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    status: Mapped[str] = mapped_column(server_default=text("'received'"))
    level: Mapped[str]
    round: Mapped[int] = mapped_column(server_default=text("1"))
    outcome: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    reopen_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    merged_into: Mapped[uuid.UUID | None]
    merged_count: Mapped[int] = mapped_column(
        server_default=text("0"), comment="reports merged into this one"
    )
    returns: Mapped[int] = mapped_column(
        server_default=text("0"), comment="returns by a lead and transfers, over all rounds"
    )

    category_code: Mapped[str | None]
    description: Mapped[str]
    address: Mapped[str] = mapped_column(server_default=text("''"))
    urgent: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[str]
    source_number: Mapped[str] = mapped_column(server_default=text("''"))
    cause: Mapped[str] = mapped_column(server_default=text("''"), comment="as the lead fed back")
    reporter_name: Mapped[str] = mapped_column(server_default=text("''"))
    reporter_phone: Mapped[str] = mapped_column(server_default=text("''"))

    location: Mapped[Any | None] = mapped_column(point())
    accuracy_m: Mapped[float | None]
    crs: Mapped[str] = mapped_column(server_default=text("'WGS84'"), comment="datum as sent")
    place_code: Mapped[str | None]
    place_text: Mapped[str] = mapped_column(server_default=text("''"))
    cell_x: Mapped[int | None] = mapped_column(comment="100 m cell, floor(easting / 100)")
    cell_y: Mapped[int | None] = mapped_column(comment="100 m cell, floor(northing / 100)")

    captured_at: Mapped[dt.datetime | None]
    received_at: Mapped[dt.datetime]
    received_on: Mapped[dt.date] = mapped_column(Date, comment="in the county's time zone")
    accepted_at: Mapped[dt.datetime | None]
    dispatched_at: Mapped[dt.datetime | None]
    checked_in_at: Mapped[dt.datetime | None]
    handled_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    due_at: Mapped[dt.datetime | None]
    yellow_at: Mapped[dt.datetime | None]
    close_due_at: Mapped[dt.datetime | None] = mapped_column(
        comment="closing deadline: when the lead's handling is due, kept for statistics"
    )

    layout_id: Mapped[int | None] = mapped_column(BigInteger)
    service_area_version_id: Mapped[int | None] = mapped_column(BigInteger)
    town_code: Mapped[str | None]
    grid_code: Mapped[str | None]
    grid_method: Mapped[str]
    grid_distance_m: Mapped[float | None]
    confidence: Mapped[float | None]
    candidates: Mapped[Any] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    staff_id: Mapped[int | None] = mapped_column(BigInteger)
    staff_method: Mapped[str]
    staff_all: Mapped[Any] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    utility_code: Mapped[str | None]
    utility_method: Mapped[str]
    utility_distance_m: Mapped[float | None]
    reason: Mapped[Any] = mapped_column(
        JSONB, comment="list of {code, ...parameters}, rendered in zh and en on read"
    )
    audience: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ReportEvent(Base):
    """One step in the life of a report; append-only (流转记录)."""

    __tablename__ = "report_event"
    __table_args__ = (ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),)

    county_code: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, comment="uuid7: in order of time")
    version: Mapped[int] = mapped_column(comment="of the report after this step")
    action: Mapped[str]
    status_before: Mapped[str | None]
    status_after: Mapped[str]
    round: Mapped[int] = mapped_column(server_default=text("1"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_role: Mapped[str] = mapped_column(server_default=text("''"))
    actor_name: Mapped[str] = mapped_column(server_default=text("''"))
    at: Mapped[dt.datetime]
    details: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


class Outbox(Base):
    """Changes to tell others about, written with the change; a table of the coordinator."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_at_ix", "at"),
        Index("outbox_txid_ix", "txid", "id"),
        Index("outbox_pending_ix", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    txid: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)")
    )
    county_code: Mapped[str]
    report_id: Mapped[uuid.UUID | None] = mapped_column(comment="null: a batch was imported")
    version: Mapped[int | None]
    action: Mapped[str]
    audience_before: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    audience_after: Mapped[list[str]] = mapped_column(ARRAY(Text))
    at: Mapped[dt.datetime]
    event_id: Mapped[uuid.UUID | None] = mapped_column(
        comment="null: a batch, of which nobody is told"
    )
    attempts: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="of the worker to make notices of it"
    )
    leased_until: Mapped[dt.datetime | None]
    done_at: Mapped[dt.datetime | None]
    failure: Mapped[str | None] = mapped_column(comment="of the last attempt")
