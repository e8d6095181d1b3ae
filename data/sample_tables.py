"""Rows of the fact tables for the sample city's reports: matched, with their whole history. Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import orjson

from data.history import Chapter, Life, Part, Span, evaluation_of, id_at, write_chapter
from data.sample_files import Answer, Told
from data.zhucheng.frame import COUNTY
from gis.audience import Actor
from gis.clocks import LimitInForce, TimeBook
from gis.deadlines import deadlines_of
from gis.matching import Match
from gis.records import record_of

MUNICIPAL_CENTRE = "市综治中心"
_PART = tuple(column.name for column in fields(Part))
_NOBODYS = "urban_management"  # takes what no body and no town answers for

Row = tuple[Any, ...]


@dataclass
class FactTables:
    """Rows by table, with the columns they fill."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def put(self, table: str, values: Mapping[str, Any]) -> None:
        """Add a row; every row of a table names the same columns in the same order."""
        self.columns.setdefault(table, tuple(values))
        self.rows.setdefault(table, []).append(tuple(values.values()))


@dataclass(frozen=True)
class Cast:
    """Who acts in the sample city: accounts by user name, bodies and town offices by code."""

    accounts: Mapping[str, Actor]
    bodies: Mapping[str, str]
    offices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Clocked:
    """A span with its instants."""

    span: Span
    in_force: LimitInForce
    yellow_at: dt.datetime
    due_at: dt.datetime
    escalate_at: dt.datetime


def fact_tables(
    told: Sequence[Told],
    matches: Sequence[Match],
    answers: Mapping[str, Answer],
    cast: Cast,
    book: TimeBook,
    now: dt.datetime,
) -> FactTables:
    """Return every row that the reports' histories consist of.

    Parameters
    ----------
    told, matches
        The reports and where each was routed, one to one.
    """
    records = [
        record_of(t.intake, m, book, actor=cast.accounts.get(t.account), now=t.received_at)
        for t, m in zip(told, matches, strict=True)
    ]
    lives: dict[str, Life] = {}
    for t, match, record in zip(told, matches, records, strict=True):
        lives[t.key] = _life(t, match, record, lives, cast)
    chapters = [write_chapter(lives[t.key]) for t in told]
    clocked = _clocked(chapters, book)
    children = Counter(t.merged_into for t in told if t.merged_into)
    tables = FactTables()
    dues: dict[str, tuple[dt.datetime | None, ...]] = {}
    for t, record, chapter, clocks in zip(told, records, chapters, clocked, strict=True):
        dues[t.key] = dues[t.merged_into] if t.merged_into else _dues(chapter, clocks, book)
        answer = answers.get(t.key)
        extra = _standing(t, chapter, dues[t.key], children[t.key], answer)
        tables.put("report", _report(t, record, chapter, extra))
        _put_history(tables, chapter)
        _put_clocks(tables, chapter, clocks, now)
        _put_evaluation(tables, t, chapter.life, answer)
    return tables


def _life(
    told: Told, match: Match, record: Mapping[str, Any], lives: Mapping[str, Life], cast: Cast
) -> Life:
    town = match.grid.town_code if match.grid else None
    office = cast.offices.get(town or "", _NOBODYS)
    first = match.utility.code if match.utility else office
    lead = {"": first, "town": office}.get(told.lead, told.lead)
    if "returned" in told.steps and lead == first:
        lead = office if office != first else _NOBODYS
    centre = MUNICIPAL_CENTRE
    if record["level"] == "town" and match.grid:
        centre = f"{match.grid.town_name}综治中心"
    return Life(
        report_id=told.id,
        number=told.number,
        category=told.intake.category or "",
        status=told.status,
        outcome=told.outcome,
        steps=told.steps,
        first_lead=first,
        lead=lead,
        assisting=tuple(code for code in told.assisting if code not in {lead, first}),
        centre=centre,
        opened=(
            {"match": record["routed"]},
            record["actor_role"],
            record["actor_name"],
            record["account_id"],
        ),
        bodies=cast.bodies,
        return_reason=told.return_reason,
        cause=told.cause,
        result=told.result,
        remedy=told.remedy,
        merged_into=lives[told.merged_into] if told.merged_into else None,
        swept=told.swept,
    )


