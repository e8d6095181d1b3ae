"""What an actor may do to a report now, by the table and by the state of things. Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from gis.audience import Actor
from gis.deadlines import extension_refusal, suspension_refusal
from gis.workflow.case import (
    AssignmentLike,
    MeetingLike,
    ReportLike,
    is_current,
)
from gis.workflow.table import EDGES, UNDO, UNDO_WITHIN_S, Edge, Party

A = TypeVar("A", bound=AssignmentLike)

# On a report that was merged into another, everything else happens to that other one.
_ON_A_CHILD = frozenset({"unmerge", "reopen", "withdraw", "comment", "ask"})
_OWN_STATUS: Mapping[str, frozenset[str]] = {
    "check_in": frozenset({"waiting"}),
    "return": frozenset({"waiting", "handling"}),
    "feed_back": frozenset({"handling"}),
    "request_extension": frozenset({"handling"}),
    "request_suspension": frozenset({"handling"}),
}
_NOT_GRANTED = {
    "overdue": "The limit has passed; an overdue stage is not extended.",
    "too_many": "The most that may be granted has been granted before.",
}


@dataclass(frozen=True, slots=True)
class LastStep:
    """The last undoable step on a report, while nothing has happened since."""

    account_id: uuid.UUID
    action: str
    at: dt.datetime


@dataclass(frozen=True)
class Situation:
    """All that a guard looks at."""

    report: ReportLike
    actor: Actor
    assignments: Sequence[AssignmentLike]
    parties: frozenset[Party]
    now: dt.datetime
    meetings: Sequence[MeetingLike] = ()


def acts_for(actor: Actor, assignment: AssignmentLike) -> bool:
    """Say whether an actor speaks for the assigned body.

    A utility's account does for its utility, a town's dispatcher for the town's office.
    """
    if actor.role == "utility":
        return assignment.utility_code == actor.utility_code
    return (
        actor.role == "dispatcher"
        and actor.town_code is not None
        and assignment.office_of == actor.town_code
    )


def is_invited(actor: Actor, body: Mapping[str, Any]) -> bool:
    """Say whether an actor speaks for a body invited to a meeting."""
    if actor.role == "utility":
        return bool(body["utility"] == actor.utility_code)
    return (
        actor.role == "dispatcher"
        and actor.town_code is not None
        and bool(body["office_of"] == actor.town_code)
    )


def own_assignment(report: ReportLike, actor: Actor, assignments: Iterable[A]) -> A | None:
    """Return the actor's own part in the present round, the lead's before an assisting one."""
    own = [a for a in assignments if acts_for(actor, a) and is_current(report, a)]
    return min(own, key=lambda a: a.role != "lead", default=None)


def parties_of(
    report: ReportLike,
    actor: Actor,
    assignments: Sequence[AssignmentLike],
    meetings: Sequence[MeetingLike] = (),
) -> frozenset[Party]:
    """Return what an actor is to this report.

    A town's dispatchers are its centre only at level town; the municipal centre is so at both.
    """
    parties: set[Party] = set()
    match actor.role:
        case "dispatcher" if actor.town_code is None:
            parties |= {"centre", "municipal"}
        case "dispatcher" if report.level == "town" and report.town_code == actor.town_code:
            parties.add("centre")
        case "grid_staff" if report.grid_code is not None and report.grid_code in actor.grid_codes:
            parties.add("grid")
        case "supervisor":
            parties.add("supervisor")
        case "admin":
            parties.add("onlooker")
        case _:
            pass
    if report.account_id is not None and report.account_id == actor.account_id:
        parties.add("reporter")
    own = own_assignment(report, actor, assignments)
    if own is not None:
        parties.add("lead" if own.role == "lead" else "assisting")
    if any(is_invited(actor, body) for meeting in meetings for body in meeting.bodies):
        parties.add("invited")
    return frozenset(parties)


def legal_actions(
    report: ReportLike,
    actor: Actor,
    assignments: Sequence[AssignmentLike],
    *,
    now: dt.datetime,
    meetings: Sequence[MeetingLike] = (),
    last: LastStep | None = None,
) -> list[str]:
    """Return the actions an actor may do to a report now, in the order of the table.

    Parameters
    ----------
    report, assignments
        States or rows that have their columns (`gis.workflow.case.Standing`, `Part`); of the
        assignments all rounds are needed, because a body returns a report once a round.
    meetings
        The special meetings: without them nobody is invited, and none waits for its minutes.
    last
        The last step, for `undo`.
    """
    parties = parties_of(report, actor, assignments, meetings)
    situation = Situation(report, actor, assignments, parties, now, meetings)
    legal = dict.fromkeys(
        edge.action for edge in EDGES if applies(edge, situation) and not refusal(edge, situation)
    )
    if last is not None and not undo_refusal(actor, last, now):
        legal[UNDO] = None
    return list(legal)


def applies(edge: Edge, situation: Situation) -> bool:
    """Say whether an edge leaves the report's status and is open to one of the actor's parties."""
    return situation.report.status in edge.sources and bool(
        situation.parties.intersection(edge.parties)
    )


def refusal(edge: Edge, situation: Situation) -> str | None:
    """Say why an edge that applies may still not be taken; None if it may."""
    report = situation.report
    if report.merged_into is not None and edge.action not in _ON_A_CHILD:
        return "It was merged into another report; act on that one, or unmerge it first."
    if edge.action in _OWN_STATUS:
        return _own_refusal(edge, situation)
    guard = _GUARDS.get(edge.action)
    return guard(situation) if guard else None


def undo_refusal(actor: Actor, last: LastStep | None, now: dt.datetime) -> str | None:
    """Say why an actor may not undo; None if they may."""
    if last is None:
        return "There is no last step that could be undone."
    if last.account_id != actor.account_id:
        return "The last step was somebody else's."
    if now - last.at > dt.timedelta(seconds=UNDO_WITHIN_S):
        return f"A step can be undone within {UNDO_WITHIN_S} seconds; this one is older."
    return None


def _own_refusal(edge: Edge, situation: Situation) -> str | None:
    report, action = situation.report, edge.action
    own = own_assignment(report, situation.actor, situation.assignments)
    if own is None or own.role not in edge.parties:
        return "Your body has no such part in this report."
    if own.status not in _OWN_STATUS[action]:
        return f"Your body's part is `{own.status}`."
    if action.startswith("request_"):
        return _request_refusal(action, own, situation.now)
    if action == "return" and any(
        a.utility_code == own.utility_code and a.status == "returned" and a.round == report.round
        for a in situation.assignments
    ):
        return "Your body has returned this report once in this round; it cannot do so again."
    return None


def _request_refusal(action: str, own: AssignmentLike, now: dt.datetime) -> str | None:
    if own.requested is not None:
        return "An earlier request of yours is still waiting for an answer."
    if own.handle_due_at is None:
        return "There is no running limit that could be changed."
    why = (
        extension_refusal(now, own.handle_due_at, own.extensions)
        if action == "request_extension"
        else suspension_refusal(own.suspensions)
    )
    return why and _NOT_GRANTED[why]


def _waiting(situation: Situation) -> list[AssignmentLike]:
    return [
        a
        for a in situation.assignments
        if a.requested is not None and is_current(situation.report, a)
    ]


def _refuse(situation: Situation) -> str | None:
    return None if _waiting(situation) else "There is no request waiting for an answer."


def _approve(situation: Situation) -> str | None:
    ended = [
        a.requested == "suspension" and (a.pause_until is None or a.pause_until <= situation.now)
        for a in _waiting(situation)
    ]
    if ended and all(ended):
        return "The pause asked for has ended by now; refuse the request."
    return _refuse(situation)


def _escalate(situation: Situation) -> str | None:
    at_town = situation.report.level == "town"
    return None if at_town else "It is with the municipal centre already."


def _hand_down(situation: Situation) -> str | None:
    if situation.report.level == "town":
        return "It is with the town's centre already."
    return None if situation.report.town_code else "It lies in no town."


def _hand_over(situation: Situation) -> str | None:
    alone = situation.report.merged_count == 0
    return None if alone else "Other reports were merged into it; unmerge them first."


def _merge(situation: Situation) -> str | None:
    alone = situation.report.merged_count == 0
    return None if alone else "Other reports were merged into it; merge the other one into this."


def _unmerge(situation: Situation) -> str | None:
    merged = situation.report.merged_into is not None
    return None if merged else "It was not merged into another report."


def _withdraw(situation: Situation) -> str | None:
    alone = situation.report.merged_count == 0
    return None if alone else "Reports of other people were merged into it."


def _acknowledge(situation: Situation) -> str | None:
    waits = any(
        is_invited(situation.actor, body) and body["acknowledged_at"] is None
        for meeting in situation.meetings
        for body in meeting.bodies
    )
    return None if waits else "There is no invitation to acknowledge."


def _record_minutes(situation: Situation) -> str | None:
    waits = any(meeting.recorded_at is None for meeting in situation.meetings)
    return None if waits else "There is no meeting without minutes."


_GUARDS: Mapping[str, Callable[[Situation], str | None]] = {
    "approve": _approve,
    "refuse": _refuse,
    "escalate": _escalate,
    "hand_down": _hand_down,
    "hand_over": _hand_over,
    "merge": _merge,
    "unmerge": _unmerge,
    "withdraw": _withdraw,
    "acknowledge": _acknowledge,
    "record_minutes": _record_minutes,
}
