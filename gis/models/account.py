"""Who signs in, and the sessions they hold. Account is a reference table, session a local one."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
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
    password_hash: Mapped[str]
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


class Session(Base):
    """A signed-in session; only the hash of its token is stored."""

    __tablename__ = "session"
    __table_args__ = (Index("session_account_id_ix", "account_id"),)

    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
