"""What a resident holds in hand: receipt and evaluation tokens; only hashes are stored. Fact tables."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base
from gis.models.report import REPORT_KEY


class Receipt(Base):
    """The token by which whoever reported reads the report's status (回执)."""

    __tablename__ = "receipt"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        Index("receipt_report_id_ix", "county_code", "report_id"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    created_at: Mapped[dt.datetime]


class EvaluationToken(Base):
    """A token that opens one evaluation once, by link or by QR code on the spot."""

    __tablename__ = "evaluation_token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "evaluation_id"],
            ["evaluation.county_code", "evaluation.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("channel IN ('link','qr')", name="channel"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    evaluation_id: Mapped[uuid.UUID]
    channel: Mapped[str]
    created_at: Mapped[dt.datetime]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="null: the holder of the receipt asked for it"
    )


class Callback(Base):
    """One attempt to reach the resident by telephone (回访)."""

    __tablename__ = "callback"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "report_id"], REPORT_KEY),
        CheckConstraint("result IN ('answered','no_answer','refused')", name="result"),
        Index("callback_report_id_ix", "county_code", "report_id"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    result: Mapped[str]
    note: Mapped[str] = mapped_column(server_default=text("''"))
    at: Mapped[dt.datetime]


class PersonalRead(Base):
    """That an account read the personal data of a report's resident; append-only."""

    __tablename__ = "personal_read"
    __table_args__ = (Index("personal_read_at_ix", "county_code", "at"),)

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    purpose: Mapped[str] = mapped_column(comment="what was opened: report, work_order, callback")
    at: Mapped[dt.datetime]


class SignInThrottle(Base):
    """Failed sign-ins of one user name or address; a table of the coordinator."""

    __tablename__ = "sign_in_throttle"

    key_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    since: Mapped[dt.datetime]
    blocked_until: Mapped[dt.datetime | None]
