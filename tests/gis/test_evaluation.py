"""The resident's answer, by link, QR code and telephone, and the receipt."""

from __future__ import annotations

import threading
import time
import uuid

import pytest

from gis.dispatching import act
from gis.errors import Conflict, GridCallError, InvalidInput, NotAllowed, NotFound
from gis.evaluation import (
    answer_by_token,
    get_invitation,
    issue_token,
    issue_token_by_receipt,
    list_callbacks,
    record_callback,
)
from gis.receipts import get_by_receipt, issue_receipt
from tests.support.crew import Desk


def closed(desk: Desk) -> uuid.UUID:
    """Return a report that the town's dispatcher closed as resolved."""
    report_id = desk.handled()
    desk.act(desk.people.mizhou, report_id, "close")
    return report_id


def token_of(desk: Desk, report_id: uuid.UUID, channel: str = "link") -> str:
    """Make a token."""
    with desk.db.transaction() as tx:
        return issue_token(tx, desk.people.staff, report_id, channel, desk.now)  # type: ignore[arg-type]


def answer(desk: Desk, token: str, said: str, text: str = "", **more: object) -> None:
    """Answer with a token."""
    with desk.db.transaction() as tx:
        answer_by_token(tx, token, said, text, desk.now, **more)  # type: ignore[arg-type]


def test_an_unsatisfied_resident_asks_for_reopening(desk: Desk) -> None:
    report_id = closed(desk)
    token = token_of(desk, report_id, "qr")
    with desk.db.transaction() as tx:
        invitation = get_invitation(tx, token, desk.now)
    assert (invitation.result, invitation.answer) == ("阀门已修", None)
    answer(desk, token, "unsatisfied", "水压还是低")
    row = desk.row(report_id)
    assert (row["status"], row["reopen_requested"]) == ("closed", True)
    stored = desk.rows("SELECT * FROM evaluation WHERE report_id = %s", report_id)[0]
    assert (stored["answer"], stored["channel"], stored["comment"]) == (
        "unsatisfied", "qr", "水压还是低",
    )  # fmt: skip
    assert desk.events(report_id)[-1] == "evaluated"
    assert desk.act(desk.people.mizhou, report_id, "reopen")["reopen_requested"] is False


def test_who_asked_the_resident_is_kept_and_told(desk: Desk) -> None:
    report_id, staff = closed(desk), desk.people.staff
    version = desk.row(report_id)["version"]
    token_of(desk, report_id, "qr")
    kept = desk.rows(
        "SELECT k.issued_by FROM evaluation_token k JOIN evaluation e ON e.id = k.evaluation_id"
        " WHERE e.report_id = %s",
        report_id,
    )
    assert kept == [{"issued_by": staff.account_id}]
    assert desk.events(report_id)[-1] == "evaluation_asked"
    event = desk.rows(
        "SELECT account_id, actor_name, version, details FROM report_event"
        " WHERE report_id = %s AND action = 'evaluation_asked'",
        report_id,
    )
    assert event == [
        {
            "account_id": staff.account_id, "actor_name": staff.name, "version": version,
            "details": {"channel": "qr"},
        }
    ]  # fmt: skip


def test_who_only_asked_for_an_answer_has_not_handled_the_report(desk: Desk) -> None:
    report_id = closed(desk)
    token = token_of(desk, report_id)
    answer(desk, token, "satisfied", signed_in=desk.people.staff)
    assert desk.events(report_id)[-2:] == ["evaluation_asked", "evaluated"]


def test_it_is_answered_once_through_whichever_channel(desk: Desk) -> None:
    report_id = closed(desk)
    link, qr = token_of(desk, report_id), token_of(desk, report_id, "qr")
    answer(desk, link, "satisfied")
    for token in (link, qr):
        with pytest.raises(Conflict):
            answer(desk, token, "unsatisfied")
    assert desk.row(report_id)["reopen_requested"] is False
    with pytest.raises(Conflict):
        token_of(desk, report_id)


