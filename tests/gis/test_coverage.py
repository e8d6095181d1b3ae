"""Overlaps, gaps and crossed rings are found, measured and named."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gis.coverage import (
    area_m2,
    check_coverage,
    find_invalid_rings,
    repair_rings,
    simplify_coverage,
)

GEOD = Geod(ellps="WGS84")
CELL = 0.01  # degrees; about 0.9 x 1.1 km at 36 degrees north


def cell(column: int, row: int, *, east: float = 0.0) -> shapely.Polygon:
    """Return a cell of the test county, its eastern side moved by degrees."""
    sides = [
        119.4 + column * CELL,
        36 + row * CELL,
        119.41 + column * CELL + east,
        36.01 + row * CELL,
    ]
    return shapely.box(*(round(side, 9) for side in sides))


def county(columns: int = 4, rows: int = 3) -> tuple[list[str], np.ndarray]:
    cells = [(c, r) for r in range(rows) for c in range(columns)]
    return [f"g{r}{c}" for c, r in cells], np.array([cell(c, r) for c, r in cells], dtype=object)


def geodesic_m2(shape) -> float:
    return abs(GEOD.geometry_area_perimeter(shape)[0])


def test_a_true_coverage_has_nothing_to_list():
    codes, boundaries = county()
    report = check_coverage(codes, boundaries, tolerance_m2=1)
    assert report.exact
    assert (report.overlaps, report.gaps, report.beyond) == ((), (), ())


def test_an_overlap_names_both_grids_its_area_and_a_place():
    codes, boundaries = county()
    boundaries[5] = cell(1, 1, east=0.001)
    report = check_coverage(codes, boundaries, tolerance_m2=1)
    assert not report.exact
    overlap = report.overlaps[0]
    assert overlap.codes == ("g11", "g12")
    assert overlap.area_m2 == pytest.approx(geodesic_m2(cell(2, 1, east=0.001 - CELL)), rel=1e-5)
    assert shapely.contains_xy(boundaries[6], overlap.lon, overlap.lat)
    assert report.beyond == (overlap,)


def test_what_is_below_the_tolerance_is_listed_and_accepted():
    codes, boundaries = county()
    boundaries[5] = cell(1, 1, east=1e-9)
    report = check_coverage(codes, boundaries, tolerance_m2=1)
    assert len(report.overlaps) == 1
    assert 0 < report.overlaps[0].area_m2 < 1
    assert report.beyond == ()


def test_a_missing_grid_is_a_gap_with_its_neighbours():
    codes, boundaries = county()
    report = check_coverage(codes[:5] + codes[6:], np.delete(boundaries, 5), tolerance_m2=1)
    gap = report.gaps[0]
    assert gap.neighbours == ("g00", "g01", "g02", "g10", "g12", "g20", "g21", "g22")
    assert gap.area_m2 == pytest.approx(geodesic_m2(cell(1, 1)), rel=1e-5)
    assert shapely.contains_xy(cell(1, 1), gap.lon, gap.lat)


def test_a_hole_inside_one_grid_is_a_gap_of_that_grid():
    codes, boundaries = county()
    boundaries[5] = shapely.difference(cell(1, 1), shapely.Point(119.415, 36.015).buffer(0.001))
    report = check_coverage(codes, boundaries, tolerance_m2=1)
    assert [gap.neighbours for gap in report.gaps] == [("g11",)]


def test_a_slit_that_opens_to_the_outside_is_a_gap():
    codes, boundaries = county(4, 1)
    boundaries[1] = cell(1, 0, east=-0.0001)
    report = check_coverage(codes, boundaries, tolerance_m2=1)
    assert [gap.neighbours for gap in report.gaps] == [("g01", "g02")]
    expected = geodesic_m2(cell(1, 0)) - geodesic_m2(cell(1, 0, east=-0.0001))
    assert report.gaps[0].area_m2 == pytest.approx(expected, rel=0.01)


def test_a_narrow_notch_of_one_grid_is_its_shape():
    codes, boundaries = county(4, 1)
    notch = shapely.Polygon([(119.4149, 36.0), (119.4151, 36.0), (119.415, 36.002)])
    boundaries[1] = shapely.difference(boundaries[1], notch)
    assert check_coverage(codes, boundaries, tolerance_m2=1).gaps == ()


def test_the_same_ground_drawn_twice_is_an_overlap():
    codes, boundaries = county()
    report = check_coverage([*codes, "copy"], np.append(boundaries, boundaries[5]), tolerance_m2=1)
    assert ("copy", "g11") in [overlap.codes for overlap in report.overlaps]


@given(st.sets(st.integers(0, 11), max_size=5), st.sampled_from([0.0005, 0.002]))
def test_area_is_conserved(widened, by):
    codes, boundaries = county()
    whole = sum(map(geodesic_m2, boundaries))
    for i in widened:
        boundaries[i] = cell(i % 4, i // 4, east=by)
    report = check_coverage(codes, boundaries, tolerance_m2=1)
    inside = shapely.intersection(boundaries, shapely.box(119.4, 36.0, 119.44, 36.03))
    claimed = sum(map(geodesic_m2, inside))
    shared = sum(overlap.area_m2 for overlap in report.overlaps)
    assert claimed - shared == pytest.approx(whole, rel=1e-6)


def test_crossed_rings_are_found_and_repaired_by_their_structure():
    codes, boundaries = county(2, 1)
    bow = shapely.Polygon([(119.4, 36), (119.41, 36.01), (119.41, 36), (119.4, 36.01)])
    boundaries[0] = bow
    assert [
        (r.code, "Self-intersection" in r.reason) for r in find_invalid_rings(codes, boundaries)
    ] == [("g00", True)]
    mended, repairs = repair_rings(codes, boundaries)
    assert shapely.is_valid(mended).all()
    assert [repair.code for repair in repairs] == ["g00"]
    assert mended[0].area == pytest.approx(CELL * CELL / 2)
    assert mended[1] is boundaries[1]
    assert boundaries[0] is bow


def test_a_ring_of_which_nothing_is_left_is_empty():
    codes, boundaries = ["g"], np.array([shapely.Polygon([(119, 36), (119.1, 36), (119, 36)])])
    mended, repairs = repair_rings(codes, boundaries)
    assert mended[0].is_empty
    assert len(repairs) == 1


def test_areas_agree_with_the_ellipsoid():
    assert area_m2(cell(0, 0)) == pytest.approx(geodesic_m2(cell(0, 0)), rel=1e-7)
    assert area_m2(shapely.Polygon()) == 0


def test_simplified_neighbours_still_share_their_borders():
    xs = np.linspace(119.4, 119.5, 400)
    border = np.column_stack([xs, 36.05 + 0.002 * np.sin(xs * 900)])
    south = shapely.Polygon([(119.4, 36.0), *border[[0]], *border, (119.5, 36.0)])
    north = shapely.Polygon([(119.4, 36.1), *border, (119.5, 36.1)])
    simple = simplify_coverage(np.array([south, north]))
    assert shapely.coverage_is_valid(simple)
    assert (
        shapely.get_num_coordinates(simple).sum()
        < 0.6 * shapely.get_num_coordinates([south, north]).sum()
    )


def test_simplifying_a_torn_coverage_still_gives_polygons():
    codes, boundaries = county()
    boundaries[5] = cell(1, 1, east=0.005)
    simple = simplify_coverage(boundaries)
    assert len(simple) == len(codes)
    assert shapely.is_valid(simple).all()
    assert not shapely.is_empty(simple).any()
