"""Rates: what they are divided by, what is smoothed, and what is not told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from gis.errors import InvalidInput
from gis.layering.exposures import Exposure, list_exposures, put_exposure
from gis.layering.frames import Unit
from gis.layering.rates import RatesLayer, rates_layer
from gis.layering.scopes import Slice, Span, scope_of, version_of
from tests.gis.layering.conftest import MAY, Heat
from tests.support.county import COUNTY
from tests.support.heat import Sample, add_reports

BOTH = Span(MAY, dt.date(2022, 6, 30))
PIPE = Exposure("pipe_km", "供水管长", "Water mains", "公里", "km", 10)


def layer(heat: Heat, asked: Slice, unit: Unit = "grid", **more: object) -> RatesLayer:
    with heat.db.read() as tx:
        scope = scope_of(
            tx,
            heat.planner,
            asked,
            version_of(tx, heat.planner),
            unit=unit,
            counts_before=dt.date.max,
        )
        return rates_layer(tx, scope, unit, **more)  # type: ignore[arg-type]


def test_rates_are_counts_over_exposure(heat: Heat) -> None:
    found = layer(heat, Slice(category="water", span=BOTH), exposure="residents")
    frame, counts = found.frame, found.counted.counts
    assert found.exposure.per == 1000
    assert found.rate == pytest.approx(counts / frame.residents * 1000)
    assert found.per_km2 == pytest.approx(counts / frame.area_km2)
    assert found.mean == pytest.approx(counts.sum() / frame.residents.sum() * 1000)
    assert found.ratio == pytest.approx(found.rate / found.mean)
    low, high = np.minimum(found.rate, found.mean), np.maximum(found.rate, found.mean)
    assert ((found.smoothed >= low - 1e-9) & (found.smoothed <= high + 1e-9)).all()


def test_without_exposure_there_is_no_rate(heat: Heat) -> None:
    found = layer(heat, Slice(span=BOTH))
    assert found.exposure.code == "households"
    unknown = found.frame.position["G0007"]
    assert np.isnan(found.rate[unknown])
    assert np.isnan(found.smoothed[unknown])
    assert np.isfinite(found.per_km2).all()


def test_cells_are_measured_by_area(heat: Heat) -> None:
    found = layer(heat, Slice(span=BOTH), "cell", cell_m=400)
    assert found.exposure.code == "area"
    assert found.rate == pytest.approx(found.counted.counts / 0.16)
    with pytest.raises(InvalidInput, match="exposure"):
        layer(heat, Slice(span=BOTH), "cell", cell_m=400, exposure="shoes")


def test_an_exposure_of_our_own_and_the_category_it_suits(heat: Heat) -> None:
    layout = heat.execute(
        "SELECT id FROM grid_layout WHERE county_code = %s AND status = 'active'", COUNTY
    )
    layout_id = int(str(layout[0][0]))
    before = layer(heat, Slice(category="water", span=BOTH))
    kilometres = {"G0001": 2.0, "G0002": 0.0, "G0003": 5.5}
    with heat.db.transaction() as tx:
        put_exposure(tx, COUNTY, layout_id, PIPE, kilometres, ("water",))
        assert [one.code for one in list_exposures(tx, COUNTY)][-1] == "pipe_km"
    assert before.exposure.code == "households"
    for category in ("water", "water.burst"):
        found = layer(heat, Slice(category=category, span=BOTH))
        assert found.exposure == PIPE
        place = found.frame.position
        assert found.amounts[place["G0003"]] == 5.5
        assert found.rate[place["G0003"]] == pytest.approx(
            found.counted.counts[place["G0003"]] / 0.55
        )
        assert np.isnan(found.rate[[place["G0002"], place["G0009"]]]).all()
    assert layer(heat, Slice(category="power", span=BOTH)).exposure.code == "households"
    town = layer(heat, Slice(category="water", span=BOTH), "town")
    assert np.nansum(town.amounts) == 7.5
    with pytest.raises(InvalidInput, match="area only"):
        layer(heat, Slice(category="water", span=BOTH), "cell", cell_m=400, exposure="pipe_km")


@pytest.mark.parametrize(
    ("exposure", "by_grid", "categories", "field"),
    [
        (Exposure("area", "", "", "", "", 1), {}, (), "code"),
        (Exposure("x", "", "", "", "", 0), {}, (), "per"),
        (PIPE, {"G0001": -1.0}, (), "amount"),
        (PIPE, {"nowhere": 1.0}, (), "grid_code"),
        (PIPE, {}, ("nothing",), "category"),
    ],
)
def test_an_exposure_that_cannot_be_is_refused(
    heat: Heat,
    exposure: Exposure,
    by_grid: dict[str, float],
    categories: tuple[str, ...],
    field: str,
) -> None:
    layout = heat.execute(
        "SELECT id FROM grid_layout WHERE county_code = %s AND status = 'active'", COUNTY
    )
    with heat.db.transaction() as tx, pytest.raises(InvalidInput) as refused:
        put_exposure(tx, COUNTY, int(str(layout[0][0])), exposure, by_grid, categories)
    assert refused.value.errors[0].field == field


def test_a_sensitive_group_is_told_by_month_in_grids_and_towns_only(heat: Heat) -> None:
    month = Span(dt.date(2022, 9, 1), dt.date(2022, 9, 30))
    day = dt.date(2022, 9, 5)
    grids = {"G0001": 6, "G0002": 3, "G0004": 1, "G0005": 2}
    add_reports(
        heat.url, [Sample("noise", day, grid=code) for code, n in grids.items() for _ in range(n)]
    )
    asked = Slice(category="noise", span=month)
    found = layer(heat, asked)
    told = {
        code: int(n)
        for code, n, said in zip(found.frame.codes, found.counted.counts, found.told, strict=True)
        if said and n
    }
    assert told == {"G0001": 6}
    blank = found.told == 0
    # A grid without reports is told as little as one with few.
    assert set(np.array(found.frame.codes)[blank]) == {*found.frame.codes} - {"G0001"}
    assert np.isnan(found.rate[blank]).all()
    assert np.isnan(found.per_km2[blank]).all()
    assert np.isnan(found.smoothed).all()
    assert np.isnan(found.mean)
    towns = layer(heat, asked, "town")
    assert set(towns.counted.counts.tolist()) <= {0, *range(5, 13)}
    with pytest.raises(InvalidInput, match="grid or town"):
        layer(heat, asked, "community")
