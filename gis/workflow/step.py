"""The working copy on which one step of a case is carried out. Pure: nothing is read or written."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gis import clocks
from gis.audience import Actor
from gis.clocks import ClockState, TimeBook
from gis.ids import uuid7
from gis.workflow.case import (
    WORKING_ASSIGNMENT,
    AssignmentState,
    Case,
    EvaluationState,
    MeetingState,
    ReportState,
    RequestState,
    is_current,
)

EVALUATION_DAYS = 14
EVALUATED_OUTCOMES = frozenset({"resolved", "self_resolved"})
RETURNS_TO_RISE = 3


@dataclass(frozen=True)
class County:
    """Another county that a field names."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Body:
    """A utility that fields name; ``office_of`` is the town whose office it is."""

    code: str
    name: str
    office_of: str | None


@dataclass(frozen=True)
class References:
    """What the fields of an action name, as found in the database."""

    bodies: Mapping[str, Body] = field(default_factory=dict)
    placement: Mapping[str, Any] | None = None
    category_code: str | None = None
    category_level: str | None = None
    town_code: str | None = None
    county: County | None = None
    handed_over: Mapping[str, Any] = field(default_factory=dict)
    covering_utilities: tuple[str, ...] = ()
    duplicate_of: str | None = None
    same_person: bool = False


