"""The life of a finished or running report as rows: events, assignments, clocks, evaluation. Pure.

The sample city's files say when each step was taken; the rows that ``gis/dispatching.py`` would
have written then are made here all at once, because 17,000 reports step by step take minutes.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

EVALUATED = frozenset({"resolved", "self_resolved"})
EVALUATION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of one report.

    Attributes
    ----------
    steps
        Instants by step: received, accepted, dispatched, returned, redispatched, checked_in,
        first_handled, reworked, handled, closed.
    first_lead, lead
        Codes of the body first dispatched to and of the one that handled it.
    centre
        Name of the centre whose dispatchers act.
    opened
        Details, role, name and account of the first event.
    merged_into
        The report it was merged into before that was dispatched, and whose course it follows.
    swept
        Whether the sweep has done its work on the report's clocks.
    """

    report_id: uuid.UUID
    number: str
    category: str
    status: str
    outcome: str
    steps: Mapping[str, dt.datetime]
    first_lead: str
    lead: str
    assisting: tuple[str, ...]
    centre: str
    opened: tuple[dict[str, Any], str, str, uuid.UUID | None]
    bodies: Mapping[str, str]
    return_reason: str = ""
    cause: str = ""
    result: str = ""
    remedy: str = ""
    merged_into: Life | None = None
    swept: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """A row of ``report_event`` without its version, which is its place in the history.

    ``after`` is empty where the status stays as it is; ``_in_order`` fills it in.
    """

    action: str
    before: str | None
    after: str
    role: str
    name: str
    at: dt.datetime
    details: dict[str, Any]
    account_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A row of ``assignment``."""

    id: uuid.UUID
    utility_code: str
    role: str
    status: str
    assigned_at: dt.datetime
    version: int = 1
    checked_in_at: dt.datetime | None = None
    fed_back_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None
    return_reason: str = ""
    result: str = ""
    cause: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A clock before its limit is computed; ``stopped_at`` None while it runs."""

    stage: str
    started_at: dt.datetime
    stopped_at: dt.datetime | None
    assignment_id: uuid.UUID | None = None
    leads: bool = False


@dataclass
class Chapter:
    """Everything that was written about one report."""

    life: Life
    events: list[Event] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    returns: int = 0

    @property
    def version(self) -> int:
        """Version of the report: one a step."""
        return len(self.events)


