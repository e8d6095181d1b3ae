"""The sketch of where a report lies: drawn by us, so it needs no script, no tiles and prints as it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gis.surroundings import Surroundings
from maps.speech import Speech

_ASPECT = 0.62
_BARS_M = (20, 50, 100, 200, 500, 1000)
_CHINESE_FROM = "\u2e7f"
# The scale bar takes the bottom left, up to here of half the width from the middle.
_BAR_BEFORE = 0.3
# Half the width and the height of the pin, in letters.
_PIN_W, _PIN_H = 0.65, 2.0


@dataclass(frozen=True)
class Label:
    """A name at a point, in metres; ``end`` puts it to the left of the point."""

    x: float
    y: float
    words: str
    kind: str
    end: bool = False


@dataclass(frozen=True)
class Arrow:
    """Where the body's depot is, when it lies outside the sketch."""

    x: float
    y: float
    degrees: float
    words: str


@dataclass(frozen=True)
class Sketch:
    """What the template draws, in metres around the spot.

    Attributes
    ----------
    font_m
        Height of a letter, so that names have the same size at every scale.
    bar_m
        Length of the scale bar.
    """

    half_w: float
    half_h: float
    font_m: float
    bar_m: int
    bar_words: str
    located: bool
    accuracy_m: float | None
    own_path: str
    other_paths: tuple[str, ...]
    labels: tuple[Label, ...]
    dots: tuple[tuple[float, float], ...]
    depot: tuple[float, float] | None
    arrow: Arrow | None
    title: str


def make_sketch(
    around: Surroundings | None,
    say: Speech,
    *,
    accuracy_m: float | None = None,
    utility: str | None = None,
) -> Sketch | None:
    """Return the sketch of some surroundings; None where nothing is known of the place.

    Parameters
    ----------
    accuracy_m
        Radius in metres within which the position lies.
    utility
        Name of the body whose depot is pointed at.
    """
    if around is None:
        return None
    half_w, half_h = around.half_m, around.half_m * _ASPECT
    font_m = half_w * 0.064
    own = next((grid for grid in around.grids if grid["code"] == around.own_grid), None)
    depot, arrow = _depot(around, say, utility, half_w, half_h, font_m)
    labels, dots = _labels(around, say, own, arrow, half_w, half_h, font_m)
    bar_m = max((m for m in _BARS_M if m <= half_w * 0.5), default=_BARS_M[0])
    return Sketch(
        half_w=half_w,
        half_h=half_h,
        font_m=font_m,
        bar_m=bar_m,
        bar_words=say.distance(bar_m),
        located=around.located,
        accuracy_m=accuracy_m if accuracy_m and accuracy_m < half_w * 2 else None,
        own_path=own["path"] if own else "",
        other_paths=tuple(g["path"] for g in around.grids if g is not own),
        labels=labels,
        dots=dots,
        depot=depot,
        arrow=arrow,
        title=say.word("sketch.title"),
    )


def _labels(
    around: Surroundings,
    say: Speech,
    own: dict[str, Any] | None,
    arrow: Arrow | None,
    half_w: float,
    half_h: float,
    font_m: float,
) -> tuple[tuple[Label, ...], tuple[tuple[float, float], ...]]:
    """Name the own grid, then the places nearest first; a name that would cover another is left out."""
    taken = [(-_PIN_W * font_m, -_PIN_H * font_m, _PIN_W * font_m, 0.0)]
    if arrow:
        taken.append(_arrow_box(arrow, font_m))
    labels: list[Label] = []
    dots: list[tuple[float, float]] = []
    for place in around.places:
        x, y, words = place["x"], place["y"], say.own_name(place)
        under_pin = math.hypot(x, y) < font_m
        if under_pin:
            # The place itself: its name stands beside the pin's point, which is its dot.
            x, y = font_m * 0.4, font_m * 0.7
        width = _width(words, font_m)
        end = x + width + font_m > half_w
        at = x - font_m * 0.5 - width / 2 if end else x + font_m * 0.5 + width / 2
        box = _box(at, y, words, font_m)
        if _inside(box, half_w, half_h) and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            labels.append(Label(x, y, words, "place", end))
            if not under_pin:
                dots.append((x, y))
    for grid in ([own] if own else []) + [g for g in around.grids if g is not own]:
        words = say.own_name(grid)
        box = _box(grid["x"], grid["y"], words, font_m)
        if _inside(box, half_w, half_h) and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            labels.append(Label(grid["x"], grid["y"], words, "own" if grid is own else "grid"))
    return tuple(labels), tuple(dots)


def _depot(
    around: Surroundings,
    say: Speech,
    utility: str | None,
    half_w: float,
    half_h: float,
    font_m: float,
) -> tuple[tuple[float, float] | None, Arrow | None]:
    """Place the depot inside the sketch, or an arrow at its edge with name and distance."""
    if around.depot is None or utility is None:
        return None, None
    x, y = around.depot["x"], around.depot["y"]
    if abs(x) < half_w and abs(y) < half_h:
        return (x, y), None
    distance = math.hypot(x, y)
    scale = min((half_w - font_m) / max(abs(x), 1e-9), (half_h - font_m * 2) / max(abs(y), 1e-9))
    words = say.word(
        "sketch.depot", name=say.own_name(around.depot), distance=say.distance(distance)
    )
    at_x, at_y = x * scale, y * scale
    # The corners of the scale bar and of the north stay theirs.
    if at_x < -half_w * _BAR_BEFORE:
        at_y = min(at_y, half_h - font_m * 3)
    if at_x > half_w - font_m * 3:
        at_y = max(at_y, font_m * 3 - half_h)
    return None, Arrow(at_x, at_y, math.degrees(math.atan2(y, x)), words)


def _arrow_box(arrow: Arrow, font_m: float) -> tuple[float, float, float, float]:
    """Return the room that an arrow takes with its words, as the template draws them."""
    width = _width(arrow.words, font_m) + font_m * 1.8
    middle = arrow.x + (-width if arrow.x > 0 else width) / 2
    top, bottom = (-0.7, 1.5) if arrow.y < 0 else (-1.3, 0.7)
    return (
        middle - width / 2, arrow.y + top * font_m, middle + width / 2, arrow.y + bottom * font_m,
    )  # fmt: skip


def _width(words: str, font_m: float) -> float:
    return sum(1.0 if letter > _CHINESE_FROM else 0.56 for letter in words) * font_m


def _box(x: float, y: float, words: str, font_m: float) -> tuple[float, float, float, float]:
    half = max(_width(words, font_m), font_m) / 2
    return x - half, y - font_m * 0.7, x + half, y + font_m * 0.7


def _inside(box: tuple[float, float, float, float], half_w: float, half_h: float) -> bool:
    west, top, east, bottom = box
    # The scale bar stands at the bottom left, the arrow of the north at the top right.
    bar = west < -half_w * _BAR_BEFORE and bottom > half_h * 0.78
    north = east > half_w * 0.86 and top < -half_h * 0.72
    free = not bar and not north
    return -half_w < west and east < half_w * 0.96 and -half_h < top and bottom < half_h and free


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
