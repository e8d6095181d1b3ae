"""Clusters of points by density (DBSCAN), in metres.

Ester, Kriegel, Sander and Xu 1996. Distances in degrees would stretch the circle by a fifth at
36 degrees north, so points come projected. Thousands of reports on one point are first collapsed
into weighted cells (`collapse`): the pairs within a pile would outgrow the memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

NOISE = -1


@dataclass(frozen=True, slots=True)
class Clusters:
    """Cluster of each point; arrays of shape (n,).

    ``labels`` count from 0 in the order of each cluster's first core point, -1 is noise;
    ``core`` marks points with enough others around them.
    """

    labels: Integers
    core: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Piles:
    """Points collapsed into cells: mean place, number of points, and each point's pile."""

    xy: Floats
    weights: Floats
    pile: Integers


def dbscan(xy: Floats, distance_m: float, least: float, weights: Floats | None = None) -> Clusters:
    """Group points that lie dense.

    Parameters
    ----------
    xy
        Points in metres, shape (n, 2), finite.
    distance_m
        Largest distance of a neighbour, included.
    least
        Points (their weight) within the distance that make a core point, itself included.
    weights
        How many points each one stands for, shape (n,); 1 each if not given.

    Returns
    -------
    Clusters
        A border point within reach of several clusters belongs to its nearest core point, so
        the grouping does not depend on the order of the points.

    Examples
    --------
    >>> xy = np.array([[0.0, 0], [5, 0], [10, 0], [300, 0], [304, 0], [308, 0], [900, 0]])
    >>> dbscan(xy, 10, 3).labels.tolist()
    [0, 0, 0, 1, 1, 1, -1]
    """
    n = len(xy)
    if not np.isfinite(xy).all():
        raise ValueError("points need finite coordinates")
    weight = np.ones(n) if weights is None else weights
    pairs = cKDTree(xy).query_pairs(distance_m, output_type="ndarray")
    left, right = pairs[:, 0], pairs[:, 1]
    around = weight + np.bincount(left, weight[right], n) + np.bincount(right, weight[left], n)
    core = around >= least
    labels = np.full(n, NOISE, dtype=np.int64)
    if core.any():
        joined = core[left] & core[right]
        graph = sparse.coo_array((np.ones(joined.sum()), (left[joined], right[joined])), (n, n))
        component = connected_components(graph, directed=False)[1]
        labels[core] = _in_order_of_appearance(component[core])
        border = np.flatnonzero(~core)
        distance, nearest = cKDTree(xy[core]).query(xy[border])
        reached = distance <= distance_m
        labels[border[reached]] = labels[core][np.asarray(nearest)[reached]]
    return Clusters(labels, core)


def collapse(xy: Floats, cell_m: float = 5.0) -> Piles:
    """Collapse points into cells of fixed metres, each at the mean of its points.

    Parameters
    ----------
    xy
        Points in metres, shape (n, 2).
    cell_m
        Side of a cell.

    Returns
    -------
    Piles
        ``labels[piles.pile]`` gives the points the labels of their piles.

    Examples
    --------
    >>> piles = collapse(np.array([[1.0, 1], [2, 2], [99, 1]]))
    >>> piles.xy.tolist(), piles.weights.tolist(), piles.pile.tolist()
    ([[1.5, 1.5], [99.0, 1.0]], [2.0, 1.0], [0, 0, 1])
    """
    cells = np.floor(xy / cell_m).astype(np.int64)
    places, back = np.unique(cells, axis=0, return_inverse=True)
    pile = back.reshape(-1).astype(np.int64)
    weights = np.bincount(pile, minlength=len(places)).astype(np.float64)
    sums = [np.bincount(pile, xy[:, axis], len(places)) for axis in (0, 1)]
    return Piles(np.column_stack(sums) / weights[:, None], weights, pile)


def _in_order_of_appearance(component: npt.NDArray[np.signedinteger]) -> Integers:
    """Return the components numbered from 0 in the order of the points."""
    _, first, back = np.unique(component, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[back]
