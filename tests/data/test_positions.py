"""Coordinates of files: every system in, WGS 84 out, and the likely cause where they cannot be."""

import numpy as np
import pandas as pd
import pytest
import shapely

from data.fields import FieldReader
from data.headings import map_headings
from data.positions import crs_of, likely_cause, read_positions, read_shapes
from data.tables import Chunk, Table
from gis.datum import WGS84, from_wgs84, parse_crs
from gis.errors import InvalidInput
from gis.geometry import BBox

HOME = BBox(119.0, 35.7, 119.8, 36.3)
LON, LAT = np.array([119.41, 119.2, 119.6]), np.array([35.99, 35.9, 36.1])
SQUARE = shapely.box(119.4, 35.9, 119.5, 36.0)


def reader_of(geometry=None, **columns) -> FieldReader:
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    count = len(frame) if geometry is None else len(geometry)
    kind = "grids" if "boundary" in columns else "places"
    chunk = Chunk(frame, np.arange(2, 2 + count), geometry)
    return FieldReader(chunk, map_headings(kind, tuple(columns)))


def table_of(**changes) -> Table:
    options = {
        "name": "a.shp",
        "columns": (),
        "has_geometry": True,
        "crs": None,
        "approximate_rows": 0,
    }
    return Table(**(options | changes), read=lambda _size: iter(()))


@pytest.mark.parametrize(
    "name",
    ["WGS84", "CGCS2000", "GCJ-02", "BD-09", "EPSG:4549", "EPSG:4528", "EPSG:32650", "EPSG:3857"],
)
def test_columns_in_any_system_come_back_as_wgs84(name):
    x, y = from_wgs84(LON, LAT, parse_crs(name))
    reader = reader_of(lon=map(repr, x.tolist()), lat=map(repr, y.tolist()))
    lon, lat = read_positions(reader, parse_crs(name), HOME, required=True)
    assert not reader.problems
    assert lon == pytest.approx(LON, abs=1e-8)
    assert lat == pytest.approx(LAT, abs=1e-8)


def test_point_shapes_win_over_columns_and_other_shapes_are_problems():
    shapes = np.array(
        [shapely.Point(119.4, 36.0), shapely.MultiPoint([(119.5, 36.0)]), SQUARE, None]
    )
    reader = reader_of(shapes)
    lon, lat = read_positions(reader, WGS84, HOME, required=True)
    assert lon[:2].tolist() == [119.4, 119.5]
    assert np.isnan(lat[2:]).all()
    assert [(p.row, p.reason) for p in reader.problems] == [
        (4, "is a Polygon, not a point"), (5, "the position is missing"),
    ]  # fmt: skip


def test_rows_with_half_a_position_or_without_a_fix_are_problems():
    reader = reader_of(
        lon=["119.4", "119.4", "", "0", "500", "119.4"], lat=["36", "", "", "0.0", "36", "x"]
    )
    lon, _ = read_positions(reader, WGS84, HOME, required=False)
    assert np.isfinite(lon).tolist() == [True, False, False, False, False, False]
    assert sorted(p.row for p in reader.problems) == [3, 5, 6, 7]
    assert not reader.bad[2]  # nothing given is allowed where positions are not required


def refusal(x, y, crs, home=HOME) -> str:
    reader = reader_of(lon=map(repr, x.tolist()), lat=map(repr, y.tolist()))
    with pytest.raises(InvalidInput) as caught:
        read_positions(reader, crs, home, required=True)
    assert "row 2:" in caught.value.detail
    return caught.value.detail


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (4549, "EPSG:4549"), (4528, "EPSG:4528"), (4498, "EPSG:4498"), (3857, "EPSG:3857"),
        # The same meridian, and a scale that moves a county by 1.6 km: the numbers cannot tell.
        (4509, "EPSG:4509 or EPSG:32650"), (32650, "EPSG:4509 or EPSG:32650"),
    ],
)  # fmt: skip
def test_metres_read_as_degrees_name_their_system(code, named):
    x, y = from_wgs84(LON, LAT, parse_crs(f"EPSG:{code}"))
    assert f"look like metres of {named}: try --crs {named}" in refusal(x, y, WGS84)


