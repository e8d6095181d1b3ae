"""Reading reports: one, a page, all, counted; as documents, GeoJSON or CSV rows.

Rows come only through the actor's audience. A list is two statements: the page's keys, chosen by
filters that vary, and the rows of those keys, by a fixed statement from ``gis/db/sql``.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import struct
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import func, select, tuple_

from gis.audience import Actor, visible_reports
from gis.db.database import Database, Row, Transaction
from gis.errors import InvalidInput, NotFound
from gis.ids import parse_public_id, public_id
from gis.matching import Match
from gis.models import Report
from gis.reasons import render
from gis.report_filters import ReportFilters, conditions, light

Document = dict[str, Any]
"""A report as the API gives it out: plain values, in the field order of the API."""

BATCH = 1000
"""Reports of one step of an export; each step is a transaction of its own."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_KEY = struct.Struct(">q16s")


@dataclass(frozen=True)
class Page:
    """A page of keys, newest first.

    Attributes
    ----------
    next
        Cursor of the page that follows; None on the last.
    """

    ids: list[uuid.UUID]
    next: str | None


def get_report(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, *, now: dt.datetime
) -> Document:
    """Return one report.

    Raises
    ------
    NotFound
        There is none, or the actor may not know of it.
    """
    found = list_documents(tx, actor, [report_id], now=now)
    if not found:
        raise NotFound("There is no such report.")
    return found[0]


def find_id(tx: Transaction, actor: Actor, text: str) -> uuid.UUID:
    """Return the key of a report from its public id or its number.

    Raises
    ------
    NotFound
        There is none, or the actor may not know of it.
    """
    if text.isdecimal():
        statement = select(Report.id).where(visible_reports(actor), Report.number == text)
        found = tx.connection.execute(statement).scalar_one_or_none()
        if found is None:
            raise NotFound("There is no such report.")
        return found
    county_code, report_id = parse_public_id(text)
    if county_code != actor.county_code:
        raise NotFound("There is no such report.")
    return report_id


