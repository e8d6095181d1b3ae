"""Kernel density from cells against the direct sum over points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtr

from gis.hotspots.density import cell_density, margin_cells, point_density
from tests.gis.hotspots.reference import reference

REF = reference("kde_50pts")
POINTS, WEIGHTS = np.array(REF["points"]), np.array(REF["weights"])
BANDWIDTH, CELL = REF["h"], REF["cell"]
CENTRES = (np.arange(REF["nx"]) + 0.5) * CELL
PLACES = np.stack(np.meshgrid(CENTRES, CENTRES), axis=-1).reshape(-1, 2)
KM2 = 1e6  # the reference is per square metre


def fine_cells(cell_m: float, margin: int) -> np.ndarray:
    """Count the reference points in cells of a square 0 - 1,000 m with a margin."""
    edges = np.arange(-margin, round(1_000 / cell_m) + margin + 1) * cell_m
    grid, _, _ = np.histogram2d(POINTS[:, 1], POINTS[:, 0], [edges, edges], weights=WEIGHTS)
    return grid


def at_centres(surface: np.ndarray, cell_m: float, margin: int) -> np.ndarray:
    """Read a surface of fine cells at the 16 x 16 centres of the reference."""
    place = np.floor(CENTRES / cell_m).astype(int) + margin
    return surface[np.ix_(place, place)]


@pytest.mark.parametrize("kernel", ["gaussian", "quartic"])
def test_the_direct_sum(kernel: str) -> None:
    surface = point_density(PLACES, POINTS, WEIGHTS, BANDWIDTH, kernel)  # type: ignore[arg-type]
    assert surface / KM2 == pytest.approx(np.array(REF[kernel]).ravel(), rel=1e-9)


def test_from_cells_it_is_the_direct_sum_but_for_the_cell() -> None:
    cell, expected = 2.5, np.array(REF["gaussian"]) * KM2
    margin = margin_cells(cell, BANDWIDTH)
    surface = cell_density(fine_cells(cell, margin), cell, BANDWIDTH)
    assert abs(at_centres(surface, cell, margin) - expected).max() < 0.005 * expected.max()
    assert surface.sum() * cell**2 / KM2 == pytest.approx(170)


def test_cells_of_a_quarter_bandwidth_stay_within_one_percent_of_the_peak() -> None:
    rng = np.random.default_rng(8)
    towns = rng.uniform(2_000, 8_000, (12, 2))
    points = towns[rng.integers(0, 12, 20_000)] + rng.normal(0, 400, (20_000, 2))
    edges = np.arange(101) * 100.0
    cells = np.histogram2d(points[:, 1], points[:, 0], [edges, edges])[0]
    surface = cell_density(cells, 100, 400)
    rows, columns = np.unravel_index(np.argsort(surface, axis=None)[-2_000::40], surface.shape)
    places = np.column_stack([columns, rows]) * 100.0 + 50
    exact = point_density(places, points, np.ones(len(points)), 400)
    assert abs(surface[rows, columns] - exact).max() < 0.01 * surface.max()


def test_the_uniform_edge_correction() -> None:
    cell, expected = 2.5, np.array(REF["gaussian_edge_corrected_square_0_1000"]) * KM2
    margin = margin_cells(cell, BANDWIDTH)
    mask = np.zeros((400 + 2 * margin, 400 + 2 * margin), dtype=bool)
    mask[margin:-margin, margin:-margin] = True
    surface = cell_density(fine_cells(cell, margin), cell, BANDWIDTH, mask, "uniform")
    assert abs(at_centres(surface, cell, margin) - expected).max() < 0.005 * expected.max()
    # the correction is the share of the kernel inside the square
    inside = ndtr((1_000 - CENTRES) / BANDWIDTH) - ndtr(-CENTRES / BANDWIDTH)
    assert np.array(REF["gaussian"]) / np.outer(inside, inside) * KM2 == pytest.approx(expected)


def test_evenly_spread_reports_give_an_even_surface_up_to_the_edge() -> None:
    mask = np.zeros((60, 60), dtype=bool)
    mask[10:50, 10:50] = True
    counts = mask * 3.0
    even = cell_density(counts, 100, 500, mask, "uniform")
    assert even[mask] == pytest.approx(300)
    plain = cell_density(counts, 100, 500)
    assert plain[10, 10] < 300 / 3
    assert cell_density(counts, 100, 500, mask)[10, 10] > 300 / 2


grids = arrays(np.float64, (10, 10), elements=st.integers(0, 9).map(float))
masks = arrays(np.bool_, (10, 10), elements=st.booleans())


@given(grids, masks)
def test_the_surface_adds_up_to_the_reports_inside(counts: np.ndarray, mask: np.ndarray) -> None:
    surface = cell_density(counts, 100, 400, mask)
    assert surface.sum() * 0.01 == pytest.approx(counts[mask].sum())
    assert (surface >= 0).all()
    assert (surface[~mask] == 0).all()


@given(grids)
def test_without_a_mask_and_with_room_nothing_is_lost(counts: np.ndarray) -> None:
    margin = margin_cells(100, 400)
    surface = cell_density(np.pad(counts, margin), 100, 400)
    assert surface.sum() * 0.01 == pytest.approx(counts.sum())


@pytest.mark.parametrize("correction", ["mass", "uniform"])
def test_a_tile_with_its_margin_is_the_cut_out_of_the_whole(correction: str) -> None:
    rng = np.random.default_rng(6)
    counts = rng.poisson(0.4, (120, 150)).astype(float)
    rows, columns = np.indices(counts.shape)
    mask = (rows - 60) ** 2 + (columns - 75) ** 2 < 50**2
    whole = cell_density(counts, 100, 400, mask, correction)  # type: ignore[arg-type]
    margin = margin_cells(100, 400)
    tile = np.s_[40:70, 35:65]
    wide = np.s_[40 - margin : 70 + margin, 35 - margin : 65 + margin]
    part = cell_density(counts[wide], 100, 400, mask[wide], correction)  # type: ignore[arg-type]
    assert part[margin:-margin, margin:-margin] == pytest.approx(whole[tile], rel=1e-9)


def test_cells_too_large_for_the_bandwidth_are_refused() -> None:
    for cell in (0, 101):
        with pytest.raises(ValueError, match="too large"):
            cell_density(np.zeros((3, 3)), cell, 400)
