"""A matter across the county's border: closed here, taken in there, each side sees its own."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from gis import rollups
from gis.dispatching import act, find_last_step
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound, PreconditionFailed
from gis.ids import parse_public_id
from gis.notifications import deliver, list_notifications
from gis.statistics import Period, get_statistics
from gis.workflow.case import ReportState
from gis.workflow.handing_over import handed_over_client_id
from gis.workflow.store import read_reports
from tests.support.county import COUNTY, NEIGHBOUR
from tests.support.crew import Desk

ACROSS = {"county": NEIGHBOUR, "reason": "在邻县境内"}


def there(desk: Desk, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Run a statement that sees the whole neighbouring county."""
    with desk.db.transaction(county_code=NEIGHBOUR) as tx:
        return tx.rows(statement, values)


def told(desk: Desk, report_id: uuid.UUID) -> dict[str, Any]:
    """Return what the sender's history says of the hand-over."""
    row = desk.rows(
        "SELECT details FROM report_event WHERE report_id = %s AND action = 'hand_over'", report_id
    )[0]
    details: dict[str, Any] = row["details"]
    return details


def state(desk: Desk, report_id: uuid.UUID) -> ReportState:
    with desk.db.transaction(county_code=COUNTY) as tx:
        return read_reports(tx, COUNTY, [report_id])[report_id]


def test_the_matter_is_closed_here_and_taken_in_there(fresh_desk: Desk) -> None:
    desk = fresh_desk
    report_id = desk.report(phone="13812341234", category="water")
    before = desk.row(report_id)
    client_id = handed_over_client_id(state(desk, report_id))
    desk.wait(minutes=10)
    row = desk.act(desk.people.dispatcher, report_id, "hand_over", **ACROSS)
    assert (row["status"], row["outcome"]) == ("closed", "transferred")
    assert desk.clocks(report_id) == []
    assert desk.rows("SELECT 1 FROM evaluation WHERE report_id = %s", report_id) == []

    (new,) = there(desk, "SELECT * FROM report")
    assert new["client_id"] == client_id
    assert (new["status"], new["received_at"]) == ("received", desk.now)
    same = ("location", "description", "category_code", "source", "address", "urgent",
            "reporter_name", "reporter_phone", "captured_at")  # fmt: skip
    assert {name: new[name] for name in same} == {name: before[name] for name in same}
    # Matched by the other county's own grids and bodies, and nobody's account there.
    assert (new["grid_code"], new["account_id"]) == ("A0", None)
    assert new["source_number"] == before["number"]
    assert new["number"].startswith(f"{NEIGHBOUR}20220509")
    assert all(member.split(":")[1].startswith(NEIGHBOUR) for member in new["audience"])
    (clock,) = there(desk, "SELECT stage, started_at FROM clock")
    assert clock == {"stage": "accept", "started_at": desk.now}

    here, across = told(desk, report_id), there(
        desk, "SELECT action, version, details, status_after FROM report_event ORDER BY version"
    )  # fmt: skip
    assert here == {
        "county": NEIGHBOUR, "county_name": "邻县", "county_name_en": "County",
        "report": f"{NEIGHBOUR}-{new['id']}", "number": new["number"], "reason": "在邻县境内",
    }  # fmt: skip
    assert [(e["action"], e["version"]) for e in across] == [("received", 1), ("taken_over", 2)]
    assert across[1]["details"] == {
        "county": COUNTY, "county_name": "诸城市", "county_name_en": "County",
        "report": f"{COUNTY}-{report_id}", "number": before["number"], "reason": "在邻县境内",
    }  # fmt: skip
    for code in (COUNTY, NEIGHBOUR):
        with desk.db.read(county_code=code) as tx:
            assert rollups.check(tx, code) == []


