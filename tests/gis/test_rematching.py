"""Boundaries put in force: every report follows, and a killed run goes on where it stopped."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from gis import rematching, rollups
from gis.boundaries import activate_layout
from gis.db.cluster import Cluster
from gis.db.database import Database, libpq_url
from gis.errors import Conflict, NotFound
from gis.intake import Intake, Reception
from gis.matching import Where, match_point
from tests.gis.test_bulk import World, frame, load
from tests.support import county, databases

NEXT = dt.datetime(2022, 10, 1, 3, 0, tzinfo=dt.UTC)


class Redrawn(World):
    """A county with reports of every kind and a second layout, still a draft."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        load(self, frame(400))
        self.reception = Reception(self.owner)
        self.named = {
            name: self.receive(Where.of(**where))
            for name, where in {
                "grid": {"grid_code": "G0003"},
                "lost grid": {"grid_code": "G0059"},
                "place": {"place_code": "P2"},
                "nowhere": {"place_text": "?"},
            }.items()
        }
        with psycopg.connect(libpq_url(url)) as owner:
            self.layout_id = county.add_layout(
                owner, "2023", county.grids(45, seed=9), status="draft"
            )
            self.version_id = county.add_service_areas(
                owner, "2023", county.service_areas(version=3), status="draft"
            )
            self.close_some(owner)

    def close_some(self, owner: psycopg.Connection[Any]) -> None:
        for category, status, outcome in (
            ("noise", "closed", "rejected"), ("gas", "closed", "resolved"),
            ("power", "handling", None),
        ):  # fmt: skip
            owner.execute(
                "UPDATE report SET status = %s, outcome = %s WHERE category_code = %s",
                [status, outcome, category],
            )
        owner.execute(
            "INSERT INTO assignment (county_code, id, report_id, utility_code, role, assigned_at)"
            " SELECT county_code, gen_random_uuid(), id, 'far', 'lead', received_at FROM report"
            " WHERE category_code = 'power'"
        )
        owner.execute(
            "UPDATE report SET audience = audience || 'u:370782:far'::text"
            " WHERE category_code = 'power'"
        )
        owner.commit()
        with self.owner.transaction(county_code=county.COUNTY) as tx:
            rollups.rebuild(tx, county.COUNTY)

    def receive(self, where: Where, category: str = "water.low_pressure") -> uuid.UUID:
        with self.owner.transaction(county_code=county.COUNTY) as tx:
            return self.reception.receive(
                tx,
                county.COUNTY,
                Intake(where, "水压低", "a" * 64, category=category),
                actor=None,
                now=county.NOW,
            ).report_id

    def reports(self) -> dict[uuid.UUID, dict[str, Any]]:
        rows = self.rows("SELECT *, ST_X(location) AS lon, ST_Y(location) AS lat FROM report")
        return {row["id"]: row for row in rows}

    def put_in_force(self, name: str = "2023", progress: Any = lambda *_: None) -> int:
        return rematching.put_layout_in_force(
            self.owner, county.COUNTY, name, now=NEXT, progress=progress
        )

    def check_follows(self, layout_id: int) -> None:
        """Every report lies where matching it today would put it."""
        with self.owner.read(county_code=county.COUNTY) as tx:
            assert rollups.check(tx, county.COUNTY) == []
            for report in self.reports().values():
                assert report["layout_id"] == layout_id
                if report["lon"] is None:
                    continue
                where = Where(report["lon"], report["lat"], report["accuracy_m"])
                match = match_point(
                    tx, county.COUNTY, where, category=report["category_code"], at=NEXT
                )
                assert report["grid_code"] == (match.grid.code if match.grid else None)
                assert report["town_code"] == (match.grid.town_code if match.grid else None)
                assert report["grid_method"] == match.grid_method
                assert report["grid_distance_m"] == match.grid_distance_m
                assert report["confidence"] == match.confidence
                readers = {f"u:370782:{code}" for code in match.covering_utilities}
                readers |= {"u:370782:far"} if report["category_code"] == "power" else set()
                assert {m for m in report["audience"] if m[0] == "u"} == readers
                assert [s for s in report["reason"] if s["code"].startswith("grid_")] == [
                    s for s in match.reason if s["code"].startswith("grid_")
                ]


@pytest.fixture
def redrawn(cluster: Cluster, migrated_template: str) -> Iterator[Redrawn]:
    with databases.clone(cluster, migrated_template) as url:
        found = Redrawn(url)
        yield found
        found.reception.close()
        found.owner.close()


