"""Taking back one's own last step."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from gis.dispatching import find_last_step, legal_actions
from gis.errors import Conflict
from tests.support.crew import Desk

_PARTS = ("assignment", "clock", "time_request", "evaluation", "meeting")


def everything(desk: Desk, report_id: uuid.UUID) -> dict[str, Any]:
    """Return all that a step may change, but for versions."""
    found: dict[str, Any] = {"report": [desk.row(report_id)]}
    for table in _PARTS:
        found[table] = desk.rows(
            f"SELECT * FROM {table} WHERE report_id = %s ORDER BY id",
            report_id,
        )
    for rows in found.values():
        for row in rows:
            row.pop("version", None)
    return found


STEPS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("report", "mizhou", "accept", {}),
    ("report", "mizhou", "reject", {"reason": "x"}),
    ("report", "staff", "resolve_on_site", {}),
    ("report", "volunteer", "withdraw", {}),
    ("report", "mizhou", "escalate", {}),
    ("report", "mizhou", "transfer", {"town": "370782101", "reason": "x"}),
    ("report", "mizhou", "recategorise", {"category": "power.cable"}),
    ("report", "mizhou", "move", {"longitude": 119.485, "latitude": 36.0}),
    ("report", "mizhou", "convene",
     {"place": "x", "meets_at": "2022-05-30T08:00:00Z", "bodies": ["power"]}),
    ("dispatched", "dispatcher", "reassign", {"lead": "power", "assisting": ["telecom"]}),
    ("dispatched", "water", "check_in", {}),
    ("dispatched", "water", "return", {"reason": "x"}),
    ("handled", "dispatcher", "close", {}),
    ("handled", "dispatcher", "rework", {"reason": "x"}),
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[2])
def test_undo_restores_everything(desk: Desk, step: tuple[str, str, str, dict[str, Any]]) -> None:
    start, who, action, fields = step
    report_id, actor = getattr(desk, start)(), getattr(desk.people, who)
    before, version = everything(desk, report_id), desk.row(report_id)["version"]
    desk.wait(seconds=1)
    desk.act(actor, report_id, action, **fields)
    assert everything(desk, report_id) != before
    desk.wait(seconds=59)
    # Where the step took the report out of the actor's view, the way back is still theirs.
    desk.act(actor, report_id, "undo")
    assert everything(desk, report_id) == before
    assert desk.row(report_id)["version"] == version + 2
    assert desk.events(report_id)[-2:] == [action, "undone"]


def test_undo_is_for_the_own_last_step_within_a_minute(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    with pytest.raises(Conflict, match="no last step"):
        desk.act(people.mizhou, report_id, "undo")
    desk.act(people.mizhou, report_id, "accept")
    with pytest.raises(Conflict, match="somebody else's"):
        desk.act(people.dispatcher, report_id, "undo")
    desk.act(people.dispatcher, report_id, "escalate")
    desk.act(people.dispatcher, report_id, "undo")
    with pytest.raises(Conflict):  # what was undone is not done again, nor the step before it
        desk.act(people.dispatcher, report_id, "undo")
    desk.act(people.mizhou, report_id, "dispatch", lead="power")
    desk.act(people.supervisor, report_id, "comment", text="请抓紧")
    with pytest.raises(Conflict, match="no last step"):
        desk.act(people.mizhou, report_id, "undo")
    desk.act(people.mizhou, report_id, "reassign", lead="water-west")
    desk.wait(seconds=61)
    with pytest.raises(Conflict, match="older"):
        desk.act(people.mizhou, report_id, "undo")


def test_undo_is_listed_while_it_is_possible(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.mizhou, report_id, "accept")
    with desk.db.read(people.mizhou) as tx:
        last = find_last_step(tx, "370782", report_id)
    row = desk.row(report_id)
    standing = type("Row", (), {**row, "grid_code": row["grid_code"]})()
    assert "undo" in legal_actions(standing, people.mizhou, [], last=last, now=desk.now)
    assert "undo" not in legal_actions(standing, people.dispatcher, [], last=last, now=desk.now)


def test_an_undone_step_can_be_followed_by_another(desk: Desk) -> None:
    people, report_id = desk.people, desk.dispatched()
    part = desk.assignments(report_id)["water-west"]
    desk.act(people.water, report_id, "return", reason="看错了")
    desk.act(people.water, report_id, "undo")
    again = desk.assignments(report_id)["water-west"]
    assert (again["status"], again["version"]) == ("waiting", part["version"] + 2)
    assert desk.act(people.water, report_id, "check_in")["status"] == "handling"