def list_page(
    tx: Transaction,
    actor: Actor,
    filters: ReportFilters,
    *,
    limit: int,
    cursor: str | None,
    now: dt.datetime,
) -> Page:
    """Return the keys of a page, newest first.

    Pages are cut by key, so reports that come in meanwhile neither repeat nor hide any.

    Raises
    ------
    InvalidInput
        The cursor is not one of ours.
    """
    key = tuple_(Report.received_at, Report.id)
    statement = (
        select(Report.received_at, Report.id)
        .where(visible_reports(actor), *conditions(filters, actor, now))
        .order_by(Report.received_at.desc(), Report.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        statement = statement.where(key < tuple_(*_parse_cursor(cursor)))
    rows = tx.connection.execute(statement).all()
    shown = rows[:limit]
    return Page([row.id for row in shown], _cursor(shown[-1]) if len(rows) > limit else None)


def list_rows(tx: Transaction, actor: Actor, ids: Sequence[uuid.UUID]) -> list[Row]:
    """Return the rows of these keys that the actor may read, newest first, as the statement has them."""
    if not ids:
        return []
    return tx.query("report_documents", {**_visible(actor), "ids": list(ids)})


def list_documents(
    tx: Transaction, actor: Actor, ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> list[Document]:
    """Return the reports of these keys that the actor may read, newest first."""
    return [_document(row, now) for row in list_rows(tx, actor, ids)]


def features_json(
    tx: Transaction, actor: Actor, ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> bytes:
    """Return the reports of these keys as a JSON array of GeoJSON features, built in PostgreSQL."""
    row = tx.query_one("report_features", {**_visible(actor), "ids": list(ids), "now": now})
    features: str = row["features"] if row else "[]"
    return features.encode()


def history_json(tx: Transaction, actor: Actor, report_id: uuid.UUID) -> bytes:
    """Return the steps of a report as a JSON array, oldest first.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    """
    row = tx.query_one("report_history", {**_visible(actor), "id": report_id})
    if row is None:
        raise NotFound("There is no such report.")
    items: str = row["items"]
    return items.encode()


def count_reports(
    tx: Transaction, actor: Actor, filters: ReportFilters, *, now: dt.datetime
) -> dict[str, Any]:
    """Count the reports that pass the filters, and how they divide by status, light, category and town."""
    lamp = light(now).label("light")
    statement = (
        select(Report.status, lamp, Report.category_code, Report.town_code, func.count())
        .where(visible_reports(actor), *conditions(filters, actor, now))
        .group_by(Report.status, lamp, Report.category_code, Report.town_code)
    )
    by: dict[str, Counter[str]] = {
        name: Counter() for name in ("status", "light", "category", "town")
    }
    for status, colour, category, town, number in tx.connection.execute(statement):
        by["status"][status] += number
        if colour is not None:
            by["light"][colour] += number
        by["category"][category or ""] += number
        by["town"][town or ""] += number
    count = by["status"].total()
    return {
        "count": count,
        "open": count - by["status"]["closed"],
        **{f"by_{name}": dict(counter) for name, counter in by.items()},
    }


def iter_rows(
    db: Database, actor: Actor, filters: ReportFilters, *, now: dt.datetime
) -> Iterator[Row]:
    """Yield every report that passes the filters, newest first, as rows for a table.

    Each thousand is a transaction of its own, so that a slow reader holds no connection.
    """
    cursor: str | None = None
    while True:
        with db.read(actor) as tx:
            page = list_page(tx, actor, filters, limit=BATCH, cursor=cursor, now=now)
            rows = list_rows(tx, actor, page.ids)
        yield from rows
        if page.next is None:
            return
        cursor = page.next


def _visible(actor: Actor) -> dict[str, Any]:
    return {"county_code": actor.county_code, "audience": list(actor.audience)}


def _document(row: Row, now: dt.datetime) -> Document:
    merged_into = row["merged_into"]
    return {
        "id": public_id(row["county_code"], row["id"]),
        "number": row["number"],
        "client_id": row["client_id"],
        "body_sha256": row["body_sha256"],
        "status": row["status"],
        "level": row["level"],
        "round": row["round"],
        "outcome": row["outcome"],
        "category": row["category_code"],
        "description": row["description"],
        "source": row["source"],
        "address": row["address"],
        "urgent": row["urgent"],
        "location": _point(row["longitude"], row["latitude"]),
        "accuracy_m": row["accuracy_m"],
        "captured_at": row["captured_at"],
        "received_at": row["received_at"],
        "due_at": row["due_at"],
        "yellow_at": row["yellow_at"],
        "light": _light(row, now),
        "version": row["version"],
        "town_code": row["town_code"],
        "merged_into": public_id(row["county_code"], merged_into) if merged_into else None,
        "reopen_requested": row["reopen_requested"],
        "photos": [],
        "actions": [],
        "match": _match(row),
        "assignments": row["assignments"],
    }


def _match(row: Row) -> Document:
    grid = staff = utility = None
    if row["grid_code"] is not None:
        grid = {
            "code": row["grid_code"],
            "name": row["grid_name"] or row["grid_code"],
            "town_code": row["grid_town_code"],
            "town_name": row["grid_town_name"],
        }
    if row["staff_id"] is not None:
        staff = {
            "id": row["staff_id"],
            "name": row["staff_name"],
            "role": row["staff_role"],
            "method": row["staff_method"],
        }
    if row["utility_code"] is not None:
        utility = {
            "code": row["utility_code"],
            "name": row["utility_name"],
            "kind": row["utility_kind"],
        }
    return {
        "grid": grid,
        "grid_method": row["grid_method"],
        "grid_distance_m": row["grid_distance_m"],
        "confidence": row["confidence"],
        "candidates": row["candidates"],
        "staff": staff,
        "staff_all": row["staff_all"],
        "utility": utility,
        "utility_method": row["utility_method"],
        "utility_distance_m": row["utility_distance_m"],
        "reason": render(row["reason"], "zh"),
        "reason_en": render(row["reason"], "en"),
        "layout": row["layout_name"],
    }


def match_document(match: Match) -> Document:
    """Return a match that was just made as the API gives it out, as in a report."""
    return {
        "grid": match.grid
        and {
            "code": match.grid.code,
            "name": match.grid.name,
            "town_code": match.grid.town_code,
            "town_name": match.grid.town_name,
        },
        "grid_method": match.grid_method,
        "grid_distance_m": match.grid_distance_m,
        "confidence": match.confidence,
        "candidates": [asdict(one) for one in match.candidates],
        "staff": match.staff and {**asdict(match.staff), "method": match.staff_method},
        "staff_all": [asdict(one) for one in match.staff_all],
        "utility": match.utility
        and {
            "code": match.utility.code,
            "name": match.utility.name,
            "kind": match.utility.kind,
        },
        "utility_method": match.utility_method,
        "utility_distance_m": match.utility_distance_m,
        "reason": render(match.reason, "zh"),
        "reason_en": render(match.reason, "en"),
        "layout": match.layout and match.layout.name,
    }


def _point(longitude: float | None, latitude: float | None) -> Document | None:
    if longitude is None or latitude is None:
        return None
    # Seven decimals are a centimetre; more would be the noise of a datum conversion.
    return {"type": "Point", "coordinates": [round(longitude, 7), round(latitude, 7)]}


def _light(row: Row, now: dt.datetime) -> str | None:
    """Return what ``report_filters.light`` says in SQL; a test compares the two."""
    if row["status"] == "closed" or row["due_at"] is None:
        return None
    if row["due_at"] <= now:
        return "red"
    return "yellow" if row["yellow_at"] is not None and row["yellow_at"] <= now else "green"


def _cursor(row: SqlRow[dt.datetime, uuid.UUID]) -> str:
    microseconds = (row.received_at - _EPOCH) // dt.timedelta(microseconds=1)
    return base64.urlsafe_b64encode(_KEY.pack(microseconds, row.id.bytes)).decode()


def _parse_cursor(text: str) -> tuple[dt.datetime, uuid.UUID]:
    try:
        microseconds, key = _KEY.unpack(base64.b64decode(text, altchars=b"-_", validate=True))
        return _EPOCH + dt.timedelta(microseconds=microseconds), uuid.UUID(bytes=key)
    except (struct.error, binascii.Error, ValueError, OverflowError):
        raise InvalidInput.of("cursor", "is not one that a page of ours gave out") from None
