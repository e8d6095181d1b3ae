"""Requests for time, and special meetings."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gis import reports
from gis.audience import Actor
from gis.errors import Conflict, InvalidInput
from tests.support.crew import Desk

DAY = dt.timedelta(days=1)


def handling(desk: Desk) -> uuid.UUID:
    """Return a report that the water company handles: two working days."""
    report_id = desk.dispatched("water-west", "power")
    desk.act(desk.people.water, report_id, "check_in")
    return report_id


def request(desk: Desk, report_id: uuid.UUID, **fields: Any) -> None:
    """Ask for time, and get it."""
    kind = "request_suspension" if "until" in fields else "request_extension"
    desk.act(desk.people.water, report_id, kind, reason="等配件", **fields)
    desk.act(desk.people.dispatcher, report_id, "approve")


def convene(desk: Desk, actor: Actor, report_id: uuid.UUID, *bodies: str) -> None:
    """Call bodies to a meeting on the next day."""
    meets_at = (desk.now + DAY).isoformat()
    desk.act(
        actor, report_id, "convene", place="市综治中心", meets_at=meets_at, bodies=list(bodies)
    )


def test_an_extension_adds_the_limit_once_more_and_twice_at_most(desk: Desk) -> None:
    report_id = handling(desk)
    due_at = desk.row(report_id)["due_at"]
    desk.act(desk.people.water, report_id, "request_extension", reason="等配件")
    assert desk.row(report_id)["due_at"] == due_at  # asking changes nothing
    with pytest.raises(Conflict, match="waiting for an answer"):
        desk.act(desk.people.water, report_id, "request_extension", reason="等配件")
    row = desk.act(desk.people.dispatcher, report_id, "approve")
    assert row["due_at"] == row["close_due_at"] == due_at + 2 * DAY
    request(desk, report_id)
    assert desk.row(report_id)["due_at"] == due_at + 6 * DAY  # over a weekend
    with pytest.raises(Conflict, match="The most"):
        desk.act(desk.people.water, report_id, "request_extension", reason="再等")


def test_a_suspension_stops_the_clock_once(desk: Desk) -> None:
    report_id = handling(desk)
    due_at = desk.row(report_id)["due_at"]
    request(desk, report_id, until=(desk.now + DAY).isoformat())
    assert desk.row(report_id)["due_at"] == due_at + DAY
    with pytest.raises(Conflict, match="The most"):
        request(desk, report_id, until=(desk.now + DAY).isoformat())


def test_what_is_not_granted(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    for until in (desk.now, desk.now + dt.timedelta(days=365, seconds=1)):
        with pytest.raises(InvalidInput) as wrong:
            request(desk, report_id, until=until.isoformat())
        assert [error.field for error in wrong.value.errors] == ["until"]
    desk.act(people.water, report_id, "request_extension", reason="x")
    desk.act(people.dispatcher, report_id, "refuse", reason="不同意")
    with pytest.raises(Conflict, match="no request"):
        desk.act(people.dispatcher, report_id, "approve")
    desk.wait(days=3)
    with pytest.raises(Conflict, match="overdue"):
        desk.act(people.water, report_id, "request_extension", reason="x")


def listed(desk: Desk, actor: Actor, report_id: uuid.UUID) -> set[str]:
    """Return the actions that a report's document names for an actor, of those about time."""
    with desk.db.read(actor) as tx:
        legal = reports.get_report(tx, actor, report_id, now=desk.now)["actions"]
    return set(legal) & {"request_extension", "request_suspension", "approve", "refuse"}


def test_what_can_be_asked_for_is_what_is_listed(desk: Desk) -> None:
    """A report names a request only while it could be granted, and approval only of what can be."""
    water, centre, report_id = desk.people.water, desk.people.dispatcher, handling(desk)
    extension, pause = {"request_extension"}, {"request_suspension"}
    assert listed(desk, water, report_id) == extension | pause
    request(desk, report_id)
    assert listed(desk, water, report_id) == extension | pause
    request(desk, report_id)  # the second, which is the most
    assert listed(desk, water, report_id) == pause
    request(desk, report_id, until=(desk.now + DAY).isoformat())
    assert listed(desk, water, report_id) == set()

    report_id = handling(desk)
    until = desk.now + dt.timedelta(hours=1)
    desk.act(water, report_id, "request_suspension", reason="x", until=until.isoformat())
    assert listed(desk, water, report_id) == set()
    assert listed(desk, centre, report_id) == {"approve", "refuse"}
    desk.wait(hours=2)
    assert listed(desk, centre, report_id) == {"refuse"}  # the pause would be over by now
    with pytest.raises(Conflict, match="has ended"):
        desk.act(centre, report_id, "approve")
    desk.act(centre, report_id, "refuse", reason="x")
    desk.wait(days=3)
    assert listed(desk, water, report_id) == pause  # overdue: no extension


