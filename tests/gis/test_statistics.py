"""Rates from the rows: as published elsewhere, as the sample city has them, equal to their lists."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from gis.audience import Actor
from gis.counted import BESIDE, DIMENSIONS, DURATIONS, FAMILIES, Cases, cases_of
from gis.db.database import Database
from gis.errors import InvalidInput, NotAllowed
from gis.models import Report
from gis.models.report import COUNTED_BY
from gis.rates import COUNTS
from gis.statistics import (
    Group,
    Period,
    Statistics,
    compare,
    get_statistics,
    rank,
)
from gis.statistics_table import header, rows
from tests.support.crew import AWAY, OTHER_TOWN, TOWN, Desk

MAY = Period(dt.date(2022, 5, 1), dt.date(2022, 5, 31))


def counted(desk: Desk, actor: Actor | None = None, **more: Any) -> Statistics:
    """Return the statistics of May."""
    who = actor or desk.people.dispatcher
    with desk.db.read(who) as tx:
        return get_statistics(tx, who, MAY, **more)


def insert_reports(desk: Desk, count: int, **columns: str) -> None:
    """Insert reports with the columns given as SQL of ``n``, the row's number from 1."""
    kept = {
        "county_code": "'370782'", "id": "gen_random_uuid()", "client_id": "gen_random_uuid()",
        "number": "'T' || gen_random_uuid()", "body_sha256": "''", "level": "'town'",
        "description": "'x'", "source": "'patrol'", "received_at": "'2016-11-01T00:00Z'",
        "received_on": "'2016-11-01'", "grid_method": "'outside'", "staff_method": "'none'",
        "utility_method": "'none'", "reason": "'[]'", "audience": "'{c:370782}'",
    } | columns  # fmt: skip
    desk.rows(
        f"INSERT INTO report ({', '.join(kept)})"
        f" SELECT {', '.join(kept.values())} FROM generate_series(1, {count}) AS n"
    )


def test_tianmen_december_2016(fresh_desk: Desk) -> None:
    """911 of the 972 cases due were closed (93.72 %), 737 of them in time (75.82 %)."""
    desk = fresh_desk
    due = "'2016-12-01'::timestamptz + n * interval '40 minutes'"
    insert_reports(
        desk, 972, close_due_at=due,
        status="CASE WHEN n <= 911 THEN 'closed' ELSE 'handling' END",
        outcome="CASE WHEN n <= 911 THEN 'resolved' END",
        accepted_at="'2016-11-02'::timestamptz",
        handled_at=f"CASE WHEN n <= 737 THEN {due} WHEN n <= 911 THEN {due} + interval '1 s' END",
        closed_at=f"CASE WHEN n <= 911 THEN {due} + interval '1 day' END",
    )  # fmt: skip
    # Filed in December and due in January: in no denominator of the closing rate.
    insert_reports(
        desk, 50, close_due_at="'2017-01-05'::timestamptz", accepted_at="'2016-12-28'::timestamptz"
    )
    with desk.db.read(desk.people.dispatcher) as tx:
        december = Period(dt.date(2016, 12, 1), dt.date(2016, 12, 31))
        rates = get_statistics(tx, desk.people.dispatcher, december).total.rates
    closing, on_time = rates["closing_rate"], rates["on_time_rate"]
    assert (closing.numerator, closing.denominator, closing.percent) == (911, 972, 93.72)
    assert (on_time.numerator, on_time.denominator, on_time.percent) == (737, 972, 75.82)


def test_the_sample_city_gives_its_published_figures(city: Database) -> None:
    admin = Actor(uuid.uuid4(), "370782", "admin", "Admin", "admin")
    with city.read(admin) as tx:
        period = Period(dt.date(2022, 1, 1), dt.date(2022, 9, 30))
        found = get_statistics(tx, admin, period, by="town")
    rates = found.total.rates
    assert rates["settlement_rate"].denominator == 17_258
    assert rates["settlement_rate"].numerator == 17_188
    assert round(rates["settlement_rate"].percent or 0, 1) == 99.6
    assert round(rates["satisfaction_rate"].percent or 0, 1) == 99.1
    assert sum(group.counts["accepted"] for group in found.groups) == 17_258


