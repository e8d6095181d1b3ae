"""Where a layer's counts come from: rollups for county-wide roles, visible rows for everybody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from gis.audience import Actor, visible_reports
from gis.clock import month_start
from gis.db.database import Transaction
from gis.disclosure import Choice
from gis.models import (
    Grid,
    Report,
    RollupCellMonth,
    RollupGridDay,
    RollupGridMonth,
    RollupGridTotal,
)
from gis.periods import ALWAYS, Days, split_period

_NOT_COUNTED = ("rejected", "duplicate")
_READS_ROLLUPS = frozenset({"admin", "supervisor", "planner", "dispatcher"})


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

    def by_cell(self, months: Days) -> Subquery:
        """Return (x, y, reports) of each cell of 100 m, over whole months."""
        # A dispatcher of a town reads the town's own reports: cells know no towns.
        if self.reads_rollups and self.actor.town_code is None:
            return self._cell_months(months).subquery()
        return self._visible(months, Report.cell_x, Report.cell_y).subquery()

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

    def latest_month(self, tx: Transaction, before: dt.date | None = None) -> dt.date | None:
        """Return the first day of the latest month with any report of the choice.

        Parameters
        ----------
        before
            First day of a month: only months before it.
        """
        if self.reads_rollups:
            table = RollupGridMonth
            chosen = [*self._of_layout(table), *self._of_choice(table.category_code)]
            if before is not None:
                chosen.append(table.month_on < before)
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
            statement = (
                select(Report.received_on).where(*own).order_by(Report.received_at.desc()).limit(1)
            )
        day = tx.connection.execute(statement).scalar_one_or_none()
        return None if day is None else month_start(day)

    def _grid_pieces(self, days: Days) -> list[Select[*tuple[Any, ...]]]:
        """Split a period into whole months and the days at its ends: few rows for any length."""
        if days == ALWAYS:
            return [self._piece(RollupGridTotal, None, days)]
        split = split_period(days)
        pieces = [self._piece(RollupGridDay, RollupGridDay.day_on, ends) for ends in split.days]
        if split.months is not None:
            pieces.append(self._piece(RollupGridMonth, RollupGridMonth.month_on, split.months))
        return pieces

    def _piece(
        self,
        table: type[RollupGridTotal | RollupGridMonth | RollupGridDay],
        column: InstrumentedAttribute[dt.date] | None,
        days: Days,
    ) -> Select[*tuple[Any, ...]]:
        chosen = [*self._of_layout(table), *self._of_choice(table.category_code)]
        if column is not None:
            chosen += _within(column, days)
        code = table.grid_code.label("code")
        return select(code, func.sum(table.reports).label("reports")).where(*chosen).group_by(code)

    def _cell_months(self, days: Days) -> Select[*tuple[Any, ...]]:
        table = RollupCellMonth
        chosen = [
            table.county_code == self.actor.county_code,
            *self._of_choice(table.category_code),
        ]
        chosen += _within(table.month_on, days)
        x, y = table.cell_x.label("x"), table.cell_y.label("y")
        return select(x, y, func.sum(table.reports).label("reports")).where(*chosen).group_by(x, y)

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

    def _of_layout(
        self, table: type[RollupGridTotal | RollupGridMonth | RollupGridDay]
    ) -> list[ColumnElement[bool]]:
        chosen: list[ColumnElement[bool]] = [
            table.county_code == self.actor.county_code,
            table.layout_id == self.layout_id,
        ]
        if self.actor.town_code is not None:
            own = select(Grid.code).where(
                Grid.layout_id == self.layout_id, Grid.town_code == self.actor.town_code
            )
            chosen.append(table.grid_code.in_(own))
        return chosen


def _within(column: InstrumentedAttribute[dt.date], days: Days) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if days.first is not None:
        found.append(column >= days.first)
    if days.last is not None:
        found.append(column <= days.last)
    return found
