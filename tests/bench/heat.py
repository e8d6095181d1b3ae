"""Counts of a city view: grids, towns and cells, as a municipal dispatcher asks for them."""

from __future__ import annotations

import datetime as dt
import time
import uuid

import numpy as np

from gis.audience import Actor
from gis.db.database import Database
from gis.geometry import BBox
from gis.layers import LayerQuery, count_units, layer_state
from gis.periods import Days, month_end
from tests.bench.results import Results
from tests.bench.stage import COUNTY

SECTION = "Heat counts of a city view"
VIEW = BBox(119.30, 35.93, 119.50, 36.06)
REPEATS = 25
FIRST = dt.date(2022, 9, 1)
MONTH = Days(FIRST, month_end(FIRST))
"""The archive's last one, and of the counts too: every size is asked for the same days."""


def measure(url: str, label: str, results: Results) -> dict[str, float]:
    """Time each question a city view asks; return median milliseconds by question."""
    db = Database(url, pool_size=1)
    actor = Actor(uuid.uuid4(), COUNTY, "bench", "bench", "dispatcher")
    medians = {}
    with db.read(actor) as tx:
        for what, query in _questions().items():
            times = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                count_units(tx, actor, query, layer_state(tx, COUNTY))
                times.append(1000 * (time.perf_counter() - began))
            medians[what] = float(np.median(times[3:]))
            results.add(SECTION, f"{what}, {label}", f"{medians[what]:.1f} ms")
    db.close()
    return medians


def compare(small: dict[str, float], large: dict[str, float], label: str, results: Results) -> None:
    """Say how much longer each question takes over the larger number of reports."""
    for what, milliseconds in large.items():
        ratio = milliseconds / small[what]
        held = milliseconds <= 20 or ratio <= 3
        results.add(
            SECTION,
            f"{what}: {label}, times longer than 17 k",
            f"{ratio:.1f} ({'held' if held else 'missed'})",
            "<= 20 ms or <= 3x",
        )


def _questions() -> dict[str, LayerQuery]:
    return {
        "grids, one category, a month": LayerQuery(
            "grid", category="water.low_pressure", days=MONTH, bbox=VIEW
        ),
        "grids, a tag, a month": LayerQuery("grid", tag="cables", days=MONTH, bbox=VIEW),
        "grids, all categories, a month": LayerQuery("grid", days=MONTH, bbox=VIEW),
        "grids, all categories, all time": LayerQuery("grid", bbox=VIEW),
        "towns, all categories, a month": LayerQuery("town", days=MONTH),
        "cells, one category, a month": LayerQuery(
            "cell", category="water.low_pressure", days=MONTH, bbox=VIEW
        ),
        "cells, all categories, a month": LayerQuery("cell", days=MONTH, bbox=VIEW),
    }
