"""Counts of a city view: grids, towns and cells, as a municipal dispatcher asks for them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import psycopg

from gis import rollups
from gis.audience import Actor
from gis.bulk_matching import BulkMatcher
from gis.cells import cells_of
from gis.db.database import Database
from gis.geometry import BBox
from gis.layers import LayerQuery, count_units, layer_state
from gis.matching_reference import load_reference
from gis.periods import Days
from tests.bench.points import DAYS, START, Drawn, drawn
from tests.bench.results import Results
from tests.bench.stage import COUNTY

SECTION = "Heat counts of a city view"
VIEW = BBox(119.30, 35.93, 119.50, 36.06)
REPEATS = 25
CHUNK = 500_000
_DATES = START.tz_localize(None) + pd.to_timedelta(np.arange(DAYS), unit="D")
DAY_NAMES = np.array(_DATES.strftime("%Y-%m-%d"), dtype=object)
MONTH_STARTS = np.flatnonzero(_DATES.day == 1)


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
    """Write the rollups that so many reports make, without the reports: layers read nothing else."""
    db = Database(url, role=None, pool_size=1)
    with db.read() as tx:
        matcher = BulkMatcher(load_reference(tx, COUNTY))
    rng = np.random.default_rng(100)
    parts = [
        _counted(matcher, drawn(matcher.reference, min(CHUNK, rows - done), rng))
        for done in range(0, rows, CHUNK)
    ]
    layout = matcher.reference.layout
    assert layout is not None
    by_day, by_cell = (_added(counts) for counts in zip(*parts, strict=True))
    with db.transaction(county_code=COUNTY) as tx:
        tx.rows("TRUNCATE rollup_grid_day, rollup_grid_month, rollup_grid_total, rollup_cell_month")
    codes = [grid.code for grid in matcher.reference.grids]
    categories = sorted(code for code, c in matcher.reference.categories.items() if c.parent_code)
    with psycopg.connect(url, autocommit=True) as connection:
        _copy_counts(connection, by_day, by_cell, codes, categories, layout.id)
        connection.execute(
            "INSERT INTO rollup_grid_month SELECT county_code, layout_id, grid_code,"
            " category_code, date_trunc('month', day_on)::date AS month_on, sum(reports)"
            " FROM rollup_grid_day GROUP BY 1, 2, 3, 4, 5 ORDER BY month_on"
        )
        connection.execute(
            "INSERT INTO rollup_grid_total SELECT county_code, layout_id, grid_code,"
            " category_code, sum(reports) FROM rollup_grid_month GROUP BY 1, 2, 3, 4"
        )
    with db.transaction(county_code=COUNTY) as tx:
        rollups.add_up(tx, COUNTY)
    db.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copy_counts(
    connection: psycopg.Connection,
    by_day: _Counts,
    by_cell: _Counts,
    codes: list[str],
    categories: list[str],
    layout_id: int,
) -> None:
    _copy(
        connection,
        "rollup_grid_day (grid_code, category_code, day_on, reports, county_code, layout_id)",
        pd.DataFrame(
            {
                "grid": pd.Categorical.from_codes(by_day.places[0], codes),
                "category": pd.Categorical.from_codes(by_day.places[1], categories),
                "day": DAY_NAMES[by_day.places[2]],
                "reports": by_day.reports,
            }
        ).assign(county=COUNTY, layout=layout_id),
    )
    _copy(
        connection,
        "rollup_cell_month (cell_x, cell_y, category_code, month_on, reports, county_code)",
        pd.DataFrame(
            {
                "x": by_cell.places[0],
                "y": by_cell.places[1],
                "category": pd.Categorical.from_codes(by_cell.places[2], categories),
                "month": DAY_NAMES[MONTH_STARTS[by_cell.places[3]]],
                "reports": by_cell.reports,
            }
        ).assign(county=COUNTY),
    )


@dataclass(frozen=True)
class _Counts:
    """Reports of each place: a row of ``places`` a column of its key, shape (k, n) and (n,)."""

    places: npt.NDArray[np.int64]
    reports: npt.NDArray[np.int64]


def _counted(matcher: BulkMatcher, found: Drawn) -> tuple[_Counts, _Counts]:
    lon, lat = found.lon, found.lat
    grid = matcher.match_grids(lon, lat, np.full(len(lon), np.nan)).grid.astype(np.int64)
    x, y = cells_of(lon, lat, matcher.reference.metric_srid)
    day = found.seconds // 86400
    month = np.searchsorted(MONTH_STARTS, day, side="right") - 1
    inside = grid >= 0
    ones = np.ones(len(lon), dtype=np.int64)
    by_day = np.stack([grid, found.category, day])[:, inside]
    by_cell = np.stack([x.astype(np.int64), y.astype(np.int64), found.category, month])
    return _summed(by_day, ones[inside]), _summed(by_cell, ones)


def _added(parts: Sequence[_Counts]) -> _Counts:
    return _summed(
        np.concatenate([part.places for part in parts], axis=1),
        np.concatenate([part.reports for part in parts]),
    )


def _summed(places: npt.NDArray[np.int64], reports: npt.NDArray[np.int64]) -> _Counts:
    """Sum the reports of equal places, as one number each: many times faster than by columns."""
    sides = tuple(int(side) + 1 for side in places.max(axis=1))
    key, back = np.unique(np.ravel_multi_index(tuple(places), sides), return_inverse=True)
    counts = np.bincount(back, reports).astype(np.int64)
    return _Counts(np.stack(np.unravel_index(key, sides)), counts)


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
