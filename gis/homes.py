"""What waits for an actor: the queues of the first page, each with its most urgent reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from gis import reports
from gis.audience import Actor
from gis.db.database import Transaction
from gis.ids import public_id
from gis.report_documents import Document
from gis.report_filters import ReportFilters

MOST_SHOWN = 8
MOST_READ = 60

Test = Callable[[Document], bool]


@dataclass(frozen=True)
class Queue:
    """One queue.

    Attributes
    ----------
    code
        Key of its words: ``queue.<code>``.
    count
        How many wait; `more` says that there are more than were read.
    items
        The most urgent of them: what runs, by when it is due, then what has no clock.
    backlog
        Of those overdue so long that they are no longer the day's work, the latest first.
    waiting
        How many have been overdue so long.
    """

    code: str
    count: int
    more: bool
    items: list[Document]
    backlog: list[Document]
    waiting: int


@dataclass(frozen=True)
class Home:
    """The queues that are not empty, those of the day's work first, those that are, and callbacks."""

    queues: list[Queue]
    empty: list[str]
    callbacks: int


def home_of(tx: Transaction, actor: Actor, now: dt.datetime) -> Home:
    """Return what waits for an actor, the most urgent first; nothing for those who only read."""
    queues = [_queue(tx, actor, now, *given) for given in _QUEUES.get(actor.role, _none)(actor)]
    callbacks = 0
    if actor.role == "dispatcher":
        waiting = ReportFilters(queue="callback")
        callbacks = reports.count_reports(tx, actor, waiting, now=now)["count"]
    return Home(
        sorted((queue for queue in queues if queue.count), key=lambda queue: not queue.items),
        [queue.code for queue in queues if not queue.count],
        callbacks,
    )


Given = tuple[str, ReportFilters, Test]


def _queue(
    tx: Transaction, actor: Actor, now: dt.datetime, code: str, filters: ReportFilters, test: Test
) -> Queue:
    ids = reports.list_urgent(tx, actor, filters, limit=MOST_READ + 1, now=now)
    found = reports.list_documents(tx, actor, ids[:MOST_READ], now=now)
    place = {public_id(actor.county_code, key): number for number, key in enumerate(ids)}
    fitting = sorted((one for one in found if test(one)), key=lambda one: place[one["id"]])
    old = [one for one in fitting if one["due_at"] and one["due_at"] < now - reports.BACKLOG_AFTER]
    day = fitting[: len(fitting) - len(old)]
    return Queue(
        code,
        len(fitting),
        len(ids) > MOST_READ,
        day[:MOST_SHOWN],
        old[:MOST_SHOWN],
        len(old),
    )


def _dispatcher(actor: Actor) -> list[Given]:
    level = "town" if actor.town_code else "municipal"

    def at(*status: str) -> ReportFilters:
        return ReportFilters(status=status, level=level)

    return [
        ("reopen", ReportFilters(queue="reopen_requested", level=level), _any),
        ("new", at("received"), _alone),
        ("dispatch", at("accepted"), _alone),
        ("requests", at("dispatched", "handling"), _asks),
        ("verify", at("handled"), _alone),
        ("overdue", ReportFilters(queue="overdue", level=level), _alone),
    ]


def _utility(actor: Actor) -> list[Given]:
    def own(status: str) -> Test:
        return lambda one: any(
            part["utility"]["code"] == actor.utility_code
            and part["status"] == status
            and part["round"] == one["round"]
            for part in one["assignments"]
        )

    todo = ReportFilters(queue="todo")
    return [("check_in", todo, own("waiting")), ("handling", todo, own("handling"))]


def _grid_staff(actor: Actor) -> list[Given]:
    own = ReportFilters(grid=actor.grid_codes, queue="open")
    return [
        ("verify", own, lambda one: one["status"] == "handled" and _alone(one)),
        ("own_new", own, lambda one: one["status"] == "received"),
        ("own_open", own, lambda one: one["status"] not in {"received", "handled"}),
    ]


def _volunteer(_actor: Actor) -> list[Given]:
    return [("handed_in", ReportFilters(), _any)]


def _supervisor(_actor: Actor) -> list[Given]:
    return [
        ("overdue", ReportFilters(queue="overdue"), _alone),
        ("raised", ReportFilters(queue="open", level="municipal"), _alone),
    ]


def _none(_actor: Actor) -> list[Given]:
    return []


def _any(_one: Document) -> bool:
    return True


def _alone(one: Document) -> bool:
    """Leave out what follows another report."""
    return one["merged_into"] is None


def _asks(one: Document) -> bool:
    return "approve" in one["actions"]


_QUEUES: dict[str, Callable[[Actor], list[Given]]] = {
    "dispatcher": _dispatcher,
    "utility": _utility,
    "grid_staff": _grid_staff,
    "volunteer": _volunteer,
    "supervisor": _supervisor,
}
