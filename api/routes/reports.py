"""``/reports``: handing in, searching and reading."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.auth import Caller, SignedIn
from api.dependencies import GEOJSON, NO_STORE, RawBody, StrictRoute, json_answer
from api.intake import check_may_report, read_intake
from api.schemas.filters import FilterParams, ListParams
from api.schemas.report import (
    Family,
    History,
    Relative,
    Report,
    ReportCollection,
    ReportCounts,
    ReportIntake,
    ReportPage,
)
from gis import reports
from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.filter_checks import check_filters
from gis.merged import family_of
from gis.report_filters import ReportFilters
from gis.report_table import COLUMNS, table_row

router = APIRouter(prefix="/reports", tags=["reports"], route_class=StrictRoute)

DEFAULT_LIMIT = 100
_CSV = "text/csv; charset=utf-8; header=present"
LIST_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": ReportPage,
        "content": {
            GEOJSON: {"schema": {"$ref": f"#/components/schemas/{ReportCollection.__name__}"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


@router.post(
    "",
    status_code=201,
    response_model=Report,
    responses={200: {"model": Report, "description": "It was in already, from the same body."}},
)
def post_report(
    request: Request,
    caller: SignedIn,
    body: ReportIntake,
    raw: RawBody,
    idempotency_key: Annotated[
        str | None, Header(description="Another way to send client_id.")
    ] = None,
) -> Response:
    """Hand in a report: it is matched, numbered and stored, once for each client_id."""
    with caller.intake() as (tx, actor):
        intake = read_intake(body, json.loads(raw), idempotency_key)
        check_may_report(actor)
        received = caller.services.reception.receive(
            tx, actor.county_code, intake, actor=actor, now=caller.now
        )
        document = reports.get_report(tx, actor, received.report_id, now=caller.now)
    where = f"{request.url.path}/{document['id']}"
    return json_answer(
        orjson.dumps(document),
        status=201 if received.created else 200,
        headers={**NO_STORE, "Location": where},
    )


@router.get("", response_model=ReportPage, responses=LIST_ANSWERS)
def list_reports(
    request: Request, caller: SignedIn, params: Annotated[ListParams, Query()]
) -> Response:
    """List the reports the actor may read, newest first, as JSON, GeoJSON or CSV."""
    return answer_list(request, caller, params, params.filters())


@router.get("/counts", response_model=ReportCounts)
def count_reports(caller: SignedIn, params: Annotated[FilterParams, Query()]) -> Response:
    """Count the reports of a list, and how they divide."""
    filters = params.filters()
    with caller.read() as (tx, actor):
        check_filters(tx, actor.county_code, filters)
        counts = reports.count_reports(tx, actor, filters, now=caller.now)
    return json_answer(orjson.dumps(counts))


@router.get("/{report_id}", response_model=Report)
def get_report(caller: SignedIn, report_id: str) -> Response:
    """Read one report by its id or its number."""
    with caller.read() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        document = reports.get_report_with_undo(tx, actor, key, now=caller.now)
    etag = f'"{document["version"]}"'
    return json_answer(orjson.dumps(document), headers={**NO_STORE, "ETag": etag})


@router.get("/{report_id}/history", response_model=History)
def get_history(caller: SignedIn, report_id: str) -> Response:
    """Read every step of a report, oldest first."""
    with caller.read() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        items = reports.history_json(tx, actor, key)
    return json_answer(b'{"items":' + items + b"}")


@router.get("/{report_id}/merged", response_model=Family)
def get_merged(caller: SignedIn, report_id: str) -> Response:
    """Name the reports that were merged into this one, and the one it was merged into."""
    with caller.read() as (tx, actor):
        key = reports.get_visible_id(tx, actor, report_id)
        family = family_of(tx, actor, key)
    answer = {
        "parent": _relative(family.parent) if family.parent else None,
        "children": [_relative(row) for row in family.children],
    }
    return json_answer(orjson.dumps(answer))


def _relative(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in Relative.model_fields}


def answer_list(
    request: Request, caller: Caller, params: ListParams, filters: ReportFilters
) -> Response:
    """Answer with a list in the form that was asked for."""
    if params.f == "csv" and params.limit is None and params.cursor is None:
        caller_rows = _csv_of_all(caller, filters)
        return StreamingResponse(caller_rows, media_type=_CSV, headers=NO_STORE)
    with caller.read() as (tx, actor):
        check_filters(tx, actor.county_code, filters)
        page = reports.list_page(
            tx, actor, filters,
            limit=params.limit or DEFAULT_LIMIT, cursor=params.cursor, now=caller.now,
        )  # fmt: skip
        content, media_type = _page_content(tx, actor, page, params.f, caller.now)
    headers = dict(NO_STORE)
    if page.next is not None:
        following = request.url.include_query_params(cursor=page.next)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return json_answer(content, media_type=media_type, headers=headers)


def _page_content(
    tx: Transaction, actor: Actor, page: reports.Page, form: str, now: dt.datetime
) -> tuple[bytes, str]:
    if form == "csv":
        return _csv_page(reports.list_rows(tx, actor, page.ids)), _CSV
    if form == "geojson":
        features = reports.features_json(tx, actor, page.ids, now=now)
        head = b'{"type":"FeatureCollection","next":' + orjson.dumps(page.next)
        return head + b',"features":' + features + b"}", GEOJSON
    items = reports.list_documents(tx, actor, page.ids, now=now)
    return orjson.dumps({"items": items, "next": page.next}), "application/json"


def _csv_page(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    writer.writerows(table_row(row) for row in rows)
    return buffer.getvalue().encode()


def _csv_of_all(caller: Caller, filters: ReportFilters) -> Iterator[bytes]:
    # The caller and the filters are looked at before the first byte, so that 401 and 422 can still be said.
    with caller.read() as (tx, actor):
        check_filters(tx, actor.county_code, filters)
        rows = reports.iter_rows(caller.services.db, actor, filters, now=caller.now)
    return _csv_chunks(rows)


def _csv_chunks(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(table_row(row))
        if buffer.tell() > 64_000:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
