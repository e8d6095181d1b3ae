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
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import case, func, select, true, tuple_, union_all

from gis.audience import Actor, visible_reports
from gis.counted import Cases, rows_of, unit_of
from gis.db.database import Database, Row, Transaction
from gis.dispatching import find_last_step
from gis.errors import InvalidInput, NotFound
from gis.ids import parse_public_id
from gis.models import Report
from gis.queues import QUEUES, in_queue, standing_parts
from gis.report_documents import Document, report_document
from gis.report_filters import ReportFilters, conditions, light
from gis.workflow.guards import undo_refusal
from gis.workflow.table import UNDO

BACKLOG_AFTER = dt.timedelta(days=7)
"""What is overdue for longer is a backlog, no longer the day's work."""
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


def get_report_with_undo(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, *, now: dt.datetime
) -> Document:
    """Return one report for acting on it: its actions also name `undo`, while that is possible.

    Raises
    ------
    NotFound
        There is none, or the actor may not know of it.
    """
    return _with_undo(tx, actor, report_id, get_report(tx, actor, report_id, now=now), now)


def get_acted(tx: Transaction, actor: Actor, report_id: uuid.UUID, *, now: dt.datetime) -> Document:
    """Return the report an actor has just acted on, also when that took it out of their view."""
    county = {**_visible(actor), "audience": [f"c:{actor.county_code}"]}
    (row,) = tx.query("report_documents", {**county, "ids": [report_id]})
    return _with_undo(tx, actor, report_id, report_document(row, actor, now), now)


def _with_undo(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, document: Document, now: dt.datetime
) -> Document:
    last = find_last_step(tx, actor.county_code, report_id)
    if last is not None and not undo_refusal(actor, last, now):
        document["actions"].append(UNDO)
    return document


def get_id(tx: Transaction, actor: Actor, text: str) -> uuid.UUID:
    """Return the key of a report from its public id or its number, to be looked at or acted on.

    Whether there is one of that id, and the actor may know of it, shows when that is done; where
    it is not, `get_visible_id` tells.

    Raises
    ------
    NotFound
        The text is no id of the actor's county, nor the number of a report they may know of.
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


def get_visible_id(tx: Transaction, actor: Actor, text: str) -> uuid.UUID:
    """Return the key of a report that an actor may know of, from its public id or its number.

    Raises
    ------
    NotFound
        There is none, or the actor may not know of it.
    """
    key = get_id(tx, actor, text)
    statement = select(Report.id).where(
        visible_reports(actor), Report.county_code == actor.county_code, Report.id == key
    )
    if tx.connection.execute(statement).first() is None:
        raise NotFound("There is no such report.")
    return key


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


def list_urgent(
    tx: Transaction, actor: Actor, filters: ReportFilters, *, limit: int, now: dt.datetime
) -> list[uuid.UUID]:
    """Return the keys of what should be looked at first.

    First come the clocks that run, by when they are due; those without a clock, newest first; and
    last what has been overdue for long (`BACKLOG_AFTER`), the latest first: an archive's unsettled
    cases do not bury the day's.
    """
    old = Report.due_at < now - BACKLOG_AFTER
    group = case((Report.due_at.is_(None), 1), (old, 2), else_=0)
    statement = (
        select(Report.id)
        .where(visible_reports(actor), *conditions(filters, actor, now))
        .order_by(
            group,
            case((~old, Report.due_at)),
            Report.due_at.desc(),
            Report.received_at.desc(),
            Report.id.desc(),
        )
        .limit(limit)
    )
    return list(tx.connection.execute(statement).scalars())


def list_rows(tx: Transaction, actor: Actor, ids: Sequence[uuid.UUID]) -> list[Row]:
    """Return the rows of these keys that the actor may read, newest first, as the statement has them."""
    if not ids:
        return []
    return tx.query("report_documents", {**_visible(actor), "ids": list(ids)})


def list_documents(
    tx: Transaction, actor: Actor, ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> list[Document]:
    """Return the reports of these keys that the actor may read, newest first."""
    return [report_document(row, actor, now) for row in list_rows(tx, actor, ids)]


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
    """Count the reports that pass the filters, and how they divide; one statement.

    ``by_queue`` counts by the same filters without their queue; ``counted`` says how often those
    that stand behind a number of the statistics were counted for it, and as what.
    """
    lamp, cases = light(now).label("light"), filters.counted
    wanted = in_queue(filters.queue, actor, now) if filters.queue else true()
    where = conditions(replace(filters, queue=None), actor, now)
    queues = [func.count().filter(in_queue(queue, actor, now)) for queue in QUEUES]
    counted = (
        select(Report.status, lamp, Report.category_code, Report.town_code)
        .add_columns(func.count().filter(wanted), *queues)
        .where(visible_reports(actor), *where)
        .group_by(Report.status, lamp, Report.category_code, Report.town_code)
    )
    # For a queue no archive of closed reports is read: all queues lie within these parts.
    parts = standing_parts(actor, now) if filters.queue else [true()]
    statement = union_all(*(counted.where(part) for part in parts))
    by: dict[str, Counter[str]] = {
        name: Counter() for name in ("status", "light", "category", "town", "queue")
    }
    by["queue"].update(dict.fromkeys(QUEUES, 0))
    for status, colour, category, town, number, *in_queues in tx.connection.execute(statement):
        by["queue"].update(dict(zip(QUEUES, in_queues, strict=True)))
        if not number:
            continue
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
        "counted": _counted(tx, actor, cases, replace(filters, counted=None), now)
        if cases
        else None,
    }


def _counted(
    tx: Transaction, actor: Actor, cases: Cases, filters: ReportFilters, now: dt.datetime
) -> dict[str, Any]:
    """Return a number of the statistics itself, over what passes the other filters."""
    rows = rows_of(actor.county_code, cases).subquery()
    statement = (
        select(func.count())
        .select_from(rows)
        .join(Report, Report.id == rows.c.id)
        .where(visible_reports(actor), *conditions(filters, actor, now))
    )
    number = tx.connection.execute(statement).scalar_one()
    return {"count": number, "unit": unit_of(cases.count)}


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
    return {
        "county_code": actor.county_code,
        "audience": list(actor.audience),
        "account": actor.account_id,
    }


def _cursor(row: SqlRow[dt.datetime, uuid.UUID]) -> str:
    microseconds = (row.received_at - _EPOCH) // dt.timedelta(microseconds=1)
    return base64.urlsafe_b64encode(_KEY.pack(microseconds, row.id.bytes)).decode()


def _parse_cursor(text: str) -> tuple[dt.datetime, uuid.UUID]:
    try:
        microseconds, key = _KEY.unpack(base64.b64decode(text, altchars=b"-_", validate=True))
        return _EPOCH + dt.timedelta(microseconds=microseconds), uuid.UUID(bytes=key)
    except (struct.error, binascii.Error, ValueError, OverflowError):
        raise InvalidInput.of("cursor", "is not one that a page of ours gave out") from None
