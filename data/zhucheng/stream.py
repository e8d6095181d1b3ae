"""New calls as they might come in now: everyday matters of the archive, and now and then one cause that many report."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from data.zhucheng.categories import category_by_code
from data.zhucheng.encoding import read_csv
from data.zhucheng.frame import FloatArray, on_lattice, rng_for, to_degrees, to_metres
from data.zhucheng.outbreaks import OUTBREAKS

EVERY = 24
"""Calls between the beginnings of two causes; the first begins with the second call."""
_REACH_M = 60.0
_FIRST = "water.low_pressure"
_STORY = "盛龙花园"


def new_calls(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield bodies of reports as ``POST /reports`` takes them, without end.

    Every second call belongs to the cause at hand until it has as many as it had in the archive. The
    first cause is low water pressure in an estate; the same seed gives the same calls.
    """
    rng = rng_for(f"stream {seed}")
    everyday = _everyday()
    causes = _causes(rng)
    at_hand: list[dict[str, Any]] = []
    for number in range(2**31):
        if number % EVERY == 1:
            at_hand = next(causes)
        if at_hand and number % 2:
            yield at_hand.pop(0)
            continue
        row = everyday[int(rng.integers(len(everyday)))]
        yield _body(
            row["category"],
            row["description"],
            row["address"],
            float(row["lon"]),
            float(row["lat"]),
        )


@cache
def _everyday() -> tuple[dict[str, str], ...]:
    return tuple(
        row
        for row in read_csv("reports.csv")
        if row["lon"] and not row["outbreak"] and not category_by_code()[row["category"]].sensitive
    )


def _causes(rng: np.random.Generator) -> Iterator[list[dict[str, Any]]]:
    """Yield the calls of one cause after another, each at a place of its own."""
    estates = [
        row for row in read_csv("places.csv") if row["kind"] == "estate" and row["name"] != _STORY
    ]
    kinds = sorted(OUTBREAKS, key=lambda outbreak: outbreak.category != _FIRST)
    for turn in range(2**31):
        outbreak = kinds[turn % len(kinds)]
        estate = estates[int(rng.integers(len(estates)))]
        middle = to_metres(np.array([[float(estate["lon"]), float(estate["lat"])]]))
        points: FloatArray = on_lattice(
            to_degrees(middle + rng.normal(0, _REACH_M, (outbreak.count, 2)))
        )
        yield [
            _body(
                outbreak.category,
                outbreak.texts[n % len(outbreak.texts)].replace(_STORY, estate["name"]),
                estate["address"],
                float(lon),
                float(lat),
            )
            for n, (lon, lat) in enumerate(points)
        ]


def _body(category: str, words: str, address: str, lon: float, lat: float) -> dict[str, Any]:
    return {
        "category": category,
        "description": words,
        "address": address,
        "longitude": lon,
        "latitude": lat,
        "source": "hotline_12345",
        "urgent": "emergency" in category_by_code()[category].tags,
    }
