"""``gridcall match``, ``rematch`` and ``rollup`` against a real database."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import shapely
from typer.testing import CliRunner, Result

from api import cli
from gis import rollups
from gis.boundaries import activate_layout
from gis.db.database import libpq_url
from tests.gis.test_bulk import World, frame, load
from tests.support import county

Call = Callable[..., Result]


@pytest.fixture
def call(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli.make_app(words[0]), list(words))

    return run


def test_match_says_where_and_why(call: Call, database_url: str) -> None:
    county.build(database_url, count=60)
    words = ("match", "--lon", "119.41", "--lat", "36.0", "--accuracy-m", "400")
    answer = call(*words, "--category", "gas")
    assert answer.exit_code == 0, answer.output
    assert "gas-a" in answer.output
    assert "(nearest)" in answer.output
    assert "nearest depot" in answer.output
    assert "位置在网格" in answer.output
    assert "sure     0." in answer.output
    shifted = call(*words, "--crs", "BD-09")
    assert shifted.output != answer.output
    outside = call("match", "--lon", "110", "--lat", "30")
    assert "grid     - (outside)" in outside.output


def test_rollup_check_tells_by_its_exit_code_and_rebuild_mends(
    call: Call, database_url: str
) -> None:
    world = World(database_url)
    load(world, frame(60))
    assert call("rollup", "check").exit_code == 0
    with world.owner.transaction() as tx:
        tx.rows("UPDATE rollup_grid_day SET reports = 7 WHERE category_code = 'gas'")
    damaged = call("rollup", "check")
    assert damaged.exit_code == 1
    assert "rollup_grid_day: layout_id" in damaged.output
    assert "kept 7, counted 1" in damaged.output
    assert call("rollup", "rebuild").exit_code == 0
    assert call("rollup", "check").exit_code == 0
    world.owner.close()


def test_rematch(call: Call, database_url: str) -> None:
    world = World(database_url)
    load(world, frame(60))
    with psycopg.connect(libpq_url(database_url)) as owner:
        county.add_layout(owner, "2023", county.grids(20, seed=4), status="draft")
    with world.owner.transaction() as tx:
        activate_layout(tx, county.COUNTY, "2023", now=county.NOW, today=county.TODAY)
    answer = call("rematch")
    assert answer.exit_code == 0, answer.output
    assert "60 reports were matched" in answer.output
    assert call("rematch").output.startswith("0 reports were matched")
    with world.owner.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []
    world.owner.close()


def water_of_the_west(path: Path, border: float) -> Path:
    """Write the map that the western waterworks would send: all west of a meridian."""
    box = shapely.box(county.WEST - 0.01, county.SOUTH - 0.01, border, county.NORTH + 0.01)
    feature = {
        "type": "Feature",
        "properties": {"code": "W1", "utility": "water-west", "name": "西", "priority": 1},
        "geometry": shapely.geometry.mapping(box),
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def utilities_now(url: str) -> dict[str, str | None]:
    with psycopg.connect(libpq_url(url)) as owner:
        return dict(owner.execute("SELECT number, utility_code FROM report").fetchall())


def test_rules_are_drafted_previewed_and_activated(
    call: Call, database_url: str, tmp_path: Path
) -> None:
    world = World(database_url)
    load(world, frame(300))
    with world.owner.transaction() as tx:  # of what is dispatched, nothing moves
        tx.rows("UPDATE report SET status = 'dispatched' WHERE hashtext(number) % 3 = 0")
    world.owner.close()
    map_ = water_of_the_west(tmp_path / "west.geojson", 119.46)
    drafted = call("import", "service-areas", str(map_), "--version", "2023")
    assert drafted.exit_code == 0, drafted.output
    assert "See what would move with: gridcall rules preview 2023" in drafted.output
    assert call("rules", "list").output.splitlines() == ["2023: draft", "2022: active"]
    before = utilities_now(database_url)

    file = tmp_path / "moves.csv"
    previewed = call("rules", "preview", "2023", "--csv", str(file))
    assert previewed.exit_code == 0, previewed.output
    with file.open(encoding="utf-8-sig", newline="") as written:
        moves = {row["number"]: (row["from"], row["to"]) for row in csv.DictReader(written)}
    assert f"another utility: {len(moves)}\n" in previewed.output
    ways = Counter(moves.values())
    assert ways[("water-east", "water-west")] > 3
    for (was, becomes), count in ways.items():
        assert f"  {was or 'nobody'} -> {becomes or 'nobody'}: {count}\n" in previewed.output
    assert utilities_now(database_url) == before

    activated = call("rules", "activate", "2023")
    assert activated.exit_code == 0, activated.output
    assert (
        "version 2023 of the service areas is in force; 300 reports follow it" in activated.output
    )
    after = utilities_now(database_url)
    moved = {number: (before[number] or "", after[number] or "") for number in after}
    assert {number: way for number, way in moved.items() if way[0] != way[1]} == moves
    assert call("rules", "list").output.splitlines() == ["2023: active", "2022: retired"]

    again = call("rules", "activate", "2023")
    assert "is in force; 0 reports follow it" in again.output
    assert "another utility: 0\n" in call("rules", "preview", "2023").output
    assert call("rules", "activate", "2022").exit_code == 0
    assert utilities_now(database_url) == before


def test_rules_say_what_there_is_not(call: Call, database_url: str) -> None:
    county.build(database_url, count=60)
    for word in ("preview", "activate"):
        missing = call("rules", word, "none")
        assert missing.exit_code == 1
        assert "no version none of the service areas; see `gridcall rules list`" in str(
            missing.exception
        )
        nowhere = call("rules", word, "2022", "--county", "999999")
        assert "999999" in str(nowhere.exception)
