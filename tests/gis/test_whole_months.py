"""What views open on: the latest whole month."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from gis.audience import Actor
from gis.clock import local_day, month_start, zone_named
from gis.db.database import Database
from gis.db.queries import statement
from gis.periods import month_end
from gis.statistics import Period, latest_period
from gis.whole_months import filled_months
from tests.support.crew import Desk

ADMIN = Actor(uuid.uuid4(), "370782", "admin", "Admin", "admin")
ARCHIVE = [dt.date(2022, month, 1) for month in range(2, 10)]
SHANGHAI = zone_named("Asia/Shanghai")


def test_months_are_whole_where_something_came_in_each_third(city: Database) -> None:
    with city.read(ADMIN) as tx:
        days = tx.rows(
            "SELECT DISTINCT received_on AS day FROM report r LEFT JOIN category c"
            " ON c.county_code = r.county_code AND c.code = r.category_code"
            " WHERE r.grid_code IS NOT NULL AND NOT coalesce(c.sensitive, false)"
            " AND r.outcome IS DISTINCT FROM 'rejected' AND r.outcome IS DISTINCT FROM 'duplicate'"
        )
        found = filled_months(tx, "370782", dt.date(2100, 1, 1))
        until = filled_months(tx, "370782", dt.date(2022, 9, 1))
        nowhere = filled_months(tx, "000000", dt.date(2100, 1, 1))
    thirds: dict[dt.date, set[int]] = {}
    for row in days:
        thirds.setdefault(month_start(row["day"]), set()).add(min((row["day"].day - 1) // 10, 2))
    assert found == sorted(month for month, seen in thirds.items() if len(seen) == 3)
    assert set(ARCHIVE) <= set(found)
    # The last two days before the city was set up fill no month.
    assert len(found) < len(thirds)
    assert until == [month for month in found if month < dt.date(2022, 9, 1)]
    assert nowhere == []


@pytest.mark.parametrize("months_on", [0, 1])
def test_statistics_open_on_whole_months(city: Database, months_on: int) -> None:
    """Today, and on the first of the next month, when the last two days before the load are over."""
    now = dt.datetime.now(dt.UTC)
    if months_on:
        first = month_end(local_day(now, SHANGHAI)) + dt.timedelta(days=1)
        now = dt.datetime.combine(first, dt.time(9), SHANGHAI)
    with city.read(ADMIN) as tx:
        assert latest_period(tx, ADMIN, now) == Period(dt.date(2022, 1, 1), dt.date(2022, 9, 30))


def test_where_no_month_is_whole_what_there_is_is_shown(fresh_desk: Desk) -> None:
    desk = fresh_desk
    who = desk.people.dispatcher
    with desk.db.read(who) as tx:
        assert latest_period(tx, who, desk.now) is None
    desk.dispatched()
    month = month_start(local_day(desk.now, SHANGHAI))
    year = Period(month.replace(month=1), month_end(month))
    with desk.db.read(who) as tx:
        assert latest_period(tx, who, desk.now) == year
        assert latest_period(tx, who, desk.now + dt.timedelta(days=31)) == year


def test_no_rollup_is_read_whole(city: Database) -> None:
    asked = {"county_code": "370782", "before": dt.date(2100, 1, 1)}
    found = statement("filled_months")
    text = found.text.decode()
    for number, name in enumerate(found.names, 1):
        text = text.replace(f"${number}", f"'{asked[name]}'")
    with city.read(ADMIN) as tx:
        plan = "\n".join(row["QUERY PLAN"] for row in tx.rows(f"EXPLAIN {text}"))
    # The first day, the last, and a look into each third of a month.
    assert plan.count("using rollup_grid_day_all_pk on") == 5, plan
    assert "Seq Scan on rollup" not in plan, plan
