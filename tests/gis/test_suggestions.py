"""Suggestions: the ladder read on past its first answer, and reports that may be the same matter."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from gis.audience import Actor
from gis.errors import NotAllowed, NotFound
from gis.matching import Where, match_point
from gis.suggestions import Suggestions, suggest
from tests.support import county
from tests.support.crew import AT_HOME, Desk


def ask(desk: Desk, report_id: uuid.UUID, actor: Actor | None = None, **how: Any) -> Suggestions:
    actor = actor or desk.people.dispatcher
    with desk.db.read(actor) as tx:
        return suggest(tx, actor, report_id, now=desk.now, **how)


def named(found: Suggestions) -> list[tuple[str, str]]:
    return [(body.utility.code, body.method) for body in found.bodies]


def test_after_the_areas_come_the_depots_and_then_the_towns_office(desk: Desk) -> None:
    found = ask(desk, desk.report())
    assert named(found) == [
        ("water-west", "service_area"),
        ("water-east", "nearest"),
        ("office-1", "town_office"),
    ]
    west, east, _ = found.bodies
    assert west.distance_m is not None
    assert east.distance_m is not None
    assert west.distance_m < 4000
    assert east.distance_m > 10_000
    assert [body.reason[0]["code"] for body in found.bodies] == [
        "utility_service_area",
        "utility_next_nearest",
        "utility_next_office",
    ]


@pytest.mark.parametrize("category", ["water.burst", "power.cable", "gas", "noise"])
@pytest.mark.parametrize("at", [AT_HOME, (119.395, 36.0), (119.42, 36.01), (119.46, 35.96)])
def test_the_first_is_the_match_and_nobody_is_named_twice(
    desk: Desk, category: str, at: tuple[float, float]
) -> None:
    report_id = desk.report(at=at, category=category)
    codes = [code for code, _ in named(ask(desk, report_id))]
    first = desk.row(report_id)["utility_code"]
    assert codes[:1] == ([first] if first else [])
    assert len(set(codes)) == len(codes)
    with desk.db.read() as tx:
        covering = match_point(
            tx, county.COUNTY, Where.of(longitude=at[0], latitude=at[1]),
            category=category, at=desk.now,
        ).covering_utilities  # fmt: skip
    # Whoever's area covers the point comes before all who are only near.
    assert set(codes[: len(covering)]) == set(covering) or len(covering) > len(codes)


def test_the_load_is_the_whole_countys_and_a_return_is_told(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    for _ in range(2):
        desk.dispatched("water-east", at=(119.485, 36.0))
    report_id = desk.dispatched("water-west")
    desk.act(people.water, report_id, "return", reason="不归我们")
    desk.act(people.mizhou, report_id, "dispatch", lead="water-east", assisting=[])
    desk.wait(days=5)
    west, east, office = ask(desk, report_id, people.mizhou).bodies
    assert (west.open_reports, west.returned, west.part) == (0, True, None)
    assert (east.open_reports, east.overdue_reports, east.part) == (3, 3, "lead")
    assert (office.open_reports, office.returned) == (0, False)


def test_duplicates_are_open_near_recent_and_of_the_same_group(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    lon, lat = AT_HOME
    metre = 1 / 111_000
    old = desk.report()
    desk.wait(days=8)
    burst = desk.report(at=(lon, lat + 20 * metre), category="water.burst")
    near = desk.report(at=(lon, lat + 90 * metre))
    desk.report(at=(lon, lat + 400 * metre))
    desk.report(category="power.cable")
    closed = desk.report(at=(lon, lat + 10 * metre))
    desk.act(people.mizhou, closed, "reject", reason="x")
    merged = desk.report(at=(lon, lat + 5 * metre))
    desk.act(people.dispatcher, merged, "merge", into=f"{county.COUNTY}-{near}")
    report_id = desk.report()
    found = ask(desk, report_id).duplicates
    assert [row["id"] for row in found] == [near, burst]
    assert [row["same_category"] for row in found] == [True, False]
    assert 85 < found[0]["distance_m"] < 95
    assert found[0]["merged_count"] == 1
    assert [row["id"] for row in ask(desk, report_id, days=30, radius_m=50).duplicates] == [
        old,
        burst,
    ]


def test_suggestions_are_for_those_who_dispatch(desk: Desk) -> None:
    report_id, people = desk.report(), desk.people
    assert ask(desk, report_id, people.supervisor).bodies
    for actor in (people.water, people.staff, people.volunteer, people.admin):
        with pytest.raises(NotAllowed):
            ask(desk, report_id, actor)
    for stranger in (people.shiqiao, people.neighbour):
        with pytest.raises(NotFound):
            ask(desk, report_id, stranger)


def test_only_duplicates_that_the_actor_may_read(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    hidden = desk.report()
    desk.act(people.dispatcher, hidden, "transfer", town="370782101", reason="x")
    report_id = desk.report()
    assert [row["id"] for row in ask(desk, report_id).duplicates] == [hidden]
    assert ask(desk, report_id, people.mizhou).duplicates == []
