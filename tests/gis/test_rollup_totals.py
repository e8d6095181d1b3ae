"""Totals of all categories: they are the sums, whatever happens, and layers of all matters read them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from gis import rollups
from gis.audience import Actor
from gis.db.cluster import Cluster
from gis.db.database import Transaction
from gis.disclosure import Choice
from gis.geometry import BBox
from gis.layer_sources import Source
from gis.layers import LayerQuery, UnitCount, count_units, layer_state
from gis.periods import Days, month_end
from gis.rollups import Move
from tests.gis.test_bulk import World, frame, load
from tests.support import county, databases
from tests.support.statements import counted

PLANNER = Actor(uuid.UUID(int=1), county.COUNTY, "planner", "planner", "planner")
DISPATCHER = replace(PLANNER, role="dispatcher")
SUMS = {
    "rollup_grid_total_all": ("rollup_grid_total", "layout_id, grid_code", "layout_id, grid_code"),
    "rollup_grid_month_all": (
        "rollup_grid_month",
        "layout_id, month_on, grid_code",
        "layout_id, month_on, grid_code",
    ),
    "rollup_grid_day_all": (
        "rollup_grid_day",
        "layout_id, day_on, grid_code",
        "layout_id, day_on, grid_code",
    ),
    "rollup_cell_month_all": (
        "rollup_cell_month",
        "month_on, cell_x, cell_y",
        "month_on, cell_x, cell_y",
    ),
    "rollup_square_month_all": (
        "rollup_cell_month",
        "month_on, square_x, square_y",
        "month_on, cell_x >> 1, cell_y >> 1",
    ),
}


@pytest.fixture
def world(cluster: Cluster, migrated_template: str) -> Iterator[World]:
    with databases.clone(cluster, migrated_template) as url:
        found = World(url)
        load(found, frame(400))
        yield found
        found.owner.close()


def assert_sums(tx: Transaction) -> None:
    """Totals are the sums of the categories, and these are what the reports say."""
    assert rollups.check(tx, county.COUNTY) == []
    for table, (source, key, of_source) in SUMS.items():
        kept = f"SELECT {key}, reports, sensitive FROM {table} WHERE reports <> 0"
        summed = (
            f"SELECT {of_source}, sum(reports), coalesce(sum(reports) FILTER (WHERE category_code IN"
            f" (SELECT code FROM category WHERE counted_apart)), 0) FROM {source}"
            f" GROUP BY {of_source} HAVING sum(reports) <> 0"
        )
        assert tx.rows(f"({kept} EXCEPT {summed}) UNION ALL ({summed} EXCEPT {kept})") == [], table


def shuffle(tx: Transaction, rng: np.random.Generator) -> None:
    """Recategorise, move, reject and restore some reports, as the steps of a case do."""
    rows = tx.rows(
        "SELECT id, layout_id, grid_code, coalesce(category_code, '') AS category_code,"
        " received_on::text, cell_x, cell_y, outcome FROM report ORDER BY id"
    )
    places = [row for row in rows if row["cell_x"] is not None]
    categories = [row["code"] for row in tx.rows("SELECT code FROM category ORDER BY code")]
    moves = []
    for index in rng.choice(len(rows), 60, replace=False):
        before = rows[index]
        to = places[int(rng.integers(len(places)))]
        after = before | {name: to[name] for name in ("grid_code", "cell_x", "cell_y")}
        after["category_code"] = str(rng.choice(categories))
        after["outcome"] = (
            None if rng.random() < 0.6 else str(rng.choice(["rejected", "duplicate"]))
        )
        tx.rows(
            "UPDATE report SET grid_code = %(grid_code)s, cell_x = %(cell_x)s, cell_y = %(cell_y)s,"
            " category_code = %(category_code)s, outcome = %(outcome)s::text, status = CASE WHEN"
            " %(outcome)s::text IS NULL THEN 'received' ELSE 'closed' END WHERE id = %(id)s",
            after,
        )
        for row, sign in ((before, -1), (after, 1)):
            if row["outcome"] is None:
                key = {name: row[name] for name in row if name not in {"id", "outcome"}}
                moves.append(Move(**key, reports=sign))
    rollups.apply(tx, county.COUNTY, moves)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_totals_are_the_sums_after_anything(world: World, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for turn in range(3):
        load(world, frame(80, seed=1000 * seed + turn))
        with world.owner.transaction(county_code=county.COUNTY) as tx:
            shuffle(tx, rng)
            assert_sums(tx)
            tx.rows(
                "UPDATE category SET sensitive = NOT sensitive WHERE code = %s",
                [str(rng.choice(["gas", "noise", "power"]))],
            )
            rollups.keep_apart(tx, county.COUNTY)
            assert_sums(tx)
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        before = {table: tx.rows(f"SELECT * FROM {table} WHERE reports <> 0") for table in SUMS}
        rollups.rebuild(tx, county.COUNTY)
        assert_sums(tx)
        after = {table: tx.rows(f"SELECT * FROM {table}") for table in SUMS}
    for table, rows in before.items():
        assert sorted(map(repr, rows)) == sorted(map(repr, after[table]))


def answers(tx: Transaction, actor: Actor) -> list[list[UnitCount]]:
    state = layer_state(tx, county.COUNTY)
    box = BBox(county.WEST, county.SOUTH, county.EAST, county.NORTH)
    latest = count_units(tx, actor, LayerQuery("grid", latest=True), state).days
    assert latest.first is not None
    ragged = Days(latest.first.replace(day=3), month_end(latest.first))
    return [
        count_units(tx, actor, query, state).items
        for query in (
            LayerQuery("grid"),
            LayerQuery("town", days=latest),
            LayerQuery("grid", days=ragged),
            LayerQuery("cell", days=latest, bbox=box, cell_m=100),
            LayerQuery("cell", days=latest, bbox=box, cell_m=400),
        )
    ]


def test_a_mark_changed_past_the_totals_hides_all_the_same(world: World) -> None:
    """Whoever marks a category sensitive in SQL slows planners down and tells them nothing."""
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        everything = answers(tx, PLANNER)
        tx.rows("UPDATE category SET sensitive = true WHERE code IN ('gas', 'noise')")
        slow = answers(tx, PLANNER)
        rollups.keep_apart(tx, county.COUNTY)
        assert answers(tx, PLANNER) == slow
        assert sum(one.count or 0 for one in slow[0]) < sum(one.count or 0 for one in everything[0])
        assert answers(tx, DISPATCHER) == everything


def test_layers_of_all_matters_read_the_totals_alone(world: World) -> None:
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        tx.rows("UPDATE category SET sensitive = true WHERE code = 'noise'")
        rollups.keep_apart(tx, county.COUNTY)
        for actor in (PLANNER, DISPATCHER):
            with counted() as statements:
                answers(tx, actor)
            read = {word for text in statements for word in text.split() if "rollup_" in word}
            tables = {word.partition(".")[0].strip("(),") for word in read}
            # Which month is the latest is one look into the index of the rollup by category.
            by_category = {table for table in tables if not table.endswith("_all")}
            assert by_category <= {"rollup_grid_month"}
            assert {
                "rollup_grid_total_all",
                "rollup_grid_day_all",
                "rollup_square_month_all",
            } <= tables


def test_one_month_of_a_view_is_a_range_of_the_key(world: World) -> None:
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        tx.rows("SET LOCAL enable_seqscan = off")
        tx.rows("SET LOCAL enable_bitmapscan = off")
        state = layer_state(tx, county.COUNTY)
        month = tx.scalar("SELECT max(month_on) FROM rollup_cell_month_all")
        box = BBox(county.WEST, county.SOUTH, county.EAST, county.NORTH)
        with counted() as statements:
            query = LayerQuery("cell", days=Days(month, month_end(month)), bbox=box, cell_m=200)
            assert count_units(tx, DISPATCHER, query, state).items
        assert any("rollup_square_month_all" in text for text in statements)
        plan = "\n".join(
            str(row["QUERY PLAN"])
            for row in tx.rows(
                "EXPLAIN SELECT sum(reports) FROM rollup_square_month_all WHERE county_code = %s"
                " AND month_on = %s AND square_x BETWEEN 1 AND 9 AND square_y BETWEEN 1 AND 9",
                [county.COUNTY, month],
            )
        )
    assert "rollup_square_month_all_pk" in plan
    assert "square_x >= 1" in plan.partition("Index Cond")[2]


def test_outside_reports_are_counted_by_day(world: World) -> None:
    with world.owner.transaction(county_code=county.COUNTY) as tx:
        state = layer_state(tx, county.COUNTY)
        raw = tx.scalar("SELECT count(*) FROM report WHERE grid_code IS NULL")
        days = Days(
            tx.scalar("SELECT min(received_on) FROM report"),
            tx.scalar("SELECT max(received_on) FROM report"),
        )
        from_rollup = Source(DISPATCHER, Choice(None), state.layout_id).outside(tx, days)
    assert from_rollup == raw > 0
