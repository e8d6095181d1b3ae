"""A batch of whereabouts: set-based where they are positions, one by one where they are names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from gis.bulk_matching import BulkMatcher
from gis.clock import local_day
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.matching import Match, Where, match_point
from gis.matching_reference import hold_reference, load_reference

Subject = tuple[Where, str | None]
"""Where a matter is, and its category."""

_MANY: Final = 64
"""From so many on, reading the reference data once costs less than one SELECT each."""


def match_many(
    tx: Transaction, county_code: str, subjects: Sequence[Subject], at: dt.datetime
) -> list[Match | InvalidInput]:
    """Match a batch; an unknown category, place or grid is returned in place of its match."""
    simple = [i for i, (where, _) in enumerate(subjects) if _is_position(where)]
    found: dict[int, Match] = {}
    if len(simple) >= _MANY:
        hold_reference(tx, county_code)
        matcher = BulkMatcher(load_reference(tx, county_code))
        known = matcher.reference.categories
        rows = [i for i in simple if subjects[i][1] is None or subjects[i][1] in known]
        found = dict(
            zip(rows, _match_positions(matcher, [subjects[i] for i in rows], at), strict=True)
        )
    return [
        found[i] if i in found else _match_or_refuse(tx, county_code, subject, at)
        for i, subject in enumerate(subjects)
    ]


def _match_positions(
    matcher: BulkMatcher, subjects: Sequence[Subject], at: dt.datetime
) -> list[Match]:
    day = local_day(at, matcher.reference.zone)
    matches = matcher.match(
        np.array([where.lon for where, _ in subjects], dtype=np.float64),
        np.array([where.lat for where, _ in subjects], dtype=np.float64),
        accuracy_m=np.array([where.accuracy_m for where, _ in subjects], dtype=np.float64),
        categories=[category for _, category in subjects],
        days=[day] * len(subjects),
    )
    return [matches.match(i) for i in range(len(subjects))]


def _match_or_refuse(
    tx: Transaction, county_code: str, subject: Subject, at: dt.datetime
) -> Match | InvalidInput:
    where, category = subject
    try:
        return match_point(tx, county_code, where, category=category, at=at)
    except InvalidInput as error:
        return error


def _is_position(where: Where) -> bool:
    """Say whether coordinates are all there is; names beside them would have to be looked up."""
    return where.lon is not None and where.place_code is None and where.grid_code is None
