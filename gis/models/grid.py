"""Grids, the layouts they belong to, and the people who serve them. Reference tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base, multipolygon


class GridLayout(Base):
    """One version of all grid boundaries of a county."""

    __tablename__ = "grid_layout"
    __table_args__ = (
        UniqueConstraint("county_code", "name"),
        CheckConstraint("status IN ('draft','active','retired')", name="status"),
        Index(
            "grid_layout_one_active_uq",
            "county_code",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    name: Mapped[str]
    status: Mapped[str]
    effective_on: Mapped[dt.date | None]
    source: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    activated_at: Mapped[dt.datetime | None]


class Grid(Base):
    """A polygon of responsibility."""

    __tablename__ = "grid"
    __table_args__ = (
        Index("grid_boundary_ix", "boundary", postgresql_using="gist"),
        Index("grid_county_code_code_ix", "county_code", "code"),
    )

    layout_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("grid_layout.id"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("town.code"))
    community_code: Mapped[str | None] = mapped_column(ForeignKey("community.code"))
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default=text("''"))
    boundary: Mapped[Any] = mapped_column(multipolygon())
    boundary_simple: Mapped[Any] = mapped_column(
        multipolygon(), comment="simplified as a coverage, for the map at county scale"
    )
    boundary_3857: Mapped[Any] = mapped_column(multipolygon(3857))
    area_m2: Mapped[float]
    population: Mapped[int | None]
    households: Mapped[int | None]
    party_branch: Mapped[str] = mapped_column(server_default=text("''"))
    five_haves: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


class GridStaff(Base):
    """A person serving a grid, a community or a town."""

    __tablename__ = "grid_staff"
    __table_args__ = (
        UniqueConstraint("county_code", "code"),
        CheckConstraint("role IN ('leader','member','branch_secretary','volunteer')", name="role"),
        Index("grid_staff_county_code_grid_code_ix", "county_code", "grid_code"),
        Index(
            "grid_staff_on_duty_ix",
            "county_code",
            "town_code",
            "community_code",
            postgresql_where=text("on_duty AND role <> 'volunteer'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    code: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    grid_code: Mapped[str | None] = mapped_column(comment="of the active layout")
    community_code: Mapped[str | None] = mapped_column(ForeignKey("community.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("town.code"))
    telephone: Mapped[str] = mapped_column(server_default=text("''"))
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    on_duty: Mapped[bool] = mapped_column(server_default=text("false"))
