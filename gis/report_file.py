"""Everything the page of one report shows, read in one moment."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import orjson

from gis import reports
from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.dispatching import find_last_step
from gis.merged import family_of
from gis.messages import list_messages
from gis.report_documents import Document
from gis.suggestions import Suggestions, suggest
from gis.surroundings import Surroundings, find_surroundings
from gis.workflow.case import AssignmentState, Case
from gis.workflow.guards import LastStep, legal_actions, own_assignment
from gis.workflow.store import load_cases, read_reports

# Steps for which a page offers suggested bodies or reports alike.
_ADVISED = frozenset({"dispatch", "reassign", "merge", "accept", "reject", "close"})


@dataclass(frozen=True)
class ReportFile:
    """A report with all that its page tells and offers.

    Attributes
    ----------
    document
        The report as the API gives it out; its ``actions`` are all that are legal now, those of
        meetings and `undo` included.
    steps
        The history, oldest first, as the API gives it out.
    messages
        The thread, oldest first.
    merged
        Rows {id, number, description, status} of the reports merged into this one.
    parent
        The report this one was merged into, as {id, number}.
    own
        The part of the actor's own body in the present round.
    last
        The last step while it can still be undone by this actor.
    evaluation_open
        Whether an evaluation of the present round waits for an answer.
    """

    document: Document
    case: Case
    steps: list[dict[str, Any]]
    messages: list[Row]
    merged: list[Row]
    parent: Row | None
    own: AssignmentState | None
    last: LastStep | None
    evaluation_open: bool
    suggestions: Suggestions | None
    surroundings: Surroundings | None


def open_report(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, *, now: dt.datetime
) -> ReportFile:
    """Read all there is to show of one report.

    Parameters
    ----------
    tx
        A transaction that sees what the actor sees; afterwards it may see the whole county.

    Raises
    ------
    NotFound
        There is none, or the actor may not know of it.
    """
    document = reports.get_report(tx, actor, report_id, now=now)
    state = read_reports(tx, actor.county_code, [report_id])[report_id]
    case = load_cases(tx, [state])[report_id]
    last = find_last_step(tx, actor.county_code, report_id)
    document["actions"] = legal_actions(
        state, actor, case.assignments, meetings=case.meetings, last=last, now=now
    )
    history = orjson.loads(reports.history_json(tx, actor, report_id))
    thread = list_messages(tx, actor, report_id)
    family = family_of(tx, actor, report_id)
    lon, lat = _spot(document)
    surroundings = find_surroundings(
        tx,
        actor.county_code,
        lon=lon,
        lat=lat,
        grid_code=state.grid_code,
        utility_code=state.utility_code,
    )
    advised = actor.role == "dispatcher" and _ADVISED.intersection(document["actions"])
    return ReportFile(
        document=document,
        case=case,
        steps=history,
        messages=thread.messages,
        merged=family.children,
        parent=family.parent,
        own=own_assignment(state, actor, case.assignments),
        last=last if "undo" in document["actions"] else None,
        evaluation_open=any(
            e.answered_at is None
            and e.round == state.round
            and e.expires_at is not None
            and e.expires_at > now
            for e in case.evaluations
        )
        and state.status == "closed",
        # Last: how busy bodies are is read with the county's eyes.
        suggestions=suggest(tx, actor, report_id, now=now) if advised else None,
        surroundings=surroundings,
    )


def _spot(document: Document) -> tuple[float | None, float | None]:
    """Return where a report is: its position, else that of the place it names."""
    for one in (document, document["place"]):
        if one is not None and one["location"] is not None:
            lon, lat = one["location"]["coordinates"]
            return lon, lat
    return None, None
