"""Would acting on the hotspots have paid: hit rate, PAI and PEI of a back-test.

A map is trained on one period and judged on the next: of the events that came, how many fell
into the flagged part of the area, compared with the area it takes and with the best any map of
that size could have caught.

Sources: Chainey, Tompson and Uhlig 2008 (PAI); Hunt 2016 (PEI); definitions of the National
Institute of Justice, Real-Time Crime Forecasting Challenge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

SHARES = (0.01, 0.05, 0.10)
_TIES_SEED = 20221


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well the flagged part of an area caught the events; nan where undefined.

    Attributes
    ----------
    hit_rate
        Share of the events that fell into the flagged part, n / N.
    pai
        Predictive accuracy index: hit rate over the flagged share of the area, (n/N) / (a/A).
        1 is no better than chance.
    pei
        Predictive efficiency index: n over the most any map of that area could have caught.
    """

    hit_rate: float
    pai: float
    pei: float


@dataclass(frozen=True, slots=True)
class BackTest:
    """One line of a back-test.

    ``share`` is what was asked for, ``area_share`` what the whole units flagged make up;
    ``flagged`` holds their positions, highest score first.
    """

    share: float
    area_share: float
    events_hit: float
    events: float
    accuracy: Accuracy
    flagged: npt.NDArray[np.intp]


def accuracy(hit: float, events: float, area: float, total_area: float, best: float) -> Accuracy:
    """Compute hit rate, PAI and PEI.

    Parameters
    ----------
    hit
        Events in the flagged part, n.
    events
        All events, N.
    area, total_area
        Flagged and whole area, a and A, in one unit.
    best
        Most events any part of area a holds, n*.

    Examples
    --------
    >>> accuracy(50, 200, 10, 100, 80)
    Accuracy(hit_rate=0.25, pai=2.5, pei=0.625)
    >>> accuracy(0, 0, 10, 100, 0)
    Accuracy(hit_rate=nan, pai=nan, pei=nan)
    """
    hit_rate = _divide(hit, events)
    return Accuracy(hit_rate, _divide(hit_rate, _divide(area, total_area)), _divide(hit, best))


def back_test(
    scores: Floats, areas: Floats, events: Floats, shares: Sequence[float] = SHARES
) -> list[BackTest]:
    """Judge a map trained on one period by the events of the next.

    Parameters
    ----------
    scores
        What the map says of each unit, higher is hotter, shape (n,); nan is never flagged.
    areas
        Area of each unit in km2, above 0, shape (n,).
    events
        Events of the test period in each unit, shape (n,).
    shares
        Shares of the area to flag.

    Returns
    -------
    list of BackTest
        One a share. Units are flagged whole, by score, while they fit the share; the best
        possible choice follows the same rule by events per km2. Equal scores stand in an order
        drawn once and for all: most units of a sparse layer score alike, and by position the
        first town would be flagged for being first.

    Examples
    --------
    >>> result = back_test(np.array([9.0, 1, 5, 0]), np.ones(4), np.array([6.0, 3, 1, 0]), [0.5])
    >>> result[0].flagged.tolist(), result[0].accuracy.hit_rate, round(result[0].accuracy.pei, 3)
    ([0, 2], 0.7, 0.778)
    """
    if areas.size == 0 or not (areas > 0).all():
        raise ValueError("every unit of a back-test needs an area above 0")
    drawn = np.random.default_rng(_TIES_SEED).permutation(scores.size)
    ranked = np.lexsort((drawn, -scores))
    ranked = ranked[~np.isnan(scores[ranked])]
    ideal = np.argsort(-events / areas, kind="stable")
    total_area, total = float(areas.sum()), float(events.sum())
    lines = []
    for share in shares:
        flagged = _fitting(ranked, areas, share * total_area)
        area, hit = float(areas[flagged].sum()), float(events[flagged].sum())
        # the flagged units are one possible choice, so the best is never less
        best = max(float(events[_fitting(ideal, areas, area)].sum()), hit)
        judged = accuracy(hit, total, area, total_area, best)
        lines.append(BackTest(share, area / total_area, hit, total, judged, flagged))
    return lines


def _fitting(ranked: npt.NDArray[np.intp], areas: Floats, most: float) -> npt.NDArray[np.intp]:
    """Return the leading units whose areas together stay within a limit."""
    room = np.cumsum(areas[ranked]) <= most * (1 + 1e-9)
    return ranked[room]


def _divide(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
