"""Reports per km2 as a smooth surface: kernel density with a fixed bandwidth in metres.

The surface is computed from cells, never from points, and its bandwidth is metres on the ground,
never pixels: the same place has the same value at every zoom. At the county's border half of the
kernel falls outside, so an uncorrected surface reads two to four times too low there; the mask of
the county puts it right.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Floats: TypeAlias = npt.NDArray[np.float64]
Correction: TypeAlias = Literal["mass", "uniform"]
Kernel: TypeAlias = Literal["gaussian", "quartic"]

# beyond four bandwidths a Gaussian holds 0.006 % of its weight
REACH = 4.0
# cells up to a quarter of the bandwidth keep the surface within 1 % of its peak
LARGEST_CELL_SHARE = 0.25
_M2_PER_KM2 = 1e6


def cell_density(
    counts: Floats,
    cell_m: float,
    bandwidth_m: float,
    mask: npt.NDArray[np.bool_] | None = None,
    correction: Correction = "mass",
    inside: Floats | None = None,
) -> Floats:
    """Return reports per km2 as a smooth surface over the cells.

    Parameters
    ----------
    counts
        Reports of each cell, shape (rows, columns). Cells outside the array hold none: give a
        margin of `margin_cells` around what is shown.
    cell_m
        Side of a cell in metres, at most a quarter of the bandwidth.
    bandwidth_m
        Standard deviation of the Gaussian kernel in metres.
    mask
        True where reports can be: the county, shape (rows, columns). Without it nothing is
        corrected.
    correction
        ``mass`` divides each report by the share of its kernel inside the mask, so that the
        surface still adds up to the reports (Jones 1993); ``uniform`` divides the surface by
        the share of the kernel inside the mask, so that evenly spread reports give an even
        surface up to the edge (Diggle 1985), and the sum is close to but not the reports'.
    inside
        `mask_share` of the mask, where it was computed before: half of the work.

    Returns
    -------
    ndarray
        Reports per km2, shape (rows, columns), 0 outside the mask. With ``mass``,
        ``surface.sum() * cell_km2`` is the number of reports inside the mask.

    Examples
    --------
    >>> counts = np.zeros((41, 41))
    >>> counts[20, 20] = 10
    >>> surface = cell_density(counts, cell_m=100, bandwidth_m=500)
    >>> round(float(surface.max()), 2), round(float(surface.sum()) * 0.01, 6)
    (6.37, 10.0)
    """
    if not 0 < cell_m <= bandwidth_m * LARGEST_CELL_SHARE:
        raise ValueError(f"cells of {cell_m} m are too large for a bandwidth of {bandwidth_m} m")
    per_km2 = _M2_PER_KM2 / cell_m**2
    sigma = bandwidth_m / cell_m
    if mask is None:
        return _smooth(counts, sigma) * per_km2
    if inside is None:
        inside = mask_share(mask, cell_m, bandwidth_m)
    counted = np.where(mask, counts, 0.0)
    if correction == "mass":
        weighted = np.divide(counted, inside, out=np.zeros_like(inside), where=mask)
        return np.where(mask, _smooth(weighted, sigma), 0.0) * per_km2
    surface = _smooth(counted, sigma)
    return np.divide(surface * per_km2, inside, out=np.zeros_like(inside), where=mask)


def mask_share(mask: npt.NDArray[np.bool_], cell_m: float, bandwidth_m: float) -> Floats:
    """Return the share of each cell's kernel that lies inside a mask.

    Parameters
    ----------
    mask, cell_m, bandwidth_m
        As for `cell_density`.

    Examples
    --------
    >>> mask = np.zeros((41, 41), dtype=bool)
    >>> mask[:, 20:] = True
    >>> round(float(mask_share(mask, 100, 400)[20, 20]), 2)
    0.55
    """
    return _smooth(mask.astype(np.float64), bandwidth_m / cell_m)


def margin_cells(cell_m: float, bandwidth_m: float) -> int:
    """Return the cells a tile needs around itself so that its edge is that of the whole map.

    Examples
    --------
    >>> margin_cells(100, 400)
    32
    """
    # once for the reports, once more for the share of their kernels inside the mask
    return 2 * math.ceil(REACH * bandwidth_m / cell_m)


def point_density(
    at: Floats, points: Floats, weights: Floats, bandwidth_m: float, kernel: Kernel = "gaussian"
) -> Floats:
    """Return the density at places by summing over all points: exact, and slow.

    What `cell_density` approximates; its cost is places times points.

    Parameters
    ----------
    at
        Places in metres, shape (m, 2).
    points
        Reports in metres, shape (n, 2).
    weights
        What each report counts, shape (n,).
    bandwidth_m
        Standard deviation of the Gaussian, or radius of the quartic kernel.
    kernel
        ``gaussian``: 1 / (2 pi h^2) exp(-d^2 / 2 h^2); ``quartic``: 3 / (pi h^2)
        (1 - d^2 / h^2)^2 within h (Silverman 1986, equation 4.5, the kernel of ArcGIS).

    Returns
    -------
    ndarray
        Reports per km2, shape (m,).

    Examples
    --------
    >>> place = np.array([[0.0, 0.0]])
    >>> round(float(point_density(place, place, np.array([10.0]), 500)[0]), 2)
    6.37
    """
    square = bandwidth_m**2
    surface = np.empty(len(at))
    for i, place in enumerate(at):
        reach = ((points - place) ** 2).sum(axis=1) / square
        if kernel == "gaussian":
            shape = np.exp(-reach / 2) / (2 * np.pi * square)
        else:
            shape = np.maximum(1 - reach, 0) ** 2 * (3 / (np.pi * square))
        surface[i] = weights @ shape
    return surface * _M2_PER_KM2


def _smooth(layer: Floats, sigma: float) -> Floats:
    # in double precision whatever the counts are; the kernel's weights add up to 1
    return ndimage.gaussian_filter(
        layer, sigma, output=np.float64, mode="constant", cval=0.0, truncate=REACH
    )
