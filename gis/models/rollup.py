"""Counts kept beside the reports they count; rebuilt and checked by `gridcall rollup`. Fact tables.

A report counts unless it was rejected or closed as a duplicate. ``category_code`` is ``''`` for
reports without a category. Written set-based by the transaction that changes the reports.

The tables named ``_all`` hold the sums over categories, which layers of all matters read. Their
keys begin with the date, so that a period is one range of the only index they have. ``sensitive``
says how many of the sum are of categories that planners do not see (``category.counted_apart``).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from gis.models.base import Base


class RollupGridDay(Base):
    """Reports per grid, category and local day of reception."""

    __tablename__ = "rollup_grid_day"
    __table_args__ = (
        Index("rollup_grid_day_day_ix", "county_code", "layout_id", "day_on", "category_code"),
        Index("rollup_grid_day_category_ix", "county_code", "layout_id", "category_code", "day_on"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    grid_code: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    day_on: Mapped[dt.date] = mapped_column(primary_key=True)
    reports: Mapped[int]


class RollupGridMonth(Base):
    """Reports per grid, category and month (its first day)."""

    __tablename__ = "rollup_grid_month"
    __table_args__ = (
        Index("rollup_grid_month_month_ix", "county_code", "layout_id", "month_on"),
        Index(
            "rollup_grid_month_category_ix", "county_code", "layout_id", "category_code", "month_on"
        ),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    grid_code: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    month_on: Mapped[dt.date] = mapped_column(primary_key=True)
    reports: Mapped[int]


class RollupGridTotal(Base):
    """Reports per grid and category over all time."""

    __tablename__ = "rollup_grid_total"
    __table_args__ = (
        Index("rollup_grid_total_category_ix", "county_code", "layout_id", "category_code"),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    grid_code: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    reports: Mapped[int]


class RollupCellMonth(Base):
    """Reports with a location per 100 m cell, category and month (its first day)."""

    __tablename__ = "rollup_cell_month"
    __table_args__ = (
        Index("rollup_cell_month_month_ix", "county_code", "month_on"),
        Index(
            "rollup_cell_month_category_ix", "county_code", "category_code", "month_on", "cell_x"
        ),
    )

    county_code: Mapped[str] = mapped_column(primary_key=True)
    cell_x: Mapped[int] = mapped_column(primary_key=True)
    cell_y: Mapped[int] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    month_on: Mapped[dt.date] = mapped_column(primary_key=True)
    reports: Mapped[int]


class RollupGridDayAll(Base):
    """Reports of all categories per grid and local day of reception."""

    __tablename__ = "rollup_grid_day_all"

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day_on: Mapped[dt.date] = mapped_column(primary_key=True)
    grid_code: Mapped[str] = mapped_column(primary_key=True)
    reports: Mapped[int]
    sensitive: Mapped[int] = mapped_column(server_default=text("0"))


class RollupGridMonthAll(Base):
    """Reports of all categories per grid and month (its first day)."""

    __tablename__ = "rollup_grid_month_all"

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month_on: Mapped[dt.date] = mapped_column(primary_key=True)
    grid_code: Mapped[str] = mapped_column(primary_key=True)
    reports: Mapped[int]
    sensitive: Mapped[int] = mapped_column(server_default=text("0"))


class RollupGridTotalAll(Base):
    """Reports of all categories per grid over all time."""

    __tablename__ = "rollup_grid_total_all"

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    grid_code: Mapped[str] = mapped_column(primary_key=True)
    reports: Mapped[int]
    sensitive: Mapped[int] = mapped_column(server_default=text("0"))


class RollupCellMonthAll(Base):
    """Reports of all categories with a location per 100 m cell and month (its first day)."""

    __tablename__ = "rollup_cell_month_all"

    county_code: Mapped[str] = mapped_column(primary_key=True)
    month_on: Mapped[dt.date] = mapped_column(primary_key=True)
    cell_x: Mapped[int] = mapped_column(primary_key=True)
    cell_y: Mapped[int] = mapped_column(primary_key=True)
    reports: Mapped[int]
    sensitive: Mapped[int] = mapped_column(server_default=text("0"))


class RollupSquareMonthAll(Base):
    """Reports of all categories with a location per square of 200 m and month (its first day)."""

    __tablename__ = "rollup_square_month_all"

    county_code: Mapped[str] = mapped_column(primary_key=True)
    month_on: Mapped[dt.date] = mapped_column(primary_key=True)
    square_x: Mapped[int] = mapped_column(primary_key=True)
    square_y: Mapped[int] = mapped_column(primary_key=True)
    reports: Mapped[int]
    sensitive: Mapped[int] = mapped_column(server_default=text("0"))


class RollupOutsideDay(Base):
    """Reports that lie in no grid of a layout, per category and local day of reception."""

    __tablename__ = "rollup_outside_day"

    county_code: Mapped[str] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day_on: Mapped[dt.date] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    reports: Mapped[int]


class NumberBlock(Base):
    """Last number handed out per county and day; processes take blocks, so gaps are normal."""

    __tablename__ = "number_block"

    county_code: Mapped[str] = mapped_column(primary_key=True)
    day_on: Mapped[dt.date] = mapped_column(primary_key=True)
    last: Mapped[int]
