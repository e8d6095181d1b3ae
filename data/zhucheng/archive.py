"""Reports, evaluations, outbreaks and live reports as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from operator import attrgetter

from data.zhucheng.course import Course, courses
from data.zhucheng.encoding import csv_bytes
from data.zhucheng.evaluations import answers
from data.zhucheng.frame import SHANGHAI
from data.zhucheng.grids import grids
from data.zhucheng.live import live
from data.zhucheng.outbreaks import OUTBREAKS
from data.zhucheng.places import places
from data.zhucheng.reports import Called, archive

STEPS = (
    "accepted", "dispatched", "returned", "redispatched", "checked_in", "first_handled", "reworked",
    "handled", "closed",
)  # fmt: skip
_CALLED = (
    "description", "address", "urgent", "source", "source_number", "reporter_name",
    "reporter_phone", "lon", "lat", "accuracy_m", "grid_code", "place_code",
)  # fmt: skip
_COURSE = ["status", "outcome", "lead", "assisting", "return_reason", "cause", "result", "remedy"]
_LIVE = (
    "key", "category", "description", "address", "source", "reporter_name", "reporter_phone",
    "account", "lon", "lat", "accuracy_m", "status", "outcome", "cause", "result", "remedy",
    "merged_into", "answer",
)  # fmt: skip


def reports_csv() -> bytes:
    """Facts of the archive: what came in, and what was done when; never who was matched."""
    header = (
        *("number", "category", "outbreak", "account", "received_at", "captured_at"),
        *_CALLED,
        *_COURSE,
        *(f"{step}_at" for step in STEPS),
    )
    account_of = _accounts()
    rows = (
        (
            called.number,
            called.category.code,
            called.outbreak.code if called.outbreak else "",
            account_of(called),
            moment(called.received),
            moment(called.captured),
            *attrgetter(*_CALLED)(called),
            *attrgetter(*_COURSE)(course),
            *(moment(getattr(course, step)) for step in STEPS),
        )
        for called, course in _lives()
    )
    return csv_bytes(header, rows)


def evaluations_csv() -> bytes:
    """Answers of the archive's residents."""
    rows = ((a.number, moment(a.answered), a.answer, a.channel, a.comment) for a in answers())
    return csv_bytes(("number", "answered_at", "answer", "channel", "comment"), rows)


def outbreaks_csv() -> bytes:
    """Planted outbreaks: what a detection has to find."""
    header = [
        "code",
        "name",
        "category",
        "lon",
        "lat",
        "started_at",
        "minutes",
        "count",
        "radius_m",
        "cause",
    ]
    return csv_bytes(header, (attrgetter(*header)(outbreak) for outbreak in OUTBREAKS))


def live_csv() -> bytes:
    """Live reports of the last 48 hours; steps are minutes before the load."""
    steps = ("received", "accepted", "dispatched", "checked_in", "handled", "closed")
    rows = (
        (*attrgetter(*_LIVE)(report), *(report.ago.get(step) for step in steps))
        for report in live()
    )
    return csv_bytes((*_LIVE, *(f"{step}_minutes_ago" for step in steps)), rows)


def moment(seconds: int | None) -> str:
    """Write an instant in local time with its offset; nothing for None."""
    if seconds is None:
        return ""
    return dt.datetime.fromtimestamp(seconds, SHANGHAI).isoformat()


def _lives() -> Iterator[tuple[Called, Course]]:
    return zip(archive(), courses(), strict=True)


def _accounts() -> Callable[[Called], str]:
    """Return who sent a report in: some are by the staff and the volunteer of the accounts."""
    garden = next(place for place in places() if place.name == "盛龙花园")
    home = next(grid for grid in grids() if grid.code == garden.grid_code)
    near = {grid.code: grid for grid in grids() if grid.community.code == home.community.code}
    boxes = {code: grid.boundary.bounds for code, grid in near.items()}

    def account_of(called: Called) -> str:
        if called.lon is None or called.lat is None:
            return ""
        inside = [
            code
            for code, (west, south, east, north) in boxes.items()
            if west <= called.lon <= east and south <= called.lat <= north
        ]
        if called.source == "grid_staff" and home.code in inside:
            return "staff"
        return "volunteer" if called.source == "volunteer" and inside else ""

    return account_of


ARCHIVE_FILES: dict[str, Callable[[], bytes]] = {
    "reports.csv": reports_csv,
    "evaluations.csv": evaluations_csv,
    "outbreaks.csv": outbreaks_csv,
    "live.csv": live_csv,
}
