"""The grids' outlines as few bytes as a page needs to paint every unit: for looking, not for measuring.

GeoJSON of 1,690 grids is 300 KB compressed; fewer corners on a lattice, each told as its step from
the last, are 65 KB. Neighbours are simplified together and share their corners on the
lattice, so they keep one border; communities and towns are painted as their grids.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from gis.db.database import Transaction
from gis.layering.frames import County
from gis.layering.memory import memory_of
from gis.layering.scopes import Version

STEP_DEG: Final = 1e-4
"""Side of the lattice, 9 to 11 m in Zhucheng: a pixel at the zoom where a grid fills the view."""
_SIMPLIFY_DEG: Final = 9e-4

Rings = list[list[int]]


def outlines_of(tx: Transaction, county: County, version: Version) -> dict[str, Any]:
    """Return the outlines of the active layout's grids, worked out once for each version.

    Returns
    -------
    dict
        ``step``: degrees a number stands for; ``codes``, ``towns``, ``communities``: one entry a
        grid; ``polygons``: of each grid its polygons, each a list of rings (shell first), each a
        flat list of steps east and north, the first from longitude and latitude 0, not closed;
        ``town_names``: name of each town, and where its label stands.
    """
    key = ("outlines", county.grids.layout_id, version.frame)
    return memory_of(tx).get(key, lambda: _make(tx, county, version))


def _make(tx: Transaction, county: County, version: Version) -> dict[str, Any]:
    grids = county.grids
    simple = shapely.coverage_simplify(county.boundaries, _SIMPLIFY_DEG)
    return {
        "layout": version.state.layout,
        "step": STEP_DEG,
        "codes": list(grids.codes),
        "towns": list(grids.towns),
        "communities": list(county.communities),
        "polygons": [steps_of(shape) for shape in simple],
        "town_names": _town_names(tx, county),
    }


def steps_of(shape: shapely.Polygon | shapely.MultiPolygon) -> list[Rings]:
    """Return the polygons of a shape as rings of steps on the lattice.

    Examples
    --------
    >>> steps_of(shapely.box(119.4, 36.0, 119.4002, 36.0001))
    [[[1194002, 360000, 0, 1, -2, 0, 0, -1]]]
    """
    return [
        [_steps(ring) for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in shapely.get_parts(shape)
    ]


def _steps(ring: shapely.LinearRing) -> list[int]:
    corners = np.rint(shapely.get_coordinates(ring)[:-1] / STEP_DEG).astype(np.int64)
    # Corners that fell on one point of the lattice are one; the first is always kept.
    moved = np.diff(corners, axis=0, prepend=0)
    flat: list[int] = moved[moved.any(axis=1)].ravel().tolist()
    return flat


def _town_names(tx: Transaction, county: County) -> list[dict[str, Any]]:
    rows = tx.rows(
        "SELECT t.code, t.name, t.name_en, ST_X(p.inside) AS lon, ST_Y(p.inside) AS lat FROM town t"
        " CROSS JOIN LATERAL (SELECT coalesce(t.location, ST_PointOnSurface(t.boundary)) AS inside) p"
        " WHERE t.code = ANY(%s) ORDER BY t.code",
        [[code for code in set(county.grids.towns) if code is not None]],
    )
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "name_en": row["name_en"],
            "location": None
            if row["lon"] is None
            else [round(row["lon"], 5), round(row["lat"], 5)],
        }
        for row in rows
    ]
