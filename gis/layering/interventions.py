"""Measures that a planner took somewhere on a day, and what reports say came of them."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass, replace
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from gis.audience import Actor
from gis.clock import day_bounds, local_day, zone_named
from gis.db.database import Row, Transaction
from gis.disclosure import Choice, choose
from gis.errors import InvalidInput, NotAllowed, NotFound
from gis.hotspots.interventions import BeforeAfter, Effect, effect
from gis.ids import uuid7
from gis.layering.reach import county_reach
from gis.layering.scopes import Span, check_may_analyse
from gis.layering.suppression import SMALLEST_TOLD
from gis.layers import layer_state

LONGEST_DAYS: Final = 731
# Supervisors see and urge, dispatchers of the county dispatch: neither plans measures.
WRITERS: Final = frozenset({"planner", "admin"})
_MOST_VERTICES: Final = 2_000


@dataclass(frozen=True)
class Plan:
    """What is written of a measure.

    Attributes
    ----------
    taken_on
        Day it took effect; the day itself counts on neither side.
    days
        Days compared on each side.
    area, control
        GeoJSON polygons in degrees; without a control area it is the rest of the county.
    """

    name: str
    measure: str
    category: str | None
    tag: str | None
    taken_on: dt.date
    days: int
    area: dict[str, Any]
    control: dict[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a measure so far.

    Attributes
    ----------
    in_area, in_control
        Reports before and after; None before the first day after it, and where nothing is known
        of a side.
    few
        The area has fewer than five reports on both sides together: no statement is possible.
    complete
        All days after it have passed.
    unknown
        Nothing at all was reported in the county on one of the sides.
    partly
        From the county's first report to its last, where fewer days are compared for it.
    not_told
        Its matter has become sensitive since, or its tag is no category's any more.
    """

    in_area: BeforeAfter | None
    in_control: BeforeAfter | None
    effect: Effect | None
    few: bool
    complete: bool
    unknown: bool = False
    partly: Span | None = None
    not_told: bool = False


def add_intervention(tx: Transaction, actor: Actor, plan: Plan, *, now: dt.datetime) -> uuid.UUID:
    """Write a measure down.

    Raises
    ------
    NotAllowed
        The actor is neither planner nor administrator.
    InvalidInput
        It has no name, an area is no polygon or far from the county, or the category is not known
        or sensitive.
    """
    check_may_analyse(actor)
    if not may_add(actor):
        raise NotAllowed("Measures are written down by planners and administrators.")
    if not plan.name.strip():
        raise InvalidInput.of("name", "say what the measure is called")
    _choice(tx, actor, plan.category, plan.tag)
    area = _polygon(plan.area, "area")
    control = None if plan.control is None else _polygon(plan.control, "control")
    _check_in_county(tx, actor, area, "area")
    if control is not None:
        _check_in_county(tx, actor, control, "control")
    if control is not None and shapely.covers(area, control):
        raise InvalidInput.of("control", "lies wholly inside the area itself")
    key = uuid7()
    tx.rows(
        "INSERT INTO intervention (county_code, id, name, measure, category_code, tag, taken_on,"
        " days, area, control, account_id, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::geometry, %s::geometry, %s, %s)",
        [
            *(actor.county_code, key, plan.name, plan.measure, plan.category, plan.tag),
            *(plan.taken_on, plan.days, _hex(area), _hex(control), actor.account_id, now),
        ],
    )
    return key


def may_add(actor: Actor) -> bool:
    """Tell whether an actor may write measures down."""
    return actor.role in WRITERS


def may_remove(actor: Actor, intervention: Row) -> bool:
    """Tell whether an actor may delete a measure: who wrote it, or an administrator."""
    own = intervention["account_id"] == actor.account_id
    return actor.role == "admin" or (own and may_add(actor))


def list_interventions(tx: Transaction, actor: Actor) -> list[Row]:
    """Return a county's measures, the latest first."""
    check_may_analyse(actor)
    return tx.query("interventions", {"county": actor.county_code, "id": None})


def get_intervention(tx: Transaction, actor: Actor, key: str) -> Row:
    """Return one measure.

    Raises
    ------
    NotFound
        There is no such measure in the county.
    """
    check_may_analyse(actor)
    found = tx.query_one("interventions", {"county": actor.county_code, "id": _uuid(key)})
    if found is None:
        raise NotFound("There is no such intervention.")
    return found


