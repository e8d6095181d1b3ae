"""Bodies responsible for matters, where they answer and from where they start. Reference tables."""

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
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base, multipolygon, point

_UTILITY = ["utility.county_code", "utility.code"]
_CATEGORY = ["category.county_code", "category.code"]


class Utility(Base):
    """A utility company, a department or a town's office (责任单位)."""

    __tablename__ = "utility"
    __table_args__ = (CheckConstraint("kind IN ('utility','department','town')", name="kind"),)

    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]
    town_code: Mapped[str | None] = mapped_column(
        ForeignKey("town.code"), comment="set for a town's office only"
    )
    telephone: Mapped[str] = mapped_column(server_default=text("''"), comment="duty telephone")


class UtilityCategory(Base):
    """A category that a utility handles; a parent category stands for all of its children."""

    __tablename__ = "utility_category"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "utility_code"], _UTILITY),
        ForeignKeyConstraint(["county_code", "category_code"], _CATEGORY),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    utility_code: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)


class ServiceAreaVersion(Base):
    """One version of all service areas of a county: the routing rules in force together."""

    __tablename__ = "service_area_version"
    __table_args__ = (
        UniqueConstraint("county_code", "name"),
        CheckConstraint("status IN ('draft','active','retired')", name="status"),
        Index(
            "service_area_version_one_active_uq",
            "county_code",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    name: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    activated_at: Mapped[dt.datetime | None]


class ServiceArea(Base):
    """Polygon in which a utility answers for one category, or for all of its categories."""

    __tablename__ = "service_area"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "utility_code"], _UTILITY),
        ForeignKeyConstraint(["county_code", "category_code"], _CATEGORY),
        UniqueConstraint("version_id", "code"),
        Index("service_area_boundary_ix", "boundary", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service_area_version.id"))
    code: Mapped[str]
    name: Mapped[str] = mapped_column(server_default=text("''"))
    utility_code: Mapped[str]
    category_code: Mapped[str | None] = mapped_column(comment="null: all of the utility's")
    priority: Mapped[int] = mapped_column(server_default=text("1"), comment="1 first")
    hours: Mapped[str] = mapped_column(server_default=text("''"), comment="shown, for example 24 h")
    boundary: Mapped[Any] = mapped_column(multipolygon())
    area_m2: Mapped[float]


class Depot(Base):
    """Point from which a utility starts (站点)."""

    __tablename__ = "depot"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "utility_code"], _UTILITY),
        UniqueConstraint("county_code", "utility_code", "code"),
        Index(
            "depot_location_geography_ix",
            text("(location::geography)"),
            postgresql_using="gist",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    utility_code: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default=text("''"))
    location: Mapped[Any] = mapped_column(point())
