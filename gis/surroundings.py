"""What lies around a report, for the sketch on its page and on the paper that goes into the field."""

from __future__ import annotations

from dataclasses import dataclass

from gis.db.database import Row, Transaction


@dataclass(frozen=True)
class Surroundings:
    """Things around a spot, in metres east and south of it.

    Attributes
    ----------
    half_m
        Half the width that shows the spot's own grid; at least 260 m, at most 1,500 m.
    own_grid
        Code of the grid the spot was given to; empty outside all grids.
    located
        Whether the spot is a position, and not just the middle of a grid.
    grids
        Rows of {code, name, name_en, path, x, y}; ``path`` as an SVG's, ``x, y`` for the name.
    places
        Rows of {code, name, name_en, x, y}, the nearest first.
    depot
        The body's nearest depot, also far outside the sketch.
    """

    half_m: float
    own_grid: str
    located: bool
    grids: list[Row]
    places: list[Row]
    depot: Row | None


def find_surroundings(
    tx: Transaction,
    county_code: str,
    *,
    lon: float | None,
    lat: float | None,
    grid_code: str | None,
    utility_code: str | None,
) -> Surroundings | None:
    """Return what lies around a position, or else in a grid of the active layout.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees; both or neither.

    Returns
    -------
    Surroundings or None
        None where neither a position nor a grid is known.
    """
    rows = tx.query(
        "surroundings",
        {
            "county": county_code,
            "lon": lon,
            "lat": lat,
            "grid": grid_code,
            "utility": utility_code,
        },
    )
    of: dict[str, list[Row]] = {"grid": [], "place": [], "depot": [], "frame": []}
    for row in rows:
        of[row["kind"]].append(row)
    if not of["frame"]:
        return None
    (frame,) = of["frame"]
    return Surroundings(
        half_m=frame["half"],
        own_grid=frame["code"],
        located=lon is not None,
        grids=of["grid"],
        places=of["place"],
        depot=of["depot"][0] if of["depot"] else None,
    )
