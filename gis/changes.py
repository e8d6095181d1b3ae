"""What has changed since a position: the outbox, read so that nothing is ever skipped.

Identity numbers are handed out before their transactions commit, so a reader that remembers the
highest number it saw would miss a lower one that commits later. Positions are therefore
``(txid, id)``, and only transactions below the oldest one still running are read: all that will
ever be below is visible then. What a change carries is the report as it is when read; a reader
that resumes gets at least every change, each once, and ends with the newest state.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Any, Final

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import InvalidInput
from gis.ids import public_id

MOST: Final = 500
"""Changes of one reading."""

# Told by one row for a whole batch: each of its reports would be a thousand events.
_BATCHES = frozenset({"imported", "rematched"})
_POSITION = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the order of changes: all before it and at it are known."""

    txid: int
    id: int

    def __str__(self) -> str:
        """Return ``txid.id``, as events carry it."""
        return f"{self.txid}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """Read what `str` wrote.

        Raises
        ------
        InvalidInput
            It is not a position.

        Examples
        --------
        >>> Position.parse("80211.4711") < Position.parse("80212.3")
        True
        """
        found = _POSITION.fullmatch(text)
        if found is None:
            raise InvalidInput.of("after", "is not the id of an event of ours")
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Change:
    """One change, and whom it concerns.

    Attributes
    ----------
    report_id
        None for a batch: many reports changed at once.
    told
        Audience before and after the change.
    audience
        Who may read the report now; empty where the reader itself may not.
    document
        The report as it is now, as events carry it; None for a batch and where it is not seen.
    """

    position: Position
    county_code: str
    action: str
    at: dt.datetime
    report_id: uuid.UUID | None
    told: frozenset[str]
    audience: frozenset[str] = frozenset()
    document: dict[str, Any] | None = None

    def kind_for(self, county_code: str, members: frozenset[str]) -> str | None:
        """Return which event this is for somebody: ``report``, ``gone``, ``reload``, or None.

        Parameters
        ----------
        members
            The audience array of whoever listens.
        """
        if county_code != self.county_code:
            return None
        if self.report_id is None:
            return "reload"
        if not members.isdisjoint(self.audience):
            return "report"
        return None if members.isdisjoint(self.told) else "gone"


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to where changes can be read now.

    Attributes
    ----------
    position
        Everything before it is known to be complete.
    oldest
        The oldest change kept; None where nothing is.
    waiting_since
        When the oldest change was made that cannot be read yet, because an older transaction runs.
    """

    position: Position
    oldest: Position | None
    waiting_since: dt.datetime | None

    def reaches(self, after: Position) -> bool:
        """Say whether a reader can go on from there: not when what followed was pruned."""
        if after > self.position:
            return False  # of another database, or from before a restore
        # The first change ever made has the id 1: where it is kept, nothing was pruned.
        return self.oldest is None or self.oldest.id == 1 or after.txid >= self.oldest.txid


@dataclass(frozen=True, slots=True)
class Reading:
    """Some changes, oldest first.

    Attributes
    ----------
    position
        Where the reader stands now.
    more
        Whether there may be more at once.
    """

    changes: list[Change]
    position: Position
    more: bool


def read_horizon(tx: Transaction) -> Horizon:
    """Return up to where changes can be read."""
    row = tx.query("changes_horizon")[0]
    oldest = None if row["oldest_id"] is None else Position(row["oldest_txid"], row["oldest_id"])
    return Horizon(Position(row["horizon"], 0), oldest, row["waiting_since"])


def read_changes(
    tx: Transaction, after: Position, *, actor: Actor | None = None, most: int = MOST
) -> Reading:
    """Return the changes after a position.

    Parameters
    ----------
    actor
        Whose changes to read: only their county's, with only the reports they may read. None reads
        those of all counties and widens the transaction's view to them.
    most
        Changes read at most.
    """
    county_code = actor.county_code if actor else None
    given = {"txid": after.txid, "id": after.id, "county": county_code, "most": most}
    rows = tx.query("changes_since", given)
    if not rows:
        return Reading([], after, False)
    counties = sorted({row["county_code"] for row in rows})
    if actor is None:
        tx.see_counties(counties)
    ids = {row["report_id"] for row in rows if row["report_id"]}
    found = tx.query("changed_reports", {"counties": counties, "ids": list(ids)})
    reports = {(row["county_code"], row["id"]): row for row in found}
    changes = [
        _change(row, reports.get((row["county_code"], row["report_id"])))
        for row in rows
        if row["report_id"] is None or row["action"] not in _BATCHES
    ]
    last = Position(rows[-1]["txid"], rows[-1]["id"])
    return Reading(changes, last, len(rows) >= most)


def _change(row: Row, report: Row | None) -> Change:
    return Change(
        position=Position(row["txid"], row["id"]),
        county_code=row["county_code"],
        action=row["action"],
        at=row["at"],
        report_id=row["report_id"],
        told=frozenset(row["audience_before"]) | frozenset(row["audience_after"]),
        audience=frozenset(report["audience"]) if report else frozenset(),
        document=_document(row, report) if report else None,
    )


_AS_THEY_ARE = (
    "version", "status", "outcome", "level", "round", "accuracy_m", "received_at", "due_at",
    "yellow_at", "urgent", "source", "description", "address", "town_code", "grid_code",
    "grid_method", "confidence", "utility_code", "merged_count", "reopen_requested",
)  # fmt: skip


def _document(row: Row, report: Row) -> dict[str, Any]:
    county_code = report["county_code"]
    lon, lat, into = report["longitude"], report["latitude"], report["merged_into"]
    return {
        "id": public_id(county_code, report["id"]),
        "number": report["number"],
        "action": row["action"],
        "at": row["at"],
        "category": report["category_code"],
        "location": None if lon is None else [round(lon, 6), round(lat, 6)],
        "merged_into": public_id(county_code, into) if into else None,
        **{name: report[name] for name in _AS_THEY_ARE},
    }
