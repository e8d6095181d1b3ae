"""``/reports/{id}/suggestions``: whom to send a report to, and what it may be the same as."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.suggestion import SuggestionParams, Suggestions
from api.suggestion_answers import duplicate_document, suggested_document
from gis import reports
from gis.suggestions import suggest

router = APIRouter(prefix="/reports", tags=["suggestions"], route_class=StrictRoute)


@router.get("/{report_id}/suggestions", response_model=Suggestions)
def get_suggestions(
    caller: SignedIn, report_id: str, params: Annotated[SuggestionParams, Query()]
) -> Response:
    """Suggest the first, second and third responsible body, and name likely duplicates.

    For dispatchers and supervisors. The bodies are those the match's own ladder names, one after
    the other, by the service areas in force now.
    """
    with caller.read() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        found = suggest(tx, actor, key, radius_m=params.radius_m, days=params.days, now=caller.now)
    answer = {
        "utilities": [suggested_document(i + 1, body) for i, body in enumerate(found.bodies)],
        "duplicates": [duplicate_document(actor, row) for row in found.duplicates],
    }
    return json_answer(orjson.dumps(answer))