def lively(desk: Desk) -> None:
    """Make May's life: cases of every kind, in two towns."""
    people = desk.people
    whole = desk.handled()
    desk.act(people.dispatcher, whole, "close")
    reworked = desk.handled()
    desk.act(people.dispatcher, reworked, "rework", reason="x")
    desk.act(people.water, reworked, "feed_back", result="x")
    undone = desk.handled()
    desk.act(people.dispatcher, undone, "rework", reason="x")
    desk.act(people.dispatcher, undone, "undo")
    returned = desk.dispatched("power", "telecom", at=AWAY)
    desk.act(people.power, returned, "return", reason="x")
    desk.act(people.dispatcher, returned, "dispatch", lead="telecom")
    desk.wait(hours=2)
    desk.act(people.telecom, returned, "check_in")
    desk.act(people.staff, desk.report(), "resolve_on_site")
    desk.act(people.mizhou, desk.report(), "reject", reason="x")
    parent, child = desk.dispatched(), desk.report()
    desk.act(people.mizhou, child, "merge", into=f"370782-{parent}")
    withdrawn = desk.report()
    desk.act(people.mizhou, withdrawn, "accept")
    desk.act(people.volunteer, withdrawn, "withdraw")
    desk.dispatched(at=AWAY)


def test_each_count_means_what_it_says(fresh_desk: Desk) -> None:
    desk = fresh_desk
    lively(desk)
    assert counted(desk).total.counts == {
        "accepted": 7, "settled": 1, "due_to_close": 6, "closed_of_due": 1, "closed_on_time": 1,
        "due_to_check_in": 6, "checked_in_on_time": 3, "fed_back": 3, "reworked": 1,
        "dispatched": 6, "dispatched_right_first": 5, "returned": 1, "invited": 2, "answered": 0,
        "satisfied": 0, "on_site": 1, "merged": 1,
    }  # fmt: skip


def test_groups_add_up_and_lists_hold_exactly_the_cases(fresh_desk: Desk) -> None:
    desk = fresh_desk
    lively(desk)
    total = counted(desk).total.counts
    for dimension in DIMENSIONS:
        groups = counted(desk, by=dimension).groups
        for code, count in total.items():
            assert sum(group.counts[code] for group in groups) == count, (dimension, code)
    for code in (*COUNTS, *BESIDE):
        assert listed(desk, Cases(code, MAY.first, MAY.last)) == total[code], code
    with pytest.raises(InvalidInput):
        Cases("nonsense", MAY.first, MAY.last)


def listed(desk: Desk, cases: Cases) -> int:
    """Return how many reports the list behind a number holds."""
    with desk.db.read(desk.people.dispatcher) as tx:
        condition = cases_of("370782", cases)
        found = tx.connection.execute(select(func.count()).select_from(Report).where(condition))
        return int(found.scalar_one())


def test_the_list_of_a_group_holds_exactly_its_cases(fresh_desk: Desk) -> None:
    desk = fresh_desk
    lively(desk)
    for dimension in DIMENSIONS:
        for group in counted(desk, by=dimension).groups:
            for code, count in group.counts.items():
                cases = Cases(code, MAY.first, MAY.last, dimension, group.key)
                # A report of which two parts were due to check in stands in the list once.
                few = 0 if code not in {"due_to_check_in", "checked_in_on_time"} else count - 1
                assert few <= listed(desk, cases) <= count, (dimension, group.key, code)


def test_by_town_utility_and_month(fresh_desk: Desk) -> None:
    desk = fresh_desk
    lively(desk)
    towns = {group.key: group for group in counted(desk, by="town").groups}
    assert set(towns) == {TOWN, OTHER_TOWN}
    assert (towns[TOWN].counts["accepted"], towns[OTHER_TOWN].counts["accepted"]) == (5, 2)
    bodies = {group.key: group.counts["dispatched"] for group in counted(desk, by="utility").groups}
    assert bodies["water-west"] == 5
    assert bodies["telecom"] == 1
    assert [group.key for group in counted(desk, by="month").groups] == ["2022-05"]
    assert [group.key for group in rank(list(towns.values()), "on_time_rate")] == [TOWN, OTHER_TOWN]


def test_ranking_puts_the_best_first_and_few_cases_behind() -> None:
    def group(key: str, numerator: int, denominator: int) -> Group:
        counts = dict.fromkeys(COUNTS, 0)
        counts |= {"satisfied": numerator, "answered": denominator, "invited": denominator}
        return Group(key, counts | {"returned": numerator, "dispatched": denominator})

    groups = [group("none", 0, 0), group("two", 2, 2), group("a", 49, 50), group("b", 50, 50),
              group("c", 100, 100)]  # fmt: skip
    best = [one.key for one in rank(groups, "satisfaction_rate")]
    assert best == ["c", "b", "a", "two", "none"]
    assert [one.key for one in rank(groups, "satisfaction_rate", least=1)][:4] == [
        "c",
        "b",
        "two",
        "a",
    ]
    # Fewer returns are better.
    assert [one.key for one in rank(groups, "return_rate")] == ["a", "c", "b", "two", "none"]


