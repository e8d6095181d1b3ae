"""Special meetings (专题会商): called, acknowledged by the invited, and what they decided."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gis import clocks
from gis.clocks import ClockState
from gis.errors import Conflict, InvalidInput
from gis.ids import uuid7
from gis.workflow.case import WORKING_ASSIGNMENT, MeetingState
from gis.workflow.guards import is_invited
from gis.workflow.step import References, Step

Fields = Mapping[str, Any]


def convene(step: Step, fields: Fields, references: References) -> None:
    """Call a meeting; the invited bodies may read the report from here on."""
    if fields["meets_at"] <= step.now:
        raise InvalidInput.of("meets_at", "A meeting has to lie in the future.")
    bodies = [
        {"utility": code, "office_of": references.bodies[code].office_of, "acknowledged_at": None}
        for code in fields["bodies"]
    ]
    called = MeetingState(
        id=uuid7(),
        place=fields["place"],
        meets_at=fields["meets_at"],
        subject=fields.get("subject", ""),
        bodies=bodies,
        convened_at=step.now,
    )
    step.put_meeting(called)
    step.see(f"u:{step.report.county_code}:{code}" for code in fields["bodies"])
    step.details |= {
        "meeting": str(called.id),
        "place": called.place,
        "meets_at": called.meets_at,
        "bodies": fields["bodies"],
    }


def acknowledge(step: Step, fields: Fields, _references: References) -> None:
    """Say for an invited body that it will come."""
    waiting = [
        m
        for m in step.meetings.values()
        if any(is_invited(step.actor, b) and b["acknowledged_at"] is None for b in m.bodies)
    ]
    called = _named(waiting, fields, "There is no invitation to acknowledge.")
    bodies = [
        {**body, "acknowledged_at": step.now.isoformat()} if is_invited(step.actor, body) else body
        for body in called.bodies
    ]
    step.put_meeting(replace(called, bodies=bodies))
    step.details |= {
        "meeting": str(called.id),
        "utility": next(b["utility"] for b in bodies if is_invited(step.actor, b)),
    }


def record_minutes(step: Step, fields: Fields, references: References) -> None:
    """Record what was decided; each decision becomes a part with its own due date."""
    waiting = [m for m in step.meetings.values() if m.recorded_at is None]
    held = _named(waiting, fields, "There is no meeting without minutes.")
    decisions = []
    for decision in fields.get("decisions", ()):
        if decision["due_at"] <= step.now:
            raise InvalidInput.of("decisions", "What is decided has to be due in the future.")
        assignment_id = _assign(step, decision, references)
        decisions.append(
            {
                **decision,
                "due_at": decision["due_at"].isoformat(),
                "assignment_id": str(assignment_id),
            }
        )
    step.put_meeting(
        replace(held, minutes=fields["minutes"], decisions=decisions, recorded_at=step.now)
    )
    step.details |= {
        "meeting": str(held.id),
        "minutes": fields["minutes"],
        "decisions": [{k: d[k] for k in ("utility", "text", "due_at")} for d in decisions],
    }
    step.promise()


def _assign(step: Step, decision: Mapping[str, Any], references: References) -> Any:
    """Give a body a part due when the meeting decided, or set that date on the part it has."""
    part = next(
        (
            a
            for a in step.current()
            if a.utility_code == decision["utility"] and a.status in WORKING_ASSIGNMENT
        ),
        None,
    )
    if part is None:
        part = step.assign(references.bodies[decision["utility"]], "assisting")
        clock = step.start_clock("check_in", part)
    else:
        running = step.running_clock("handle", part.id) or step.running_clock("check_in", part.id)
        clock = running or step.start_clock("check_in", part)
    step.clocks[clock.id] = clocks.due_on(step.book, clock, decision["due_at"])
    return part.id


def hold_to_decision(step: Step, clock: ClockState, assignment_id: uuid.UUID) -> None:
    """Let a body's new clock be due when a meeting decided that its part is."""
    decided = [
        (m.recorded_at, decision["due_at"])
        for m in step.meetings.values()
        for decision in m.decisions
        if decision["assignment_id"] == str(assignment_id) and m.recorded_at is not None
    ]
    if decided:
        due_at = dt.datetime.fromisoformat(max(decided)[1])
        step.clocks[clock.id] = clocks.due_on(step.book, clock, due_at)


def is_decided(step: Step, clock: ClockState) -> bool:
    """Say whether a clock is due when a meeting decided, and not by a limit of the category."""
    # As `clocks.due_on` leaves it: limits have an id, and no default is of calendar days.
    by_no_limit = clock.limit_id is None and clock.unit == "calendar_days"
    return by_no_limit and any(
        decision["assignment_id"] == str(clock.assignment_id)
        for m in step.meetings.values()
        for decision in m.decisions
    )


def _named(meetings: list[MeetingState], fields: Fields, none: str) -> MeetingState:
    named = [m for m in meetings if m.id == fields.get("meeting", m.id)]
    if not named:
        raise Conflict(none)
    if len(named) > 1:
        raise InvalidInput.of("meeting", "There are several meetings; name the one you mean.")
    return named[0]
