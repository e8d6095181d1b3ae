"""What each action does to a case. Pure: `Step` holds the working copy.

The edge has been found legal before; what is refused here depends on values of the fields.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gis import clocks
from gis.audience import audience_of_report
from gis.errors import Conflict, InvalidInput
from gis.ids import uuid7
from gis.workflow import meeting
from gis.workflow.case import AssignmentState, RequestState
from gis.workflow.guards import own_assignment
from gis.workflow.step import References, Step
from gis.workflow.table import Edge

Fields = Mapping[str, Any]
Effect = Callable[[Step, Fields, References], None]

# Fields that the history keeps as they were sent; the others are kept by the effects below.
_TOLD = ("reason", "result", "cause", "remedy", "photos")


def apply(step: Step, edge: Edge, fields: Fields, references: References) -> None:
    """Carry an edge out on the working copy.

    Raises
    ------
    Conflict
        What was asked for may not be granted in the present state.
    InvalidInput
        A field's value does not fit the case.
    """
    step.details |= {name: fields[name] for name in _TOLD if name in fields}
    _EFFECTS[edge.action](step, fields, references)
    if edge.target is not None and edge.target != "closed":
        step.set(status=edge.target)


def _accept(step: Step, _fields: Fields, _references: References) -> None:
    step.stop_clocks(("accept",))
    # Filing and dispatching each get the stage's limit: no status goes without a clock.
    step.start_clock("accept")
    step.set(accepted_at=step.now)


def _reject(step: Step, fields: Fields, references: References) -> None:
    step.close("duplicate" if _is_duplicate(step, fields, references) else "rejected")


def _resolve_on_site(step: Step, _fields: Fields, _references: References) -> None:
    # Never filed, so no accepted_at: statistics show these cases beside the accepted ones.
    step.set(handled_at=step.now)
    step.close("self_resolved")


def _dispatch(step: Step, fields: Fields, references: References) -> None:
    step.stop_clocks(("accept",))
    _assign(step, fields, references)
    step.set(dispatched_at=step.now, checked_in_at=None, handled_at=None)
    step.promise()


def _reassign(step: Step, fields: Fields, references: References) -> None:
    lead = step.lead()
    if lead is not None and lead.utility_code == fields["lead"] and not fields.get("assisting"):
        raise Conflict("This body has the lead already.")
    if lead is not None and lead.utility_code != fields["lead"]:
        step.end_part(lead, status="cancelled")
    _assign(step, fields, references)
    step.promise()


def _assign(step: Step, fields: Fields, references: References) -> None:
    """Give the named bodies their parts; one that helps already is not asked twice."""
    wanted = [(fields["lead"], "lead")]
    wanted += [
        (code, "assisting") for code in fields.get("assisting", ()) if code != fields["lead"]
    ]
    for code, role in wanted:
        has = next((a for a in step.current() if a.utility_code == code), None)
        if has is not None and role in {has.role, "assisting"}:
            continue
        if has is not None:  # an assisting body is asked to lead
            step.end_part(has, status="cancelled")
        step.start_clock("check_in", step.assign(references.bodies[code], role))
    step.details |= {
        "lead": fields["lead"],
        "assisting": [code for code, role in wanted if role == "assisting"],
    }


def _own(step: Step) -> AssignmentState:
    own = own_assignment(step.report, step.actor, list(step.assignments.values()))
    if own is None:  # the guard has looked
        raise Conflict("Your body has no part in this report.")
    step.details |= {"utility": own.utility_code, "role": own.role}
    return own


def _check_in(step: Step, _fields: Fields, _references: References) -> None:
    own = _own(step)
    step.stop_clocks(("check_in",), own.id)
    own = step.change(own, status="handling", checked_in_at=step.now)
    meeting.hold_to_decision(step, step.start_clock("handle", own), own.id)
    if own.role == "lead":
        step.set(checked_in_at=step.now)
        step.promise()


def _return(step: Step, fields: Fields, _references: References) -> None:
    own = _own(step)
    step.end_part(own, status="returned", returned_at=step.now, return_reason=fields["reason"])
    if own.role == "lead":
        step.set(checked_in_at=None, close_due_at=None)
        step.start_clock("accept")
        step.count_return()


def _feed_back(step: Step, fields: Fields, _references: References) -> None:
    own = step.end_part(
        _own(step),
        status="fed_back",
        fed_back_at=step.now,
        result=fields["result"],
        cause=fields.get("cause", ""),
        remedy=fields.get("remedy", ""),
    )
    if own.role == "lead":
        step.set(handled_at=step.now, cause=own.cause)
        step.start_clock("verify")


def _request(step: Step, fields: Fields, _references: References) -> None:
    own = _own(step)
    until: dt.datetime | None = fields.get("until")
    request = RequestState(
        id=uuid7(),
        assignment_id=own.id,
        kind="suspension" if until else "extension",
        reason=fields["reason"],
        requested_at=step.now,
        until=until,
    )
    step.put_request(request)
    step.change(own, requested=request.kind)
    step.details |= {"request": str(request.id), "until": until}


def _pending(step: Step, fields: Fields) -> RequestState:
    pending = [r for r in step.requests.values() if r.status == "pending"]
    named = [r for r in pending if r.id == fields.get("request", r.id)]
    if not named:
        raise Conflict("That request is not waiting for an answer.")
    if len(named) > 1:
        raise InvalidInput.of("request", "Several requests wait; name the one you mean.")
    return named[0]


def _approve(step: Step, fields: Fields, _references: References) -> None:
    request = _pending(step, fields)
    clock = step.running_clock("handle", request.assignment_id)
    if clock is None:
        raise Conflict("There is no running limit that could be changed.")
    if request.until is None:
        step.clocks[clock.id] = clocks.extend(step.book, clock)
    elif request.until > step.now:
        step.clocks[clock.id] = clocks.suspend(step.book, clock, step.now, request.until)
    else:
        raise Conflict("The pause asked for has ended by now; refuse the request.")
    _decided(step, request, "approved", fields.get("reason", ""))
    step.promise()


def _refuse(step: Step, fields: Fields, _references: References) -> None:
    _decided(step, _pending(step, fields), "refused", fields["reason"])


def _decided(step: Step, request: RequestState, status: str, decision: str) -> None:
    step.put_request(replace(request, status=status, decided_at=step.now, decision=decision))
    assignment = step.change(step.assignments[request.assignment_id], requested=None)
    step.details |= {
        "request": str(request.id),
        "kind": request.kind,
        "utility": assignment.utility_code,
        "until": request.until,
    }


def _close(step: Step, fields: Fields, references: References) -> None:
    outcome = fields.get("outcome", "resolved")
    repeats = _is_duplicate(step, fields, references)
    if repeats != (outcome == "duplicate"):
        raise InvalidInput.of(
            "duplicate_of", "Outcome `duplicate` needs the report it repeats, and only it."
        )
    step.details["outcome"] = outcome
    step.close(outcome)


def _is_duplicate(step: Step, fields: Fields, references: References) -> bool:
    """Only the same person reporting twice is a duplicate; others' reports are merged."""
    if "duplicate_of" not in fields:
        return False
    if not references.same_person:
        raise InvalidInput.of(
            "duplicate_of",
            "That report is another person's, or there is no such; merge them instead.",
        )
    if step.report.merged_count:
        raise Conflict("Reports of other people were merged into it; unmerge them first.")
    step.details["duplicate_of"] = references.duplicate_of
    return True


