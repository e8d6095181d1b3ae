"""Emerging hotspots: what the hotspots of a space-time cube did over time.

A cube holds units by steps (grids by weeks or months). Each step's hotspots are found, the trend
of each unit is tested, and the two together give one of 17 classes after the definitions of
Esri's Emerging Hot Spot Analysis; for people they are shown as five.

Where Esri's wordings left room: only the present wording is followed, in which every hot class
but the historical one is hot in the newest step; earlier cold steps do not keep a spot from being
new or consecutive; a unit that fits a hot and a cold class gets the hot one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gis.hotspots.getis_ord import Neighbours, windows_of
from gis.hotspots.significance import Hotspots, count_hotspots, expected_counts, rate_hotspots
from gis.hotspots.trend import Trend, mann_kendall

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Signs: TypeAlias = npt.NDArray[np.int8]
Flags: TypeAlias = npt.NDArray[np.bool_]

NO_PATTERN = "no pattern"
_PATTERNS = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
# The 17 classes by code: 0 no pattern, 1-8 hot, 9-16 cold in the same order.
CLASSES = (
    NO_PATTERN,
    *(f"{pattern} hot spot" for pattern in _PATTERNS),
    *(f"{pattern} cold spot" for pattern in _PATTERNS),
)
# What a planner sees: five classes by code, and 0 for no pattern or fewer than usual.
SIMPLE_CLASSES = ("none", "new", "growing", "lasting", "on and off", "fading")
_SIMPLE_OF = np.array([0, 1, 1, 2, 3, 5, 4, 4, 5, *[0] * 8], dtype=np.int8)
ALWAYS = 0.9


@dataclass(frozen=True, slots=True)
class EmergingHotspots:
    """What the hotspots of a cube did; arrays of shape (n,) unless said.

    Attributes
    ----------
    classes, simple
        Positions in `CLASSES` and in `SIMPLE_CLASSES`.
    bins
        1 hot, -1 cold, 0 neither, shape (n, steps).
    z
        Gi* (or standardised excess) of each step, shape (n, steps); nan in a constant step.
    trend
        Mann-Kendall test of each unit's z over the steps.
    """

    classes: Signs
    simple: Signs
    bins: Signs
    z: Floats
    trend: Trend


def step_hotspots(
    cube: Integers, neighbours: Neighbours, exposure: Floats | None = None
) -> list[Hotspots]:
    """Find the hotspots of each step by itself.

    Parameters
    ----------
    cube
        Reports of each unit and step, shape (n, steps).
    neighbours
        Which units are neighbours, shape (n, n).
    exposure
        Residents, households or kilometres of each unit, shape (n,): then a step's windows are
        tested against what its reports lead to expect there, as `rate_hotspots` does. None tests
        against the map (Gi*).
    """
    if exposure is None:
        windows = windows_of(neighbours)
        return [count_hotspots(step, windows) for step in cube.T]
    # A unit whose exposure is not known is no evidence: neither its reports nor its share count.
    known = np.isfinite(exposure) & (exposure > 0)
    return [
        rate_hotspots(np.where(known, step, 0), expected_counts(step, exposure), neighbours)
        for step in cube.T
    ]


def emerging_hotspots(
    cube: Integers, neighbours: Neighbours, exposure: Floats | None = None
) -> EmergingHotspots:
    """Find hotspots step by step and say what they did over time.

    Parameters
    ----------
    cube
        Reports of each unit and step, shape (n, steps), oldest step first, at least one step.
    neighbours
        Which units are neighbours, shape (n, n).
    exposure
        What a step's hotspots are measured against, see `step_hotspots`; None: Gi*.

    Returns
    -------
    EmergingHotspots
        A step counts as hot or cold from 90 % on, corrected within the step; a constant step is
        neither and is left out of the trend. 1,690 grids by 36 months take about 60 ms.

    Examples
    --------
    >>> from gis.hotspots.getis_ord import cell_contiguity
    >>> row, column = np.divmod(np.arange(225), 15)
    >>> cube = np.ones((225, 10), dtype=np.int64)
    >>> cube[:5] = 0
    >>> cube[(abs(row - 7) < 2) & (abs(column - 7) < 2), -1] = 9
    >>> found = emerging_hotspots(cube, cell_contiguity(column, row))
    >>> CLASSES[found.classes[7 * 15 + 7]], SIMPLE_CLASSES[found.simple[7 * 15 + 7]]
    ('new hot spot', 'new')
    """
    if cube.ndim != 2 or cube.shape[1] == 0:
        raise ValueError("a cube needs units by steps, at least one step")
    steps = step_hotspots(cube, neighbours, exposure)
    bins = np.stack([np.sign(step.bins) for step in steps], axis=1)
    z = np.stack([step.z for step in steps], axis=1)
    trend = mann_kendall(z)
    classes = classify(bins, trend_signs(trend))
    return EmergingHotspots(classes, simplify(classes), bins, z, trend)


def trend_signs(trend: Trend, level: float = 0.05) -> Signs:
    """Return 1 for a significant rise, -1 for a significant fall and 0 for neither."""
    return np.where(trend.p < level, np.sign(trend.s), 0).astype(np.int8)


def classify(bins: Signs, trends: Signs) -> Signs:
    """Sort every unit into one of the 17 classes.

    Parameters
    ----------
    bins
        1 hot, -1 cold, 0 neither, oldest step first, shape (n, steps), at least one step.
    trends
        1 rising, -1 falling, 0 neither, shape (n,).

    Returns
    -------
    ndarray of int8
        Positions in `CLASSES`, shape (n,).

    Examples
    --------
    >>> bins = np.array([[0, 0, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0]], dtype=np.int8)
    >>> [CLASSES[code] for code in classify(bins, np.array([0, 0, 1, 1], dtype=np.int8))]
    ['new hot spot', 'consecutive hot spot', 'intensifying hot spot', 'no pattern']
    """
    hot = _patterns(bins == 1, bins == -1, trends)
    cold = _patterns(bins == -1, bins == 1, -trends)
    both = np.where(hot > 0, hot, np.where(cold > 0, cold + len(_PATTERNS), 0))
    return both.astype(np.int8)


def simplify(classes: Signs) -> Signs:
    """Return the five-class view of the 17 classes: positions in `SIMPLE_CLASSES`.

    Examples
    --------
    >>> codes = np.array([CLASSES.index(f"{p} hot spot") for p in ("new", "historical")])
    >>> [SIMPLE_CLASSES[code] for code in simplify(codes)]
    ['new', 'fading']
    """
    simple: Signs = _SIMPLE_OF[classes]
    return simple


def _patterns(spot: Flags, opposite: Flags, trends: Signs) -> Integers:
    """Return 1-8 for the pattern of one kind of spot, 0 for none, in the order of Esri's list."""
    steps = spot.shape[1]
    total = spot.sum(axis=1)
    newest = spot[:, -1]
    # how long the unbroken run at the end is
    run = np.where(spot.all(axis=1), steps, np.argmin(spot[:, ::-1], axis=1))
    always = total >= ALWAYS * steps
    cases = [
        newest & (total == 1),
        newest & (run == total) & ~always,
        newest & always & (trends > 0),
        newest & always & (trends == 0),
        newest & always & (trends < 0),
        newest & ~always & ~opposite.any(axis=1),
        newest & ~always & opposite.any(axis=1),
        ~newest & always,
    ]
    return np.select(cases, range(1, 9), default=0)
