"""Back-tests by hit rate, PAI and PEI."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis.hotspots.accuracy import accuracy, back_test
from tests.gis.hotspots.reference import reference


@pytest.mark.parametrize("case", reference("pai_pei")["cases"])
def test_the_definition(case: dict[str, float]) -> None:
    judged = accuracy(case["n"], case["N"], case["a"], case["A"], case["n_star"])
    assert judged.hit_rate == pytest.approx(case["hit_rate"])
    assert judged.pai == pytest.approx(case["PAI"])
    assert judged.pei == pytest.approx(case["PEI"])


def test_undefined_is_nan() -> None:
    assert {tuple(case) for case in reference("pai_pei")["undefined"]} == {("N",), ("a",)}
    assert np.isnan(accuracy(0, 0, 10, 100, 0).hit_rate)
    assert np.isnan(accuracy(0, 0, 10, 100, 0).pai)
    assert np.isnan(accuracy(0, 10, 0, 100, 0).pai)
    assert np.isnan(accuracy(0, 10, 0, 100, 0).pei)


def test_a_perfect_map_is_fully_efficient_and_a_blind_one_is_chance() -> None:
    rng = np.random.default_rng(1)
    events = rng.poisson(rng.gamma(0.3, 10, 2_000)).astype(float)
    areas = np.ones(2_000)
    for line in back_test(events, areas, events):
        assert line.accuracy.pei == 1
        assert line.accuracy.pai > 5
        assert line.area_share == pytest.approx(line.share)
    blind = back_test(rng.random(2_000), areas, events, [0.5])[0]
    assert blind.accuracy.pai == pytest.approx(1, abs=0.15)


def test_units_are_flagged_whole_and_never_beyond_the_share() -> None:
    areas = np.array([2.0, 2.0, 6.0])
    lines = back_test(np.array([3.0, 2.0, 1.0]), areas, np.array([4.0, 0.0, 6.0]), [0.1, 0.3, 1.0])
    assert [line.flagged.tolist() for line in lines] == [[], [0], [0, 1, 2]]
    assert [line.area_share for line in lines] == [0, 0.2, 1.0]
    assert np.isnan(lines[0].accuracy.pai)
    assert lines[1].accuracy.hit_rate == pytest.approx(0.4)
    assert lines[2].accuracy.pai == 1


def test_units_that_score_alike_do_no_better_than_chance() -> None:
    # Units stand in the order of their codes, town by town; the first town has the most reports.
    events = np.where(np.arange(2_000) < 400, 5.0, 0.5)
    scores = np.zeros(2_000)
    scores[1_000:1_020] = 1
    for line in back_test(scores, np.ones(2_000), events, [0.05, 0.1, 0.5]):
        assert set(range(1_000, 1_020)) <= set(line.flagged.tolist())
        assert line.accuracy.pai == pytest.approx(0.95, abs=0.25)


def test_an_undefined_score_is_never_flagged() -> None:
    line = back_test(np.array([np.nan, 1.0]), np.ones(2), np.array([5.0, 1.0]), [1.0])[0]
    assert line.flagged.tolist() == [1]
    with pytest.raises(ValueError, match="area above 0"):
        back_test(np.ones(2), np.array([1.0, 0.0]), np.ones(2))


positive = st.integers(1, 9).map(float)


@given(
    arrays(np.float64, 20, elements=st.integers(0, 5).map(float)),
    arrays(np.float64, 20, elements=positive),
    arrays(np.float64, 20, elements=positive),
)
def test_the_indices_stay_in_their_ranges(
    scores: np.ndarray, areas: np.ndarray, events: np.ndarray
) -> None:
    for line in back_test(scores, areas, events, [0.1, 0.5, 0.9]):
        assert line.area_share <= line.share + 1e-9
        if line.flagged.size:
            assert 0 <= line.accuracy.pei <= 1
            assert line.accuracy.pai == pytest.approx(line.accuracy.hit_rate / line.area_share)
