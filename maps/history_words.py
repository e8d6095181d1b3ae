"""The course of a report in words: steps and messages as one thread, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gis.county_names import Name
from gis.db.database import Row
from maps.speech import Speech

Details = Mapping[str, Any]
Line = tuple[str, str]
"""What a line is about (a key of the glossary, or empty) and what it says."""

# Written into the thread as messages; the step beside it would say the same again.
_TALK = frozenset({"comment", "ask"})
_ALARMS = frozenset({"supervise", "escalate", "urge"})


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    Attributes
    ----------
    kind
        ``turn`` for a step that changed the status, ``step``, ``alarm``, ``talk``, ``talk own``.
    status
        The status it led to, where it changed.
    """

    at: dt.datetime
    title: str
    who: str
    role: str
    lines: tuple[Line, ...]
    kind: str
    status: str = ""
    photos: tuple[str, ...] = ()
    undone: bool = False


def course_of(
    steps: Iterable[Mapping[str, Any]], messages: Iterable[Row], say: Speech
) -> list[Entry]:
    """Return steps and messages as one list, oldest first.

    Parameters
    ----------
    steps
        The history as the API gives it out.
    messages
        The thread.
    """
    listed, written = list(steps), list(messages)
    undone = {step["details"]["event"] for step in listed if step["action"] == "undone"}
    urging = {step["details"].get("message") for step in listed if step["action"] == "urge"}
    texts = {str(row["id"]): row["text"] for row in written}
    entries = [
        replace(_step(step, texts, say), undone=step["id"] in undone)
        for step in listed
        if step["action"] not in _TALK
    ]
    entries += [_message(row, say) for row in written if str(row["id"]) not in urging]
    return _with_photos_joined(sorted(entries, key=lambda entry: entry.at))


def _step(step: Mapping[str, Any], texts: Mapping[str, str], say: Speech) -> Entry:
    action, details = step["action"], step["details"]
    told = _TOLD.get(action)
    lines = [*(told(details, say) if told else ()), ("", texts.get(details.get("message", ""), ""))]
    actor = step["actor"] or {"name": "", "role": "system"}
    turned = step["status_before"] != step["status_after"]
    kind = "alarm" if action in _ALARMS else "turn" if turned else "step"
    photos = details.get("photos", ()) if action != "photo" else (details["sha256"],)
    return Entry(
        at=dt.datetime.fromisoformat(step["at"]),
        title=say.named("act", action),
        who=actor["name"],
        role=say.named("role", actor["role"]),
        lines=tuple(line for line in lines if line[1]),
        kind=kind,
        status=step["status_after"] if turned else "",
        photos=tuple(photos),
    )


def _message(row: Row, say: Speech) -> Entry:
    asked = row["asked_of"]
    named = (
        say.named("role", asked) if asked in {"dispatcher", "grid_staff"} else say.utility(asked)
    )
    body = say.utility(row["utility_code"]) if row["utility_code"] else ""
    return Entry(
        at=row["at"],
        title=say.word("history.asks", whom=named) if asked else say.named("act", "comment"),
        who=row["author_name"],
        role=body or say.named("role", row["author_role"]),
        lines=(("", row["text"]),),
        kind="talk own" if row["own"] else "talk",
    )


def _with_photos_joined(entries: list[Entry]) -> list[Entry]:
    """Join photos that one person added in one go into one entry."""
    joined: list[Entry] = []
    for entry in entries:
        last = joined[-1] if joined else None
        same = last is not None and (last.title, last.who) == (entry.title, entry.who)
        if last is not None and same and entry.photos and last.photos and not entry.lines:
            joined[-1] = replace(last, photos=(*last.photos, *entry.photos))
        else:
            joined.append(entry)
    return joined


def _given(*names: str) -> Callable[[Details, Speech], list[Line]]:
    """Return a teller of texts that stand in the details under their field's name."""
    return lambda details, _say: [
        (f"field.{name}", str(details[name])) for name in names if details.get(name)
    ]


def _bodies(details: Details, say: Speech) -> list[Line]:
    comma = say.word("list.comma")
    assisting = comma.join(say.utility(code) for code in details.get("assisting", ()))
    return [
        ("field.lead", say.utility(details.get("lead"))),
        ("field.assisting", assisting),
        ("field.reason", details.get("reason", "")),
    ]


def _of_body(*names: str) -> Callable[[Details, Speech], list[Line]]:
    """Return a teller that names the body, and says so where it only assists."""

    def tell(details: Details, say: Speech) -> list[Line]:
        body = say.utility(details.get("utility"))
        if details.get("role") == "assisting":
            body = say.word("history.assisting", name=body)
        raised = details.get("raised")
        return [
            ("", body),
            *_given(*names)(details, say),
            ("field.until", _instant(details.get("until"), say)),
            ("", say.named("raised", raised) if raised else ""),
        ]

    return tell


def _decided(details: Details, say: Speech) -> list[Line]:
    asked = say.named("request", details.get("kind"))
    return [
        ("", say.word("history.request", name=say.utility(details.get("utility")), asked=asked)),
        ("field.until", _instant(details.get("until"), say)),
        ("field.reason", details.get("reason", "")),
    ]


