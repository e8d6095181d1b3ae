"""Reports of one cause: merged, carried, closed together and taken apart."""

from __future__ import annotations

import uuid

import pytest

from gis.errors import Conflict, InvalidInput
from tests.support.crew import AWAY, Desk


def merged(desk: Desk, children: int = 2) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """Return a report and those merged into it."""
    parent = desk.report()
    ids = [desk.report() for _ in range(children)]
    for child in ids:
        desk.act(desk.people.mizhou, child, "merge", into=f"370782-{parent}")
    return parent, ids


def test_the_parents_steps_carry_the_children(fresh_desk: Desk) -> None:
    desk = fresh_desk
    people = desk.people
    parent, children = merged(desk)
    assert desk.row(parent)["merged_count"] == 2
    desk.act(people.mizhou, parent, "accept")
    desk.act(people.mizhou, parent, "dispatch", lead="power")
    desk.act(people.power, parent, "check_in")
    for child in children:
        row = desk.row(child)
        assert (row["status"], row["due_at"]) == ("handling", desk.row(parent)["due_at"])
        assert "u:370782:power" in row["audience"]
        assert desk.clocks(child) == []
    desk.act(people.power, parent, "feed_back", result="已修", cause="第三方施工")
    desk.act(people.mizhou, parent, "close")
    for child in children:
        row = desk.row(child)
        assert (row["status"], row["outcome"], row["cause"]) == ("closed", "resolved", "第三方施工")
        assert desk.events(child) == [
            "received", "merge", "accept", "dispatch", "check_in", "feed_back", "close",
        ]  # fmt: skip
    asked = desk.rows("SELECT count(DISTINCT report_id) FROM evaluation")
    assert asked == [{"count": 3}]
    desk.act(people.mizhou, parent, "reopen")
    assert {desk.row(child)["status"] for child in children} == {"accepted"}
    assert {desk.row(child)["round"] for child in children} == {2}


def test_a_centre_merges_only_into_what_it_acts_on(desk: Desk) -> None:
    """A town may read a report that rose to the municipal centre; it hands nothing to it unasked."""
    people, here, raised = desk.people, desk.report(), desk.report()
    desk.act(people.mizhou, raised, "escalate")
    assert set(desk.row(raised)["audience"]) & set(people.mizhou.audience)
    with pytest.raises(Conflict, match="another centre"):
        desk.act(people.mizhou, here, "merge", into=f"370782-{raised}")
    assert desk.row(here)["merged_into"] is None
    # What it can do instead: hand it up, and the centre there merges.
    desk.act(people.mizhou, here, "escalate")
    desk.act(people.dispatcher, here, "merge", into=f"370782-{raised}")
    assert desk.row(here)["merged_into"] == raised
    # The municipal centre acts at both levels, and may merge a town's report into either.
    own, other = desk.report(), desk.report()
    desk.act(people.dispatcher, own, "merge", into=f"370782-{other}")
    assert desk.row(own)["merged_into"] == other


def test_another_towns_report_is_not_there_to_be_merged_into(desk: Desk) -> None:
    here, there = desk.report(), desk.report(at=AWAY)
    assert desk.row(here)["town_code"] != desk.row(there)["town_code"]
    with pytest.raises(InvalidInput) as refused:
        desk.act(desk.people.mizhou, here, "merge", into=f"370782-{there}")
    assert [error.field for error in refused.value.errors] == ["into"]


def test_undoing_a_parents_step_takes_the_children_back(desk: Desk) -> None:
    people = desk.people
    parent, children = merged(desk)
    desk.act(people.mizhou, parent, "accept")
    desk.act(people.mizhou, parent, "undo")
    assert {desk.row(child)["status"] for child in [parent, *children]} == {"received"}
    assert desk.events(children[0])[-2:] == ["accept", "undone"]


def test_undoing_a_merge_untouches_both(desk: Desk) -> None:
    parent, children = merged(desk, 1)
    desk.act(desk.people.mizhou, children[0], "undo")
    assert desk.row(parent)["merged_count"] == 0
    assert desk.row(children[0])["merged_into"] is None
    assert [clock["stage"] for clock in desk.clocks(children[0])] == ["accept"]


def test_a_later_step_on_the_parent_forbids_undoing_the_merge(desk: Desk) -> None:
    parent, children = merged(desk, 1)
    desk.act(desk.people.mizhou, parent, "accept")
    with pytest.raises(Conflict, match="no last step"):
        desk.act(desk.people.mizhou, children[0], "undo")


def test_unmerge_gives_the_own_course_back(desk: Desk) -> None:
    people = desk.people
    parent, child = desk.report(), desk.dispatched("power")
    due_at = desk.row(child)["due_at"]
    desk.wait(minutes=10)
    desk.act(people.dispatcher, child, "merge", into=f"370782-{parent}")
    assert desk.row(child)["status"] == "received"
    assert desk.assignments(child)["power"]["status"] == "cancelled"
    desk.act(people.dispatcher, parent, "accept")
    desk.wait(minutes=20)
    row = desk.act(people.dispatcher, child, "unmerge")
    assert (row["status"], row["merged_into"]) == ("dispatched", None)
    # The twenty minutes as a merged report do not count.
    assert (row["due_at"] - due_at).total_seconds() == 20 * 60
    assert desk.row(parent)["merged_count"] == 0
    assert desk.act(people.power, child, "check_in")["status"] == "handling"
    assert desk.row(parent)["status"] == "accepted"


