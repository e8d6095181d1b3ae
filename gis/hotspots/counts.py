"""Counts and what makes them comparable: rates per 1,000, per km2, and empirical-Bayes rates.

A count says how much work there is, a rate where it is unusual. Rates of small units jump about;
the empirical-Bayes rate pulls each towards the mean of the map, the more the smaller its
exposure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SmoothedRates:
    """Empirical-Bayes rates of one layer.

    Attributes
    ----------
    rates
        Smoothed events per unit of exposure, shape (n,); nan where there is no exposure.
    mean
        Rate of the whole map.
    variance
        Variance of the true rates between units, at least 0.
    clamped
        Whether the estimated variance was negative and taken as 0: then the units differ no
        more than chance makes them differ, and every rate is the mean.
    """

    rates: Floats
    mean: float
    variance: float
    clamped: bool


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Counts of square cells; arrays of shape (n,), one entry a cell that has reports."""

    columns: Integers
    rows: Integers
    counts: Integers


def rate_per(counts: npt.ArrayLike, exposure: npt.ArrayLike, per: float = 1.0) -> Floats:
    """Return counts for each ``per`` units of exposure.

    Parameters
    ----------
    counts
        Events of each unit, shape (n,).
    exposure
        Residents, households, km2 or km of each unit, shape (n,).
    per
        1,000 for a rate per 1,000 residents, 1 for one per km2.

    Returns
    -------
    ndarray
        Shape (n,); nan where the exposure is 0, negative or missing.

    Examples
    --------
    >>> rate_per([3, 2, 1], [1500, 0, 250], per=1000).tolist()
    [2.0, nan, 4.0]
    """
    events, exposed = np.asarray(counts, np.float64), np.asarray(exposure, np.float64)
    rates = np.full(events.shape, np.nan)
    np.divide(events * per, exposed, out=rates, where=exposed > 0)
    return rates


def standardised_ratio(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> Floats:
    """Return observed over expected counts: 1 is the map's mean rate, 2 twice as many.

    Parameters and shape as for `rate_per`; nan where nothing is expected.

    Examples
    --------
    >>> standardised_ratio([3, 1], [100, 300]).round(3).tolist()
    [3.0, 0.333]
    """
    events, exposed = np.asarray(counts, np.float64), np.asarray(exposure, np.float64)
    some = exposed > 0
    total = events[some].sum()
    if total == 0:
        return np.full(events.shape, np.nan)
    return rate_per(events, exposed, per=float(exposed[some].sum() / total))


def empirical_bayes(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> SmoothedRates:
    """Smooth rates towards the mean of the map by Marshall's global empirical-Bayes estimate.

    Parameters
    ----------
    counts
        Events of each unit, shape (n,).
    exposure
        Population at risk of each unit, shape (n,).

    Returns
    -------
    SmoothedRates
        Between the raw rate and the mean, nearer to the mean where the exposure is small.

    References
    ----------
    Marshall 1991, Mapping disease and mortality rates using empirical Bayes estimators,
    Applied Statistics 40(2). The same as ``EBest(family="poisson")`` of spdep.

    Examples
    --------
    One report among ten residents says little; sixty among three thousand say something:

    >>> smoothed = empirical_bayes([1, 60, 2, 11], [10, 3000, 1000, 2000])
    >>> (smoothed.rates * 1000).round(1).tolist(), round(smoothed.mean * 1000, 1)
    ([16.9, 19.6, 3.6, 6.1], 12.3)
    """
    events, exposed = np.asarray(counts, np.float64), np.asarray(exposure, np.float64)
    some = exposed > 0
    rates = np.full(events.shape, np.nan)
    if not some.any():
        return SmoothedRates(rates, float("nan"), 0.0, clamped=False)
    count, population = events[some], exposed[some]
    raw = count / population
    total = float(population.sum())
    mean = float(count.sum()) / total
    between = float((population * (raw - mean) ** 2).sum()) / total - mean / (total / count.size)
    variance = max(between, 0.0)
    spread = variance + mean / population
    trust = np.divide(variance, spread, out=np.zeros_like(spread), where=spread > 0)
    rates[some] = mean + trust * (raw - mean)
    return SmoothedRates(rates, mean, variance, clamped=between < 0)


def coarsen(cells: CellCounts, factor: int) -> CellCounts:
    """Merge cells into larger ones: 100 m cells by 4 into 400 m cells.

    Parameters
    ----------
    cells
        Counts by integer column and row, counted from one origin; negative ones are fine.
    factor
        Old cells along each side of a new one, at least 1.

    Returns
    -------
    CellCounts
        Sorted by row, then column; the sum of the counts is kept.

    Examples
    --------
    >>> fine = CellCounts(np.array([-1, 0, 1, 5]), np.array([0, 0, 1, 0]), np.array([1, 2, 3, 4]))
    >>> coarse = coarsen(fine, 2)
    >>> list(zip(coarse.columns.tolist(), coarse.rows.tolist(), coarse.counts.tolist()))
    [(-1, 0, 1), (0, 0, 5), (2, 0, 4)]
    """
    if factor < 1:
        raise ValueError(f"cells are merged by a factor of at least 1, not {factor}")
    merged = np.stack([cells.rows // factor, cells.columns // factor])
    places, back = np.unique(merged, axis=1, return_inverse=True)
    counts = np.bincount(back.reshape(-1), weights=cells.counts, minlength=places.shape[1])
    return CellCounts(places[1], places[0], counts.round().astype(np.int64))
