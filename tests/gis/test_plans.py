"""Lists, boxes, circles and counts reach their indexes as the application's role, policies on.

Over 60,000 reports and with the planner left alone: nothing here makes sequential scans dear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from gis import reports
from gis.audience import Actor
from gis.db.cluster import Cluster
from gis.db.database import APP_ROLE, Database, Transaction, libpq_url
from gis.geometry import BBox, Point
from gis.report_filters import ReportFilters
from gis.suggestions import list_duplicates
from tests.support import crew, databases
from tests.support.county import COUNTY
from tests.support.crew import AT_HOME, Crew
from tests.support.statements import recorded

REPORTS = 60_000
NOW = dt.datetime(2022, 10, 1, tzinfo=dt.UTC)
BOX = BBox(119.315, 35.997, 119.321, 36.003)
# Forty grids, ten bodies, five hundred reporters; one report in twenty is open.
FILL = """
INSERT INTO report (county_code, id, number, client_id, body_sha256, status, outcome, level,
                    category_code, description, source, location, received_at, received_on,
                    due_at, yellow_at, town_code, grid_code, grid_method, staff_method,
                    utility_method, reason, audience)
SELECT %(county)s, gen_random_uuid(), 'n' || i, gen_random_uuid(), '', made.status,
       CASE WHEN made.status = 'closed' THEN 'resolved' END, 'town',
       (ARRAY['water.low_pressure', 'power.cable', 'noise', 'gas'])[1 + i %% 4], '水压低', 'patrol',
       ST_SetSRID(ST_MakePoint(119.3 + 0.2 * random(), 35.92 + 0.16 * random()), 4326),
       made.at, made.at::date, made.at + interval '2 days', made.at + interval '1 day',
       made.town, made.grid, 'covers', 'none', 'none', '[]',
       ARRAY['c:' || %(county)s, 't:' || made.town, 'g:' || %(county)s || ':' || made.grid,
             'a:' || (i %% 500), 'u:' || %(county)s || ':' || made.body]
FROM generate_series(1, %(reports)s) AS i,
LATERAL (SELECT CASE WHEN i %% 20 = 0 THEN 'received' ELSE 'closed' END AS status,
                timestamptz '2022-01-01Z' + interval '6 minutes' * i AS at,
                %(county)s || CASE WHEN i %% 2 = 0 THEN '001' ELSE '101' END AS town,
                'G00' || lpad((i %% 40)::text, 2, '0') AS grid,
                (ARRAY['water-west', 'water-east', 'water-crew', 'power', 'telecom', 'gas-a',
                       'gas-b', 'far', 'office-1', 'office-2'])[1 + i %% 10] AS body) AS made
"""


@pytest.fixture(scope="module")
def many(cluster: Cluster, small_county_template: str) -> Iterator[Database]:
    """Give out the application's pool on a county with many reports."""
    with databases.clone(cluster, small_county_template) as url:
        with psycopg.connect(libpq_url(url), autocommit=True) as owner:
            owner.execute("SELECT setseed(0.5)")
            owner.execute(FILL, {"county": COUNTY, "reports": REPORTS})
            owner.execute("VACUUM (ANALYZE) report")
        database = Database(url, pool_size=2)
        yield database
        database.close()


@pytest.fixture(scope="module")
def people(many: Database) -> Crew:
    return crew.crew(many)


def scans(db: Database, actor: Actor, ask: Callable[[Transaction], Any]) -> set[str]:
    """Return how the statements of a question reach ``report``: an index's name, or ``sequential``."""
    found: set[str] = set()
    with db.read(actor) as tx:
        assert tx.scalar("SELECT current_user") == APP_ROLE
        assert tx.scalar("SHOW enable_seqscan") == "on"
        with recorded() as sent:
            ask(tx)
        for kind, text, values in sent:
            if " report" not in text or "SET LOCAL" in text:
                continue
            with kind(tx.driver) as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {text}".encode(), values)
                row = cursor.fetchone()
                assert row is not None
                found |= set(_reached(row[0][0]["Plan"]))
    return found


