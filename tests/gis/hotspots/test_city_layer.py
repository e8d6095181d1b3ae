"""A layer of the sample city against what esda, statsmodels and pymannkendall said of it.

`make oracles` asks them anew; here their answers are read from the fixture.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.oracles.city_layer import CityLayer, Results


@cache
def layer() -> CityLayer:
    return CityLayer.read()


@cache
def own_results() -> Results:
    return layer().own_results()


@pytest.mark.parametrize(
    "name",
    [
        "gi_star_z", "empirical_bayes", "q_of_exact_p", "poisson_at_least", "poisson_at_most",
        "trend_z", "trend_p", "sens_slope", "ratio_low", "ratio_high",
    ],
)  # fmt: skip
def test_the_reference_libraries_say_the_same(name: str) -> None:
    said = np.array(layer().content["expected"][name], dtype=np.float64)
    own = own_results()[name]
    # An upper bound that is infinite stands as null in the fixture.
    both = np.isfinite(said)
    assert np.array_equal(both, np.isfinite(own))
    assert both.sum() >= 59
    np.testing.assert_allclose(own[both], said[both], rtol=1e-9, atol=1e-9)


def test_the_fixture_holds_all_that_is_compared() -> None:
    assert set(layer().content["expected"]) == set(own_results())
    assert layer().counts.sum() == 206
