"""What every table shares: metadata, names of constraints and the column types of the field."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import Date, DateTime, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    "uq": "%(table_name)s_%(column_0_N_name)s_uq",
    "ck": "%(table_name)s_%(constraint_name)s_ck",
    "fk": "%(table_name)s_%(column_0_N_name)s_fk",
    "pk": "%(table_name)s_pk",
}


class Base(DeclarativeBase):
    """Declarative base; its metadata is what Alembic compares the database with."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        dt.datetime: DateTime(timezone=True),
        dt.date: Date(),
    }


def point() -> Geometry:
    """Type of a ``location``: a WGS 84 point (lon, lat)."""
    return Geometry("POINT", srid=4326, spatial_index=False)


def multipolygon(srid: int = 4326) -> Geometry:
    """Type of a ``boundary``: polygons in WGS 84, or Web Mercator for tiles."""
    return Geometry("MULTIPOLYGON", srid=srid, spatial_index=False)
