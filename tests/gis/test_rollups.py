"""Counts kept beside the reports: added to, checked, rebuilt."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gis import rollups
from gis.db.cluster import Cluster
from gis.db.database import Database
from gis.layers import layer_state
from gis.rollups import Move
from tests.gis.test_bulk import World, frame, load
from tests.support import county, databases

TABLES = ("rollup_grid_total", "rollup_grid_month", "rollup_grid_day", "rollup_cell_month")


@pytest.fixture
def world(cluster: Cluster, migrated_template: str) -> Iterator[World]:
    with databases.clone(cluster, migrated_template) as url:
        found = World(url)
        load(found, frame(500))
        yield found
        found.owner.close()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE {} SET reports = reports + 1 WHERE category_code = 'gas'",
        "DELETE FROM {} WHERE category_code = 'gas'",
        (
            "UPDATE {} SET category_code = 'other' WHERE category_code = 'gas'"
            " AND {key} = (SELECT min({key}) FROM {} WHERE category_code = 'gas')"
        ),
    ],
)
def test_check_finds_and_rebuild_mends(world: World, table: str, damage: str) -> None:
    key = "cell_x" if "cell" in table else "grid_code"
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        tx.rows(damage.replace("{key}", key).replace("{}", table))
        found = rollups.check(tx, county.COUNTY, at_most=3)
    assert 1 <= len(found) <= 3
    assert {difference.table for difference in found} == {table}
    assert all(difference.kept != difference.counted for difference in found)
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        before = layer_state(tx, county.COUNTY)
        rollups.rebuild(tx, county.COUNTY)
        assert rollups.check(tx, county.COUNTY) == []
        # What was answered from the wrong counts is not kept for the right ones.
        assert layer_state(tx, county.COUNTY).data_version != before.data_version


def test_rejected_and_duplicate_reports_do_not_count(world: World) -> None:
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        tx.rows(
            "UPDATE report SET status = 'closed', outcome = CASE WHEN category_code = 'gas'"
            " THEN 'rejected' ELSE 'duplicate' END WHERE category_code IN ('gas', 'noise')"
        )
        tx.rows(
            "UPDATE report SET status = 'closed', outcome = 'withdrawn' WHERE category_code = 'power'"
        )
        rollups.rebuild(tx, county.COUNTY)
        counted = {
            row["category_code"]: row["n"]
            for row in tx.rows(
                "SELECT category_code, sum(reports) AS n FROM rollup_cell_month GROUP BY 1"
            )
        }
        reports = {
            row["category_code"] or "": row["n"]
            for row in tx.rows("SELECT category_code, count(*) AS n FROM report GROUP BY 1")
        }
    assert counted == {code: n for code, n in reports.items() if code not in {"gas", "noise"}}


def test_apply_moves_counts_between_keys(world: World) -> None:
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        row = tx.rows(
            "SELECT id, layout_id, grid_code, category_code, received_on::text, cell_x, cell_y"
            " FROM report WHERE grid_code IS NOT NULL AND category_code = 'gas' LIMIT 1"
        )[0]
        tx.rows("UPDATE report SET category_code = 'noise' WHERE id = %s", [row.pop("id")])
        assert len(rollups.check(tx, county.COUNTY)) == 8
        rollups.apply(
            tx,
            county.COUNTY,
            [Move(**row, reports=-1), Move(**(row | {"category_code": "noise"}), reports=1)],
        )
        assert rollups.check(tx, county.COUNTY) == []
        rollups.apply(tx, county.COUNTY, [])


def test_rebuild_waits_for_writers_and_misses_none(world: World) -> None:
    """Writers at work while the counts are rebuilt are in them once, neither twice nor not at all."""
    failures: list[BaseException] = []

    def write(seed: int) -> None:
        try:
            for part in range(4):
                load(world, frame(40, seed=100 * seed + part))
        except BaseException as error:  # noqa: BLE001 -- told to the test below
            failures.append(error)

    threads = [threading.Thread(target=write, args=[seed]) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        with world.owner.transaction(county_code=county.COUNTY) as tx:
            rollups.rebuild(tx, county.COUNTY)
    for thread in threads:
        thread.join()
    assert failures == []
    world.check()


def test_the_application_may_check_and_rebuild(world: World) -> None:
    app = Database(world.url)
    with app.transaction(county_code=county.COUNTY) as tx:
        rollups.rebuild(tx, county.COUNTY)
        assert rollups.check(tx, county.COUNTY) == []
    app.close()


def test_only_the_named_layout_is_dropped(world: World) -> None:
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        layout_id = tx.scalar("SELECT layout_id FROM rollup_grid_day LIMIT 1")
        rollups.drop_layout(tx, county.COUNTY, layout_id + 1)
        assert rollups.check(tx, county.COUNTY) == []
        rollups.drop_layout(tx, county.COUNTY, layout_id)
        assert tx.scalar("SELECT count(*) FROM rollup_grid_total") == 0
        assert tx.scalar("SELECT count(*) FROM rollup_cell_month") > 0
