"""Counts kept beside the reports they count: added to set-based, checked, rebuilt.

A report counts unless it was rejected or closed as a duplicate: per grid and category by day,
month and in all, and per 100 m cell, category and month; beside each the sum over categories, and
per category and day the reports that lie in no grid. Whoever writes reports adds to the rollups in
the same transaction, in the order of their keys, so that two writers never wait for each other in
a circle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gis.db.database import Transaction

__all__ = [
    "Difference",
    "Move",
    "add_up",
    "apply",
    "check",
    "drop_layout",
    "fill",
    "keep_apart",
    "rebuild",
]

_COUNTED: Final = (
    "county_code = %(county)s AND coalesce(outcome, '') NOT IN ('rejected', 'duplicate')"
)
_OF_GRID: Final = "grid_code IS NOT NULL AND layout_id IS NOT NULL"
_OF_CELL: Final = "cell_x IS NOT NULL"
_MONTH: Final = "date_trunc('month', received_on)::date"
_CATEGORY: Final = "coalesce(category_code, '')"
_APART: Final = "(SELECT code FROM category WHERE county_code = %(county)s AND counted_apart)"
# A category is sensitive by its own mark or its parent's, as in ``gis.disclosure``.
_MARK_CHANGED: Final = (
    "c.county_code = %(county)s AND c.counted_apart <> (c.sensitive OR EXISTS (SELECT FROM category p"
    " WHERE p.county_code = c.county_code AND p.code = c.parent_code AND p.sensitive))"
)
_KEEP_APART: Final = (
    f"UPDATE category c SET counted_apart = NOT counted_apart WHERE {_MARK_CHANGED}"  # noqa: S608
)
_TELL: Final = (
    "INSERT INTO outbox (county_code, action, audience_after, at, done_at) VALUES"
    " (%(county)s, 'rematched', ARRAY['c:' || %(county)s::text], %(at)s, %(at)s)"
)


@dataclass(frozen=True, slots=True)
class _Rollup:
    """A table of counts: its key columns, what they are of a report, and which reports it counts.

    ``summed`` names the table by category that a table of all categories adds up, and ``of_summed``
    what its key is there, where the names differ.
    """

    table: str
    key: tuple[str, ...]
    of_report: tuple[str, ...]
    counted: str
    summed: str = ""
    of_summed: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that count; a table of all categories also counts the sensitive ones."""
        return ("reports", "sensitive") if self.summed else ("reports",)


_ROLLUPS: Final = (
    _Rollup(
        "rollup_grid_total",
        ("layout_id", "grid_code", "category_code"),
        ("layout_id", "grid_code", _CATEGORY),
        _OF_GRID,
    ),
    _Rollup(
        "rollup_grid_month",
        ("layout_id", "grid_code", "category_code", "month_on"),
        ("layout_id", "grid_code", _CATEGORY, _MONTH),
        _OF_GRID,
    ),
    _Rollup(
        "rollup_grid_day",
        ("layout_id", "grid_code", "category_code", "day_on"),
        ("layout_id", "grid_code", _CATEGORY, "received_on"),
        _OF_GRID,
    ),
    _Rollup(
        "rollup_cell_month",
        ("cell_x", "cell_y", "category_code", "month_on"),
        ("cell_x", "cell_y", _CATEGORY, _MONTH),
        _OF_CELL,
    ),
    _Rollup(
        "rollup_grid_total_all",
        ("layout_id", "grid_code"),
        ("layout_id", "grid_code"),
        _OF_GRID,
        summed="rollup_grid_total",
    ),
    _Rollup(
        "rollup_grid_month_all",
        ("layout_id", "month_on", "grid_code"),
        ("layout_id", _MONTH, "grid_code"),
        _OF_GRID,
        summed="rollup_grid_month",
    ),
    _Rollup(
        "rollup_grid_day_all",
        ("layout_id", "day_on", "grid_code"),
        ("layout_id", "received_on", "grid_code"),
        _OF_GRID,
        summed="rollup_grid_day",
    ),
    _Rollup(
        "rollup_cell_month_all",
        ("month_on", "cell_x", "cell_y"),
        (_MONTH, "cell_x", "cell_y"),
        _OF_CELL,
        summed="rollup_cell_month",
    ),
    _Rollup(
        "rollup_square_month_all",
        ("month_on", "square_x", "square_y"),
        (_MONTH, "cell_x >> 1", "cell_y >> 1"),
        _OF_CELL,
        summed="rollup_cell_month",
        of_summed=("month_on", "cell_x >> 1", "cell_y >> 1"),
    ),
    _Rollup(
        "rollup_outside_day",
        ("layout_id", "day_on", "category_code"),
        ("layout_id", "received_on", _CATEGORY),
        "grid_code IS NULL AND layout_id IS NOT NULL",
    ),
)


