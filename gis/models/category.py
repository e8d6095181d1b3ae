"""Categories of matters, their time limits, the working calendar and named places. Reference."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base, point

_CATEGORY = ["category.county_code", "category.code"]


class Category(Base):
    """Nature of a matter (事项类别), two levels: ``water``, ``water.low_pressure``."""

    __tablename__ = "category"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "parent_code"], _CATEGORY),
        CheckConstraint("level IN ('town','municipal')", name="level"),
    )

    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None]
    name: Mapped[str]
    name_en: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    sensitive: Mapped[bool] = mapped_column(server_default=text("false"))
    counted_apart: Mapped[bool] = mapped_column(
        server_default=text("false"),
        comment="whether the rollups of all categories count it under sensitive",
    )
    level: Mapped[str] = mapped_column(
        server_default=text("'town'"), comment="centre that takes a new call of this category"
    )
    position: Mapped[int] = mapped_column(server_default=text("0"), comment="order in lists")
    disabled_at: Mapped[dt.datetime | None] = mapped_column(
        comment="since when it is offered no more; reports keep it"
    )


class TimeLimit(Base):
    """Time allowed for one stage of a category's reports (时限); versioned by validity."""

    __tablename__ = "time_limit"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "category_code"], _CATEGORY),
        CheckConstraint("stage IN ('accept','check_in','handle','verify')", name="stage"),
        CheckConstraint(
            "unit IN ('emergency_hours','working_hours','working_days','calendar_days')",
            name="unit",
        ),
        CheckConstraint("amount > 0", name="amount"),
        UniqueConstraint("county_code", "category_code", "stage", "valid_from"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    category_code: Mapped[str]
    stage: Mapped[str]
    amount: Mapped[float]
    unit: Mapped[str]
    valid_from: Mapped[dt.datetime]
    valid_to: Mapped[dt.datetime | None]


class CalendarDay(Base):
    """A day that departs from the ordinary week: a public holiday or a make-up workday (调休)."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("kind IN ('holiday','workday')", name="kind"),)

    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    day_on: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default=text("''"))
    source: Mapped[str] = mapped_column(
        server_default=text("''"), comment="official notice; `statute` while a year has none yet"
    )


class Place(Base):
    """Named point for intake without coordinates: estate, village, market, road (地名)."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("county_code", "code"),
        Index("place_location_ix", "location", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default=text("''"))
    pinyin: Mapped[str] = mapped_column(server_default=text("''"))
    address: Mapped[str] = mapped_column(server_default=text("''"))
    location: Mapped[Any] = mapped_column(point())
    grid_code: Mapped[str | None]
