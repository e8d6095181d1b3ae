"""Fields of an action: what may be sent, how it is read, and what is said when it is wrong."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.blank import is_blank
from gis.errors import FieldError, InvalidInput, NotFound
from gis.ids import parse_public_id

LONGEST_TEXT = 4000
LONGEST_CODE = 64
MOST_BODIES = 30
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
# U+0000 cannot be stored by PostgreSQL, lone surrogates cannot be written as UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Wrong(Exception):
    """A field's value cannot be used; the text says why."""


@dataclass(frozen=True)
class Field:
    """One field of an action.

    Attributes
    ----------
    kind
        Name of its reader in `READERS`.
    choices
        The words it may be, where they are few.
    """

    name: str
    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()


def required(name: str, kind: str = "text", choices: tuple[str, ...] = ()) -> Field:
    """Return a field that has to be sent."""
    return Field(name, kind, required=True, choices=choices)


def optional(name: str, kind: str = "text", choices: tuple[str, ...] = ()) -> Field:
    """Return a field that may be left out."""
    return Field(name, kind, choices=choices)


def read_fields(wanted: Sequence[Field], given: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Read the fields of an action; those left out are absent from the answer.

    Raises
    ------
    InvalidInput
        Naming every field that is missing, unknown or of the wrong form.
    """
    known = {field.name: field for field in wanted}
    errors = [
        FieldError(name, f"`{action}` takes no such field; it takes: {', '.join(known) or 'none'}.")
        for name in given
        if name not in known
    ]
    values: dict[str, Any] = {}
    for name, field in known.items():
        value = given.get(name)
        if value is None or value in ("", []):
            if field.required:
                errors.append(FieldError(name, f"`{action}` needs it."))
            continue
        try:
            values[name] = READERS[field.kind](value)
        except Wrong as wrong:
            errors.append(FieldError(name, str(wrong)))
            continue
        if field.choices and values[name] not in field.choices:
            errors.append(FieldError(name, f"Must be one of: {', '.join(field.choices)}."))
    if errors:
        raise InvalidInput(f"`{action}` cannot be done with these fields.", errors)
    return values


def read_text(value: Any) -> str:
    """Return a text without blank ends."""
    if not isinstance(value, str):
        raise Wrong("Must be a text.")
    if _UNSTORABLE.search(value):
        raise Wrong("Holds a character that cannot be stored.")
    if is_blank(value):
        raise Wrong("Must not be blank.")
    text = value.strip()
    if len(text) > LONGEST_TEXT:
        raise Wrong(f"Must have at most {LONGEST_TEXT} characters.")
    return text


def _code(value: Any) -> str:
    text = read_text(value)
    if len(text) > LONGEST_CODE:
        raise Wrong(f"Must have at most {LONGEST_CODE} characters.")
    return text


def _codes(value: Any) -> list[str]:
    return _list(value, _code)


def _sha256s(value: Any) -> list[str]:
    return _list(value, _sha256)


def _list(value: Any, read: Callable[[Any], str]) -> list[str]:
    if not isinstance(value, list | tuple):
        raise Wrong("Must be a list.")
    if len(value) > MOST_BODIES:
        raise Wrong(f"Must have at most {MOST_BODIES} entries.")
    return list(dict.fromkeys(read(item) for item in value))


def _sha256(value: Any) -> str:
    text = read_text(value)
    if not _SHA256.match(text):
        raise Wrong("Must be a SHA-256 in 64 lower-case hexadecimal digits.")
    return text


def _uuid(value: Any) -> uuid.UUID:
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(read_text(value))
    except ValueError:
        raise Wrong("Must be a uuid.") from None


def _report(value: Any) -> tuple[str, uuid.UUID]:
    try:
        return parse_public_id(read_text(value))
    except NotFound:
        raise Wrong("Must be the id of a report.") from None


def read_instant(value: Any) -> dt.datetime:
    """Return an instant in UTC, of a datetime or its ISO 8601 text."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(read_text(value))
        except ValueError:
            raise Wrong("Must be an instant like 2026-11-23T14:00:00+08:00.") from None
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise Wrong("Must be an instant with its time zone, like 2026-11-23T14:00:00+08:00.")
    if not 2000 <= value.year < 2059:
        raise Wrong("Must lie between the years 2000 and 2058.")
    return value.astimezone(dt.UTC)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("Must be a number.")
    if not math.isfinite(value):
        raise Wrong("Must be a finite number.")
    return float(value)


def _decisions(value: Any) -> list[dict[str, Any]]:
    """Read a meeting's decisions: {utility, text, due_at}."""
    if not isinstance(value, list | tuple) or len(value) > MOST_BODIES:
        raise Wrong(f"Must be a list of at most {MOST_BODIES} decisions.")
    decisions = []
    for number, item in enumerate(value, start=1):
        if not isinstance(item, Mapping) or set(item) != {"utility", "text", "due_at"}:
            raise Wrong(f"Decision {number} must have utility, text and due_at.")
        try:
            decisions.append(
                {
                    "utility": _code(item["utility"]),
                    "text": read_text(item["text"]),
                    "due_at": read_instant(item["due_at"]),
                }
            )
        except Wrong as wrong:
            raise Wrong(f"Decision {number}: {wrong}") from None
    return decisions


READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": read_text,
    "code": _code,
    "codes": _codes,
    "sha256s": _sha256s,
    "uuid": _uuid,
    "report": _report,
    "instant": read_instant,
    "number": _number,
    "decisions": _decisions,
}
