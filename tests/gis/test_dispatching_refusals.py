"""Who is refused what, in which order, and what is said then."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from gis.audience import Actor
from gis.dispatching import Order, act, act_many, legal_actions, list_parts
from gis.errors import (
    Conflict,
    GridCallError,
    InvalidInput,
    NotAllowed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
)
from gis.workflow.case import Part, Standing
from gis.workflow.gate import parse_if_match
from gis.workflow.table import ACTIONS, EDGES, fields_of, roles_of
from tests.support.county import NEIGHBOUR
from tests.support.crew import MONDAY, TOWN, Desk


def test_what_the_actor_may_not_know_of_is_not_found_before_anything_else(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    blind = [people.stranger, people.shiqiao, people.power, people.planner, people.neighbour]
    for actor in blind:
        for action in ("no such action", "accept", "undo"):
            with pytest.raises(NotFound):
                desk.act(actor, report_id, action, seen=None, nonsense=1)
    with pytest.raises(NotFound):
        desk.act(people.dispatcher, uuid.uuid4(), "accept", seen="1")


def test_the_order_of_refusals(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    steps: list[tuple[type[GridCallError], Actor, str, str | None, dict[str, Any]]] = [
        (InvalidInput, people.volunteer, "explode", None, {}),
        (InvalidInput, people.volunteer, "dispatch", None, {"lead": "nobody"}),
        (InvalidInput, people.volunteer, "reject", None, {}),
        (NotAllowed, people.volunteer, "reject", None, {"reason": "x"}),
        (PreconditionRequired, people.mizhou, "reopen", None, {}),
        (PreconditionRequired, people.mizhou, "reopen", "*", {}),
        (PreconditionFailed, people.mizhou, "reopen", '"9"', {}),
        (PreconditionFailed, people.mizhou, "reopen", '"x"', {}),
        (Conflict, people.mizhou, "reopen", '"1"', {}),
    ]
    for error, actor, action, seen, fields in steps:
        with pytest.raises(error) as refused:
            desk.act(actor, report_id, action, seen=seen, **fields)
        assert type(refused.value) is error
    assert desk.events(report_id) == ["received"]


def test_a_conflict_names_what_is_possible(desk: Desk) -> None:
    report_id = desk.report()
    with pytest.raises(Conflict) as refused:
        desk.act(desk.people.mizhou, report_id, "close")
    assert refused.value.details == {
        "status": "received",
        "possible": [
            "accept", "reject", "escalate", "transfer", "recategorise", "move", "convene", "merge",
            "comment", "ask",
        ],
    }  # fmt: skip


def test_an_outrun_version_shows_what_changed(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()
    desk.act(people.mizhou, report_id, "accept")
    with pytest.raises(PreconditionFailed) as refused:
        desk.act(people.dispatcher, report_id, "accept", seen='W/"1"')
    details = refused.value.details
    assert (details["version"], details["status"]) == (2, "accepted")
    assert [(c["action"], c["actor_name"]) for c in details["changes"]] == [("accept", "Mizhou")]


def test_a_body_sends_the_version_of_its_own_part(desk: Desk) -> None:
    people, report_id = desk.people, desk.dispatched()
    # What the dispatcher does meanwhile is no reason to refuse a check-in.
    desk.act(people.dispatcher, report_id, "escalate")
    desk.act(people.water, report_id, "check_in", seen="1")
    with pytest.raises(PreconditionFailed):
        desk.act(people.water, report_id, "feed_back", seen="1", result="已修")
    with pytest.raises(PreconditionFailed):
        desk.act(people.water, report_id, "feed_back", seen="7", result="已修")
    desk.act(people.water, report_id, "feed_back", seen="2", result="已修")


WRONG: list[tuple[str, dict[str, Any], set[str]]] = [
    ("dispatch", {}, {"lead"}),
    ("dispatch", {"lead": "water-west", "status": "closed", "version": 9}, {"status", "version"}),
    ("dispatch", {"lead": 7, "assisting": "power"}, {"lead", "assisting"}),
    ("dispatch", {"lead": "water-west", "assisting": ["nobody"]}, {"assisting"}),
    ("reject", {"reason": " "}, {"reason"}),
    ("reject", {"reason": "a\x00b"}, {"reason"}),
    ("reject", {"reason": "\ud800"}, {"reason"}),
    ("reject", {"reason": "长" * 4001}, {"reason"}),
    ("close", {"outcome": "rejected"}, {"outcome"}),
    ("request_suspension", {"reason": "x", "until": "tomorrow"}, {"until"}),
    ("request_suspension", {"reason": "x", "until": "2022-05-12T08:00:00"}, {"until"}),
    ("feed_back", {"result": "x", "photos": ["abc"]}, {"photos"}),
    ("recategorise", {"category": "no.such"}, {"category"}),
    ("move", {"longitude": 119.4}, {"latitude"}),
    ("move", {"longitude": 219.4, "latitude": 36.0}, {"location"}),
    ("move", {"grid_code": "NONE"}, {"grid_code"}),
    ("move", {"longitude": True, "latitude": 36.0}, {"longitude"}),
    ("merge", {"into": "370782-xyz"}, {"into"}),
    ("merge", {"into": f"370782-{uuid.UUID(int=5)}"}, {"into"}),
    ("convene", {"place": "x", "meets_at": "2022-05-12T08:00:00Z", "bodies": ["none"]}, {"bodies"}),
    ("approve", {"request": "7"}, {"request"}),
    ("ask", {"text": "x", "of": "nobody"}, {"of"}),
    ("record_minutes", {"minutes": "x", "decisions": [{"utility": "power"}]}, {"decisions"}),
]  # fmt: skip


def test_wrong_fields_are_named(desk: Desk, subtests: pytest.Subtests) -> None:
    report_id = desk.report()
    for action, fields, wrong in WRONG:
        with subtests.test(action=action, fields=repr(fields)[:60]):
            with pytest.raises(InvalidInput) as refused:
                desk.act(desk.people.dispatcher, report_id, action, **fields)
            assert {error.field for error in refused.value.errors} >= wrong
            assert all(error.reason for error in refused.value.errors)
    assert desk.events(report_id) == ["received"]


def test_every_action_refuses_fields_the_server_owns(desk: Desk) -> None:
    report_id = desk.report()
    for action in ACTIONS:
        known = {field.name for field in fields_of(action)}
        owned = {"status", "version", "county_code", "account_id", "received_at", "id"} - known
        with pytest.raises(InvalidInput) as refused:
            desk.act(desk.people.dispatcher, report_id, action, **dict.fromkeys(owned, "x"))
        assert {error.field for error in refused.value.errors} >= owned


def test_a_role_that_never_may_is_told_so(desk: Desk) -> None:
    report_id = desk.dispatched()
    sent: dict[str, dict[str, Any]] = {
        "dispatch": {"lead": "power"}, "reject": {"reason": "x"}, "approve": {},
        "rework": {"reason": "x"}, "feed_back": {"result": "x"}, "check_in": {},
        "transfer": {"town": TOWN, "reason": "x"}, "urge": {},
    }  # fmt: skip
    for actor in (
        desk.people.supervisor,
        desk.people.admin,
        desk.people.volunteer,
        desk.people.water,
    ):
        for action, fields in sent.items():
            if actor.role in roles_of(action):
                continue
            with pytest.raises(NotAllowed):
                desk.act(actor, report_id, action, **fields)


def test_what_is_legal_is_what_succeeds(desk: Desk) -> None:
    """For each actor at each status: exactly the actions listed get past the guards."""
    people = desk.people
    sent: dict[str, dict[str, Any]] = {
        "dispatch": {"lead": "power"}, "reassign": {"lead": "power"}, "reject": {"reason": "x"},
        "return": {"reason": "x"}, "feed_back": {"result": "x"}, "rework": {"reason": "x"},
        "request_extension": {"reason": "x"}, "transfer": {"town": "370782101", "reason": "x"},
        "request_suspension": {"reason": "x", "until": "2022-05-30T08:00:00Z"},
        "refuse": {"reason": "x"}, "recategorise": {"category": "water"},
        "move": {"longitude": 119.32, "latitude": 36.0}, "comment": {"text": "x"},
        "ask": {"text": "x"}, "record_minutes": {"minutes": "x"},
        "hand_over": {"county": NEIGHBOUR, "reason": "x"},
        "convene": {"place": "x", "meets_at": "2022-05-30T08:00:00Z", "bodies": ["power"]},
    }  # fmt: skip
    parent = desk.report()
    sent["merge"] = {"into": f"370782-{parent}"}
    ids = [desk.report(), desk.dispatched(), desk.handled()]
    ids.append(desk.handled())
    desk.act(people.dispatcher, ids[-1], "close")
    for report_id in ids:
        row = desk.row(report_id)
        for actor in people.all():
            if not set(row["audience"]).intersection(actor.audience):
                continue  # not found, whatever the action: see above
            standing = Standing(
                *(row[name] for name in ("status", "level", "round", "town_code", "grid_code")),
                *(row[name] for name in ("account_id", "merged_into", "merged_count")),
            )
            with desk.db.read(county_code="370782") as tx:
                parts = list_parts(tx, "370782", [report_id])[report_id]
            legal = set(legal_actions(standing, actor, parts, now=desk.now))
            for action in dict.fromkeys(edge.action for edge in EDGES):
                _try(desk, actor, report_id, action, sent.get(action, {}), action in legal)


class _Rollback(Exception):
    """Ends a trial."""


def _try(
    desk: Desk, actor: Actor, report_id: uuid.UUID, action: str, fields: dict[str, Any], legal: bool
) -> None:
    if_match = desk._version(actor, report_id, action)
    try:
        with desk.db.transaction() as tx:
            act(tx, actor, report_id, action, fields, if_match, desk.now)
            raise _Rollback
    except _Rollback:
        succeeded = True
    except (NotAllowed, Conflict):
        succeeded = False
    assert succeeded == legal, (action, actor.username)


def test_two_dispatchers_dispatch_one_report(desk: Desk) -> None:
    report_id = desk.report()
    desk.act(desk.people.dispatcher, report_id, "accept")
    start, won = threading.Barrier(2), []
    lost: list[dict[str, Any]] = []

    def dispatch(actor: Actor, lead: str) -> None:
        start.wait()
        try:
            desk.act(actor, report_id, "dispatch", seen='"2"', lead=lead)
            won.append(actor.name)
        except PreconditionFailed as error:
            lost.append(error.details)

    threads = [
        threading.Thread(target=dispatch, args=args)
        for args in ((desk.people.dispatcher, "power"), (desk.people.mizhou, "water-west"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    # The other learns what was done meanwhile, and by whom.
    (told,) = lost
    assert (told["version"], told["status"]) == (3, "dispatched")
    assert [(c["action"], c["actor_name"]) for c in told["changes"]] == [("dispatch", won[0])]
    assert len(desk.assignments(report_id)) == 1


def test_many_actions_have_a_result_each(desk: Desk) -> None:
    first, second = desk.report(), desk.report()
    results = act_many(
        desk.db,
        desk.people.mizhou,
        [
            Order(first, "accept", {}, '"1"'),
            Order(second, "dispatch", {"lead": "power"}, '"1"'),
            Order(uuid.uuid4(), "accept", {}, '"1"'),
            Order(second, "accept", {}, '"1"'),
        ],
        desk.now,
    )
    assert [type(result.error) for result in results] == [
        type(None),
        Conflict,
        NotFound,
        type(None),
    ]
    assert results[3].row is not None
    assert results[3].row["status"] == "accepted"


def test_a_part_as_listed_has_what_the_guards_need() -> None:
    report = Standing("handling", "town", 1, TOWN, "G1", None)
    water = Actor(uuid.uuid4(), "370782", "w", "W", "utility", utility_code="water")
    part = Part("water", "lead", "handling", 1, handle_due_at=MONDAY)
    assert legal_actions(report, water, [part], now=MONDAY) == [
        "return", "feed_back", "request_extension", "request_suspension", "comment", "ask",
    ]  # fmt: skip


def test_if_match_is_read_in_all_its_spellings() -> None:
    assert [parse_if_match(t) for t in ('"7"', 'W/"7"', "7", " 7 ", "*", "", None, '7"', "-1")] == [
        7, 7, 7, 7, None, None, None, -1, -1,
    ]  # fmt: skip
