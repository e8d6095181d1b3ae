"""Neighbours and the Getis-Ord Gi and Gi* statistics, in closed form.

Gi* compares the sum over a unit and its neighbours with what the mean of the whole map would
give; in closed form it is one sparse product. Permutations are not used: with few of them no
p value survives the correction for thousands of units.

Sources: Getis and Ord 1992; Ord and Getis 1995, equations 3 (Gi) and 5 (Gi*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.spatial import cKDTree

Floats: TypeAlias = npt.NDArray[np.float64]
Neighbours: TypeAlias = sparse.csr_array[np.float64, tuple[int, int]]

_QUEEN = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0)]


@dataclass(frozen=True, slots=True)
class LocalG:
    """A Getis-Ord statistic of every unit; arrays of shape (n,).

    ``z`` is nan where it is undefined: on a constant layer, or where a window holds all units.
    ``window_sum`` and ``window_weight`` are over the window: the neighbours, for Gi* with the
    unit itself; with neighbours of weight 1 ``window_weight`` is the number of units.
    """

    z: Floats
    window_sum: Floats
    window_weight: Floats


def contiguity(polygons: npt.NDArray[np.object_]) -> Neighbours:
    """Return which polygons share an edge or a corner (queen neighbours).

    Parameters
    ----------
    polygons
        shapely polygons without gaps between neighbours, shape (n,), any one CRS.

    Returns
    -------
    csr_array
        Shape (n, n), symmetric, 1 for neighbours, no diagonal.

    Examples
    --------
    >>> squares = shapely.box([0, 1, 5], 0, [1, 2, 6], 1)
    >>> contiguity(squares).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    tree = shapely.STRtree(polygons)
    left, right = tree.query(polygons, predicate="intersects")
    return _binary(left, right, len(polygons))