def test_who_is_invited_is_told_so_by_the_report(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    convene(desk, people.dispatcher, report_id, "telecom")
    for actor, action in ((people.telecom, "acknowledge"), (people.dispatcher, "record_minutes")):
        with desk.db.read(actor) as tx:
            assert action in reports.get_report(tx, actor, report_id, now=desk.now)["actions"]


def test_a_request_of_an_ended_part_is_dropped(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    desk.act(people.water, report_id, "request_extension", reason="x")
    desk.act(people.water, report_id, "return", reason="x")
    statuses = desk.rows("SELECT status FROM time_request WHERE report_id = %s", report_id)
    assert statuses == [{"status": "dropped"}]
    with pytest.raises(Conflict):
        desk.act(people.dispatcher, report_id, "approve")


def test_several_requests_have_to_be_named(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    desk.act(people.power, report_id, "check_in")
    desk.act(people.water, report_id, "request_extension", reason="x")
    desk.act(people.power, report_id, "request_extension", reason="y")
    with pytest.raises(InvalidInput) as wrong:
        desk.act(people.dispatcher, report_id, "approve")
    assert [error.field for error in wrong.value.errors] == ["request"]
    asked = desk.rows("SELECT id FROM time_request WHERE reason = 'y'")[0]["id"]
    desk.act(people.dispatcher, report_id, "approve", request=str(asked))
    parts = desk.assignments(report_id)
    assert [parts[code]["requested"] for code in ("water-west", "power")] == ["extension", None]


def test_a_meeting_decides_who_does_what_until_when(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    convene(desk, people.supervisor, report_id, "power", "telecom")
    assert "u:370782:telecom" in desk.row(report_id)["audience"]
    desk.act(people.telecom, report_id, "acknowledge", seen=None)
    with pytest.raises(Conflict):
        desk.act(people.telecom, report_id, "acknowledge", seen=None)
    due_at = desk.now + 3 * DAY
    desk.act(
        people.dispatcher, report_id, "record_minutes", minutes="分工如下",
        decisions=[
            {"utility": "telecom", "text": "迁移线缆", "due_at": due_at.isoformat()},
            {"utility": "water-west", "text": "修复主管", "due_at": due_at.isoformat()},
        ],
    )  # fmt: skip
    parts = desk.assignments(report_id)
    assert (parts["telecom"]["role"], parts["telecom"]["status"]) == ("assisting", "waiting")
    dues = {clock["assignment_id"]: clock["due_at"] for clock in desk.clocks(report_id)}
    assert dues[parts["telecom"]["id"]] == dues[parts["water-west"]["id"]] == due_at
    assert desk.row(report_id)["close_due_at"] == due_at
    meeting = desk.rows("SELECT * FROM meeting WHERE report_id = %s", report_id)[0]
    assert [body["acknowledged_at"] is None for body in meeting["bodies"]] == [True, False]
    assert [decision["utility"] for decision in meeting["decisions"]] == ["telecom", "water-west"]
    with pytest.raises(Conflict, match="without minutes"):
        desk.act(people.dispatcher, report_id, "record_minutes", minutes="再次")


def test_another_category_leaves_a_decided_date_alone(desk: Desk) -> None:
    people, report_id = desk.people, handling(desk)
    convene(desk, people.dispatcher, report_id, "water-west")
    due_at = desk.now + 9 * DAY
    decision = {"utility": "water-west", "text": "修复主管", "due_at": due_at.isoformat()}
    desk.act(
        people.dispatcher, report_id, "record_minutes", minutes="分工如下", decisions=[decision]
    )
    request(desk, report_id)
    extended = desk.row(report_id)["due_at"]
    assert extended > due_at
    row = desk.act(people.dispatcher, report_id, "recategorise", category="water.burst")
    assert row["due_at"] == row["close_due_at"] == extended
    # One that no meeting decided on gets the limit of the new category.
    other = handling(desk)
    desk.act(people.dispatcher, other, "recategorise", category="water.burst")
    assert desk.row(other)["due_at"] == desk.now + dt.timedelta(hours=1)


def test_words_leave_the_version_alone(fresh_desk: Desk) -> None:
    desk = fresh_desk
    people, report_id = desk.people, desk.dispatched()
    version = desk.row(report_id)["version"]
    desk.act(people.water, report_id, "comment", text="已在路上", seen=None)
    desk.act(people.dispatcher, report_id, "ask", text="几点到?", of="water-west", seen=None)
    desk.act(people.supervisor, report_id, "urge", text="请抓紧", seen=None)
    desk.act(people.supervisor, report_id, "urge", seen=None)
    assert desk.row(report_id)["version"] == version
    assert desk.events(report_id)[-4:] == ["comment", "ask", "urge", "urge"]
    messages = desk.rows("SELECT text, asked_of FROM message ORDER BY id")
    assert [message["asked_of"] for message in messages] == ["", "water-west", ""]
