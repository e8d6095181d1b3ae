"""A report and its match as the API gives them out: plain values, in the API's order of fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from gis.audience import Actor
from gis.db.database import Row
from gis.ids import public_id
from gis.matching import Match
from gis.personal import mask_name, mask_phone
from gis.reasons import render
from gis.workflow.case import Called, Part, Standing, is_current, of_row
from gis.workflow.guards import legal_actions, parties_of

Document = dict[str, Any]
"""Plain values, ready for JSON."""

# Who is told the duty telephones of the others, once a body has been assigned.
_TELEPHONING = frozenset({"centre", "grid", "lead", "assisting"})
_PART_FIELDS = ("role", "status", "round", "requested", "office_of", "extensions", "suspensions")
_PLACE = ("code", "kind", "name", "name_en", "longitude", "latitude")
_ASSIGNMENT_FIELDS = ("id", "utility", "role", "status", "due_at", "version", "round")


def report_document(row: Row, actor: Actor, now: dt.datetime) -> Document:
    """Return a row of ``report_documents.sql`` as the API gives it out.

    Its actions are those legal for this actor now, but for `undo`.
    """
    merged_into = row["merged_into"]
    parts = [_part(one) for one in row["assignments"]]
    meetings = [of_row(Called, one) for one in row["meetings"]]
    standing = of_row(Standing, row)
    return {
        "id": public_id(row["county_code"], row["id"]),
        "number": row["number"],
        "client_id": row["client_id"],
        "body_sha256": row["body_sha256"],
        "status": row["status"],
        "level": row["level"],
        "round": row["round"],
        "outcome": row["outcome"],
        "category": row["category_code"],
        "description": row["description"],
        "source": row["source"],
        "address": row["address"],
        "urgent": row["urgent"],
        "location": point_document(row["longitude"], row["latitude"]),
        "place": _place(row),
        "place_text": row["place_text"],
        "accuracy_m": row["accuracy_m"],
        "captured_at": row["captured_at"],
        "received_at": row["received_at"],
        "due_at": row["due_at"],
        "yellow_at": row["yellow_at"],
        "light": _light(row, now),
        "version": row["version"],
        "town_code": row["town_code"],
        "merged_into": public_id(row["county_code"], merged_into) if merged_into else None,
        "merged_count": row["merged_count"],
        "reopen_requested": row["reopen_requested"],
        "photos": row["photos"],
        "unread_messages": row["unread_messages"],
        "reporter": _reporter(row),
        "contacts": _contacts(row, standing, actor, parts),
        "actions": legal_actions(standing, actor, parts, now=now, meetings=meetings),
        "match": _match(row),
        "assignments": [
            {name: one[name] for name in _ASSIGNMENT_FIELDS} for one in row["assignments"]
        ],
    }


def _part(assignment: Row) -> Part:
    return Part(
        utility_code=assignment["utility"]["code"],
        handle_due_at=_instant(assignment["handle_due_at"]),
        pause_until=_instant(assignment["pause_until"]),
        **{name: assignment[name] for name in _PART_FIELDS},
    )


def _instant(text: str | None) -> dt.datetime | None:
    """Return an instant that PostgreSQL wrote into JSON."""
    return dt.datetime.fromisoformat(text) if text else None


def _reporter(row: Row) -> Document | None:
    """Return who reported, masked for everybody; `gis.personal.get_person` tells in full."""
    name, phone = row["reporter_name"], row["reporter_phone"]
    return {"name": mask_name(name), "phone": mask_phone(phone)} if name or phone else None


def _contacts(row: Row, standing: Standing, actor: Actor, parts: Sequence[Part]) -> list[Document]:
    """Return the duty telephones of an open report's parties, for those parties alone."""
    current = [
        one
        for one, part in zip(row["assignments"], parts, strict=True)
        if is_current(standing, part)
    ]
    if (
        not current
        or standing.status == "closed"
        or not _TELEPHONING & parties_of(standing, actor, parts)
    ):
        return []
    found = [
        _contact(one["role"], one["utility"]["name"], one["telephone"], one["utility"]["code"])
        for one in current
    ]
    if row["staff_id"] is not None:
        found.append(_contact("grid", row["staff_name"], row["staff_telephone"]))
    if row["office"] is not None:
        office = row["office"]
        found.append(_contact("centre", office["name"], office["telephone"], office["utility"]))
    return [contact for contact in found if contact["telephone"]]


