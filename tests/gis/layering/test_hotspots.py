"""The hotspot layer: planted clusters, what they are measured by, and the areas they form."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from gis.errors import InvalidInput
from gis.layering.frames import Unit
from gis.layering.hotspots import Area, HotspotLayer, hot_areas, hotspot_layer
from gis.layering.methods import hotspots_method
from gis.layering.scopes import Slice, Span, scope_of, version_of
from tests.gis.layering.conftest import MAY, Heat
from tests.support.heat import Sample, add_reports

BOTH = Span(MAY, dt.date(2022, 6, 30))
AUGUST = Span(dt.date(2022, 8, 1), dt.date(2022, 8, 31))


def found(heat: Heat, asked: Slice, unit: Unit = "grid", **more: object) -> HotspotLayer:
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner), unit=unit)
        layer = hotspot_layer(tx, scope, unit, **more)  # type: ignore[arg-type]
        layer.areas.extend(hot_areas(tx, scope, layer))
        return layer


@pytest.fixture(scope="module")
def outbreak(heat: Heat) -> tuple[float, float]:
    """Ten bursts around one place and forty elsewhere, in August."""
    rng = np.random.default_rng(8)
    lon, lat = 119.402, 36.004
    near = rng.normal([lon, lat], 0.0008, (10, 2))
    far = rng.uniform([119.31, 35.93], [119.49, 36.07], (25, 2))
    day = dt.date(2022, 8, 14)
    add_reports(
        heat.url, [Sample("water.burst", day, float(x), float(y)) for x, y in (*near, *far)]
    )
    return lon, lat


@pytest.mark.parametrize(("unit", "cell_m"), [("grid", None), ("cell", 800)])
def test_a_planted_outbreak_is_the_top_hotspot(
    heat: Heat, outbreak: tuple[float, float], unit: Unit, cell_m: int | None
) -> None:
    layer = found(heat, Slice("water.burst", span=AUGUST), unit, cell_m=cell_m, against="exposure")
    area = layer.areas[0]
    assert area.bin == 3
    assert area.count >= 10 > area.expected
    assert layer.counted.counts[area.peak] == layer.counted.counts.max()
    assert area.count == layer.counted.counts[list(area.window)].sum()
    assert area.expected == pytest.approx(layer.expected[list(area.window)].sum())
    assert area.q == layer.found.q[list(area.members)].min() < 0.01
    assert [one.p for one in layer.areas] == sorted(one.p for one in layer.areas)


@pytest.mark.parametrize(
    ("strongest", "en", "zh"),
    [
        (4, "here and in the 1 neighbouring unit", "本单元及相邻1个"),
        (5, "around here, in 2 neighbouring units", "这一带相邻的2个"),
    ],
)
def test_a_neighbours_window_is_not_told_as_the_peaks_own(strongest: int, en: str, zh: str) -> None:
    area = Area((4, 5), strongest, (4, 5), peak=4, count=9, expected=0.6, p=1e-7, q=1e-4, bin=3)
    assert area.words()["en"].startswith(f"9 reports {en}, where 0.6")
    assert area.words()["zh"].startswith(f"{zh}单元共9件")


def test_the_window_is_the_unit_and_its_neighbours(heat: Heat) -> None:
    layer = found(heat, Slice(span=BOTH))
    unit = int(np.argmax(layer.counted.counts))
    window = [unit, *layer.frame.neighbours[[unit]].indices.tolist()]
    assert layer.found.window_count[unit] == layer.counted.counts[window].sum()
    assert layer.found.window_size[unit] == len(window)
    assert layer.found.window_expected[unit] == pytest.approx(layer.expected[window].sum())


def test_exposure_decides_what_is_expected(heat: Heat) -> None:
    layer = found(heat, Slice(span=BOTH), against="exposure", exposure="residents")
    share = layer.frame.residents / layer.frame.residents.sum()
    assert layer.expected == pytest.approx(share * layer.counted.n)
    assert layer.exposure is not None
    assert layer.exposure.code == "residents"


def test_units_of_unknown_exposure_are_no_evidence(heat: Heat) -> None:
    layer = found(heat, Slice(span=BOTH), against="exposure", exposure="households")
    unknown = layer.frame.position["G0007"]
    assert layer.expected[unknown] == 0
    judged = layer.counted.counts.sum() - layer.counted.counts[unknown]
    assert layer.expected.sum() == pytest.approx(judged)


def test_a_layer_without_reports_has_no_statistic(heat: Heat) -> None:
    layer = found(heat, Slice("gas", span=BOTH))
    assert np.isnan(layer.found.p).all()
    assert np.isnan(layer.found.z).all()
    assert not layer.found.bins.any()
    assert layer.areas == []


def test_without_reports_units_still_have_the_exposure_they_have(heat: Heat) -> None:
    asked = Slice("gas", span=BOTH)
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner))
        for exposure, missing in (("residents", []), ("households", ["1 unit has no known"])):
            layer = hotspot_layer(tx, scope, "grid", against="exposure", exposure=exposure)
            notes = {one["code"]: one["en"] for one in hotspots_method(scope, layer).notes}
            said = [notes["unknown_exposure"][:19]] if "unknown_exposure" in notes else []
            assert said == missing


def test_an_exposure_that_is_not_used_is_refused(heat: Heat) -> None:
    with pytest.raises(InvalidInput, match="against"):
        found(heat, Slice(span=BOTH), exposure="residents")


def test_the_order_of_reports_does_not_matter(heat: Heat) -> None:
    before = found(heat, Slice(span=BOTH))
    heat.execute("CLUSTER report USING report_pk")
    heat.execute("UPDATE report SET description = 'y' WHERE number < '00000000000000000100'")
    after = found(heat, Slice(span=BOTH))
    assert np.array_equal(before.found.z, after.found.z)
