"""What a step leaves in the database besides the case: history, outbox, rollups, the way back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import insert

from gis import rollups
from gis.audience import Actor
from gis.db.database import Transaction
from gis.ids import uuid7
from gis.models import Outbox, ReportEvent
from gis.rollups import Move
from gis.workflow.case import Case, ReportState
from gis.workflow.guards import LastStep
from gis.workflow.store import write_case
from gis.workflow.table import EVENTS

_NOT_COUNTED = frozenset({"rejected", "duplicate"})


@dataclass(frozen=True)
class Author:
    """Who did something: an account, the system, or a resident with a token."""

    account_id: uuid.UUID | None
    role: str
    name: str

    @classmethod
    def of(cls, actor: Actor) -> Author:
        """Return the author that an actor is."""
        return cls(actor.account_id, actor.role, actor.name)


SYSTEM = Author(None, "system", "")


@dataclass(frozen=True)
class Change:
    """One report before and after a step, and what the history says of it."""

    before: Case
    after: Case
    action: str
    details: Mapping[str, Any] = field(default_factory=dict)
    event_id: uuid.UUID = field(default_factory=uuid7)


def write(tx: Transaction, changes: Sequence[Change], author: Author, now: dt.datetime) -> None:
    """Write a step: rows, one event and one outbox row a report, and the rollups."""
    for change in changes:
        write_case(tx, change.before, change.after)
    tx.connection.execute(insert(ReportEvent), [_event(c, author, now) for c in changes])
    tx.connection.execute(insert(Outbox), [_outbox(c, now) for c in changes])
    recount(tx, [(change.before.report, change.after.report) for change in changes])


def recount(tx: Transaction, changed: Sequence[tuple[ReportState, ReportState]]) -> None:
    """Move reports between the rollups' counts where what they are counted by has changed."""
    moves = []
    for before, after in changed:
        old, new = _counted(before, -1), _counted(after, 1)
        if old is None or new is None or replace(old, reports=1) != new:
            moves += [move for move in (old, new) if move is not None]
    if moves:
        rollups.apply(tx, changed[0][0].county_code, moves)


def keep_way_back(
    tx: Transaction, changes: Sequence[Change], actor: Actor, now: dt.datetime
) -> None:
    """Keep the before-image of a step; it takes the place of the report's earlier one."""
    acted = changes[0]
    tx.rows(
        "INSERT INTO undo_step (county_code, report_id, account_id, event_id, action, at, events,"
        " image) VALUES (%(county)s, %(report)s, %(account)s, %(event)s, %(action)s, %(at)s,"
        " %(events)s, %(image)s) ON CONFLICT (county_code, report_id) DO UPDATE SET"
        " account_id = excluded.account_id, event_id = excluded.event_id,"
        " action = excluded.action, at = excluded.at, events = excluded.events,"
        " image = excluded.image",
        {
            "county": acted.before.report.county_code,
            "report": acted.before.report.id,
            "account": actor.account_id,
            "event": acted.event_id,
            "action": acted.action,
            "at": now,
            "events": Jsonb(
                [[c.before.report.id, c.event_id, c.after.report.version] for c in changes]
            ),
            "image": Jsonb([c.before for c in changes]),
        },
    )


def drop_way_back(tx: Transaction, report: ReportState) -> None:
    """Forget the before-image of a report's last step."""
    tx.rows(
        "DELETE FROM undo_step WHERE county_code = %(county)s AND report_id = %(report)s",
        {"county": report.county_code, "report": report.id},
    )


@dataclass(frozen=True)
class WayBack:
    """The last step on a report, with what is needed to undo it.

    ``events`` holds the step's event of each report that it touched.
    """

    step: LastStep
    event_id: uuid.UUID
    events: dict[uuid.UUID, uuid.UUID]
    image: list[dict[str, Any]]


def find_way_back(tx: Transaction, county_code: str, report_id: uuid.UUID) -> WayBack | None:
    """Return the way back from a report's last step, if nothing has happened since.

    Nothing may have happened to any report that the step touched.
    """
    rows = tx.query("undo_step", {"county": county_code, "report": report_id})
    if not rows:
        return None
    row = rows[0]
    return WayBack(
        step=LastStep(row["account_id"], row["action"], row["at"]),
        event_id=row["event_id"],
        events={uuid.UUID(report): uuid.UUID(event) for report, event, _version in row["events"]},
        image=row["image"],
    )


def _event(change: Change, author: Author, now: dt.datetime) -> dict[str, Any]:
    report = change.after.report
    if change.action not in EVENTS:
        raise AssertionError(f"`{change.action}` is no event that a history knows")
    return {
        "county_code": report.county_code,
        "report_id": report.id,
        "id": change.event_id,
        "version": report.version,
        "action": change.action,
        "status_before": change.before.report.status,
        "status_after": report.status,
        "round": report.round,
        "account_id": author.account_id,
        "actor_role": author.role,
        "actor_name": author.name,
        "at": now,
        "details": {name: value for name, value in change.details.items() if value is not None},
    }


def _outbox(change: Change, now: dt.datetime) -> dict[str, Any]:
    report = change.after.report
    return {
        "county_code": report.county_code,
        "report_id": report.id,
        "version": report.version,
        "action": change.action,
        "audience_before": list(change.before.report.audience),
        "audience_after": list(report.audience),
        "at": now,
        "event_id": change.event_id,
    }


def _counted(report: ReportState, reports: int) -> Move | None:
    """Return what a report is counted by; None if it is not counted."""
    if report.outcome in _NOT_COUNTED:
        return None
    return Move(
        layout_id=report.placement["layout_id"],
        grid_code=report.grid_code,
        category_code=report.category_code or "",
        received_on=report.received_on.isoformat(),
        cell_x=report.placement["cell_x"],
        cell_y=report.placement["cell_y"],
        reports=reports,
    )
