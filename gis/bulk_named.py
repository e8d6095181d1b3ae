"""Rows of a batch that name a grid or a place and have no position, beside those that have one.

They are matched by the one SELECT of ``match_point``, once for all rows that say the same, so that
an import gives them to whom intake would have given them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from gis.bulk_matching import OUTSIDE, STATED, BulkMatcher, GridMatches, Matches
from gis.clock import day_bounds
from gis.db.database import Transaction
from gis.matching import Match, Where, match_point
from gis.matching_reference import Reference
from gis.nearest import Floats, Rows
from gis.rosters import Roster
from gis.routing import Routes

_NAMES: Final = ("grid_code", "place_code", "place_text")


def match_rows(
    tx: Transaction,
    matcher: BulkMatcher,
    frame: pd.DataFrame,
    *,
    accuracy_m: Floats,
    categories: Sequence[str | None],
    days: Sequence[dt.date],
) -> Matches:
    """Match rows with and without positions, in their order.

    Parameters
    ----------
    frame
        ``lon`` and ``lat`` in WGS 84 degrees, NaN in rows that say where by ``grid_code``,
        ``place_code`` or ``place_text``.

    Raises
    ------
    InvalidInput
        A row names a grid or place that there is not.
    """
    lon = frame["lon"].to_numpy(dtype=np.float64)
    lat = frame["lat"].to_numpy(dtype=np.float64)
    located = np.isfinite(lon)
    if located.all():
        return matcher.match(lon, lat, accuracy_m=accuracy_m, categories=categories, days=days)
    at = np.flatnonzero(located)
    found = matcher.match(
        lon[at],
        lat[at],
        accuracy_m=accuracy_m[at],
        categories=[categories[i] for i in at.tolist()],
        days=[days[i] for i in at.tolist()],
    )
    named = _named(tx, matcher.reference, frame, np.flatnonzero(~located), categories, days)
    return _together(found, at, named, accuracy_m, categories, days)


def _named(
    tx: Transaction,
    reference: Reference,
    frame: pd.DataFrame,
    rows: Rows,
    categories: Sequence[str | None],
    days: Sequence[dt.date],
) -> dict[int, Match]:
    """Return the match of each row without a position; rows that say the same share one."""
    said = [_texts(frame, name) for name in _NAMES]
    known: dict[tuple[Any, ...], Match] = {}
    matches = {}
    for i in rows.tolist():
        grid, place, text = (column[i] for column in said)
        key = (grid, place, text, categories[i], days[i])
        if key not in known:
            where = Where.of(grid_code=grid or None, place_code=place or None, place_text=text)
            at, _ = day_bounds(days[i], days[i], reference.zone)
            known[key] = match_point(
                tx, reference.county_code, where, category=categories[i], at=at
            )
        matches[i] = known[key]
    return matches


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return [text if isinstance(text, str) else "" for text in frame[name]]


def _together(
    found: Matches,
    at: Rows,
    named: Mapping[int, Match],
    accuracy_m: Floats,
    categories: Sequence[str | None],
    days: Sequence[dt.date],
) -> Matches:
    """Return one set of columns in which row ``at[k]`` is the k-th found, the others are named."""
    count = len(days)
    grids = GridMatches(
        grid=_spread(found.grids.grid, at, count, -1),
        method=_spread(found.grids.method, at, count, OUTSIDE),
        distance_m=_spread(found.grids.distance_m, at, count, np.nan),
        confidence=_spread(found.grids.confidence, at, count, np.nan),
        candidates={int(at[k]): candidates for k, candidates in found.grids.candidates.items()},
    )
    routes = Routes(
        utility=_spread(found.routes.utility, at, count, None),
        method=_spread(found.routes.method, at, count, "none"),
        area=_spread(found.routes.area, at, count, -1),
        depot=_spread(found.routes.depot, at, count, -1),
        distance_m=_spread(found.routes.distance_m, at, count, np.nan),
        covering=[()] * count,
    )
    nobody = Roster(None, "none", ())
    rosters = [nobody] * count
    for k, i in enumerate(at.tolist()):
        routes.covering[i], rosters[i] = found.routes.covering[k], found.rosters[k]
    index = found.reference.grid_index
    shared: dict[int, Roster] = {}
    for i, match in named.items():
        if match.grid is not None:
            grids.grid[i], grids.method[i] = index[match.grid.code], STATED
        routes.utility[i] = match.utility.code if match.utility else None
        routes.method[i] = match.utility_method
        if match.utility_distance_m is not None:
            routes.distance_m[i] = match.utility_distance_m
        routes.covering[i] = match.covering_utilities
        # Rows of one match share its roster: what is written of it is worked out once.
        rosters[i] = shared.setdefault(
            id(match), Roster(match.staff, match.staff_method, match.staff_all)
        )
    return Matches(
        found.reference, days, categories, accuracy_m, grids, rosters, routes, dict(named)
    )


def _spread(values: np.ndarray[Any, Any], at: Rows, count: int, rest: Any) -> np.ndarray[Any, Any]:
    column = np.full(count, rest, dtype=values.dtype)
    column[at] = values
    return column
