"""Notices: to those concerned, once each, withdrawn when the step is undone."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest

from gis.audience import Actor
from gis.notifications import (
    CONCERNS,
    MOST_ATTEMPTS,
    Delivered,
    count_unread,
    deliver,
    list_dead_letters,
    list_notifications,
    mark_notifications_read,
    retry_dead_letters,
)
from gis.workflow.table import ACTIONS, UNDO
from tests.support.crew import Desk


def notices(desk: Desk, actor: Actor) -> list[str]:
    """Return the actions an actor was told of, oldest first; withdrawn ones in brackets."""
    with desk.db.read(actor) as tx:
        rows = list_notifications(tx, actor)
    return [f"({r['action']})" if r["withdrawn_at"] else r["action"] for r in reversed(rows)]


def told(desk: Desk, report_id: uuid.UUID, action: str) -> set[str]:
    """Return the user names told of a step."""
    rows = desk.rows(
        "SELECT a.username FROM notification n JOIN account a ON a.id = n.account_id"
        " WHERE n.report_id = %s AND n.action = %s",
        report_id,
        action,
    )
    return {row["username"] for row in rows}


def test_each_step_is_told_to_those_it_concerns(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.mizhou, report_id, "accept")
    desk.act(people.mizhou, report_id, "dispatch", lead="water-west", assisting=["power"])
    desk.act(people.water, report_id, "check_in")
    desk.act(people.mizhou, report_id, "ask", text="几点?", of="power", seen=None)
    desk.act(people.supervisor, report_id, "urge", seen=None)
    desk.act(people.water, report_id, "feed_back", result="已修")
    deliver(desk.db, desk.now)
    desk.act(people.mizhou, report_id, "escalate")
    desk.act(people.dispatcher, report_id, "close")
    deliver(desk.db, desk.now)
    assert told(desk, report_id, "received") == {"mizhou", "staff"}
    assert told(desk, report_id, "accept") == set()
    assert told(desk, report_id, "dispatch") == {"water", "power", "volunteer"}
    assert told(desk, report_id, "check_in") == {"mizhou", "volunteer"}
    assert told(desk, report_id, "ask") == {"power"}
    assert told(desk, report_id, "escalate") == {"dispatcher", "supervisor"}
    assert told(desk, report_id, "close") == {"water", "volunteer"}


def test_who_serves_the_grid_today_is_told_and_who_served_it_is_not(fresh_desk: Desk) -> None:
    """Days are the county's: at 7 in the morning in Zhucheng it is still yesterday in UTC."""
    desk, people = fresh_desk, fresh_desk.people
    of_staff = "UPDATE grid_staff SET valid_from = %s, valid_to = %s WHERE code = 'STAFF'"
    desk.rows(of_staff, dt.date(2022, 5, 11), None)
    early, late = desk.dispatched(), desk.dispatched()
    desk.now = dt.datetime(2022, 5, 10, 23, 0, tzinfo=dt.UTC)
    for report_id, until in ((early, None), (late, dt.date(2022, 5, 10))):
        desk.rows(of_staff, dt.date(2022, 5, 11) if until is None else until, until)
        desk.act(people.water, report_id, "check_in")
        desk.act(people.water, report_id, "feed_back", result="已修")
        deliver(desk.db, desk.now)
    assert told(desk, early, "feed_back") == {"mizhou", "staff"}
    assert told(desk, late, "feed_back") == {"mizhou"}


def test_notices_are_made_while_things_happen(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report()
    assert deliver(desk.db, desk.now) == Delivered(done=1)
    assert deliver(desk.db, desk.now) == Delivered()
    assert notices(desk, people.mizhou) == ["received"]
    assert notices(desk, people.dispatcher) == []
    desk.act(people.mizhou, report_id, "accept")
    desk.act(people.mizhou, report_id, "dispatch", lead="water-west")
    deliver(desk.db, desk.now)
    assert notices(desk, people.water) == ["dispatch"]
    desk.act(people.mizhou, report_id, "undo")
    deliver(desk.db, desk.now)
    assert notices(desk, people.water) == notices(desk, people.volunteer) == ["(dispatch)"]


def test_a_step_undone_before_it_was_told_is_never_told(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report()
    desk.act(people.mizhou, report_id, "escalate")
    desk.act(people.mizhou, report_id, "undo")
    deliver(desk.db, desk.now)
    assert told(desk, report_id, "escalate") == set()


def test_unread_notices_are_counted_until_read(fresh_desk: Desk) -> None:
    desk, mizhou = fresh_desk, fresh_desk.people.mizhou
    for _ in range(3):
        desk.report()
    deliver(desk.db, desk.now)
    with desk.db.transaction(mizhou) as tx:
        assert count_unread(tx, mizhou) == 3
        first = list_notifications(tx, mizhou)[0]["id"]
        assert mark_notifications_read(tx, mizhou, [first], desk.now) == 1
        assert mark_notifications_read(tx, mizhou, [first], desk.now) == 0
        assert count_unread(tx, mizhou) == 2
        assert mark_notifications_read(tx, desk.people.volunteer, [first], desk.now) == 0
        assert len(list_notifications(tx, mizhou, unread=True)) == 2
        assert mark_notifications_read(tx, mizhou, None, desk.now) == 2


def test_workers_beside_each_other_tell_once(fresh_desk: Desk) -> None:
    desk = fresh_desk
    for _ in range(30):
        desk.report()
    start, found = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        found.append(deliver(desk.db, desk.now))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.done for one in found) == 30
    assert len(notices(desk, desk.people.mizhou)) == 30


def test_a_worker_killed_with_a_lease_is_followed_by_another(fresh_desk: Desk) -> None:
    desk = fresh_desk
    desk.report()
    with desk.db.transaction() as tx:  # claimed, then the worker dies
        tx.query(
            "claim_outbox",
            {
                "now": desk.now,
                "until": desk.now + dt.timedelta(seconds=60),
                "most": 10,
                "attempts": 8,
            },
        )
    assert deliver(desk.db, desk.now) == Delivered()
    desk.wait(seconds=61)
    assert deliver(desk.db, desk.now) == Delivered(done=1)


def test_a_row_that_always_fails_ends_as_a_visible_dead_letter(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = desk.report()
    desk.rows(
        "INSERT INTO outbox (county_code, report_id, version, action, audience_after, at, event_id)"
        " SELECT county_code, report_id, version, 'undone', '{}', at, id FROM report_event"
        " WHERE report_id = %s",
        report_id,
    )
    assert deliver(desk.db, desk.now) == Delivered(done=1, failed=1)
    for _ in range(MOST_ATTEMPTS):
        desk.wait(hours=1)
        deliver(desk.db, desk.now)
    with desk.db.transaction() as tx:
        dead = list_dead_letters(tx, "370782")
        assert [(letter["action"], letter["attempts"]) for letter in dead] == [("undone", 8)]
        assert "KeyError" in dead[0]["failure"]
        assert retry_dead_letters(tx, "370782") == 1
        assert list_dead_letters(tx, "370782") == []
    assert deliver(desk.db, desk.now) == Delivered(failed=1)


@pytest.mark.parametrize("action", [a for a in ACTIONS if a not in {UNDO, "accept"}])
def test_every_action_has_somebody_to_tell(action: str) -> None:
    # Filing a call is nobody's news: the dispatch that follows is.
    assert CONCERNS[action]
