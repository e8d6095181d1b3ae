"""How often a map without any pattern shows a hotspot, and how often a real one is found.

41 x 41 cells, about the 1,690 grids of the sample city. 400 maps of each kind, half a second each,
are part of every test run; `make check` runs 4,000.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gis.hotspots.getis_ord import cell_contiguity
from gis.hotspots.significance import count_hotspots, expected_counts, rate_hotspots

SIDE = 41
ROWS, COLUMNS = np.divmod(np.arange(SIDE * SIDE), SIDE)
NEIGHBOURS = cell_contiguity(COLUMNS, ROWS)
PLANTED = (abs(ROWS - 20) < 2) & (abs(COLUMNS - 20) < 2)
MOST_FALSE_MAPS = 0.06

NOISE: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "Poisson 0.05": lambda rng: rng.poisson(0.05, ROWS.size),
    "Poisson 0.5": lambda rng: rng.poisson(0.5, ROWS.size),
    "Poisson 5": lambda rng: rng.poisson(5, ROWS.size),
    "negative binomial": lambda rng: rng.negative_binomial(0.5, 0.5, ROWS.size),
    "skewed negative binomial": lambda rng: rng.negative_binomial(0.3, 0.05, ROWS.size),
}
# residents of a town: most in the middle, uneven from grid to grid
RESIDENTS = np.random.default_rng(9).lognormal(5, 1, ROWS.size) * np.exp(
    -((ROWS - 20) ** 2 + (COLUMNS - 20) ** 2) / 300
)

maps = pytest.mark.parametrize(
    "maps", [400, pytest.param(4_000, marks=pytest.mark.deep)], ids=["400 maps", "4,000 maps"]
)


@maps
@pytest.mark.parametrize("noise", NOISE)
def test_pure_noise_shows_a_hotspot_on_few_maps(noise: str, maps: int) -> None:
    rng = np.random.default_rng(2026)
    false = sum(
        bool((count_hotspots(NOISE[noise](rng), NEIGHBOURS).q < 0.05).any()) for _ in range(maps)
    )
    assert false / maps <= MOST_FALSE_MAPS


@maps
def test_a_planted_3x3_is_found_on_half_of_the_maps(maps: int) -> None:
    rng = np.random.default_rng(2027)
    rate = np.where(PLANTED, 2.0, 0.5)
    found = sum(
        bool((count_hotspots(rng.poisson(rate), NEIGHBOURS).bins[PLANTED] >= 2).any())
        for _ in range(maps)
    )
    assert found / maps >= 0.5


@maps
@pytest.mark.parametrize("mean", [0.05, 0.5, 5])
def test_a_constant_rate_under_uneven_exposure_shows_few_hotspots(mean: float, maps: int) -> None:
    rng = np.random.default_rng(2028)
    rate = RESIDENTS / RESIDENTS.mean() * mean
    false = 0
    for _ in range(maps):
        counts = rng.poisson(rate)
        found = rate_hotspots(counts, expected_counts(counts, RESIDENTS), NEIGHBOURS)
        false += bool((found.q < 0.05).any())
    assert false / maps <= MOST_FALSE_MAPS


def test_counts_alone_would_map_the_residents() -> None:
    rng = np.random.default_rng(2029)
    counts = rng.poisson(RESIDENTS / RESIDENTS.mean() * 5)
    assert (count_hotspots(counts, NEIGHBOURS).bins >= 2).sum() > 0
