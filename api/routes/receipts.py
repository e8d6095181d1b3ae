"""``/receipts/{token}``: how far a report has come, for whoever holds its receipt; no account."""

from __future__ import annotations

from dataclasses import asdict

import orjson
from fastapi import APIRouter, Request, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.resident import (
    EvaluationToken,
    EvaluationTokenRequest,
    ReceiptIssued,
    ReceiptShown,
)
from api.services import services_of
from api.throttled import guessing_refused
from gis import reports
from gis.evaluation import issue_token, issue_token_by_receipt
from gis.receipts import get_by_receipt, issue_receipt_as

router = APIRouter(tags=["residents"], route_class=StrictRoute)


@router.get("/receipts/{token}", response_model=ReceiptShown)
def get_receipt(request: Request, token: str) -> Response:
    """Show a receipt's report: number, status and when it reached each."""
    services = services_of(request)
    with guessing_refused(request), services.db.transaction() as tx:
        shown = get_by_receipt(tx, token, services.clock.now())
    return json_answer(orjson.dumps(asdict(shown)))


@router.post("/receipts/{token}/evaluation", status_code=201, response_model=EvaluationToken)
def post_evaluation_token(request: Request, token: str) -> Response:
    """Open the evaluation that waits for the holder of a receipt."""
    services = services_of(request)
    with guessing_refused(request), services.db.transaction() as tx:
        opened = issue_token_by_receipt(tx, token, services.clock.now())
    return json_answer(orjson.dumps({"token": opened}), status=201)


@router.post("/reports/{report_id}/receipts", status_code=201, response_model=ReceiptIssued)
def post_receipt(caller: SignedIn, report_id: str) -> Response:
    """Make a receipt to hand to whoever reported; earlier ones stay valid."""
    with caller.transaction() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        number = reports.get_report(tx, actor, key, now=caller.now)["number"]
        token = issue_receipt_as(tx, actor, key, caller.now)
    return json_answer(orjson.dumps({"token": token, "number": number}), status=201)


@router.post(
    "/reports/{report_id}/evaluation-tokens", status_code=201, response_model=EvaluationToken
)
def post_invitation(caller: SignedIn, report_id: str, body: EvaluationTokenRequest) -> Response:
    """Make a link or QR code by which the resident says what they think of the outcome."""
    with caller.transaction() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        token = issue_token(tx, actor, key, body.channel, caller.now)
    return json_answer(orjson.dumps({"token": token}), status=201)