class Step:
    """A case while one action changes it.

    Parameters
    ----------
    case
        The case as it is.
    actor
        Who acts.
    now
        When.
    book
        The county's limits and calendar.
    """

    def __init__(self, case: Case, actor: Actor, now: dt.datetime, book: TimeBook) -> None:
        self.before = case
        self.actor = actor
        self.now = now
        self.book = book
        self.report: ReportState = case.report
        self.assignments = {a.id: a for a in case.assignments}
        self.clocks = {c.id: c for c in case.clocks}
        self.requests = {r.id: r for r in case.requests}
        self.evaluations = {e.id: e for e in case.evaluations}
        self.meetings = {m.id: m for m in case.meetings}
        self.details: dict[str, Any] = {}

    def set(self, **columns: Any) -> None:
        """Change columns of the report."""
        self.report = replace(self.report, **columns)

    def see(self, members: Iterable[str]) -> None:
        """Add to those who may read the report."""
        self.set(audience=tuple(dict.fromkeys((*self.report.audience, *members))))

    # Clocks

    def start_clock(self, stage: str, assignment: AssignmentState | None = None) -> ClockState:
        """Start a stage's clock with the limit in force when the report was received."""
        clock = clocks.begin(
            self.book,
            stage,
            self.now,
            self.book.limit_of(self.report.category_code, stage, self.report.received_at),
            assignment_id=assignment.id if assignment else None,
            round_=self.report.round,
        )
        self.clocks[clock.id] = clock
        return clock

    def stop_clocks(self, stages: Iterable[str], assignment_id: uuid.UUID | None = None) -> None:
        """Stop the running clocks of some stages, of one assignment or of the whole case."""
        wanted = set(stages)
        for clock in clocks.running(self.clocks.values()):
            if clock.stage in wanted and assignment_id in {None, clock.assignment_id}:
                self.clocks[clock.id] = clocks.stop(clock, self.now)

    def running_clock(self, stage: str, assignment_id: uuid.UUID | None) -> ClockState | None:
        """Return the running clock of a stage, of an assignment or (None) of the report."""
        for clock in clocks.running(self.clocks.values(), stage):
            if clock.assignment_id == assignment_id:
                return clock
        return None

    # Assignments

    def current(self) -> list[AssignmentState]:
        """Return the parts bodies have in the present round."""
        return [a for a in self.assignments.values() if is_current(self.report, a)]

    def lead(self) -> AssignmentState | None:
        """Return the body in the lead, if any."""
        return next((a for a in self.current() if a.role == "lead"), None)

    def assign(self, body: Body, role: str) -> AssignmentState:
        """Give a body a part, with the clock in which it has to check in."""
        assignment = AssignmentState(
            id=uuid7(),
            utility_code=body.code,
            role=role,
            status="waiting",
            round=self.report.round,
            assigned_at=self.now,
            office_of=body.office_of,
        )
        self.assignments[assignment.id] = assignment
        self.see([f"u:{self.report.county_code}:{body.code}"])
        return assignment

    def change(self, assignment: AssignmentState, **columns: Any) -> AssignmentState:
        """Change columns of an assignment; its version rises once a step."""
        changed = replace(assignment, **columns)
        known = {a.id: a.version for a in self.before.assignments}
        changed = replace(changed, version=known.get(changed.id, 0) + 1)
        self.assignments[changed.id] = changed
        return changed

    def cancel_work(self) -> None:
        """Cancel the parts of bodies that have not fed back, and what they asked for."""
        for assignment in self.current():
            if assignment.status in WORKING_ASSIGNMENT:
                self.end_part(assignment, status="cancelled")

    def end_part(self, assignment: AssignmentState, **columns: Any) -> AssignmentState:
        """End a body's part: its clocks stop and a request that waits is dropped."""
        self.stop_clocks(("check_in", "handle"), assignment.id)
        for request in list(self.requests.values()):
            if request.assignment_id == assignment.id and request.status == "pending":
                self.requests[request.id] = replace(request, status="dropped", decided_at=self.now)
        return self.change(assignment, requested=None, **columns)

    # The end

    def close(self, outcome: str) -> None:
        """Close the report: work is cancelled, clocks stop, and a resident may be asked."""
        self.cancel_work()
        self.stop_clocks(clocks.STAGES)
        self.set(status="closed", outcome=outcome, closed_at=self.now, reopen_requested=False)
        if outcome in EVALUATED_OUTCOMES:
            evaluation = EvaluationState(
                id=uuid7(),
                round=self.report.round,
                created_at=self.now,
                expires_at=self.now + dt.timedelta(days=EVALUATION_DAYS),
            )
            self.evaluations[evaluation.id] = evaluation

    def count_return(self) -> None:
        """Count a return or a transfer; the third one lifts the report to the municipal centre."""
        returns = self.report.returns + 1
        self.set(returns=returns)
        if returns >= RETURNS_TO_RISE and self.report.level == "town":
            self.set(level="municipal")
            self.details["raised"] = "third_return"

    def settle(self) -> Case:
        """Return the case after the step: version raised, due instants those of its stage."""
        self.set(version=self.before.report.version + 1)
        self.mirror()
        return self.case()

    def mirror(self) -> None:
        """Set the report's due instants to those of the clock of its present stage."""
        clock = stage_clock(self.case())
        self.set(
            due_at=clock.due_at if clock else None, yellow_at=clock.yellow_at if clock else None
        )

    def promise(self) -> None:
        """Set the closing deadline: when the lead's handling is due.

        Until the lead has checked in, it is counted from the latest allowed check-in.
        """
        lead = self.lead()
        if lead is None:
            self.set(close_due_at=None)
            return
        handle = self.running_clock("handle", lead.id)
        check_in = self.running_clock("check_in", lead.id)
        if handle is not None:
            self.set(close_due_at=handle.due_at)
        elif check_in is not None:
            limit = self.book.limit_of(self.report.category_code, "handle", self.report.received_at)
            ahead = clocks.begin(self.book, "handle", check_in.due_at, limit)
            self.set(close_due_at=ahead.due_at)

    def case(self) -> Case:
        """Return the case as it stands."""
        return Case(
            report=self.report,
            assignments=tuple(self.assignments.values()),
            clocks=tuple(self.clocks.values()),
            requests=tuple(self.requests.values()),
            evaluations=tuple(self.evaluations.values()),
            meetings=tuple(self.meetings.values()),
        )

    def put_request(self, request: RequestState) -> None:
        """Add or change a request for time."""
        self.requests[request.id] = request

    def put_meeting(self, meeting: MeetingState) -> None:
        """Add or change a meeting."""
        self.meetings[meeting.id] = meeting


def stage_clock(case: Case) -> ClockState | None:
    """Return the running clock of the stage that a report's status says, if any."""
    lead = case.lead()
    stage, owner = {
        "received": ("accept", None),
        "accepted": ("accept", None),
        "dispatched": ("check_in", lead.id if lead else None),
        "handling": ("handle", lead.id if lead else None),
        "handled": ("verify", None),
    }.get(case.report.status, ("", None))
    for clock in clocks.running(case.clocks, stage or "none"):
        if clock.assignment_id == owner:
            return clock
    return None
