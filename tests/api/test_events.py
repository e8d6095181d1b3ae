"""The stream of changes: to whom, in which order, and that none is skipped."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.live import BEAT_S, MOST_OF_ACCOUNT
from gis.db.database import libpq_url
from tests.api.conftest import World
from tests.support.streams import PATIENCE_S, listening

Clients = Callable[[str], httpx.Client]
HOME, AWAY = (119.318, 36.0), (119.485, 36.0)


def send(client: httpx.Client, at: tuple[float, float] = HOME, **fields: object) -> dict:
    body = {
        "category": "water.low_pressure",
        "description": "4-6楼没水",
        "longitude": at[0],
        "latitude": at[1],
    }
    answer = client.post("/reports", json={**body, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def act(client: httpx.Client, report: dict, action: str, **fields: object) -> dict:
    version = client.get(f"/reports/{report['id']}").json()["version"]
    answer = client.post(
        f"/reports/{report['id']}/actions",
        json={"action": action, **fields},
        headers={"If-Match": f'"{version}"'},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def own(world: World, username: str) -> httpx.Client:
    """A client with a session of its own."""
    token = world.open_session(username)
    headers = {"authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{world.address}/api/v1", headers=headers, timeout=30)


def test_a_new_report_and_its_steps_arrive_with_what_a_map_needs(client: Clients) -> None:
    with listening(client("dispatcher")) as stream:
        report = send(client("volunteer"), accuracy_m=8)
        (event,) = stream.wait_for("report")
        assert {name: event.data[name] for name in ("id", "number", "status", "version", "action")} == {
            "id": report["id"], "number": report["number"], "status": "received", "version": 1,
            "action": "received",
        }  # fmt: skip
        assert event.data["location"] == [*HOME]
        assert event.data["category"] == "water.low_pressure"
        assert event.data["due_at"] == report["due_at"] or event.data["due_at"] is not None
        act(client("dispatcher"), report, "accept")
        event = stream.wait_for("report", 2)[1]
        assert (event.data["action"], event.data["status"]) == ("accept", "accepted")
        assert len(str(event)) < 2_000


def test_each_hears_what_is_theirs_only(client: Clients) -> None:
    with (
        listening(client("town1")) as town1, listening(client("town2")) as town2,
        listening(client("water")) as water, listening(client("power")) as power,
        listening(client("foreigner")) as foreigner, listening(client("planner")) as planner,
        listening(client("dispatcher")) as all_of_it,
    ):  # fmt: skip
        home, away = send(client("volunteer"), HOME), send(client("volunteer"), AWAY)
        all_of_it.wait_for("report", 2)
        heard = {
            name: {event.data["id"] for event in stream.wait_for("report")}
            for name, stream in (("town1", town1), ("town2", town2), ("water", water))
        }
        assert heard == {"town1": {home["id"]}, "town2": {away["id"]}, "water": {home["id"]}}
        for nobody in (power, foreigner, planner):
            assert [event.kind for event in nobody.events if event.kind != "beat"] == ["hello"]


def test_leaving_the_audience_says_gone_and_nothing_else(client: Clients) -> None:
    report = send(client("volunteer"), HOME)
    with listening(client("town1")) as town1, listening(client("town2")) as town2:
        act(client("dispatcher"), report, "move", longitude=AWAY[0], latitude=AWAY[1])
        (gone,) = town1.wait_for("gone")
        assert gone.data == {"id": report["id"]}
        (there,) = town2.wait_for("report")
        assert there.data["location"] == [*AWAY]
        assert town1.of("report") == []


def test_merging_tells_of_parent_and_children(client: Clients) -> None:
    parent, child = send(client("volunteer")), send(client("staff"))
    with listening(client("dispatcher")) as stream:
        act(client("dispatcher"), child, "merge", into=parent["id"])

        def last() -> dict[str, dict[str, Any]]:
            # Their arrival may be told too: the stream begins below the oldest open transaction.
            return {event.data["id"]: event.data for event in stream.of("report")}

        def told(name: str) -> list[Any]:
            return [last().get(one["id"], {}).get(name) for one in (child, parent)]

        stream.wait(lambda _: told("merged_into")[0] is not None and told("merged_count")[1])
        assert (told("merged_into")[0], told("merged_count")[1]) == (parent["id"], 1)
        act(client("dispatcher"), parent, "accept")
        stream.wait(lambda _: told("status") == ["accepted"] * 2)


def test_a_batch_is_one_hint_to_reload(world: World, client: Clients) -> None:
    with listening(client("dispatcher")) as stream:
        world.execute(
            "INSERT INTO outbox (county_code, action, audience_after, at, done_at)"
            " SELECT '370782', 'rematched', '{c:370782}', now(), now() FROM generate_series(1, 5)"
        )
        send(client("volunteer"))
        stream.wait_for("report")
        assert [event.data for event in stream.of("reload")] == [{"reason": "rematched"}]


def test_going_on_from_an_id_gives_what_came_since(client: Clients) -> None:
    with listening(client("dispatcher")) as stream:
        send(client("volunteer"))
        stream.wait_for("report")
        reached = stream.last_id()
    missed = [send(client("volunteer"))["id"] for _ in range(3)]
    with listening(client("dispatcher"), after=reached) as stream:
        assert [event.data["id"] for event in stream.wait_for("report", 3)] == missed
        later = send(client("volunteer"))["id"]
        assert stream.wait_for("report", 4)[3].data["id"] == later
    page = client("dispatcher").get("/events", params={"f": "json", "after": reached}).json()
    assert [one["data"]["id"] for one in page["items"]] == [*missed, later]
    assert page["items"][0]["event"] == "report"
    page = client("dispatcher").get("/events", params={"f": "json", "after": page["next"]}).json()
    assert page["items"] == []
    assert not page["resync"]


@pytest.mark.parametrize("text", ["x", "1", "1.2.3", "-1.2", "１.２", "9" * 30 + ".1"])
def test_what_is_no_position_is_refused(client: Clients, text: str) -> None:
    answer = client("dispatcher").get("/events", params={"after": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "after"


def test_a_position_of_elsewhere_starts_again(client: Clients) -> None:
    ahead = {"after": "999999999999.1"}
    page = client("dispatcher").get("/events", params={**ahead, "f": "json"}).json()
    assert page["resync"]
    assert page["items"] == []
    with listening(client("dispatcher"), **ahead) as stream:
        assert stream.wait_for("resync")[0].data == {"reason": "too_old"}
        send(client("volunteer"))
        stream.wait_for("report")


def test_nothing_without_a_session(client: Clients) -> None:
    for params in ({}, {"f": "json"}, {"after": "x"}):
        assert client("").get("/events", params=params).status_code == 401


@pytest.mark.parametrize("how", ["signed out", "expired", "disabled"])
def test_a_session_that_ends_ends_its_stream(world: World, how: str) -> None:
    with own(world, "supervisor") as one, listening(one) as stream:
        before = world.clock.instant
        if how == "signed out":
            assert httpx.delete(
                f"{world.address}/api/v1/sessions/current", headers=dict(one.headers)
            ).is_success
        elif how == "expired":
            world.clock.instant += dt.timedelta(hours=13)
        else:
            world.execute("UPDATE account SET disabled_at = now() WHERE username = 'supervisor'")
        try:
            began = time.monotonic()
            assert stream.wait_for("end")[0].data == {"reason": "signed_out"}
            stream.wait(lambda it: it.closed)
            assert time.monotonic() - began < 8
        finally:
            world.clock.instant = before
            world.execute("UPDATE account SET disabled_at = NULL WHERE username = 'supervisor'")


def test_other_rights_end_the_stream_so_that_it_starts_with_them(world: World) -> None:
    with own(world, "power") as one, listening(one) as stream:
        world.execute("UPDATE account SET utility_code = 'telecom' WHERE username = 'power'")
        try:
            assert stream.wait_for("end")[0].data == {"reason": "changed"}
        finally:
            world.execute("UPDATE account SET utility_code = 'power' WHERE username = 'power'")


def test_the_stream_says_that_it_lives_and_how_late_it_is(world: World, client: Clients) -> None:
    with (
        psycopg.connect(libpq_url(world.url)) as slow,
        listening(client("dispatcher")) as stream,
    ):
        slow.execute("SELECT pg_current_xact_id()")  # a writer that does not come to its end
        send(client("volunteer"))
        world.clock.instant += dt.timedelta(seconds=40)
        stream.wait(
            lambda it: any(e.kind == "beat" and e.data["behind_s"] >= 40 for e in it.events)
        )
        assert stream.of("report") == []
        slow.rollback()
        stream.wait_for("report")
        world.clock.instant -= dt.timedelta(seconds=40)
    assert BEAT_S <= PATIENCE_S / 2


def test_a_writer_of_another_database_holds_nothing_back(world: World, client: Clients) -> None:
    elsewhere = make_conninfo(libpq_url(world.url), dbname="postgres")
    with psycopg.connect(elsewhere) as slow, listening(client("dispatcher")) as stream:
        [(foreign,)] = slow.execute("SELECT pg_current_xact_id()::text::bigint").fetchall()
        sent = send(client("volunteer"))
        [event] = stream.wait_for("report")
        assert event.data["id"] == sent["id"]
        # It does run yet, and the server's snapshots name it.
        [(oldest,)] = world.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        assert oldest <= foreign


def test_one_account_has_so_many_streams_and_no_more(world: World) -> None:
    with own(world, "admin") as one:
        streams = [listening(one) for _ in range(MOST_OF_ACCOUNT)]
        for stream in streams:
            stream.__enter__()
        answer = one.get("/events")
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        for stream in streams:
            stream.__exit__(None, None, None)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with one.stream("GET", "/events") as response:
                if response.status_code == 200:
                    break


def test_all_listeners_share_one_connection(world: World, client: Clients) -> None:
    def connections() -> int:
        found = world.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        return int(str(found[0][0]))

    with listening(client("dispatcher")), listening(client("water")):
        few = connections()
        with listening(client("town1")), listening(client("town2")), listening(client("planner")):
            assert connections() == few


def test_nothing_is_skipped_or_told_twice_while_many_commit_out_of_order(
    world: World, client: Clients
) -> None:
    """Writers take their ids, wait, and commit in any order, while readers come and go."""
    writers, each = 6, 25
    heard: list[str] = []

    def write(number: int) -> None:
        with psycopg.connect(libpq_url(world.url)) as connection:
            for i in range(each):
                connection.execute(
                    "INSERT INTO outbox (county_code, report_id, action, audience_before,"
                    " audience_after, at) VALUES ('370782', gen_random_uuid(), %s, '{c:370782}',"
                    " '{}', now())",
                    [f"w{number}-{i}"],
                )
                connection.execute("SELECT pg_sleep(random() * 0.02)")
                connection.commit() if i % 7 else connection.rollback()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(writers)]
    with listening(client("dispatcher")) as stream:
        position = stream.last_id()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        with listening(client("dispatcher"), after=position) as stream:
            stream.wait(lambda it: len(it.events) > 3 or not any(t.is_alive() for t in threads))
        heard += [event.id or "" for event in stream.of("gone")]
        position = stream.last_id()
    with listening(client("dispatcher"), after=position) as stream:
        send(client("volunteer"))
        stream.wait_for("report")
    heard += [event.id or "" for event in stream.of("gone")]
    committed = {
        f"{txid}.{key}"
        for txid, key in world.execute("SELECT txid, id FROM outbox WHERE action ~ '^w'")
    }
    assert len(committed) > writers * each / 2
    assert Counter(heard) == Counter(committed)
