"""Edges of the life of a report that are rarely gone, and what they leave behind."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest

from gis import evaluation
from gis.db.database import Database, libpq_url
from gis.errors import Conflict, NotAllowed, NotFound
from gis.evaluation import answer_by_token, issue_token, record_callback
from gis.rematching import put_service_areas_in_force
from gis.sweeping import Swept, sweep
from tests.gis.test_dispatching_merge import merged
from tests.gis.test_dispatching_time import DAY, convene, handling, request
from tests.support import county
from tests.support.county import COUNTY
from tests.support.crew import Desk


def test_reopening_the_first_answers_the_wishes_of_the_merged(desk: Desk) -> None:
    """A merged report's resident asked for it: what is open again no longer asks to be opened."""
    people = desk.people
    parent, (child,) = merged(desk, 1)
    desk.act(people.staff, parent, "resolve_on_site")
    with desk.db.transaction() as tx:
        token = issue_token(tx, people.staff, child, "qr", desk.now)
    with desk.db.transaction() as tx:
        answer_by_token(tx, token, "unsatisfied", "", desk.now)
    assert desk.row(child)["reopen_requested"]
    desk.act(people.mizhou, parent, "reopen")
    row = desk.row(child)
    assert (row["status"], row["round"], row["reopen_requested"]) == ("accepted", 2, False)


def test_a_link_made_within_the_minute_does_not_stand_in_the_way_of_undoing(desk: Desk) -> None:
    people, report_id = desk.people, desk.handled()
    desk.act(people.dispatcher, report_id, "close")
    with desk.db.transaction() as tx:
        token = issue_token(tx, people.staff, report_id, "qr", desk.now)
    desk.act(people.dispatcher, report_id, "undo")
    with pytest.raises(NotFound), desk.db.transaction() as tx:
        answer_by_token(tx, token, "satisfied", "", desk.now)
    desk.act(people.dispatcher, report_id, "close")
    assert len(desk.rows("SELECT 1 FROM evaluation WHERE report_id = %s", report_id)) == 1


def test_undoing_a_dispatch_takes_the_assisting_parts_and_their_clocks(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.dispatcher, report_id, "accept")
    desk.act(people.dispatcher, report_id, "dispatch", lead="power", assisting=["telecom"])
    assert len(desk.clocks(report_id)) == 2
    desk.act(people.dispatcher, report_id, "undo")
    assert desk.assignments(report_id) == {}
    assert [clock["stage"] for clock in desk.clocks(report_id)] == ["accept"]
    assert "u:370782:telecom" not in desk.row(report_id)["audience"]
    # Once an assisting body has checked in, the dispatch is no longer the last step.
    desk.act(people.dispatcher, report_id, "dispatch", lead="power", assisting=["telecom"])
    desk.act(people.telecom, report_id, "check_in")
    with pytest.raises(Conflict, match="somebody else's"):
        desk.act(people.dispatcher, report_id, "undo")


def test_a_body_returns_once_a_round_and_again_after_a_reopening(desk: Desk) -> None:
    people, report_id = desk.people, desk.dispatched()
    desk.act(people.water, report_id, "return", reason="不在辖区")
    desk.act(people.dispatcher, report_id, "dispatch", lead="water-west")
    with pytest.raises(Conflict, match="once in this round"):
        desk.act(people.water, report_id, "return", reason="再退")
    desk.act(people.water, report_id, "check_in")
    with pytest.raises(Conflict, match="once in this round"):
        desk.act(people.water, report_id, "return", reason="再退")
    desk.act(people.water, report_id, "feed_back", result="已修")
    desk.act(people.dispatcher, report_id, "close")
    desk.act(people.dispatcher, report_id, "reopen")
    desk.act(people.dispatcher, report_id, "dispatch", lead="water-west")
    desk.act(people.water, report_id, "return", reason="新一轮")
    row = desk.row(report_id)
    assert (row["status"], row["returns"], row["level"]) == ("accepted", 2, "town")


def test_the_lead_returns_and_those_who_assist_go_on(desk: Desk) -> None:
    people, report_id = desk.people, desk.dispatched("water-west", "power")
    desk.act(people.power, report_id, "check_in")
    desk.act(people.water, report_id, "return", reason="x")
    assert desk.assignments(report_id)["power"]["status"] == "handling"
    desk.act(people.power, report_id, "feed_back", result="电已断开")
    # The lead goes to whom has fed back its part before: a new part, the old one kept.
    row = desk.act(people.dispatcher, report_id, "dispatch", lead="power")
    assert row["status"] == "dispatched"
    parts = desk.rows(
        "SELECT role, status, result FROM assignment WHERE report_id = %s AND utility_code = 'power'"
        " ORDER BY assigned_at, id", report_id,
    )  # fmt: skip
    assert [(p["role"], p["result"]) for p in parts] == [("assisting", "电已断开"), ("lead", "")]
    assert parts[1]["status"] == "waiting"
    assert desk.act(people.power, report_id, "check_in")["status"] == "handling"


