"""Two periods or two categories against each other, unit by unit, with the chance of each change.

Given the reports of both together, the split between them is binomial if nothing differs. What
"nothing differs" means lies in the exposures: the days of two periods ask whether a unit changed,
the totals of the map ask whether it changed otherwise than the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from gis.hotspots.getis_ord import Neighbours, window_sums, with_self
from gis.hotspots.significance import benjamini_hochberg, seven_bins, two_sided

Floats: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the second layer differs from the first; arrays of shape (n,).

    Attributes
    ----------
    first, second
        Reports compared: of the unit, or of its window if neighbours were given.
    difference
        Reports of the second beyond what the first gives at the second's exposure.
    ratio, low, high
        Rate of the second over that of the first with its exact 95 % interval. Without reports
        in the first there is no ratio and no upper bound (nan), without any no lower one.
    p, q
        Two-sided exact chance, and corrected for the number of units; nan without reports.
    bins
        3 (more, 99 %) to -3 (fewer, 99 %), 0 not significant.
    """

    first: Floats
    second: Floats
    difference: Floats
    ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    q: Floats
    bins: npt.NDArray[np.int8]


def compare(
    first: Counts,
    second: Counts,
    exposures: tuple[float, float] = (1.0, 1.0),
    neighbours: Neighbours | None = None,
) -> Comparison:
    """Compare two layers of counts over the same units.

    Parameters
    ----------
    first, second
        Reports of each unit, shape (n,), whole numbers: the earlier and the later period, or
        two categories.
    exposures
        Days of the two periods, or the totals of the two layers; above 0.
    neighbours
        If given, each unit is compared together with its neighbours, shape (n, n).

    Examples
    --------
    >>> found = compare(np.array([10, 10, 0]), np.array([12, 40, 0]), exposures=(30, 30))
    >>> found.ratio.tolist(), found.bins.tolist()
    ([1.2, 4.0, nan], [0, 3, 0])
    """
    share = _later_share(exposures)
    a, b = first.astype(np.float64), second.astype(np.float64)
    if neighbours is not None:
        windows = with_self(neighbours)
        a, b = window_sums(a, windows), window_sums(b, windows)
    at_least, at_most = _binomial_tails(a, b, share)
    p = two_sided(at_least, at_most)
    q = benjamini_hochberg(p)
    scale = share / (1 - share)
    ratio, low, high = _ratios(a, b, scale)
    bins = seven_bins(at_most - at_least, q)
    return Comparison(a, b, b - a * scale, ratio, low, high, p, q, bins)


def _binomial_tails(a: Floats, b: Floats, share: float) -> tuple[Floats, Floats]:
    """Return the chances of at least, and of at most, b of a + b; nan without any."""
    at_least, at_most = np.full((2, a.size), np.nan)
    some = a + b > 0
    x, y = a[some], b[some]
    at_least[some] = np.where(y > 0, special.betainc(np.maximum(y, 1), x + 1, share), 1.0)
    at_most[some] = np.where(x > 0, special.betaincc(y + 1, np.maximum(x, 1), share), 1.0)
    return at_least, at_most


def _later_share(exposures: tuple[float, float]) -> float:
    if not min(exposures) > 0:
        raise ValueError("both sides of a comparison need an exposure above 0")
    return exposures[1] / sum(exposures)


def _ratios(a: Floats, b: Floats, scale: float) -> tuple[Floats, Floats, Floats]:
    """Return the ratio of the rates and its Clopper-Pearson interval."""
    ratio, low, high = np.full((3, a.size), np.nan)
    some, based = a + b > 0, a > 0
    ratio[based] = b[based] / a[based] / scale
    x, y = a[some], b[some]
    smallest = np.where(y > 0, special.betaincinv(np.maximum(y, 1), x + 1, 0.025), 0.0)
    low[some] = smallest / (1 - smallest) / scale
    x, y = a[based], b[based]
    largest = special.betaincinv(y + 1, x, 0.975)
    high[based] = largest / (1 - largest) / scale
    return ratio, low, high
