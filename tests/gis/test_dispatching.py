"""The life of a report, step by step, on the small county."""

from __future__ import annotations

import datetime as dt

import pytest

from gis.errors import Conflict, InvalidInput
from tests.support.crew import AWAY, OTHER_TOWN, TOWN, Desk


def test_a_report_lives_from_the_call_to_its_close(desk: Desk) -> None:
    people = desk.people
    report_id = desk.report(people.volunteer)
    assert desk.row(report_id)["status"] == "received"
    assert desk.act(people.mizhou, report_id, "accept")["status"] == "accepted"
    row = desk.act(people.mizhou, report_id, "dispatch", lead="water-west", assisting=["power"])
    assert row["status"] == "dispatched"
    assert "u:370782:power" in row["audience"]
    assert desk.act(people.power, report_id, "check_in")["status"] == "dispatched"
    assert desk.act(people.water, report_id, "check_in")["status"] == "handling"
    row = desk.act(
        people.water, report_id, "feed_back", result="已修", cause="主阀", remedy="更换主阀"
    )
    assert (row["status"], row["cause"]) == ("handled", "主阀")
    row = desk.act(people.staff, report_id, "close", outcome="resolved")
    assert (row["status"], row["outcome"], row["due_at"]) == ("closed", "resolved", None)
    assert desk.assignments(report_id)["power"]["status"] == "cancelled"
    assert desk.clocks(report_id) == []
    assert desk.events(report_id) == [
        "received", "accept", "dispatch", "check_in", "check_in", "feed_back", "close",
    ]  # fmt: skip


def test_every_step_raises_the_version_and_leaves_an_outbox_row(desk: Desk) -> None:
    report_id = desk.handled()
    steps = desk.rows(
        "SELECT e.version, o.version AS told, o.audience_after FROM report_event e"
        " JOIN outbox o ON o.event_id = e.id WHERE e.report_id = %s ORDER BY e.version",
        report_id,
    )
    assert [step["version"] for step in steps] == [1, 2, 3, 4, 5]
    assert all(step["version"] == step["told"] for step in steps)
    assert "u:370782:water-west" in steps[-1]["audience_after"]


