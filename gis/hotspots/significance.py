"""From chance to a statement: p values, corrected for many units, and the seven bins.

Every p of a map is two-sided unless it says hot or cold. Thousands of units are tested at once,
so bins come from Benjamini-Hochberg q values: among the units shown at q < 0.05 at most 5 % are
expected to be there by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from gis.hotspots.exact_null import window_tails
from gis.hotspots.getis_ord import Neighbours, Windows, gi_star, window_sums, with_self

Floats: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = npt.NDArray[np.int64]
Bins: TypeAlias = npt.NDArray[np.int8]

# Esri's Gi_Bin: what each bin claims, hot (+) or cold (-), after the correction.
BIN_CONFIDENCE = {3: 0.99, 2: 0.95, 1: 0.90, 0: 0.0, -1: 0.90, -2: 0.95, -3: 0.99}


@dataclass(frozen=True, slots=True)
class Hotspots:
    """The hotspots of one layer; arrays of shape (n,).

    Attributes
    ----------
    z
        Gi* of the counts, or the standardised excess over the expected count.
    p, q
        Two-sided chance, and the same corrected for the number of units; nan if undefined.
    bins
        -3 (cold, 99 %) to 3 (hot, 99 %), 0 not significant or undefined.
    window_count, window_expected, window_size
        Reports in the window (the unit and its neighbours), the number expected there, and its
        units.
    """

    z: Floats
    p: Floats
    q: Floats
    bins: Bins
    window_count: Floats
    window_expected: Floats
    window_size: Floats


def count_hotspots(counts: Counts, neighbours: Neighbours | Windows) -> Hotspots:
    """Find units whose neighbourhood holds unusually many or few reports for this map.

    Parameters
    ----------
    counts
        Reports of each unit, shape (n,), whole numbers.
    neighbours
        Which units are neighbours, weight 1, no diagonal, shape (n, n); or the windows made of them
        before.

    Returns
    -------
    Hotspots
        ``z`` is Gi*, ``p`` exact. On a constant layer all are undefined (nan, bin 0).

    Examples
    --------
    >>> from gis.hotspots.getis_ord import cell_contiguity
    >>> row, column = np.divmod(np.arange(225), 15)
    >>> counts = np.where((abs(row - 7) < 2) & (abs(column - 7) < 2), 4, 0)
    >>> counts[:9] = 1
    >>> found = count_hotspots(counts, cell_contiguity(column, row))
    >>> int(found.bins[7 * 15 + 7]), int(found.window_count[7 * 15 + 7]), int(found.bins[224])
    (3, 36, 0)
    """
    star = gi_star(counts.astype(np.float64), neighbours)
    sizes = star.window_weight.round().astype(np.int64)
    tails = window_tails(counts, star.window_sum.round().astype(np.int64), sizes)
    expected = star.window_weight * (counts.mean() if counts.size else 0.0)
    return _hotspots(
        star.z, tails.at_least, tails.at_most, star.window_sum, expected, star.window_weight
    )


def rate_hotspots(counts: Counts, expected: Floats, neighbours: Neighbours) -> Hotspots:
    """Find units whose neighbourhood holds unusually many or few reports for its exposure.

    The exact Poisson test of each window's count against its expected count; unlike Gi* of the
    counts it does not map where people live.

    Parameters
    ----------
    counts
        Reports of each unit, shape (n,), whole numbers.
    expected
        Reports expected at the map's mean rate, shape (n,), see `expected_counts`.
    neighbours
        Which units are neighbours, weight 1, no diagonal, shape (n, n).

    Returns
    -------
    Hotspots
        ``z`` is the window's (observed - expected) / sqrt(expected); nan where a window has no
        exposure.

    Examples
    --------
    >>> from gis.hotspots.getis_ord import cell_contiguity
    >>> line = cell_contiguity(np.arange(6), np.zeros(6, dtype=np.int64))
    >>> residents = np.array([900, 900, 900, 100, 100, 100])
    >>> counts = np.array([9, 9, 9, 1, 20, 1])
    >>> rate_hotspots(counts, expected_counts(counts, residents), line).bins.tolist()
    [-2, -2, -2, 2, 3, 3]
    """
    windows = with_self(neighbours)
    observed = window_sums(counts.astype(np.float64), windows)
    due = window_sums(expected, windows)
    at_least, at_most = poisson_tails(observed, due)
    z = pearson_residuals(observed, due)
    return _hotspots(z, at_least, at_most, observed, due, windows.sum(axis=1))


def expected_counts(counts: Counts, exposure: Floats) -> Floats:
    """Return the reports each unit would have at the map's mean rate.

    Parameters
    ----------
    counts, exposure
        Reports and residents, households or kilometres of pipe of each unit, shape (n,).

    Examples
    --------
    >>> expected_counts(np.array([3, 1]), np.array([100.0, 300.0])).tolist()
    [1.0, 3.0]
    """
    exposed = np.where(np.isfinite(exposure) & (exposure > 0), exposure, 0.0)
    total = float(exposed.sum())
    if not total:
        return np.full(counts.shape, np.nan)
    # reports where nobody is exposed say nothing about the rate
    return exposed * (float(counts[exposed > 0].sum()) / total)


def pearson_residuals(observed: Floats, expected: Floats) -> Floats:
    """Return (observed - expected) / sqrt(expected), nan where nothing is expected.

    Examples
    --------
    >>> pearson_residuals(np.array([9.0, 2.0]), np.array([4.0, 0.0])).tolist()
    [2.5, nan]
    """
    residuals = np.full(observed.shape, np.nan)
    usable = expected > 0
    residuals[usable] = (observed[usable] - expected[usable]) / np.sqrt(expected[usable])
    return residuals


def poisson_tails(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Return the exact chances of at least, and of at most, the observed counts.

    Parameters
    ----------
    observed, expected
        Whole counts and Poisson means, shape (n,).

    Returns
    -------
    at_least, at_most
        Shape (n,), nan where nothing is expected.

    Examples
    --------
    >>> at_least, at_most = poisson_tails(np.array([0.0, 3.0]), np.array([1.0, 1.0]))
    >>> at_least.round(4).tolist(), at_most.round(4).tolist()
    ([1.0, 0.0803], [0.3679, 0.981])
    """
    at_least, at_most = np.full((2, observed.size), np.nan)
    usable = expected > 0
    count, mean = observed[usable], expected[usable]
    at_least[usable] = np.where(count > 0, special.pdtrc(np.maximum(count - 1, 0), mean), 1.0)
    at_most[usable] = special.pdtr(count, mean)
    return at_least, at_most


