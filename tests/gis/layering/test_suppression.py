"""What is told of sensitive matters, attacked with a solver that knows all tables and the rule."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.layering.suppression import SMALLEST_TOLD, Told, tell
from tests.support.disclosure import recoverable

TOWNS: tuple[str | None, ...] = ("t", "u", "v", "w", "x", None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TOWNS), st.integers(0, 9)), min_size=2, max_size=14))
def test_no_suppressed_count_can_be_recovered(rows: list[tuple[str | None, int]]) -> None:
    counts = {f"g{i}": n for i, (_, n) in enumerate(rows)}
    town_of = {f"g{i}": town for i, (town, _) in enumerate(rows)}
    told = tell(counts, town_of)
    small = [n for n in counts.values() if n < SMALLEST_TOLD]
    with_small = {town_of[code] for code, n in counts.items() if n < SMALLEST_TOLD}
    # Where the county's own total says it, no table of ours could hide it.
    if len(with_small) > 1 and sum(small) != 4 * len(small):
        assert recoverable(counts, town_of, told) == []
    assert all(
        n is None or n >= SMALLEST_TOLD for n in (*told.grids.values(), *told.towns.values())
    )
    assert all(told.grids[code] == n for code, n in counts.items() if n >= SMALLEST_TOLD)


@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 3), (2, 4), (3, 2, 1)], ids=str)
def test_who_knows_the_rule_cannot_recover_a_count_either(sizes: tuple[int, ...]) -> None:
    """Of all counts that lead to the same two tables, no grid with reports has the same in all."""
    town_of = {f"{town}{i}": str(town) for town, size in enumerate(sizes) for i in range(size)}
    worlds = defaultdict(list)
    for numbers in itertools.product(range(SMALLEST_TOLD + 1), repeat=len(town_of)):
        told = tell(dict(zip(town_of, numbers, strict=True)), town_of)
        worlds[tuple(told.grids.values()), tuple(told.towns.values())].append(numbers)
    for (grids, _), alike in worlds.items():
        for number, values in zip(grids, zip(*alike, strict=True), strict=True):
            assert number is not None or len(set(values)) > 1 or set(values) == {0}


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
        ({"a": 3, "b": 2}, {"t": 5, "u": 15, "v": 41}),
        ({"a": 3, "b": 3}, {"t": None, "u": None, "v": 41}),
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


def test_a_grid_without_town_is_not_what_all_towns_leave_of_the_county() -> None:
    counts = {"a": 2, "b": 3, "c": 3, "d": 41}
    town_of = {"a": None, "b": "t", "c": "t", "d": "u"}
    told = tell(counts, town_of)
    assert told.towns == {"t": None, "u": 41}
    assert recoverable(counts, town_of, told) == []
    naive = Told(told.grids, {"t": 6, "u": 41})
    assert recoverable(counts, town_of, naive) == ["a"]


def test_nothing_to_hide_hides_nothing() -> None:
    told = tell({"a": 5, "b": 7}, {"a": "t", "b": None})
    assert told == Told({"a": 5, "b": 7}, {"t": 5})