def _clocked(chapters: Sequence[Chapter], book: TimeBook) -> list[list[_Clocked]]:
    """Compute the instants of all clocks at once."""
    spans = [(chapter.life, span) for chapter in chapters for span in chapter.spans]
    limits = [
        book.limit_of(life.category, span.stage, life.steps["received"]) for life, span in spans
    ]
    starts = np.array(
        [span.started_at.replace(tzinfo=None) for _, span in spans], dtype="datetime64[us]"
    )
    table = deadlines_of(starts, [in_force.limit for in_force in limits], book.calendar)
    instants = zip(
        *(_aware(column) for column in (table.yellow_at, table.due_at, table.escalate_at)),
        strict=True,
    )
    rows = (
        _Clocked(span, in_force, *three)
        for (_, span), in_force, three in zip(spans, limits, instants, strict=True)
    )
    return [[next(rows) for _ in chapter.spans] for chapter in chapters]


def _aware(instants: Any) -> Iterable[dt.datetime]:
    return (moment.replace(tzinfo=dt.UTC) for moment in instants.astype("datetime64[us]").tolist())


def _dues(
    chapter: Chapter, clocks: Sequence[_Clocked], book: TimeBook
) -> tuple[dt.datetime | None, ...]:
    """Return due and yellow of the running stage, and the closing deadline."""
    stage = {
        "received": "accept",
        "accepted": "accept",
        "dispatched": "check_in",
        "handling": "handle",
        "handled": "verify",
    }.get(chapter.life.status)
    due = yellow = promised = None
    for clock in clocks:
        span = clock.span
        if (
            span.stage == stage
            and span.stopped_at is None
            and (span.leads or not span.assignment_id)
        ):
            due, yellow = clock.due_at, clock.yellow_at
        if span.leads and span.stage == "handle":
            promised = clock.due_at
        elif span.leads and span.stage == "check_in":
            promised = _ahead(chapter.life, clock.due_at, book)
    return due, yellow, promised


def _ahead(life: Life, start: dt.datetime, book: TimeBook) -> dt.datetime | None:
    """Return when handling is due that begins at the latest allowed check-in."""
    if "checked_in" in life.steps:
        return None  # the handling clock follows and says it exactly
    limit = book.limit_of(life.category, "handle", life.steps["received"]).limit
    start64 = np.array([start.replace(tzinfo=None)], dtype="datetime64[us]")
    return next(iter(_aware(deadlines_of(start64, [limit], book.calendar).due_at)))


def _standing(
    told: Told,
    chapter: Chapter,
    dues: tuple[dt.datetime | None, ...],
    children: int,
    answer: Answer | None,
) -> dict[str, Any]:
    """Return the columns that say how a report stands now."""
    steps = told.steps
    due_at, yellow_at, close_due_at = dues
    self_resolved = told.outcome == "self_resolved"
    parent = chapter.life.merged_into
    return {
        "status": told.status,
        "outcome": told.outcome or None,
        "version": chapter.version + children,
        "reopen_requested": bool(answer and answer.answer == "unsatisfied" and not told.swept),
        "merged_into": parent.report_id if parent else None,
        "merged_count": children,
        "returns": chapter.returns,
        "cause": told.cause,
        "accepted_at": steps.get("accepted"),
        "dispatched_at": steps.get("redispatched", steps.get("dispatched")),
        "checked_in_at": steps.get("checked_in"),
        "handled_at": steps.get("handled") or (steps["closed"] if self_resolved else None),
        "closed_at": steps.get("closed"),
        "due_at": due_at,
        "yellow_at": yellow_at,
        "close_due_at": close_due_at,
    }


_RECORDED = [
    "body_sha256",
    "account_id",
    "category_code",
    "description",
    "address",
    "urgent",
    "source",
    "source_number",
    "reporter_name",
    "reporter_phone",
    "accuracy_m",
    "crs",
    "place_code",
    "place_text",
    "cell_x",
    "cell_y",
    "captured_at",
    "received_at",
    "received_on",
    "town_code",
    "grid_code",
    "grid_method",
    "grid_distance_m",
    "confidence",
    "staff_id",
    "staff_method",
    "utility_code",
    "utility_method",
    "utility_distance_m",
]


