"""Two layers against each other, and before against after."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from gis.hotspots.compare import compare
from gis.hotspots.getis_ord import cell_contiguity
from gis.hotspots.interventions import BeforeAfter, effect

counts = arrays(np.int64, 8, elements=st.integers(0, 40))
days = st.tuples(st.integers(1, 366), st.integers(1, 366))


@given(counts, counts, days)
def test_the_chance_is_the_exact_binomial_one(
    first: np.ndarray, second: np.ndarray, exposures: tuple[int, int]
) -> None:
    found = compare(first, second, exposures)
    for i, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        if a + b == 0:
            assert np.isnan(found.p[i])
            assert found.bins[i] == 0
            continue
        split = stats.binom(a + b, exposures[1] / sum(exposures))
        expected = min(1.0, 2 * min(split.sf(b - 1), split.cdf(b)))
        assert found.p[i] == pytest.approx(expected)
        if a > 0:
            assert found.low[i] <= found.ratio[i] <= found.high[i]
        assert found.difference[i] == pytest.approx(b - a * exposures[1] / exposures[0])


@given(counts, counts, days)
def test_turned_round_the_ratio_is_its_inverse(
    first: np.ndarray, second: np.ndarray, exposures: tuple[int, int]
) -> None:
    found, turned = compare(first, second, exposures), compare(second, first, exposures[::-1])
    assert turned.p == pytest.approx(found.p, nan_ok=True)
    assert (turned.bins == -found.bins).all()
    both = (first > 0) & (second > 0)
    assert turned.ratio[both] == pytest.approx(1 / found.ratio[both])
    assert turned.low[both] == pytest.approx(1 / found.high[both])


def test_the_interval_is_scipys() -> None:
    found = compare(np.array([12]), np.array([30]), (365, 334))
    interval = stats.binomtest(30, 42).proportion_ci(method="exact")
    scale = 334 / 365
    assert found.low[0] == pytest.approx(interval.low / (1 - interval.low) / scale)
    assert found.high[0] == pytest.approx(interval.high / (1 - interval.high) / scale)


def test_reports_only_after_have_a_lower_bound_alone() -> None:
    found = compare(np.array([0, 9]), np.array([9, 0]))
    assert np.isnan([found.ratio[0], found.high[0]]).all()
    assert found.low[0] > 1
    assert (found.low[1], found.ratio[1]) == (0, 0)
    assert found.high[1] < 1


def test_neighbours_are_compared_together() -> None:
    line = cell_contiguity(np.arange(4), np.zeros(4, dtype=np.int64))
    found = compare(np.array([1, 0, 0, 5]), np.array([0, 2, 0, 0]), neighbours=line)
    assert found.first.tolist() == [1, 1, 5, 5]
    assert found.second.tolist() == [2, 2, 2, 0]


def test_two_periods_of_the_same_rate_rarely_differ() -> None:
    rng = np.random.default_rng(3)
    false = sum(
        (compare(rng.poisson(2, 1_690), rng.poisson(2, 1_690)).q < 0.05).any() for _ in range(200)
    )
    assert false / 200 <= 0.06


def test_without_exposure_nothing_is_compared() -> None:
    with pytest.raises(ValueError, match="above 0"):
        compare(np.array([1]), np.array([1]), (0, 30))


def test_an_effect_is_measured_against_the_control_area() -> None:
    season = BeforeAfter(500, 1_000, 90, 90)
    found = effect(BeforeAfter(50, 100, 90, 90), season)
    assert found.ratio == pytest.approx(1)
    assert found.p == pytest.approx(1)
    halved = effect(BeforeAfter(50, 50, 90, 90), season)
    assert halved.ratio == pytest.approx(0.5)
    assert halved.high < 1
    assert season.rate_before * 2 == pytest.approx(season.rate_after)


def test_the_length_of_the_periods_is_taken_into_account() -> None:
    found = effect(BeforeAfter(90, 30, 90, 30), BeforeAfter(900, 300, 90, 30))
    assert found.ratio == pytest.approx(1)


def test_no_report_after_still_has_an_interval() -> None:
    found = effect(BeforeAfter(20, 0, 90, 90), BeforeAfter(500, 500, 90, 90))
    assert 0 < found.low < found.ratio < found.high < 1


def test_the_interval_covers_the_truth_in_95_percent() -> None:
    rng = np.random.default_rng(17)
    covered = 0
    for _ in range(1_000):
        before, after, quiet, busy = rng.poisson([40, 28, 300, 420]).tolist()
        found = effect(BeforeAfter(before, after, 1, 1), BeforeAfter(quiet, busy, 1, 1))
        covered += found.low <= 0.5 <= found.high
    assert covered / 1_000 == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("values", [(-1, 2, 1, 1), (1, 2, 0, 1), (1, 2, 1, float("nan"))])
def test_impossible_counts_and_days_are_refused(values: tuple[int, int, float, float]) -> None:
    with pytest.raises(ValueError, match="before and after"):
        BeforeAfter(*values)
