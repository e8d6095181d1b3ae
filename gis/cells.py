"""The 100 m lattice on which heat layers count: squares of the county's metric system."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gis.datum import from_wgs84, parse_crs

CELL_M: Final = 100.0

CellIndex = npt.NDArray[np.int32]


def cells_of(
    lon: npt.ArrayLike, lat: npt.ArrayLike, metric_srid: int
) -> tuple[CellIndex, CellIndex]:
    """Return the cells that hold WGS 84 positions.

    Parameters
    ----------
    lon, lat
        Degrees; arrays of one shape, every position finite.
    metric_srid
        EPSG code of the county's projected system in metres.

    Returns
    -------
    tuple
        ``floor(easting / 100)`` and ``floor(northing / 100)``, same shape.
    """
    easting, northing = from_wgs84(lon, lat, parse_crs(f"EPSG:{metric_srid}"))
    return (
        np.floor(easting / CELL_M).astype(np.int32),
        np.floor(northing / CELL_M).astype(np.int32),
    )
