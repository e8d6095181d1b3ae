"""The sweep acts once on each level of a clock, whoever sweeps and whenever."""

from __future__ import annotations

import datetime as dt
import threading

from gis.sweeping import Swept, sweep
from gis.workflow.store import lock_reports
from tests.support.crew import Desk


def test_a_clock_is_reminded_supervised_and_escalated_once_each(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = desk.dispatched()
    assert sweep(desk.db, desk.now) == Swept()
    for minutes, found in (
        (47, Swept()),
        (1, Swept(reminded=1)),
        (12, Swept()),  # exactly due is still on time
        (1, Swept(supervised=1)),
        (58, Swept()),
        (1, Swept(escalated=1)),
        (600, Swept()),
    ):
        desk.wait(minutes=minutes)
        assert sweep(desk.db, desk.now) == found
        assert sweep(desk.db, desk.now) == Swept()
    assert desk.events(report_id)[-3:] == ["remind", "supervise", "escalate"]
    assert desk.row(report_id)["level"] == "municipal"


def test_a_call_not_accepted_in_time_rises(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = desk.report()
    desk.wait(minutes=16)
    assert sweep(desk.db, desk.now) == Swept(escalated=1)
    row = desk.row(report_id)
    assert (row["level"], row["status"], row["version"]) == ("municipal", "received", 2)
    details = desk.rows(
        "SELECT details FROM report_event WHERE report_id = %s AND action = 'escalate'", report_id
    )[0]["details"]
    assert (details["stage"], details["raised"]) == ("accept", "not_accepted")


def test_what_was_missed_is_caught_up_without_a_late_reminder(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = desk.dispatched()
    desk.wait(hours=3)
    assert sweep(desk.db, desk.now) == Swept(supervised=1, escalated=1)
    marks = desk.rows("SELECT level FROM sweep_mark WHERE report_id = %s ORDER BY 1", report_id)
    assert [mark["level"] for mark in marks] == ["escalate", "red", "yellow"]


def test_a_new_due_instant_is_swept_anew_and_a_stopped_clock_never(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.dispatched()
    desk.act(people.water, report_id, "check_in")
    desk.wait(days=1, hours=15)  # the second working day, 16:00: seven eighths of the limit
    assert sweep(desk.db, desk.now) == Swept(reminded=1)
    desk.act(people.water, report_id, "request_extension", reason="等配件")
    desk.act(people.dispatcher, report_id, "approve")
    assert sweep(desk.db, desk.now) == Swept()
    desk.wait(days=1, hours=15)  # the fourth working day
    assert sweep(desk.db, desk.now) == Swept(reminded=1)
    desk.act(people.water, report_id, "feed_back", result="已修")
    desk.act(people.dispatcher, report_id, "close")
    desk.wait(days=30)
    assert sweep(desk.db, desk.now) == Swept()


def test_workers_beside_each_other_escalate_once(fresh_desk: Desk) -> None:
    desk = fresh_desk
    for _ in range(12):
        desk.dispatched()
    desk.wait(hours=3)
    start, found = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        found.append(sweep(desk.db, desk.now))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rest = sweep(desk.db, desk.now)  # what a worker left because another had it locked
    assert sum(one.supervised for one in (*found, rest)) == 12
    assert sum(one.escalated for one in (*found, rest)) == 12
    events = desk.rows("SELECT action, count(*) AS n FROM report_event GROUP BY 1")
    assert {row["action"]: row["n"] for row in events}["supervise"] == 12


def test_a_report_in_use_is_left_for_the_next_round(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = desk.dispatched()
    desk.wait(hours=3)
    with desk.db.transaction(county_code="370782") as tx:
        assert lock_reports(tx, "370782", [report_id])
        assert sweep(desk.db, desk.now) == Swept()
    assert sweep(desk.db, desk.now) == Swept(supervised=1, escalated=1)


def test_the_sweep_forgets_ways_back_that_are_over(fresh_desk: Desk) -> None:
    desk = fresh_desk
    desk.dispatched()
    sweep(desk.db, desk.now)
    assert len(desk.rows("SELECT 1 FROM undo_step")) == 1
    sweep(desk.db, desk.now + dt.timedelta(seconds=61))
    assert desk.rows("SELECT 1 FROM undo_step") == []