def _contact(party: str, name: str, telephone: str, utility: str | None = None) -> Document:
    return {"party": party, "name": name, "telephone": telephone, "utility": utility}


def _match(row: Row) -> Document:
    grid = staff = utility = None
    if row["grid_code"] is not None:
        grid = {
            "code": row["grid_code"],
            "name": row["grid_name"] or row["grid_code"],
            "name_en": row["grid_name_en"] or "",
            "town_code": row["grid_town_code"],
            "town_name": row["grid_town_name"],
            "town_name_en": row["grid_town_name_en"],
        }
    if row["staff_id"] is not None:
        staff = {
            "id": row["staff_id"],
            "name": row["staff_name"],
            "role": row["staff_role"],
            "method": row["staff_method"],
        }
    if row["utility_code"] is not None:
        utility = {
            "code": row["utility_code"],
            "name": row["utility_name"],
            "kind": row["utility_kind"],
        }
    return {
        "grid": grid,
        "grid_method": row["grid_method"],
        "grid_distance_m": row["grid_distance_m"],
        "confidence": row["confidence"],
        "candidates": row["candidates"],
        "staff": staff,
        "staff_all": row["staff_all"],
        "utility": utility,
        "utility_method": row["utility_method"],
        "utility_distance_m": row["utility_distance_m"],
        "reason": render(row["reason"], "zh"),
        "reason_en": render(row["reason"], "en"),
        "layout": row["layout_name"],
    }


def match_document(match: Match) -> Document:
    """Return a match that was just made as the API gives it out, as in a report."""
    return {
        "grid": match.grid
        and {
            "code": match.grid.code,
            "name": match.grid.name,
            "name_en": match.grid.name_en,
            "town_code": match.grid.town_code,
            "town_name": match.grid.town_name,
            "town_name_en": match.grid.town_name_en,
        },
        "grid_method": match.grid_method,
        "grid_distance_m": match.grid_distance_m,
        "confidence": match.confidence,
        "candidates": [asdict(one) for one in match.candidates],
        "staff": match.staff and {**asdict(match.staff), "method": match.staff_method},
        "staff_all": [asdict(one) for one in match.staff_all],
        "utility": match.utility
        and {
            "code": match.utility.code,
            "name": match.utility.name,
            "kind": match.utility.kind,
        },
        "utility_method": match.utility_method,
        "utility_distance_m": match.utility_distance_m,
        "reason": render(match.reason, "zh"),
        "reason_en": render(match.reason, "en"),
        "layout": match.layout and match.layout.name,
    }


def _place(row: Row) -> Document | None:
    """Return the place a report was given without coordinates, unless it has gone since."""
    if row["place_name"] is None:
        return None
    return place_document({name: row[f"place_{name}"] for name in _PLACE})


def place_document(place: Row) -> Document:
    """Return a named place as reports and ``/locate`` give it out."""
    return {
        **{name: place[name] for name in ("code", "kind", "name", "name_en")},
        "location": point_document(place["longitude"], place["latitude"]),
    }


def point_document(longitude: float | None, latitude: float | None) -> Document | None:
    """Return a point as GeoJSON, None where there is none."""
    if longitude is None or latitude is None:
        return None
    # Seven decimals are a centimetre; more would be the noise of a datum conversion.
    return {"type": "Point", "coordinates": [round(longitude, 7), round(latitude, 7)]}


def _light(row: Row, now: dt.datetime) -> str | None:
    """Return what ``report_filters.light`` says in SQL; a test compares the two."""
    if row["status"] == "closed" or row["due_at"] is None:
        return None
    if row["due_at"] <= now:
        return "red"
    return "yellow" if row["yellow_at"] is not None and row["yellow_at"] <= now else "green"
