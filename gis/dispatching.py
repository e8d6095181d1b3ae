"""The one entry to the life of a report: what an actor does to it, in one transaction.

`act` refuses in the order of the API: not found, wrong fields, a role that never may, a version
not sent, a version outrun, a state that forbids it. What is allowed stands in
`gis.workflow.table`, what it does in `gis.workflow.effects`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gis.audience import Actor
from gis.clocks import time_book
from gis.db.database import Database, Row, Transaction
from gis.errors import (
    Conflict,
    GridCallError,
    InvalidInput,
    NotAllowed,
)
from gis.messages import add_message
from gis.workflow import effects, gate, merging, undo
from gis.workflow.case import AssignmentState, Part, ReportState, Standing, of_row
from gis.workflow.guards import (
    LastStep,
    legal_actions,
)
from gis.workflow.handing_over import hand_over
from gis.workflow.record import (
    Author,
    Change,
    find_way_back,
    keep_way_back,
    write,
)
from gis.workflow.step import Step
from gis.workflow.store import load_cases, lock_merged, report_row
from gis.workflow.table import (
    SILENT,
    UNDO,
    Edge,
    roles_of,
)

__all__ = [
    "ActResult",
    "LastStep",
    "Order",
    "Part",
    "Standing",
    "act",
    "act_many",
    "find_last_step",
    "legal_actions",
    "list_parts",
]

# Steps that the reports merged into one follow although its status stays the same.
_FOLLOWED = frozenset({"reassign"})


@dataclass(frozen=True)
class Order:
    """One action of many, as the API takes them."""

    report_id: uuid.UUID
    action: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    if_match: str | None = None


@dataclass(frozen=True)
class ActResult:
    """What became of one action of many: the report's row, or the error."""

    report_id: uuid.UUID
    row: Row | None
    error: GridCallError | None


def act(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    action: str,
    fields: Mapping[str, Any],
    if_match: str | None,
    now: dt.datetime,
) -> Row:
    """Do one action to one report.

    Parameters
    ----------
    tx
        A transaction of its own; afterwards it sees the whole county, so that the caller can show
        a report that has just left the actor's view.
    action, fields
        A name of `gis.workflow.table.ACTIONS`, and what goes with it.
    if_match
        The version the actor saw: of the own assignment for what a body does, else the report's.

    Returns
    -------
    Row
        The report's columns after the step.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    InvalidInput
        Names each field that is missing, unknown or names nothing.
    NotAllowed
        The actor's role never does this.
    PreconditionRequired, PreconditionFailed
        No version was sent, or it has been outrun; the latter shows what changed.
    Conflict
        The state forbids it; ``details["possible"]`` names what is possible.
    """
    tx.see_as(actor)
    report, other = gate.lock(tx, actor, report_id, action, fields)
    book = time_book(tx, report.county_code)
    values, references = gate.read(tx, report, action, fields, book, now)
    if actor.role not in roles_of(action):
        raise NotAllowed(f"The role `{actor.role}` never does `{action}`.")
    cases = load_cases(tx, [report, other] if other else [report])
    parent = cases[other.id] if other else None
    deed = gate.Deed(actor, action, values, references, book, now, cases[report.id], parent)
    return report_row(_do(tx, deed, if_match))


def act_many(
    db: Database, actor: Actor, orders: Sequence[Order], now: dt.datetime
) -> list[ActResult]:
    """Do many actions, each in a transaction of its own; one result an order, in order."""
    results = []
    for order in orders:
        try:
            with db.transaction() as tx:
                row = act(
                    tx, actor, order.report_id, order.action, order.fields, order.if_match, now
                )
            results.append(ActResult(order.report_id, row, None))
        except GridCallError as error:
            results.append(ActResult(order.report_id, None, error))
    return results


def find_last_step(tx: Transaction, county_code: str, report_id: uuid.UUID) -> LastStep | None:
    """Return the last undoable step on a report while nothing has happened since."""
    way_back = find_way_back(tx, county_code, report_id)
    return way_back.step if way_back else None


def list_parts(
    tx: Transaction, county_code: str, report_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[AssignmentState]]:
    """Return the assignments of many reports: what `legal_actions` wants for a page of them."""
    parts: dict[uuid.UUID, list[AssignmentState]] = {report_id: [] for report_id in report_ids}
    for row in tx.query("case_assignments", {"county_code": county_code, "ids": list(report_ids)}):
        parts[row["report_id"]].append(of_row(AssignmentState, row))
    return parts