def test_two_answers_at_once_make_one(desk: Desk) -> None:
    tokens = [token_of(desk, report_id := closed(desk))]
    tokens.append(token_of(desk, report_id, "qr"))
    start, outcomes = threading.Barrier(2), []

    def send(token: str) -> None:
        start.wait()
        try:
            answer(desk, token, "so_so")
            outcomes.append("taken")
        except Conflict:
            outcomes.append("late")

    threads = [threading.Thread(target=send, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late", "taken"]


def test_an_answer_that_waits_while_the_closing_is_taken_back_is_refused(desk: Desk) -> None:
    report_id = closed(desk)
    token = token_of(desk, report_id)
    refused: list[GridCallError] = []

    def send() -> None:
        try:
            answer(desk, token, "satisfied")
        except GridCallError as error:
            refused.append(error)

    sender = threading.Thread(target=send)
    with desk.db.transaction() as tx:
        version = f'"{desk.row(report_id)["version"]}"'
        act(tx, desk.people.mizhou, report_id, "undo", {}, version, desk.now)
        sender.start()
        deadline = time.monotonic() + 30
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
        while not tx.scalar(waits):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    sender.join()
    assert [type(error) for error in refused] == [Conflict]
    assert desk.row(report_id)["status"] == "handled"


def test_a_token_ends_after_fourteen_days(desk: Desk) -> None:
    token = token_of(desk, closed(desk))
    desk.wait(days=14)
    with pytest.raises(NotFound):
        answer(desk, token, "satisfied")


@pytest.mark.parametrize("token", ["", "370782", "370782-" + "x" * 32, "x" * 40, "370782-\x00"])
def test_what_is_no_token_is_not_found(desk: Desk, token: str) -> None:
    with pytest.raises(NotFound):
        answer(desk, token, "satisfied")


@pytest.mark.parametrize(
    ("said", "text"), [("good", ""), ("", ""), ("satisfied", "\x00"), ("satisfied", "长" * 1001)]
)
def test_wrong_answers_are_refused(desk: Desk, said: str, text: str) -> None:
    token = token_of(desk, closed(desk))
    with pytest.raises(InvalidInput):
        answer(desk, token, said, text)


def test_who_handled_the_report_cannot_enter_its_evaluation(desk: Desk) -> None:
    report_id = closed(desk)
    token = token_of(desk, report_id)
    for actor in (desk.people.mizhou, desk.people.water, desk.people.dispatcher):
        with pytest.raises(NotAllowed):
            answer(desk, token, "satisfied", signed_in=actor)
        with desk.db.transaction() as tx, pytest.raises(NotAllowed):  # nor is it asked
            get_invitation(tx, token, desk.now, signed_in=actor)
    answer(desk, token, "satisfied", signed_in=desk.people.volunteer)
    with desk.db.transaction() as tx:  # what was said may be looked at
        shown = get_invitation(tx, token, desk.now, signed_in=desk.people.mizhou)
    assert shown.answer == "satisfied"


def test_only_what_was_resolved_is_evaluated(desk: Desk) -> None:
    report_id = desk.report()
    desk.act(desk.people.mizhou, report_id, "reject", reason="x")
    with pytest.raises(Conflict):
        token_of(desk, report_id)
    with desk.db.transaction() as tx, pytest.raises(NotFound):
        issue_token(tx, desk.people.shiqiao, report_id, "link", desk.now)


def callback(desk: Desk, report_id: uuid.UUID, actor: object, result: str, **more: str) -> None:
    """Record a call."""
    with desk.db.transaction() as tx:
        record_callback(tx, actor, report_id, result, desk.now, **more)  # type: ignore[arg-type]


def test_callbacks_are_made_by_a_dispatcher_who_did_not_handle_it(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.report(phone="13812341234")
    desk.act(people.staff, report_id, "resolve_on_site")
    other = desk.report(phone="13812341235")
    desk.act(people.mizhou, other, "accept")
    desk.act(people.mizhou, other, "dispatch", lead="office-1")
    desk.act(people.mizhou, other, "check_in")
    desk.act(people.mizhou, other, "feed_back", result="x")
    desk.act(people.staff, other, "close")

    def queue(actor: object) -> list[uuid.UUID]:
        with desk.db.transaction(actor) as tx:  # type: ignore[arg-type]
            return [row["id"] for row in list_callbacks(tx, actor, desk.now)]  # type: ignore[arg-type]

    assert queue(people.mizhou) == [report_id]
    assert queue(people.dispatcher) == [report_id, other]
    assert queue(people.shiqiao) == []
    with pytest.raises(NotAllowed):
        callback(desk, other, people.mizhou, "answered", answer="satisfied")
    with pytest.raises(NotAllowed):
        callback(desk, other, people.supervisor, "no_answer")
    with pytest.raises(InvalidInput):
        callback(desk, other, people.dispatcher, "answered")
    callback(desk, other, people.dispatcher, "no_answer")
    assert queue(people.dispatcher) == [report_id]  # called just now
    desk.wait(hours=5)
    assert queue(people.dispatcher) == [report_id, other]
    callback(desk, other, people.dispatcher, "answered", answer="satisfied", comment="很快")
    assert queue(people.dispatcher) == [report_id]
    stored = desk.rows("SELECT * FROM evaluation WHERE report_id = %s", other)[0]
    assert (stored["channel"], stored["entered_by"]) == ("telephone", people.dispatcher.account_id)
    assert len(desk.rows("SELECT 1 FROM callback WHERE report_id = %s", other)) == 2
    callback(desk, report_id, people.mizhou, "refused")
    desk.wait(days=1)
    assert queue(people.mizhou) == []


def test_a_receipt_tells_nothing_of_a_step_that_was_taken_back(desk: Desk) -> None:
    report_id = desk.report()
    with desk.db.transaction(county_code="370782") as tx:
        receipt = issue_receipt(tx, "370782", report_id, desk.now)
    desk.act(desk.people.mizhou, report_id, "accept")
    desk.act(desk.people.mizhou, report_id, "undo")
    with desk.db.transaction() as tx:
        view = get_by_receipt(tx, receipt, desk.now)
    assert (view.status, [step["status"] for step in view.steps]) == ("received", ["received"])


def test_a_receipt_shows_how_far_the_report_has_come(desk: Desk) -> None:
    report_id = desk.report()
    with desk.db.transaction(county_code="370782") as tx:
        receipt = issue_receipt(tx, "370782", report_id, desk.now)
    desk.act(desk.people.mizhou, report_id, "escalate")
    with desk.db.transaction() as tx:
        view = get_by_receipt(tx, receipt, desk.now)
        assert [step["status"] for step in view.steps] == ["received"]
        assert not view.evaluation_open
        with pytest.raises(Conflict):
            issue_token_by_receipt(tx, receipt, desk.now)
    desk.act(desk.people.staff, report_id, "resolve_on_site")
    with desk.db.transaction() as tx:
        view = get_by_receipt(tx, receipt, desk.now)
        assert (view.status, view.outcome, view.evaluation_open) == (
            "closed",
            "self_resolved",
            True,
        )
        token = issue_token_by_receipt(tx, receipt, desk.now)
    (kept,) = desk.rows(
        "SELECT k.issued_by FROM evaluation_token k JOIN evaluation e ON e.id = k.evaluation_id"
        " WHERE e.report_id = %s",
        report_id,
    )
    assert kept["issued_by"] is None  # the resident's own doing
    answer(desk, token, "satisfied")
    with desk.db.transaction() as tx, pytest.raises(NotFound):
        get_by_receipt(tx, receipt[:-1] + ("A" if receipt[-1] != "A" else "B"), desk.now)
    # Of neither kind of token the database holds more than the hash.
    kept = desk.rows(
        "SELECT token_sha256 FROM receipt UNION ALL SELECT token_sha256 FROM evaluation_token"
    )
    assert all(len(row["token_sha256"]) == 32 for row in kept)