def test_clocks_follow_the_stages(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    assert [(c["stage"], c["due_at"]) for c in desk.clocks(report_id)] == [
        ("accept", desk.now + dt.timedelta(minutes=15))
    ]
    desk.wait(minutes=5)
    row = desk.act(people.dispatcher, report_id, "accept")
    # Filing and dispatching each get the stage's limit.
    assert row["due_at"] == desk.now + dt.timedelta(minutes=15)
    row = desk.act(people.dispatcher, report_id, "dispatch", lead="water-west")
    assert row["due_at"] == desk.now + dt.timedelta(hours=1)
    # The closing deadline: two working days after the latest allowed check-in.
    assert row["close_due_at"] == desk.now + dt.timedelta(days=2, hours=1)
    desk.wait(minutes=10)
    row = desk.act(people.water, report_id, "check_in")
    assert row["due_at"] == row["close_due_at"] == desk.now + dt.timedelta(days=2)
    row = desk.act(people.water, report_id, "feed_back", result="已修")
    assert row["due_at"] == desk.now + dt.timedelta(minutes=30)
    assert [(c["stage"], c["stopped_at"] is None) for c in desk.clocks(report_id, running=False)] == [
        ("accept", False), ("accept", False), ("check_in", False), ("handle", False), ("verify", True),
    ]  # fmt: skip


def test_the_limit_in_force_at_reception_stays_with_the_report(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = desk.report()
    owner = desk.rows
    owner(
        "UPDATE time_limit SET valid_to = %s WHERE stage = 'check_in' AND category_code = 'water'",
        desk.now + dt.timedelta(minutes=1),
    )
    owner(
        "INSERT INTO time_limit (county_code, category_code, stage, amount, unit, valid_from)"
        " VALUES ('370782', 'water', 'check_in', 5, 'working_hours', %s)",
        desk.now + dt.timedelta(minutes=1),
    )
    desk.db.kept.clear()
    desk.wait(minutes=5)
    desk.act(desk.people.dispatcher, report_id, "accept")
    row = desk.act(desk.people.dispatcher, report_id, "dispatch", lead="water-west")
    assert row["due_at"] == desk.now + dt.timedelta(hours=1)


def test_a_return_goes_back_to_the_centre_once_a_round(desk: Desk) -> None:
    people, report_id = desk.people, desk.dispatched()
    row = desk.act(people.water, report_id, "return", reason="不属我单位")
    assert (row["status"], row["returns"], row["close_due_at"]) == ("accepted", 1, None)
    assert desk.assignments(report_id)["water-west"]["return_reason"] == "不属我单位"
    assert [clock["stage"] for clock in desk.clocks(report_id)] == ["accept"]
    desk.act(people.dispatcher, report_id, "dispatch", lead="water-west")
    with pytest.raises(Conflict, match="once in this round") as refused:
        desk.act(people.water, report_id, "return", reason="还是不属")
    assert refused.value.details["possible"] == ["check_in", "comment", "ask"]


def test_the_third_return_lifts_the_report_to_the_municipal_centre(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.mizhou, report_id, "accept")
    for body, actor in (("water-west", people.water), ("power", people.power)):
        desk.act(people.mizhou, report_id, "dispatch", lead=body)
        assert desk.act(actor, report_id, "return", reason="不属")["level"] == "town"
    desk.act(people.mizhou, report_id, "dispatch", lead="telecom")
    row = desk.act(people.telecom, report_id, "return", reason="不属")
    assert (row["level"], row["returns"]) == ("municipal", 3)
    with pytest.raises(Conflict):
        desk.act(people.mizhou, report_id, "dispatch", lead="office-1")
    assert desk.act(people.dispatcher, report_id, "dispatch", lead="office-1")


def test_a_transfer_counts_like_a_return_and_changes_who_sees(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    row = desk.act(people.mizhou, report_id, "transfer", town=OTHER_TOWN, reason="在邻镇")
    assert (row["town_code"], row["returns"], row["level"]) == (OTHER_TOWN, 1, "town")
    assert f"t:{OTHER_TOWN}" in row["audience"]
    assert f"t:{TOWN}" not in row["audience"]
    assert desk.act(people.shiqiao, report_id, "accept")["status"] == "accepted"
    with pytest.raises(InvalidInput) as wrong:
        desk.act(people.shiqiao, report_id, "transfer", town="370782999", reason="x")
    assert [error.field for error in wrong.value.errors] == ["town"]


def test_the_town_acts_for_its_office_even_at_municipal_level(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.mizhou, report_id, "escalate")
    desk.act(people.dispatcher, report_id, "accept")
    desk.act(people.dispatcher, report_id, "dispatch", lead="office-1")
    assert desk.act(people.mizhou, report_id, "check_in")["status"] == "handling"
    assert desk.act(people.mizhou, report_id, "feed_back", result="已办")["status"] == "handled"
    with pytest.raises(Conflict):
        desk.act(people.mizhou, report_id, "close")
    row = desk.act(people.dispatcher, report_id, "hand_down")
    assert row["level"] == "town"
    assert desk.act(people.mizhou, report_id, "close")["status"] == "closed"


def test_reassigning_cancels_the_lead_and_starts_its_clock_anew(desk: Desk) -> None:
    report_id = desk.dispatched("water-west", "power")
    desk.wait(minutes=30)
    row = desk.act(
        desk.people.dispatcher, report_id, "reassign", lead="power", assisting=["telecom"]
    )
    parts = desk.rows(
        "SELECT utility_code, role, status FROM assignment WHERE report_id = %s ORDER BY 1, 2",
        report_id,
    )
    assert [tuple(part.values()) for part in parts] == [
        ("power", "assisting", "cancelled"), ("power", "lead", "waiting"),
        ("telecom", "assisting", "waiting"), ("water-west", "lead", "cancelled"),
    ]  # fmt: skip
    assert row["due_at"] == desk.clocks(report_id)[0]["due_at"]
    assert len(desk.clocks(report_id)) == 2


def test_an_assisting_body_moves_only_its_own_part(desk: Desk) -> None:
    people, report_id = desk.people, desk.dispatched("water-west", "power", "telecom")
    desk.act(people.power, report_id, "check_in")
    row = desk.act(people.power, report_id, "feed_back", result="已配合")
    assert row["status"] == "dispatched"
    row = desk.act(people.telecom, report_id, "return", reason="无关")
    assert (row["status"], row["returns"]) == ("dispatched", 0)
    parts = desk.assignments(report_id)
    assert [parts[code]["status"] for code in ("power", "telecom", "water-west")] == [
        "fed_back", "returned", "waiting",
    ]  # fmt: skip


def test_rework_gives_the_lead_a_fresh_clock_and_keeps_the_closing_deadline(desk: Desk) -> None:
    report_id = desk.handled()
    promised = desk.row(report_id)["close_due_at"]
    desk.wait(hours=1)
    row = desk.act(desk.people.staff, report_id, "rework", reason="仍无水")
    assert (row["status"], row["handled_at"], row["close_due_at"]) == ("handling", None, promised)
    assert row["due_at"] == desk.now + dt.timedelta(days=2)
    row = desk.act(desk.people.water, report_id, "feed_back", result="再修")
    assert row["status"] == "handled"


def test_reopening_begins_a_new_round(desk: Desk) -> None:
    people, report_id = desk.people, desk.handled()
    desk.act(people.dispatcher, report_id, "close")
    row = desk.act(people.mizhou, report_id, "reopen", reason="居民不满意")
    assert (row["status"], row["round"], row["outcome"], row["closed_at"]) == (
        "accepted", 2, None, None,
    )  # fmt: skip
    desk.act(people.mizhou, report_id, "dispatch", lead="water-west")
    desk.act(people.water, report_id, "check_in")
    desk.act(people.water, report_id, "feed_back", result="彻底修好")
    desk.act(people.mizhou, report_id, "close")
    rounds = desk.rows("SELECT round FROM evaluation WHERE report_id = %s ORDER BY 1", report_id)
    assert [row["round"] for row in rounds] == [1, 2]


@pytest.mark.parametrize(
    ("action", "outcome", "invited"),
    [
        ("reject", "rejected", 0),
        ("resolve_on_site", "self_resolved", 1),
        ("withdraw", "withdrawn", 0),
    ],
)
def test_what_ends_a_new_report(desk: Desk, action: str, outcome: str, invited: int) -> None:
    people, report_id = desk.people, desk.report()
    who = {"reject": people.mizhou, "resolve_on_site": people.staff, "withdraw": people.volunteer}
    fields = {"reason": "不属受理范围"} if action == "reject" else {}
    row = desk.act(who[action], report_id, action, **fields)
    assert (row["status"], row["outcome"], row["accepted_at"]) == ("closed", outcome, None)
    asked = desk.rows("SELECT 1 FROM evaluation WHERE report_id = %s", report_id)
    assert len(asked) == invited
    assert desk.clocks(report_id) == []


def test_a_report_is_withdrawn_by_its_reporter_until_it_is_dispatched(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    with pytest.raises(Conflict):
        desk.act(people.staff, report_id, "withdraw")
    desk.act(people.dispatcher, report_id, "accept")
    desk.act(people.dispatcher, report_id, "dispatch", lead="water-west")
    with pytest.raises(Conflict):
        desk.act(people.volunteer, report_id, "withdraw")


def test_only_the_same_persons_report_is_a_duplicate(desk: Desk) -> None:
    people = desk.people
    first, again = desk.report(phone="13800001234"), desk.report(phone="13800001234")
    other = desk.report(phone="13900005678")
    row = desk.act(people.mizhou, again, "reject", reason="重复", duplicate_of=f"370782-{first}")
    assert row["outcome"] == "duplicate"
    with pytest.raises(InvalidInput, match="merge them instead"):
        desk.act(people.mizhou, other, "reject", reason="重复", duplicate_of=f"370782-{first}")


def test_recategorising_matches_again_and_takes_the_other_limits(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    started = desk.now
    desk.wait(minutes=5)
    row = desk.act(people.mizhou, report_id, "recategorise", category="water.burst")
    assert row["level"] == "municipal"  # the category's own centre
    # A quarter of an hour round the clock, from when the report came in.
    assert row["due_at"] == started + dt.timedelta(minutes=15)
    assert row["category_code"] == "water.burst"
    assert row["utility_code"] == "water-west"
    assert [step["code"] for step in desk.row(report_id)["reason"]]


def test_moving_matches_again(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    before = desk.row(report_id)
    row = desk.act(people.mizhou, report_id, "move", longitude=AWAY[0], latitude=AWAY[1])
    after = desk.row(report_id)
    assert after["grid_code"] != before["grid_code"]
    assert (row["town_code"], after["utility_code"]) == (OTHER_TOWN, "water-east")
    assert after["cell_x"] != before["cell_x"]
    point = desk.rows("SELECT ST_X(location) AS x FROM report WHERE id = %s", report_id)
    assert point[0]["x"] == AWAY[0]
    assert "u:370782:water-east" in row["audience"]
    assert f"g:370782:{before['grid_code']}" not in row["audience"]
    with pytest.raises(InvalidInput):
        desk.act(people.shiqiao, report_id, "move", longitude=float("nan"), latitude=36.0)


def test_rollups_follow_moves_rejections_and_what_is_undone(fresh_desk: Desk) -> None:
    desk = fresh_desk

    def counted() -> list[tuple[str, str, int]]:
        rows = desk.rows(
            "SELECT grid_code, category_code, reports FROM rollup_grid_total"
            " WHERE reports <> 0 ORDER BY 1, 2"
        )
        return [tuple(row.values()) for row in rows]  # type: ignore[misc]

    people, report_id = desk.people, desk.report()
    home = people.home
    assert counted() == [(home, "water.low_pressure", 1)]
    desk.act(people.mizhou, report_id, "recategorise", category="water")
    assert counted() == [(home, "water", 1)]
    desk.act(people.mizhou, report_id, "reject", reason="无效")
    assert counted() == []
    desk.act(people.mizhou, report_id, "undo")
    assert counted() == [(home, "water", 1)]
    desk.act(people.mizhou, report_id, "move", longitude=AWAY[0], latitude=AWAY[1])
    away = desk.row(report_id)["grid_code"]
    assert counted() == [(away, "water", 1)]
    cells = desk.rows("SELECT sum(reports) AS n, count(*) FROM rollup_cell_month WHERE reports > 0")
    assert cells[0] == {"n": 1, "count": 1}


def test_a_towns_dispatcher_acts_for_the_towns_office_also_outside_the_town(desk: Desk) -> None:
    report_id = desk.report(desk.people.dispatcher, at=(120.9, 36.9))
    assert desk.row(report_id)["town_code"] is None
    desk.act(desk.people.dispatcher, report_id, "accept")
    desk.act(desk.people.dispatcher, report_id, "dispatch", lead="office-1")
    assert desk.act(desk.people.mizhou, report_id, "check_in")["status"] == "handling"
