"""A report as ``insert_reports.sql`` takes it: what was sent, and what matching added."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import Any, Final

from gis.audience import Actor, audience_of_report
from gis.cells import cells_of
from gis.clocks import TimeBook, start_accept
from gis.errors import InvalidInput
from gis.ids import uuid7
from gis.matching import Match, Where

_SOURCE_OF_ROLE: Final = {
    "grid_staff": "grid_staff",
    "volunteer": "volunteer",
    "utility": "utility",
    "dispatcher": "hotline_12345",
}

EARLIEST: Final = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
MOST_AHEAD: Final = dt.timedelta(days=1)
"""Between these, ``captured_at`` is believed: imports and every door hold to them."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A report as sent, checked and converted (``Where.of``) but not yet matched.

    Attributes
    ----------
    body_sha256
        SHA-256 in hex of the canonical JSON of the body as sent.
    client_id
        The sender's uuid, unique per county for ever; None: one is made.
    category
        Code of the category; None: suggested from the description, where its keywords say so.
    source
        One of ``gis.models.report.SOURCES``; None: by the actor's role.
    """

    where: Where
    description: str
    body_sha256: str
    client_id: uuid.UUID | None = None
    category: str | None = None
    captured_at: dt.datetime | None = None
    source: str | None = None
    source_number: str = ""
    address: str = ""
    urgent: bool = False
    reporter_name: str = ""
    reporter_phone: str = ""


def check_captured_at(intake: Intake, now: dt.datetime) -> None:
    """Refuse a moment that only a wrong clock tells.

    Nothing is guessed in its place: the sender learns which field it is and sends the report again,
    with the clock put right or without the field. An hour or two, a time zone not set, do no harm:
    limits, days and statistics run from ``received_at``.

    Raises
    ------
    InvalidInput
        ``captured_at`` lies before 1980 or more than a day ahead of ``now``.
    """
    moment = intake.captured_at
    if moment is None:
        return
    if moment < EARLIEST:
        reason = "lies before 1980: put the clock right, or leave it out"
        raise InvalidInput.of("captured_at", reason)
    if moment > now + MOST_AHEAD:
        today = now.isoformat(timespec="minutes").replace("+00:00", "Z")
        reason = f"lies more than a day ahead of {today}: put the clock right, or leave it out"
        raise InvalidInput.of("captured_at", reason)


def record_of(
    intake: Intake,
    match: Match,
    book: TimeBook,
    *,
    actor: Actor | None,
    now: dt.datetime,
) -> dict[str, Any]:
    """Return a report as ``insert_reports.sql`` takes it, but for client id and number."""
    where, grid = intake.where, match.grid
    town_code = grid.town_code if grid else None
    account_id = actor.account_id if actor else None
    municipal = town_code is None or (match.category and match.category.level == "municipal")
    return {
        "id": uuid7(),
        "body_sha256": intake.body_sha256,
        "account_id": account_id,
        "level": "municipal" if municipal else "town",
        "category_code": match.category.code if match.category else None,
        "description": intake.description,
        "address": intake.address,
        "urgent": intake.urgent,
        "source": intake.source or _SOURCE_OF_ROLE.get(actor.role if actor else "", "resident"),
        "source_number": intake.source_number,
        "reporter_name": intake.reporter_name,
        "reporter_phone": intake.reporter_phone,
        "captured_at": intake.captured_at,
        "received_at": now,
        "received_on": match.received_on,
        "audience": audience_of_report(
            match.county_code,
            town_code=town_code,
            grid_code=grid.code if grid else None,
            account_id=account_id,
            utility_codes=match.covering_utilities,
        ),
        "event_id": uuid7(),
        "actor_role": actor.role if actor else "",
        "actor_name": actor.name if actor else "",
        **_where_columns(where, match),
        **_match_columns(match),
        **_accept_columns(book, match, now),
    }


def _where_columns(where: Where, match: Match) -> dict[str, Any]:
    cell_x = cell_y = None
    if where.lon is not None and where.lat is not None:
        columns, rows = cells_of([where.lon], [where.lat], match.metric_srid)
        cell_x, cell_y = int(columns[0]), int(rows[0])
    return {
        "lon": where.lon,
        "lat": where.lat,
        "accuracy_m": where.accuracy_m,
        "crs": where.crs,
        "place_code": where.place_code,
        "place_text": where.place_text,
        "cell_x": cell_x,
        "cell_y": cell_y,
    }


def _match_columns(match: Match) -> dict[str, Any]:
    grid = match.grid
    routed = {
        "town_code": grid.town_code if grid else None,
        "grid_code": grid.code if grid else None,
        "grid_method": match.grid_method,
        "staff_id": match.staff.id if match.staff else None,
        "staff_method": match.staff_method,
        "utility_code": match.utility.code if match.utility else None,
        "utility_method": match.utility_method,
    }
    return {
        **routed,
        "routed": {
            **routed,
            "layout": match.layout.id if match.layout else None,
            "version": match.service_area_version.id if match.service_area_version else None,
        },
        "grid_distance_m": match.grid_distance_m,
        "confidence": match.confidence,
        "candidates": [asdict(candidate) for candidate in match.candidates],
        "staff_all": [asdict(person) for person in match.staff_all],
        "utility_distance_m": match.utility_distance_m,
        "reason": match.reason,
    }


def _accept_columns(book: TimeBook, match: Match, now: dt.datetime) -> dict[str, Any]:
    clock = start_accept(book, match.category.code if match.category else None, now)
    return {
        "clock_id": clock.id,
        "yellow_at": clock.yellow_at,
        "due_at": clock.due_at,
        "escalate_at": clock.escalate_at,
        "limit_id": clock.limit_id,
        "limit_amount": clock.amount,
        "limit_unit": clock.unit,
    }