@dataclass(frozen=True, slots=True)
class Move:
    """Reports taken out of a count (negative) or into one (positive).

    Attributes
    ----------
    received_on
        ISO date in the county's time zone.
    category_code
        ``''`` for reports without one.
    """

    layout_id: int | None
    grid_code: str | None
    category_code: str
    received_on: str
    cell_x: int | None
    cell_y: int | None
    reports: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that is not what the reports say; ``number`` is the column that differs."""

    table: str
    key: dict[str, Any]
    kept: int
    counted: int
    number: str = "reports"


def apply(tx: Transaction, county_code: str, moves: Sequence[Move]) -> None:
    """Add moves to all rollups, in one statement; moves of one key are summed first."""
    if moves:
        rows = orjson.dumps(list(moves)).decode()
        tx.query("recount_reports", {"county": county_code, "moves": rows})


def check(tx: Transaction, county_code: str, *, at_most: int = 100) -> list[Difference]:
    """Count the reports anew and return where the rollups differ, at most so many of each table.

    Rows of a layout that is not active are left out: nobody reads them, and while another layout
    is being activated they are on their way (see ``gis/rematching.py``).
    """
    of = {"county": county_code, "at_most": at_most}
    return [
        Difference(
            rollup.table,
            {name: row[name] for name in rollup.key},
            row[f"kept_{number}"],
            row[f"counted_{number}"],
            number,
        )
        for rollup in _ROLLUPS
        for row in tx.rows(_comparison(rollup), of)
        for number in rollup.numbers
        if row[f"kept_{number}"] != row[f"counted_{number}"]
    ]


def rebuild(tx: Transaction, county_code: str) -> None:
    """Count all reports of a county anew, and tell so; writers wait until the transaction ends."""
    fill(tx, county_code)
    # Answers are kept by the version of the data, which is read off the outbox.
    tx.rows(_TELL, {"county": county_code, "at": dt.datetime.now(dt.UTC)})


def fill(tx: Transaction, county_code: str) -> None:
    """Count all reports of a county that nobody has asked about yet; else as `rebuild`."""
    of: dict[str, Any] = {"county": county_code}
    tables = ", ".join(rollup.table for rollup in _ROLLUPS)
    # The lock waits for writers whose counts are not committed yet, and keeps others out.
    tx.rows(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    tx.rows(_KEEP_APART, of)
    for rollup in _ROLLUPS:
        if not rollup.summed:
            _refill(tx, rollup, of)
    add_up(tx, county_code)


def add_up(tx: Transaction, county_code: str) -> None:
    """Sum the counts by category up anew, without a look at the reports."""
    for rollup in _ROLLUPS:
        if rollup.summed:
            _refill(tx, rollup, {"county": county_code})


def _refill(tx: Transaction, rollup: _Rollup, of: dict[str, Any]) -> None:
    tx.rows(f"DELETE FROM {rollup.table} WHERE county_code = %(county)s", of)  # noqa: S608
    tx.rows(_counting(rollup), of)


def drop_layout(tx: Transaction, county_code: str, layout_id: int) -> None:
    """Delete the counts of a layout that nobody reads any more."""
    for rollup in _ROLLUPS:
        if "layout_id" in rollup.key:
            tx.rows(
                f"DELETE FROM {rollup.table}"  # noqa: S608 -- the tables above
                " WHERE county_code = %(county)s AND layout_id = %(layout)s",
                {"county": county_code, "layout": layout_id},
            )


def keep_apart(tx: Transaction, county_code: str) -> None:
    """Let the totals keep apart the categories that are sensitive now; call it after a change.

    Reports of categories whose mark changed move in or out of ``sensitive``; writers wait. Where
    nothing changed nothing is locked.
    """
    of: dict[str, Any] = {"county": county_code}
    changed = f"SELECT c.code FROM category c WHERE {_MARK_CHANGED} LIMIT 1"  # noqa: S608  a constant
    if not tx.rows(changed, of):
        return
    tables = ", ".join(rollup.table for rollup in _ROLLUPS)
    tx.rows(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    for rollup in _ROLLUPS:
        if rollup.summed:
            tx.rows(_moving_apart(rollup), of)
    tx.rows(_KEEP_APART, of)


def _moving_apart(rollup: _Rollup) -> str:
    key = ", ".join(rollup.key)
    of_summed = ", ".join(f"r.{name}" for name in rollup.of_summed or rollup.key)
    return (
        f"INSERT INTO {rollup.table} AS kept (county_code, {key}, reports, sensitive)"  # noqa: S608
        f" SELECT %(county)s, {of_summed}, 0,"
        " sum(CASE WHEN c.counted_apart THEN -r.reports ELSE r.reports END)"
        f" FROM {rollup.summed} r JOIN category c"
        " ON c.county_code = r.county_code AND c.code = r.category_code"
        f" WHERE {_MARK_CHANGED} GROUP BY {of_summed} ORDER BY {of_summed}"
        f" ON CONFLICT (county_code, {key})"
        " DO UPDATE SET sensitive = kept.sensitive + excluded.sensitive"
    )


def _counting(rollup: _Rollup) -> str:
    """Return the statement that fills an empty rollup."""
    key, of_report = ", ".join(rollup.key), ", ".join(rollup.of_report)
    if not rollup.summed:
        return (
            f"INSERT INTO {rollup.table} (county_code, {key}, reports)"  # noqa: S608
            f" SELECT %(county)s, {of_report}, count(*) FROM report"
            f" WHERE {_COUNTED} AND {rollup.counted} GROUP BY {of_report} ORDER BY {of_report}"
        )
    # Of what was counted just before: many fewer rows than there are reports.
    of_summed = ", ".join(rollup.of_summed or rollup.key)
    return (
        f"INSERT INTO {rollup.table} (county_code, {key}, reports, sensitive)"  # noqa: S608
        f" SELECT %(county)s, {of_summed}, sum(reports),"
        f" coalesce(sum(reports) FILTER (WHERE category_code IN {_APART}), 0)"
        f" FROM {rollup.summed} WHERE county_code = %(county)s"
        f" GROUP BY {of_summed} ORDER BY {of_summed}"
    )


def _comparison(rollup: _Rollup) -> str:
    key = ", ".join(rollup.key)
    counted = ", ".join(
        f"{of_report} AS {name}"
        for of_report, name in zip(rollup.of_report, rollup.key, strict=True)
    )
    of_active = (
        "layout_id IN (SELECT id FROM grid_layout WHERE county_code = %(county)s"
        " AND status = 'active')"
        if "layout_id" in rollup.key
        else "true"
    )
    pairs = ", ".join(
        f"coalesce({side}.{number}, 0) AS {side}_{number}"
        for number in rollup.numbers
        for side in ("kept", "counted")
    )
    differing = " OR ".join(
        f"coalesce(kept.{number}, 0) <> coalesce(counted.{number}, 0)" for number in rollup.numbers
    )
    return (
        f"SELECT {key}, {pairs}"  # noqa: S608 -- the tables above
        f" FROM (SELECT {key}, {', '.join(rollup.numbers)} FROM {rollup.table}"
        f" WHERE county_code = %(county)s AND {of_active}) AS kept"
        f" FULL JOIN (SELECT {counted}, count(*) AS reports,"
        f" count(*) FILTER (WHERE category_code IN {_APART}) AS sensitive FROM report"
        f" WHERE {_COUNTED} AND {rollup.counted} AND {of_active}"
        f" GROUP BY {', '.join(rollup.of_report)}) AS counted USING ({key})"
        f" WHERE {differing} ORDER BY {key} LIMIT %(at_most)s"
    )