def id_at(moment: dt.datetime, *key: object) -> uuid.UUID:
    """Return a uuid of version 7 whose random bits come from a key: the same at every load."""
    milliseconds = int(moment.timestamp() * 1000)
    noise = blake2b("\x1f".join(map(str, key)).encode(), digest_size=10).digest()
    value = (milliseconds << 80) | int.from_bytes(noise, "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value)


def write_chapter(life: Life) -> Chapter:
    """Return the history of a report."""
    chapter = Chapter(life)
    details, role, name, account = life.opened
    received = life.steps["received"]
    chapter.events.append(
        Event("received", None, "received", role, name, received, details, account)
    )
    if life.merged_into is not None:
        _follow(chapter, life.merged_into)
    else:
        _file(chapter)
        if "dispatched" in life.steps:
            _handle(chapter)
    return chapter


def evaluation_of(life: Life) -> tuple[dt.datetime, dt.datetime] | None:
    """Return when an evaluation was asked for and until when it is taken; None if never."""
    if life.outcome not in EVALUATED:
        return None
    asked = life.steps["closed"]
    return asked, asked + dt.timedelta(days=EVALUATION_DAYS)


def _file(chapter: Chapter) -> None:
    """Write what the centre did before it handed the report on, or that it ended there."""
    steps, life = chapter.life.steps, chapter.life
    accepted, closed = steps.get("accepted"), steps.get("closed")
    chapter.spans.append(Span("accept", steps["received"], accepted or closed))
    if accepted is None:
        if life.outcome == "rejected":
            _centre(chapter, "reject", "closed", {"reason": "不属于受理范围"})
        elif life.outcome == "self_resolved":
            result = {"result": "网格员现场处置完毕"}
            _add(chapter, "resolve_on_site", "closed", "closed", "grid_staff", "网格员", result)
        return
    _add(chapter, "accept", "accepted", "accepted", "dispatcher", life.centre, {})
    ended = steps.get("dispatched") or closed
    chapter.spans.append(Span("accept", accepted, ended))
    if life.outcome == "withdrawn":
        _centre(chapter, "withdraw", "closed", {"reason": "来电人要求撤回"})


def _handle(chapter: Chapter) -> None:
    life, steps = chapter.life, chapter.life.steps
    first = life.first_lead if "returned" in steps else life.lead
    lead = _dispatch(chapter, first, "dispatched")
    if "returned" in steps:
        _send_back(chapter, lead)
        lead = _dispatch(chapter, life.lead, "redispatched")
    begun = lead.assigned_at
    checked_in = steps.get("checked_in")
    chapter.spans.append(Span("check_in", begun, checked_in, lead.id, leads=True))
    if checked_in is not None:
        details = {"utility": lead.utility_code, "role": "lead"}
        _body(chapter, "check_in", "handling", "checked_in", lead, details)
        lead = replace(lead, status="handling", checked_in_at=checked_in, version=2)
        lead = _work(chapter, lead, checked_in)
    chapter.parts.append(lead)
    for code in life.assisting:
        _assist(chapter, code, begun)
    if "closed" in steps:
        _centre(chapter, "close", "closed", {"outcome": life.outcome})
    chapter.events = _in_order(chapter.events)


def _in_order(events: list[Event]) -> list[Event]:
    """Sort events by time; those of assisting bodies leave the status as they find it."""
    ordered: list[Event] = []
    status: str | None = None
    for event in sorted(events, key=lambda event: event.at):
        after = event.after or status or "received"
        ordered.append(replace(event, before=status, after=after))
        status = after
    return ordered


def _dispatch(chapter: Chapter, code: str, step: str) -> Part:
    life, at = chapter.life, chapter.life.steps[step]
    details = {"lead": code, "assisting": list(life.assisting)}
    _add(chapter, "dispatch", "dispatched", step, "dispatcher", life.centre, details)
    return Part(id_at(at, life.number, step, code), code, "lead", "waiting", at)


def _send_back(chapter: Chapter, lead: Part) -> None:
    """Write that the body sent the report back: another has to be found."""
    life, at = chapter.life, chapter.life.steps["returned"]
    chapter.spans.append(Span("check_in", lead.assigned_at, at, lead.id))
    details = {"reason": life.return_reason, "utility": lead.utility_code, "role": "lead"}
    _body(chapter, "return", "accepted", "returned", lead, details)
    chapter.parts.append(
        replace(
            lead, status="returned", returned_at=at, return_reason=life.return_reason, version=2
        )
    )
    chapter.spans.append(Span("accept", at, life.steps["redispatched"]))
    chapter.returns = 1


def _work(chapter: Chapter, lead: Part, checked_in: dt.datetime) -> Part:
    """Write handling, feedback and, where it was not good enough, the second attempt."""
    life, steps = chapter.life, chapter.life.steps
    told = {"result": life.result, "cause": life.cause, "remedy": life.remedy}
    own = {"utility": lead.utility_code, "role": "lead"}
    begun = checked_in
    if "first_handled" in steps:
        first, again = steps["first_handled"], steps["reworked"]
        chapter.spans.append(Span("handle", begun, first, lead.id, leads=True))
        chapter.spans.append(Span("verify", first, again))
        _body(chapter, "feed_back", "handled", "first_handled", lead, {**told, **own})
        reason = {"reason": "现场复核未到位", "utility": lead.utility_code}
        _add(chapter, "rework", "handling", "reworked", "dispatcher", life.centre, reason)
        lead = replace(lead, version=4)
        begun = again
    handled = steps.get("handled")
    chapter.spans.append(Span("handle", begun, handled, lead.id, leads=True))
    if handled is None:
        return lead
    _body(chapter, "feed_back", "handled", "handled", lead, {**told, **own})
    chapter.spans.append(Span("verify", handled, steps.get("closed")))
    done = replace(lead, status="fed_back", fed_back_at=handled, version=lead.version + 1)
    return replace(done, result=life.result, cause=life.cause, remedy=life.remedy)


def _assist(chapter: Chapter, code: str, begun: dt.datetime) -> None:
    """Write the part of an assisting body, which moves only its own assignment."""
    life, steps = chapter.life, chapter.life.steps
    checked_in, handled = steps.get("checked_in"), steps.get("handled")
    part = Part(id_at(begun, life.number, "assist", code), code, "assisting", "waiting", begun)
    own = {"utility": code, "role": "assisting"}
    arrived = None if checked_in is None else begun + (checked_in - begun) * 0.7
    chapter.spans.append(Span("check_in", begun, arrived, part.id))
    if arrived is not None and checked_in is not None:
        chapter.events.append(
            Event(
                "check_in", "dispatched", "dispatched", "utility", life.bodies[code], arrived, own
            )
        )
        part = replace(part, status="handling", checked_in_at=arrived, version=2)
        done = None if handled is None else checked_in + (handled - checked_in) * 0.6
        chapter.spans.append(Span("handle", arrived, done, part.id))
        if done is not None:
            told = {"result": "已到场配合处置", **own}
            chapter.events.append(
                Event("feed_back", None, "", "utility", life.bodies[code], done, told)
            )
            part = replace(
                part, status="fed_back", fed_back_at=done, result=told["result"], version=3
            )
    chapter.parts.append(part)


def _follow(chapter: Chapter, parent: Life) -> None:
    """Write the history of a report that was merged: filed, merged, then carried along."""
    life = chapter.life
    accepted = life.steps["accepted"]
    merged = max(accepted, parent.steps["dispatched"] - dt.timedelta(minutes=1))
    chapter.spans.append(Span("accept", life.steps["received"], accepted))
    chapter.spans.append(Span("accept", accepted, merged))
    _add(chapter, "accept", "accepted", "accepted", "dispatcher", life.centre, {})
    county = parent.number[:6]
    into = {"into": f"{county}-{parent.report_id}", "number": parent.number}
    before = chapter.events[-1].after
    chapter.events.append(Event("merge", before, before, "dispatcher", life.centre, merged, into))
    carried: Sequence[tuple[str, str, str]] = (
        ("dispatch", "dispatched", "dispatched"),
        ("check_in", "handling", "checked_in"),
    )
    for action, after, step in carried:
        details = {"with": into["into"]}
        _add(chapter, action, after, step, "dispatcher", life.centre, details)


def _centre(chapter: Chapter, action: str, after: str, details: dict[str, Any]) -> None:
    _add(chapter, action, after, "closed", "dispatcher", chapter.life.centre, details)


def _body(
    chapter: Chapter, action: str, after: str, step: str, part: Part, details: dict[str, Any]
) -> None:
    name = chapter.life.bodies[part.utility_code]
    _add(chapter, action, after, step, "utility", name, details)


def _add(
    chapter: Chapter,
    action: str,
    after: str,
    step: str,
    role: str,
    name: str,
    details: dict[str, Any],
) -> None:
    before = chapter.events[-1].after
    at = chapter.life.steps[step]
    chapter.events.append(Event(action, before, after, role, name, at, details))
