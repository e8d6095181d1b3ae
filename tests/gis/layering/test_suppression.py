"""What is told of sensitive matters, attacked with a solver that knows all tables and the rule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gis.layering.suppression import SMALLEST_TOLD, Told, tell

TOWNS = "tuvwx"


def recoverable(counts: dict[str, int], town_of: dict[str, str], told: Told) -> list[str]:
    """Return the grids and towns whose suppressed count the published tables leave no doubt about.

    The attacker knows which grids have reports, that a suppressed one has one to four, every town
    that is told, and the county's total.
    """
    grids = sorted(counts)
    blanks = [code for code in grids if told.grids[code] is None]
    rest = {
        town: [float(town_of[code] == town) for code in blanks] for town in set(town_of.values())
    }
    known = sum(n for n in told.grids.values() if n is not None)
    equal, right = [[1.0] * len(blanks)], [float(sum(counts.values()) - known)]
    for town, total in told.towns.items():
        if total is not None:
            equal.append(rest[town])
            right.append(total - sum(told.grids[g] or 0 for g in grids if town_of[g] == town))
    goals = dict(zip(blanks, np.eye(len(blanks)), strict=True))
    goals |= {
        town: np.array(rest[town])
        for town, total in told.towns.items()
        if total is None and any(rest[town])
    }
    return [name for name, goal in goals.items() if _width(goal, equal, right) < 0.5]


def _width(goal: npt.NDArray[np.float64], equal: list[list[float]], right: list[float]) -> float:
    least, most = (
        linprog(sign * goal, A_eq=equal, b_eq=right, bounds=(1, SMALLEST_TOLD - 1)).fun * sign
        for sign in (1, -1)
    )
    return float(most - least)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TOWNS), st.integers(1, 9)), min_size=2, max_size=14))
def test_no_suppressed_count_can_be_recovered(rows: list[tuple[str, int]]) -> None:
    counts = {f"g{i}": n for i, (_, n) in enumerate(rows)}
    town_of = {f"g{i}": town for i, (town, _) in enumerate(rows)}
    told = tell(counts, town_of)
    small = [n for n in counts.values() if n < SMALLEST_TOLD]
    with_small = {town_of[code] for code, n in counts.items() if n < SMALLEST_TOLD}
    # Where the county's own total says it, no table of ours could hide it.
    if len(with_small) > 1 and sum(small) not in {len(small), 4 * len(small)}:
        assert recoverable(counts, town_of, told) == []
    assert all(
        n is None or n >= SMALLEST_TOLD for n in (*told.grids.values(), *told.towns.values())
    )
    assert all(told.grids[code] == n for code, n in counts.items() if n >= SMALLEST_TOLD)


def test_the_solver_finds_what_plain_suppression_gives_away() -> None:
    counts, town_of = (
        {"a": 4, "b": 4, "c": 9, "d": 3, "e": 2},
        dict(zip("abcde", "tttuu", strict=True)),
    )
    plain = Told(
        grids={code: n if n >= SMALLEST_TOLD else None for code, n in counts.items()},
        towns={"t": 17, "u": 5},
    )
    assert recoverable(counts, town_of, plain) == ["a", "b"]
    assert recoverable(counts, town_of, tell(counts, town_of)) == []


@pytest.mark.parametrize(
    ("counts", "towns"),
    [
        ({"a": 1, "b": 6}, {"t": None, "u": None, "v": 41}),  # one blank grid; and u to hide t
        ({"a": 3, "b": 3}, {"t": 6, "u": 15, "v": 41}),
        ({"a": 4, "b": 4}, {"t": None, "u": None, "v": 41}),
        ({"a": 1, "b": 2}, {"t": None, "u": None, "v": 41}),
    ],
)
def test_towns_that_would_tell_are_not_told(
    counts: dict[str, int], towns: dict[str, int | None]
) -> None:
    rest = {"w": 2, "x": 3, "y": 10, "z": 41}
    town_of = {**dict.fromkeys(counts, "t"), **dict.fromkeys("wxy", "u"), "z": "v"}
    assert tell({**counts, **rest}, town_of).towns == towns


def test_nothing_to_hide_hides_nothing() -> None:
    told = tell({"a": 5, "b": 7}, {"a": "t", "b": None})
    assert told == Told({"a": 5, "b": 7}, {"t": 5})
