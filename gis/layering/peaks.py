"""Where a density surface is highest: its local maxima, named as people know the places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import shapely
from scipy import ndimage

from gis.datum import to_wgs84
from gis.db.database import Transaction
from gis.layering.counting import rows_where
from gis.layering.frames import Floats, Integers
from gis.layering.scopes import Scope
from gis.layering.surfaces import Surface

MOST_PEAKS: Final = 20


@dataclass(frozen=True)
class Peak:
    """A place with no denser one within the kernel's reach.

    Attributes
    ----------
    grid
        Code, Chinese and English name of the grid it lies in; None between grids.
    density
        The surface's own value there, in reports per km2.
    places
        Chinese and English names of up to three places there.
    """

    lon: float
    lat: float
    grid: tuple[str, str, str] | None
    density: float
    places: tuple[tuple[str, str], ...]


def peaks_of(tx: Transaction, scope: Scope, surface: Surface, lowest: float) -> list[Peak]:
    """Return the local maxima of a surface, the densest first, at most 20.

    Parameters
    ----------
    lowest
        What is less dense is not drawn and no peak.
    """
    reach = surface.bandwidth_m // surface.cell_m
    rows, columns = local_maxima(surface.values, reach, lowest)
    if not rows.size:
        return []
    county = scope.county(tx)
    x = surface.west_m + (columns + 0.5) * surface.cell_m
    y = surface.south_m + (rows + 0.5) * surface.cell_m
    lon, lat = to_wgs84(x, y, county.metric)
    point, within = shapely.STRtree(county.shapes).query(shapely.points(x, y), "intersects")
    frame = county.grids
    grids = {
        one: (frame.codes[grid], frame.names[grid], frame.names_en[grid])
        for one, grid in zip(point.tolist(), within.tolist(), strict=True)
    }
    tx.see_county(scope.actor.county_code)
    asked = {
        "positions": list(range(len(x))),
        # Where reports of the whole grid lie on average is not where the surface is highest.
        "grids": [None] * len(x),
        "lon": lon.tolist(),
        "lat": lat.tolist(),
    }
    names: dict[int, list[tuple[str, str]]] = {}
    for row in tx.query("layer_places", {**rows_where(scope, county, scope.span), **asked}):
        names.setdefault(cast(int, row["position"]), []).append((row["name"], row["name_en"]))
    values = surface.values[rows, columns].tolist()
    return [
        Peak(float(lon[one]), float(lat[one]), grids.get(one), value, tuple(names.get(one, ())))
        for one, value in enumerate(values)
    ]


def local_maxima(values: Floats, reach: int, lowest: float) -> tuple[Integers, Integers]:
    """Return rows and columns of what is the highest within its reach, the densest first, at most 20.

    Of equally dense places in one another's reach, as a plateau has them, the first counts.

    Parameters
    ----------
    values
        Shape (rows, columns).
    reach
        Cells in each direction.
    lowest
        What is less dense is no maximum.
    """
    top = values == ndimage.maximum_filter(values, size=2 * reach + 1, mode="constant")
    rows, columns = np.nonzero(top & (values > 0) & (values >= lowest))
    order = np.lexsort((columns, rows, -values[rows, columns]))
    rows, columns = rows[order].astype(np.int64), columns[order].astype(np.int64)
    kept: list[int] = []
    for one in range(len(rows)):
        apart = np.maximum(abs(rows[kept] - rows[one]), abs(columns[kept] - columns[one]))
        if (apart > reach).all():
            kept.append(one)
        if len(kept) == MOST_PEAKS:
            break
    return rows[kept], columns[kept]
