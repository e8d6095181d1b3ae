"""Comparisons, series and emerging hotspots over the rollups."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from gis.errors import InvalidInput
from gis.hotspots.emerging import SIMPLE_CLASSES
from gis.layering.comparing import CompareLayer, compare_layer
from gis.layering.counting import count_frame
from gis.layering.frames import Unit
from gis.layering.scopes import Slice, Span, period_before, scope_of, version_of
from gis.layering.series import Cube, StepKind, cube_of
from gis.layering.steps import THE_MAP, emerging_steps, step_bins
from tests.gis.layering.conftest import JUNE, MAY, Heat
from tests.support.heat import Sample, add_reports

MAY_SPAN, JUNE_SPAN = Span.month(MAY), Span.month(JUNE)
BOTH = Span(MAY, JUNE_SPAN.last)


def compared(
    heat: Heat, first: Slice, second: Slice, unit: Unit = "grid", **more: Any
) -> CompareLayer:
    with heat.db.read() as tx:
        version = version_of(tx, heat.planner)
        scopes = [scope_of(tx, heat.planner, one, version, unit=unit) for one in (first, second)]
        return compare_layer(tx, *scopes, unit, **more)


def cube(heat: Heat, asked: Slice, unit: Unit, kind: StepKind, count: int | None = None) -> Cube:
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner))
        return cube_of(tx, scope, unit, kind, count)


@pytest.fixture(scope="module")
def year(heat: Heat) -> str:
    """Twelve months of 2024 with a place that grows hot; returns its grid."""
    rng = np.random.default_rng(24)
    samples = []
    for month in range(1, 13):
        day = dt.date(2024, month, 10)
        for _ in range(12):
            lon, lat = rng.uniform([119.31, 35.93], [119.49, 36.07])
            samples.append(Sample("power.cable", day, float(lon), float(lat)))
    near = rng.uniform([119.365, 35.97], [119.435, 36.03], (150, 2))
    day = dt.date(2024, 12, 20)
    samples += [Sample("power.cable", day, float(lon), float(lat)) for lon, lat in near]
    add_reports(heat.url, samples)
    found = heat.execute(
        "SELECT grid_code FROM report WHERE received_on = '2024-12-20' GROUP BY 1"
        " ORDER BY count(*) DESC LIMIT 1"
    )
    return str(found[0][0])


@pytest.mark.parametrize(("unit", "cell_m"), [("grid", None), ("town", None), ("cell", 800)])
def test_two_months_hold_their_own_counts(heat: Heat, unit: Unit, cell_m: int | None) -> None:
    asked = Slice("water", span=MAY_SPAN), Slice("water", span=JUNE_SPAN)
    layer = compared(heat, *asked, unit, cell_m=cell_m)
    assert layer.found.first.tolist() == layer.first.counts.tolist()
    assert layer.found.second.sum() == layer.second.n > 0
    assert layer.found.difference == pytest.approx(layer.found.second - layer.found.first * 30 / 31)


def test_windows_add_the_neighbours(heat: Heat) -> None:
    asked = Slice(span=MAY_SPAN), Slice(span=JUNE_SPAN)
    alone, together = compared(heat, *asked), compared(heat, *asked, windows=True)
    unit = int(np.argmax(alone.first.counts))
    window = [unit, *alone.frame.neighbours[[unit]].indices.tolist()]
    assert together.found.first[unit] == alone.found.first[window].sum()


def test_periods_that_share_a_day_are_not_compared(heat: Heat) -> None:
    may = Span(MAY, dt.date(2022, 5, 31))
    with pytest.raises(InvalidInput, match="two periods overlap"):
        compared(heat, Slice("water", span=may), Slice("water", span=Span(may.last, BOTH.last)))
    # Cells are counted by whole months.
    halves = Span(MAY, dt.date(2022, 5, 15)), Span(dt.date(2022, 5, 16), may.last)
    with pytest.raises(InvalidInput, match="two periods overlap"):
        compared(heat, *(Slice("water", span=half) for half in halves), "cell", cell_m=400)


def test_categories_are_compared_by_share(heat: Heat) -> None:
    layer = compared(heat, Slice("water", span=BOTH), Slice("power", span=BOTH))
    assert layer.test == "share"
    scale = layer.second.n / layer.first.n
    assert layer.found.difference == pytest.approx(layer.found.second - layer.found.first * scale)
    with pytest.raises(InvalidInput, match="no reports"):
        compared(heat, Slice("water", span=BOTH), Slice("gas", span=BOTH))


def test_a_year_that_went_up_everywhere_has_no_unusual_share(heat: Heat) -> None:
    month = Span(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    before = period_before(month)
    codes = [f"G{i:04d}" for i in range(1, 30)]
    samples = [Sample("water.burst", before.first, grid=code) for code in codes for _ in range(3)]
    samples += [Sample("water.burst", month.first, grid=code) for code in codes for _ in range(30)]
    add_reports(heat.url, samples)
    asked = Slice("water", span=before), Slice("water", span=month)
    assert (compared(heat, *asked).found.bins == 3).sum() == len(codes)
    assert (compared(heat, *asked, test="share").found.bins == 0).all()


@pytest.mark.parametrize("unit", ["grid", "community", "town"])
def test_months_of_a_cube_are_the_months_of_the_map(heat: Heat, unit: Unit) -> None:
    found = cube(heat, Slice("water", span=BOTH), unit, "month")
    assert found.steps == (MAY_SPAN, JUNE_SPAN)
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, Slice("water", span=BOTH), version_of(tx, heat.planner))
        for step, span in enumerate(found.steps):
            counted = count_frame(tx, scope, scope.frame(tx, unit), span)
            assert found.counts[:, step].tolist() == counted.counts.tolist()


def test_weeks_end_with_the_period(heat: Heat) -> None:
    found = cube(heat, Slice(span=BOTH), "grid", "week")
    assert len(found.steps) == 8
    assert (found.steps[-1].last, found.steps[0].length) == (JUNE_SPAN.last, 7)
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, Slice(span=BOTH), version_of(tx, heat.planner))
        for step, span in enumerate(found.steps):
            counted = count_frame(tx, scope, found.frame, span)
            assert found.counts[:, step].tolist() == counted.counts.tolist()


def test_a_place_that_grows_hot_is_new(heat: Heat, year: str) -> None:
    whole = Span(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    found = cube(heat, Slice("power", span=whole), "grid", "month")
    layer = emerging_steps(found, THE_MAP)
    place = found.frame.position[year]
    assert SIMPLE_CLASSES[layer.found.simple[place]] == "new"
    assert layer.found.bins[place].tolist() == [0] * 11 + [1]
    bins = step_bins(found, THE_MAP)
    assert np.array_equal(np.sign(bins), layer.found.bins)
    assert bins[place, -1] > 0


@pytest.mark.parametrize(
    ("asked", "unit", "count", "field"),
    [
        (Slice(span=BOTH), "cell", None, "unit"),
        (Slice(span=BOTH, source="patrol"), "grid", None, "cause"),
        (Slice(span=MAY_SPAN), "grid", None, "steps"),
        (Slice(span=BOTH), "grid", 61, "steps"),
        (Slice("gas"), "grid", None, "from"),
    ],
)
def test_what_no_cube_can_be(
    heat: Heat, asked: Slice, unit: Unit, count: int | None, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        cube(heat, asked, unit, "month", count)
    assert refused.value.errors[0].field == field
