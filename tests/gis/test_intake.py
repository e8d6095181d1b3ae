"""Intake: once and only once, with everything a report brings along, in few statements."""

from __future__ import annotations

import datetime as dt
import re
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from gis import rollups
from gis.audience import Actor
from gis.boundaries import activate_layout
from gis.db.cluster import Cluster
from gis.db.database import Database, Transaction, libpq_url
from gis.errors import ClientIdTaken, InvalidInput
from gis.intake import Intake, Received, Reception
from gis.matching import Where
from gis.numbers import BLOCK
from tests.support import county, databases
from tests.support.statements import counted

SHA = "a" * 64
HERE = Where.of(longitude=119.41, latitude=36.0, accuracy_m=15.0)


class Desk:
    """A county in a database, with a pool, a reception and two accounts."""

    def __init__(self, url: str) -> None:
        self.url = url
        county.build(url, count=60)
        with psycopg.connect(libpq_url(url)) as owner:
            self.anna, self.bert = (
                Actor(county.add_account(owner, name), county.COUNTY, name, name, "dispatcher")
                for name in ("anna", "bert")
            )
        self.db = Database(url, pool_size=8)
        self.reception = Reception(self.db)

    def receive(self, intake: Intake, actor: Actor | None = None) -> Received:
        with self.db.transaction(county_code=county.COUNTY) as tx:
            return self.reception.receive(
                tx, county.COUNTY, intake, actor=actor or self.anna, now=county.NOW
            )

    def rows(self, table: str, report_id: uuid.UUID) -> list[dict[str, Any]]:
        key = "id" if table == "report" else "report_id"
        with self.db.read(county_code=county.COUNTY) as tx:
            return tx.rows(f"SELECT * FROM {table} WHERE {key} = %s", [report_id])

    def count(self) -> int:
        with self.db.read(county_code=county.COUNTY) as tx:
            return int(tx.scalar("SELECT count(*) FROM report"))


@pytest.fixture(scope="module")
def desk(cluster: Cluster, migrated_template: str) -> Iterator[Desk]:
    with databases.clone(cluster, migrated_template) as url:
        found = Desk(url)
        yield found
        found.reception.close()
        found.db.close()


def intake(**changes: Any) -> Intake:
    given: dict[str, Any] = {"where": HERE, "description": "水压低", "body_sha256": SHA}
    return Intake(**(given | changes))


def test_a_report_brings_event_clock_outbox_and_rollups(desk: Desk) -> None:
    received = desk.receive(intake(captured_at=county.NOW - dt.timedelta(minutes=3), urgent=True))
    assert received.created
    assert received.match is not None
    [report] = desk.rows("report", received.report_id)
    [event] = desk.rows("report_event", received.report_id)
    [clock] = desk.rows("clock", received.report_id)
    [outbox] = desk.rows("outbox", received.report_id)
    assert re.fullmatch(r"37078220220510\d{5}", report["number"])
    assert (report["status"], report["level"], report["version"]) == ("received", "town", 1)
    assert report["category_code"] == "water.low_pressure"
    assert report["source"] == "hotline_12345"  # a dispatcher's own
    assert (report["captured_at"], report["urgent"]) == (county.NOW - dt.timedelta(minutes=3), True)
    assert report["received_on"] == county.TODAY
    assert (report["cell_x"], report["cell_y"]) == (4468, 39857)
    assert (report["due_at"], report["yellow_at"]) == (clock["due_at"], clock["yellow_at"])
    assert (clock["stage"], clock["started_at"]) == ("accept", county.NOW)
    assert (event["action"], event["actor_name"], event["at"]) == ("received", "anna", county.NOW)
    assert event["details"]["match"]["grid_code"] == report["grid_code"]
    assert event["details"]["match"]["utility_code"] == "water-east"
    assert outbox["audience_after"] == report["audience"]
    assert outbox["event_id"] == event["id"]
    assert set(report["audience"]) == {
        "c:370782", "t:370782101", f"g:370782:{report['grid_code']}", f"a:{desk.anna.account_id}",
        "u:370782:water-crew", "u:370782:water-east",
    }  # fmt: skip
    with desk.db.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"category": "water.burst"}, "municipal"),
        ({"category": "gas"}, "town"),
        ({"category": "gas", "where": Where.of(longitude=118.0, latitude=36.0)}, "municipal"),
    ],
)
def test_level(desk: Desk, changes: Any, level: str) -> None:
    received = desk.receive(intake(**changes))
    assert desk.rows("report", received.report_id)[0]["level"] == level


