"""``/reports/{id}/reporter``: who reported, for those who may know, and who has read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.resident import PersonReads, PersonView, Purpose
from gis import reports
from gis.errors import NotAllowed
from gis.personal import get_person, list_reads

router = APIRouter(prefix="/reports", tags=["residents"], route_class=StrictRoute)


@router.get("/{report_id}/reporter", response_model=PersonView)
def get_reporter(
    caller: SignedIn,
    report_id: str,
    purpose: Annotated[
        Purpose, Query(description="Kept with the note of this reading.")
    ] = "report",
) -> Response:
    """Read who reported. Lead, dispatchers, the grid's staff and whoever took it in are told in full.

    Each reading in full is noted; all others get the name and telephone masked.
    """
    with caller.transaction() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        person = get_person(tx, actor, key, purpose=purpose, now=caller.now)
    return json_answer(orjson.dumps(asdict(person)))


@router.get("/{report_id}/reporter/reads", response_model=PersonReads)
def get_reads(caller: SignedIn, report_id: str) -> Response:
    """List who read who reported; for administrators."""
    with caller.read() as (tx, actor):
        key = reports.get_visible_id(tx, actor, report_id)
        if actor.role != "admin":
            raise NotAllowed("Only administrators look at who read personal data.")
        reads = list_reads(tx, actor.county_code, key)
    return json_answer(orjson.dumps({"items": reads}))
