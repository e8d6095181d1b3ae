"""Mann-Kendall and Sen's slope against published results."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from gis.hotspots.trend import hamed_rao, mann_kendall, sens_slope
from tests.gis.hotspots.reference import reference

REF = reference("mann_kendall")
SERIES = np.array([[np.nan if x is None else x for x in REF["x"]]])
COMPLETE = SERIES[:, ~np.isnan(SERIES[0])]


@pytest.mark.parametrize("series", [SERIES, COMPLETE], ids=["with gaps", "dropped"])
def test_the_published_test(series: np.ndarray) -> None:
    trend, published = mann_kendall(series), REF["published_original"]
    assert trend.s[0] == published["s"]
    assert trend.variance[0] == pytest.approx(published["var_s"])
    assert trend.z[0] == pytest.approx(published["z"])
    assert trend.p[0] == pytest.approx(published["p"])
    assert trend.tau[0] == pytest.approx(published["Tau"])


def test_the_published_slope() -> None:
    slope, published = sens_slope(SERIES), REF["published_sens_slope"]
    assert slope.slope[0] == pytest.approx(published["slope"])
    assert slope.intercept[0] == pytest.approx(published["intercept"])


def test_the_published_correction_for_autocorrelation() -> None:
    # pyMannKendall takes the slope before it drops the gaps
    trend = hamed_rao(COMPLETE, sens_slope(SERIES).slope)
    published = REF["published_hamed_rao"]
    assert trend.variance[0] == pytest.approx(published["var_s"])
    assert trend.z[0] == pytest.approx(published["z"])
    assert trend.p[0] == pytest.approx(published["p"])


many = arrays(np.float64, (4, 9), elements=st.integers(0, 6).map(float))


@given(many)
def test_rows_are_independent_and_agree_with_kendalls_tau(series: np.ndarray) -> None:
    together = mann_kendall(series)
    for i, row in enumerate(series):
        assert mann_kendall(row[None]).s[0] == together.s[i]
        if row.min() < row.max():
            tau_b = stats.kendalltau(np.arange(row.size), row).statistic
            assert np.sign(together.s[i]) == pytest.approx(np.sign(tau_b))


@given(many)
def test_backwards_in_time_the_trend_turns_round(series: np.ndarray) -> None:
    forward, backward = mann_kendall(series), mann_kendall(series[:, ::-1])
    assert (forward.s == -backward.s).all()
    assert forward.p == pytest.approx(backward.p, nan_ok=True)
    assert sens_slope(series).slope == pytest.approx(-sens_slope(series[:, ::-1]).slope)


def test_a_constant_or_empty_series_is_undefined() -> None:
    series = np.array([[2.0] * 6, [np.nan] * 6])
    assert np.isnan(mann_kendall(series).p).all()
    assert np.isnan(hamed_rao(series[:1]).p).all()
    assert sens_slope(series).slope.tolist()[0] == 0
    assert np.isnan(sens_slope(series).slope[1])


def test_without_trend_five_percent_are_called_one() -> None:
    noise = np.random.default_rng(12).poisson(3, (4_000, 24)).astype(float)
    assert (mann_kendall(noise).p < 0.05).mean() == pytest.approx(0.05, abs=0.012)
