"""An attacker who subtracts published tables from each other, with a solver for what is left open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from gis.layering.suppression import SMALLEST_TOLD, Told


def recoverable(
    counts: Mapping[str, int], town_of: Mapping[str, str | None], told: Told
) -> list[str | None]:
    """Return the grids and towns with reports whose suppressed count leaves no doubt.

    The attacker knows all grids, that a suppressed one has none to four, every town that is told,
    and the county's total. That there is none speaks of nobody.
    """
    grids = sorted(counts)
    blanks = [code for code in grids if told.grids[code] is None]
    rest = {
        town: [float(town_of[code] == town) for code in blanks] for town in set(town_of.values())
    }
    known = sum(n for n in told.grids.values() if n is not None)
    equal, right = [[1.0] * len(blanks)], [float(sum(counts.values()) - known)]
    for town, total in told.towns.items():
        if total is not None:
            equal.append(rest[town])
            right.append(total - sum(told.grids[g] or 0 for g in grids if town_of[g] == town))
    goals = dict(zip(blanks, np.eye(len(blanks)), strict=True))
    goals |= {
        town: np.array(rest[town])
        for town, total in told.towns.items()
        if total is None and any(rest[town])
    }
    truth = np.array([counts[code] for code in blanks], dtype=np.float64)
    return [
        name
        for name, goal in goals.items()
        if goal @ truth > 0 and _width(goal, equal, right) < 0.5
    ]


def _width(goal: npt.NDArray[np.float64], equal: list[list[float]], right: list[float]) -> float:
    least, most = (
        sign
        * float(linprog(sign * goal, A_eq=equal, b_eq=right, bounds=(0, SMALLEST_TOLD - 1)).fun)
        for sign in (1, -1)
    )
    return float(most - least)
