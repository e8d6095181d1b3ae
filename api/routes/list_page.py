"""``/reports``: the reports one may read, by queue and filters of the address, page after page."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from api.auth import SignedIn
from api.page_answers import actor_of, context_of, page, sign_in_first
from api.schemas.filters import LISTS, ListParams
from api.statistics_answers import names_of_groups
from gis import reports
from gis.audience import Actor
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.filter_checks import check_filters
from gis.report_filters import ReportFilters
from maps.pages import PageContext
from maps.report_list import Listed, render_list

router = APIRouter(include_in_schema=False)

PAGE = 50
_NOT_FILTERS = frozenset({"lang", "cursor", "limit", "f"})


@router.get("/reports")
def show_list(request: Request, caller: SignedIn) -> Response:
    """List what passes the filters, newest first, with how many there are in all."""
    signed_in = actor_of(caller)
    if signed_in is None:
        return sign_in_first(request)
    context = context_of(request, signed_in)
    query = _query(request)
    try:
        params = ListParams.model_validate(_values(request))
        filters = params.filters()
        with caller.read() as (tx, actor):
            listed = _listed(tx, actor, filters, params.cursor, query, context, caller.now)
    except ValidationError as error:
        wrong = {str(one["loc"][0]): one["msg"] for one in error.errors()}
        listed = Listed(query, errors=wrong)
    except InvalidInput as error:
        listed = Listed(query, errors={one.field: one.reason for one in error.errors})
    html = render_list(caller.services.pages, context, listed)
    return page(request, context, html, status=422 if listed.errors else 200)


def _values(request: Request) -> dict[str, Any]:
    """Return the filters of the address; what a form leaves empty narrows nothing."""
    given = request.query_params
    values: dict[str, Any] = {}
    for name in given:
        texts = [text for text in given.getlist(name) if text.strip()]
        if texts and name not in {"lang", "limit", "f"}:
            values[name] = texts if name in LISTS else texts[0]
    return values


def _query(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, text)
        for name, text in request.query_params.multi_items()
        if name not in _NOT_FILTERS and text.strip()
    )


def _listed(
    tx: Transaction,
    actor: Actor,
    filters: ReportFilters,
    cursor: str | None,
    query: tuple[tuple[str, str], ...],
    context: PageContext,
    now: dt.datetime,
) -> Listed:
    check_filters(tx, actor.county_code, filters)
    counts = reports.count_reports(tx, actor, filters, now=now)
    found = reports.list_page(tx, actor, filters, limit=PAGE, cursor=cursor, now=now)
    counted = filters.counted
    names = {}
    if counted and counted.key:
        names = names_of_groups(tx, actor.county_code, counted.by, [counted.key], context.language)
    return Listed(
        query,
        documents=reports.list_documents(tx, actor, found.ids, now=now),
        count=counts["count"],
        by_queue=counts["by_queue"],
        counted=counted,
        group=names.get(counted.key, counted.key) if counted and counted.key else None,
        times=counts["counted"],
        first=cursor is None,
        next=f"?{urlencode([*query, ('cursor', found.next)])}" if found.next else None,
    )
