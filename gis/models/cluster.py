"""What makes a cluster of reports (同源事件), and which were said not to be one."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base


class ClusterRule(Base):
    """How near in place and time reports of a category have to be. Reference."""

    __tablename__ = "cluster_rule"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "category_code"], ["category.county_code", "category.code"]
        ),
        CheckConstraint("distance_m > 0 AND distance_m <= 5000", name="distance_m"),
        CheckConstraint("hours > 0 AND hours <= 72", name="hours"),
        CheckConstraint("least >= 2", name="least"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    together: Mapped[bool] = mapped_column(
        server_default=text("false"),
        comment="a first-level category whose children count as one matter",
    )
    distance_m: Mapped[float] = mapped_column(comment="of neighbours")
    hours: Mapped[float] = mapped_column(comment="between neighbours")
    least: Mapped[int | None] = mapped_column(
        SmallInteger, comment="reports that make a cluster; null: never offered"
    )


class ClusterDismissal(Base):
    """Reports that a dispatcher said have no common cause."""

    __tablename__ = "cluster_dismissal"
    __table_args__ = (Index("cluster_dismissal_at_ix", "county_code", "at"),)

    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    report_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid()))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[dt.datetime]