def test_durations_are_medians_of_calendar_time(fresh_desk: Desk) -> None:
    desk = fresh_desk
    for minutes in (10, 20, 60):
        report_id = desk.report()
        desk.wait(minutes=minutes)
        desk.act(desk.people.dispatcher, report_id, "accept")
        desk.act(desk.people.dispatcher, report_id, "dispatch", lead="power")
    taken = counted(desk).total.durations["to_dispatch"]
    assert (taken.cases, taken.median_s) == (3, 20 * 60)
    assert taken.p90_s == pytest.approx(52 * 60)


def test_each_counts_what_they_may_read(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    lively(desk)
    assert counted(desk, people.mizhou).total.counts["accepted"] == 5
    assert counted(desk, people.shiqiao).total.counts["accepted"] == 2
    assert counted(desk, people.telecom).total.counts["dispatched"] == 1
    assert counted(desk, people.stranger).total.counts["accepted"] == 0
    with pytest.raises(NotAllowed):
        counted(desk, people.volunteer)
    assert counted(desk, people.planner).total.counts["accepted"] == 7
    desk.rows("UPDATE category SET sensitive = true WHERE code = 'water.low_pressure'")
    without = counted(desk, people.planner)
    assert (without.total.counts["accepted"], without.without_sensitive) == (0, True)
    # A first level that is sensitive makes its children so.
    desk.rows("UPDATE category SET sensitive = code = 'water'")
    assert counted(desk, people.planner).total.counts["accepted"] == 0
    assert counted(desk, people.planner, by="grid").groups == []
    with pytest.raises(InvalidInput):
        counted(desk, by="shoe_size")


def test_a_period_beside_its_neighbours(fresh_desk: Desk) -> None:
    desk = fresh_desk
    lively(desk)
    with desk.db.read(desk.people.dispatcher) as tx:
        june = compare(
            tx, desk.people.dispatcher, Period(dt.date(2022, 6, 1), dt.date(2022, 6, 30))
        )
        may = compare(tx, desk.people.dispatcher, MAY)
    assert june.before.counts == may.now.counts
    assert may.change_of("settlement_rate") == (None, None)


def test_periods() -> None:
    assert MAY.before() == Period(dt.date(2022, 4, 1), dt.date(2022, 4, 30))
    assert MAY.year_before() == Period(dt.date(2021, 5, 1), dt.date(2021, 5, 31))
    quarter = Period(dt.date(2022, 1, 1), dt.date(2022, 3, 31))
    assert quarter.before() == Period(dt.date(2021, 10, 1), dt.date(2021, 12, 31))
    week = Period(dt.date(2022, 5, 9), dt.date(2022, 5, 15))
    assert week.before() == Period(dt.date(2022, 5, 2), dt.date(2022, 5, 8))
    leap = Period(dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    assert leap.year_before() == Period(dt.date(2023, 2, 1), dt.date(2023, 2, 28))
    with pytest.raises(InvalidInput):
        Period(dt.date(2022, 5, 2), dt.date(2022, 5, 1))


def test_as_a_table_each_rate_stands_with_its_two_counts(fresh_desk: Desk) -> None:
    desk = fresh_desk
    lively(desk)
    found = counted(desk, by="town")
    for language, heading, last in (("zh", "办结率 %", "合计"), ("en", "Settlement rate %", "All")):
        names = header(found, language)  # type: ignore[arg-type]
        table = rows(found, language)  # type: ignore[arg-type]
        assert {len(row) for row in table} == {len(names)}
        at = names.index(heading)
        assert table[-1][0] == last
        assert table[-1][at : at + 3] == [14.29, 1, 7]
        assert len(set(names)) > 20


@pytest.mark.parametrize("column", COUNTED_BY)
def test_a_month_is_found_by_an_index(desk: Desk, column: str) -> None:
    """Small tables are read whole whatever there is, so reading whole is made dear."""
    who = desk.people.dispatcher
    with desk.db.read(who) as tx:
        tx.rows("SET LOCAL enable_seqscan = off")
        plan = tx.rows(
            "EXPLAIN SELECT count(*) FROM report WHERE county_code = %(county)s"
            f" AND {column} >= '2022-05-01' AND {column} < '2022-06-01'",
            {"county": who.county_code},
        )
    conditions = [row["QUERY PLAN"] for row in plan if "Index Cond" in row["QUERY PLAN"]]
    assert any(f"{column} >=" in condition for condition in conditions), plan


def test_reports_are_indexed_by_every_instant_they_are_counted_by() -> None:
    instants = {family.instant for family in FAMILIES} | {until for _, until in DURATIONS.values()}
    of_reports = {name.removeprefix("r.") for name in instants if name.startswith("r.")}
    assert of_reports == set(COUNTED_BY)