def two_sided(at_least: Floats, at_most: Floats) -> Floats:
    """Return the two-sided p of two one-sided ones: twice the smaller, at most 1."""
    smaller: Floats = np.minimum(at_least, at_most)
    return np.minimum(1.0, 2 * smaller)


def benjamini_hochberg(p: Floats) -> Floats:
    """Return q values: p corrected for the number of tests so that false finds stay a share.

    Parameters
    ----------
    p
        Chances, shape (n,); nan marks a unit that was not tested and stays nan.

    Returns
    -------
    ndarray
        Shape (n,). Units with q <= a are what the step-up procedure of Benjamini and Hochberg
        (1995) rejects at level a.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    q = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if tested.size:
        order = tested[np.argsort(p[tested], kind="stable")]
        ranks = np.arange(1, order.size + 1)
        steps = p[order] * order.size / ranks
        q[order] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    return q


def seven_bins(direction: Floats, q: Floats) -> Bins:
    """Sort units into Esri's seven bins.

    Parameters
    ----------
    direction
        Sign of the departure: above 0 hot, below 0 cold, shape (n,).
    q
        Corrected chance, shape (n,).

    Returns
    -------
    ndarray of int8
        3, 2, 1 hot at q < 0.01, 0.05, 0.10; -3, -2, -1 cold; 0 not significant or undefined.

    Examples
    --------
    >>> seven_bins(np.array([1.0, -1.0, 2.0, np.nan]), np.array([0.004, 0.03, 0.2, np.nan])).tolist()
    [3, -2, 0, 0]
    """
    level = sum((q < limit).astype(np.int8) for limit in (0.01, 0.05, 0.10))
    sign = np.where(np.isnan(direction), 0, np.sign(direction))
    return (level * sign).astype(np.int8)


def _hotspots(
    z: Floats, at_least: Floats, at_most: Floats, count: Floats, expected: Floats, size: Floats
) -> Hotspots:
    p = two_sided(at_least, at_most)
    q = benjamini_hochberg(p)
    return Hotspots(z, p, q, seven_bins(at_most - at_least, q), count, expected, size)