def test_a_suspended_clock_is_not_swept_and_goes_on_afterwards(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = handling(desk)
    desk.act(desk.people.power, report_id, "return", reason="x")  # only the lead's clock runs
    desk.wait(hours=1)
    request(desk, report_id, until=(desk.now + 7 * DAY).isoformat())
    for _ in range(6):
        desk.wait(days=1)
        assert sweep(desk.db, desk.now) == Swept()
    due_at = desk.row(report_id)["due_at"]
    assert due_at > desk.now + DAY
    desk.now = due_at - dt.timedelta(minutes=30)
    assert sweep(desk.db, desk.now) == Swept(reminded=1)
    desk.now = due_at + dt.timedelta(seconds=1)
    assert sweep(desk.db, desk.now) == Swept(supervised=1)


def test_nobody_is_reminded_of_a_clock_that_stands_still(fresh_desk: Desk) -> None:
    """Its limit was nearly over when it was suspended: the reminder waits for the pause to end."""
    desk = fresh_desk
    report_id = handling(desk)
    desk.act(desk.people.power, report_id, "return", reason="x")
    desk.wait(days=1, hours=15)
    assert sweep(desk.db, desk.now) == Swept(reminded=1)
    request(desk, report_id, until=(desk.now + 3 * DAY).isoformat())
    for _ in range(2):
        assert sweep(desk.db, desk.now) == Swept()
        desk.wait(days=1)
    desk.wait(days=1, minutes=1)
    assert sweep(desk.db, desk.now) == Swept(reminded=1)
    assert sweep(desk.db, desk.now) == Swept()


def test_a_reopened_report_has_clocks_of_its_new_round_only(desk: Desk) -> None:
    people, report_id = desk.people, desk.handled()
    desk.act(people.dispatcher, report_id, "close")
    desk.wait(days=1)
    desk.act(people.dispatcher, report_id, "reopen")
    (clock,) = desk.clocks(report_id)
    assert (clock["stage"], clock["round"], clock["started_at"]) == ("accept", 2, desk.now)
    desk.act(people.dispatcher, report_id, "dispatch", lead="power")
    assert [(c["stage"], c["round"]) for c in desk.clocks(report_id)] == [("check_in", 2)]
    with pytest.raises(Conflict):  # the first round's lead has no part in the second
        desk.act(people.water, report_id, "check_in")


def test_a_decided_date_holds_whatever_was_granted_before(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    request(desk, report_id)
    request(desk, report_id, until=(desk.now + 2 * DAY).isoformat())
    convene(desk, people.dispatcher, report_id, "power")
    due_at = desk.now + 5 * DAY
    decision = {"utility": "water-west", "text": "x", "due_at": due_at.isoformat()}
    desk.act(
        people.dispatcher, report_id, "record_minutes", minutes="x", decisions=[decision]
    )  # fmt: skip
    row = desk.row(report_id)
    assert (row["due_at"], row["close_due_at"]) == (due_at, due_at)


def test_a_decided_date_holds_when_the_body_checks_in(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    convene(desk, people.dispatcher, report_id, "telecom")
    due_at = desk.now + 9 * DAY
    decision = {"utility": "telecom", "text": "迁移线缆", "due_at": due_at.isoformat()}
    desk.act(
        people.dispatcher, report_id, "record_minutes", minutes="x", decisions=[decision]
    )  # fmt: skip
    desk.act(people.telecom, report_id, "check_in")
    part = desk.assignments(report_id)["telecom"]["id"]
    (clock,) = [c for c in desk.clocks(report_id) if c["assignment_id"] == part]
    assert (clock["stage"], clock["due_at"]) == ("handle", due_at)


def test_an_answer_is_given_once_whoever_asks_for_it(desk: Desk) -> None:
    people, report_id = desk.people, desk.handled()
    desk.act(people.dispatcher, report_id, "close")
    tokens = []
    for _ in range(2):
        with desk.db.transaction() as tx:
            tokens.append(issue_token(tx, people.staff, report_id, "qr", desk.now))
    with desk.db.transaction() as tx:
        answer_by_token(tx, tokens[0], "satisfied", "", desk.now)
    with pytest.raises(Conflict, match="answered before"), desk.db.transaction() as tx:
        answer_by_token(tx, tokens[1], "unsatisfied", "", desk.now)
    with pytest.raises(Conflict), desk.db.transaction() as tx:
        record_callback(tx, people.mizhou, report_id, "answered", desk.now, answer="unsatisfied")
    assert not desk.row(report_id)["reopen_requested"]
    assert evaluation.ANSWERS[0] == desk.rows(
        "SELECT answer FROM evaluation WHERE report_id = %s", report_id
    )[0]["answer"]  # fmt: skip


def test_who_dispatched_the_first_does_not_call_the_merged_ones_resident(desk: Desk) -> None:
    people = desk.people
    parent, (child,) = merged(desk, 1)  # mizhou merged
    desk.act(people.dispatcher, parent, "accept")
    desk.act(people.staff, child, "comment", text="x", seen=None)
    desk.act(people.dispatcher, parent, "dispatch", lead="power")
    desk.act(people.power, parent, "check_in")
    desk.act(people.power, parent, "feed_back", result="已修")
    desk.act(people.staff, parent, "close")
    for handler in (people.dispatcher, people.mizhou):
        with pytest.raises(NotAllowed, match="handled"), desk.db.transaction() as tx:
            record_callback(tx, handler, child, "answered", desk.now, answer="satisfied")


def test_undoing_does_not_bring_back_boundaries_that_are_out_of_force(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report()
    desk.act(people.dispatcher, report_id, "escalate")
    url = desk.db.url.render_as_string(hide_password=False)
    with psycopg.connect(libpq_url(url)) as owner:
        areas = county.service_areas(version=3)
        version_id = county.add_service_areas(owner, "2023", areas, status="draft")
    owner_db = Database(url, role=None, pool_size=2)
    try:
        put_service_areas_in_force(owner_db, COUNTY, version_id, now=desk.now)
    finally:
        owner_db.close()
    with pytest.raises(Conflict, match="no last step"):
        desk.act(people.dispatcher, report_id, "undo")
    assert desk.row(report_id)["service_area_version_id"] == version_id
