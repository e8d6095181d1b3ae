"""Imports: the same reports as one by one, once, whatever happens in between."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest

from gis import rollups
from gis.boundaries import activate_layout
from gis.bulk import ReportImporter, import_reports, imported_client_id
from gis.db.cluster import Cluster
from gis.db.database import Database, libpq_url
from gis.errors import InvalidInput
from gis.intake import Intake, Reception
from gis.matching import Where
from tests.support import county, databases

MATCH_COLUMNS = (
    "category_code level received_on town_code grid_code grid_method grid_distance_m confidence"
    " candidates staff_id staff_method staff_all utility_code utility_method utility_distance_m"
    " reason audience cell_x cell_y location accuracy_m layout_id service_area_version_id"
)


class World:
    def __init__(self, url: str) -> None:
        self.url = url
        self.boundaries = county.build(url, count=60)
        self.owner = Database(url, role=None, pool_size=4)

    def rows(self, statement: str, *params: Any) -> list[dict[str, Any]]:
        with self.owner.read(county_code=county.COUNTY) as tx:
            return tx.rows(statement, list(params))

    def check(self) -> None:
        with self.owner.read(county_code=county.COUNTY) as tx:
            assert rollups.check(tx, county.COUNTY) == []


@pytest.fixture
def world(cluster: Cluster, migrated_template: str) -> Iterator[World]:
    with databases.clone(cluster, migrated_template) as url:
        found = World(url)
        yield found
        found.owner.close()


def frame(count: int, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2022-01-01T00:00+08:00")
    return pd.DataFrame(
        {
            "lon": rng.uniform(county.WEST - 0.002, county.EAST + 0.002, count),
            "lat": rng.uniform(county.SOUTH - 0.002, county.NORTH + 0.002, count),
            "received_at": start
            + pd.to_timedelta(rng.integers(0, 9 * 30 * 86400, count), unit="s"),
            "description": [f'第{i}次，"水压低"\\N,\n{{}}' for i in range(count)],
            "source_number": [f"{seed}-{i}" for i in range(count)],
            "category": rng.choice([*county.CATEGORIES, None], count),
            "accuracy_m": np.where(rng.random(count) < 0.5, np.nan, 80.0),
        }
    )


def load(world: World, rows: pd.DataFrame) -> tuple[int, int]:
    count = import_reports(world.owner, county.COUNTY, rows, source="hotline_12345")
    return count.created, count.existing


def test_imported_reports_are_what_intake_would_have_made(world: World) -> None:
    rows = frame(150)
    assert load(world, rows) == (150, 0)
    imported = world.rows(
        f"SELECT {MATCH_COLUMNS.replace(' ', ', ')}, description, source_number, received_at"
        " FROM report ORDER BY source_number"
    )
    world.check()
    reception = Reception(world.owner)
    for row in rows.to_dict("records"):
        with world.owner.transaction(county_code=county.COUNTY) as tx:
            reception.receive(
                tx,
                county.COUNTY,
                Intake(
                    where=Where.of(
                        longitude=row["lon"],
                        latitude=row["lat"],
                        accuracy_m=None if np.isnan(row["accuracy_m"]) else row["accuracy_m"],
                    ),
                    description=row["description"],
                    body_sha256="c" * 64,
                    category=row["category"] if isinstance(row["category"], str) else None,
                    source="patrol",
                    source_number=row["source_number"],
                ),
                actor=None,
                now=row["received_at"].to_pydatetime(),
            )
    reception.close()
    one_by_one = world.rows(
        f"SELECT {MATCH_COLUMNS.replace(' ', ', ')}, description, source_number, received_at"
        " FROM report WHERE source = 'patrol' ORDER BY source_number"
    )
    assert imported == one_by_one
    assert {row["grid_method"] for row in imported} == {"covers", "nearest", "outside"}
    events = world.rows(
        "SELECT source, details FROM report_event JOIN report ON report.id = report_id"
        " ORDER BY source, source_number"
    )
    assert [row["details"] for row in events[:150]] == [row["details"] for row in events[150:]]
    world.check()


def test_the_same_file_twice_adds_nothing(world: World) -> None:
    rows = frame(300)
    assert load(world, rows) == (300, 0)
    assert load(world, rows) == (0, 300)
    assert load(world, pd.concat([rows, frame(20, seed=4), rows])) == (20, 600)
    assert world.rows("SELECT count(*) AS n FROM report") == [{"n": 320}]
    assert world.rows("SELECT count(*) AS n FROM report_event") == [{"n": 320}]
    outbox = world.rows("SELECT * FROM outbox ORDER BY id")
    assert [(row["action"], row["report_id"]) for row in outbox] == [("imported", None)] * 2
    assert "c:370782" in outbox[0]["audience_after"]
    world.check()


def test_numbers_follow_the_day_of_reception(world: World) -> None:
    load(world, frame(400))
    numbers = world.rows("SELECT number, received_on FROM report")
    assert len({row["number"] for row in numbers}) == 400
    assert all(row["number"].startswith(f"370782{row['received_on']:%Y%m%d}") for row in numbers)


def test_a_batch_with_an_unknown_category_leaves_nothing(world: World) -> None:
    rows = frame(50)
    rows.loc[7, "category"] = "sorcery"
    with pytest.raises(InvalidInput, match="sorcery"):
        load(world, rows)
    assert world.rows("SELECT count(*) AS n FROM report") == [{"n": 0}]
    world.check()


def test_optional_columns(world: World) -> None:
    closed = pd.Timestamp("2022-03-02T10:00Z")
    rows = frame(3).drop(columns=["category", "accuracy_m"]).assign(
        description=["爆管", "水压低", "别的"],
        closed_at=pd.Series([closed, pd.NaT, closed]),
        urgent=[True, False, None],
        address=["东武街7号", None, ""],
        reporter_name=["张三", None, None],
        place_text=["盛隆花园", None, None],
        crs=["GCJ-02", None, "WGS84"],
    )  # fmt: skip
    assert load(world, rows) == (3, 0)
    found = world.rows(
        "SELECT status, outcome, closed_at, urgent, address, reporter_name, place_text, crs,"
        " category_code, accuracy_m, level FROM report ORDER BY source_number"
    )
    assert [tuple(row.values()) for row in found] == [
        ("closed", "resolved", closed, True, "东武街7号", "张三", "盛隆花园", "GCJ-02",
         "water.burst", None, "municipal"),
        ("received", None, None, False, "", "", "", "WGS84", "water.low_pressure", None,
         found[1]["level"]),
        ("closed", "resolved", closed, False, "", "", "", "WGS84", None, None,
         found[2]["level"]),
    ]  # fmt: skip


def test_two_imports_of_one_file_at_once(world: World) -> None:
    rows = frame(2000)
    counts: list[tuple[int, int]] = []
    start = threading.Barrier(2)

    def run(part: pd.DataFrame) -> None:
        start.wait()
        counts.append(load(world, part))

    threads = [threading.Thread(target=run, args=[part]) for part in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [(0, 2000), (2000, 0)]
    assert world.rows("SELECT count(*) AS n FROM report") == [{"n": 2000}]
    world.check()


def test_a_layout_activated_between_two_batches_is_followed(world: World) -> None:
    with psycopg.connect(libpq_url(world.url)) as owner:
        renamed = {code.replace("G", "H"): shape for code, shape in world.boundaries.items()}
        county.add_layout(owner, "2023", renamed, status="draft")
    with ReportImporter(world.owner, county.COUNTY, source="patrol") as importer:
        importer.write(frame(50, seed=1))
        with world.owner.transaction() as tx:
            activate_layout(tx, county.COUNTY, "2023", now=county.NOW, today=county.TODAY)
        importer.write(frame(50, seed=2))
    grids = world.rows("SELECT left(source_number, 1) AS part, grid_code FROM report")
    assert {row["part"] + row["grid_code"][0] for row in grids if row["grid_code"]} == {"1G", "2H"}


def test_client_ids_are_for_ever() -> None:
    """Changing this would import every file again."""
    assert str(imported_client_id("370782", "hotline_12345", "A1")) == (
        "028f367e-c36c-5409-a827-0199f8623357"
    )
    assert imported_client_id("370782", "patrol", "A1") != imported_client_id(
        "370783", "patrol", "A1"
    )


def test_days_are_cut_in_the_countys_zone(world: World) -> None:
    late = dt.datetime(2022, 4, 30, 16, 0, tzinfo=dt.UTC)  # midnight in Zhucheng
    load(world, frame(2).assign(received_at=[late, late - dt.timedelta(seconds=1)]))
    days = world.rows("SELECT received_on FROM report ORDER BY source_number")
    assert [row["received_on"].isoformat() for row in days] == ["2022-05-01", "2022-04-30"]
