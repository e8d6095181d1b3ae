"""Who signs in, by which invitation, and the sessions they hold; what administrators did.

Account is a reference table, the others are local ones.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base
from gis.models.report import one_of

ROLES = (
    "admin",
    "supervisor",
    "dispatcher",
    "grid_staff",
    "volunteer",
    "utility",
    "planner",
)


class Account(Base):
    """A person's credential within one county."""

    __tablename__ = "account"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "utility_code"], ["utility.county_code", "utility.code"]
        ),
        CheckConstraint(one_of("role", ROLES), name="role"),
        CheckConstraint("(role = 'utility') = (utility_code IS NOT NULL)", name="utility_code"),
        CheckConstraint("role = 'dispatcher' OR town_code IS NULL", name="town_code"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None] = mapped_column(
        comment="null: invited or reset, no password yet"
    )
    role: Mapped[str]
    town_code: Mapped[str | None] = mapped_column(
        ForeignKey("town.code"), comment="a dispatcher of a town; null: of the county"
    )
    utility_code: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("grid_staff.id"))
    demo: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="made by `gridcall demo`, password known to all"
    )
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    disabled_at: Mapped[dt.datetime | None]
    last_sign_in_at: Mapped[dt.datetime | None]


class Invitation(Base):
    """The one-time code by which an account gets its password; only its hash is stored."""

    __tablename__ = "invitation"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_sha256: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


class Session(Base):
    """A signed-in session; only the hash of its token is stored."""

    __tablename__ = "session"
    __table_args__ = (Index("session_account_id_ix", "account_id"),)

    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    idle_until: Mapped[dt.datetime | None] = mapped_column(
        comment="ends then unless used before; null: only at expires_at"
    )
    agent: Mapped[str] = mapped_column(
        server_default=text("''"),
        comment="what opened it called itself, at most 200 characters",
    )


class AdminEvent(Base):
    """What was done to accounts, the roster, categories and kept data; append-only."""

    __tablename__ = "admin_event"
    __table_args__ = (Index("admin_event_at_ix", "county_code", "at"),)

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="who did it; null: the command line"
    )
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(
        comment="user name, staff code, category or rule it was done to"
    )
    details: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
