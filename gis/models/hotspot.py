"""What the planner's layers stand on: exposures, interventions and long computations.

Exposure, grid_exposure and category_exposure are reference tables, intervention and layer_job
fact tables.
"""

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

from gis.models.base import Base, multipolygon
from gis.models.report import one_of

JOB_STATUSES = ("waiting", "running", "done", "failed")


class Exposure(Base):
    """What a matter can befall (暴露量): kilometres of pipe, of cable, of road.

    Residents, households and area need no row: they are columns of the grids.
    """

    __tablename__ = "exposure"

    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str]
    unit_en: Mapped[str]
    per: Mapped[float] = mapped_column(comment="rates are told per so many units of it")


class GridExposure(Base):
    """How much of an exposure a grid holds."""

    __tablename__ = "grid_exposure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "exposure_code"], ["exposure.county_code", "exposure.code"]
        ),
        ForeignKeyConstraint(["layout_id", "grid_code"], ["grid.layout_id", "grid.code"]),
        CheckConstraint("amount >= 0 AND amount < 'Infinity'", name="amount"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    exposure_code: Mapped[str] = mapped_column(primary_key=True)
    grid_code: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[float]


class CategoryExposure(Base):
    """Which exposure the matters of a category are measured against unless asked otherwise."""

    __tablename__ = "category_exposure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "category_code"], ["category.county_code", "category.code"]
        ),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    exposure_code: Mapped[str] = mapped_column(
        comment="of table exposure, or residents, households, area"
    )


class Intervention(Base):
    """A measure taken somewhere on a day, to be judged by what came after (干预措施)."""

    __tablename__ = "intervention"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "category_code"], ["category.county_code", "category.code"]
        ),
        CheckConstraint("days > 0", name="days"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
    )

    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    measure: Mapped[str]
    category_code: Mapped[str | None]
    tag: Mapped[str | None]
    taken_on: Mapped[dt.date]
    days: Mapped[int] = mapped_column(comment="compared on each side of the day")
    area: Mapped[Any] = mapped_column(multipolygon())
    control: Mapped[Any | None] = mapped_column(
        multipolygon(), comment="null: the rest of the county"
    )
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None] = mapped_column(comment="null: it counts")
    removed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))


class LayerJob(Base):
    """A computation of seconds, done once for the same numbers: the worker takes it, pages watch.

    ``fingerprint`` is the hash of everything that goes in, so an answer stays right for ever.
    """

    __tablename__ = "layer_job"
    __table_args__ = (
        CheckConstraint(one_of("kind", ("scan",)), name="kind"),
        CheckConstraint(one_of("status", JOB_STATUSES), name="status"),
        UniqueConstraint("county_code", "fingerprint"),
        Index(
            "layer_job_waiting_ix",
            "created_at",
            postgresql_where=text("status IN ('waiting','running')"),
        ),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    fingerprint: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    params: Mapped[Any] = mapped_column(JSONB, comment="the question, and the numbers it is about")
    done: Mapped[int] = mapped_column(server_default=text("0"), comment="random maps so far")
    total: Mapped[int]
    result: Mapped[Any | None] = mapped_column(JSONB)
    failure: Mapped[str] = mapped_column(server_default=text("''"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
