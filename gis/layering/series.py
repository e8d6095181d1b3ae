"""Space-time cubes: reports of every unit in every month or week, and what its hotspots did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Date, Integer, func, literal, select, type_coerce

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.emerging import EmergingHotspots
from gis.hotspots.trend import Slope
from gis.layer_sources import packed_integers, unpacked
from gis.layering.frames import Frame, Integers, Unit
from gis.layering.reach import reach_of
from gis.layering.scopes import Scope, Span
from gis.periods import Days

StepKind: TypeAlias = Literal["month", "week"]
Bins: TypeAlias = npt.NDArray[np.int8]

MOST_STEPS: Final = 60
_FEWEST_STEPS: Final = 2
DEFAULT_STEPS: Final[dict[StepKind, int]] = {"month": 12, "week": 26}
# Shares of the units with reports, for the classes of counts of a slider.
_QUANTILES: Final = (0.0, 0.5, 0.75, 0.9, 0.97)


@dataclass(frozen=True, eq=False)
class Cube:
    """Counts of units by steps of time.

    Attributes
    ----------
    steps
        Oldest first; a week is seven days and the last one ends with the scope's last day.
    counts
        Shape (units, steps).
    outside
        Reports of units that are not of the frame.
    unknown
        Steps left out because nothing at all was reported in the county then.
    """

    frame: Frame
    kind: StepKind
    steps: tuple[Span, ...]
    counts: Integers
    outside: int
    unknown: int = 0


@dataclass(frozen=True, eq=False)
class EmergingLayer:
    """What the hotspots of a cube did; ``slope`` is that of each unit's z a step."""

    cube: Cube
    found: EmergingHotspots
    slope: Slope


def steps_of(scope: Scope, kind: StepKind, count: int | None) -> tuple[Span, ...]:
    """Return the steps of a scope.

    Parameters
    ----------
    count
        Steps that end with the scope's last day; None takes those of the period asked for, or
        twelve months, or 26 weeks. Months are whole: the last one may still be running.

    Raises
    ------
    InvalidInput
        They are too many, or the choice never had a report.
    """
    span = scope.span
    asked = scope.slice.span
    if kind == "month":
        last = Span.month(span.last)
        number = count or (
            _months_between(asked.first, asked.last) if asked else DEFAULT_STEPS[kind]
        )
    else:
        last = Span(span.last - dt.timedelta(days=6), span.last)
        number = count or (asked.length // 7 if asked else DEFAULT_STEPS[kind])
    if not _FEWEST_STEPS <= number <= MOST_STEPS:
        raise InvalidInput.of("steps", f"take {_FEWEST_STEPS} to {MOST_STEPS} steps, not {number}")
    found = [last]
    while len(found) < number:
        day_before = found[-1].first - dt.timedelta(days=1)
        week = Span(day_before - dt.timedelta(days=6), day_before)
        found.append(Span.month(day_before) if kind == "month" else week)
    return tuple(reversed(found))


def cube_of(
    tx: Transaction, scope: Scope, unit: Unit, kind: StepKind, count: int | None = None
) -> Cube:
    """Count the reports of each unit in each step.

    Raises
    ------
    InvalidInput
        The units are cells, or the slice needs rows, or there are too many steps.
    """
    if unit == "cell":
        raise InvalidInput.of("unit", "series are of grids, communities or towns")
    if scope.slice.needs_rows:
        raise InvalidInput.of("cause", "series know categories and tags only")
    frame = scope.frame(tx, unit)
    steps = steps_of(scope, kind, count)
    number = {span.first: index for index, span in enumerate(steps)}
    position = scope.frame(tx, "grid").position
    of_grid = frame.of_grid
    assert of_grid is not None  # noqa: S101  cells were refused
    counts = np.zeros((len(frame), len(steps)), dtype=np.int64)
    outside = 0
    for step, codes, reports in _counted(tx, scope, kind, Days(steps[0].first, steps[-1].last)):
        grids = np.array([position.get(code, -1) for code in codes], dtype=np.int64)
        places = np.where(grids >= 0, of_grid[grids], -1)
        known = places >= 0
        column = counts[:, number[step] if kind == "month" else step]
        np.add.at(column, places[known], reports[known])
        outside += int(reports[~known].sum())
    return Cube(frame, kind, steps, counts, outside)


def known_steps(tx: Transaction, scope: Scope, cube: Cube) -> Cube:
    """Return a cube without the steps of which nothing is known: they are no steps without reports.

    Raises
    ------
    InvalidInput
        Fewer than two are left.
    """
    reach = reach_of(tx, scope, cube.steps)
    kept = [index for index, step in enumerate(reach) if step.days is not None]
    if len(kept) == len(cube.steps):
        return cube
    if len(kept) < _FEWEST_STEPS:
        data = reach[-1].data
        there = f"data exist from {data.first} to {data.last}" if data else "there are no data"
        raise InvalidInput.of("steps", f"take {_FEWEST_STEPS} steps with data at least; {there}")
    return _kept(cube, kept)


def from_first_report(tx: Transaction, scope: Scope, cube: Cube) -> Cube:
    """Return a cube without the steps before the county's first report, but at least the last two.

    A slider goes on through steps of which nothing is known; it need not begin with them.
    """
    reach = reach_of(tx, scope, cube.steps)
    first = next((index for index, step in enumerate(reach) if step.days is not None), 0)
    first = min(first, len(cube.steps) - _FEWEST_STEPS)
    return _kept(cube, list(range(first, len(cube.steps)))) if first else cube


def _kept(cube: Cube, kept: list[int]) -> Cube:
    return replace(
        cube,
        steps=tuple(cube.steps[index] for index in kept),
        counts=cube.counts[:, kept],
        unknown=len(cube.steps) - len(kept),
    )


def _counted(
    tx: Transaction, scope: Scope, kind: StepKind, days: Days
) -> Iterator[tuple[Any, list[str], Integers]]:
    """Yield (step, grids, reports): the step is a month's first day, or the number of a week.

    A grid may come in several pieces of a step, which add up.
    """
    source = scope.source
    pieces = source.by_grid_and_month(days) if kind == "month" else source.by_grid_and_day(days)
    step: ColumnElement[Any] = pieces.c.step
    if kind == "week":
        step = type_coerce(step - literal(days.first, Date), Integer) // 7
    statement = select(step, func.array_agg(pieces.c.code), packed_integers(pieces.c.reports))
    for key, codes, packed in tx.connection.execute(statement.group_by(step)):
        yield key, codes, unpacked(packed)


def count_breaks(counts: Integers) -> list[int]:
    """Return lower ends of classes of counts that hold for all steps of a cube.

    Examples
    --------
    >>> count_breaks(np.array([[0, 0, 1, 1], [2, 3, 9, 1]]))
    [1, 2, 3, 6, 9]
    """
    some = counts[counts > 0]
    if not some.size:
        return []
    return sorted({int(np.ceil(np.quantile(some, share))) for share in _QUANTILES})


def series_rows(cube: Cube, bins: Bins | None) -> dict[str, Any]:
    """Return the numbers of a cube as lists; ``bins`` None where steps were not tested."""
    return {
        "codes": list(cube.frame.codes),
        "counts": cube.counts.tolist(),
        "bins": None if bins is None else bins.tolist(),
        "totals": cube.counts.sum(axis=0).tolist(),
        "breaks": count_breaks(cube.counts),
    }


def _months_between(first: dt.date, last: dt.date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1
