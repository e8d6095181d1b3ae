"""Modules that compute, checked in the browser they run in."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.browser

FIXTURE = Path(__file__).parents[1] / "fixtures" / "gcj02_bd09_gcoord.csv"

ROUND = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}

CALL = """async ([name, exported, calls]) => {
  const address = [...document.scripts].map(s => s.src).find(src => src.endsWith("/js/sign_in.js"));
  const module = await import(address.replace("sign_in.js", name));
  return calls.map(values => module[exported](...values));
}"""


@pytest.fixture
def call(visit):
    """Call an exported function of one of our modules with many lists of arguments."""
    page = visit(None).open("/")
    return lambda name, exported, calls: page.evaluate(CALL, [name, exported, calls])


def metres(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    scale = np.stack([np.cos(np.radians(a[:, 1])), np.ones(len(a))], axis=1) * 111_320
    return np.linalg.norm((a - b) * scale, axis=1)


def test_datum_agrees_with_gcoord(call):
    rows = list(csv.DictReader(FIXTURE.read_text("utf-8").splitlines()))
    assert len(rows) > 400
    given = [[float(row["in_lon"]), float(row["in_lat"])] for row in rows]
    for exported, name in (("wgs84ToGcj02", "wgs84_to_gcj02"), ("gcj02ToWgs84", "gcj02_to_wgs84")):
        expected = np.array(
            [[float(row[f"{name}_lon"]), float(row[f"{name}_lat"])] for row in rows]
        )
        # gcoord's own inverse stops at 1e-6 degrees.
        tolerance = 1e-6 if exported == "wgs84ToGcj02" else 0.2
        assert metres(np.array(call("datum.js", exported, given)), expected).max() < tolerance
    there = call("datum.js", "wgs84ToGcj02", given)
    assert metres(np.array(call("datum.js", "gcj02ToWgs84", there)), np.array(given)).max() < 0.001


def test_class_breaks_are_few_round_and_complete(call):
    rng = np.random.default_rng(7)
    maps = [
        [], [0, 0], [1], [1, 4], [6, 2], [7], [1000], [123_456, 1],
        *(rng.geometric(1 / mean, 1690).tolist() for mean in (1.2, 3, 10, 200, 10_000)),
    ]  # fmt: skip
    for counts, bounds in zip(
        maps, call("classes.js", "lowerBounds", [[c, 6] for c in maps]), strict=True
    ):
        assert bounds == sorted(set(bounds))
        assert len(bounds) <= 6
        assert bounds[:1] == ([1] if any(counts) else [])
        assert all(bound <= max(counts) for bound in bounds)
        assert all(float(f"{bound:e}".split("e")[0]) in ROUND for bound in bounds)
        sizes = [sum(low <= c for c in counts) for low in bounds]
        assert sizes == sorted(sizes, reverse=True)
        if max(counts, default=0) > 6:
            assert len(set(sizes)) == len(sizes), "no class is empty"


def test_the_few_that_stand_out_get_the_darkest_class(call):
    counts = [*[1] * 90, *[3] * 290, *[7] * 450, *[15] * 500, *[25] * 240, *[40] * 31, *[60] * 13]
    assert call("classes.js", "lowerBounds", [[counts, 6]]) == [[1, 15, 20, 30, 50]]
    assert call("classes.js", "lowerBounds", [[[*[1] * 60, 2, 2, 10], 6]]) == [[1, 2, 5]]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("119.41,35.99", [119.41, 35.99]),
        (" 119.41，35.99 ", [119.41, 35.99]),
        ("35.99 119.41", [119.41, 35.99]),
        ("119.41", None),
        ("3707820, 12", None),
        ("200.5, 190.5", None),
    ],
)
def test_coordinates_are_read_in_either_order(call, typed, read):
    assert call("search.js", "readCoordinates", [[typed]]) == [read]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "at=119.41000,35.99500,14&heat=cell&what=tag:cables&from=2022-01-01&to=2022-01-31",
        "reports=off&grids=0&utility=water",
    ],
)
def test_state_survives_the_address(call, query):
    [state] = call("state.js", "parseState", [[query]])
    assert call("state.js", "formatState", [[state]]) == [query]


def test_nonsense_in_the_address_is_ignored(call):
    [state] = call(
        "state.js",
        "parseState",
        [["at=a,b,c&heat=rainbow&from=yesterday&point=1&reports=%3Cscript%3E"]],
    )
    assert call("state.js", "formatState", [[state]]) == [""]
