"""Where a surface is highest: one peak a place, also where cells are equally dense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis.layering.peaks import MOST_PEAKS, local_maxima

surfaces = arrays(np.float64, (12, 15), elements=st.integers(0, 4).map(float))


def found(values: np.ndarray, reach: int, lowest: float = 0.0) -> list[tuple[int, int]]:
    rows, columns = local_maxima(values, reach, lowest)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def test_a_plateau_is_one_peak() -> None:
    values = np.zeros((9, 20))
    values[3:5, 4:7] = 2.0
    values[6, 15] = 3.0
    assert found(values, 2) == [(6, 15), (3, 4)]


@pytest.mark.parametrize("lowest", [0.0, 2.0])
def test_what_is_less_dense_than_the_lowest_is_none(lowest: float) -> None:
    values = np.zeros((9, 20))
    values[2, 2], values[7, 18] = 1.0, 2.0
    assert found(values, 3, lowest) == [(7, 18), (2, 2)][: 2 if lowest == 0 else 1]


@given(surfaces, st.integers(1, 4))
def test_peaks_are_highest_in_reach_and_apart_and_leave_no_height_out(
    values: np.ndarray, reach: int
) -> None:
    peaks = found(values, reach)
    for row, column in peaks:
        around = values[
            max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1
        ]
        assert values[row, column] == around.max() > 0
    for one, (row, column) in enumerate(peaks):
        for other_row, other_column in peaks[:one]:
            assert max(abs(row - other_row), abs(column - other_column)) > reach
    if len(peaks) < MOST_PEAKS and values.any():
        assert values[peaks[0]] == values.max()
