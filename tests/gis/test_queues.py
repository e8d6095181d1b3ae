"""Queues: who stands in which, and that a count is the length of its list."""

from __future__ import annotations

import uuid

from gis.audience import Actor
from gis.evaluation import list_callbacks
from gis.queues import QUEUES, Queue
from gis.report_filters import ReportFilters
from gis.reports import count_reports, list_page
from tests.support.crew import AWAY, Desk


def standing(desk: Desk, actor: Actor, queue: Queue) -> set[uuid.UUID]:
    with desk.db.read(actor) as tx:
        filters = ReportFilters(queue=queue)
        return set(list_page(tx, actor, filters, limit=500, cursor=None, now=desk.now).ids)


def counted(desk: Desk, actor: Actor, filters: ReportFilters) -> dict[str, int]:
    with desk.db.read(actor) as tx:
        found: dict[str, int] = count_reports(tx, actor, filters, now=desk.now)["by_queue"]
        return found


def test_each_report_stands_where_its_next_step_is(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    new = desk.report(phone="13800001234")
    waiting = desk.dispatched()
    returned = desk.dispatched()
    desk.act(people.water, returned, "return", reason="not_ours")
    parent, child = desk.report(), desk.report(people.staff)
    desk.act(people.dispatcher, child, "merge", into=f"370782-{parent}")
    again = desk.dispatched()
    desk.act(people.water, again, "return", reason="not_ours")
    desk.act(people.dispatcher, again, "dispatch", lead="telecom", assisting=[])
    everywhere: dict[Queue, set[uuid.UUID]] = {
        "new": {new, parent},
        "waiting_check_in": {waiting, again},
        "returned": {returned},
        "mine": {waiting, returned, child, parent, again},
        "reopen_requested": set(), "callback": set(), "overdue": set(), "ambiguous": set(),
        "not_located": set(),
    }  # fmt: skip
    assert {queue: standing(desk, people.dispatcher, queue) for queue in everywhere} == everywhere
    assert standing(desk, people.water, "todo") == {waiting}
    assert standing(desk, people.staff, "mine") == {child}
    assert standing(desk, people.neighbour, "open") == set()
    desk.wait(days=30)
    overdue = standing(desk, people.dispatcher, "overdue")
    assert new in overdue
    assert child not in overdue


def test_without_a_grid_or_with_a_doubtful_one_until_dispatched(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    lost, doubtful, sure, sent = (desk.report() for _ in range(4))
    desk.rows("UPDATE report SET grid_code = NULL WHERE id = %s RETURNING id", lost)
    desk.rows(
        "UPDATE report SET confidence = 0.79 WHERE id = ANY(%s) RETURNING id", [doubtful, sent]
    )
    desk.rows("UPDATE report SET confidence = 0.8 WHERE id = %s RETURNING id", sure)
    desk.act(people.dispatcher, sent, "accept")
    desk.act(people.dispatcher, sent, "dispatch", lead="water-west", assisting=[])
    assert standing(desk, people.dispatcher, "not_located") == {lost}
    assert standing(desk, people.dispatcher, "ambiguous") == {doubtful}


def test_to_be_called_are_those_the_callback_list_names(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report(phone="13800001234")
    desk.act(people.mizhou, report_id, "accept")
    desk.act(people.mizhou, report_id, "dispatch", lead="water-west", assisting=[])
    desk.act(people.water, report_id, "check_in")
    desk.act(people.water, report_id, "feed_back", result="x", cause="y", remedy="z")
    desk.act(people.mizhou, report_id, "close", outcome="resolved")
    for actor in (people.dispatcher, people.mizhou, people.shiqiao):
        with desk.db.read(actor) as tx:
            listed = {row["id"] for row in list_callbacks(tx, actor, desk.now)}
        assert standing(desk, actor, "callback") == listed
    assert standing(desk, people.dispatcher, "callback") == {report_id}
    assert standing(desk, people.mizhou, "callback") == set()  # handled it


def test_counts_are_the_lengths_of_the_lists(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    for index in range(12):
        report_id = desk.report(
            people.staff if index % 2 else None, at=AWAY if index % 3 else (119.318, 36.0)
        )
        for action in ("accept", "escalate")[: index % 3]:
            desk.act(
                people.dispatcher,
                report_id,
                action,
                **({"reason": "x"} if action == "escalate" else {}),
            )
    desk.dispatched()
    for actor in people.all():
        found = counted(desk, actor, ReportFilters(queue="new", status=("received", "accepted")))
        assert tuple(found) == QUEUES
        for queue in QUEUES:
            with desk.db.read(actor) as tx:
                filters = ReportFilters(queue=queue, status=("received", "accepted"))
                page = list_page(tx, actor, filters, limit=500, cursor=None, now=desk.now)
            assert found[queue] == len(page.ids), (actor.username, queue)
