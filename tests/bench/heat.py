"""Counts of a city view: grids, towns and cells, as a municipal dispatcher asks for them."""

from __future__ import annotations

import time
import uuid

import numpy as np
import pandas as pd
import psycopg

from gis.audience import Actor
from gis.bulk_matching import BulkMatcher
from gis.cells import cells_of
from gis.db.database import Database
from gis.geometry import BBox
from gis.layers import LayerQuery, count_units, layer_state
from gis.matching_reference import load_reference
from gis.periods import Days
from tests.bench.points import random_reports
from tests.bench.results import Results
from tests.bench.stage import COUNTY

SECTION = "Heat counts of a city view"
VIEW = BBox(119.30, 35.93, 119.50, 36.06)
REPEATS = 25
CHUNK = 500_000


def measure(url: str, results: Results, label: str) -> dict[str, float]:
    """Time each question a city view asks; return median milliseconds by question."""
    db = Database(url, pool_size=1)
    actor = Actor(uuid.uuid4(), COUNTY, "bench", "bench", "dispatcher")
    medians = {}
    with db.read(actor) as tx:
        state = layer_state(tx, COUNTY)
        latest = count_units(tx, actor, LayerQuery("grid", latest=True), state).days
        for what, query in _questions(latest).items():
            times = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                count_units(tx, actor, query, layer_state(tx, COUNTY))
                times.append(1000 * (time.perf_counter() - began))
            medians[what] = float(np.median(times[3:]))
            results.add(SECTION, f"{what}, {label}", f"{medians[what]:.1f} ms")
    db.close()
    return medians


def fill(url: str, rows: int) -> None:
    """Write the rollups that so many reports make, without the reports: heat reads nothing else."""
    db = Database(url, role=None, pool_size=1)
    with db.read() as tx:
        matcher = BulkMatcher(load_reference(tx, COUNTY))
        days, cells = [], []
        for part in range(0, rows, CHUNK):
            frame = random_reports(tx, min(CHUNK, rows - part), seed=100 + part // CHUNK)
            by_day, by_cell = _counted(matcher, frame)
            days.append(by_day)
            cells.append(by_cell)
    db.close()
    by_day = pd.concat(days).groupby(level=[0, 1, 2]).sum()
    by_cell = pd.concat(cells).groupby(level=[0, 1, 2, 3]).sum()
    layout = matcher.reference.layout
    assert layout is not None
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "TRUNCATE rollup_grid_day, rollup_grid_month, rollup_grid_total, rollup_cell_month"
        )
        _copy(
            connection,
            "rollup_grid_day (grid_code, category_code, day_on, reports, county_code, layout_id)",
            by_day.reset_index().assign(county=COUNTY, layout=layout.id),
        )
        _copy(
            connection,
            "rollup_cell_month (cell_x, cell_y, category_code, month_on, reports, county_code)",
            by_cell.reset_index().assign(county=COUNTY),
        )
        connection.execute(
            "INSERT INTO rollup_grid_month SELECT county_code, layout_id, grid_code,"
            " category_code, date_trunc('month', day_on)::date AS month_on, sum(reports)"
            " FROM rollup_grid_day GROUP BY 1, 2, 3, 4, 5 ORDER BY month_on"
        )
        connection.execute(
            "INSERT INTO rollup_grid_total SELECT county_code, layout_id, grid_code,"
            " category_code, sum(reports) FROM rollup_grid_month GROUP BY 1, 2, 3, 4"
        )
        connection.execute("VACUUM ANALYZE")


def _counted(matcher: BulkMatcher, frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    grids = matcher.match_grids(lon, lat, np.full(len(frame), np.nan))
    codes = np.array([grid.code for grid in matcher.reference.grids] + [None], dtype=object)
    x, y = cells_of(lon, lat, matcher.reference.metric_srid)
    local = pd.DatetimeIndex(frame["received_at"]).tz_convert("Asia/Shanghai").strftime("%Y-%m-%d")
    counted = pd.DataFrame(
        {
            "grid": codes[grids.grid],
            "category": frame["category"],
            "day": local,
            "month": local.str[:7] + "-01",
            "x": x,
            "y": y,
        }
    )
    return (
        counted.dropna(subset="grid").groupby(["grid", "category", "day"]).size(),
        counted.groupby(["x", "y", "category", "month"]).size(),
    )


def _copy(connection: psycopg.Connection, target: str, rows: pd.DataFrame) -> None:
    with connection.cursor().copy(f"COPY {target} FROM STDIN (FORMAT csv)".encode()) as copy:
        for start in range(0, len(rows), CHUNK):
            copy.write(rows.iloc[start : start + CHUNK].to_csv(header=False, index=False))


def compare(small: dict[str, float], large: dict[str, float], results: Results) -> None:
    """Say how much longer each question takes over the larger number of reports."""
    for what, milliseconds in large.items():
        ratio = milliseconds / small[what]
        held = milliseconds <= 20 or ratio <= 3
        results.add(
            SECTION,
            f"{what}: times longer",
            f"{ratio:.1f} ({'held' if held else 'missed'})",
            "<= 20 ms or <= 3x",
        )


def _questions(latest: Days) -> dict[str, LayerQuery]:
    return {
        "grids, one category, latest month": LayerQuery(
            "grid", category="water.low_pressure", days=latest, bbox=VIEW
        ),
        "grids, a tag, latest month": LayerQuery("grid", tag="cables", days=latest, bbox=VIEW),
        "grids, all categories, latest month": LayerQuery("grid", days=latest, bbox=VIEW),
        "grids, all categories, all time": LayerQuery("grid", bbox=VIEW),
        "towns, all categories, latest month": LayerQuery("town", days=latest),
        "cells, one category, latest month": LayerQuery(
            "cell", category="water.low_pressure", days=latest, bbox=VIEW
        ),
        "cells, all categories, latest month": LayerQuery("cell", days=latest, bbox=VIEW),
    }
