"""Would acting on a layer have paid: trained on one period, judged by the reports of the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from scipy import ndimage

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.accuracy import BackTest, back_test
from gis.hotspots.counts import empirical_bayes, rate_per
from gis.layering.counting import Counted, count_frame
from gis.layering.exposures import Exposure, amounts, exposure_for
from gis.layering.frames import Floats, Frame, Unit
from gis.layering.hotspots import hotspot_layer
from gis.layering.scopes import Scope, Span, period_before
from gis.layering.surfaces import Bandwidth, surface_of

Trained: TypeAlias = Literal["counts", "rate", "smoothed", "hotspots", "excess", "density"]

# What these are told by can be chosen; the others know no exposure.
_BY_EXPOSURE: Final = frozenset({"rate", "smoothed", "excess"})


@dataclass(frozen=True, eq=False)
class JudgedLayer:
    """A layer trained before and tested after, with plain counts beside it.

    Attributes
    ----------
    train, test
        Days the layer was made of, and days it is judged by.
    events
        Reports of the test period.
    exposure
        What rates are divided by, or hotspots measured against; None where neither is.
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
    exposure: Exposure | None
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
    exposure: str | None = None,
) -> JudgedLayer:
    """Judge a layer by the reports of the scope's days: units are taken in its own order.

    Parameters
    ----------
    layer
        ``counts``: reports per km2; ``rate`` and ``smoothed``: per what is exposed, as they came
        and by empirical Bayes; ``hotspots``: Gi*; ``excess``: hotspots against what is exposed;
        ``density``: the surface at the unit's centre.
    train
        Days the layer is made of; by default as many just before the scope's. Cells take their
        whole months, as they do of the scope's.
    exposure
        Code of what is exposed; None takes the one that suits. The layer's own, or another layer
        is judged than the one that is looked at.

    Raises
    ------
    InvalidInput
        The two periods overlap, there is nothing in one of them, or the layer knows no exposure.
    """
    if exposure is not None and layer not in _BY_EXPOSURE:
        raise InvalidInput.of("exposure", "goes with layer=rate, smoothed or excess")
    test = scope.span
    before = train or period_before(test)
    if unit == "cell" and not scope.slice.needs_rows:
        before = before.widened()
    if before.last >= test.first:
        raise InvalidInput.of("train_to", "must lie before the period of the test")
    frame = scope.frame(tx, unit, cell_m)
    trained, events = count_frame(tx, scope, frame, before), count_frame(tx, scope, frame)
    if not trained.n or not events.n:
        raise InvalidInput.of("from", "one of the two periods has no reports")
    kind = exposure_for(tx, scope, frame, exposure) if layer in _BY_EXPOSURE else None
    made = _Made(scope, frame, layer, trained, before, bandwidth_m, kind)
    scores = _scores(tx, made)
    happened = events.counts.astype(np.float64)
    plain = rate_per(trained.counts, frame.area_km2)
    return JudgedLayer(
        frame=frame,
        layer=layer,
        train=before,
        test=test,
        trained=trained,
        events=events,
        exposure=kind,
        lines=back_test(scores, frame.area_km2, happened),
        plain=back_test(plain, frame.area_km2, happened),
    )


@dataclass(frozen=True, eq=False)
class _Made:
    """What the judged layer is made of."""

    scope: Scope
    frame: Frame
    layer: Trained
    trained: Counted
    before: Span
    bandwidth_m: Bandwidth
    exposure: Exposure | None


def _scores(tx: Transaction, made: _Made) -> Floats:
    """Return what the layer shows of each unit, shape (n,): the most prominent are the highest."""
    scope, frame, layer, kind = made.scope, made.frame, made.layer, made.exposure
    if layer == "density":
        return _surface_at(tx, made)
    if layer == "counts":
        return rate_per(made.trained.counts, frame.area_km2)
    if layer in {"rate", "smoothed"} and kind is not None:
        exposed = amounts(tx, scope, frame, kind)
        known = np.where(np.isfinite(exposed), exposed, 0.0)
        if layer == "rate":
            return rate_per(made.trained.counts, known)
        return empirical_bayes(made.trained.counts, known).rates
    hot = hotspot_layer(
        tx,
        scope,
        frame.unit,
        against="map" if kind is None else "exposure",
        cell_m=frame.cells.size_m if frame.cells else None,
        exposure=None if kind is None else kind.code,
        span=made.before,
    )
    return hot.found.z


def _surface_at(tx: Transaction, made: _Made) -> Floats:
    frame, before = made.frame, made.before
    if before != before.widened():
        raise InvalidInput.of("train_from", "a density surface is trained on whole months")
    surface = surface_of(tx, made.scope, made.bandwidth_m, before)
    where = [
        (frame.xy[:, 1] - surface.south_m) / surface.cell_m - 0.5,
        (frame.xy[:, 0] - surface.west_m) / surface.cell_m - 0.5,
    ]
    values: Floats = ndimage.map_coordinates(surface.values, where, order=1, cval=0.0)
    return values
