"""Row-level security alone: what the database shows when the application forgets its own filter."""

from __future__ import annotations

import re
import threading
import uuid
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

import gis
from gis.audience import Actor
from gis.db.database import APP_ROLE, Database
from gis.db.security import LEAKPROOF, WITHOUT_POLICY, find_unsafe, missing_leakproof
from gis.dispatching import act
from gis.errors import NotFound
from gis.models import Base
from tests.support.crew import AWAY, Desk

HANGING = (
    "assignment", "callback", "clock", "cluster_dismissal", "evaluation", "evaluation_token", "meeting", "message",
    "message_read", "notification", "personal_read", "photo", "receipt", "report_event",
    "sweep_mark", "time_request", "undo_step",
)  # fmt: skip


def seen(db: Database, actor: Actor | None) -> set[uuid.UUID]:
    """Return the reports that a bare SELECT shows."""
    with db.transaction(actor) as tx:
        return {row["id"] for row in tx.rows("SELECT id FROM report")}


def test_each_sees_what_is_theirs_without_any_filter(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    home, away = desk.report(people.staff), desk.report(people.volunteer, at=AWAY)
    assigned = desk.dispatched("telecom", at=AWAY)
    everything = {home, away, assigned}
    expected = {
        "dispatcher": everything, "supervisor": everything, "admin": everything,
        "mizhou": {home}, "shiqiao": {away, assigned}, "water": {home}, "telecom": {assigned},
        "power": set(), "staff": {home}, "volunteer": {away, assigned}, "stranger": set(),
        "planner": set(), "neighbour": set(),
    }  # fmt: skip
    assert {actor.username: seen(desk.db, actor) for actor in people.all()} == expected
    assert seen(desk.db, None) == set()


def test_without_context_nothing_is_seen_and_nothing_written(desk: Desk) -> None:
    report_id = desk.dispatched()
    with desk.db.transaction() as tx:
        for table in ("report", *HANGING):
            assert tx.scalar(f"SELECT count(*) FROM {table}") == 0
        assert tx.rows("UPDATE report SET urgent = true RETURNING id") == []
        assert tx.rows("DELETE FROM clock RETURNING id") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.db.transaction() as tx:
        tx.rows(
            "INSERT INTO message (county_code, id, report_id, author_role, author_name, text, at)"
            " VALUES ('370782', %s, %s, '', '', 'x', now())",
            [uuid.uuid4(), report_id],
        )


def test_the_neighbouring_county_sees_none_of_what_hangs_on_reports(desk: Desk) -> None:
    report_id = desk.handled()
    desk.act(desk.people.mizhou, report_id, "comment", text="x", seen=None)
    with desk.db.transaction(desk.people.neighbour) as tx:
        assert {
            table: tx.scalar(f"SELECT count(*) FROM {table}") for table in HANGING
        } == dict.fromkeys(HANGING, 0)


def test_the_context_ends_with_its_transaction(desk: Desk) -> None:
    desk.report()
    one = Database(desk.db.url.render_as_string(hide_password=False), pool_size=1)
    try:
        assert seen(one, desk.people.dispatcher)
        assert seen(one, None) == set()
        with pytest.raises(ZeroDivisionError), one.transaction(desk.people.dispatcher):
            raise ZeroDivisionError
        assert seen(one, None) == set()
    finally:
        one.close()


def test_many_actors_over_two_connections_meet_no_foreign_row(fresh_desk: Desk) -> None:
    desk, people = fresh_desk, fresh_desk.people
    for index in range(8):
        desk.report(
            people.staff if index % 2 else people.volunteer,
            at=AWAY if index % 3 else (119.318, 36.0),
        )
    url = desk.db.url.render_as_string(hide_password=False)
    pool = Database(url, pool_size=2, pool_timeout_s=60)
    own = {actor.username: seen(desk.db, actor) for actor in people.all()}
    wrong: list[str] = []

    def work(seed: int) -> None:
        random = Random(seed)
        for _ in range(2500):
            actor = random.choice(people.all())
            failing = random.random() < 0.1
            try:
                with pool.transaction(actor) as tx:
                    rows = {row["id"] for row in tx.rows("SELECT id FROM report")}
                    if random.random() < 0.2:  # as every step does before it writes
                        tx.see_county(actor.county_code)
                    if failing:
                        raise LookupError
            except LookupError:
                continue
            if rows != own[actor.username]:
                wrong.append(actor.username)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()
    assert wrong == []


def test_the_owner_is_not_held_by_the_policies_but_act_still_looks(desk: Desk) -> None:
    report_id = desk.report()
    owner = Database(desk.db.url.render_as_string(hide_password=False), role=None, pool_size=1)
    try:
        with owner.transaction() as tx:
            assert find_unsafe(tx) != []
            with pytest.raises(NotFound):
                act(tx, desk.people.shiqiao, report_id, "accept", {}, "1", desk.now)
    finally:
        owner.close()


def test_the_applications_role_is_held_by_them(desk: Desk) -> None:
    with desk.db.read() as tx:
        assert tx.scalar("SELECT current_user") == APP_ROLE
        assert find_unsafe(tx) == []
        assert missing_leakproof(tx) == []


def test_every_table_with_a_county_of_facts_has_a_policy(desk: Desk) -> None:
    with desk.db.read() as tx:
        held = {
            row["relname"] for row in tx.rows("SELECT relname FROM pg_class WHERE relrowsecurity")
        }
    assert held == {"report", *HANGING}
    hang_on_a_report = {
        table.name for table in Base.metadata.sorted_tables if "report_id" in table.columns
    }
    assert hang_on_a_report - held == {"outbox"}
    assert not held & WITHOUT_POLICY


def test_what_hangs_on_a_report_is_read_through_it() -> None:
    """Its policy compares the county only, so a statement that forgot the report would show all."""
    allowed = {
        # By the worker, or by `act` after it has locked the report.
        "case_assignments", "case_clocks", "case_requests", "case_evaluations", "case_meetings",
        "clocks_reached", "undo_step",
    }  # fmt: skip
    reads = re.compile(rf"\b(?:FROM|JOIN)\s+({'|'.join(HANGING)})\b", re.IGNORECASE)
    through = re.compile(r"\b(?:FROM|JOIN)\s+report\b", re.IGNORECASE)
    folder = Path(gis.__file__).parent / "db" / "sql"
    bare = {
        path.stem
        for path in folder.glob("*.sql")
        if reads.search(path.read_text()) and not through.search(path.read_text())
    }
    assert bare == allowed


def explain(db: Database, actor: Actor, statement: str, *values: Any) -> str:
    """Return the plan of a statement as the application's role, with sequential scans made dear."""
    with db.transaction(actor) as tx:
        tx.rows("SET LOCAL enable_seqscan = off")
        return "\n".join(str(row["QUERY PLAN"]) for row in tx.rows(f"EXPLAIN {statement}", values))


def test_boxes_reach_their_index_under_the_policy(desk: Desk) -> None:
    box = "location && ST_MakeEnvelope(119.31, 35.99, 119.32, 36.01, 4326)"
    with desk.db.transaction() as tx:
        assert tx.scalar(
            "SELECT proleakproof FROM pg_proc WHERE oid = %s::regprocedure", [LEAKPROOF[0]]
        )
    for actor in (desk.people.dispatcher, desk.people.mizhou):
        plan = explain(desk.db, actor, f"SELECT id FROM report WHERE {box}")
        assert re.search(r"report_(location|audience)_ix", plan)
    plan = explain(desk.db, desk.people.dispatcher, f"SELECT id FROM report WHERE {box}")
    assert "report_location_ix" in plan
    assert "Index Cond: (location &&" in plan


def test_the_policy_itself_reaches_the_audience_index(desk: Desk) -> None:
    plan = explain(desk.db, desk.people.stranger, "SELECT count(*) FROM report")
    assert "report_audience_ix" in plan