def test_every_report_follows_the_layout(redrawn: Redrawn) -> None:
    before = redrawn.reports()
    seen: list[tuple[int, int]] = []
    assert redrawn.put_in_force(progress=lambda done, total: seen.append((done, total))) == 404
    assert seen[-1] == (404, 404)
    redrawn.check_follows(redrawn.layout_id)
    after = redrawn.reports()
    for key, report in after.items():
        was = before[key]
        moved = was["grid_code"] != report["grid_code"]
        is_open = was["status"] != "closed"
        assert report["received_on"] == was["received_on"]
        if not is_open:
            kept = ("version", "staff_id", "staff_all", "utility_code", "utility_distance_m")
            assert all(report[name] == was[name] for name in kept)
        elif moved:
            assert report["version"] == was["version"] + 1
        if was["status"] == "handling":
            assert report["utility_code"] == was["utility_code"]
    assert sum(before[k]["grid_code"] != after[k]["grid_code"] for k in after) > 300


def test_the_match_as_first_routed_stays_in_the_history(redrawn: Redrawn) -> None:
    before = redrawn.reports()
    redrawn.put_in_force()
    events = redrawn.rows("SELECT * FROM report_event ORDER BY report_id, version")
    first = {row["report_id"]: row for row in events if row["action"] == "received"}
    later = {row["report_id"]: row for row in events if row["action"] == "rematched"}
    after = redrawn.reports()
    for key, was in before.items():
        assert first[key]["details"]["match"]["grid_code"] == was["grid_code"]
        if key in later:
            assert was["status"] != "closed"
            assert later[key]["version"] == after[key]["version"] == 2
            told = later[key]["details"].get("grid", {"to": after[key]["grid_code"]})
            assert told["to"] == after[key]["grid_code"]
    assert len(later) > 100


def test_reports_named_by_grid_or_place(redrawn: Redrawn) -> None:
    redrawn.put_in_force()
    after = redrawn.reports()
    kept, lost, place, nowhere = (after[key] for key in redrawn.named.values())
    assert (kept["grid_code"], kept["grid_method"]) == ("G0003", "stated")
    assert kept["reason"][0] == {"code": "grid_stated", "grid": "G0003", "layout": "2023"}
    assert (lost["grid_method"], lost["grid_code"] in county.grids(45, seed=9)) == ("stated", True)
    assert place["reason"][0]["code"] == "grid_stated_place"
    with redrawn.owner.read() as tx:
        match = match_point(tx, county.COUNTY, Where(119.41, 36.0), category=None, at=NEXT)
    assert match.grid is not None
    assert place["grid_code"] == match.grid.code == place["reason"][0]["grid"]
    assert (nowhere["grid_code"], nowhere["grid_method"]) == (None, "outside")
    assert nowhere["reason"][0] == {"code": "grid_not_located"}


def test_a_killed_run_goes_on_where_it_stopped(
    redrawn: Redrawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rematching, "BATCH_ROWS", 50)
    before = redrawn.reports()

    def die(done: int, _total: int) -> None:
        if done >= 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redrawn.put_in_force(progress=die)
    # In between the old layout is in force, its counts are read and intake goes on in it.
    with redrawn.owner.read(county_code=county.COUNTY) as tx:
        total = tx.scalar(
            "SELECT sum(reports) FROM rollup_grid_total JOIN grid_layout ON id = layout_id"
            " WHERE status = 'active' AND name = '2022'"
        )
    assert total == sum(
        1 for r in before.values() if r["grid_code"] is not None and r["outcome"] != "rejected"
    )
    redrawn.receive(Where.of(longitude=119.41, latitude=36.0))
    assert redrawn.put_in_force() == 205
    redrawn.check_follows(redrawn.layout_id)


def test_giving_up_half_way_and_going_back(
    redrawn: Redrawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rematching, "BATCH_ROWS", 50)

    def die(done: int, _total: int) -> None:
        if done >= 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redrawn.put_in_force(progress=die)
    assert redrawn.put_in_force("2022") == 150
    old = redrawn.rows("SELECT id FROM grid_layout WHERE name = '2022' AND county_code = '370782'")
    redrawn.check_follows(old[0]["id"])
    assert redrawn.put_in_force() == 404
    redrawn.check_follows(redrawn.layout_id)


