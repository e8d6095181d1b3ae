"""Scans, back-tests, interventions and reporting rates: what a planner decides by."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from api import plan_answers as answers
from api.auth import SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.routes.hotspots import NOT_MODIFIED, cached
from api.schemas import planning as schemas
from api.schemas.layer_params import BackTestParams, SliceParams
from gis.audience import Actor
from gis.db.database import Transaction
from gis.layering.frames import frame_version, load_county, load_frame
from gis.layering.interventions import (
    Plan,
    add_intervention,
    get_intervention,
    list_interventions,
    may_add,
    outcome_of,
    remove_intervention,
)
from gis.layering.scans import ScanJob, check_told, get_scan, request_scan
from gis.layering.scopes import Scope, Slice, check_may_analyse, scope_of, span_of, version_of

router = APIRouter(tags=["planning"], route_class=StrictRoute)


@router.get("/layers/backtest", response_model=schemas.BackTest, responses=NOT_MODIFIED)
def get_back_test(
    request: Request, caller: SignedIn, params: Annotated[BackTestParams, Query()]
) -> Response:
    """Judge a layer: made of the period before, how many of the period's reports had it caught."""

    def answer(tx: Transaction, scope: Scope) -> dict[str, Any]:
        return answers.back_test_answer(tx, scope, params)

    return cached(request, caller, params, params.unit, answer)


@router.get("/layers/reporting", response_model=schemas.ReportingRates, responses=NOT_MODIFIED)
def get_reporting_rates(
    request: Request, caller: SignedIn, params: Annotated[SliceParams, Query()]
) -> Response:
    """Estimate from merged reports how many people speak up, by town."""
    return cached(request, caller, params, "grid", answers.reporting_answer)


@router.post(
    "/layers/scans",
    status_code=202,
    response_model=schemas.Scan,
    responses={200: {"model": schemas.Scan, "description": "It was done before."}},
)
def post_scan(request: Request, caller: SignedIn, body: schemas.ScanRequest) -> Response:
    """Ask for a scan; the same numbers are never scanned twice. Watch it at its Location."""
    asked = Slice(
        category=body.category,
        tag=body.tag,
        cause=body.cause,
        source=body.source,
        repeat=body.repeat,
        span=span_of(body.from_, body.to),
    )
    with caller.transaction() as (tx, actor):
        check_may_analyse(actor)
        scope = scope_of(tx, actor, asked, version_of(tx, actor))
        job = request_scan(tx, scope, body.unit, exposure=body.exposure, now=caller.now)
        document = _scan(tx, actor, job)
    return json_answer(
        orjson.dumps(document),
        status=200 if job.status == "done" else 202,
        headers={**NO_STORE, "Location": f"{request.url.path}/{job.id}"},
    )


@router.get("/layers/scans/{scan_id}", response_model=schemas.Scan)
def read_scan(caller: SignedIn, scan_id: str) -> Response:
    """Read how far a scan is, and what it found."""
    with caller.read() as (tx, actor):
        check_may_analyse(actor)
        job = get_scan(tx, actor.county_code, scan_id)
        check_told(tx, actor, job)
        document = _scan(tx, actor, job)
    return json_answer(orjson.dumps(document))


@router.get("/interventions", response_model=schemas.Interventions)
def list_all_interventions(caller: SignedIn) -> Response:
    """List measures with what came of them, the latest first."""
    with caller.read() as (tx, actor):
        found = [
            answers.intervention_document(row, outcome_of(tx, actor, row, now=caller.now), actor)
            for row in list_interventions(tx, actor)
        ]
    return json_answer(orjson.dumps({"may_add": may_add(actor), "items": found}))


@router.post("/interventions", status_code=201, response_model=schemas.Intervention)
def post_intervention(
    request: Request, caller: SignedIn, body: schemas.InterventionRequest
) -> Response:
    """Write a measure down: an area, a day, what was done. For planners and administrators."""
    plan = Plan(
        name=body.name,
        measure=body.measure,
        category=body.category,
        tag=body.tag,
        taken_on=body.taken_on,
        days=body.days,
        area=body.area.model_dump(),
        control=None if body.control is None else body.control.model_dump(),
    )
    with caller.transaction() as (tx, actor):
        key = str(add_intervention(tx, actor, plan, now=caller.now))
        row = get_intervention(tx, actor, key)
        outcome = outcome_of(tx, actor, row, now=caller.now)
    content = orjson.dumps(answers.intervention_document(row, outcome, actor))
    where = {**NO_STORE, "Location": f"{request.url.path}/{key}"}
    return json_answer(content, status=201, headers=where)


@router.get("/interventions/{intervention_id}", response_model=schemas.Intervention)
def read_intervention(caller: SignedIn, intervention_id: str) -> Response:
    """Read one measure with what came of it."""
    with caller.read() as (tx, actor):
        row = get_intervention(tx, actor, intervention_id)
        outcome = outcome_of(tx, actor, row, now=caller.now)
    return json_answer(orjson.dumps(answers.intervention_document(row, outcome, actor)))


@router.delete("/interventions/{intervention_id}", status_code=204)
def delete_intervention(caller: SignedIn, intervention_id: str) -> Response:
    """Delete a measure of one's own, or as an administrator any; who did is kept."""
    with caller.transaction() as (tx, actor):
        remove_intervention(tx, actor, intervention_id, now=caller.now)
    return Response(status_code=204, headers=NO_STORE)


def _scan(tx: Transaction, actor: Actor, job: ScanJob) -> dict[str, Any]:
    """Return a scan with the names of its layout's units, whichever layout is active now."""
    layout_id = job.params["layout_id"]
    version = frame_version(tx, actor.county_code, layout_id)
    county = load_county(tx, actor.county_code, layout_id, version)
    frame = load_frame(tx, county, job.params["unit"], version)
    return answers.scan_document(job, frame, county.metric)
