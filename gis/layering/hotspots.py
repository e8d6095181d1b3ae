"""Which units hold unusually many reports, gathered into areas with names people know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

import numpy as np
from scipy.sparse.csgraph import connected_components

from gis.datum import to_wgs84
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.significance import (
    Hotspots,
    count_hotspots,
    expected_counts,
    rate_hotspots,
)
from gis.layering.counting import Counted, count_frame, rows_where
from gis.layering.exposures import Exposure, amounts, exposure_for
from gis.layering.frames import Floats, Frame, Unit
from gis.layering.scopes import Scope, Span
from gis.layering.wording import hotspot_words

Against: TypeAlias = Literal["map", "exposure"]

MOST_AREAS = 20


@dataclass(frozen=True)
class Area:
    """Hot units that touch each other.

    Attributes
    ----------
    members
        Positions of its units in the frame.
    strongest
        Position of its most significant unit.
    window
        Positions of that unit's window: the unit and its neighbours.
    peak
        Position of the unit of the window with most reports of its own: where to go.
    count, expected, p, q
        Of the window: its reports, those expected there, and the chance.
    bin
        Highest of its units.
    places
        Names (zh, en) of places at the peak.
    """

    members: tuple[int, ...]
    strongest: int
    window: tuple[int, ...]
    peak: int
    count: int
    expected: float
    p: float
    q: float
    bin: int
    places: tuple[tuple[str, str], ...] = ()

    def words(self) -> dict[str, str]:
        """Say what was found; "here" only where the peak, which is what is named, has that window."""
        own = self.peak == self.strongest
        return hotspot_words(self.count, self.expected, len(self.window), self.p, self.q, own=own)


@dataclass(frozen=True, eq=False)
class HotspotLayer:
    """Hotspots of a scope.

    Attributes
    ----------
    against
        ``map``: unusual for this map (Gi* with the exact null); ``exposure``: unusual for what
        each window's exposure leads to expect (exact Poisson test).
    expected
        Reports expected in each unit alone, shape (n,).
    amounts
        What each unit has of the exposure, shape (n,), nan where it is not known.
    areas
        Hot areas, the most significant first.
    """

    frame: Frame
    counted: Counted
    against: Against
    exposure: Exposure | None
    expected: Floats
    found: Hotspots
    amounts: Floats | None = None
    areas: list[Area] = field(default_factory=list)


def hotspot_layer(
    tx: Transaction,
    scope: Scope,
    unit: Unit,
    *,
    against: Against = "map",
    cell_m: int | None = None,
    exposure: str | None = None,
    span: Span | None = None,
) -> HotspotLayer:
    """Find the hotspots of a scope.

    Parameters
    ----------
    against
        What "unusual" is measured by.
    cell_m
        Side of the cells, with ``unit="cell"``.
    exposure
        Code of an exposure, with ``against="exposure"``; None takes the one that suits.
    span
        Other days than the scope's own.

    Raises
    ------
    InvalidInput
        An exposure is given that cannot be, or is not used.
    """
    frame = scope.frame(tx, unit, cell_m)
    counted = count_frame(tx, scope, frame, span)
    if against == "map":
        if exposure is not None:
            raise InvalidInput.of("exposure", "goes with against=exposure")
        found = count_hotspots(counted.counts, frame.neighbours)
        mean = counted.n / len(frame) if len(frame) else 0.0
        return HotspotLayer(frame, counted, against, None, np.full(len(frame), mean), found)
    kind = exposure_for(tx, scope, frame, exposure)
    exposed = amounts(tx, scope, frame, kind)
    expected = expected_counts(counted.counts, exposed)
    # A unit whose exposure is not known is no evidence: neither its reports nor its share count.
    known = np.isfinite(exposed) & (exposed > 0)
    judged = np.where(known, counted.counts, 0)
    found = rate_hotspots(judged, expected, frame.neighbours)
    return HotspotLayer(frame, counted, against, kind, expected, found, exposed)


def hot_areas(
    tx: Transaction, scope: Scope, layer: HotspotLayer, span: Span | None = None
) -> list[Area]:
    """Gather the hot units of a layer into areas, the most significant first, at most 20."""
    found, frame = layer.found, layer.frame
    hot = np.flatnonzero(found.bins > 0)
    if not hot.size:
        return []
    inside = frame.neighbours[hot][:, hot]
    labels = connected_components(inside, directed=False)[1]
    areas = []
    for label in range(int(labels.max()) + 1):
        members = hot[labels == label]
        best = int(members[np.argmin(found.p[members])])
        window = np.union1d([best], frame.neighbours[[best]].indices)
        # Of equal counts the less likely window, then the lower code.
        own = layer.counted.counts[window]
        peak = window[np.lexsort((window, found.p[window], -own))[0]]
        areas.append(
            Area(
                members=tuple(members.tolist()),
                strongest=best,
                window=tuple(window.tolist()),
                peak=int(peak),
                count=int(found.window_count[best]),
                expected=float(found.window_expected[best]),
                p=float(found.p[best]),
                q=float(found.q[best]),
                bin=int(found.bins[members].max()),
            )
        )
    areas.sort(key=lambda area: (area.p, -area.count, area.peak))
    return _named(tx, scope, frame, areas[:MOST_AREAS], span or scope.span)


def _named(
    tx: Transaction, scope: Scope, frame: Frame, areas: list[Area], span: Span
) -> list[Area]:
    """Add the names of places at the peaks."""
    county = scope.county(tx)
    peaks = [area.peak for area in areas]
    lon, lat = to_wgs84(frame.xy[peaks, 0], frame.xy[peaks, 1], county.metric)
    grids = [frame.codes[peak] if frame.unit == "grid" else None for peak in peaks]
    tx.see_county(scope.actor.county_code)
    rows = tx.query(
        "layer_places",
        {
            **rows_where(scope, county, span),
            "positions": list(range(len(areas))),
            "grids": grids,
            "lon": lon.tolist(),
            "lat": lat.tolist(),
        },
    )
    names: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        names.setdefault(cast(int, row["position"]), []).append((row["name"], row["name_en"]))
    return [
        Area(**{**vars(area), "places": tuple(names.get(index, ()))})
        for index, area in enumerate(areas)
    ]
