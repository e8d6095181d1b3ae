"""Where a layer's counts come from: rollups for county-wide roles, visible rows for everybody else.

Counts of one category, or of several, come from the rollups by category; counts of all from the
totals, less what is hidden. A piece is a statement of counts, some of them below zero; pieces add
up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Subquery,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from gis.audience import Actor, visible_reports
from gis.cells import CELL_M
from gis.clock import month_start
from gis.db.database import Transaction
from gis.disclosure import Choice
from gis.models import (
    Base,
    Grid,
    Report,
    RollupCellMonth,
    RollupCellMonthAll,
    RollupGridDay,
    RollupGridDayAll,
    RollupGridMonth,
    RollupGridMonthAll,
    RollupGridTotal,
    RollupGridTotalAll,
    RollupOutsideDay,
    RollupSquareMonthAll,
)
from gis.periods import ALWAYS, Days, split_period
from gis.whole_months import filled_months

_NOT_COUNTED = ("rejected", "duplicate")
_READS_ROLLUPS = frozenset({"admin", "supervisor", "planner", "dispatcher"})

_Piece: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class _Rollup:
    """A rollup by category and the one of all; the column of its period, and those of its place."""

    by_category: type[Base]
    of_all: type[Base]
    period: str | None
    places: Mapping[str, str]


_GRID: Final = {"code": "grid_code"}
_TOTAL: Final = _Rollup(RollupGridTotal, RollupGridTotalAll, None, _GRID)
_MONTH: Final = _Rollup(RollupGridMonth, RollupGridMonthAll, "month_on", _GRID)
_DAY: Final = _Rollup(RollupGridDay, RollupGridDayAll, "day_on", _GRID)
_CELL: Final = _Rollup(
    RollupCellMonth, RollupCellMonthAll, "month_on", {"x": "cell_x", "y": "cell_y"}
)
_SQUARE: Final = _Rollup(
    RollupCellMonth, RollupSquareMonthAll, "month_on", {"x": "square_x", "y": "square_y"}
)
_CELL_M: Final = int(CELL_M)


@dataclass(frozen=True)
class Lattice:
    """Pieces (x, y, reports) that add up to the counts of square cells of ``side_m`` metres."""

    pieces: Subquery
    side_m: int


@dataclass(frozen=True)
class Source:
    """Where this actor's counts come from, over one layout and choice of categories."""

    actor: Actor
    choice: Choice
    layout_id: int | None

    @property
    def reads_rollups(self) -> bool:
        """Whether this role's counts are those of the rollups."""
        return self.actor.role in _READS_ROLLUPS

    def by_grid(self, days: Days) -> Subquery:
        """Return pieces (code, reports) that add up to the count of each grid."""
        if self.reads_rollups:
            return union_all(*self._grid_pieces(days)).subquery()
        return self._visible(days, Report.grid_code).subquery()

    def by_grid_and_month(self, months: Days = ALWAYS) -> Subquery:
        """Return pieces (code, step, reports) of each grid and month, from the rollups."""
        return union_all(*self._pieces(_MONTH, months, step="month_on")).subquery()

    def by_grid_and_day(self, days: Days) -> Subquery:
        """Return pieces (code, step, reports) of each grid and day, from the rollups."""
        return union_all(*self._pieces(_DAY, days, step="day_on")).subquery()

    def outside(self, tx: Transaction, days: Days) -> int:
        """Count the reports that lie in no grid, from the rollups."""
        table = RollupOutsideDay
        statement = select(func.coalesce(func.sum(table.reports), 0)).where(
            table.county_code == self.actor.county_code,
            table.layout_id == self.layout_id,
            *self._of_choice(table.category_code),
            *_within(table.day_on, days),
        )
        return int(tx.connection.execute(statement).scalar_one())

    def by_cell(self, months: Days, cell_m: int) -> Lattice:
        """Count cells over whole months, in the largest that make up cells of ``cell_m``."""
        # A dispatcher of a town reads the town's own reports: cells know no towns.
        if not self.reads_rollups or self.actor.town_code is not None:
            visible = self._visible(months, Report.cell_x, Report.cell_y)
            return Lattice(visible.subquery(), _CELL_M)
        of_all = self.choice.codes is None and (not self.choice.hidden or self.choice.kept_apart)
        squares = of_all and cell_m % (2 * _CELL_M) == 0
        pieces = self._pieces(_SQUARE if squares else _CELL, months)
        return Lattice(union_all(*pieces).subquery(), 2 * _CELL_M if squares else _CELL_M)

    def by_category(self, grid_code: str) -> Select[*tuple[Any, ...]]:
        """Return the statement for one grid's counts by category, over all time."""
        if self.reads_rollups:
            table = RollupGridTotal
            number = func.sum(table.reports)
            chosen = [
                *self._of_layout(table),
                table.grid_code == grid_code,
                *self._of_choice(table.category_code),
            ]
            statement = select(table.category_code, number).where(*chosen)
            return (
                statement.group_by(table.category_code)
                .having(number > 0)
                .order_by(number.desc(), table.category_code)
            )
        category = func.coalesce(Report.category_code, "")
        return (
            select(category, func.count())
            .where(*self._countable(), Report.grid_code == grid_code)
            .group_by(category)
            .order_by(func.count().desc(), category)
        )

    def without_location(self, tx: Transaction, days: Days) -> int:
        """Count the reports that name a grid or place only: no cell holds them."""
        chosen = [
            Report.location.is_(None),
            Report.county_code == self.actor.county_code,
            *self._counted(),
            *_within(Report.received_on, days),
        ]
        if self.reads_rollups and self.actor.town_code is None:
            tx.see_county(self.actor.county_code)  # as the cells' rollups count them
        else:
            chosen.append(visible_reports(self.actor))
        statement = select(func.count()).select_from(Report).where(*chosen)
        return int(tx.connection.execute(statement).scalar_one())

    def latest_month(
        self,
        tx: Transaction,
        before: dt.date | None = None,
        among: Sequence[dt.date] | None = None,
    ) -> dt.date | None:
        """Return the first day of the latest month with any report of the choice.

        Parameters
        ----------
        before
            First day of a month: only months before it.
        among
            First days of the only months to look at.
        """
        if self.reads_rollups:
            table = RollupGridMonth
            chosen = [*self._of_layout(table), *self._of_choice(table.category_code)]
            if before is not None:
                chosen.append(table.month_on < before)
            if among is not None:
                chosen.append(table.month_on.in_(among))
            statement = (
                select(table.month_on)
                .where(*chosen, table.reports > 0)
                .order_by(table.month_on.desc())
                .limit(1)
            )
        else:
            own = self._countable()
            if before is not None:
                own.append(Report.received_on < before)
            if among is not None:
                month = func.date_trunc("month", cast(Report.received_on, DateTime))
                own.append(cast(month, Date).in_(among))
            statement = (
                select(Report.received_on).where(*own).order_by(Report.received_at.desc()).limit(1)
            )
        day = tx.connection.execute(statement).scalar_one_or_none()
        return None if day is None else month_start(day)

    def full_month(self, tx: Transaction, running: dt.date) -> dt.date | None:
        """Return the first day of the month a view opens on: the latest whole one (`filled_months`).

        Where no whole month has a report of the choice, it is the latest that is over.

        Parameters
        ----------
        running
            First day of the running month in the county's zone.
        """
        filled = filled_months(tx, self.actor.county_code, running)
        return self.latest_month(tx, among=filled) or self.latest_month(tx, running)

    def _grid_pieces(self, days: Days) -> list[_Piece]:
        """Split a period into whole months and the days at its ends: few rows for any length."""
        if days == ALWAYS:
            return self._pieces(_TOTAL, days)
        split = split_period(days)
        pieces = [piece for ends in split.days for piece in self._pieces(_DAY, ends)]
        if split.months is not None:
            pieces += self._pieces(_MONTH, split.months)
        return pieces

    def _pieces(self, rollup: _Rollup, days: Days, step: str | None = None) -> list[_Piece]:
        """Return the counts of the choice in a rollup; with ``step`` each by its month or day."""
        one, all_ = rollup.by_category, rollup.of_all
        if self.choice.codes is not None:
            chosen = self._of_choice(_column(one, "category_code"))
            return [self._piece(rollup, one, _column(one, "reports"), days, step, chosen)]
        reports, hidden = _column(all_, "reports"), self.choice.hidden
        if not hidden:
            return [self._piece(rollup, all_, reports, days, step)]
        if self.choice.kept_apart:
            told = reports - _column(all_, "sensitive")
            return [self._piece(rollup, all_, told, days, step)]
        # What is sensitive was changed past ``rollups.keep_apart``: right all the same, but slow.
        chosen = [_column(one, "category_code").in_(hidden)]
        return [
            self._piece(rollup, all_, reports, days, step),
            self._piece(rollup, one, -_column(one, "reports"), days, step, chosen),
        ]

    def _piece(
        self,
        rollup: _Rollup,
        table: type[Base],
        reports: ColumnElement[int],
        days: Days,
        step: str | None,
        chosen: Sequence[ColumnElement[bool]] = (),
    ) -> _Piece:
        names = {**rollup.places, **({} if step is None else {"step": step})}
        columns = [_column(table, column).label(name) for name, column in names.items()]
        of_place = self._of_layout(table) if "code" in names else self._of_county(table)
        if rollup.period == "month_on" and days.last is not None:
            days = Days(days.first, month_start(days.last))
        period = [] if rollup.period is None else _within(_column(table, rollup.period), days)
        return select(*columns, reports.label("reports")).where(*of_place, *chosen, *period)

    def _visible(
        self, days: Days, *columns: InstrumentedAttribute[Any]
    ) -> Select[*tuple[Any, ...]]:
        names = ("code",) if len(columns) == 1 else ("x", "y")
        keys = [column.label(name) for column, name in zip(columns, names, strict=True)]
        chosen = [*self._countable(), *(column.is_not(None) for column in columns)]
        chosen += _within(Report.received_on, days)
        return select(*keys, func.count().label("reports")).where(*chosen).group_by(*columns)

    def _countable(self) -> list[ColumnElement[bool]]:
        return [visible_reports(self.actor), *self._counted()]

    def _counted(self) -> list[ColumnElement[bool]]:
        return [
            or_(Report.outcome.is_(None), Report.outcome.not_in(_NOT_COUNTED)),
            *self._of_choice(func.coalesce(Report.category_code, "")),
        ]

    def _of_choice(self, column: Any) -> list[ColumnElement[bool]]:
        chosen: list[ColumnElement[bool]] = []
        if self.choice.codes is not None:
            chosen.append(column.in_(self.choice.codes))
        if self.choice.hidden:
            chosen.append(column.not_in(self.choice.hidden))
        return chosen

    def _of_county(self, table: type[Base]) -> list[ColumnElement[bool]]:
        return [_column(table, "county_code") == self.actor.county_code]

    def _of_layout(self, table: type[Base]) -> list[ColumnElement[bool]]:
        chosen = [*self._of_county(table), _column(table, "layout_id") == self.layout_id]
        if self.actor.town_code is not None:
            own = select(Grid.code).where(
                Grid.layout_id == self.layout_id, Grid.town_code == self.actor.town_code
            )
            chosen.append(_column(table, "grid_code").in_(own))
        return chosen


def packed_integers(column: ColumnElement[int]) -> ColumnElement[bytes]:
    """Return the aggregate of a column as one string of bytes, for `unpacked`."""
    return func.string_agg(func.int4send(cast(column, Integer)), literal(b""))


def unpacked(packed: bytes | None) -> npt.NDArray[np.int64]:
    """Return the integers of a packed column in the order of its rows."""
    return np.frombuffer(packed or b"", dtype=">i4").astype(np.int64)


def _column(table: type[Base], name: str) -> Any:
    """Return a column of a rollup by its name."""
    return getattr(table, name)


def _within(column: Any, days: Days) -> list[ColumnElement[bool]]:
    if days.first is not None and days.first == days.last:
        return [column == days.first]  # an index goes on to its next column only after an equality
    found: list[ColumnElement[bool]] = []
    if days.first is not None:
        found.append(column >= days.first)
    if days.last is not None:
        found.append(column <= days.last)
    return found
