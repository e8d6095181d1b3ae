"""Rates and their definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.rates import COUNTS, RATES, Rate, change, rates_of

# Tianmen, December 2016: 972 cases whose deadline fell in the month, 911 closed, 737 on time.
TIANMEN = {"due_to_close": 972, "closed_of_due": 911, "closed_on_time": 737}


def test_tianmen_december_2016() -> None:
    rates = rates_of(TIANMEN)
    assert {code: rate.percent for code, rate in rates.items()} == {
        "closing_rate": 93.72,
        "on_time_rate": 75.82,
    }


def test_zhucheng_january_to_september_2022() -> None:
    settled = rates_of({"accepted": 17_258, "settled": 17_188})["settlement_rate"]
    assert settled.value is not None
    assert round(100 * settled.value, 1) == 99.6


def test_every_rate_names_two_counts_that_are_defined() -> None:
    for code, rate in RATES.items():
        assert code == rate.code
        assert {rate.numerator, rate.denominator} <= set(COUNTS)
        assert rate.name
        assert rate.name_en
    assert {rate.numerator for rate in RATES.values()} | {
        rate.denominator for rate in RATES.values()
    } == set(COUNTS)


def test_over_nothing_there_is_no_rate() -> None:
    empty = Rate(RATES["satisfaction_rate"], 0, 0)
    assert empty.value is None
    assert empty.percent is None
    assert empty.interval() is None
    assert rates_of({"satisfied": 3}) == {}


@pytest.mark.parametrize(("numerator", "denominator"), [(5, 4), (-1, 4), (1, 0)])
def test_what_is_no_share_is_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="closing_rate"):
        Rate(RATES["closing_rate"], numerator, denominator)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_narrows_with_more_cases(counts: tuple[int, int]) -> None:
    numerator, denominator = counts
    rate = Rate(RATES["closing_rate"], numerator, denominator)
    more = Rate(RATES["closing_rate"], 4 * numerator, 4 * denominator)
    interval, narrower = rate.interval(), more.interval()
    assert interval is not None
    assert narrower is not None
    assert rate.value is not None
    assert 0 <= interval[0] <= rate.value + 1e-9
    assert rate.value - 1e-9 <= interval[1] <= 1
    assert narrower[1] - narrower[0] < interval[1] - interval[0]


def test_change_between_periods() -> None:
    assert change(90, 100) == pytest.approx(-0.1)
    assert change(0.5, 0.4) == pytest.approx(0.25)
    assert [change(None, 1), change(1, None), change(1, 0)] == [None] * 3
