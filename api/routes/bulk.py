"""``/reports/bulk``: many reports as lines of JSON, answered line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from api.auth import Caller, SignedIn
from api.dependencies import NO_STORE, StrictRoute
from api.intake import check_may_report, read_intake
from api.problems import field_errors
from api.schemas.report import BulkResult, ReportIntake
from gis.audience import Actor
from gis.errors import FieldError, GridCallError, InvalidInput
from gis.ids import public_id
from gis.intake import Intake, RowResult

router = APIRouter(prefix="/reports", tags=["reports"], route_class=StrictRoute)

NDJSON = "application/x-ndjson"
PATH = "/api/v1/reports/bulk"
MOST_BYTES = 64 * 1024 * 1024
BATCH = 1000
_LONGEST_LINE = 1024 * 1024
_IN_MEMORY = 4 * 1024 * 1024


async def spooled_body(request: Request) -> IO[bytes]:
    """Put the body aside as it comes in: in memory while small, then on disk.

    It is read to its end before the first line is answered: a client that sends everything before
    it reads would otherwise wait for us while we wait for it.
    """
    body: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- closed by _results
    try:
        async for chunk in request.stream():
            body.write(chunk)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


@router.post(
    "/bulk",
    response_model=BulkResult,
    responses={
        200: {
            "description": "One line of JSON for each line of the body, in order.",
            "content": {NDJSON: {"schema": {"$ref": "#/components/schemas/BulkResult"}}},
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "One report a line, as for POST /reports. Give each a client_id: then a "
            "request that broke off can be sent again as it is.",
            "content": {NDJSON: {"schema": {"$ref": "#/components/schemas/ReportIntake"}}},
        }
    },
)
def post_many(caller: SignedIn, body: Annotated[Any, Depends(spooled_body)]) -> Response:
    """Hand in many reports; each thousand lines commit together, and a bad line stops no other."""
    try:
        with caller.read() as (_, actor):
            check_may_report(actor)
    except GridCallError:
        body.close()
        raise
    return StreamingResponse(_results(caller, actor, body), media_type=NDJSON, headers=NO_STORE)


def _results(caller: Caller, actor: Actor, body: IO[bytes]) -> Iterator[bytes]:
    with body:
        lines = enumerate(_lines(body), start=1)
        while batch := list(islice(((row, line) for row, line in lines if line.strip()), BATCH)):
            yield from map(_line, _receive(caller, actor, batch))


def _lines(body: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a body; of one that is too long just enough to see that it is."""
    while line := body.readline(_LONGEST_LINE + 1):
        rest = line
        while len(rest) > _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = body.readline(_LONGEST_LINE + 1)
        yield line


def _receive(caller: Caller, actor: Actor, batch: list[tuple[int, bytes]]) -> list[BulkResult]:
    intakes: dict[int, Intake] = {}
    results: dict[int, RowResult] = {}
    for row, line in batch:
        try:
            intakes[row] = _parse(line)
        except InvalidInput as error:
            results[row] = _rejected(error)
    try:
        received = caller.services.reception.receive_many(
            actor.county_code, list(intakes.values()), actor=actor, now=caller.services.clock.now()
        )
    except GridCallError as error:
        # The lines before this batch are in: that must be told, so the answer goes on.
        received = [_rejected(error)] * len(intakes)
    results.update(zip(intakes, received, strict=True))
    return [_result(actor, row, results[row]) for row, _ in batch]


def _parse(line: bytes) -> Intake:
    if len(line) > _LONGEST_LINE:
        raise InvalidInput.of("body", f"a line may have {_LONGEST_LINE} bytes at most")
    try:
        document = json.loads(line)
        return read_intake(ReportIntake.model_validate(document), document)
    except ValidationError as error:
        found = [
            FieldError(".".join(map(str, one["loc"])) or "body", reason.reason)
            for one, reason in zip(error.errors(), field_errors(error.errors()), strict=True)
        ]
        raise InvalidInput("The line is no report.", found) from None
    except (ValueError, RecursionError):
        raise InvalidInput.of("body", "is not JSON") from None


def _rejected(error: GridCallError) -> RowResult:
    errors = error.errors if isinstance(error, InvalidInput) else []
    return RowResult("rejected", None, errors or [FieldError("body", error.detail)])


def _result(actor: Actor, row: int, result: RowResult) -> BulkResult:
    return BulkResult(
        row=row,
        status=result.status,
        id=public_id(actor.county_code, result.report_id) if result.report_id else None,
        errors=[{"field": one.field, "reason": one.reason} for one in result.errors],
    )


def _line(result: BulkResult) -> bytes:
    return orjson.dumps(result.model_dump()) + b"\n"
