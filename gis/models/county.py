"""Administrative divisions: county (the tenant), town, community. Reference tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base, multipolygon, point


class County(Base):
    """A county-level city; every row of every fact table belongs to exactly one."""

    __tablename__ = "county"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    timezone: Mapped[str] = mapped_column(server_default=text("'Asia/Shanghai'"))
    metric_srid: Mapped[int] = mapped_column(
        server_default=text("4549"),
        comment="projected CRS in metres in which the cells of heat layers are cut",
    )
    grid_code_pattern: Mapped[str] = mapped_column(server_default=text("'^[0-9A-Za-z-]{1,32}$'"))
    outline: Mapped[Any | None] = mapped_column(multipolygon())
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))


class Town(Base):
    """A town or subdistrict (镇街), code of 9 digits."""

    __tablename__ = "town"
    __table_args__ = (CheckConstraint("kind IN ('subdistrict','town','township')", name="kind"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), index=True)
    name: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]
    location: Mapped[Any | None] = mapped_column(point())
    boundary: Mapped[Any | None] = mapped_column(
        multipolygon(), comment="union of the active layout's grids, simplified for display"
    )


class Community(Base):
    """A community or village (社区), code of 12 digits."""

    __tablename__ = "community"

    code: Mapped[str] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"))
    town_code: Mapped[str] = mapped_column(ForeignKey("town.code"), index=True)
    name: Mapped[str]
    name_en: Mapped[str]
