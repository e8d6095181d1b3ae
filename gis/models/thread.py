"""What the parties of a report say and show to each other, and what they are told. Fact tables."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base
from gis.models.report import REPORT_KEY


class Message(Base):
    """One entry of a report's thread (留言), or a question to one of its parties."""

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        Index("message_report_id_ix", "county_code", "report_id", "at"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, comment="uuid7: in order of time")
    report_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    author_role: Mapped[str]
    author_name: Mapped[str]
    utility_code: Mapped[str | None] = mapped_column(comment="of the author, where a utility")
    asked_of: Mapped[str] = mapped_column(
        server_default=text("''"), comment="dispatcher, grid_staff or a utility's code; '' for all"
    )
    text: Mapped[str]
    at: Mapped[dt.datetime]


class MessageRead(Base):
    """Up to where an account has read a report's thread."""

    __tablename__ = "message_read"
    __table_args__ = (ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),)

    county_code: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    read_to: Mapped[dt.datetime]


class Photo(Base):
    """A photo of a report; its bytes lie outside the database, under the hash of what is stored."""

    __tablename__ = "photo"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="size"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True, comment="of the bytes as sent, hex")
    stored_sha256: Mapped[str] = mapped_column(comment="of the re-encoded file, hex")
    stored_in: Mapped[str | None] = mapped_column(
        comment="county in whose folder the file lies; null: its own"
    )
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    at: Mapped[dt.datetime]


class Notification(Base):
    """A notice to one account; its words are made from action and details when it is read."""

    __tablename__ = "notification"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        UniqueConstraint("county_code", "account_id", "outbox_id"),
        Index("notification_account_id_ix", "county_code", "account_id", "at"),
        Index("notification_event_id_ix", "county_code", "event_id"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    report_id: Mapped[uuid.UUID]
    event_id: Mapped[uuid.UUID]
    outbox_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    details: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(comment="the step was undone")