def test_unmerged_after_the_other_was_reopened_it_stands_where_a_reopened_one_does(
    desk: Desk,
) -> None:
    """Its own parts are of the round that ended: nobody could go on with them."""
    people = desk.people
    child, parent = desk.dispatched("power"), desk.handled()
    desk.act(people.power, child, "check_in")
    desk.act(people.dispatcher, child, "merge", into=f"370782-{parent}")
    desk.act(people.dispatcher, parent, "close")
    desk.act(people.dispatcher, parent, "reopen")
    desk.act(people.dispatcher, parent, "dispatch", lead="water-west")
    desk.wait(minutes=10)
    row = desk.act(people.dispatcher, child, "unmerge")
    assert (row["status"], row["round"], row["merged_into"]) == ("accepted", 2, None)
    assert (row["dispatched_at"], row["checked_in_at"]) == (None, None)
    assert [clock["due_at"] for clock in desk.clocks(child)] == [row["due_at"]]
    assert desk.assignments(child)["power"]["status"] == "cancelled"
    desk.act(people.dispatcher, child, "dispatch", lead="power")
    assert desk.act(people.power, child, "check_in")["status"] == "handling"


def test_on_a_merged_report_only_words_and_unmerging_are_possible(desk: Desk) -> None:
    parent, (child,) = merged(desk, 1)
    with pytest.raises(Conflict, match="merged into another") as refused:
        desk.act(desk.people.mizhou, child, "accept")
    assert refused.value.details["possible"] == ["unmerge", "comment", "ask", "undo"]
    with pytest.raises(Conflict, match="Other reports were merged"):
        desk.act(desk.people.mizhou, parent, "merge", into=f"370782-{desk.report()}")


def test_what_cannot_be_merged(desk: Desk) -> None:
    people = desk.people
    parent, (child,) = merged(desk, 1)
    report_id, closed = desk.report(), desk.report()
    desk.act(people.mizhou, closed, "reject", reason="x")
    with pytest.raises(Conflict, match="merged itself"):
        desk.act(people.mizhou, report_id, "merge", into=f"370782-{child}")
    with pytest.raises(Conflict, match="closed"):
        desk.act(people.mizhou, report_id, "merge", into=f"370782-{closed}")
    with pytest.raises(Conflict, match="into itself"):
        desk.act(people.mizhou, report_id, "merge", into=f"370782-{report_id}")
    with pytest.raises(InvalidInput):  # another county's report does not exist here
        desk.act(people.mizhou, report_id, "merge", into=f"370783-{parent}")


def test_a_reporter_withdraws_a_merged_report_alone(desk: Desk) -> None:
    people = desk.people
    parent, children = merged(desk)
    with pytest.raises(Conflict, match="other people"):
        desk.act(people.volunteer, parent, "withdraw")
    row = desk.act(people.volunteer, children[0], "withdraw")
    assert (row["status"], row["outcome"], row["merged_into"]) == ("closed", "withdrawn", None)
    assert desk.row(parent)["merged_count"] == 1
    assert desk.events(parent)[-1] == "unmerge"
    desk.act(people.volunteer, children[0], "undo")
    assert desk.row(children[0])["merged_into"] == parent
    assert desk.row(parent)["merged_count"] == 2
    desk.act(people.volunteer, children[0], "withdraw")
    desk.act(people.mizhou, parent, "accept")
    assert desk.row(children[0])["status"] == "closed"
    assert desk.row(children[1])["status"] == "accepted"


def test_what_others_withdrew_holds_a_report_back_no_longer(desk: Desk) -> None:
    people = desk.people
    parent, (child,) = merged(desk, 1)
    desk.act(people.volunteer, child, "withdraw")
    into = desk.report()
    row = desk.act(people.mizhou, parent, "merge", into=f"370782-{into}")
    assert row["merged_into"] == into


def test_the_children_are_due_when_the_parent_is_also_after_a_step_that_only_gives_time(
    fresh_desk: Desk,
) -> None:
    desk = fresh_desk
    people = desk.people
    parent, children = merged(desk)
    for actor, action, more in [
        (people.mizhou, "accept", {}), (people.mizhou, "dispatch", {"lead": "power"}),
        (people.power, "check_in", {}), (people.power, "request_extension", {"reason": "缺件"}),
        (people.mizhou, "approve", {}), (people.mizhou, "undo", {}),
        (people.mizhou, "recategorise", {"category": "water.burst"}),
    ]:  # fmt: skip
        desk.act(actor, parent, action, **more)
        now = desk.row(parent)
        dates = [now[name] for name in ("due_at", "yellow_at", "close_due_at")]
        for child in children:
            row = desk.row(child)
            assert [row[name] for name in ("due_at", "yellow_at", "close_due_at")] == dates, action


def test_a_merged_report_is_reopened_on_its_own(desk: Desk) -> None:
    people = desk.people
    parent, (child,) = merged(desk, 1)
    desk.act(people.staff, parent, "resolve_on_site")
    assert desk.row(child)["outcome"] == "self_resolved"
    row = desk.act(people.mizhou, child, "reopen")
    assert (row["status"], row["merged_into"]) == ("accepted", None)
    assert desk.row(parent)["status"] == "closed"
    assert desk.row(parent)["merged_count"] == 0
    assert desk.events(parent)[-1] == "unmerge"
    assert desk.events(child)[-1] == "reopen"