def test_four_statements_and_no_select_first(desk: Desk) -> None:
    for _ in range(2):
        desk.receive(intake())
    with desk.db.transaction(county_code=county.COUNTY) as tx, counted() as statements:
        desk.reception.receive(tx, county.COUNTY, intake(), actor=desk.anna, now=county.NOW)
    assert 2 <= len(statements) <= 3, statements
    assert not any("FROM report " in text.partition("INSERT")[0] for text in statements)


def test_the_same_body_again_is_the_same_report(desk: Desk) -> None:
    mine = intake(client_id=uuid.uuid4())
    first, again = desk.receive(mine), desk.receive(mine)
    assert (first.created, again.created) == (True, False)
    assert (again.report_id, again.number) == (first.report_id, first.number)
    assert len(desk.rows("report_event", first.report_id)) == 1
    assert len(desk.rows("outbox", first.report_id)) == 1


def test_another_body_or_another_account_is_refused_and_shown_nothing(desk: Desk) -> None:
    mine = intake(client_id=uuid.uuid4())
    first = desk.receive(mine)
    before = desk.count()
    for changed, actor in (
        (intake(client_id=mine.client_id, body_sha256="b" * 64), desk.anna),
        (mine, desk.bert),
    ):
        with pytest.raises(ClientIdTaken) as refused:
            desk.receive(changed, actor)
        assert refused.value.errors[0].field == "client_id"
        assert str(first.report_id) not in refused.value.detail
        assert first.number not in refused.value.detail
    assert desk.count() == before


def test_a_refused_report_leaves_nothing(desk: Desk) -> None:
    before = desk.count()
    with pytest.raises(InvalidInput):
        desk.receive(intake(category="sorcery"))
    assert desk.count() == before
    with desk.db.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []


def test_sixteen_senders_of_one_client_id_make_one_report(desk: Desk) -> None:
    mine = intake(client_id=uuid.uuid4())
    before, results = desk.count(), []
    start = threading.Barrier(8)

    def send() -> None:
        start.wait()
        results.extend(desk.receive(mine) for _ in range(2))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 16
    assert sum(received.created for received in results) == 1
    assert len({received.report_id for received in results}) == 1
    assert desk.count() == before + 1