def _rework(step: Step, _fields: Fields, _references: References) -> None:
    step.stop_clocks(("verify",))
    lead = step.lead()
    if lead is not None:
        step.start_clock("handle", step.change(lead, status="handling", fed_back_at=None))
        step.details["utility"] = lead.utility_code
    step.set(handled_at=None)


def _reopen(step: Step, _fields: Fields, _references: References) -> None:
    step.set(
        round=step.report.round + 1, outcome=None, closed_at=None, reopen_requested=False,
        dispatched_at=None, checked_in_at=None, handled_at=None, close_due_at=None,
        accepted_at=step.report.accepted_at or step.now,
    )  # fmt: skip
    step.start_clock("accept")


def _withdraw(step: Step, _fields: Fields, _references: References) -> None:
    step.close("withdrawn")


def _escalate(step: Step, _fields: Fields, _references: References) -> None:
    step.set(level="municipal")


def _hand_down(step: Step, _fields: Fields, _references: References) -> None:
    step.set(level="town")


def _transfer(step: Step, _fields: Fields, references: References) -> None:
    before, after = step.report.town_code, references.town_code
    if before == after:
        raise InvalidInput.of("town", "The report is with this town already.")
    kept = [member for member in step.report.audience if member != f"t:{before}"]
    step.set(town_code=after, audience=tuple(dict.fromkeys((*kept, f"t:{after}"))))
    step.details |= {"from": before, "town": after}
    step.count_return()


def _hand_over(step: Step, _fields: Fields, references: References) -> None:
    step.details |= references.handed_over
    step.close("transferred")


def _recategorise(step: Step, fields: Fields, references: References) -> None:
    before = step.report.category_code
    if before == fields["category"]:
        raise InvalidInput.of("category", "The report has this category already.")
    step.set(category_code=fields["category"])
    if references.category_level == "municipal":
        step.set(level="municipal")
    step.details |= {"from": before, "category": fields["category"]}
    _place(step, references)
    for clock in clocks.running(step.clocks.values()):
        if meeting.is_decided(step, clock):
            continue
        limit = step.book.limit_of(fields["category"], clock.stage, step.report.received_at)
        step.clocks[clock.id] = clocks.relimit(step.book, clock, limit)
    if step.lead() is not None:
        step.promise()


def _move(step: Step, _fields: Fields, references: References) -> None:
    step.details["from_grid"] = step.report.grid_code
    step.set(town_code=references.town_code)
    _place(step, references)
    step.details["grid"] = step.report.grid_code
    if references.town_code is None:
        step.set(level="municipal")


def _place(step: Step, references: References) -> None:
    """Take over a new match, and with it who may read: by area, and whoever had a part."""
    report = step.report
    placement = dict(references.placement or report.placement)
    parts = {a.utility_code for a in step.assignments.values()}
    invited = {body["utility"] for m in step.meetings.values() for body in m.bodies}
    audience = audience_of_report(
        report.county_code,
        town_code=report.town_code,
        grid_code=placement["grid_code"],
        account_id=report.account_id,
        utility_codes=parts | invited | set(references.covering_utilities),
    )
    step.set(placement=placement, audience=tuple(audience))


_EFFECTS: Mapping[str, Effect] = {
    "accept": _accept,
    "reject": _reject,
    "resolve_on_site": _resolve_on_site,
    "dispatch": _dispatch,
    "reassign": _reassign,
    "check_in": _check_in,
    "return": _return,
    "feed_back": _feed_back,
    "request_extension": _request,
    "request_suspension": _request,
    "approve": _approve,
    "refuse": _refuse,
    "close": _close,
    "rework": _rework,
    "reopen": _reopen,
    "withdraw": _withdraw,
    "escalate": _escalate,
    "hand_down": _hand_down,
    "hand_over": _hand_over,
    "transfer": _transfer,
    "recategorise": _recategorise,
    "move": _move,
    "convene": meeting.convene,
    "acknowledge": meeting.acknowledge,
    "record_minutes": meeting.record_minutes,
}
