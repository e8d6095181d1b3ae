"""Values for positions and boxes, the local frame, and the confidence of a match."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from gis.errors import InvalidInput
from gis.geometry import (
    BBox,
    Candidate,
    LocalFrame,
    Point,
    accuracy_confidence,
    bbox_around,
)

GEOD = Geod(ellps="WGS84")
lons, lats = st.floats(-180, 180), st.floats(-90, 90)
inhabited = st.tuples(st.floats(-179, 179), st.floats(-70, 70))
# Two grids that share the meridian 119.4 and a third one north of both.
WEST = ("w", shapely.box(119.3, 35.9, 119.4, 36.0))
EAST = ("e", shapely.box(119.4, 35.9, 119.5, 36.0))
NORTH = ("n", shapely.box(119.3, 36.0, 119.5, 36.1))
GRIDS = [WEST, EAST, NORTH]


@given(lons, lats)
def test_a_point_keeps_what_is_in_range(lon, lat):
    assert (Point(lon, lat).lon, Point(lon, lat).lat) == (lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat", "field"),
    [
        (math.nan, 0, "longitude"), (math.inf, 0, "longitude"), (180.1, 0, "longitude"),
        (0, math.nan, "latitude"), (0, -math.inf, "latitude"), (36.0, 119.4, "latitude"),
    ],
)  # fmt: skip
def test_a_point_out_of_range_names_the_field(lon, lat, field):
    with pytest.raises(InvalidInput) as caught:
        Point(lon, lat)
    assert caught.value.errors[0].field == field


@given(lons, lats, lons, lats)
def test_a_box_reads_back_what_it_prints(a, b, c, d):
    west, east = sorted((a, c))
    south, north = sorted((b, d))
    box = BBox(west, south, east, north)
    assert BBox.parse(",".join(repr(side) for side in box)) == box


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,0,1,1",
        "0,0,inf,1",
        "2,0,1,1",
        "0,2,1,1",
        "0,-91,1,1",
        "0,0,181,1",
        ",,,",
    ],
)
def test_a_box_that_is_none_is_refused(text):
    with pytest.raises(InvalidInput) as caught:
        BBox.parse(text)
    assert caught.value.errors[0].field == "bbox"


@given(inhabited, st.floats(0, 360), st.floats(0, 20_000))
def test_the_box_around_a_point_holds_everything_near(centre, azimuth, distance_m):
    lon, lat, _ = GEOD.fwd(*centre, azimuth, distance_m)
    assume(abs(lon - centre[0]) < 170)  # boxes do not cross the antimeridian
    box = bbox_around(Point(*centre), 20_000)
    assert box.west <= lon <= box.east
    assert box.south <= lat <= box.north


@given(inhabited, st.floats(1, 2_000))
def test_a_circle_has_its_radius_on_the_ellipsoid(centre, radius_m):
    ring = shapely.get_coordinates(LocalFrame(*centre).circle(radius_m))
    assert len(ring) == 65
    n = len(ring)
    _, _, distances = GEOD.inv([centre[0]] * n, [centre[1]] * n, ring[:, 0], ring[:, 1])
    assert np.abs(np.asarray(distances) - radius_m).max() < 0.015


@given(inhabited, st.floats(-2_000, 2_000), st.floats(-2_000, 2_000))
def test_the_local_frame_is_azimuthal_equidistant_and_invertible(centre, x, y):
    frame = LocalFrame(*centre)
    there = frame.to_degrees(np.array([[x, y]]))
    assert frame.to_metres(there)[0] == pytest.approx([x, y], abs=1e-6)
    oracle = Transformer.from_crs(
        4326, f"+proj=aeqd +lon_0={centre[0]!r} +lat_0={centre[1]!r} +ellps=WGS84", always_xy=True
    )
    assert oracle.transform(*there[0]) == pytest.approx((x, y), abs=0.02)


def test_without_accuracy_nothing_is_claimed():
    assert accuracy_confidence(Point(119.35, 35.95), None, "w", GRIDS) == accuracy_confidence(
        Point(119.35, 35.95), None, None, []
    )
    assert accuracy_confidence(Point(119.35, 35.95), None, "w", GRIDS).value is None


def test_a_circle_wholly_inside_is_certain_and_has_no_candidates():
    confidence = accuracy_confidence(Point(119.35, 35.95), 100, "w", GRIDS)
    assert (confidence.value, confidence.candidates) == (1.0, ())


def test_a_circle_on_a_shared_edge_is_split():
    confidence = accuracy_confidence(Point(119.4, 35.95), 100, "e", GRIDS)
    assert confidence.value == 0.5
    assert confidence.candidates == (Candidate("e", 0.5), Candidate("w", 0.5))


def test_shares_may_sum_below_one_at_the_county_border():
    confidence = accuracy_confidence(Point(119.3, 35.95), 100, "w", GRIDS)
    assert confidence.value == 0.5
    assert confidence.candidates == (Candidate("w", 0.5),)


def test_a_nearest_grid_the_circle_does_not_reach_has_confidence_zero():
    confidence = accuracy_confidence(Point(119.2997, 35.95), 10, "w", GRIDS)
    assert (confidence.value, confidence.candidates) == (0.0, ())


def test_outside_every_grid_there_is_no_confidence():
    assert accuracy_confidence(Point(119.0, 35.0), 100, None, []).value is None


@pytest.mark.parametrize(("lon", "value"), [(119.35, 1.0), (119.4, 1.0), (119.2999, 0.0)])
def test_an_accuracy_of_zero_is_a_point(lon, value):
    confidence = accuracy_confidence(Point(lon, 35.95), 0, "w", GRIDS)
    assert (confidence.value, confidence.candidates) == (value, ())


def test_the_radius_is_capped_and_at_most_ten_candidates_are_named():
    strips = [
        (f"s{i:02}", shapely.box(119.38 + i * 0.002, 35.9, 119.382 + i * 0.002, 36.0))
        for i in range(20)
    ]
    wide = accuracy_confidence(Point(119.4, 35.95), 50_000, "s09", strips)
    assert wide == accuracy_confidence(Point(119.4, 35.95), 2_000, "s09", strips)
    assert len(wide.candidates) == 10
    shares = [candidate.share for candidate in wide.candidates]
    assert shares == sorted(shares, reverse=True)


@given(st.floats(119.31, 119.49), st.floats(35.91, 36.09), st.floats(1, 900))
def test_inside_the_county_the_shares_are_a_partition(lon, lat, accuracy_m):
    assume(min(lon - 119.3, 119.5 - lon) * 90_000 > accuracy_m)
    assume(min(lat - 35.9, 36.1 - lat) * 110_000 > accuracy_m)
    chosen = "n" if lat > 36.0 else "w" if lon <= 119.4 else "e"
    confidence = accuracy_confidence(Point(lon, lat), accuracy_m, chosen, GRIDS)
    if confidence.candidates:
        assert sum(c.share for c in confidence.candidates) == pytest.approx(1.0, abs=0.002)
        named = {c.grid_code: c.share for c in confidence.candidates}
        assert named.get(chosen, 0.0) == confidence.value
    else:
        assert confidence.value == 1.0


def test_shares_agree_with_an_equidistant_projection():
    location, radius_m = Point(119.4017, 35.9953), 900.0
    to_plane = Transformer.from_crs(
        4326, "+proj=aeqd +lon_0=119.4017 +lat_0=35.9953 +ellps=WGS84", always_xy=True
    ).transform
    circle = shapely.Point(0, 0).buffer(radius_m, quad_segs=16)
    expected = {
        code: circle.intersection(
            shapely.transform(shapely.segmentize(boundary, 0.001), to_plane, interleaved=False)
        ).area
        / circle.area
        for code, boundary in GRIDS
    }
    confidence = accuracy_confidence(location, radius_m, "e", GRIDS)
    assert {c.grid_code: c.share for c in confidence.candidates} == pytest.approx(
        expected, abs=0.0006
    )
