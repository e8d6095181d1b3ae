"""What people have done to a report holds when boundaries are put in force, before or meanwhile."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from gis import boundaries, rematching, rollups
from gis.db.database import Database, libpq_url
from gis.errors import Conflict
from gis.intake import Intake
from gis.matching import Where
from gis.registry import Place, upsert_places
from tests.support import county
from tests.support.crew import AT_HOME, AWAY, OTHER_TOWN, TOWN, Desk


@pytest.fixture
def owner(fresh_desk: Desk) -> Iterator[Database]:
    """Give out the owner's pool on the county of the desk."""
    database = Database(_url(fresh_desk), role=None, pool_size=4)
    yield database
    database.close()


def _url(desk: Desk) -> str:
    return desk.db.url.render_as_string(hide_password=False)


def draft_layout(desk: Desk, *, east: float = county.EAST) -> int:
    """Return a drafted layout of grids that end at a longitude."""
    grids = county.grids(45, seed=9)
    kept = {code: grid for code, grid in grids.items() if grid.bounds[2] <= east}
    with psycopg.connect(libpq_url(_url(desk))) as connection:
        return county.add_layout(connection, "2023", kept, status="draft")


def put_rules_in_force(
    desk: Desk, owner: Database, progress: rematching.Progress = lambda _done, _total: None
) -> int:
    """Put other service areas in force and return their version."""
    areas = county.service_areas(version=3)
    with psycopg.connect(libpq_url(_url(desk))) as connection:
        version_id = county.add_service_areas(connection, "2023", areas, status="draft")
    rematching.put_service_areas_in_force(
        owner, county.COUNTY, version_id, now=desk.now, progress=progress
    )
    return version_id


def test_a_transfer_holds(fresh_desk: Desk, owner: Database) -> None:
    desk, people = fresh_desk, fresh_desk.people
    given, kept = desk.report(), desk.report()
    desk.act(people.mizhou, given, "transfer", town=OTHER_TOWN, reason="在邻镇")
    put_rules_in_force(desk, owner)
    row = desk.row(given)
    assert row["town_code"] == OTHER_TOWN
    assert {m for m in row["audience"] if m[0] == "t"} == {f"t:{OTHER_TOWN}"}
    assert desk.act(people.shiqiao, given, "accept")["status"] == "accepted"
    assert {m for m in desk.row(kept)["audience"] if m[0] == "t"} == {f"t:{TOWN}"}
    draft_layout(desk)
    rematching.put_layout_in_force(owner, county.COUNTY, "2023", now=desk.now)
    assert desk.row(given)["town_code"] == OTHER_TOWN


def test_the_invited_and_the_bodies_of_what_it_was_merged_into_go_on_reading(
    fresh_desk: Desk, owner: Database
) -> None:
    desk, people = fresh_desk, fresh_desk.people
    called, child, parent = desk.dispatched(), desk.report(), desk.dispatched("gas-a")
    desk.act(
        people.dispatcher, called, "convene", place="会议室",
        meets_at=(desk.now + dt.timedelta(days=1)).isoformat(), bodies=["far"],
    )  # fmt: skip
    desk.act(people.dispatcher, child, "merge", into=f"370782-{parent}")
    assert "u:370782:gas-a" in desk.row(child)["audience"]
    put_rules_in_force(desk, owner)
    assert "u:370782:far" in desk.row(called)["audience"]
    assert "u:370782:gas-a" in desk.row(child)["audience"]


def test_a_corrected_place_moves_no_report_within_a_layout(
    fresh_desk: Desk, owner: Database
) -> None:
    desk = fresh_desk

    def put_place(at: tuple[float, float]) -> None:
        with owner.transaction(county_code=county.COUNTY) as tx:
            upsert_places(tx, county.COUNTY, [Place("X1", "estate", "新小区", *at)])

    put_place(AT_HOME)
    named = Intake(Where.of(place_code="X1"), "水压低", "0" * 64, category="water.low_pressure")
    with desk.db.transaction(county_code=county.COUNTY) as tx:
        report_id = desk.reception.receive(
            tx, county.COUNTY, named, actor=desk.people.volunteer, now=desk.now
        ).report_id
    put_place(AWAY)
    put_rules_in_force(desk, owner)
    assert desk.row(report_id)["grid_code"] == desk.people.home
    with owner.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []


