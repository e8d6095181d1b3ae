"""Reports of the sample city as the shipped files tell them: what was sent, and what was done."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import orjson

from data.history import id_at
from data.zhucheng.encoding import read_csv
from data.zhucheng.frame import COUNTY, SHANGHAI
from gis.matching import Where
from gis.numbers import report_number
from gis.records import Intake

STEPS = (
    "accepted", "dispatched", "returned", "redispatched", "checked_in", "first_handled", "reworked",
    "handled", "closed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One report: what was sent, what was done about it, and by whom.

    Attributes
    ----------
    steps
        Instants by step, reception first; only those taken.
    lead
        ``town`` for the town's office, empty for the body that the match names.
    merged_into
        Key of the report it was merged into, or empty.
    swept
        Whether the sweep has been over its clocks: of the archive yes, of the live ones not.
    """

    key: str
    id: uuid.UUID
    number: str
    intake: Intake
    account: str
    steps: Mapping[str, dt.datetime]
    status: str
    outcome: str
    lead: str
    assisting: tuple[str, ...]
    return_reason: str
    cause: str
    result: str
    remedy: str
    merged_into: str
    swept: bool

    @property
    def received_at(self) -> dt.datetime:
        """When it came in."""
        return self.steps["received"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A resident's answer."""

    answered_at: dt.datetime
    answer: str
    channel: str
    comment: str


def told_reports(now: dt.datetime) -> list[Told]:
    """Return the archive, then the live reports, each in the order of reception."""
    return [*_archive(), *_live(now)]


def told_answers(now: dt.datetime) -> dict[str, Answer]:
    """Return the answers by the key of their report."""
    answers = {
        row["number"]: Answer(
            _instant(row["answered_at"]), row["answer"], row["channel"], row["comment"]
        )
        for row in read_csv("evaluations.csv")
    }
    for row in read_csv("live.csv"):
        if row["answer"]:
            closed = float(row["closed_minutes_ago"])
            at = now - dt.timedelta(minutes=closed / 2)
            answers[row["key"]] = Answer(at, row["answer"], "link", "")
    return answers


def _archive() -> Iterator[Told]:
    for row in read_csv("reports.csv"):
        received = _instant(row["received_at"])
        steps = {"received": received}
        steps |= {step: _instant(at) for step in STEPS if (at := row[f"{step}_at"])}
        captured = _instant(row["captured_at"]) if row["captured_at"] else None
        yield _told(row, row["number"], row["number"], steps, captured, swept=True)


def _live(now: dt.datetime) -> Iterator[Told]:
    def day(row: dict[str, str]) -> dt.date:
        return _ago(now, row["received_minutes_ago"]).astimezone(SHANGHAI).date()

    for day_on, rows in groupby(read_csv("live.csv"), key=day):
        for sequence, row in enumerate(rows, start=1):
            received = _ago(now, row["received_minutes_ago"])
            steps = {"received": received}
            for step in STEPS:
                if at := row.get(f"{step}_minutes_ago"):
                    steps[step] = _ago(now, at)
            number = report_number(COUNTY, day_on, sequence)
            captured = received - dt.timedelta(minutes=1)
            yield _told(row, row["key"], number, steps, captured, swept=False)


def _told(
    row: dict[str, str],
    key: str,
    number: str,
    steps: dict[str, dt.datetime],
    captured: dt.datetime | None,
    *,
    swept: bool,
) -> Told:
    received = steps["received"]
    return Told(
        key=key,
        id=id_at(received, number, "report"),
        number=number,
        intake=_intake(row, number, received, captured),
        account=row["account"],
        steps=steps,
        status=row["status"],
        outcome=row["outcome"],
        lead=row.get("lead", ""),
        assisting=tuple(filter(None, row.get("assisting", "").split("|"))),
        return_reason=row.get("return_reason", ""),
        cause=row["cause"],
        result=row["result"],
        remedy=row["remedy"],
        merged_into=row.get("merged_into", ""),
        swept=swept,
    )


def _intake(
    row: dict[str, str], number: str, received: dt.datetime, captured: dt.datetime | None
) -> Intake:
    body = {
        name: row[name]
        for name in ("category", "description", "address", "source", "lon", "lat", "accuracy_m")
        if row[name]
    }
    lon, lat, accuracy = (
        float(row[name]) if row[name] else None for name in ("lon", "lat", "accuracy_m")
    )
    return Intake(
        where=Where(
            lon,
            lat,
            accuracy,
            place_code=row.get("place_code") or None,
            grid_code=row.get("grid_code") or None,
        ),
        description=row["description"],
        body_sha256=hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        client_id=id_at(received, number, "client"),
        category=row["category"],
        captured_at=captured,
        source=row["source"],
        source_number=row.get("source_number", ""),
        address=row["address"],
        urgent=row.get("urgent") == "true",
        reporter_name=row["reporter_name"],
        reporter_phone=row["reporter_phone"],
    )


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _ago(now: dt.datetime, minutes: str) -> dt.datetime:
    return (now - dt.timedelta(minutes=float(minutes))).replace(microsecond=0)
