"""``/statistics``: accepted, settled, on time, satisfied; each rate with what it is made of."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.common import Day
from api.schemas.handling import StatisticsView
from gis.counted import Dimension
from gis.rates import Rate
from gis.statistics import Group, Period, get_statistics

router = APIRouter(prefix="/statistics", tags=["statistics"], route_class=StrictRoute)


@router.get("", response_model=StatisticsView)
def read_statistics(
    caller: SignedIn,
    first: Annotated[Day, Query(alias="from", description="First day, included.")],
    last: Annotated[Day, Query(alias="to", description="Last day, included.")],
    by: Annotated[Dimension | None, Query(description="One group for each of these.")] = None,
) -> Response:
    """Count whole days of the county's time zone, over what the caller may read."""
    period = Period(first, last)
    with caller.read() as (tx, actor):
        found = get_statistics(tx, actor, period, by)
    answer = {
        "from": first,
        "to": last,
        "by": by,
        "without_sensitive": found.without_sensitive,
        "total": _group(found.total),
        "groups": [_group(one) for one in found.groups],
    }
    return json_answer(orjson.dumps(answer))


def _group(group: Group) -> dict[str, Any]:
    return {
        "key": group.key,
        "counts": dict(group.counts),
        "rates": [_rate(rate) for rate in group.rates.values()],
        "durations": {code: asdict(one) for code, one in group.durations.items()},
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "code": rate.definition.code,
        "name": rate.definition.name,
        "name_en": rate.definition.name_en,
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "numerator_is": rate.definition.numerator,
        "denominator_is": rate.definition.denominator,
        "percent": rate.percent,
    }
