"""Taking back one's own last step: the before-image is written back, and the history says so."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gis.audience import Actor
from gis.db.database import Transaction
from gis.errors import Conflict
from gis.workflow.case import AssignmentState, Case, ReportState
from gis.workflow.guards import undo_refusal
from gis.workflow.record import Author, Change, WayBack, drop_way_back, write
from gis.workflow.store import load_cases, lock_reports

UNDONE = "undone"


def take_back(
    tx: Transaction, actor: Actor, report: ReportState, way_back: WayBack, now: dt.datetime
) -> ReportState:
    """Restore every report that a step touched.

    Raises
    ------
    Conflict
        The step is somebody else's or too old.
    """
    why = undo_refusal(actor, way_back.step, now)
    if why is not None:
        raise Conflict(why)
    others = [touched for touched in way_back.events if touched != report.id]
    locked = {report.id: report, **lock_reports(tx, report.county_code, others)}
    cases = load_cases(tx, locked.values())
    changes = [
        Change(
            case,
            restored(case, image),
            UNDONE,
            {
                "undone": way_back.step.action,
                "event": str(way_back.events[case.report.id]),
            },
        )
        for case, image in _paired(cases, way_back.image)
    ]
    write(tx, changes, Author.of(actor), now)
    drop_way_back(tx, report)
    return changes[0].after.report


def restored(case: Case, image: Mapping[str, Any]) -> Case:
    """Return the case of a before-image, with versions that go on rising."""
    before = Case.thawed(image)
    now = {assignment.id: assignment for assignment in case.assignments}
    return replace(
        before,
        report=replace(before.report, version=case.report.version + 1),
        assignments=tuple(_risen(a, now.get(a.id)) for a in before.assignments),
    )


def _risen(before: AssignmentState, now: AssignmentState | None) -> AssignmentState:
    if now is None or before == now:
        return before
    return replace(before, version=now.version + 1)


def _paired(
    cases: Mapping[uuid.UUID, Case], images: list[dict[str, Any]]
) -> list[tuple[Case, dict[str, Any]]]:
    return [(cases[uuid.UUID(image["report"]["id"])], image) for image in images]