def _do(tx: Transaction, deed: gate.Deed, if_match: str | None) -> ReportState:
    """Check version and state, then carry the action out."""
    report = deed.case.report
    if deed.action == "merge" and deed.parent is None:
        raise InvalidInput.of("into", "There is no such report.")
    way_back = find_way_back(tx, report.county_code, report.id) if deed.action == UNDO else None
    gate.check_version(tx, deed, if_match, way_back)
    try:
        if deed.action == UNDO:
            if way_back is None:
                raise Conflict("There is no last step that could be undone.")
            tx.see_county(report.county_code)
            return undo.take_back(tx, deed.actor, report, way_back, deed.now)
        edge = gate.legal_edge(deed)
        tx.see_county(report.county_code)
        return _speak(tx, deed) if deed.action in SILENT else _step(tx, deed, edge)
    except Conflict as conflict:
        raise gate.explained(tx, conflict, deed) from conflict


def _speak(tx: Transaction, deed: gate.Deed) -> ReportState:
    """Write words: a message and an event; the report stays as it is."""
    case, fields = deed.case, deed.fields
    details: dict[str, Any] = {"of": fields.get("of")}
    if "text" in fields:
        details["message"] = add_message(
            tx,
            deed.actor,
            case.report.id,
            fields["text"],
            deed.now,
            asked_of=fields.get("of", ""),
        )
    write(tx, [Change(case, case, deed.action, details)], Author.of(deed.actor), deed.now)
    return case.report


def _step(tx: Transaction, deed: gate.Deed, edge: Edge) -> ReportState:
    """Carry an edge out on the report and on those that follow it, and write it."""
    if deed.action == "hand_over":
        deed = replace(deed, references=hand_over(tx, deed))
    step = Step(deed.case, deed.actor, deed.now, deed.book)
    touched = [step]
    if deed.parent is not None:
        other = Step(deed.parent, deed.actor, deed.now, deed.book)
        _link(tx, deed, step, other)
        touched.append(other)
    if deed.action not in {"merge", "unmerge"}:
        effects.apply(step, edge, deed.fields, deed.references)
    changes = [Change(deed.case, step.settle(), deed.action, step.details)]
    # Reopening or withdrawing a merged report cuts it loose, and nothing else of the other one.
    told = "unmerge" if deed.action in {"reopen", "withdraw"} else deed.action
    changes += [Change(s.before, s.settle(), told, s.details) for s in touched[1:]]
    if deed.action == "merge":
        changes[0] = _following(step, touched[1], deed.action)
    if deed.case.report.merged_count and (edge.target or deed.action in _FOLLOWED):
        changes += _carried(tx, deed, step)
    write(tx, changes, Author.of(deed.actor), deed.now)
    if edge.undoable:
        keep_way_back(tx, changes, deed.actor, deed.now)
    return changes[0].after.report


def _link(tx: Transaction, deed: gate.Deed, child: Step, parent: Step) -> None:
    """Tie a report to another or cut it loose."""
    match deed.action:
        case "merge":
            merging.merge(child, parent)
        case "unmerge":
            merging.unmerge(child, parent, _own_course(tx, child.report))
        case _:
            merging.release(child, parent)


def _own_course(tx: Transaction, report: ReportState) -> Mapping[str, Any]:
    """Return what the last `merge` kept of a report's own course, and in which round."""
    course: Mapping[str, Any] = tx.scalar(
        "SELECT details -> 'was' || jsonb_build_object('round', round) FROM report_event"
        " WHERE county_code = %(county)s AND report_id = %(id)s AND action = 'merge'"
        " AND details ? 'was' ORDER BY version DESC LIMIT 1",
        {"county": report.county_code, "id": report.id},
    )
    return course


def _carried(tx: Transaction, deed: gate.Deed, parent: Step) -> list[Change]:
    """Let the reports merged into this one follow its step."""
    changes = []
    for case in load_cases(tx, lock_merged(tx, deed.case.report).values()).values():
        if merging.is_carried(case, deed.case):
            child = Step(case, deed.actor, deed.now, deed.book)
            merging.carry(child, parent)
            changes.append(_following(child, parent, deed.action))
    return changes


def _following(child: Step, parent: Step, action: str) -> Change:
    return Change(child.before, merging.settle_carried(child, parent), action, child.details)
