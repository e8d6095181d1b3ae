"""The planner's layers of the whole county: rates, hotspots, density tiles and the cube."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import numpy as np

from gis.audience import Actor
from gis.db.database import Database, Transaction
from gis.hotspots.density import point_density
from gis.hotspots.significance import count_hotspots
from gis.layering.counting import count_frame
from gis.layering.frames import Unit
from gis.layering.hotspots import hotspot_layer
from gis.layering.memory import Memory, memory_of
from gis.layering.rates import rates_layer
from gis.layering.scopes import Scope, Slice, Span, scope_of, version_of
from gis.layering.series import cube_of
from gis.layering.steps import THE_MAP, step_bins
from gis.layering.surfaces import Surface, class_breaks, scale_of, surface_of
from gis.layering.tiles import density_tile, tile_of
from maps.ramps import sequential
from tests.bench import heat
from tests.bench.results import Results
from tests.bench.sizes import in_turn, milliseconds, told
from tests.bench.stage import COUNTY

SECTION = "The planner's layers"
REPEATS = 12
CATEGORY = "water.low_pressure"
SEPTEMBER = Span.month(heat.FIRST)
CENTRE = (119.41, 36.0)

Question = Callable[[Transaction, Scope], object]


def measure(urls: dict[str, str], results: Results) -> None:
    """Ask for each layer as a planner does, of the database of each size."""
    actor = Actor(uuid.uuid4(), COUNTY, "bench", "bench", "planner")
    with ExitStack() as opened:
        sizes = {size: opened.enter_context(_reading(url)) for size, url in urls.items()}
        for choice in (CATEGORY, None):
            asked = Slice(choice, span=SEPTEMBER)
            for what, (unit, question) in _questions().items():
                questions = {
                    size: partial(_ask, tx, actor, asked, unit, question)
                    for size, tx in sizes.items()
                }
                for ask in questions.values():
                    ask()  # cuts frames and lattices, once a process
                in_turn(
                    SECTION,
                    f"{what}, {choice or 'all matters'}",
                    questions,
                    results,
                    repeats=REPEATS,
                    target="<= 100 ms and <= 3x",
                    held=lambda ms, ratio: ms <= 100 and ratio <= 3,
                )
        for size, tx in sizes.items():
            _in_process(tx, actor, results, size)


@contextmanager
def _reading(url: str) -> Iterator[Transaction]:
    db = Database(url, pool_size=1)
    with db.read() as tx:
        yield tx
    db.close()


def _ask(tx: Transaction, actor: Actor, asked: Slice, unit: Unit, question: Question) -> None:
    _forget_surfaces(tx)
    question(tx, scope_of(tx, actor, asked, version_of(tx, actor), unit=unit))


def _questions() -> dict[str, tuple[Unit, Question]]:
    return {
        "choropleth with rates, 1,690 grids": ("grid", lambda tx, s: rates_layer(tx, s, "grid")),
        "Gi*, 1,690 grids": ("grid", lambda tx, s: hotspot_layer(tx, s, "grid")),
        "Gi*, 200 m cells": ("cell", lambda tx, s: hotspot_layer(tx, s, "cell", cell_m=200)),
        "density, first tile of new data": ("cell", _tile),
        "cube of 12 months with bins": (
            "grid",
            lambda tx, s: step_bins(cube_of(tx, s, "grid", "month", 12), THE_MAP),
        ),
    }


def _tile(tx: Transaction, scope: Scope) -> Surface:
    """Draw the tile over the town, its surface made anew."""
    surface = surface_of(tx, scope, 800)
    breaks = class_breaks(scale_of(tx, scope, 800), scope.found)
    metric = scope.county(tx).metric
    density_tile(surface, metric, tile_of(*CENTRE, 12), breaks, sequential(max(2, len(breaks))))
    return surface


def _in_process(tx: Transaction, actor: Actor, results: Results, label: str) -> None:
    """Time the statistics alone, and a surface against the same one from points."""
    cases: list[tuple[Unit, int | None, str]] = [("grid", None, "<= 5 ms"), ("cell", 200, "")]
    for unit, cell_m, target in cases:
        _statistic(tx, actor, unit, cell_m, results, label, target)
    asked = Slice(span=SEPTEMBER)
    scope = scope_of(tx, actor, asked, version_of(tx, actor), unit="cell")
    _forget_surfaces(tx)
    made = milliseconds(lambda: surface_of(tx, scope, 800))
    surface = surface_of(tx, scope, 800)
    rows, columns = np.nonzero(surface.values)
    spots = np.column_stack(
        [surface.west_m + (columns + 0.5) * 200, surface.south_m + (rows + 0.5) * 200]
    ).astype(np.float64)
    n = max(1, surface.counted.n)
    points = spots[np.random.default_rng(1).integers(len(spots), size=min(n, 20_000))]
    some = spots[:: max(1, len(spots) // 200)]
    part = milliseconds(lambda: point_density(some, points, np.ones(len(points)), 800))
    # Its cost is places times points, so a sample of both tells the whole.
    whole = part * (len(spots) / len(some)) * (n / len(points))
    results.add(
        SECTION, f"surface against raw points, {label}", f"{whole / made:.0f}x faster", ">= 20x"
    )


def _statistic(
    tx: Transaction,
    actor: Actor,
    unit: Unit,
    cell_m: int | None,
    results: Results,
    label: str,
    target: str,
) -> None:
    asked = Slice(span=SEPTEMBER)
    scope = scope_of(tx, actor, asked, version_of(tx, actor), unit=unit)
    frame = scope.frame(tx, unit, cell_m)
    counts = count_frame(tx, scope, frame).counts
    times = [milliseconds(lambda: count_hotspots(counts, frame.neighbours)) for _ in range(REPEATS)]
    what = f"Gi*, exact p and q of {len(frame):,} {unit}s in process, {label}"
    results.add(SECTION, what, told(times), target)


def _forget_surfaces(tx: Transaction) -> None:
    """Forget surfaces; keep frames and lattices, cut once, and scales, which outlive changes."""
    kept = memory_of(tx)._values
    fresh = Memory()
    fresh._values.update(
        (key, value)
        for key, value in kept.items()
        if key[0] in {"county", "frame", "lattice", "scale"}
    )
    tx.kept["layering"] = fresh
