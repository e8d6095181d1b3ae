"""``/statistics``: accepted, settled, on time, satisfied; each rate with what it is made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.schemas.common import Code, Day
from api.schemas.handling import StatisticsView
from api.statistics_answers import asked_of, count, names_of, statistics_file, statistics_view
from gis.counted import Dimension
from gis.statistics import compare
from maps.language import Language

router = APIRouter(prefix="/statistics", tags=["statistics"], route_class=StrictRoute)

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": StatisticsView,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {},
        },
    }
}


@router.get("", response_model=StatisticsView, responses=_ANSWERS)
def read_statistics(
    caller: SignedIn,
    first: Annotated[
        Day | None,
        Query(alias="from", description="First day, included; without it the latest with data."),
    ] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last day, included.")] = None,
    by: Annotated[Dimension | None, Query(description="One group for each of these.")] = None,
    rank: Annotated[
        Code | None, Query(description="Code of a rate: groups are ranked by it, the best first.")
    ] = None,
    compared: Annotated[
        bool,
        Query(alias="compare", description="Also the period before and the same a year before."),
    ] = False,
    f: Literal["json", "csv", "xlsx"] = "json",
    lang: Annotated[Language, Query(description="Of names, and of the words in files.")] = "zh",
) -> Response:
    """Count whole days of the county's time zone, over what the caller may read."""
    with caller.read() as (tx, actor):
        asked = asked_of(
            tx, actor, first=first, last=last, by=by, rank_by=rank, now=caller.now
        )  # fmt: skip
        if f != "json":
            file = statistics_file(tx, actor, asked, f, lang)
            headers = {**NO_STORE, "Content-Disposition": file.disposition}
            return Response(file.content, media_type=file.media_type, headers=headers)
        found = count(tx, actor, asked)
        names = names_of(tx, actor, found, lang)
        comparison = compare(tx, actor, asked.period, found.total) if compared else None
    return json_answer(orjson.dumps(statistics_view(asked, found, names, comparison)))
