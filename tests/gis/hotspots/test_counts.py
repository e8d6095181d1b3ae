"""Rates and empirical-Bayes rates against the published examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis.hotspots.counts import (
    CellCounts,
    coarsen,
    empirical_bayes,
    rate_per,
    standardised_ratio,
)
from tests.gis.hotspots.reference import reference

events = arrays(np.int64, 12, elements=st.integers(0, 50))
exposures = arrays(np.float64, 12, elements=st.floats(1, 10_000))


def test_auckland_of_marshall_1991() -> None:
    ref = reference("eb_auckland")
    smoothed = empirical_bayes(ref["events"], ref["population"])
    assert smoothed.mean == pytest.approx(ref["published"]["m"], rel=1e-6)
    assert smoothed.variance == pytest.approx(ref["published"]["a"], rel=1e-6)
    assert smoothed.rates == pytest.approx(ref["derived_eb_rates"], rel=1e-9)
    assert not smoothed.clamped


def test_sids_of_esda() -> None:
    ref = reference("eb_sids2")
    smoothed = empirical_bayes(ref["events"], ref["births"])
    assert smoothed.rates[:5] == pytest.approx(ref["published_first5"]["empirical_bayes"], abs=5e-8)
    assert smoothed.rates == pytest.approx(ref["derived_full"]["eb"], rel=1e-9)
    ratio = standardised_ratio(ref["events"], ref["births"])
    assert ratio[:5] == pytest.approx(ref["published_first5"]["excess_risk"], abs=5e-6)
    assert ratio == pytest.approx(ref["derived_full"]["excess_risk"], rel=1e-9)


def test_a_variance_below_chance_is_clamped_to_the_mean() -> None:
    smoothed = empirical_bayes([10, 10, 10], [1_000, 1_000, 1_001])
    assert smoothed.clamped
    assert smoothed.variance == 0
    assert smoothed.rates == pytest.approx(30 / 3_001)


@given(events, exposures)
def test_smoothing_stays_between_the_raw_rate_and_the_mean(
    count: np.ndarray, exposure: np.ndarray
) -> None:
    smoothed = empirical_bayes(count, exposure)
    raw = count / exposure
    low, high = np.minimum(raw, smoothed.mean), np.maximum(raw, smoothed.mean)
    assert ((smoothed.rates >= low - 1e-12) & (smoothed.rates <= high + 1e-12)).all()
    assert np.isfinite(smoothed.rates).all()


@given(events, exposures, st.permutations(range(12)))
def test_the_order_of_units_does_not_matter(
    count: np.ndarray, exposure: np.ndarray, order: list[int]
) -> None:
    expected = empirical_bayes(count, exposure).rates[order]
    assert empirical_bayes(count[order], exposure[order]).rates == pytest.approx(expected)


def test_without_exposure_there_is_no_rate() -> None:
    assert rate_per([4, 4, 4], [2.0, 0.0, -1.0], per=1_000)[0] == 2_000
    assert np.isnan(rate_per([4, 4], [0.0, np.nan])).all()
    smoothed = empirical_bayes([5, 1, 2], [0, 100, 200])
    assert np.isnan(smoothed.rates[0])
    assert smoothed.mean == pytest.approx(0.01)
    assert np.isnan(empirical_bayes([5], [0]).rates).all()
    assert np.isnan(standardised_ratio([0, 0], [10, 20])).all()
    assert empirical_bayes([0, 0], [10, 20]).rates.tolist() == [0, 0]


cells = st.dictionaries(
    st.tuples(st.integers(-40, 40), st.integers(-40, 40)), st.integers(1, 9), max_size=40
)


@given(cells, st.sampled_from([1, 2, 4, 8]))
def test_larger_cells_keep_the_sum_and_hold_their_parts(
    content: dict[tuple[int, int], int], factor: int
) -> None:
    places = np.array(list(content), dtype=np.int64).reshape(-1, 2)
    counts = np.array(list(content.values()), dtype=np.int64)
    coarse = coarsen(CellCounts(places[:, 0], places[:, 1], counts), factor)
    expected: dict[tuple[int, int], int] = {}
    for (x, y), n in content.items():
        key = (x // factor, y // factor)
        expected[key] = expected.get(key, 0) + n
    found = zip(coarse.columns.tolist(), coarse.rows.tolist(), strict=True)
    assert dict(zip(found, coarse.counts.tolist(), strict=True)) == expected


def test_cells_cannot_be_split() -> None:
    none = np.zeros(0, dtype=np.int64)
    with pytest.raises(ValueError, match="at least 1"):
        coarsen(CellCounts(none, none, none), 0)
