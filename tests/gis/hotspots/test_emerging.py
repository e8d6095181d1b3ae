"""The classes of emerging hotspots against Esri's definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis.hotspots.emerging import (
    CLASSES,
    SIMPLE_CLASSES,
    classify,
    emerging_hotspots,
    simplify,
)
from gis.hotspots.getis_ord import cell_contiguity
from tests.gis.hotspots.reference import reference

TREND = {"up": 1, "none": 0, "down": -1}
SIGN = {"H": 1, "C": -1, ".": 0}
# The two rows marked ambiguous, as decided in gis/hotspots/emerging.py: the present wording.
DECIDED = {"H.........": "no pattern", "HHHHHHHHH.": "historical hot spot"}


def bins_of(text: str) -> np.ndarray:
    return np.array([[SIGN[letter] for letter in text]], dtype=np.int8)


@pytest.mark.parametrize("row", reference("ehsa_truth_table")["rows"], ids=lambda row: row["bins"])
def test_the_truth_table(row: dict[str, str]) -> None:
    expected = row["expected"]
    if expected.startswith("AMBIGUOUS"):
        expected = DECIDED[row["bins"]]
    trend = np.array([TREND[row["mk_trend"]]], dtype=np.int8)
    assert CLASSES[classify(bins_of(row["bins"]), trend)[0]] == expected


@pytest.mark.parametrize(
    ("bins", "expected"),
    [
        (".C.......H", "new hot spot"),
        (".C....HHHH", "consecutive hot spot"),
        ("H.....HHHH", "sporadic hot spot"),
        ("HHHHHHHHCH", "persistent hot spot"),
        ("CCCCCCCCCH", "new hot spot"),
        ("H", "new hot spot"),
        ("HH", "persistent hot spot"),
    ],
)
def test_where_other_programs_differ(bins: str, expected: str) -> None:
    assert CLASSES[classify(bins_of(bins), np.zeros(1, dtype=np.int8))[0]] == expected


cubes = arrays(np.int8, (6, 10), elements=st.sampled_from([-1, 0, 1]))
trends = arrays(np.int8, 6, elements=st.sampled_from([-1, 0, 1]))


@given(cubes, trends)
def test_cold_is_hot_with_the_signs_turned(bins: np.ndarray, trend: np.ndarray) -> None:
    hot = abs(bins)
    codes, turned = classify(hot, trend), classify(-hot, -trend)
    assert [CLASSES[c] for c in codes] == [CLASSES[c].replace("cold", "hot") for c in turned]


@given(cubes, trends)
def test_every_unit_that_is_hot_now_has_a_hot_class(bins: np.ndarray, trend: np.ndarray) -> None:
    for code, row in zip(classify(bins, trend), bins, strict=True):
        mostly = max((row == 1).sum(), (row == -1).sum()) >= 9
        assert (code == 0) == (row[-1] == 0 and not mostly)
        if row[-1] == 1:
            assert CLASSES[code].endswith("hot spot")


def test_there_are_seventeen_classes_shown_as_five() -> None:
    assert len(set(CLASSES)) == 17
    shown = {
        name: SIMPLE_CLASSES[code]
        for name, code in zip(CLASSES, simplify(np.arange(17)), strict=True)
    }
    assert set(shown.values()) == set(SIMPLE_CLASSES)
    assert len(SIMPLE_CLASSES) - 1 == 5
    assert {v for name, v in shown.items() if "hot" not in name} == {"none"}
    assert shown["intensifying hot spot"] == "growing"
    assert shown["diminishing hot spot"] == "fading"


def test_a_growing_outbreak_in_a_cube_is_found() -> None:
    rng = np.random.default_rng(21)
    rows, columns = np.divmod(np.arange(400), 20)
    cube = rng.poisson(0.4, (400, 12))
    outbreak = (abs(rows - 10) < 2) & (abs(columns - 10) < 2)
    cube[outbreak] += rng.poisson(np.linspace(2, 12, 12), (9, 12))
    cube[:, 3] = 5  # a constant month says nothing and breaks nothing
    found = emerging_hotspots(cube, cell_contiguity(columns, rows))
    centre = 10 * 20 + 10
    assert (found.bins[:, 3] == 0).all()
    assert found.trend.p[centre] < 0.05
    assert CLASSES[found.classes[centre]] == "intensifying hot spot"
    assert SIMPLE_CLASSES[found.simple[centre]] == "growing"
    far = (abs(rows - 10) > 4) | (abs(columns - 10) > 4)
    assert (found.simple[far] == 0).mean() > 0.95


def test_a_cube_without_steps_is_refused() -> None:
    neighbours = cell_contiguity(np.arange(4), np.zeros(4, dtype=np.int64))
    with pytest.raises(ValueError, match="at least one step"):
        emerging_hotspots(np.zeros((4, 0), dtype=np.int64), neighbours)
