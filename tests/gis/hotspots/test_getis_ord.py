"""Getis-Ord statistics against the published examples."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis.hotspots.getis_ord import (
    cell_contiguity,
    contiguity,
    distance_band,
    gi,
    gi_star,
    with_self,
)
from tests.gis.hotspots.reference import reference

LATTICE = np.divmod(np.arange(30), 6)
NEIGHBOURS = cell_contiguity(LATTICE[1], LATTICE[0])


def test_getis_and_ord_1996_on_16_by_16() -> None:
    ref = reference("getisord_16x16")
    xy = np.column_stack([ref["x"], ref["y"]])
    values = np.array(ref["val"])
    cell = ref["index0_checked"]
    for distance, published in ref["published"]["Gi"].items():
        z = gi(values, distance_band(xy, float(distance))).z
        assert z[cell] == pytest.approx(published, abs=ref["tolerance"])
        full = ref["derived_full_vectors_not_published"][f"Gi_d{distance}"]
        assert z == pytest.approx(full, abs=1e-9)
    z = gi_star(values, distance_band(xy, 30.0)).z
    assert z[cell] == pytest.approx(ref["published"]["GiStar_30_eq14.2"], abs=5e-6)
    assert z == pytest.approx(ref["derived_full_vectors_not_published"]["GiStar_d30"], abs=1e-9)
    # the book's page 267 uses the sample variance: the same z times sqrt((n - 1) / n)
    sample = z[cell] * np.sqrt((values.size - 1) / values.size)
    assert sample == pytest.approx(ref["published"]["GiStar_30_p267_sample_variance"], abs=1e-6)


def test_esda_six_points() -> None:
    ref = reference("esda_6points")
    neighbours = distance_band(np.array(ref["points"], dtype=float), ref["threshold"])
    values = np.array(ref["y"], dtype=float)
    assert gi(values, neighbours).z == pytest.approx(ref["published"]["B_Gi"], abs=1e-7)
    assert gi_star(values, neighbours).z == pytest.approx(ref["published"]["B_GiStar"], abs=1e-7)
    ordered = np.outer(values, values)[neighbours.toarray() > 0].sum()
    everything = np.outer(values, values)[~np.eye(6, dtype=bool)].sum()
    assert ordered / everything == pytest.approx(ref["global_G"]["G"], abs=1e-8)


def test_weights_that_are_scaled_give_the_same_z_for_equal_weights() -> None:
    values = np.arange(30.0) % 7
    windows = with_self(NEIGHBOURS)
    star = gi_star(values, NEIGHBOURS)
    rows = windows / windows.sum(axis=1)[:, None]
    weight, square = rows.sum(axis=1), rows.power(2).sum(axis=1)
    scale = values.std() * np.sqrt((30 * square - weight**2) / 29)
    assert (rows @ (values - values.mean())) / scale == pytest.approx(star.z)


def test_contiguity_of_polygons_and_cells_agree() -> None:
    rows, columns = LATTICE
    boxes = shapely.box(columns * 100.0, rows * 100.0, columns * 100.0 + 100, rows * 100.0 + 100)
    assert (contiguity(boxes) != NEIGHBOURS).nnz == 0
    centres = np.column_stack([columns * 100.0, rows * 100.0])
    assert (distance_band(centres, 142.0) != NEIGHBOURS).nnz == 0
    assert NEIGHBOURS.sum(axis=1).max() == 8
    assert cell_contiguity(np.array([], dtype=int), np.array([], dtype=int)).shape == (0, 0)


def test_a_window_sum_counts_the_unit_itself_once() -> None:
    values = np.zeros(30)
    values[8] = 5
    star = gi_star(values, NEIGHBOURS)
    assert star.window_sum[8] == 5
    assert star.window_sum.sum() == 5 * 9
    assert star.window_weight[0] == 4
    assert gi(values, NEIGHBOURS).window_sum[8] == 0


def test_undefined_is_nan_and_never_infinite() -> None:
    everyone = distance_band(np.zeros((4, 2)), 1.0)
    for statistic in (gi, gi_star):
        assert np.isnan(statistic(np.full(30, 3.0), NEIGHBOURS).z).all()
        assert np.isnan(statistic(np.array([1.0, 2.0, 3.0, 9.0]), everyone).z).all()
        assert np.isnan(statistic(np.array([1.0]), cell_contiguity(*np.zeros((2, 1), int))).z).all()
        with pytest.raises(ValueError, match="finite"):
            statistic(np.array([1.0, np.nan]), NEIGHBOURS)


layers = arrays(np.float64, 30, elements=st.integers(0, 40).map(float))


@given(layers, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(values: np.ndarray, random: object) -> None:
    order = np.arange(30)
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = cell_contiguity(LATTICE[1][order], LATTICE[0][order])
    for statistic in (gi, gi_star):
        expected = statistic(values, NEIGHBOURS).z[order]
        assert statistic(values[order], shuffled).z == pytest.approx(
            expected, abs=1e-9, nan_ok=True
        )


@given(layers, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_z_is_invariant_to_scale_and_shift(values: np.ndarray, scale: float, shift: float) -> None:
    for statistic in (gi, gi_star):
        expected = statistic(values, NEIGHBOURS).z
        moved = statistic(values * scale + shift, NEIGHBOURS).z
        assert moved == pytest.approx(expected, abs=1e-5, nan_ok=True)
        assert not np.isinf(moved).any()
