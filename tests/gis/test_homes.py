"""What waits for an actor: the day's work by when it is due, before what was left lying for long."""

from __future__ import annotations

import uuid

from gis.audience import Actor
from gis.homes import MOST_SHOWN, Queue, home_of
from tests.support.crew import Desk


def queues(desk: Desk, actor: Actor) -> dict[str, Queue]:
    with desk.db.read(actor) as tx:
        return {queue.code: queue for queue in home_of(tx, actor, desk.now).queues}


def ids(shown: list[dict[str, object]]) -> list[str]:
    return [str(one["id"]) for one in shown]


def public(*keys: uuid.UUID) -> list[str]:
    return [f"370782-{key}" for key in keys]


def test_an_archive_does_not_bury_the_day(fresh_desk: Desk) -> None:
    desk = fresh_desk
    left_lying = []
    for _ in range(MOST_SHOWN + 2):
        left_lying.append(desk.report())
        desk.wait(minutes=1)
    desk.wait(days=30)
    overdue = desk.report()
    desk.wait(days=2)  # late, and still of the day
    soon = desk.report()
    desk.wait(minutes=5)
    later = desk.report()
    new = queues(desk, desk.people.mizhou)["new"]
    assert ids(new.items) == public(overdue, soon, later)
    # Of what was left lying the latest comes first.
    assert ids(new.backlog) == public(*reversed(left_lying))[:MOST_SHOWN]
    assert (new.count, new.waiting, new.more) == (len(left_lying) + 3, len(left_lying), False)


def test_queues_with_work_of_the_day_come_first(fresh_desk: Desk) -> None:
    desk = fresh_desk
    desk.report()
    desk.wait(days=30)
    accepted = desk.report()
    desk.act(desk.people.mizhou, accepted, "accept")
    with desk.db.read(desk.people.mizhou) as tx:
        home = home_of(tx, desk.people.mizhou, desk.now)
    assert [(queue.code, len(queue.items)) for queue in home.queues][:2] == [
        ("dispatch", 1), ("new", 0),
    ]  # fmt: skip


def test_more_than_are_read_are_the_most_urgent_not_the_newest(fresh_desk: Desk) -> None:
    desk = fresh_desk
    first = desk.report()
    for _ in range(60):
        desk.wait(seconds=10)
        desk.report()
    new = queues(desk, desk.people.mizhou)["new"]
    assert (new.count, new.more, new.waiting) == (60, True, 0)
    assert ids(new.items)[0] == public(first)[0]


def test_what_has_no_clock_follows_what_runs(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    closed = desk.report(people.volunteer)
    desk.act(people.mizhou, closed, "reject", reason="x")
    desk.wait(minutes=1)
    running = desk.report(people.volunteer)
    desk.wait(minutes=1)
    closed_later = desk.report(people.volunteer)
    desk.act(people.mizhou, closed_later, "reject", reason="x")
    handed_in = queues(desk, people.volunteer)["handed_in"]
    assert ids(handed_in.items) == public(running, closed_later, closed)
    assert handed_in.backlog == []
