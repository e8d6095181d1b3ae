"""Counts and rates of each unit: what there is, what it means per resident, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.counts import empirical_bayes, rate_per, standardised_ratio
from gis.layering.counting import Counted, count_frame
from gis.layering.exposures import Exposure, amounts, exposure_for
from gis.layering.frames import Floats, Frame, Unit
from gis.layering.scopes import Scope
from gis.layering.suppression import tell


@dataclass(frozen=True, eq=False)
class RatesLayer:
    """Counts and rates; arrays of shape (n,), nan where undefined or not told.

    Attributes
    ----------
    told
        False where the count is suppressed; then all of the unit's numbers are.
    rate, smoothed
        Reports per ``exposure.per`` units of exposure, raw and by empirical Bayes.
    ratio
        Rate over the mean rate of the county.
    mean
        Mean rate of the county; nan where rates are suppressed or nobody is exposed.
    clamped
        The units' rates differ no more than chance makes them differ: all smoothed rates are the
        mean.
    """

    frame: Frame
    counted: Counted
    exposure: Exposure
    amounts: Floats
    told: Floats
    rate: Floats
    per_km2: Floats
    smoothed: Floats
    ratio: Floats
    mean: float
    clamped: bool


def rates_layer(
    tx: Transaction,
    scope: Scope,
    unit: Unit,
    *,
    cell_m: int | None = None,
    exposure: str | None = None,
) -> RatesLayer:
    """Count the reports of each unit and divide them by what they can befall.

    Parameters
    ----------
    cell_m
        Side of the cells, with ``unit="cell"``.
    exposure
        Code of an exposure; None takes the one that suits the category.

    Raises
    ------
    InvalidInput
        The exposure does not exist, or the category is sensitive and the unit not grid or town.
    """
    frame = scope.frame(tx, unit, cell_m)
    kind = exposure_for(tx, scope, frame, exposure)
    exposed = amounts(tx, scope, frame, kind)
    if scope.choice.group is not None:
        return _told_layer(tx, scope, frame, kind, exposed)
    counted = count_frame(tx, scope, frame)
    known = np.where(np.isfinite(exposed), exposed, 0.0)
    bayes = empirical_bayes(counted.counts, known)
    return RatesLayer(
        frame=frame,
        counted=counted,
        exposure=kind,
        amounts=exposed,
        told=np.ones(len(frame)),
        rate=rate_per(counted.counts, known, kind.per),
        per_km2=rate_per(counted.counts, frame.area_km2),
        smoothed=bayes.rates * kind.per,
        ratio=standardised_ratio(counted.counts, known),
        mean=bayes.mean * kind.per,
        clamped=bayes.clamped,
    )


def _told_layer(
    tx: Transaction, scope: Scope, frame: Frame, kind: Exposure, exposed: Floats
) -> RatesLayer:
    """Rates of a sensitive group: nothing that mixes suppressed counts into told numbers."""
    if frame.unit not in {"grid", "town"}:
        raise InvalidInput.of("unit", "sensitive categories are counted per grid or town only")
    grids = scope.frame(tx, "grid")
    counts = count_frame(tx, scope, grids).counts.tolist()
    tables = tell(
        dict(zip(grids.codes, counts, strict=True)),
        dict(zip(grids.codes, grids.towns, strict=True)),
    )
    table = tables.grids if frame.unit == "grid" else tables.towns
    # A town without a grid has nothing that could be told.
    numbers = [table.get(code) for code in frame.codes]
    told = np.array([number is not None for number in numbers], dtype=np.float64)
    shown = np.array([number or 0 for number in numbers], dtype=np.int64)
    blank = np.where(told > 0, 1.0, np.nan)
    unknown = np.full(len(frame), np.nan)
    return RatesLayer(
        frame=frame,
        counted=Counted(shown, 0),
        exposure=kind,
        amounts=exposed,
        told=told,
        rate=rate_per(shown, exposed, kind.per) * blank,
        per_km2=rate_per(shown, frame.area_km2) * blank,
        smoothed=unknown,
        ratio=unknown,
        mean=float("nan"),
        clamped=False,
    )
