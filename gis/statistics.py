"""The rates by which the work is judged, counted from the rows, each with the cases it counts.

The period of a count is that of the instant the count names (`gis.counted`). Reports merged into
another are not counted, they are stated beside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gis.audience import Actor
from gis.clock import day_bounds, local_day, month_start, zone_named
from gis.counted import (
    BESIDE,
    COUNTED,
    DIMENSIONS,
    DURATIONS,
    FAMILIES,
    FAMILY_OF,
    Dimension,
    key_of,
)
from gis.db.database import Transaction
from gis.errors import InvalidInput, NotAllowed
from gis.periods import month_end
from gis.rates import COUNTS, Rate, change, rates_of
from gis.whole_months import filled_months

FEW: Final = 30
"""Below so many cases a rate says little."""


@dataclass(frozen=True)
class Period:
    """Whole days of the county's zone, both ends included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInput.of("to", "Must not lie before `from`.")

    def year_before(self) -> Period:
        """Return the same days of the year before; 29 February becomes the 28th."""
        return Period(_year_before(self.first), _year_before(self.last))

    def before(self) -> Period:
        """Return the period just before: whole months for whole months, else as many days."""
        last = self.first - dt.timedelta(days=1)
        if self.first.day == 1 and (self.last + dt.timedelta(days=1)).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
            index = last.year * 12 + last.month - 1 - months
            return Period(dt.date(index // 12, index % 12 + 1, 1), last)
        return Period(last - (self.last - self.first), last)


@dataclass(frozen=True)
class Duration:
    """How long a stretch took: number of cases, median and 90th percentile in seconds."""

    cases: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True)
class Group:
    """The figures of one town, grid, utility, category, cause, source, channel or month.

    ``key`` is None for those that have none, and for everything together.
    """

    key: str | None
    counts: Mapping[str, int]
    durations: Mapping[str, Duration] = field(default_factory=dict)

    @property
    def rates(self) -> dict[str, Rate]:
        """Every rate of the group."""
        return rates_of(self.counts)


@dataclass(frozen=True)
class Statistics:
    """The figures of a period, in all and by groups.

    Attributes
    ----------
    without_sensitive
        Whether sensitive categories were left out, as they are for planners.
    """

    period: Period
    by: Dimension | None
    total: Group
    groups: list[Group]
    without_sensitive: bool = False


@dataclass(frozen=True)
class Comparison:
    """A period beside the one before and the same one a year before, with relative changes."""

    now: Group
    before: Group
    year_before: Group

    def change_of(self, rate: str) -> tuple[float | None, float | None]:
        """Return the change of a rate to the period before, and to the year before."""
        value = self.now.rates[rate].value
        return (
            change(value, self.before.rates[rate].value),
            change(value, self.year_before.rates[rate].value),
        )


def get_statistics(
    tx: Transaction, actor: Actor, period: Period, by: Dimension | None = None
) -> Statistics:
    """Count a period, in all and by groups, over what the actor may read.

    Planners see counts of the whole county without its sensitive categories, and no rows.

    Raises
    ------
    NotAllowed
        The actor's role has no statistics.
    InvalidInput
        There is no such dimension.
    """
    if by is not None and by not in DIMENSIONS:
        raise InvalidInput.of("by", f"Must be one of: {', '.join(DIMENSIONS)}.")
    scope = _Scope.of(tx, actor)
    counts = _counts(tx, scope, period, by)
    durations = _durations(tx, scope, period, by)
    total = Group(None, counts.pop(_WHOLE), durations.pop(_WHOLE))
    keys = sorted({*counts, *durations}, key=lambda key: (key[1] is None, key[1] or ""))
    return Statistics(
        period=period,
        by=by,
        total=total,
        groups=[
            Group(key[1], counts.get(key, dict.fromkeys(_ALL, 0)), durations.get(key, {}))
            for key in keys
        ],
        without_sensitive=scope.without_sensitive,
    )


def compare(tx: Transaction, actor: Actor, period: Period, now: Group | None = None) -> Comparison:
    """Count a period, the one before it and the same one a year before; counts without durations.

    Parameters
    ----------
    now
        The period's own figures, where they are known.
    """
    scope = _Scope.of(tx, actor)

    def counted(one: Period) -> Group:
        return Group(None, _counts(tx, scope, one, None)[_WHOLE])

    return Comparison(
        now or counted(period), counted(period.before()), counted(period.year_before())
    )


def accepted_by_month(tx: Transaction, actor: Actor, period: Period) -> dict[str, int]:
    """Return the accepted cases of each month of a period that has any, by ``2022-09``."""
    scope = _Scope.of(tx, actor)
    family = FAMILY_OF["accepted"]
    statement = _grouped(
        scope, "month", family.keys, "count(*) AS accepted", "report r", family.instant, COUNTED
    )
    rows = tx.rows(statement, _parameters(tx, scope, period))
    return {row["key"]: row["accepted"] for row in rows if not row["whole"]}


def rank(groups: Sequence[Group], rate: str, least: int = FEW) -> list[Group]:
    """Return groups by a rate, the best first; those of few cases behind them, without cases last.

    Ties go to the group with more cases, then to the lower key.

    Parameters
    ----------
    least
        Cases from which on a group takes its place: two answers of two are no 100 % to boast of.
    """

    def place(group: Group) -> tuple[bool, bool, float, int, str]:
        found = group.rates[rate]
        value = found.value or 0.0
        worth = value if found.definition.low_is_good else -value
        few = found.denominator < least
        return (found.value is None, few, worth, -found.denominator, group.key or "")

    return sorted(groups, key=place)


def latest_period(tx: Transaction, actor: Actor, now: dt.datetime) -> Period | None:
    """Return January to the end of the latest whole month that has an accepted case.

    Where no month is whole (`gis.whole_months`), to the latest that is over, or to the running one;
    None without any case.

    Raises
    ------
    NotAllowed
        The actor's role has no statistics.
    """
    scope = _Scope.of(tx, actor)
    zone = zone_named(
        tx.scalar("SELECT timezone FROM county WHERE code = %(code)s", {"code": actor.county_code})
    )
    running = month_start(local_day(now, zone))
    ends = [month_end(first) for first in filled_months(tx, actor.county_code, running)[-1:]]
    latest: dt.datetime | None = None
    for end in (*ends, running - dt.timedelta(days=1), month_end(running)):
        latest = latest or tx.scalar(
            f"SELECT max(r.accepted_at) FROM report r WHERE r.county_code = %(county)s"  # noqa: S608
            f" AND {COUNTED} AND r.accepted_at < %(until)s{scope.condition}",
            {
                **scope.parameters,
                "county": actor.county_code,
                "until": day_bounds(end, end, zone)[1],
            },
        )
    if latest is None:
        return None
    day = local_day(latest, zone)
    return Period(day.replace(month=1, day=1), month_end(day))


def bounds(tx: Transaction, county_code: str, period: Period) -> tuple[dt.datetime, dt.datetime]:
    """Return the instants [start, end) of a period in the county's zone."""
    zone = tx.scalar("SELECT timezone FROM county WHERE code = %(code)s", {"code": county_code})
    return day_bounds(period.first, period.last, zone_named(zone))


_ALL: Final = (*COUNTS, *BESIDE)


@dataclass(frozen=True)
class _Scope:
    """Which reports an actor's statistics count."""

    county_code: str
    condition: str
    parameters: Mapping[str, Any]
    without_sensitive: bool

    @classmethod
    def of(cls, tx: Transaction, actor: Actor) -> _Scope:
        if actor.role == "planner":
            tx.see_county(actor.county_code)  # counts only: no row leaves this module
            condition = (
                # By its own mark or its parent's, as in ``gis.disclosure``.
                " AND NOT EXISTS (SELECT FROM category c LEFT JOIN category p"
                " ON p.county_code = c.county_code AND p.code = c.parent_code"
                " WHERE c.county_code = r.county_code AND c.code = r.category_code"
                " AND (c.sensitive OR p.sensitive))"
            )
            return cls(actor.county_code, condition, {}, without_sensitive=True)
        if not actor.audience or actor.role == "volunteer":
            raise NotAllowed(f"The role `{actor.role}` has no statistics.")
        mine = {"audience": list(actor.audience)}
        return cls(actor.county_code, " AND r.audience && %(audience)s::text[]", mine, False)


_Key = tuple[bool, str | None]
_WHOLE: Final[_Key] = (True, None)


def _counts(
    tx: Transaction, scope: _Scope, period: Period, by: Dimension | None
) -> dict[_Key, dict[str, int]]:
    """Return every count of the whole and of each group, in one reading of the rows."""
    found: dict[_Key, dict[str, int]] = {}
    for statement in _count_statements(scope, by):
        for row in tx.rows(statement, _parameters(tx, scope, period)):
            key = (row.pop("whole") == 1, row.pop("key"))
            found.setdefault(key, dict.fromkeys(_ALL, 0)).update(row)
    return found


def _durations(
    tx: Transaction, scope: _Scope, period: Period, by: Dimension | None
) -> dict[_Key, dict[str, Duration]]:
    found: dict[_Key, dict[str, Duration]] = {}
    for code, (since, until) in DURATIONS.items():
        statement = _duration_statement(scope, by, since, until)
        for row in tx.rows(statement, _parameters(tx, scope, period)):
            taken = Duration(row["cases"], row["median_s"], row["p90_s"])
            found.setdefault((row["whole"] == 1, row["key"]), {})[code] = taken
    return found


def _parameters(tx: Transaction, scope: _Scope, period: Period) -> dict[str, Any]:
    start, end = bounds(tx, scope.county_code, period)
    return {**scope.parameters, "county": scope.county_code, "start": start, "end": end}


def _count_statements(scope: _Scope, by: Dimension | None) -> list[str]:
    statements = []
    for family in FAMILIES:
        counts = ", ".join(
            f"count(*) FILTER (WHERE {condition}) AS {code}"
            for code, condition in family.counts.items()
        )
        rows = f"report r{family.rows}"
        statements.append(_grouped(scope, by, family.keys, counts, rows, family.instant, COUNTED))
    for code, (instant, condition) in BESIDE.items():
        statements.append(
            _grouped(scope, by, {}, f"count(*) AS {code}", "report r", instant, condition)
        )
    return statements


def _duration_statement(scope: _Scope, by: Dimension | None, since: str, until: str) -> str:
    seconds = f"extract(epoch FROM {until} - {since})"
    figures = (
        f"count({seconds}) AS cases,"
        f" percentile_cont(0.5) WITHIN GROUP (ORDER BY {seconds})::float8 AS median_s,"
        f" percentile_cont(0.9) WITHIN GROUP (ORDER BY {seconds})::float8 AS p90_s"
    )
    settled = FAMILY_OF["settled"].counts["settled"]
    condition = f"{COUNTED} AND {settled}" if until == "r.closed_at" else COUNTED
    return _grouped(scope, by, {}, figures, "report r", until, condition)


def _grouped(
    scope: _Scope,
    by: Dimension | None,
    keys: Mapping[str, str],
    figures: str,
    rows: str,
    instant: str,
    condition: str,
) -> str:
    """Return the statement of the figures of the whole and, where asked, of each group."""
    key = f" CROSS JOIN LATERAL (SELECT {key_of(by, instant, keys)} AS key) AS g" if by else ""
    head = "g.key, grouping(g.key) AS whole" if by else "NULL AS key, 1 AS whole"
    return (
        f"SELECT {head}, {figures} FROM {rows}"  # noqa: S608  all of it is constants
        f" JOIN county z ON z.code = r.county_code{key}"
        f" WHERE r.county_code = %(county)s AND {instant} >= %(start)s AND {instant} < %(end)s"
        f" AND {condition}{scope.condition}"
        + (" GROUP BY GROUPING SETS ((g.key), ())" if by else "")
    )


def _year_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
