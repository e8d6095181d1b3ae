"""Default coordinates that make hotspots are found out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from gis.layering.counting import count_frame
from gis.layering.piles import piled_cells
from gis.layering.scopes import Slice, Span, scope_of, version_of
from tests.gis.layering.conftest import Heat
from tests.support.heat import Sample, add_reports

MARCH = Span(dt.date(2022, 3, 1), dt.date(2022, 3, 31))


def piles(heat: Heat, asked: Slice) -> list[int]:
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner), unit="cell")
        frame = scope.frame(tx, "cell", 400)
        counted = count_frame(tx, scope, frame)
        return [
            int(counted.counts[unit]) for unit in piled_cells(tx, scope, frame, counted).tolist()
        ]


def test_many_reports_on_one_point_are_flagged(heat: Heat) -> None:
    day = dt.date(2022, 3, 8)
    rng = np.random.default_rng(3)
    # 400 m cells of the county's system: one place each, the spread within 100 m of it
    office, estate, small = (119.34, 36.00), (119.40, 36.00), (119.46, 36.00)
    samples = [Sample("power.cable", day, *office) for _ in range(12)]
    samples += [Sample("water.burst", day, *office)]
    samples += [Sample("power.cable", day, *small) for _ in range(9)]
    for dx, dy in rng.uniform(-0.0005, 0.0005, (30, 2)):
        samples.append(Sample("power.cable", day, estate[0] + dx, estate[1] + dy))
    samples += [Sample("power.cable", day, *estate) for _ in range(10)]
    add_reports(heat.url, samples)
    assert piles(heat, Slice(span=MARCH)) == [13]
    assert piles(heat, Slice("power", span=MARCH)) == [12]
    assert piles(heat, Slice("water", span=MARCH)) == []


def test_only_reports_that_are_looked_at_make_a_pile(heat: Heat) -> None:
    day, office = dt.date(2021, 3, 8), (119.34, 36.00)
    spread = np.random.default_rng(3).uniform(-0.0005, 0.0005, (11, 2))
    samples = [Sample("power.cable", day, *office) for _ in range(20)]
    for dx, dy in spread:
        samples.append(Sample("power.cable", day, office[0] + dx, office[1] + dy, source="patrol"))
    add_reports(heat.url, samples)
    asked = Slice("power", span=Span.month(day))
    assert piles(heat, asked) == [31]
    assert piles(heat, replace(asked, source="resident")) == [20]
    assert piles(heat, replace(asked, source="patrol")) == []


def test_grids_have_no_coordinates_to_share(heat: Heat) -> None:
    with heat.db.read() as tx:
        asked = Slice(span=Span(dt.date(2022, 5, 1), dt.date(2022, 5, 31)))
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner))
        frame = scope.frame(tx, "grid")
        assert piled_cells(tx, scope, frame, count_frame(tx, scope, frame)).tolist() == []