def remove_intervention(tx: Transaction, actor: Actor, key: str, *, now: dt.datetime) -> None:
    """Delete one measure; its row stays, with who deleted it and when.

    Raises
    ------
    NotFound
        There is no such measure in the county.
    NotAllowed
        Somebody else wrote it, and the actor is no administrator.
    """
    if not may_remove(actor, get_intervention(tx, actor, key)):
        raise NotAllowed("A measure is deleted by who wrote it down, or by an administrator.")
    tx.rows(
        "UPDATE intervention SET removed_at = %s, removed_by = %s"
        " WHERE county_code = %s AND id = %s AND removed_at IS NULL",
        [now, actor.account_id, actor.county_code, _uuid(key)],
    )


def outcome_of(tx: Transaction, actor: Actor, intervention: Row, *, now: dt.datetime) -> Outcome:
    """Compare the days after a measure with as many before, in its area and in the control area.

    Until all days after it have passed, only those that have are compared, with as many before.
    """
    zone = zone_named(tx.scalar("SELECT timezone FROM county WHERE code = %s", [actor.county_code]))
    day, one = intervention["taken_on"], dt.timedelta(days=1)
    passed = (local_day(now, zone) - day).days - 1
    days = min(intervention["days"], passed)
    complete = passed >= intervention["days"]
    try:
        choice = _choice(tx, actor, intervention["category"], intervention["tag"])
    except InvalidInput:
        # It was let in when it was written down; what it is about was changed by others.
        return Outcome(None, None, None, few=False, complete=complete, not_told=True)
    if days < 1:
        return Outcome(None, None, None, few=False, complete=False)
    layout_id = layer_state(tx, actor.county_code).layout_id
    data = county_reach(tx, actor.county_code, layout_id, [Span(day, day)])[0].data
    if data is None or not data.first < day < data.last:
        return Outcome(None, None, None, few=False, complete=complete, unknown=True)
    # As many days on each side as the data reach back before it.
    known = min(days, (day - data.first).days)
    partly, days = (None if known == days else data), known
    since, at = day_bounds(day - one * days, day - one, zone)
    after, until = day_bounds(day + one, day + one * days, zone)
    tx.see_county(actor.county_code)
    counts = tx.query(
        "layer_around",
        {
            "county_code": actor.county_code,
            "id": intervention["id"],
            "since": since,
            "at": at,
            "after": after,
            "until": until,
            "codes": None if choice.codes is None else list(choice.codes),
            "hidden": list(choice.hidden),
        },
    )[0]
    area = BeforeAfter(counts["area_before"], counts["area_after"], days, days)
    control = BeforeAfter(counts["control_before"], counts["control_after"], days, days)
    few = area.before + area.after < SMALLEST_TOLD or control.before + control.after == 0
    found = None if few else effect(area, control)
    return Outcome(area, control, found, few, complete, partly=partly)


def _choice(tx: Transaction, actor: Actor, category: str | None, tag: str | None) -> Choice:
    choice = choose(tx, replace(actor, role="planner"), category, tag)
    if choice.group is not None:
        raise InvalidInput.of("category", "is sensitive and not compared over areas and days")
    return choice


def _polygon(given: dict[str, Any], field: str) -> BaseGeometry:
    try:
        shape = shapely.from_geojson(json.dumps(given))
    except (shapely.errors.GEOSException, TypeError, ValueError):
        raise InvalidInput.of(field, "is not a GeoJSON polygon") from None
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise InvalidInput.of(field, "draw a polygon")
    if not shapely.is_valid(shape):
        raise InvalidInput.of(field, "crosses itself; draw it again")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput.of(field, "is not in degrees, longitude first")
    if shapely.get_num_coordinates(shape) > _MOST_VERTICES:
        raise InvalidInput.of(field, f"has more than {_MOST_VERTICES} corners")
    parts = [shape] if shape.geom_type == "Polygon" else list(shape.geoms)
    return shapely.set_srid(shapely.MultiPolygon(parts), 4326)


def _check_in_county(tx: Transaction, actor: Actor, shape: BaseGeometry, field: str) -> None:
    touched = tx.scalar(
        "SELECT EXISTS (SELECT 1 FROM grid JOIN grid_layout ON grid_layout.id = grid.layout_id"
        " WHERE grid_layout.county_code = %s AND grid_layout.status = 'active'"
        " AND ST_Intersects(grid.boundary, %s::geometry))",
        [actor.county_code, _hex(shape)],
    )
    if not touched:
        raise InvalidInput.of(field, "holds no grid of the county, not even in part")


def _hex(shape: BaseGeometry | None) -> str | None:
    return None if shape is None else shapely.to_wkb(shape, hex=True, include_srid=True)


def _uuid(key: str) -> uuid.UUID:
    try:
        return uuid.UUID(key)
    except ValueError:
        raise NotFound("There is no such intervention.") from None
