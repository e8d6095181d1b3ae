"""The exact null of a window's count."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.hotspots import exact_null
from gis.hotspots.exact_null import window_null, window_tails
from tests.gis.hotspots.reference import reference


def test_the_reference_distribution() -> None:
    ref = reference("exact_window_null")
    counts = np.array(ref["counts"])
    sums = np.array([int(s) for s in ref["p_at_least"]])
    tails = window_tails(counts, sums, np.full(sums.size, ref["k"]))
    assert tails.at_least == pytest.approx(list(ref["p_at_least"].values()), abs=1e-12)
    assert tails.at_most[0] == pytest.approx(1 / 4)


@given(st.lists(st.integers(0, 5), min_size=2, max_size=5), st.integers(1, 4))
def test_it_is_the_share_of_all_draws_with_replacement(counts: list[int], size: int) -> None:
    draws = [sum(draw) for draw in itertools.product(counts, repeat=size)]
    null = window_null(np.array(counts), size)
    assert null == pytest.approx(np.bincount(draws) / len(draws), abs=1e-12)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=60), st.integers(1, 12))
def test_both_tails_are_chances_and_overlap_in_the_observed_sum(
    counts: list[int], size: int
) -> None:
    array = np.array(counts)
    sums = np.arange(size * array.max() + 1)
    tails = window_tails(array, sums, np.full(sums.size, size))
    if array.min() == array.max():
        assert np.isnan(tails.at_least).all()
        return
    both = tails.at_least + tails.at_most
    assert both == pytest.approx(1 + window_null(array, size), abs=1e-9)
    assert (np.diff(tails.at_least) <= 0).all()
    assert ((tails.at_least > 0) & (tails.at_least <= 1)).all()


def test_fourier_and_direct_convolution_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    counts = rng.negative_binomial(1, 0.02, 400)
    direct = [window_null(counts, k) for k in (1, 2, 9)]
    monkeypatch.setattr(exact_null, "_DIRECT_WORK", 0)
    for k, expected in zip((1, 2, 9), direct, strict=True):
        assert window_null(counts, k) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("sign", [1, -1])
def test_above_a_thousand_pearson_iii_is_close_to_the_exact_null(
    sign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    skewed = rng.poisson(rng.gamma(2, 150, 1_690))
    counts = skewed if sign > 0 else skewed.max() - skewed
    centre, spread = 9 * counts.mean(), 3 * counts.std()
    sums = np.linspace(centre - 3 * spread, centre + 4 * spread, 40).clip(0).astype(int)
    sizes = np.full(40, 9)
    monkeypatch.setattr(exact_null, "LARGEST_EXACT_COUNT", 10_000)
    exact = window_tails(counts, sums, sizes)
    monkeypatch.setattr(exact_null, "LARGEST_EXACT_COUNT", 0)
    close = window_tails(counts, sums, sizes)
    assert close.at_least == pytest.approx(exact.at_least, rel=0.35, abs=2e-4)
    assert close.at_most == pytest.approx(exact.at_most, rel=0.35, abs=2e-4)


def test_without_skewness_pearson_iii_is_the_normal() -> None:
    counts = np.array([0, 2_000] * 50)
    tails = window_tails(counts, np.array([10_000]), np.array([10]))
    assert tails.at_least[0] == pytest.approx(0.5, abs=1e-3)


def test_a_constant_layer_is_undefined_and_odd_input_refused() -> None:
    assert np.isnan(window_tails(np.full(9, 3), np.array([9]), np.array([3])).at_least).all()
    for counts in (np.array([-1, 2]), np.array([0.5, 1.0]), np.array([], dtype=int)):
        with pytest.raises(ValueError, match="whole counts"):
            window_tails(counts, np.array([1]), np.array([1]))
