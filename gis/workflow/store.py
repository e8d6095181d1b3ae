"""Cases read from the database, and the difference between two cases written back."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import Table, delete, insert, update

from gis.clocks import ClockState
from gis.db.database import Row, Transaction
from gis.models import Assignment, Base, Clock, Evaluation, Meeting, Report, TimeRequest
from gis.workflow.case import (
    AssignmentState,
    Case,
    EvaluationState,
    MeetingState,
    ReportState,
    RequestState,
    of_row,
)

PLACEMENT = (
    "location", "accuracy_m", "crs", "place_code", "place_text", "address", "cell_x", "cell_y",
    "layout_id", "service_area_version_id", "grid_code", "grid_method", "grid_distance_m",
    "confidence", "candidates", "staff_id", "staff_method", "staff_all", "utility_code",
    "utility_method", "utility_distance_m", "reason",
)  # fmt: skip
"""Columns that say where a report is and whom it was matched to."""

_OWN = tuple(
    item.name for item in fields(ReportState) if item.name not in {"placement", "audience"}
)
_NEVER_WRITTEN = frozenset(
    {"county_code", "id", "number", "account_id", "source", "received_at", "received_on"}
)

_DATES = frozenset({"due_at", "yellow_at", "close_due_at"})


@dataclass(frozen=True)
class Part:
    """A table whose rows hang on a report, and how a case holds them."""

    model: type[Base]
    attribute: str
    state: type[Any]
    not_written: frozenset[str] = frozenset()

    @property
    def table(self) -> Table:
        """The table of the model."""
        table = self.model.__table__
        if not isinstance(table, Table):
            raise TypeError(f"{self.model} is not mapped to a table")
        return table


# In the order in which foreign keys allow to insert; deleted in the reverse.
PARTS = (
    Part(
        Assignment,
        "assignments",
        AssignmentState,
        frozenset({"office_of", "handle_due_at", "extensions", "suspensions", "pause_until"}),
    ),
    Part(Clock, "clocks", ClockState),
    Part(TimeRequest, "requests", RequestState),
    Part(Evaluation, "evaluations", EvaluationState),
    Part(Meeting, "meetings", MeetingState),
)

_REPORT_COLUMNS = ", ".join(
    (*_OWN, "audience", *(f"{c}::text" if c == "location" else c for c in PLACEMENT))
)


def lock_reports(
    tx: Transaction, county_code: str, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, ReportState]:
    """Lock the named reports that the transaction sees, in the order given.

    A report that others are merged into has to come before those, or two steps wait on each other.
    """
    return _select(
        tx,
        "id = ANY(%(ids)s) ORDER BY array_position(%(ids)s, id) FOR UPDATE",
        county_code,
        list(ids),
    )


def read_reports(
    tx: Transaction, county_code: str, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, ReportState]:
    """Read the named reports that the transaction sees, without locking them."""
    return _select(tx, "id = ANY(%(ids)s)", county_code, list(ids))


def lock_if_free(tx: Transaction, county_code: str, report_id: uuid.UUID) -> ReportState | None:
    """Lock a report unless somebody else has it locked; None then, or if there is none."""
    found = _select(tx, "id = ANY(%(ids)s) FOR UPDATE SKIP LOCKED", county_code, [report_id])
    return found.get(report_id)


def lock_merged(tx: Transaction, report: ReportState) -> dict[uuid.UUID, ReportState]:
    """Lock the reports that were merged into one, whose own lock the transaction holds."""
    which = "merged_into = ANY(%(ids)s) ORDER BY id FOR UPDATE"
    return _select(tx, which, report.county_code, [report.id])


def _select(
    tx: Transaction, which: str, county_code: str, ids: list[uuid.UUID]
) -> dict[uuid.UUID, ReportState]:
    rows = tx.rows(
        f"SELECT {_REPORT_COLUMNS} FROM report"  # noqa: S608  all of it is constants
        f" WHERE county_code = %(county_code)s AND {which}",
        {"county_code": county_code, "ids": ids},
    )
    return {row["id"]: _report(row) for row in rows}


def load_cases(tx: Transaction, reports: Iterable[ReportState]) -> dict[uuid.UUID, Case]:
    """Read what hangs on some reports; they are locked, so nothing of it changes meanwhile."""
    found = {report.id: report for report in reports}
    if not found:
        return {}
    key = {
        "county_code": next(iter(found.values())).county_code,
        "ids": list(found),
    }
    parts: dict[uuid.UUID, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for part in PARTS:
        for row in tx.query(f"case_{part.attribute}", key):
            parts[row["report_id"]][part.attribute].append(of_row(part.state, row))
    return {
        report_id: Case(report, **{name: tuple(rows) for name, rows in parts[report_id].items()})
        for report_id, report in found.items()
    }


def write_case(tx: Transaction, before: Case, after: Case) -> None:
    """Write what differs between two cases of one report."""
    report = after.report
    key = {"county_code": report.county_code, "report_id": report.id}
    changed = _report_changes(before.report, report)
    if changed:
        tx.connection.execute(
            update(Report)
            .where(Report.county_code == report.county_code, Report.id == report.id)
            .values(**changed)
        )
        _promise_merged(tx, report, changed)
    for part in reversed(PARTS):
        gone = _ids(before, part) - _ids(after, part)
        if gone:
            columns = part.table.c
            tx.connection.execute(
                delete(part.table).where(
                    columns.county_code == report.county_code, columns.id.in_(gone)
                )
            )
    for part in PARTS:
        _write_part(tx, part, key, before, after)


def _promise_merged(tx: Transaction, report: ReportState, changed: Mapping[str, Any]) -> None:
    """Let the reports merged into one be due when it is: what only changes a date is no step of theirs."""
    dates = {name: value for name, value in changed.items() if name in _DATES}
    if dates and report.merged_count:
        tx.connection.execute(
            update(Report)
            .where(
                Report.county_code == report.county_code,
                Report.merged_into == report.id,
                Report.status == report.status,
                Report.closed_at.is_not_distinct_from(report.closed_at),
            )
            .values(**dates)
        )


def _write_part(
    tx: Transaction, part: Part, key: Mapping[str, Any], before: Case, after: Case
) -> None:
    old = {row.id: _columns(row, part.not_written) for row in getattr(before, part.attribute)}
    for row in getattr(after, part.attribute):
        new = _columns(row, part.not_written)
        if row.id not in old:
            tx.connection.execute(insert(part.table).values(**key, **new))
            continue
        changed = {name: value for name, value in new.items() if value != old[row.id][name]}
        if changed:
            columns = part.table.c
            tx.connection.execute(
                update(part.table)
                .where(columns.county_code == key["county_code"], columns.id == row.id)
                .values(**changed)
            )


def report_row(report: ReportState) -> Row:
    """Return a report's columns as a row, its placement among them."""
    row = {name: getattr(report, name) for name in _OWN}
    return {**row, **report.placement, "audience": list(report.audience)}


def _report(row: Row) -> ReportState:
    return ReportState(
        **{name: row[name] for name in _OWN},
        audience=tuple(row["audience"]),
        placement={name: row[name] for name in PLACEMENT},
    )


def _report_changes(before: ReportState, after: ReportState) -> dict[str, Any]:
    old, new = report_row(before), report_row(after)
    changed = {
        name: value
        for name, value in new.items()
        if name not in _NEVER_WRITTEN and value != old[name]
    }
    if changed.get("location") is not None:
        changed["location"] = WKBElement(changed["location"], extended=True)
    return changed


def _columns(row: Any, not_written: frozenset[str]) -> dict[str, Any]:
    return {
        item.name: getattr(row, item.name) for item in fields(row) if item.name not in not_written
    }


def _ids(case: Case, part: Part) -> set[uuid.UUID]:
    return {row.id for row in getattr(case, part.attribute)}
