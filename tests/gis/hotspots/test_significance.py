"""Chances, their correction and the bins."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from gis.hotspots.getis_ord import cell_contiguity
from gis.hotspots.significance import (
    BIN_CONFIDENCE,
    benjamini_hochberg,
    count_hotspots,
    expected_counts,
    pearson_residuals,
    poisson_tails,
    rate_hotspots,
    seven_bins,
)
from tests.gis.hotspots.reference import reference

ROWS, COLUMNS = np.divmod(np.arange(144), 12)
NEIGHBOURS = cell_contiguity(COLUMNS, ROWS)


def test_benjamini_and_hochberg_1995() -> None:
    ref = reference("bh1995")
    p = np.array(ref["p"])
    q = benjamini_hochberg(p)
    assert q == pytest.approx(ref["derived_bh_adjusted"], abs=1e-12)
    assert (q <= ref["alpha"]).sum() == ref["published"]["bh_rejections"]
    assert (p <= ref["alpha"] / p.size).sum() == ref["published"]["bonferroni_rejections"]
    # esda's fdr() is the threshold on p; here it is the largest rejected rank's share of alpha
    threshold = (q <= ref["alpha"]).sum() / p.size * ref["alpha"]
    assert threshold == pytest.approx(ref["esda_fdr_threshold"])


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1)), st.randoms())
def test_q_is_scipys_in_any_order_and_never_below_p(p: np.ndarray, random: object) -> None:
    q = benjamini_hochberg(p)
    assert q == pytest.approx(stats.false_discovery_control(p), abs=1e-12)
    assert (q >= p - 1e-15).all()
    order = np.arange(p.size)
    random.shuffle(order)  # type: ignore[attr-defined]
    assert (benjamini_hochberg(p[order]) == q[order]).all()


def test_units_that_were_not_tested_do_not_count() -> None:
    tested = np.array([0.01, 0.2, 0.03])
    with_gaps = np.array([np.nan, 0.01, 0.2, np.nan, 0.03])
    q = benjamini_hochberg(with_gaps)
    assert q[[1, 2, 4]].tolist() == benjamini_hochberg(tested).tolist()
    assert np.isnan(q[[0, 3]]).all()
    assert np.isnan(benjamini_hochberg(np.full(3, np.nan))).all()


def test_the_seven_bins_are_esris() -> None:
    q = np.array([0.009, 0.049, 0.099, 0.1, 0.099, 0.049, 0.009])
    direction = np.array([1.0, 1, 1, 1, -1, -1, -1])
    bins = seven_bins(direction, q)
    assert bins.tolist() == [3, 2, 1, 0, -1, -2, -3]
    for one, chance in zip(bins.tolist(), q.tolist(), strict=True):
        assert one == 0 or chance < 1 - BIN_CONFIDENCE[one] + 1e-12


@given(
    arrays(np.float64, 20, elements=st.integers(0, 200).map(float)),
    arrays(np.float64, 20, elements=st.floats(0, 150)),
)
def test_poisson_tails_are_exact(observed: np.ndarray, expected: np.ndarray) -> None:
    at_least, at_most = poisson_tails(observed, expected)
    some = expected > 0
    assert at_least[some] == pytest.approx(stats.poisson.sf(observed - 1, expected)[some])
    assert at_most[some] == pytest.approx(stats.poisson.cdf(observed, expected)[some])
    assert np.isnan(at_least[~some]).all()
    assert np.isnan(pearson_residuals(observed, expected)[~some]).all()


def test_a_planted_3x3_is_hot_and_says_its_numbers() -> None:
    rng = np.random.default_rng(3)
    counts = rng.poisson(0.5, 144)
    planted = (abs(ROWS - 5) < 2) & (abs(COLUMNS - 5) < 2)
    counts[planted] += 3
    found = count_hotspots(counts, NEIGHBOURS)
    centre = 5 * 12 + 5
    assert found.bins[centre] == 3
    assert found.window_count[centre] == counts[planted].sum()
    assert found.window_size[centre] == 9
    assert found.window_expected[centre] == pytest.approx(9 * counts.mean())
    assert found.z.argmax() == centre
    assert (found.p <= found.q).all()


def test_exposure_explains_what_counts_alone_call_hot() -> None:
    rng = np.random.default_rng(4)
    residents = np.where(COLUMNS < 3, 5_000.0, 200.0)
    counts = rng.poisson(residents / 1_000)
    plain = count_hotspots(counts, NEIGHBOURS)
    adjusted = rate_hotspots(counts, expected_counts(counts, residents), NEIGHBOURS)
    assert (plain.bins >= 2).sum() > 10
    assert (adjusted.bins == 0).all()
    assert adjusted.window_expected.sum() == pytest.approx(adjusted.window_count.sum(), rel=0.1)


def test_units_without_exposure_are_left_out() -> None:
    counts = np.array([4, 2, 7])
    assert expected_counts(counts, np.array([2.0, 1.0, np.nan])).tolist() == [4.0, 2.0, 0.0]
    assert np.isnan(expected_counts(counts, np.zeros(3))).all()
    alone = cell_contiguity(np.array([0, 5, 10]), np.zeros(3, dtype=np.int64))
    found = rate_hotspots(counts, np.array([3.0, 3.0, 0.0]), alone)
    assert np.isnan(found.q[2])
    assert found.bins[2] == 0


def test_a_constant_layer_is_undefined_not_infinite() -> None:
    found = count_hotspots(np.full(144, 4), NEIGHBOURS)
    assert np.isnan(found.z).all()
    assert np.isnan(found.q).all()
    assert (found.bins == 0).all()


@given(arrays(np.int64, 144, elements=st.integers(0, 30)), st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(counts: np.ndarray, random: object) -> None:
    order = np.arange(144)
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = cell_contiguity(COLUMNS[order], ROWS[order])
    found, again = count_hotspots(counts, NEIGHBOURS), count_hotspots(counts[order], shuffled)
    assert again.q == pytest.approx(found.q[order], nan_ok=True)
    assert not np.isinf(again.z).any()


def test_1690_grids_with_exact_p_and_q_take_at_most_five_milliseconds() -> None:
    rows, columns = np.divmod(np.arange(1_690), 65)
    neighbours = cell_contiguity(columns, rows)
    counts = np.random.default_rng(1).negative_binomial(1, 0.1, 1_690)
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        count_hotspots(counts, neighbours)
        seconds.append(time.perf_counter() - began)
    assert min(seconds) <= 0.005