def test_each_side_sees_its_own_and_acts_on_nothing_else(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    _, new_id = parse_public_id(told(desk, report_id)["report"])
    with desk.db.transaction(people.neighbour) as tx:
        assert {row["id"] for row in tx.rows("SELECT id FROM report")} >= {new_id}
        assert tx.rows("SELECT 1 FROM report_event WHERE report_id = %s", [report_id]) == []
    for actor in people.all():
        if actor is not people.neighbour:
            with desk.db.transaction(actor) as tx:
                assert tx.rows("SELECT 1 FROM report WHERE id = %s", [new_id]) == []
            with pytest.raises(NotFound):
                desk.act(actor, new_id, "accept", seen="1")
    with pytest.raises(NotFound):
        desk.act(people.neighbour, report_id, "reopen", seen="2")
    assert desk.act(people.neighbour, new_id, "accept", seen="2")["status"] == "accepted"


def test_what_was_being_done_is_cancelled(desk: Desk) -> None:
    people, report_id = desk.people, desk.dispatched("water-west", "power")
    desk.act(people.water, report_id, "check_in")
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    assert {a["status"] for a in desk.assignments(report_id).values()} == {"cancelled"}
    assert desk.clocks(report_id) == []


def test_it_is_refused(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    cases: list[tuple[type[Exception], Any, dict[str, Any]]] = [
        (InvalidInput, people.dispatcher, {"county": COUNTY, "reason": "x"}),
        (InvalidInput, people.dispatcher, {"county": "999999", "reason": "x"}),
        (InvalidInput, people.dispatcher, {"county": NEIGHBOUR}),
        (InvalidInput, people.dispatcher, {"reason": "x"}),
        (InvalidInput, people.dispatcher, ACROSS | {"client_id": str(uuid.uuid4())}),
        (NotAllowed, people.volunteer, ACROSS),
        (NotAllowed, people.supervisor, ACROSS),
        (Conflict, people.mizhou, ACROSS),  # between counties, the municipal centres speak
        (NotFound, people.neighbour, ACROSS),
    ]
    for error, actor, fields in cases:
        with pytest.raises(error):
            desk.act(actor, report_id, "hand_over", **fields)
    with pytest.raises(PreconditionFailed):
        desk.act(people.dispatcher, report_id, "hand_over", seen="9", **ACROSS)
    parent = desk.report()
    desk.act(people.dispatcher, report_id, "merge", into=f"{COUNTY}-{parent}")
    for merged in (parent, report_id):
        with pytest.raises(Conflict, match="merged"):
            desk.act(people.dispatcher, merged, "hand_over", **ACROSS)
    desk.act(people.dispatcher, report_id, "unmerge")
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    with pytest.raises(Conflict):
        desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)


def test_a_refused_hand_over_leaves_nothing_in_either_county(fresh_desk: Desk) -> None:
    desk, report_id = fresh_desk, fresh_desk.report()

    def die_before_the_commit() -> None:
        with desk.db.transaction() as tx:
            act(tx, desk.people.dispatcher, report_id, "hand_over", ACROSS, "1", desk.now)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die_before_the_commit()
    assert there(desk, "SELECT id FROM report") == []
    assert desk.row(report_id)["status"] == "received"


def test_it_is_not_undone_but_reopened_and_may_be_handed_over_again(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    with desk.db.transaction(county_code=COUNTY) as tx:
        assert find_last_step(tx, COUNTY, report_id) is None
    with pytest.raises(Conflict, match="no last step"):
        desk.act(people.dispatcher, report_id, "undo")
    first = told(desk, report_id)["report"]
    row = desk.act(people.dispatcher, report_id, "reopen", reason="邻县退回")
    assert (row["status"], row["round"]) == ("accepted", 2)
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    sent = desk.rows(
        "SELECT details ->> 'report' AS report FROM report_event"
        " WHERE report_id = %s AND action = 'hand_over' ORDER BY version", report_id,
    )  # fmt: skip
    assert sent[0]["report"] == first
    assert sent[1]["report"] != first


def test_a_matter_comes_back_as_a_new_report(fresh_desk: Desk) -> None:
    """What the other county hands back is a report of its own here, linked to theirs."""
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report()
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    _, new_id = parse_public_id(told(desk, report_id)["report"])
    desk.act(people.neighbour, new_id, "hand_over", seen="2", county=COUNTY, reason="不在本县")
    rows = desk.rows("SELECT id, source_number, status FROM report ORDER BY received_at, number")
    assert [row["status"] for row in rows] == ["closed", "received"]
    assert rows[1]["source_number"] == told(desk, report_id)["number"]


def test_a_category_the_other_county_lacks_is_found_anew(desk: Desk) -> None:
    report_id = desk.report(category="water.low_pressure")
    desk.act(desk.people.dispatcher, report_id, "hand_over", **ACROSS)
    _, new_id = parse_public_id(told(desk, report_id)["report"])
    (new,) = there(desk, "SELECT category_code, utility_code FROM report WHERE id = %s", new_id)
    assert new["category_code"] is None


def test_photos_go_along(desk: Desk) -> None:
    report_id = desk.report()
    desk.rows(
        "INSERT INTO photo (county_code, report_id, sha256, stored_sha256, width, height, bytes,"
        " at) VALUES (%s, %s, %s, %s, 4, 3, 99, %s)",
        COUNTY, report_id, "a" * 64, "b" * 64, desk.now,
    )  # fmt: skip
    desk.act(desk.people.dispatcher, report_id, "hand_over", **ACROSS)
    _, new_id = parse_public_id(told(desk, report_id)["report"])
    (photo,) = there(desk, "SELECT * FROM photo WHERE report_id = %s", new_id)
    assert (photo["sha256"], photo["stored_in"]) == ("a" * 64, COUNTY)


def test_both_centres_are_told(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report(people.volunteer)
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    assert deliver(desk.db, desk.now).failed == 0
    with desk.db.read(people.volunteer) as tx:
        assert "hand_over" in {row["action"] for row in list_notifications(tx, people.volunteer)}
    with desk.db.read(people.neighbour) as tx:
        assert [row["action"] for row in list_notifications(tx, people.neighbour)] == ["received"]


def test_statistics_count_it_once_on_each_side(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report()
    desk.act(people.dispatcher, report_id, "accept")
    desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    days = Period(desk.now.date(), desk.now.date())
    for actor, accepted, settled in ((people.admin, 1, 1), (people.neighbour, 0, 0)):
        with desk.db.read(actor) as tx:
            counts = get_statistics(tx, actor, days).total.counts
        assert (counts["accepted"], counts["settled"]) == (accepted, settled)


def test_two_counties_hand_over_to_each_other_at_once(fresh_desk: Desk) -> None:
    """Neither waits for the other for ever, and nothing is lost or doubled."""
    desk, people = fresh_desk, fresh_desk.people
    mine = [desk.report() for _ in range(6)]
    for report_id in [desk.report() for _ in range(6)]:
        desk.act(people.dispatcher, report_id, "hand_over", **ACROSS)
    theirs = [row["id"] for row in there(desk, "SELECT id FROM report")]
    start, errors = threading.Barrier(4), []

    def send(actor: Any, ids: list[uuid.UUID], county_code: str, seen: str) -> None:
        start.wait()
        for report_id in ids:
            try:
                desk.act(actor, report_id, "hand_over", seen=seen, county=county_code, reason="x")
            except Exception as error:  # noqa: BLE001  told to the test below
                errors.append(error)

    threads = [
        threading.Thread(target=send, args=args)
        for args in (
            (people.dispatcher, mine[:3], NEIGHBOUR, "1"),
            (people.dispatcher, mine[3:], NEIGHBOUR, "1"),
            (people.neighbour, theirs[:3], COUNTY, "2"),
            (people.neighbour, theirs[3:], COUNTY, "2"),
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for code, rows in (
        (COUNTY, desk.rows("SELECT status, number FROM report")),
        (NEIGHBOUR, there(desk, "SELECT status, number FROM report")),
    ):
        statuses = sorted(row["status"] for row in rows)
        assert statuses == ["closed"] * (12 if code == COUNTY else 6) + ["received"] * 6
        assert len({row["number"] for row in rows}) == len(rows)