def _reached(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] in {"Index Scan", "Bitmap Index Scan", "Index Only Scan"}:
        yield node["Index Name"]
    elif node.get("Relation Name") == "report" and "Seq Scan" in node["Node Type"]:
        yield "sequential"
    for inner in node.get("Plans", ()):
        yield from _reached(inner)


def listed(actor: Actor, **filters: Any) -> Callable[[Transaction], Any]:
    """Ask for a page of keys and its rows, as a list does."""

    def ask(tx: Transaction) -> None:
        page = reports.list_page(
            tx, actor, ReportFilters(**filters), limit=100, cursor=None, now=NOW
        )
        assert page.ids
        reports.list_rows(tx, actor, page.ids)

    return ask


def counted(actor: Actor, **filters: Any) -> Callable[[Transaction], Any]:
    """Ask for the counts of a list."""

    def ask(tx: Transaction) -> None:
        assert reports.count_reports(tx, actor, ReportFilters(**filters), now=NOW)["count"]

    return ask


def test_what_a_body_or_a_grids_staff_sees_is_found_by_the_audience(
    many: Database, people: Crew
) -> None:
    for actor in (people.water, people.staff):
        for ask in (listed(actor), counted(actor)):
            used = scans(many, actor, ask)
            assert "report_audience_ix" in used or "report_received_at_ix" in used
            assert "sequential" not in used
        assert "report_audience_ix" in scans(many, actor, counted(actor))


def test_one_in_five_hundred_is_found_by_the_audience_alone(many: Database, people: Crew) -> None:
    with many.transaction(county_code=COUNTY) as tx:
        rare = tx.scalar("SELECT count(*) FROM report WHERE audience && ARRAY['a:7']")
    assert rare == REPORTS / 500
    # The reporter's own list: the only way is the inverted index, for the policy and the filter.
    actor = people.stranger
    with many.read(actor) as tx:
        tx.driver.execute("SET LOCAL gridcall.audience = '{370782,a:7}'")
        plan = tx.rows("EXPLAIN SELECT id FROM report ORDER BY received_at DESC LIMIT 100")
    assert "report_audience_ix" in "\n".join(row["QUERY PLAN"] for row in plan)


def test_all_of_the_county_newest_first_reads_the_newest_only(many: Database, people: Crew) -> None:
    used = scans(many, people.dispatcher, listed(people.dispatcher))
    assert "report_received_at_ix" in used
    assert "sequential" not in used


@pytest.mark.parametrize("who", ["dispatcher", "mizhou", "supervisor"])
def test_boxes_and_circles_reach_the_location(many: Database, people: Crew, who: str) -> None:
    actor: Actor = getattr(people, who)
    near = Point(*AT_HOME)
    for where in ({"bbox": BOX}, {"near": near, "radius_m": 300.0}):
        for ask in (listed(actor, **where), counted(actor, **where)):
            used = scans(many, actor, ask)
            assert "report_location_ix" in used, (where, used)
            assert "sequential" not in used


def test_boxes_of_a_body_reach_one_of_the_two(many: Database, people: Crew) -> None:
    for actor in (people.water, people.staff):
        for ask in (listed(actor, bbox=BOX), counted(actor, bbox=BOX)):
            used = scans(many, actor, ask)
            assert used & {"report_location_ix", "report_audience_ix"}
            assert "sequential" not in used


def test_likely_duplicates_reach_the_location(many: Database, people: Crew) -> None:
    actor = people.dispatcher

    def ask(tx: Transaction) -> None:
        list_duplicates(tx, actor, "water.low_pressure", Point(*AT_HOME), now=NOW)

    assert "report_location_ix" in scans(many, actor, ask)


def test_counts_of_a_queue_read_the_open_reports_and_no_archive(
    many: Database, people: Crew
) -> None:
    for actor in (people.dispatcher, people.mizhou):
        used = scans(many, actor, counted(actor, queue="new"))
        assert "report_open_ix" in used
        assert "sequential" not in used