def _ended(details: Details, say: Speech) -> list[Line]:
    return [
        ("", say.named("outcome", details.get("outcome")) if details.get("outcome") else ""),
        ("field.reason", details.get("reason", "")),
        ("field.result", details.get("result", "")),
        ("history.with", details.get("duplicate_of", "")),
        ("", say.word("history.carried") if details.get("with") else ""),
    ]


def _changed(name: Callable[[Speech, str | None], str], before: str, after: str) -> Any:
    """Return a teller of a change from one code to another."""

    def tell(details: Details, say: Speech) -> list[Line]:
        was, became = name(say, details.get(before)), name(say, details.get(after))
        return [
            ("", say.word("history.changed", was=was or "—", became=became or "—")),
            ("field.reason", details.get("reason", "")),
        ]

    return tell


def _across(details: Details, say: Speech) -> list[Line]:
    """Tell the other county, and the number that the matter has there."""
    name = Name(details["county_name"], details["county_name_en"]).of(say.language)
    return [
        ("", say.word("timeline.across", county=name, number=details["number"])),
        ("field.reason", details.get("reason", "")),
    ]


def _meeting(details: Details, say: Speech) -> list[Line]:
    comma = say.word("list.comma")
    return [
        ("field.meets_at", _instant(details.get("meets_at"), say)),
        ("field.place", details.get("place", "")),
        ("field.bodies", comma.join(say.utility(code) for code in details.get("bodies", ()))),
    ]


def _minutes(details: Details, say: Speech) -> list[Line]:
    decisions = [
        (
            "history.decision",
            say.word(
                "history.decided",
                name=say.utility(one["utility"]),
                text=one["text"],
                due=_instant(one["due_at"], say),
            ),
        )
        for one in details.get("decisions", ())
    ]
    return [("field.minutes", details.get("minutes", "")), *decisions]


def _merged(details: Details, say: Speech) -> list[Line]:
    key = "history.merged_into" if details.get("into") else "history.merged"
    return [("", say.word(key, number=details["number"]) if details.get("number") else "")]


def _unmerged(details: Details, say: Speech) -> list[Line]:
    number = details.get("number")
    return [
        ("", say.word("history.unmerged", number=number) if number else ""),
        ("field.reason", details.get("reason", "")),
    ]


def _alarm(details: Details, say: Speech) -> list[Line]:
    stage, raised = details.get("stage"), details.get("raised")
    due = _instant(details.get("due_at"), say)
    late = say.word("history.due", stage=say.named("stage", stage), due=due) if stage else ""
    return [
        ("", late),
        ("", say.utility(details.get("utility"))),
        ("field.reason", details.get("reason", "")),
        ("", say.named("raised", raised) if raised else ""),
    ]


def _escalated(details: Details, say: Speech) -> list[Line]:
    # A limit that ran out twice while the municipal centre had the report lifted nothing.
    lifted_nothing = details.get("stage") and not details.get("raised")
    return [*_alarm(details, say), ("", say.word("history.twice") if lifted_nothing else "")]


def _evaluated(details: Details, say: Speech) -> list[Line]:
    answer = say.named("answer", details.get("answer"))
    channel = say.named("channel", details.get("channel"))
    asks = say.word("history.asks_reopen") if details.get("reopen_requested") else ""
    return [("", f"{answer} · {channel}"), ("", asks)]


def _asked(details: Details, say: Speech) -> list[Line]:
    return [("", say.named("channel", details.get("channel")))]


def _undone(details: Details, say: Speech) -> list[Line]:
    return [("", say.named("act", details.get("undone")))]


def _rematched(details: Details, say: Speech) -> list[Line]:
    lines: list[Line] = []
    for name, tell in (("grid", lambda code: code or "—"), ("utility", say.utility)):
        change = details.get(name)
        if isinstance(change, Mapping):
            was, became = tell(change["from"]) or "—", tell(change["to"]) or "—"
            lines.append((f"match.{name}", say.word("history.changed", was=was, became=became)))
    return lines


def _instant(text: str | None, say: Speech) -> str:
    return say.moment(dt.datetime.fromisoformat(text)) if text else ""


_TOLD: Mapping[str, Callable[[Details, Speech], Iterable[Line]]] = {
    "reject": _ended,
    "resolve_on_site": _ended,
    "dispatch": _bodies,
    "reassign": _bodies,
    "check_in": _of_body(),
    "return": _of_body("reason"),
    "feed_back": _of_body("result", "cause", "remedy"),
    "request_extension": _of_body("reason"),
    "request_suspension": _of_body("reason"),
    "approve": _decided,
    "refuse": _decided,
    "close": _ended,
    "rework": _of_body("reason"),
    "reopen": _given("reason"),
    "withdraw": _ended,
    "escalate": _escalated,
    "hand_down": _given("reason"),
    "hand_over": _across,
    "taken_over": _across,
    "transfer": _changed(Speech.town, "from", "town"),
    "recategorise": _changed(Speech.category, "from", "category"),
    "move": _changed(lambda _say, code: code or "", "from_grid", "grid"),
    "convene": _meeting,
    "acknowledge": _of_body(),
    "record_minutes": _minutes,
    "merge": _merged,
    "unmerge": _unmerged,
    "remind": _alarm,
    "supervise": _alarm,
    "evaluation_asked": _asked,
    "evaluated": _evaluated,
    "undone": _undone,
    "rematched": _rematched,
}
