"""How long personal data is kept, and erasing what is older.

Counts and histories of reports stay; who reported does not. Each rule is a number of days; 0 keeps
for ever. What was erased is written down with its number, never with what it held. What no rule
covers is named here too, so that the privacy notice can say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gis.admin_events import note_admin_event
from gis.db.database import Transaction
from gis.personal import erase_personal_data
from gis.settings import Settings


@dataclass(frozen=True)
class Rule:
    """A rule of retention: its code and for how many days something is kept; 0 for ever."""

    code: str
    days: int


@dataclass(frozen=True)
class Erased:
    """How many rows a rule concerns, and before when."""

    code: str
    before: dt.datetime | None
    rows: int


NOT_ERASED: Final[Mapping[str, tuple[str, ...]]] = {
    "words": ("report.description", "report.address", "report.place_text", "report.location"),
    "talk": (
        "message.text", "evaluation.comment", "callback.note", "assignment.result",
        "assignment.cause", "assignment.remedy", "assignment.return_reason", "report.cause",
        "time_request.reason", "time_request.decision", "meeting.minutes",
    ),
    "photos": ("photo.sha256",),
    "staff": ("account.name", "report_event.actor_name", "grid_staff.name", "grid_staff.telephone"),
}  # fmt: skip
"""What may speak of people and is kept without a limit, by columns: no rule erases it."""

_OLDER: Final = {
    "reporter": "report WHERE county_code = %(county)s AND status = 'closed' AND closed_at < %(before)s"
    " AND (reporter_name <> '' OR reporter_phone <> '')",
    "reads": "personal_read WHERE county_code = %(county)s AND at < %(before)s",
    "notices": "notification WHERE county_code = %(county)s AND at < %(before)s",
}


def rules_of(settings: Settings) -> list[Rule]:
    """Return the rules of this installation."""
    return [
        Rule("reporter", settings.keep_reporter_days),
        Rule("reads", settings.keep_reads_days),
        Rule("notices", settings.keep_notices_days),
    ]


def apply_rules(
    tx: Transaction,
    county_code: str,
    rules: Sequence[Rule],
    *,
    now: dt.datetime,
    dry_run: bool = False,
) -> list[Erased]:
    """Erase what is older than its rule allows, or only count it.

    Parameters
    ----------
    tx
        A transaction that sees the county.
    rules
        Of the codes ``reporter`` (name and telephone, after closing), ``reads`` (who read them)
        and ``notices`` (to accounts).
    dry_run
        Count, and change nothing.
    """
    found = []
    for rule in rules:
        if rule.days == 0:
            found.append(Erased(rule.code, None, 0))
            continue
        before = now - dt.timedelta(days=rule.days)
        rows = _count(tx, county_code, rule.code, before)
        if rows and not dry_run:
            rows = _erase(tx, county_code, rule.code, before)
            details = {"before": before.isoformat(), "rows": rows}
            note_admin_event(
                tx, county_code, None, "retention", rule.code, now=now, details=details
            )
        found.append(Erased(rule.code, before, rows))
    return found


def _count(tx: Transaction, county_code: str, code: str, before: dt.datetime) -> int:
    statement = f"SELECT count(*) FROM {_OLDER[code]}"  # noqa: S608  a constant
    return int(tx.scalar(statement, {"county": county_code, "before": before}))


def _erase(tx: Transaction, county_code: str, code: str, before: dt.datetime) -> int:
    if code == "reporter":
        return erase_personal_data(tx, county_code, before)
    statement = f"DELETE FROM {_OLDER[code]} RETURNING id"  # noqa: S608  a constant
    return len(tx.rows(statement, {"county": county_code, "before": before}))
