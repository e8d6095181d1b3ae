"""Groups of points that lie dense in place and in time: probably one cause.

Density clustering with two reaches (ST-DBSCAN, Birant and Kut 2007): neighbours lie within so many
metres and so many hours of each other. A group grows as long as neighbours come in, however long
that takes. Whether it is more than the place always has is decided against its usual rate.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.special import pdtrc

from gis.hotspots.clusters import NOISE

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]


def outbreaks(
    xy: Floats, hours: Floats, *, distance_m: float, within_h: float, least: int
) -> Integers:
    """Return the group of each point, `NOISE` for those of none.

    Parameters
    ----------
    xy
        Points in metres, shape (n, 2), finite.
    hours
        When each one was, shape (n,).
    distance_m, within_h
        Largest distance and time between neighbours, both included.
    least
        Points within reach that make a core point, itself included.

    Returns
    -------
    ndarray
        Groups count from 0 in the order of their first point. A border point belongs to its
        nearest core point, so the grouping does not depend on the order of the points.

    Examples
    --------
    >>> xy = np.array([[0.0, 0], [50, 0], [90, 0], [60, 0], [5000, 0]])
    >>> hours = np.array([0.0, 0.5, 1.0, 30.0, 0.6])
    >>> outbreaks(xy, hours, distance_m=100, within_h=2, least=3).tolist()
    [0, 0, 0, -1, -1]
    """
    n = len(xy)
    labels = np.full(n, NOISE, dtype=np.int64)
    if n < least:
        return labels
    pairs = cKDTree(xy).query_pairs(distance_m, output_type="ndarray")
    pairs = pairs[np.abs(hours[pairs[:, 0]] - hours[pairs[:, 1]]) <= within_h]
    left, right = pairs[:, 0], pairs[:, 1]
    core = 1 + np.bincount(left, minlength=n) + np.bincount(right, minlength=n) >= least
    if not core.any():
        return labels
    both = core[left] & core[right]
    graph = sparse.coo_array((np.ones(both.sum()), (left[both], right[both])), (n, n))
    component = connected_components(graph, directed=False)[1]
    labels[core] = component[core]
    _join_border(labels, core, xy, pairs)
    return _numbered(labels)


def is_unusual(count: int, usual: float, *, at_most: float = 1e-3) -> bool:
    """Say whether so many points are more than chance brings where so many are usual.

    Parameters
    ----------
    count
        Points found.
    usual
        Mean number of points of that place in that time.
    at_most
        Largest probability of so many or more (Poisson).

    Examples
    --------
    >>> is_unusual(3, 0.02), is_unusual(3, 0.4), is_unusual(7, 0.4)
    (True, False, True)
    """
    return bool(pdtrc(count - 1, usual) <= at_most)


def spread_m(xy: Floats) -> float:
    """Return the largest distance between two of some points, in metres; n stays small."""
    gaps = xy[:, None, :] - xy[None, :, :]
    return float(np.sqrt((gaps**2).sum(axis=2)).max())


def _join_border(
    labels: Integers, core: npt.NDArray[np.bool_], xy: Floats, pairs: npt.NDArray[np.intp]
) -> None:
    """Give each point that is near a core point, but none itself, the label of the nearest."""
    ways = np.concatenate([pairs, pairs[:, ::-1]])
    ways = ways[~core[ways[:, 0]] & core[ways[:, 1]]]
    gap = xy[ways[:, 0]] - xy[ways[:, 1]]
    # Last written wins: the nearest stands last, and of equals the one of the lowest label.
    order = np.lexsort((-labels[ways[:, 1]], -np.hypot(gap[:, 0], gap[:, 1])))
    labels[ways[order, 0]] = labels[ways[order, 1]]


def _numbered(labels: Integers) -> Integers:
    """Return labels numbered from 0 in the order of the points, noise left as it is."""
    found = labels != NOISE
    _, first, back = np.unique(labels[found], return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    numbered = labels.copy()
    numbered[found] = rank[back]
    return numbered
