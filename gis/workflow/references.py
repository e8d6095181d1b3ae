"""What the fields of an action name, looked up: bodies, towns, categories, places, other reports."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Mapping
from typing import Any

from gis.clocks import TimeBook
from gis.db.database import Transaction
from gis.deadlines import LONGEST_SUSPENSION
from gis.errors import FieldError, InvalidInput
from gis.ids import public_id
from gis.matching import Match, Where, match_point
from gis.matching_reference import hold_reference
from gis.records import Intake, record_of
from gis.workflow.case import ReportState
from gis.workflow.step import Body, County, References
from gis.workflow.store import PLACEMENT

Fields = Mapping[str, Any]
_EWKB_POINT = struct.Struct("<BIIdd")
_POINT_WITH_SRID = 0x20000001
ASKED_ROLES = frozenset({"dispatcher", "grid_staff"})


def look_up(
    tx: Transaction,
    action: str,
    fields: Fields,
    report: ReportState,
    book: TimeBook,
    now: dt.datetime,
) -> References:
    """Look up what the fields of an action name.

    Raises
    ------
    InvalidInput
        A field names something that does not exist in the county.
    """
    if "duplicate_of" in fields:
        return _duplicate(tx, fields, report)
    find = _FINDERS.get(action)
    return find(tx, fields, report, book, now) if find else References()


def _bodies(
    tx: Transaction, report: ReportState, named: Mapping[str, list[str]]
) -> dict[str, Body]:
    """Return the bodies that fields name, ``named`` by field."""
    codes = sorted({code for codes in named.values() for code in codes})
    rows = tx.rows(
        "SELECT code, name, CASE WHEN kind = 'town' THEN town_code END AS office_of"
        " FROM utility WHERE county_code = %(county)s AND code = ANY(%(codes)s)",
        {"county": report.county_code, "codes": codes},
    )
    found = {row["code"]: Body(**row) for row in rows}
    errors = [
        FieldError(field, f"There is no utility `{code}`.")
        for field, wanted in named.items()
        for code in wanted
        if code not in found
    ]
    if errors:
        raise InvalidInput("A body that was named does not exist.", errors)
    return found


def _for_dispatch(
    tx: Transaction, fields: Fields, report: ReportState, _book: TimeBook, _now: dt.datetime
) -> References:
    named = {"lead": [fields["lead"]], "assisting": list(fields.get("assisting", ()))}
    return References(bodies=_bodies(tx, report, named))


def _for_meeting(
    tx: Transaction, fields: Fields, report: ReportState, _book: TimeBook, _now: dt.datetime
) -> References:
    named = {"bodies": list(fields.get("bodies", ()))}
    if fields.get("decisions"):
        named["decisions"] = [decision["utility"] for decision in fields["decisions"]]
    return References(bodies=_bodies(tx, report, named))


def _for_question(
    tx: Transaction, fields: Fields, report: ReportState, _book: TimeBook, _now: dt.datetime
) -> References:
    of = fields.get("of")
    if of is None or of in ASKED_ROLES:
        return References()
    return References(bodies=_bodies(tx, report, {"of": [of]}))


def _for_pause(
    _tx: Transaction, fields: Fields, _report: ReportState, _book: TimeBook, now: dt.datetime
) -> References:
    if fields["until"] <= now:
        raise InvalidInput.of("until", "A pause has to end in the future.")
    if fields["until"] - now > LONGEST_SUSPENSION:
        raise InvalidInput.of("until", f"A pause may last at most {LONGEST_SUSPENSION.days} days.")
    return References()


def _for_transfer(
    tx: Transaction, fields: Fields, report: ReportState, _book: TimeBook, _now: dt.datetime
) -> References:
    found = tx.rows(
        "SELECT code FROM town WHERE county_code = %(county)s AND code = %(town)s",
        {"county": report.county_code, "town": fields["town"]},
    )
    if not found:
        raise InvalidInput.of("town", f"There is no town `{fields['town']}` in this county.")
    return References(town_code=fields["town"])


def _for_hand_over(
    tx: Transaction, fields: Fields, report: ReportState, _book: TimeBook, _now: dt.datetime
) -> References:
    found = tx.rows(
        "SELECT code, name, name_en FROM county WHERE code = %(county)s AND code <> %(own)s",
        {"county": fields["county"], "own": report.county_code},
    )
    if not found:
        raise InvalidInput.of("county", f"There is no other county `{fields['county']}` here.")
    return References(county=County(**found[0]))


def _for_category(
    tx: Transaction, fields: Fields, report: ReportState, book: TimeBook, now: dt.datetime
) -> References:
    return _matched(tx, where_of(tx, report), fields["category"], report, book, now)


def _for_move(
    tx: Transaction, fields: Fields, report: ReportState, book: TimeBook, now: dt.datetime
) -> References:
    said = {name: fields[name] for name in _WHERE_FIELDS if name in fields}
    found = _matched(tx, Where.of(**said), report.category_code, report, book, now)
    if "address" in fields and found.placement is not None:
        placement = {**found.placement, "address": fields["address"]}
        return References(
            placement=placement,
            town_code=found.town_code,
            covering_utilities=found.covering_utilities,
        )
    return found


def _matched(
    tx: Transaction,
    where: Where,
    category: str | None,
    report: ReportState,
    book: TimeBook,
    now: dt.datetime,
) -> References:
    # In a statement of its own: what is matched by was in force when the lock was got, and stays so.
    hold_reference(tx, report.county_code)
    match = match_point(tx, report.county_code, where, category=category, at=now)
    return References(
        placement={**placement_of(where, match, book, now), "address": report.placement["address"]},
        category_code=match.category.code if match.category else None,
        category_level=match.category.level if match.category else None,
        town_code=match.grid.town_code if match.grid else None,
        covering_utilities=match.covering_utilities,
    )


def placement_of(where: Where, match: Match, book: TimeBook, now: dt.datetime) -> dict[str, Any]:
    """Return the columns that intake would write for this match."""
    blank = Intake(where=where, description="", body_sha256="")
    record = record_of(blank, match, book, actor=None, now=now)
    record |= {
        "location": ewkb_point(where.lon, where.lat),
        "layout_id": match.layout.id if match.layout else None,
        "service_area_version_id": (
            match.service_area_version.id if match.service_area_version else None
        ),
        "reason": list(match.reason),
    }
    return {column: record[column] for column in PLACEMENT}


def ewkb_point(lon: float | None, lat: float | None) -> str | None:
    """Return a WGS 84 point as PostGIS prints it: hexadecimal EWKB."""
    if lon is None or lat is None:
        return None
    return _EWKB_POINT.pack(1, _POINT_WITH_SRID, 4326, lon, lat).hex().upper()


def where_of(tx: Transaction, report: ReportState) -> Where:
    """Return where a report said it is, to be matched again for another category."""
    placement = report.placement
    lon = lat = None
    if placement["location"] is not None:
        _, _, _, lon, lat = _EWKB_POINT.unpack(bytes.fromhex(placement["location"]))
    place_code = _still_there(tx, report, placement["place_code"])
    return Where(
        lon=lon,
        lat=lat,
        accuracy_m=placement["accuracy_m"],
        crs=placement["crs"],
        place_code=place_code,
        # A grid named without coordinates is known by its code in the match alone.
        grid_code=placement["grid_code"] if lon is None and place_code is None else None,
        place_text=placement["place_text"],
    )


def _still_there(tx: Transaction, report: ReportState, place_code: str | None) -> str | None:
    """Return the code of a place, unless it has gone since the report came in."""
    if place_code is None:
        return None
    code: str | None = tx.scalar(
        "SELECT code FROM place WHERE county_code = %(county)s AND code = %(code)s",
        {"county": report.county_code, "code": place_code},
    )
    return code


def _duplicate(tx: Transaction, fields: Fields, report: ReportState) -> References:
    """Say whether the named report is the same person's: by telephone, else by account."""
    county_code, other_id = fields["duplicate_of"]
    same = tx.scalar(
        "SELECT CASE WHEN mine.reporter_phone <> '' OR other.reporter_phone <> ''"
        " THEN mine.reporter_phone = other.reporter_phone"
        " ELSE mine.account_id = other.account_id END"
        " FROM report AS mine, report AS other"
        " WHERE mine.county_code = %(county)s AND mine.id = %(id)s"
        " AND other.county_code = %(county)s AND other.id = %(other)s AND other.id <> mine.id",
        {"county": report.county_code, "id": report.id, "other": other_id},
    )
    return References(
        duplicate_of=public_id(county_code, other_id),
        same_person=bool(same) and county_code == report.county_code,
    )


Finder = Callable[[Transaction, Fields, ReportState, TimeBook, dt.datetime], References]
_FINDERS: Mapping[str, Finder] = {
    "dispatch": _for_dispatch,
    "reassign": _for_dispatch,
    "convene": _for_meeting,
    "record_minutes": _for_meeting,
    "ask": _for_question,
    "request_suspension": _for_pause,
    "hand_over": _for_hand_over,
    "transfer": _for_transfer,
    "recategorise": _for_category,
    "move": _for_move,
}
_WHERE_FIELDS = (
    "longitude", "latitude", "crs", "accuracy_m", "place_code", "grid_code", "place_text",
)  # fmt: skip
