"""Reports of one cause (同源): merged into one, carried by its steps, and taken apart again. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gis import clocks
from gis.errors import Conflict
from gis.ids import public_id
from gis.workflow.case import Case
from gis.workflow.guards import parties_of
from gis.workflow.step import Step

# What a merged report takes over from the one it was merged into, and gets back when unmerged.
_COURSE = ("status", "accepted_at", "dispatched_at", "checked_in_at", "handled_at", "close_due_at")


def merge(child: Step, parent: Step) -> None:
    """Merge a report into another: it stops its own course and follows the other's.

    Raises
    ------
    Conflict
        The other report is closed, was merged itself, or is another centre's: who merges hands the
        report to whoever acts on the other one, and so has to be that centre.
    """
    into = parent.report
    if into.id == child.report.id:
        raise Conflict("A report cannot be merged into itself.")
    if "centre" not in parties_of(into, child.actor, ()):
        raise Conflict("The other report is with another centre; escalate or transfer this one.")
    if into.status == "closed":
        raise Conflict("The other report is closed; only open reports are merged.")
    if into.merged_into is not None:
        raise Conflict("The other report was merged itself; merge into the one it belongs to.")
    working = [a for a in child.current() if a.status in {"waiting", "handling"}]
    child.details |= {
        "into": public_id(into.county_code, into.id),
        "number": into.number,
        "was": {
            **{name: getattr(child.report, name) for name in _COURSE},
            "assignments": {str(a.id): a.status for a in working},
            "clocks": [str(clock.id) for clock in clocks.running(child.clocks.values())],
        },
    }
    child.cancel_work()
    child.stop_clocks(clocks.STAGES)
    child.set(merged_into=into.id)
    follow(child, parent.before)
    parent.set(merged_count=into.merged_count + 1)
    parent.details |= {
        "merged": public_id(child.report.county_code, child.report.id),
        "number": child.report.number,
    }


def unmerge(child: Step, parent: Step, was: Mapping[str, Any]) -> None:
    """Give a merged report its own course back: the time in between does not count.

    One that was closed and opened again with the other has none any more, its parts are of an
    earlier round: it stands where a reopened report does.

    Parameters
    ----------
    was
        What the `merge` kept of the report's own course, as it stands in its event, and its round.
    """
    release(child, parent)
    if was["round"] != child.report.round:
        reset = dict.fromkeys(_COURSE[2:])
        child.set(**reset, status="accepted", accepted_at=child.report.accepted_at or child.now)
        child.start_clock("accept")
        return
    columns: dict[str, Any] = {name: was[name] for name in _COURSE}
    for name in _COURSE[1:]:
        columns[name] = dt.datetime.fromisoformat(was[name]) if was[name] else None
    child.set(**columns)
    for assignment in list(child.assignments.values()):
        if str(assignment.id) in was["assignments"]:
            child.change(assignment, status=was["assignments"][str(assignment.id)])
    for clock in list(child.clocks.values()):
        if str(clock.id) in was["clocks"]:
            child.clocks[clock.id] = clocks.resume(child.book, clock, child.now)
    child.promise()


def release(child: Step, parent: Step) -> None:
    """Cut the link between a merged report and the one it was merged into."""
    child.set(merged_into=None)
    parent.set(merged_count=max(parent.report.merged_count - 1, 0))
    child.details["from"] = public_id(parent.report.county_code, parent.report.id)
    parent.details |= {
        "unmerged": public_id(child.report.county_code, child.report.id),
        "number": child.report.number,
    }


def is_carried(child: Case, parent: Case) -> bool:
    """Say whether a merged report still follows: not when it ended on its own."""
    return (
        child.report.merged_into == parent.report.id
        and child.report.status == parent.report.status
        and child.report.closed_at == parent.report.closed_at
    )


def carry(child: Step, parent: Step) -> None:
    """Let a merged report follow a step of the report it was merged into."""
    after = parent.report
    if after.status == "closed" and after.outcome is not None:
        child.close(after.outcome)
        follow(child, parent.case())
    else:
        if child.report.status == "closed":
            child.set(
                round=child.report.round + 1, outcome=None, closed_at=None, reopen_requested=False
            )
        follow(child, parent.case())
    child.details["with"] = public_id(after.county_code, after.id)


def follow(child: Step, parent: Case) -> None:
    """Take over status and instants of the other report, and let its bodies read this one."""
    report = parent.report
    child.set(
        status=report.status,
        accepted_at=child.report.accepted_at or report.accepted_at,
        dispatched_at=report.dispatched_at,
        checked_in_at=report.checked_in_at,
        handled_at=report.handled_at,
        close_due_at=report.close_due_at,
        cause=report.cause,
    )
    child.see(f"u:{report.county_code}:{a.utility_code}" for a in parent.assignments)


def settle_carried(child: Step, parent: Step) -> Case:
    """Return a followed case after the step, due when the other is."""
    case = child.settle()
    if case.report.merged_into is None:
        return case
    return replace(
        case,
        report=replace(case.report, due_at=parent.report.due_at, yellow_at=parent.report.yellow_at),
    )
