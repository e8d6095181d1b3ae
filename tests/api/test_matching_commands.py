"""``gridcall match``, ``rematch`` and ``rollup`` against a real database."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
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
    assert "\n0 reports were matched" in call("rematch").output
    with world.owner.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []
    world.owner.close()