def test_reports_that_come_in_meanwhile_follow_too(
    redrawn: Redrawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rematching, "BATCH_ROWS", 40)
    stop = threading.Event()
    app = Database(redrawn.url)
    reception = Reception(app)
    failures: list[BaseException] = []
    taken: list[uuid.UUID] = []

    def keep_sending() -> None:
        try:
            while not stop.is_set():
                with app.transaction(county_code=county.COUNTY) as tx:
                    received = reception.receive(
                        tx,
                        county.COUNTY,
                        Intake(Where(119.3 + 0.002 * (len(taken) % 99), 36.0), "x", "a" * 64),
                        actor=None,
                        now=county.NOW,
                    )
                taken.append(received.report_id)
        except BaseException as error:  # noqa: BLE001 -- told to the test below
            failures.append(error)

    senders = [threading.Thread(target=keep_sending) for _ in range(3)]
    for sender in senders:
        sender.start()
    redrawn.put_in_force()
    stop.set()
    for sender in senders:
        sender.join()
    reception.close()
    app.close()
    assert failures == []
    assert len(taken) > 3
    redrawn.check_follows(redrawn.layout_id)


def test_rematch_after_a_bare_activation(redrawn: Redrawn) -> None:
    with redrawn.owner.transaction() as tx:
        activate_layout(tx, county.COUNTY, "2023", now=NEXT, today=NEXT.date())
    assert rematching.rematch(redrawn.owner, county.COUNTY, now=NEXT) == 404
    redrawn.check_follows(redrawn.layout_id)
    assert rematching.rematch(redrawn.owner, county.COUNTY, now=NEXT) == 0


def test_no_such_layout(redrawn: Redrawn) -> None:
    with pytest.raises(NotFound):
        redrawn.put_in_force("1999")


def test_service_areas_preview_and_activation(redrawn: Redrawn) -> None:
    # Outside every grid, in one by its accuracy: the town's office by that grid.
    at_the_edge = Where.of(longitude=county.EAST + 0.0007, latitude=36.0, accuracy_m=80)
    edge = redrawn.receive(at_the_edge, "noise")
    assert redrawn.reports()[edge]["utility_method"] == "town_office"
    before = redrawn.reports()
    with redrawn.owner.read(county_code=county.COUNTY) as tx:
        moves = rematching.preview_service_areas(tx, county.COUNTY, redrawn.version_id, now=NEXT)
    moved = rematching.put_service_areas_in_force(
        redrawn.owner, county.COUNTY, redrawn.version_id, now=NEXT
    )
    assert moved == 405
    after = redrawn.reports()
    changed = {
        key: (before[key]["utility_code"], after[key]["utility_code"])
        for key in after
        if before[key]["utility_code"] != after[key]["utility_code"]
    }
    assert changed == {move.report_id: (move.was, move.becomes) for move in moves}
    assert changed
    assert {before[key]["status"] for key in changed} == {"received"}
    old_layout = {report["layout_id"] for report in before.values()}
    redrawn.check_follows(old_layout.pop())
    for key in changed:
        utility = [s for s in after[key]["reason"] if s["code"].startswith("utility_")]
        assert utility[0]["version"] == "2023"
        assert after[key]["version"] == before[key]["version"] + 1


def test_the_preview_is_empty_where_nothing_moves(redrawn: Redrawn) -> None:
    with redrawn.owner.read(county_code=county.COUNTY) as tx:
        version_id = tx.scalar("SELECT id FROM service_area_version WHERE status = 'active'")
        assert rematching.preview_service_areas(tx, county.COUNTY, version_id, now=NEXT) == []


def test_one_run_at_a_time(redrawn: Redrawn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs would move the same reports to and fro: the second is refused, not queued."""
    monkeypatch.setattr(rematching, "BATCH_ROWS", 50)
    refused: list[Conflict] = []

    def meddle(_done: int, _total: int) -> None:
        for run in (
            redrawn.put_in_force,
            lambda: rematching.rematch(redrawn.owner, county.COUNTY, now=NEXT),
        ):
            with pytest.raises(Conflict, match="wait for it") as said:
                run()
            refused.append(said.value)

    rematching.put_service_areas_in_force(
        redrawn.owner, county.COUNTY, redrawn.version_id, now=NEXT, progress=meddle
    )
    assert len(refused) > 10
    assert redrawn.put_in_force() == 404  # the lock went with the run
    redrawn.check_follows(redrawn.layout_id)


def test_areas_put_in_force_again_change_nothing(redrawn: Redrawn) -> None:
    areas = (redrawn.owner, county.COUNTY, redrawn.version_id)
    assert rematching.put_service_areas_in_force(*areas, now=NEXT) == 404
    versions = "SELECT id, status, activated_at FROM service_area_version ORDER BY id"
    before, told = redrawn.reports(), redrawn.rows(versions)
    later = NEXT + dt.timedelta(days=1)
    assert rematching.put_service_areas_in_force(*areas, now=later) == 0
    assert (redrawn.reports(), redrawn.rows(versions)) == (before, told)
