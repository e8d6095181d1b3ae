"""Which units of a layer an answer lists: those a box touches, and of cells those with anything."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.geometry import BBox
from gis.layering.frames import Frame, Integers, cell_corners
from gis.layering.scopes import Scope

MOST_CELLS: Final = 20_000


def listed_units(
    tx: Transaction,
    scope: Scope,
    frame: Frame,
    box: BBox | None,
    interesting: npt.NDArray[np.bool_],
) -> Integers:
    """Return the positions of the units to list.

    Parameters
    ----------
    box
        Selects the units it touches.
    interesting
        Cells that are not are left out, shape (n,).

    Raises
    ------
    InvalidInput
        These are more than 20,000 cells.
    """
    chosen = np.arange(len(frame))
    if frame.cells is not None:
        chosen = np.flatnonzero(interesting)
        if box is not None:
            corners = cell_corners(frame, scope.county(tx).metric, chosen)
            touched = shapely.intersects(shapely.polygons(corners), shapely.box(*_sides(box)))
            chosen = chosen[touched]
        if chosen.size > MOST_CELLS:
            raise InvalidInput.of(
                "cell_m", f"gives more than {MOST_CELLS} cells; take larger ones or a bbox"
            )
    elif box is not None and frame.of_grid is not None:
        touched = shapely.intersects(scope.county(tx).boundaries, shapely.box(*_sides(box)))
        units = frame.of_grid[touched]
        chosen = np.unique(units[units >= 0])
    return chosen


def polygons_of(tx: Transaction, scope: Scope, frame: Frame, which: Integers) -> list[Any]:
    """Return the corners of cells in degrees; None for other units, whose shapes pages have."""
    if frame.cells is None:
        return [None] * which.size
    corners: list[Any] = cell_corners(frame, scope.county(tx).metric, which).tolist()
    return corners


def _sides(box: BBox) -> tuple[float, float, float, float]:
    return box.west, box.south, box.east, box.north