def _report(
    told: Told, record: Mapping[str, Any], chapter: Chapter, standing: dict[str, Any]
) -> dict[str, Any]:
    routed, long = record["routed"], told.swept and told.status != "closed"
    where = told.intake.where
    bodies = (f"u:{COUNTY}:{part.utility_code}" for part in chapter.parts)
    return {
        "county_code": COUNTY,
        "id": told.id,
        "number": told.number,
        "client_id": told.intake.client_id,
        # What is still open months later has risen to the municipal centre.
        "level": "municipal" if long else record["level"],
        "location": None if where.lon is None else f"SRID=4326;POINT({where.lon} {where.lat})",
        "layout_id": routed["layout"],
        "service_area_version_id": routed["version"],
        "candidates": _json(record["candidates"]),
        "staff_all": _json(record["staff_all"]),
        "reason": _json(record["reason"]),
        "audience": list(dict.fromkeys((*record["audience"], *bodies))),
        **{name: record[name] for name in _RECORDED},
        **standing,
    }


def _put_history(tables: FactTables, chapter: Chapter) -> None:
    life = chapter.life
    for version, event in enumerate(chapter.events, start=1):
        tables.put(
            "report_event",
            {
                "county_code": COUNTY,
                "report_id": life.report_id,
                "id": id_at(event.at, life.number, version),
                "version": version,
                "action": event.action,
                "status_before": event.before,
                "status_after": event.after,
                "account_id": event.account_id,
                "actor_role": event.role,
                "actor_name": event.name,
                "at": event.at,
                "details": _json(event.details),
            },
        )
    for part in chapter.parts:
        values = {name: getattr(part, name) for name in _PART}
        tables.put("assignment", {"county_code": COUNTY, "report_id": life.report_id, **values})


def _put_clocks(
    tables: FactTables, chapter: Chapter, clocks: Sequence[_Clocked], now: dt.datetime
) -> None:
    life = chapter.life
    for n, clock in enumerate(clocks):
        span = clock.span
        clock_id = id_at(span.started_at, life.number, "clock", n)
        runs = span.stopped_at is None
        tables.put(
            "clock",
            {
                "county_code": COUNTY,
                "id": clock_id,
                "report_id": life.report_id,
                "assignment_id": span.assignment_id,
                "stage": span.stage,
                "started_at": span.started_at,
                "yellow_at": clock.yellow_at,
                "due_at": clock.due_at,
                "escalate_at": clock.escalate_at,
                "stopped_at": span.stopped_at,
                "limit_id": clock.in_force.id,
                "amount": clock.in_force.limit.amount,
                "unit": clock.in_force.limit.unit,
                "next_at": clock.yellow_at if runs and not life.swept else None,
            },
        )
        if life.swept:
            until = span.stopped_at or now
            _put_marks(tables, life, clock_id, clock, until)


def _put_marks(
    tables: FactTables, life: Life, clock_id: uuid.UUID, clock: _Clocked, until: dt.datetime
) -> None:
    """Note what the sweep did while the clock ran: remind, supervise, escalate."""
    reached = (("yellow", clock.yellow_at), ("red", clock.due_at), ("escalate", clock.escalate_at))
    for level, at in reached:
        if at < until:
            tables.put(
                "sweep_mark",
                {
                    "county_code": COUNTY,
                    "clock_id": clock_id,
                    "level": level,
                    "due_at": clock.due_at,
                    "report_id": life.report_id,
                    "at": at,
                },
            )


def _put_evaluation(tables: FactTables, told: Told, life: Life, answer: Answer | None) -> None:
    asked = evaluation_of(life)
    if asked is None:
        return
    tables.put(
        "evaluation",
        {
            "county_code": COUNTY,
            "id": id_at(asked[0], told.number, "evaluation"),
            "report_id": told.id,
            "created_at": asked[0],
            "expires_at": asked[1],
            "answered_at": answer.answered_at if answer else None,
            "answer": answer.answer if answer else None,
            "comment": answer.comment if answer else "",
            "channel": answer.channel if answer else "link",
        },
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
