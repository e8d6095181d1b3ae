"""The life of a report, step by step, on the small county."""

from __future__ import annotations

from tests.support.crew import Desk


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
