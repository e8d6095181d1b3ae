"""From a posted form to the fields of an action: what people type becomes what the domain takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from api.posted import Posted
from gis import reports
from gis.audience import Actor
from gis.db.database import Transaction
from gis.errors import InvalidInput, NotFound
from gis.ids import public_id
from gis.lookups import search_places
from gis.workflow.fields import Field
from gis.workflow.table import fields_of

MOST_NAMED = 4
"""Places named to somebody who has to choose among them."""


def read_action(
    tx: Transaction, actor: Actor, action: str, posted: Posted, zone: ZoneInfo
) -> dict[str, Any]:
    """Return the fields of an action as the domain takes them; blank ones are left out.

    Parameters
    ----------
    zone
        The county's: what is typed as day and time is meant on its clocks.

    Raises
    ------
    InvalidInput
        A place or a report that is named does not exist, or is not the only one of the name.
    """
    fields: dict[str, Any] = {}
    if action == "move":
        fields |= _place(tx, actor, posted.text("place"))
    for wanted in fields_of(action):
        read = _READERS.get(wanted.kind, _text)
        value = read(tx, actor, wanted, posted, zone)
        if value not in ("", [], None):
            fields[wanted.name] = value
    return fields


def local_instant(text: str, zone: ZoneInfo) -> str:
    """Return what ``<input type="datetime-local">`` holds as ISO 8601 with the zone's offset.

    Examples
    --------
    >>> local_instant("2026-11-23T09:30", ZoneInfo("Asia/Shanghai"))
    '2026-11-23T09:30:00+08:00'
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text  # the domain says what is wrong with it
    return moment.replace(tzinfo=moment.tzinfo or zone).isoformat()


def get_place_code(tx: Transaction, county_code: str, text: str, field: str) -> str:
    """Return the code of the only place a name means.

    Raises
    ------
    InvalidInput
        There is none, or there are several.
    """
    found = search_places(tx, county_code, text, limit=MOST_NAMED)
    exact = [place for place in found if text.strip() in {place["name"], place["name_en"]}]
    fitting = exact or found
    if not fitting:
        raise InvalidInput.of(field, f"there is no place {text!r}")
    if len(fitting) > 1:
        names = "、".join(f"{place['name']}（{place['address']}）" for place in fitting)
        raise InvalidInput.of(field, f"several places: {names}")
    code: str = fitting[0]["code"]
    return code


def _place(tx: Transaction, actor: Actor, text: str) -> dict[str, Any]:
    """Return where a name or the code of a grid is."""
    if not text.strip():
        raise InvalidInput.of("place", "`move` needs it.")
    if text.strip().isdecimal():
        return {"grid_code": text.strip()}
    return {"place_code": get_place_code(tx, actor.county_code, text, "place")}


def _text(_tx: Transaction, _actor: Actor, wanted: Field, posted: Posted, _zone: ZoneInfo) -> str:
    # The long lists stand beside the short ones that are suggested, and win when used.
    return posted.text(f"{wanted.name}_other").strip() or posted.text(wanted.name)


def _list(
    _tx: Transaction, _actor: Actor, wanted: Field, posted: Posted, _zone: ZoneInfo
) -> list[str]:
    return posted.all(wanted.name)


def _instant(_tx: Transaction, _actor: Actor, wanted: Field, posted: Posted, zone: ZoneInfo) -> str:
    return local_instant(posted.text(wanted.name), zone)


def _report(tx: Transaction, actor: Actor, wanted: Field, posted: Posted, _zone: ZoneInfo) -> str:
    named = _text(tx, actor, wanted, posted, _zone).strip()
    if not named:
        return ""
    try:
        return public_id(actor.county_code, reports.get_id(tx, actor, named))
    except NotFound:
        raise InvalidInput.of(wanted.name, "There is no such report.") from None


def _decisions(
    _tx: Transaction, _actor: Actor, _wanted: Field, posted: Posted, zone: ZoneInfo
) -> list[dict[str, str]]:
    columns = [posted.texts.get(f"decision_{name}", []) for name in ("utility", "text", "due_at")]
    return [
        {"utility": body, "text": text, "due_at": local_instant(by, zone)}
        for body, text, by in zip(*columns, strict=False)
        if body or text.strip()
    ]


def _nothing(
    _tx: Transaction, _actor: Actor, _wanted: Field, _posted: Posted, _zone: ZoneInfo
) -> None:
    """Leave out what a page never sends: coordinates, and photos, which are stored before."""


_Reader = Callable[[Transaction, Actor, Field, Posted, ZoneInfo], Any]
_READERS: Mapping[str, _Reader] = {
    "codes": _list,
    "instant": _instant,
    "report": _report,
    "decisions": _decisions,
    "number": _nothing,
    "sha256s": _nothing,
}
