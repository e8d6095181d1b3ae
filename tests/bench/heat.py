"""Counts of a city view: grids, towns and cells, as a municipal dispatcher asks for them."""

from __future__ import annotations

import time
import uuid

import numpy as np

from gis.audience import Actor
from gis.db.database import Database
from gis.geometry import BBox
from gis.layers import LayerQuery, count_units, layer_state
from gis.periods import Days
from tests.bench.results import Results
from tests.bench.stage import COUNTY

SECTION = "Heat counts of a city view"
VIEW = BBox(119.30, 35.93, 119.50, 36.06)
REPEATS = 25


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
