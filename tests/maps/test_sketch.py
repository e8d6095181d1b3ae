"""The sketch of a place: no name stands on another, nor on the scale bar or the arrow of the north."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from gis.surroundings import Surroundings
from maps.sketch import Arrow, Sketch, make_sketch
from maps.speech import Speech

HALF_M = 500.0
HALF_H_M = HALF_M * 0.62


def drawn(
    places: list[tuple[float, float, str]], depot: tuple[float, float] | None = None
) -> Sketch:
    around = Surroundings(
        half_m=HALF_M,
        own_grid="",
        located=True,
        grids=[],
        places=[
            {"code": name, "name": name, "name_en": name, "x": x, "y": y} for x, y, name in places
        ],
        depot={"code": "d", "name": "站", "name_en": "City", "x": depot[0], "y": depot[1]}
        if depot
        else None,
    )
    say = Speech("en", dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
    sketch = make_sketch(around, say, utility="Water")
    assert sketch
    return sketch


def test_no_name_under_the_arrow_of_the_north() -> None:
    corner = (HALF_M * 0.9, -HALF_H_M * 0.92, "Corner")
    sketch = drawn([corner, (-HALF_M * 0.5, -HALF_H_M * 0.5, "Free")])
    assert [label.words for label in sketch.labels] == ["Free"]


@pytest.mark.parametrize("depot", [(-9000.0, 5400.0), (-9000.0, 3000.0), (9000.0, -5400.0)])
def test_the_arrow_to_the_depot_leaves_the_corners_free(depot: tuple[float, float]) -> None:
    sketch = drawn([], depot)
    arrow = sketch.arrow
    assert arrow
    assert abs(arrow.y) <= HALF_H_M - sketch.font_m * 3
    assert arrow.degrees == pytest.approx(math.degrees(math.atan2(depot[1], depot[0])))


def test_a_place_gives_way_to_the_words_of_the_arrow() -> None:
    bare = drawn([], (9000.0, 300.0))
    arrow = bare.arrow
    assert isinstance(arrow, Arrow)
    beside = (arrow.x - bare.font_m * 6, arrow.y - bare.font_m * 0.5, "Mill")
    assert drawn([beside], (9000.0, 300.0)).labels == ()
    assert [label.words for label in drawn([beside]).labels] == ["Mill"]


def test_the_place_that_was_named_has_its_name_beside_the_pin() -> None:
    sketch = drawn([(0.0, 0.0, "Garden")])
    [label] = sketch.labels
    assert label.words == "Garden"
    assert label.y - sketch.font_m * 0.7 >= 0, "below the point of the pin"
    assert sketch.dots == ()
