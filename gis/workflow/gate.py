"""What stands before a step: the report locked, fields read, version and state checked.

The order of refusals is the API's: not found, wrong fields, a role that never may, a version not
sent, a version outrun, a state that forbids it.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis.audience import Actor
from gis.clocks import TimeBook
from gis.db.database import Row, Transaction
from gis.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
)
from gis.ids import parse_public_id
from gis.workflow.case import AssignmentState, Case, ReportState
from gis.workflow.fields import read_fields
from gis.workflow.guards import (
    Situation,
    acts_for,
    applies,
    legal_actions,
    own_assignment,
    parties_of,
    refusal,
    undo_refusal,
)
from gis.workflow.record import WayBack, find_way_back
from gis.workflow.references import look_up
from gis.workflow.step import References
from gis.workflow.store import lock_reports
from gis.workflow.table import ACTIONS, UNDO, Edge, edges_of, fields_of

_TOUCHES_PARENT = frozenset({"unmerge", "reopen", "withdraw"})
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"|(\d{1,9})')


@dataclass(frozen=True)
class Deed:
    """An action about to be carried out: everything that was read and checked for it."""

    actor: Actor
    action: str
    fields: Mapping[str, Any]
    references: References
    book: TimeBook
    now: dt.datetime
    case: Case
    parent: Case | None


def lock(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    action: str,
    fields: Mapping[str, Any],
) -> tuple[ReportState, ReportState | None]:
    """Lock the report, and the other one that a merge is about, always the parent first."""
    other_id: uuid.UUID | None = None
    locked: dict[uuid.UUID, ReportState] = {}
    if action == "merge":
        other_id = _named_report(actor, fields.get("into"))
        both = {report_id} if other_id is None else {report_id, other_id}
        locked = lock_reports(tx, actor.county_code, sorted(both))
    else:
        if action in _TOUCHES_PARENT:
            other_id = tx.scalar(
                "SELECT merged_into FROM report WHERE county_code = %(county)s AND id = %(id)s",
                {"county": actor.county_code, "id": report_id},
            )
        if other_id is not None:  # it may lie where the actor cannot see
            tx.see_county(actor.county_code)
            locked = lock_reports(tx, actor.county_code, [other_id])
            tx.see_as(actor)
        if action == UNDO:  # the step may have taken the report out of the actor's view
            tx.see_county(actor.county_code)
        locked |= lock_reports(tx, actor.county_code, [report_id])
    report = locked.get(report_id)
    # The same test in code: where the login owns the tables, row-level security does not apply.
    if report is None or not (
        set(report.audience).intersection(actor.audience)
        or (action == UNDO and _stepped_last(tx, actor, report))
    ):
        raise NotFound("There is no such report.")
    return report, locked.get(other_id) if other_id else None


def _stepped_last(tx: Transaction, actor: Actor, report: ReportState) -> bool:
    way_back = find_way_back(tx, report.county_code, report.id)
    return way_back is not None and way_back.step.account_id == actor.account_id


def _named_report(actor: Actor, text: Any) -> uuid.UUID | None:
    try:
        county_code, report_id = parse_public_id(text if isinstance(text, str) else "")
    except NotFound:
        return None
    return report_id if county_code == actor.county_code else None


def read(
    tx: Transaction,
    report: ReportState,
    action: str,
    fields: Mapping[str, Any],
    book: TimeBook,
    now: dt.datetime,
) -> tuple[dict[str, Any], References]:
    """Read the fields of an action, and look up what they name."""
    if action not in ACTIONS:
        raise InvalidInput.of("action", f"Must be one of: {', '.join(ACTIONS)}.")
    values = read_fields(fields_of(action), fields, action)
    return values, look_up(tx, action, values, report, book, now)


def parse_if_match(text: str | None) -> int | None:
    """Return the version of an ``If-Match`` header; None if missing or ``*``, -1 if malformed.

    Examples
    --------
    >>> [parse_if_match(text) for text in ('"7"', 'W/"7"', "7", "*", None, "x")]
    [7, 7, 7, None, None, -1]
    """
    if text is None or text.strip() in {"", "*"}:
        return None
    match = _ETAG.fullmatch(text.strip())
    return int(match[1] or match[2]) if match else -1


def check_version(
    tx: Transaction, deed: Deed, if_match: str | None, way_back: WayBack | None = None
) -> None:
    """Refuse a step whose actor has not seen the present version.

    An `undo` may send the report's version or the own assignment's: nothing has happened since
    the step either way. Where the last step is not the actor's, the state forbids the undo,
    whatever the version.
    """
    whose = "report" if deed.action == UNDO else edges_of(deed.action)[0].version_of
    if whose == "none":
        return
    seen = parse_if_match(if_match)
    if seen is None:
        raise PreconditionRequired(
            f"Send the version you saw of the {whose} as If-Match, so that nobody's step is"
            " overwritten."
        )
    own, current = _latest_own(deed), deed.case.report.version
    if deed.action == UNDO and (
        undo_refusal(deed.actor, way_back.step if way_back else None, deed.now)
        or (own is not None and seen == own.version)
    ):
        return
    if whose == "assignment":
        if own is None:  # then the state forbids it, whatever the version
            return
        current = own.version
    if seen != current:
        raise PreconditionFailed(
            f"The {whose} is at version {current} now; look at what changed and decide again.",
            {
                "version": current,
                "status": deed.case.report.status,
                "changes": _changes(tx, deed, seen if whose == "report" else None),
            },
        )


def _latest_own(deed: Deed) -> AssignmentState | None:
    """Return the part the actor's body has, or the one it had last."""
    parts = deed.case.assignments
    own = own_assignment(deed.case.report, deed.actor, parts)
    earlier = [part for part in parts if acts_for(deed.actor, part)]
    return own or max(earlier, key=lambda part: (part.round, part.assigned_at), default=None)


def _changes(tx: Transaction, deed: Deed, seen: int | None) -> list[Row]:
    """Return the steps since a version, the newest first; the last few where it is not known."""
    report = deed.case.report
    return tx.rows(
        "SELECT action, at, version, actor_name, actor_role, status_after FROM report_event"
        " WHERE county_code = %(county)s AND report_id = %(id)s AND version > %(seen)s"
        " ORDER BY version DESC, id DESC LIMIT 10",
        {"county": report.county_code, "id": report.id, "seen": seen or 0},
    )


def legal_edge(deed: Deed) -> Edge:
    """Return the edge that the actor may take.

    Raises
    ------
    Conflict
        There is none in the present state.
    """
    report, parts = deed.case.report, deed.case.assignments
    meetings = deed.case.meetings
    parties = parties_of(report, deed.actor, parts, meetings)
    situation = Situation(report, deed.actor, parts, parties, deed.now, meetings)
    why = f"`{deed.action}` is not possible for you while the report is `{report.status}`."
    for edge in edges_of(deed.action):
        if applies(edge, situation):
            refused = refusal(edge, situation)
            if refused is None:
                return edge
            why = refused
    raise Conflict(why)


def explained(tx: Transaction, conflict: Conflict, deed: Deed) -> Conflict:
    """Return the refusal with what is possible instead."""
    case = deed.case
    way_back = find_way_back(tx, case.report.county_code, case.report.id)
    possible = legal_actions(
        case.report,
        deed.actor,
        case.assignments,
        meetings=case.meetings,
        last=way_back.step if way_back else None,
        now=deed.now,
    )
    details = {"possible": possible, "status": case.report.status, **conflict.details}
    return Conflict(conflict.detail, details)
