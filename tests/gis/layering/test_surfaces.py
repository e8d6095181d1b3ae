"""Density surfaces and their tiles: mass, seams, fixed colours, and places that stay where they are."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gis.datum import from_wgs84, parse_crs
from gis.errors import InvalidInput
from gis.hotspots.density import point_density
from gis.layering.scopes import Scope, Slice, Span, scope_of, version_of
from gis.layering.surfaces import (
    Surface,
    breaks_below,
    check_bandwidth,
    class_breaks,
    scale_of,
    surface_of,
)
from gis.layering.tiles import TILE, density_tile, pixel_places, sampled, tile_of
from tests.gis.layering.conftest import JUNE, MAY, Heat
from tests.support.heat import METRIC_SRID, Sample, add_reports

METRIC = parse_crs(f"EPSG:{METRIC_SRID}")
BOTH = Span(MAY, dt.date(2022, 6, 30))
COLOURS = ["#ffffcc", "#fed976", "#feb24c", "#fd8d3c", "#e31a1c", "#800026"]


def surface(heat: Heat, asked: Slice, bandwidth: int = 800) -> tuple[Scope, Surface, list[float]]:
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner), unit="cell")
        width = check_bandwidth(bandwidth)
        found = surface_of(tx, scope, width)
        assert surface_of(tx, scope, width) is found
        return scope, found, class_breaks(scale_of(tx, scope, width), scope.found)


@pytest.mark.parametrize("bandwidth", [400, 800, 1600])
@pytest.mark.parametrize("asked", [Slice(span=BOTH), Slice("water", span=BOTH, source="resident")])
def test_the_surface_adds_up_to_the_reports(heat: Heat, bandwidth: int, asked: Slice) -> None:
    _, found, _ = surface(heat, asked, bandwidth)
    total = found.values.sum() * (found.cell_m / 1000) ** 2
    assert total == pytest.approx(found.counted.n, rel=1e-9)
    placed = sum(
        one.lon is not None
        and one.outcome not in {"rejected", "duplicate"}
        and (one.category or "").startswith(asked.category or "")
        and one.category != "noise"
        and one.source == (asked.source or one.source)
        for one in heat.samples
    )
    assert found.counted.n + found.counted.outside == placed
    assert found.counted.without_location > 0


def test_the_surface_is_that_of_the_points(heat: Heat) -> None:
    _, found, _ = surface(heat, Slice("power", span=BOTH))
    points = [
        (one.lon, one.lat)
        for one in heat.samples
        if one.category == "power.cable" and one.lon and not one.outcome
    ]
    lon, lat = np.array(points).T
    xy = np.column_stack(from_wgs84(lon, lat, METRIC))
    x, y = from_wgs84(np.array([119.40]), np.array([36.00]), METRIC)  # 9 km from every border
    exact = point_density(np.column_stack([x, y]), xy, np.ones(len(xy)), 800)
    assert sampled(found, x, y)[0] == pytest.approx(exact[0], rel=0.05)


def test_tiles_meet_without_a_seam_and_agree_over_zooms(heat: Heat) -> None:
    _, found, _ = surface(heat, Slice(span=BOTH))
    place = tile_of(119.40, 36.00, 13)
    zoom, column, row = place
    here, right = (pixel_places((zoom, column + i, row), METRIC) for i in (0, 1))
    gap = [right[0][:, 0] - here[0][:, -1], here[0][:, -1] - here[0][:, -2]]
    assert gap[0] == pytest.approx(gap[1], rel=1e-4)
    parent = sampled(found, *pixel_places((zoom - 1, column // 2, row // 2), METRIC))
    child = sampled(found, *pixel_places(place, METRIC))
    top, left = (TILE // 2) * (row % 2), (TILE // 2) * (column % 2)
    quarter = parent[top : top + TILE // 2, left : left + TILE // 2]
    mean = child.reshape(TILE // 2, 2, TILE // 2, 2).mean(axis=(1, 3))
    assert np.abs(quarter - mean).max() < 0.01 * found.values.max()


def test_pixels_lie_where_the_map_says(heat: Heat) -> None:
    tile = tile_of(119.40, 36.00, 9)
    easting, northing = pixel_places(tile, METRIC)
    zoom, column, row = tile
    for i, j in ((0, 0), (100, 37), (255, 255)):
        lon = (column + (j + 0.5) / TILE) / 2**zoom * 360 - 180
        lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (row + (i + 0.5) / TILE) / 2**zoom))))
        x, y = from_wgs84(lon, lat, METRIC)
        assert np.hypot(easting[i, j] - x, northing[i, j] - y) < 2


def test_a_tile_shows_the_classes_in_their_colours(heat: Heat) -> None:
    _, found, breaks = surface(heat, Slice(span=BOTH))
    tile = tile_of(119.40, 36.00, 12)
    content = density_tile(found, METRIC, tile, breaks, COLOURS)
    assert content is not None
    image = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))
    assert image.shape == (TILE, TILE, 4)
    values = sampled(found, *pixel_places(tile, METRIC))
    classes = np.searchsorted(breaks, values, side="right")
    assert (image[..., 3] == np.where(classes > 0, 255, 0)).all()
    for number in np.unique(classes[classes > 0]):
        rgb = "#" + "".join(f"{part:02x}" for part in image[classes == number][0][:3])
        assert rgb == COLOURS[number - 1]


def test_where_nothing_is_there_is_no_tile(heat: Heat) -> None:
    _, found, breaks = surface(heat, Slice(span=BOTH))
    assert density_tile(found, METRIC, tile_of(0, 0, 10), breaks, COLOURS) is None


def test_months_of_one_choice_share_their_classes(heat: Heat) -> None:
    may = surface(heat, Slice("water", span=Span(MAY, dt.date(2022, 5, 31))))
    june = surface(heat, Slice("water", span=Span(JUNE, dt.date(2022, 6, 30))))
    assert may[2] == june[2] != []
    assert surface(heat, Slice("water", span=BOTH))[2] == [2 * value for value in june[2]]
    assert may[1].values.max() != june[1].values.max()


def test_the_busiest_month_is_not_darker_than_its_legend_goes(heat: Heat) -> None:
    spans = [Span(MAY, dt.date(2022, 5, 31)), Span(JUNE, dt.date(2022, 6, 30))]
    busiest = max(
        (surface(heat, Slice("water", span=span)) for span in spans),
        key=lambda one: one[1].counted.n,
    )
    # Steps are 1, 2, 5: what is densest stands in the last class, and by less than the next step.
    assert busiest[2][-1] <= busiest[1].values.max() < busiest[2][-1] * 2.5


def test_a_choice_without_reports_has_no_classes(heat: Heat) -> None:
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, Slice("gas"), version_of(tx, heat.planner), unit="cell")
        assert scale_of(tx, scope, 800) == 0


def test_a_cause_unknown_in_the_busiest_month_has_classes_all_the_same(heat: Heat) -> None:
    day = dt.date(2019, 4, 4)
    add_reports(heat.url, [Sample("power.cable", day, 119.40, 36.0, cause="valve")])
    asked = Slice("power", cause="valve", span=Span.month(day))
    _, found, breaks = surface(heat, asked)
    assert found.counted.n == 1
    assert 0 < breaks[-1] <= found.values.max() < breaks[-1] * 2.5
    # What leads find out later of the busiest month counts from then on.
    heat.execute("UPDATE report SET cause = 'valve' WHERE category_code = 'power.cable'")
    heat.execute(
        "INSERT INTO outbox (county_code, action, audience_after, at)"
        " VALUES ('370782', 'imported', '{}', now())"
    )
    later = surface(heat, asked)
    assert later[1].values.max() == found.values.max()
    assert later[2][-1] > breaks[-1]


@given(st.floats(1e-4, 1e5), st.floats(0.5, 60))
def test_classes_ascend_below_the_peak(peak: float, months: float) -> None:
    breaks = breaks_below(peak, months)
    assert len(breaks) == 6
    assert breaks == sorted(set(breaks))
    assert breaks[-1] <= peak * max(1, round(months)) * 1.001


def test_other_bandwidths_are_refused() -> None:
    with pytest.raises(InvalidInput, match="400, 800, 1600"):
        check_bandwidth(500)
