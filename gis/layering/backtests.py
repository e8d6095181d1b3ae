"""Would acting on a layer have paid: trained on one period, judged by the reports of the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import ndimage

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.accuracy import BackTest, back_test
from gis.hotspots.counts import empirical_bayes, rate_per
from gis.layering.counting import Counted, count_frame
from gis.layering.exposures import amounts, exposure_for
from gis.layering.frames import Floats, Frame, Unit
from gis.layering.hotspots import Against, hotspot_layer
from gis.layering.scopes import Scope, Span, period_before
from gis.layering.surfaces import Bandwidth, surface_of

Trained: TypeAlias = Literal["counts", "smoothed", "hotspots", "excess", "density"]


@dataclass(frozen=True, eq=False)
class JudgedLayer:
    """A layer trained before and tested after, with plain counts beside it.

    Attributes
    ----------
    train, test
        Days the layer was made of, and days it is judged by.
    events
        Reports of the test period.
    lines, plain
        1, 5 and 10 % of the county's area: flagged by the layer, and by last period's reports
        per km2.
    """

    frame: Frame
    layer: Trained
    train: Span
    test: Span
    trained: Counted
    events: Counted
    lines: list[BackTest]
    plain: list[BackTest]


def judged_layer(
    tx: Transaction,
    scope: Scope,
    unit: Unit,
    layer: Trained,
    *,
    cell_m: int | None = None,
    bandwidth_m: Bandwidth = 800,
    train: Span | None = None,
) -> JudgedLayer:
    """Judge a layer by the reports of the scope's days.

    Parameters
    ----------
    layer
        ``counts``: reports per km2; ``smoothed``: their empirical-Bayes rate times what is exposed
        per km2; ``hotspots``: Gi*; ``excess``: hotspots against what is exposed; ``density``: the surface at the unit's centre.
    train
        Days the layer is made of; by default as many just before the scope's.

    Raises
    ------
    InvalidInput
        The two periods overlap, or there is nothing in one of them.
    """
    test = scope.span
    before = train or period_before(test)
    if before.last >= test.first:
        raise InvalidInput.of("train_to", "must lie before the period of the test")
    frame = scope.frame(tx, unit, cell_m)
    trained, events = count_frame(tx, scope, frame, before), count_frame(tx, scope, frame)
    if not trained.n or not events.n:
        raise InvalidInput.of("from", "one of the two periods has no reports")
    scores = _scores(tx, scope, frame, layer, trained, before, bandwidth_m)
    happened = events.counts.astype(np.float64)
    plain = rate_per(trained.counts, frame.area_km2)
    return JudgedLayer(
        frame=frame,
        layer=layer,
        train=before,
        test=test,
        trained=trained,
        events=events,
        lines=back_test(scores, frame.area_km2, happened),
        plain=back_test(plain, frame.area_km2, happened),
    )


def _scores(
    tx: Transaction,
    scope: Scope,
    frame: Frame,
    layer: Trained,
    trained: Counted,
    before: Span,
    bandwidth_m: Bandwidth,
) -> Floats:
    if layer == "counts":
        return rate_per(trained.counts, frame.area_km2)
    if layer == "smoothed":
        kind = exposure_for(tx, scope, frame, None)
        exposed = amounts(tx, scope, frame, kind)
        known = np.where(np.isfinite(exposed), exposed, 0.0)
        rates = empirical_bayes(trained.counts, known).rates
        return rate_per(np.where(np.isfinite(rates), rates, 0.0) * known, frame.area_km2)
    if layer in {"hotspots", "excess"}:
        against: Against = "exposure" if layer == "excess" else "map"
        size = frame.cells.size_m if frame.cells else None
        hot = hotspot_layer(tx, scope, frame.unit, against=against, cell_m=size, span=before)
        return hot.found.z
    if before != before.widened():
        raise InvalidInput.of("train_from", "a density surface is trained on whole months")
    surface = surface_of(tx, scope, bandwidth_m, before)
    where = [
        (frame.xy[:, 1] - surface.south_m) / surface.cell_m - 0.5,
        (frame.xy[:, 0] - surface.west_m) / surface.cell_m - 0.5,
    ]
    values: Floats = ndimage.map_coordinates(surface.values, where, order=1, cval=0.0)
    return values
