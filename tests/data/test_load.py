"""The sample city as the database holds it after one load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import pytest
from pwdlib import PasswordHash

from data.load import load_sample_city
from data.zhucheng.frame import COUNTY, SHANGHAI
from gis import rollups
from gis.audience import Actor, visible_reports
from gis.db.database import Database, Row
from gis.matching import Where, match_point
from gis.models import Report
from gis.workflow.table import EDGES

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
ARCHIVE = "received_on <= '2022-09-30'"


@pytest.fixture(scope="module")
def owner(city_url: str) -> Iterator[Database]:
    """Give out the owner's pool: what is counted here is not for one actor's eyes."""
    with closing(Database(city_url, role=None)) as database:
        yield database


def _rows(database: Database, statement: str) -> list[Row]:
    with database.read() as tx:
        return tx.rows(statement)


def _one(database: Database, statement: str) -> Row:
    return _rows(database, statement)[0]


def test_city_has_the_stated_sizes(owner: Database) -> None:
    assert _one(
        owner,
        "SELECT (SELECT count(*) FROM grid) AS grids,"
        " (SELECT count(*) FROM town WHERE boundary IS NOT NULL AND location IS NOT NULL) AS towns,"
        " (SELECT count(*) FROM grid_staff WHERE role <> 'volunteer') AS staff,"
        " (SELECT count(*) FROM grid_staff WHERE role = 'volunteer') AS volunteers,"
        f" (SELECT count(*) FROM report WHERE {ARCHIVE}) AS archive,"
        f" (SELECT count(*) FROM report WHERE NOT {ARCHIVE}) AS live",
    ) == {
        "grids": 1690,
        "towns": 13,
        "staff": 5504,
        "volunteers": 18000,
        "archive": 17258,
        "live": 80,
    }


def test_archive_gives_the_published_numbers_by_reports_and_by_cases(owner: Database) -> None:
    for cases in ("true", "merged_into IS NULL"):
        counts = _one(
            owner,
            "SELECT count(accepted_at) AS accepted, count(*) FILTER (WHERE status = 'closed' AND"
            " outcome NOT IN ('rejected', 'duplicate', 'withdrawn')) AS settled"
            f" FROM report WHERE {ARCHIVE} AND {cases}",
        )
        assert counts == {"accepted": 17258, "settled": 17188}
    answers = _one(
        owner,
        "SELECT count(answer) AS answered, count(*) FILTER (WHERE answer = 'satisfied') AS happy,"
        " count(*) AS asked FROM evaluation JOIN report ON report.id = report_id"
        f" WHERE {ARCHIVE}",
    )
    assert round(100 * answers["happy"] / answers["answered"], 1) == 99.1
    assert answers["answered"] < answers["asked"]


def test_matches_are_those_of_the_matcher(owner: Database) -> None:
    sample = _rows(
        owner,
        "SELECT *, ST_X(location) AS lon, ST_Y(location) AS lat FROM report"
        " WHERE ascii(substr(id::text, 36)) % 16 = 7 OR location IS NULL"
        " ORDER BY md5(id::text) LIMIT 300",
    )
    assert {row["grid_method"] for row in sample} >= {"covers", "stated"}
    with owner.read() as tx:
        for row in sample:
            where = Where(
                row["lon"], row["lat"], row["accuracy_m"], place_code=row["place_code"],
                grid_code=row["grid_code"] if row["lon"] is None and not row["place_code"] else None,
            )  # fmt: skip
            match = match_point(
                tx, COUNTY, where, category=row["category_code"], at=row["received_at"]
            )
            assert row["grid_method"] == match.grid_method
            assert row["grid_code"] == (match.grid.code if match.grid else None)
            assert row["staff_id"] == (match.staff.id if match.staff else None)
            assert row["utility_code"] == (match.utility.code if match.utility else None)
            assert row["reason"] == list(match.reason)


def test_every_rung_of_the_ladders_is_seen(owner: Database) -> None:
    seen = _one(
        owner,
        "SELECT array_agg(DISTINCT grid_method) AS grid, array_agg(DISTINCT staff_method) AS staff,"
        " array_agg(DISTINCT utility_method) AS utility FROM report",
    )
    assert set(seen["grid"]) == {"covers", "nearest", "outside", "stated"}
    assert set(seen["staff"]) == {"on_duty", "leader", "community_duty", "town_duty", "none"}
    assert set(seen["utility"]) == {"service_area", "nearest", "town_office", "none"}


def test_histories_take_only_legal_steps_and_end_where_the_report_stands(owner: Database) -> None:
    legal = {
        (edge.action, source, edge.target or source) for edge in EDGES for source in edge.sources
    }
    taken = _rows(
        owner,
        "SELECT DISTINCT action, status_before, status_after FROM report_event"
        " WHERE action <> 'received' AND NOT details ? 'with'",
    )
    assert {tuple(row.values()) for row in taken} <= legal
    broken = _rows(
        owner,
        "SELECT * FROM (SELECT report_id, version, action, status_before, at,"
        " lag(status_after) OVER w AS before, lag(at) OVER w AS earlier FROM report_event"
        " WINDOW w AS (PARTITION BY report_id ORDER BY version)) AS step"
        " WHERE before IS DISTINCT FROM status_before OR earlier > at",
    )
    assert broken == []
    ends = _one(
        owner,
        "SELECT count(*) AS wrong FROM report JOIN (SELECT DISTINCT ON (report_id) report_id,"
        " status_after, version FROM report_event ORDER BY report_id, version DESC) AS last"
        " ON last.report_id = report.id"
        " WHERE last.status_after <> status OR last.version > report.version",
    )
    assert ends["wrong"] == 0


def test_clocks_run_exactly_for_what_is_open(owner: Database) -> None:
    assert _rows(
        owner,
        "SELECT id FROM report WHERE status = 'closed' AND EXISTS (SELECT FROM clock"
        " WHERE clock.report_id = report.id AND stopped_at IS NULL)",
    ) == []  # fmt: skip
    assert _rows(
        owner,
        "SELECT id FROM report WHERE status <> 'closed' AND merged_into IS NULL"
        " AND (due_at IS NULL OR NOT EXISTS (SELECT FROM clock WHERE clock.report_id = report.id"
        " AND stopped_at IS NULL AND clock.due_at = report.due_at))",
    ) == []  # fmt: skip
    share = _one(
        owner,
        "SELECT avg((closed_at > close_due_at)::int)::float8 AS late FROM report"
        f" WHERE {ARCHIVE} AND closed_at IS NOT NULL AND close_due_at IS NOT NULL",
    )
    assert 0.02 < share["late"] < 0.10


def test_the_archives_sweeps_are_done_and_the_live_ones_are_not(owner: Database) -> None:
    left = _one(
        owner,
        "SELECT count(*) FILTER (WHERE next_at IS NOT NULL AND " + ARCHIVE + ") AS archive,"
        " count(*) FILTER (WHERE next_at IS NOT NULL AND NOT " + ARCHIVE + ") AS live"
        " FROM clock JOIN report ON report.id = report_id",
    )
    assert left["archive"] == 0
    assert left["live"] > 40
    unmarked = _one(
        owner,
        "SELECT count(*) AS missed FROM clock JOIN report ON report.id = report_id"
        f" WHERE {ARCHIVE} AND clock.due_at < coalesce(stopped_at, now()) AND NOT EXISTS"
        " (SELECT FROM sweep_mark WHERE clock_id = clock.id AND level = 'red')",
    )
    assert unmarked["missed"] == 0


def test_rollups_count_what_is_there_and_the_outbox_is_empty(owner: Database) -> None:
    with owner.transaction() as tx:
        assert rollups.check(tx, COUNTY) == []
        assert tx.scalar("SELECT sum(reports) FROM rollup_grid_total") > 17_000
        assert tx.scalar("SELECT count(*) FROM outbox") == 0


def test_numbers_go_on_where_the_city_stops(owner: Database) -> None:
    wrong = _rows(
        owner,
        "SELECT day_on FROM number_block FULL JOIN (SELECT received_on AS day_on,"
        " max(right(number, 5)::int) AS last FROM report GROUP BY 1) AS used USING (day_on)"
        " WHERE number_block.last IS DISTINCT FROM used.last",
    )
    assert wrong == []


def test_the_two_stories_are_told(owner: Database) -> None:
    garden = _rows(
        owner,
        "SELECT cause, audience, utility_code, grid_code FROM report WHERE description LIKE '盛龙花园%'"
        f" AND category_code = 'water.low_pressure' AND {ARCHIVE} AND cause = '总阀门损坏'"
        " AND received_on = '2022-07-16'",
    )
    assert len(garden) == 7
    assert {row["utility_code"] for row in garden} == {"water"}
    assert all(row["grid_code"].startswith("370782001") for row in garden)
    cable = _rows(
        owner,
        "SELECT role, assignment.utility_code FROM assignment JOIN report ON report.id = report_id"
        " WHERE category_code = 'cables.owner_unknown' AND received_on = '2022-05-24'"
        " AND source = 'party_branch' AND report.cause = '第三方施工破坏' ORDER BY 1, 2",
    )
    assert [tuple(row.values()) for row in cable] == [
        ("assisting", "power"),
        ("assisting", "telecom"),
        ("lead", "urban_management"),
    ]


def _actor(row: Row, grids: dict[int, str]) -> Actor:
    kept = ("username", "name", "role", "town_code", "utility_code", "staff_id", "demo")
    own = grids.get(row["staff_id"], "")
    return Actor(
        row["id"],
        row["county_code"],
        **{name: row[name] for name in kept},
        grid_codes=(own,) if own else (),
    )


def test_demo_accounts_sign_in_and_find_something_to_do(owner: Database) -> None:
    accounts = {row["username"]: row for row in _rows(owner, "SELECT * FROM account")}
    assert set(accounts) == {
        "admin", "supervisor", "dispatcher", "mizhou", "water", "power", "planner", "staff",
        "volunteer",
    }  # fmt: skip
    hasher = PasswordHash.recommended()
    assert all(row["demo"] for row in accounts.values())
    assert hasher.verify("demo", accounts["admin"]["password_hash"])
    grids = {
        row["id"]: row["grid_code"]
        for row in _rows(owner, "SELECT id, grid_code FROM grid_staff WHERE role = 'member'")
    }
    for name in ("supervisor", "dispatcher", "mizhou", "water", "power", "staff", "volunteer"):
        actor = _actor(accounts[name], grids)
        fresh = Report.received_at > dt.datetime.now(dt.UTC) - dt.timedelta(hours=52)
        with owner.read() as tx:
            found = tx.connection.execute(
                Report.__table__.select().where(visible_reports(actor), fresh)
            ).all()
        assert len({row.status for row in found}) >= 3, name


class _Killed(Exception):
    pass


def test_a_load_that_dies_leaves_nothing_and_the_next_one_is_whole(database_url: str) -> None:
    for last_step in ("Grids, people, utilities", "Histories written"):

        def die(step: str, done: int, _total: int, at: str = last_step) -> None:
            if step == at and done:
                raise _Killed

        with pytest.raises(_Killed):
            load_sample_city(database_url, now=NOW, progress=die)
        with closing(Database(database_url, role=None)) as database, database.read() as tx:
            assert tx.scalar("SELECT count(*) FROM county") == 0
            assert tx.scalar("SELECT count(*) FROM report") == 0
    steps: list[tuple[str, int, int]] = []
    load_sample_city(database_url, now=NOW, progress=lambda *step: steps.append(step))
    assert all(0 <= done <= total for _, done, total in steps)
    assert {step for step, done, total in steps if done == total} == {step for step, *_ in steps}
    with closing(Database(database_url, role=None)) as database, database.read() as tx:
        _check_live(tx.rows(f"SELECT * FROM report WHERE NOT {ARCHIVE}"))


def _check_live(live: list[Row]) -> None:
    """Check that the live reports lie in the 48 hours before the load, in every status."""
    steps = ("accepted_at", "dispatched_at", "checked_in_at", "handled_at", "closed_at")
    assert len(live) == 80
    for row in live:
        assert NOW - dt.timedelta(hours=48) <= row["received_at"] < NOW
        assert row["received_on"] == row["received_at"].astimezone(SHANGHAI).date()
        assert all(row[step] is None or row[step] <= NOW for step in steps)


def test_second_load_changes_nothing(owner: Database, city_url: str) -> None:
    before = _rows(owner, "SELECT max(id::text) AS last, count(*) AS rows FROM report_event")
    load_sample_city(city_url, now=NOW, progress=lambda *_: None)
    assert (
        _rows(owner, "SELECT max(id::text) AS last, count(*) AS rows FROM report_event") == before
    )