def test_what_no_town_has_any_more_is_the_municipal_centres(
    fresh_desk: Desk, owner: Database
) -> None:
    desk = fresh_desk
    report_id = desk.report(at=AWAY)
    assert desk.row(report_id)["level"] == "town"
    draft_layout(desk, east=119.43)
    rematching.put_layout_in_force(owner, county.COUNTY, "2023", now=desk.now)
    row = desk.row(report_id)
    assert (row["town_code"], row["level"]) == (None, "municipal")


@pytest.mark.parametrize("then", ["handled", "closed"])
def test_a_report_moved_by_hand_meanwhile_follows(
    fresh_desk: Desk, owner: Database, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    """Its move is matched by the boundaries in force, after its batch had gone by."""
    desk, people = fresh_desk, fresh_desk.people
    monkeypatch.setattr(rematching, "BATCH_ROWS", 2)
    ids = [desk.handled() for _ in range(6)]
    monkeypatch.setattr(rematching, "_IN_FLIGHT_S", -3600)  # as if they had come in long before
    layout_id, moved = draft_layout(desk), min(ids)
    rounds: list[int] = []

    def meddle(done: int, _total: int) -> None:
        rounds.append(done)
        if len(rounds) == 1:
            assert desk.row(moved)["layout_id"] == layout_id
            desk.act(people.dispatcher, moved, "move", longitude=AWAY[0], latitude=AWAY[1])
            if then == "closed":
                desk.now = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
                desk.act(people.dispatcher, moved, "close")

    rematching.put_layout_in_force(owner, county.COUNTY, "2023", now=desk.now, progress=meddle)
    assert len(rounds) > 2
    assert desk.row(moved)["layout_id"] == layout_id
    with owner.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []


def test_a_move_that_waits_for_an_activation_is_matched_by_the_new_boundaries(
    fresh_desk: Desk, owner: Database
) -> None:
    desk, report_id = fresh_desk, fresh_desk.report()
    layout_id = draft_layout(desk)

    def move() -> None:
        desk.act(desk.people.dispatcher, report_id, "move", longitude=AWAY[0], latitude=AWAY[1])

    mover = threading.Thread(target=move)
    with owner.transaction(county_code=county.COUNTY) as tx:
        boundaries.lock_layouts(tx, county.COUNTY)
        mover.start()
        deadline = time.monotonic() + 30
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not tx.scalar(waits):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        boundaries.activate_layout(tx, county.COUNTY, "2023", now=desk.now, today=desk.now.date())
    mover.join()
    assert desk.row(report_id)["layout_id"] == layout_id


def test_undoing_a_parents_step_brings_no_boundaries_back_to_the_children(
    fresh_desk: Desk, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, people = fresh_desk, fresh_desk.people
    monkeypatch.setattr(rematching, "BATCH_ROWS", 1)
    parent, child = sorted([desk.report(), desk.report()], key=lambda it: it.int)
    desk.act(people.mizhou, child, "merge", into=f"370782-{parent}")
    stepped: list[uuid.UUID] = []

    def step(_done: int, _total: int) -> None:
        if not stepped:  # the parent's batch has gone by, the child's comes next
            stepped.append(parent)
            desk.act(people.mizhou, parent, "accept")

    version_id = put_rules_in_force(desk, owner, step)
    with pytest.raises(Conflict, match="no last step"):
        desk.act(people.mizhou, parent, "undo")
    assert desk.row(child)["service_area_version_id"] == version_id
