"""Sensitive matters in all that a planner can get: two tables a month, and no trace anywhere else."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import httpx
import numpy as np
import openpyxl
import pyogrio
import pytest

from gis.layering.suppression import Told, tell
from tests.api.conftest import World
from tests.support.county import COUNTY
from tests.support.disclosure import recoverable
from tests.support.heat import Sample, add_reports, recount

Clients = Callable[[str], httpx.Client]
Table = dict[str, int | None]
MAY = {"from": "2022-05-01", "to": "2022-05-31"}
HIDDEN = ("noise", "power.cable")
CHOICES: list[dict[str, str]] = [{}, {"tag": "pipes"}, {"category": "power"}]
BASE = {"base_from": "2022-04-01", "base_to": "2022-04-30"}


@pytest.fixture(scope="module")
def planner(world: World, client: Clients) -> httpx.Client:
    """Two months of reports; a group is sensitive, and one category of a group that is not."""
    # May is over: what is sensitive is told then.
    world.clock.instant = dt.datetime(2022, 6, 2, 3, 0, tzinfo=dt.UTC)
    rng = np.random.default_rng(23)
    samples = []
    kinds = ["water.burst", "power", "power.cable", "noise"]
    for month in (4, 5):
        for i, (lon, lat) in enumerate(rng.uniform([119.31, 35.93], [119.49, 36.07], (160, 2))):
            day = dt.date(2022, month, 1 + i % 28)
            one = Sample(kinds[i % 4], day, float(lon), float(lat), cause="pump" * (i % 2))
            samples.append(one)
    world.execute("UPDATE grid SET population = 300, households = 100")
    world.execute("UPDATE category SET sensitive = true WHERE code = ANY(%s)", list(HIDDEN))
    world.execute("UPDATE category SET tags = '{pipes}' WHERE code ~ '^(water|power|noise)'")
    add_reports(world.url, samples)
    return client("planner")


@pytest.fixture(scope="module")
def true_counts(
    world: World, planner: httpx.Client, town_of: dict[str, str | None]
) -> dict[str, int]:
    rows = world.execute(
        "SELECT grid_code, count(*) FROM report WHERE category_code = 'noise' AND grid_code IS NOT"
        " NULL AND received_on BETWEEN '2022-05-01' AND '2022-05-31' GROUP BY 1"
    )
    return dict.fromkeys(town_of, 0) | {str(code): int(str(number)) for code, number in rows}


@pytest.fixture(scope="module")
def town_of(world: World, planner: httpx.Client) -> dict[str, str | None]:
    rows = world.execute("SELECT code, town_code FROM grid WHERE county_code = %s", COUNTY)
    return {str(code): None if town is None else str(town) for code, town in rows}


def get(client: httpx.Client, path: str, **asked: Any) -> httpx.Response:
    answer = client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer


def tables(client: httpx.Client, unit: str, folder: Path) -> Iterator[tuple[str, Table]]:
    """Yield every form in which the counts of a unit are told."""
    asked = {"category": "noise", "unit": unit, **MAY}
    for path in ("/layers/counts", "/layers/rates"):
        items = get(client, path, **asked).json()["items"]
        yield path, {item["code"]: item["count"] for item in items}
    text = get(client, "/layers/rates", **asked, f="csv").content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text.partition("\r\n\r\n")[0]))
    yield "csv", {row["code"]: int(row["count"]) if row["count"] else None for row in rows}
    features = get(client, "/layers/rates", **asked, f="geojson").json()["features"]
    found = [one["properties"] for one in features]
    yield "geojson", {one["code"]: one["count"] for one in found}
    (folder / "layer.gpkg").write_bytes(get(client, "/layers/rates", **asked, f="gpkg").content)
    frame = pyogrio.read_dataframe(folder / "layer.gpkg")
    counts = [None if np.isnan(number) else int(number) for number in frame["count"]]
    yield "gpkg", dict(zip(frame["code"], counts, strict=True))
    book = openpyxl.load_workbook(
        io.BytesIO(get(client, "/layers/rates", **asked, f="xlsx").content)
    )
    head, *lines = book.worksheets[0].iter_rows(values_only=True)
    column = [str(words) for words in head].index("件数")
    yield "xlsx", {str(line[0]): line[column] for line in lines}


@pytest.mark.parametrize("unit", ["grid", "town"])
def test_every_form_tells_the_same_two_tables(
    planner: httpx.Client,
    true_counts: dict[str, int],
    town_of: dict[str, str | None],
    unit: str,
    tmp_path: Path,
) -> None:
    told = tell(true_counts, town_of)
    wanted = told.grids if unit == "grid" else told.towns
    assert None in told.grids.values()
    for form, table in tables(planner, unit, tmp_path):
        assert table == wanted, form


def test_a_bulletin_tells_what_the_tables_tell(
    planner: httpx.Client, true_counts: dict[str, int], town_of: dict[str, str | None]
) -> None:
    told = tell(true_counts, town_of)
    content = get(planner, "/bulletins/2022-05", category="noise").content
    rankings = docx.Document(io.BytesIO(content)).tables
    towns = [row.cells[2].text for row in rankings[0].rows[1:]]
    numbers = sorted(int(text) for text in towns if text not in {"不公布", "0"})
    assert numbers == sorted(n for n in told.towns.values() if n)
    grids = [int(row.cells[2].text) for ranking in rankings[1:] for row in ranking.rows[1:]]
    assert sorted(grids) == sorted(n for n in told.grids.values() if n)


def test_nothing_suppressed_can_be_recovered_from_all_of_it(
    planner: httpx.Client,
    true_counts: dict[str, int],
    town_of: dict[str, str | None],
    tmp_path: Path,
) -> None:
    known = {code: town_of[code] for code in true_counts}
    published = Told(
        grids={code: n for _, table in tables(planner, "grid", tmp_path) for code, n in table.items()},
        towns={code: n for _, table in tables(planner, "town", tmp_path) for code, n in table.items()},
    )  # fmt: skip
    assert recoverable(true_counts, known, published) == []


def traces(client: httpx.Client) -> dict[str, object]:
    """Return all that a planner can get without naming a sensitive category."""
    found: dict[str, object] = {}

    def add(path: str, **asked: str) -> None:
        answer = get(client, path, **asked)
        found[f"{path} {asked}"] = answer.json() if "json" in answer.headers[
            "content-type"
        ] else answer.content  # fmt: skip

    for choice in CHOICES:
        for unit in ("grid", "town", "cell"):
            add("/layers/counts", unit=unit, **choice, **MAY)
        for unit in ("grid", "community", "town", "cell"):
            add("/layers/rates", unit=unit, **choice, **MAY)
            add("/layers/hotspots", unit=unit, **choice, **MAY)
            add("/layers/compare", unit=unit, **choice, **MAY, **BASE)
        add("/layers/hotspots", against="exposure", **choice, **MAY)
        add("/layers/rates", f="csv", **choice, **MAY)
        add("/layers/rates", source="resident", **choice, **MAY)
        add("/layers/rates", cause="pump", **choice, **MAY)
        add("/layers/rates", repeat="true", **choice, **MAY)
        add("/layers/series", step="week", steps="8", **choice, **MAY)
        add("/layers/emerging", step="week", steps="8", **choice, **MAY)
        add("/layers/density", **choice, **MAY)
        add("/layers/density/10/851/401.png", **choice, **MAY)
        add("/layers/backtest", layer="counts", **choice, **MAY)
        add("/layers/reporting", **choice, **MAY)
        add("/layers/causes", **choice, **MAY)
        answer = get(client, "/bulletins/2022-05", **choice)
        rankings = docx.Document(io.BytesIO(answer.content)).tables
        found[f"bulletin {choice}"] = [
            [cell.text for cell in row.cells] for ranking in rankings for row in ranking.rows
        ]
    add("/reports")
    add("/reports/counts")
    add("/clusters")
    add("/grids/G0001")
    add("/statistics", **MAY)
    for by in ("town", "category", "utility"):
        add("/statistics", by=by, **MAY)
    return found


def test_sensitive_reports_leave_no_trace_in_anything_else(
    world: World, planner: httpx.Client
) -> None:
    before = traces(planner)
    world.execute(
        "UPDATE report SET status = 'closed', outcome = 'rejected', closed_at = received_at"
        " WHERE category_code = ANY(%s)",
        list(HIDDEN),
    )
    world.execute(
        "INSERT INTO outbox (county_code, action, audience_after, at)"
        " VALUES (%s, 'imported', '{}', now())",
        COUNTY,
    )
    recount(world.url)
    without = traces(planner)
    assert {name for name in before if before[name] != without[name]} == set()
    rest = planner.get("/layers/rates", params={"category": "noise", **MAY}).json()["items"]
    assert {item["count"] for item in rest} == {None}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("rates", {"unit": "community"}),
        ("rates", {"unit": "cell"}),
        ("rates", {"cause": "pump"}),
        ("rates", {"repeat": "true"}),
        ("rates", {"from": "2022-05-01", "to": "2022-05-20"}),
        ("rates", {"from": "2022-04-01"}),
        ("counts", {"from": "2022-05-02"}),
        ("counts", {"unit": "cell"}),
        ("hotspots", {}),
        ("density", {}),
        ("density/10/851/401.png", {}),
        ("series", {"step": "week"}),
        ("emerging", {"step": "week"}),
        ("compare", {**BASE}),
        ("compare", {"category": "water", "base_category": "noise"}),
        ("backtest", {}),
        ("reporting", {}),
        ("causes", {}),
    ],
)
def test_what_would_tell_more_of_them_is_refused(
    planner: httpx.Client, path: str, asked: dict[str, str]
) -> None:
    answer = planner.get(f"/layers/{path}", params={"category": "noise", **MAY, **asked})
    assert answer.status_code == 422, answer.text


def test_measures_and_scans_of_them_are_refused(planner: httpx.Client) -> None:
    scan = planner.post("/layers/scans", json={"category": "noise", "unit": "town", **MAY})
    ring = [[119.4, 36], [119.42, 36], [119.42, 36.02], [119.4, 36]]
    body = {
        "name": "x", "measure": "x", "taken_on": "2022-05-05", "days": 3, "category": "noise",
        "area": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    assert (scan.status_code, planner.post("/interventions", json=body).status_code) == (422, 422)
