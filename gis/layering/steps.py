"""Hotspots of every step of a cube, against the map or against what is exposed in each unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse.csgraph import connected_components

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.emerging import emerging_hotspots, step_hotspots
from gis.hotspots.trend import sens_slope
from gis.layering.exposures import Exposure, amounts, exposure_for
from gis.layering.frames import Floats
from gis.layering.hotspots import Against
from gis.layering.scopes import Scope
from gis.layering.series import Bins, Cube, EmergingLayer


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What a cube's steps are measured against; both None: against the map (Gi*).

    Attributes
    ----------
    amounts
        Of the exposure in each unit, shape (n,), nan where it is not known.
    """

    exposure: Exposure | None = None
    amounts: Floats | None = None


THE_MAP: Final = Yardstick()


def yardstick_of(
    tx: Transaction, scope: Scope, cube: Cube, against: Against, exposure: str | None
) -> Yardstick:
    """Return what the steps of a cube are measured against.

    Raises
    ------
    InvalidInput
        An exposure is given that does not exist, or is not used.
    """
    if against == "map":
        if exposure is not None:
            raise InvalidInput.of("exposure", "goes with against=exposure")
        return THE_MAP
    kind = exposure_for(tx, scope, cube.frame, exposure)
    return Yardstick(kind, amounts(tx, scope, cube.frame, kind))


def step_bins(cube: Cube, yardstick: Yardstick) -> Bins:
    """Return the bin of each unit in each step, shape (units, steps)."""
    steps = step_hotspots(cube.counts, cube.frame.neighbours, yardstick.amounts)
    return np.stack([step.bins for step in steps], axis=1)


def emerging_steps(cube: Cube, yardstick: Yardstick) -> EmergingLayer:
    """Find hotspots step by step and say what they did."""
    found = emerging_hotspots(cube.counts, cube.frame.neighbours, yardstick.amounts)
    return EmergingLayer(cube, found, sens_slope(found.z))


def pattern_areas(layer: EmergingLayer) -> list[list[str]]:
    """Return the codes of units of one simple class that touch each other, area by area."""
    frame, simple = layer.cube.frame, layer.found.simple
    areas = []
    for pattern in np.unique(simple[simple > 0]):
        members = np.flatnonzero(simple == pattern)
        inside = frame.neighbours[members][:, members]
        count, labels = connected_components(inside, directed=False)
        areas += [[frame.codes[unit] for unit in members[labels == area]] for area in range(count)]
    return areas