def test_northing_before_easting_is_recognised():
    x, y = from_wgs84(LON, LAT, parse_crs("EPSG:4549"))
    assert "metres of EPSG:4549, with northing before easting" in refusal(y, x, WGS84)


def test_feet_are_recognised():
    x, y = from_wgs84(LON, LAT, parse_crs("EPSG:4549"))
    assert "look like feet of EPSG:4549" in refusal(x / 0.3048, y / 0.3048, WGS84)


def test_swapped_coordinates_are_recognised():
    # Nothing of options: grids and places have none for their axes.
    assert refusal(LAT, LON, WGS84).endswith("look swapped: exchange the two")
    x, y = from_wgs84(LON, LAT, parse_crs("GCJ-02"))
    assert "look swapped" in refusal(y, x, parse_crs("GCJ-02"))


def test_degrees_read_as_metres_are_recognised():
    assert "look like degrees" in refusal(LON, LAT, parse_crs("EPSG:4549"))


def test_without_a_known_county_metres_are_still_named():
    x, y = from_wgs84(LON, LAT, parse_crs("EPSG:4549"))
    assert "look like metres of EPSG:45" in likely_cause(x, y, WGS84, None)
    assert "not finite" in likely_cause(np.array([np.nan]), np.array([np.inf]), WGS84, None)
    assert "another coordinate system" in likely_cause(
        np.array([5e9]), np.array([5e9]), WGS84, HOME
    )


def test_a_few_positions_outside_are_problems_of_their_rows():
    x, y = from_wgs84(LON, LAT, parse_crs("EPSG:4549"))
    x[0] = 9e9
    reader = reader_of(lon=map(repr, x.tolist()), lat=map(repr, y.tolist()))
    lon, _ = read_positions(reader, parse_crs("EPSG:4549"), HOME, required=True)
    assert np.isfinite(lon).tolist() == [False, True, True]
    assert "outside the range of EPSG:4549" in reader.problems[0].reason


@pytest.mark.parametrize(
    "written", [SQUARE.wkt, shapely.to_geojson(SQUARE), f"SRID=4326;{SQUARE.wkt}"]
)
def test_boundaries_in_a_column_are_read(written):
    reader = reader_of(boundary=[written])
    assert read_shapes(reader, WGS84, HOME)[0].equals(SQUARE)


def test_boundaries_that_are_none_are_problems():
    reader = reader_of(boundary=["", "POLYGON ((oops))", "POINT (119 36)", "POLYGON EMPTY"])
    read_shapes(reader, WGS84, HOME)
    assert [(p.row, p.reason.split(" (")[0]) for p in reader.problems] == [
        (3, "is neither WKT"), (2, "the boundary is missing"), (5, "the boundary is missing"),
        (4, "is a Point, not a polygon"),
    ]  # fmt: skip


def test_neighbours_still_share_their_border_after_conversion():
    crs = parse_crs("GCJ-02")
    east = shapely.box(119.5, 35.9, 119.6, 36.0)
    there = shapely.transform(
        np.array([SQUARE, east]), lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], crs))
    )
    back = read_shapes(reader_of(there), crs, HOME)
    assert shapely.coverage_is_valid(back)
    assert shapely.hausdorff_distance(back[0], SQUARE) < 1e-9


def test_boundaries_in_another_system_are_refused_with_the_cause():
    metres = shapely.transform(
        np.array([SQUARE]),
        lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], parse_crs("EPSG:4549"))),
    )
    with pytest.raises(InvalidInput, match=r"row 2: .*try --crs EPSG:4549"):
        read_shapes(reader_of(metres), WGS84, HOME)


def test_shapes_without_a_system_need_one_by_option():
    with pytest.raises(InvalidInput, match="--crs EPSG:4549"):
        crs_of(table_of(), None)
    assert crs_of(table_of(), "gcj02").name == "GCJ-02"
    assert crs_of(table_of(crs=parse_crs("EPSG:4549")), None).name == "EPSG:4549"
    assert crs_of(table_of(has_geometry=False), None) == WGS84