def test_numbers_are_unique_between_threads_and_processes(desk: Desk) -> None:
    other = Reception(desk.db)  # as another process would have it
    numbers: list[str] = []

    def send(reception: Reception) -> None:
        for _ in range(BLOCK + 3):
            with desk.db.transaction(county_code=county.COUNTY) as tx:
                received = reception.receive(
                    tx, county.COUNTY, intake(), actor=None, now=county.NOW
                )
            numbers.append(received.number)

    threads = [
        threading.Thread(target=send, args=[r]) for r in (desk.reception, other, other, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(numbers) == len(set(numbers)) == 4 * (BLOCK + 3)
    with desk.db.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []


def test_numbers_grow_past_five_digits(desk: Desk) -> None:
    day = county.TODAY + dt.timedelta(days=40)
    with psycopg.connect(libpq_url(desk.url)) as owner:
        owner.execute("INSERT INTO number_block VALUES (%s, %s, 99998)", [county.COUNTY, day])
    reception = Reception(desk.db)
    with desk.db.transaction(county_code=county.COUNTY) as tx:
        numbers = [
            reception.receive(
                tx, county.COUNTY, intake(), actor=None, now=county.NOW + dt.timedelta(days=40)
            ).number
            for _ in range(2)
        ]
    reception.close()
    assert [number[14:] for number in numbers] == ["99999", "100000"]


def test_a_layout_activated_between_match_and_insert_is_matched_again(
    db: Database, database_url: str
) -> None:
    """An activation that commits while the intake waits for its lock leaves no stale grid."""
    boundaries = county.build(database_url, count=12)
    owner = Database(database_url, role=None, pool_size=1)
    with psycopg.connect(libpq_url(database_url)) as connection:
        renamed = {code.replace("G", "H"): shape for code, shape in boundaries.items()}
        county.add_layout(connection, "2023", renamed, status="draft")
    reception = Reception(db)
    matched: list[Received] = []

    def send() -> None:
        with db.transaction(county_code=county.COUNTY) as tx:
            matched.append(
                reception.receive(tx, county.COUNTY, intake(), actor=None, now=county.NOW)
            )

    thread = threading.Thread(target=send)
    with owner.transaction() as tx:
        activate_layout(tx, county.COUNTY, "2023", now=county.NOW, today=county.TODAY)
        thread.start()
        wait_for_lock(database_url)
    thread.join()
    reception.close()
    owner.close()
    [received] = matched
    assert received.match is not None
    assert received.match.grid is not None
    assert received.match.grid.code.startswith("H")
    assert received.match.layout is not None
    assert received.match.layout.name == "2023"


def wait_for_lock(url: str) -> None:
    """Return once some session of the database waits for an advisory lock."""
    with psycopg.connect(libpq_url(url), autocommit=True) as watcher:
        deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
        while dt.datetime.now(dt.UTC) < deadline:
            waiting = watcher.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ).fetchone()
            if waiting and waiting[0]:
                return
    raise AssertionError("nobody waited for the lock")


def test_a_batch_says_of_each_row_what_became_of_it(desk: Desk) -> None:
    earlier, foreign = intake(client_id=uuid.uuid4()), intake(client_id=uuid.uuid4())
    first = desk.receive(earlier)
    desk.receive(foreign, desk.bert)
    twice = intake(client_id=uuid.uuid4(), where=Where.of(grid_code="G0003"))
    batch = [intake(where=HERE, category="gas") for _ in range(80)]
    batch += [earlier, foreign, twice, twice, intake(category="sorcery")]
    batch += [
        intake(where=Where.of(place_code="P99")),
        intake(where=Where.of(place_text="盛隆花园")),
    ]
    results = desk.reception.receive_many(county.COUNTY, batch, actor=desk.anna, now=county.NOW)
    assert [result.status for result in results[:80]] == ["created"] * 80
    rest = results[80:]
    assert [result.status for result in rest] == [
        "existing", "rejected", "created", "existing", "rejected", "rejected", "created",
    ]  # fmt: skip
    assert rest[0].report_id == first.report_id
    assert rest[3].report_id == rest[2].report_id
    assert [rest[i].errors[0].field for i in (1, 4, 5)] == ["client_id", "category", "place_code"]
    assert rest[1].report_id is None
    one = desk.receive(intake(category="gas"))
    assert _match_of(desk, results[0].report_id) == _match_of(desk, one.report_id)
    with desk.db.read(county_code=county.COUNTY) as tx:
        assert rollups.check(tx, county.COUNTY) == []


def test_a_small_or_empty_batch(desk: Desk) -> None:
    assert desk.reception.receive_many(county.COUNTY, [], actor=None, now=county.NOW) == []
    results = desk.reception.receive_many(
        county.COUNTY, [intake(category="sorcery")], actor=None, now=county.NOW
    )
    assert [result.status for result in results] == ["rejected"]


def _match_of(desk: Desk, report_id: uuid.UUID | None) -> dict[str, Any]:
    assert report_id is not None
    [row] = desk.rows("report", report_id)
    unlike = {"id", "number", "client_id"}
    return {name: value for name, value in row.items() if name not in unlike}


def test_the_transaction_is_the_callers(desk: Desk) -> None:
    """What the caller rolls back was never there, and its number is never used again."""
    before = desk.count()
    numbers: list[str] = []

    def give_up(tx: Transaction) -> None:
        numbers.append(
            desk.reception.receive(tx, county.COUNTY, intake(), actor=None, now=county.NOW).number
        )
        raise InterruptedError

    with pytest.raises(InterruptedError), desk.db.transaction(county_code=county.COUNTY) as tx:
        give_up(tx)
    assert desk.count() == before
    assert desk.receive(intake()).number not in numbers