def cell_contiguity(columns: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> Neighbours:
    """Return which cells of a square lattice touch, by edge or corner.

    Parameters
    ----------
    columns, rows
        Integer position of each cell, shape (n,), no cell twice.

    Returns
    -------
    csr_array
        Shape (n, n), symmetric, 1 for neighbours, no diagonal.

    Examples
    --------
    >>> cell_contiguity(np.array([0, 1, 3]), np.array([0, 1, 1])).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    if columns.size == 0:
        return sparse.csr_array((0, 0))
    width = int(columns.max() - columns.min()) + 3  # one column of air each side: no wrapping
    keys = (rows - rows.min()) * width + (columns - columns.min()) + 1
    order = np.argsort(keys)
    ranked = keys[order]
    left, right = [], []
    for dx, dy in _QUEEN:
        wanted = keys + dy * width + dx
        place = np.minimum(np.searchsorted(ranked, wanted), keys.size - 1)
        found = np.flatnonzero(ranked[place] == wanted)
        left.append(found)
        right.append(order[place[found]])
    return _binary(np.concatenate(left), np.concatenate(right), keys.size)


def distance_band(xy: Floats, distance_m: float) -> Neighbours:
    """Return which points lie within a distance of each other.

    Parameters
    ----------
    xy
        Points in metres, shape (n, 2).
    distance_m
        Largest distance of a neighbour, included.

    Returns
    -------
    csr_array
        Shape (n, n), symmetric, 1 for neighbours, no diagonal.

    Examples
    --------
    >>> distance_band(np.array([[0.0, 0.0], [0.0, 30.0], [0.0, 90.0]]), 30.0).sum(axis=1).tolist()
    [1.0, 1.0, 0.0]
    """
    pairs = cKDTree(xy).query_pairs(distance_m, output_type="ndarray")
    left, right = pairs[:, 0], pairs[:, 1]
    return _binary(np.concatenate([left, right]), np.concatenate([right, left]), len(xy))


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of Gi*, each a unit and its neighbours, with what a map's counts do not change.

    Attributes
    ----------
    matrix
        Shape (n, n).
    weight, square
        Sum of each window's weights and of their squares, shape (n,).
    """

    matrix: Neighbours
    weight: Floats
    square: Floats


def windows_of(neighbours: Neighbours) -> Windows:
    """Return the windows around all units; many layers over the same units share them."""
    return _weighed(with_self(neighbours))


def with_self(neighbours: Neighbours) -> Neighbours:
    """Return the windows of Gi*: the neighbours and, with weight 1, the unit itself."""
    return sparse.csr_array(neighbours + sparse.eye_array(neighbours.shape[0], format="csr"))


def window_sums(values: Floats, windows: Neighbours) -> Floats:
    """Return the weighted sum of the values over the window of every unit, shape (n,)."""
    return cast(Floats, windows @ values)


def gi_star(values: Floats, neighbours: Neighbours | Windows) -> LocalG:
    """Compute Gi*, how unusual the sum over each unit and its neighbours is for this map.

    Parameters
    ----------
    values
        Count, rate or residual of each unit, shape (n,), finite.
    neighbours
        Weights without diagonal, shape (n, n); the unit itself enters with weight 1. Or the windows
        made of them before.

    Returns
    -------
    LocalG
        ``z`` is invariant to adding a constant and to multiplying by a positive one.

    Examples
    --------
    >>> chain = cell_contiguity(np.arange(5), np.zeros(5, dtype=np.int64))
    >>> gi_star(np.array([0.0, 0.0, 0.0, 3.0, 3.0]), chain).z.round(2).tolist()
    [-1.33, -2.0, -0.33, 1.33, 2.0]
    >>> gi_star(np.full(5, 7.0), chain).z.tolist()
    [nan, nan, nan, nan, nan]
    """
    windows = neighbours if isinstance(neighbours, Windows) else windows_of(neighbours)
    n, weight = values.size, windows.weight
    total = _totals(values, windows.matrix)
    if _is_constant(values):
        return LocalG(np.full(n, np.nan), total, weight)
    deviation = values - values.mean()
    spread = np.sqrt(np.mean(deviation**2))
    scale = np.sqrt(np.maximum(n * windows.square - weight**2, 0) / (n - 1)) * spread
    return LocalG(_ratio(window_sums(deviation, windows.matrix), scale), total, weight)


def gi(values: Floats, neighbours: Neighbours) -> LocalG:
    """Compute Gi, how unusual the sum over the neighbours of each unit, without itself, is.

    Parameters and result as for `gi_star`; mean and variance leave the unit out, so at least
    three units are needed.

    Examples
    --------
    >>> chain = cell_contiguity(np.arange(5), np.zeros(5, dtype=np.int64))
    >>> gi(np.array([0.0, 0.0, 0.0, 3.0, 3.0]), chain).z.round(2).tolist()
    [-1.0, -1.73, 0.0, 1.0, 1.73]
    """
    n, total = values.size, _totals(values, neighbours)
    around = _weighed(neighbours)
    weight, square = around.weight, around.square
    if n < 3 or _is_constant(values):
        return LocalG(np.full(n, np.nan), total, weight)
    deviation = values - values.mean()
    others = -deviation / (n - 1)
    variance = (np.sum(deviation**2) - deviation**2) / (n - 1) - others**2
    # without its one outlier a map is constant: what is left of the variance is rounding
    variance[variance < 1e-12 * np.mean(deviation**2)] = 0
    scale = np.sqrt(variance * np.maximum((n - 1) * square - weight**2, 0) / (n - 2))
    apart = window_sums(deviation, neighbours) - weight * others
    return LocalG(_ratio(apart, scale), total, weight)


def _binary(left: npt.NDArray[np.intp], right: npt.NDArray[np.intp], n: int) -> Neighbours:
    apart = left != right
    ones = np.ones(int(apart.sum()))
    return sparse.csr_array((ones, (left[apart], right[apart])), shape=(n, n))


def _weighed(matrix: Neighbours) -> Windows:
    return Windows(matrix, matrix.sum(axis=1), (matrix * matrix).sum(axis=1))


def _totals(values: Floats, matrix: Neighbours) -> Floats:
    if values.shape != (matrix.shape[0],) or not np.isfinite(values).all():
        raise ValueError("values must be finite, one for each unit of the neighbours")
    return window_sums(values, matrix)


def _is_constant(values: Floats) -> bool:
    return values.size == 0 or bool(values.min() == values.max())


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, nan where the denominator is 0."""
    quotient = np.full(above.shape, np.nan)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient
