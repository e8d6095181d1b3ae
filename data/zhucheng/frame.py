"""What every table of the sample city shares: a flat frame, the lattice, and a seed per table."""

from __future__ import annotations

import zlib
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

COUNTY = "370782"
SHANGHAI = ZoneInfo("Asia/Shanghai")
LATTICE_DIGITS = 6
LATTICE = 1e-6
_SEED = 370782

# A flat frame around the city: good to 0.3 % over the county, which shapes do not notice.
ORIGIN_LON, ORIGIN_LAT = 119.40, 36.00
M_PER_DEG_LON, M_PER_DEG_LAT = 90_164.0, 110_958.0


def rng_for(table: str) -> np.random.Generator:
    """Return the generator of one table; each has its own, so a change in one moves no other."""
    return np.random.Generator(np.random.PCG64([_SEED, zlib.crc32(table.encode())]))


def to_metres(degrees: FloatArray) -> FloatArray:
    """Turn (n, 2) lon, lat into metres east and north of the origin."""
    return (degrees - (ORIGIN_LON, ORIGIN_LAT)) * (M_PER_DEG_LON, M_PER_DEG_LAT)


def to_degrees(metres: FloatArray) -> FloatArray:
    """Turn (n, 2) metres of the frame into lon, lat."""
    return metres / (M_PER_DEG_LON, M_PER_DEG_LAT) + (ORIGIN_LON, ORIGIN_LAT)


def on_lattice(degrees: FloatArray) -> FloatArray:
    """Round coordinates to the 1e-6 degree lattice on which every vertex of the city lies."""
    return np.round(degrees, LATTICE_DIGITS)


def weighted_choice(rng: np.random.Generator, weights: FloatArray, size: int) -> IntArray:
    """Draw `size` indices in proportion to `weights` (any positive scale)."""
    edges = np.cumsum(weights)
    drawn: IntArray = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return drawn
