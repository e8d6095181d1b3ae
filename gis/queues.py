"""Queues of the day's work, as conditions over ``report``: a list and its count are the same rows.

A report merged into another stands in no queue of its own but `open` and `mine`: the other one
carries it. Conditions that look into other tables come after cheap ones and are scalar subqueries,
so that within a count they are asked only for the few rows that reach them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, func, literal, or_, select

from gis.audience import Actor
from gis.models import Assignment, Callback, Evaluation, Report, ReportEvent

Queue = Literal[
    "open", "todo", "new", "not_located", "ambiguous", "waiting_check_in", "overdue", "returned",
    "reopen_requested", "callback", "mine",
]  # fmt: skip
QUEUES: Final[tuple[Queue, ...]] = get_args(Queue)

AMBIGUOUS_BELOW: Final = 0.8
"""Share of the accuracy circle in the chosen grid under which somebody should look at it."""
CALL_AGAIN_AFTER: Final = dt.timedelta(hours=4)

WORDS_ONLY: Final = (
    "received", "comment", "ask", "urge", "photo", "evaluation_asked", "evaluated",
)  # fmt: skip
"""What one may do to a report without having handled it."""


def in_queue(queue: Queue, actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition for a report to stand in a queue of this actor.

    ``open`` not closed; ``todo`` the next step is the actor's; ``new`` not yet accepted;
    ``not_located`` in no grid, ``ambiguous`` perhaps in another one, while not dispatched;
    ``waiting_check_in`` dispatched, the lead has not reported in; ``overdue`` open and past due;
    ``returned`` by its lead in this round; ``reopen_requested`` by an unhappy resident;
    ``callback`` closed, its resident to be telephoned; ``mine`` open, the actor took a step.
    """
    still_open = Report.status != "closed"
    unrouted = Report.status.in_(("received", "accepted"))
    alone = Report.merged_into.is_(None)
    conditions: dict[Queue, Callable[[], ColumnElement[bool]]] = {
        "open": lambda: still_open,
        "todo": lambda: _todo(actor),
        "new": lambda: and_(Report.status == "received", alone),
        "not_located": lambda: and_(unrouted, Report.grid_code.is_(None), alone),
        "ambiguous": lambda: and_(
            unrouted, Report.grid_code.is_not(None), Report.confidence < AMBIGUOUS_BELOW, alone
        ),
        "waiting_check_in": lambda: and_(Report.status == "dispatched", alone),
        "overdue": lambda: and_(still_open, Report.due_at <= now, alone),
        "returned": lambda: and_(Report.status == "accepted", alone, _returned()),
        "reopen_requested": lambda: and_(Report.status == "closed", Report.reopen_requested),
        "callback": lambda: _callback(actor, now),
        "mine": lambda: and_(still_open, _took_a_step(actor)),
    }
    return conditions[queue]()


def standing_parts(actor: Actor, now: dt.datetime) -> list[ColumnElement[bool]]:
    """Return conditions of which every report in any queue meets exactly one.

    Each reaches an index of its own: open reports, closed ones to be opened again, closed ones whose
    resident has not answered.
    """
    closed = Report.status == "closed"
    return [
        Report.status != "closed",
        and_(closed, Report.reopen_requested),
        and_(closed, ~Report.reopen_requested, _unanswered(actor, now)),
    ]


def _unanswered(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    return Report.id.in_(
        select(Evaluation.report_id).where(
            Evaluation.county_code == actor.county_code,
            Evaluation.answered_at.is_(None),
            Evaluation.expires_at > now,
        )
    )


def _todo(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for reports whose next step is this actor's."""
    match actor.role:
        case "dispatcher":
            level = "town" if actor.town_code else "municipal"
            waiting = and_(
                Report.status.in_(("received", "accepted", "handled")), Report.level == level
            )
            return or_(waiting, and_(Report.reopen_requested, Report.level == level))
        case "utility":
            return and_(
                Report.status != "closed",
                _any(
                    Assignment,
                    Assignment.county_code == Report.county_code,
                    Assignment.report_id == Report.id,
                    Assignment.utility_code == actor.utility_code,
                    Assignment.status.in_(("waiting", "handling")),
                ),
            )
        case "grid_staff":
            return and_(
                Report.status.in_(("received", "handled")), Report.grid_code.in_(actor.grid_codes)
            )
        case _:
            return and_(Report.status != "closed", literal(False))


def _returned() -> ColumnElement[bool]:
    return _any(
        Assignment,
        Assignment.county_code == Report.county_code,
        Assignment.report_id == Report.id,
        Assignment.round == Report.round,
        Assignment.role == "lead",
        Assignment.status == "returned",
    )


def _callback(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition for a resident to be telephoned by this actor.

    Not by who handled the report, not within hours of the last call, not who wished for none.
    """
    if actor.role != "dispatcher":
        return and_(Report.status == "closed", literal(False))
    asked = _any(
        Evaluation,
        Evaluation.county_code == Report.county_code,
        Evaluation.report_id == Report.id,
        Evaluation.round == Report.round,
        Evaluation.answered_at.is_(None),
        Evaluation.expires_at > now,
    )
    closed = and_(Report.status == "closed", Report.reporter_phone != "", _unanswered(actor, now))
    handled = _any(
        ReportEvent,
        ReportEvent.county_code == Report.county_code,
        ReportEvent.report_id == Report.id,
        ReportEvent.account_id == actor.account_id,
        ReportEvent.action.not_in(WORDS_ONLY),
    )
    called = _any(
        Callback,
        Callback.county_code == Report.county_code,
        Callback.report_id == Report.id,
        or_(Callback.at > now - CALL_AGAIN_AFTER, Callback.result == "refused"),
    )
    return and_(closed, asked, ~handled, ~called)


def _took_a_step(actor: Actor) -> ColumnElement[bool]:
    return _any(
        ReportEvent,
        ReportEvent.county_code == Report.county_code,
        ReportEvent.report_id == Report.id,
        ReportEvent.account_id == actor.account_id,
    )


def _any(table: type, *conditions: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    """Return whether a row exists, asked row by row: never by reading the other table whole."""
    found = select(literal(True)).select_from(table).where(*conditions).limit(1)
    return func.coalesce(found.correlate(Report).scalar_subquery(), literal(False))
