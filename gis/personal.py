"""The resident's name and telephone: who reads them in full, masks for all others, and the audit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import NotFound
from gis.ids import uuid7
from gis.models import PersonalRead
from gis.workflow.case import AssignmentLike, ReportLike
from gis.workflow.guards import parties_of
from gis.workflow.store import load_cases, read_reports

Purpose = Literal["report", "work_order", "callback"]
_IN_FULL = frozenset({"centre", "lead", "grid", "reporter"})


@dataclass(frozen=True)
class Person:
    """Who reported, as an actor may see it."""

    name: str
    phone: str
    masked: bool


def may_read_person(
    report: ReportLike, actor: Actor, assignments: Sequence[AssignmentLike]
) -> bool:
    """Say whether an actor reads the resident's name and telephone in full.

    The lead, the dispatchers and the grid's staff do, and whoever took the report in; a town's
    dispatchers also while the report is with the municipal centre.
    """
    if actor.role == "dispatcher":
        return True
    return bool(_IN_FULL & parties_of(report, actor, assignments))


def mask_name(name: str) -> str:
    """Return a name of which only the first character is told.

    Examples
    --------
    >>> mask_name("张建国"), mask_name("欧"), mask_name("")
    ('张*', '欧*', '')
    """
    return f"{name[0]}*" if name else ""


def mask_phone(phone: str) -> str:
    """Return a telephone number of which the middle is hidden.

    Examples
    --------
    >>> mask_phone("13812341234"), mask_phone("0536-6062345"), mask_phone("110"), mask_phone("")
    ('138****1234', '053****2345', '****', '')
    """
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"


def get_person(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    *,
    purpose: Purpose,
    now: dt.datetime,
) -> Person:
    """Return who reported, in full or masked; a reading in full is noted.

    Parameters
    ----------
    tx
        A transaction that may write, and sees what the actor sees.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    """
    rows = tx.rows(
        "SELECT reporter_name, reporter_phone FROM report"
        " WHERE county_code = %(county)s AND id = %(id)s AND audience && %(audience)s::text[]",
        {"county": actor.county_code, "id": report_id, "audience": list(actor.audience)},
    )
    if not rows:
        raise NotFound("There is no such report.")
    name, phone = rows[0]["reporter_name"], rows[0]["reporter_phone"]
    (case,) = load_cases(tx, read_reports(tx, actor.county_code, [report_id]).values()).values()
    if not may_read_person(case.report, actor, case.assignments):
        return Person(mask_name(name), mask_phone(phone), masked=True)
    if name or phone:
        note_read(tx, actor, report_id, purpose, now)
    return Person(name, phone, masked=False)


def note_read(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, purpose: Purpose, now: dt.datetime
) -> None:
    """Note that an actor read the personal data of a report."""
    tx.connection.execute(
        insert(PersonalRead).values(
            county_code=actor.county_code,
            id=uuid7(),
            report_id=report_id,
            account_id=actor.account_id,
            purpose=purpose,
            at=now,
        )
    )


def list_reads(tx: Transaction, county_code: str, report_id: uuid.UUID) -> list[Row]:
    """Return who read the personal data of a report, newest first; for administrators."""
    return tx.rows(
        "SELECT p.at, p.purpose, a.username, a.name, a.role FROM personal_read p"
        " JOIN account a ON a.id = p.account_id"
        " WHERE p.county_code = %(county)s AND p.report_id = %(report)s ORDER BY p.at DESC, p.id",
        {"county": county_code, "report": report_id},
    )


def erase_personal_data(tx: Transaction, county_code: str, closed_before: dt.datetime) -> int:
    """Erase names and telephones of reports closed before an instant; return how many.

    ``tx`` sees the county. What was asked of the resident stays, who it was does not.
    """
    return len(
        tx.rows(
            "UPDATE report SET reporter_name = '', reporter_phone = ''"
            " WHERE county_code = %(county)s AND status = 'closed' AND closed_at < %(before)s"
            " AND (reporter_name <> '' OR reporter_phone <> '') RETURNING id",
            {"county": county_code, "before": closed_before},
        )
    )
