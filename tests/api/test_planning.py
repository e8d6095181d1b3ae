"""Layers over time over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from api.schemas import planning as schemas
from tests.api.conftest import World
from tests.support.heat import Sample, add_reports

Clients = Callable[[str], httpx.Client]
MAY = {"from": "2022-05-01", "to": "2022-05-31"}


@pytest.fixture(scope="module")
def peak(world: World, planner: httpx.Client) -> str:
    """The grid in the middle of what was planted."""
    found = world.execute(
        "SELECT grid_code FROM report WHERE received_on = '2022-05-10' GROUP BY 1"
        " ORDER BY count(*) DESC LIMIT 1"
    )
    return str(found[0][0])


@pytest.fixture(scope="module")
def planner(world: World, client: Clients) -> httpx.Client:
    """Two years of scattered reports, and 150 of May 2022 around one place."""
    rng = np.random.default_rng(2)
    samples = []
    for i in range(400):
        lon, lat = rng.uniform([119.31, 35.93], [119.49, 36.07])
        day = dt.date(2020, 6, 1) + dt.timedelta(days=int(rng.integers(729)))
        samples.append(Sample(("water.burst", "power.cable")[i % 2], day, float(lon), float(lat)))
    day = dt.date(2022, 5, 10)
    for lon, lat in rng.uniform([119.365, 35.97], [119.435, 36.03], (150, 2)):
        samples.append(Sample("water.burst", day, float(lon), float(lat)))
    world.execute("UPDATE category SET sensitive = true WHERE code = 'noise'")
    world.execute("UPDATE category SET tags = '{pipes}' WHERE code LIKE 'water%%'")
    add_reports(world.url, samples)
    return client("planner")


def ask(client: httpx.Client, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/layers/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize(
    ("more", "first"),
    [
        ({}, ("2022-04-01", "2022-04-30")),
        ({"base": "previous_year"}, ("2021-05-01", "2021-05-31")),
        ({"base_from": "2021-01-01", "base_to": "2021-01-10"}, ("2021-01-01", "2021-01-10")),
        ({"base_category": "power"}, ("2022-05-01", "2022-05-31")),
    ],
)
def test_what_is_compared_with_what(
    planner: httpx.Client, peak: str, more: dict[str, str], first: tuple[str, str]
) -> None:
    body = ask(planner, "compare", category="water", **MAY, **more)
    schemas.Comparison.model_validate(body)
    assert (body["first"]["period"]["from"], body["first"]["period"]["to"]) == first
    assert body["first"]["category"] == more.get("base_category", "water")
    assert body["test"] == ("share" if "base_category" in more else "change")
    assert sum(item["second"] for item in body["items"]) == body["second"]["n"]
    item = next(item for item in body["items"] if item["code"] == peak)
    if body["test"] == "change":  # eight reports of power say nothing about shares
        assert item["bin"] == 3
        start = f"{item['second']} reports against {item['first']}"
        assert item["words"]["en"].startswith(start)
        assert ", more than chance explains. By chance alone: " in item["words"]["en"]
        lengths = [
            (
                dt.date.fromisoformat(side["days"]["to"])
                - dt.date.fromisoformat(side["days"]["from"])
            ).days
            + 1
            for side in (body["first"], body["second"])
        ]
        scale = lengths[1] / lengths[0]
        assert item["difference"] == pytest.approx(item["second"] - item["expected"], abs=1e-4)
        assert all(
            one["expected"] == pytest.approx(one["first"] * scale, abs=1e-4)
            for one in body["items"]
        )
    # What chance explains is drawn pale, by the sign of the difference.
    assert [one["bin"] for one in body["unclear"]] == [1, -1]
    assert len({one["colour"] for one in [*body["bins"], *body["unclear"]]}) == 9


@pytest.fixture(scope="module")
def data(world: World, planner: httpx.Client) -> tuple[str, str]:
    """First and last day with any report in the county."""
    found = world.execute("SELECT min(day_on)::text, max(day_on)::text FROM rollup_grid_day_all")
    return str(found[0][0]), str(found[0][1])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"base_from": "2019-01-01", "base_to": "2019-01-31", **MAY}, "base"),
        ({"base": "previous_year", "from": "2020-07-01", "to": "2020-07-31"}, "base"),
        ({"from": "2020-06-01", "to": "2020-06-30"}, "base"),
        ({"from": "2023-01-01", "to": "2023-01-31"}, "from"),
        ({"base_category": "power", "from": "2019-01-01", "to": "2019-01-31"}, "from"),
    ],
)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_no_data_is_not_compared_as_none(
    planner: httpx.Client, data: tuple[str, str], asked: dict[str, str], field: str, form: str
) -> None:
    answer = planner.get("/layers/compare", params={"category": "water", "f": form, **asked})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert error["reason"].endswith(f"data exist from {data[0]} to {data[1]}")


def test_a_period_known_in_part_is_compared_by_the_days_that_are(
    planner: httpx.Client, data: tuple[str, str]
) -> None:
    asked = {"from": "2020-08-01", "to": "2020-08-31", "base_to": "2020-07-31"}
    part = ask(planner, "compare", category="water", base_from="2020-01-01", **asked)
    whole = ask(planner, "compare", category="water", base_from=data[0], **asked)
    assert part["first"]["days"] == {"from": data[0], "to": "2020-07-31"}
    assert part["first"]["period"]["from"] == "2020-01-01"
    assert part["items"] == whole["items"]
    assert "partly_known" in {note["code"] for note in part["method"]["notes"]}
    assert "partly_known" not in {note["code"] for note in whole["method"]["notes"]}


def test_steps_before_the_first_report_are_no_steps_without_hotspots(
    planner: httpx.Client,
) -> None:
    body = ask(planner, "emerging", category="water", steps=36)
    assert len(body["steps"]) == 24
    assert (body["steps"][0]["from"], body["period"]["from"]) == ("2020-06-01", "2020-06-01")
    notes = {note["code"]: note["en"] for note in body["method"]["notes"]}
    assert notes["unknown_steps"].startswith("Steps left out: 12.")
    assert body["items"] == ask(planner, "emerging", category="water", steps=24)["items"]
    simple = {item["code"]: item["simple"] for item in body["items"]}
    together = [code for area in body["areas"] for code in area]
    assert sorted(together) == sorted(code for code in simple if simple[code] > 0)
    assert all(len({simple[code] for code in area}) == 1 for area in body["areas"])
    early = {"from": "2020-01-01", "to": "2020-06-30"}
    refused = planner.get("/layers/emerging", params={"category": "water", **early})
    assert refused.status_code == 422
    assert "data exist from 2020-06-" in refused.json()["errors"][0]["reason"]


def test_cells_and_windows_are_compared_too(planner: httpx.Client) -> None:
    cells = ask(planner, "compare", unit="cell", base="previous_year", **MAY)
    schemas.Comparison.model_validate(cells)
    assert cells["cell_m"] == 400
    assert all(item["first"] or item["second"] for item in cells["items"])
    windows = ask(planner, "compare", windows="true", **MAY)
    assert (windows["windows"], windows["method"]["neighbours"]) == (True, "contiguity")


def test_a_series_holds_every_unit_in_every_step(planner: httpx.Client, peak: str) -> None:
    body = ask(planner, "series", category="water")
    schemas.Series.model_validate(body)
    assert [step["from"][:7] for step in body["steps"]][-3:] == ["2022-03", "2022-04", "2022-05"]
    assert len(body["steps"]) == 12
    assert all(len(row) == 12 for row in body["counts"])
    place = body["codes"].index(peak)
    assert body["counts"][place][-1] >= 10
    assert body["bins"][place][-1] > 0
    may = ask(planner, "hotspots", category="water", **MAY)
    assert {item["code"]: item["bin"] for item in may["items"]} == {
        code: bins[-1] for code, bins in zip(body["codes"], body["bins"], strict=True)
    }
    assert body["breaks"] == sorted(set(body["breaks"]))
    weeks = ask(planner, "series", step="week", steps=5, unit="town")
    assert (len(weeks["steps"]), len(weeks["codes"])) == (5, 2)


def test_emerging_hotspots_are_named(planner: httpx.Client, peak: str) -> None:
    body = ask(planner, "emerging", category="water", steps=24)
    schemas.Emerging.model_validate(body)
    assert (len(body["classes"]), len(body["simple_classes"])) == (17, 6)
    item = next(item for item in body["items"] if item["code"] == peak)
    assert body["simple_classes"][item["simple"]]["words"]["en"] == "New"
    assert body["classes"][item["pattern"]]["words"]["zh"] == "新出现热点"
    assert body["classes"][item["pattern"]]["definition"]["en"] == "hot in the last step only"
    assert len({one["definition"]["zh"] for one in body["classes"]}) == 17
    assert sum(one["units"] for one in body["classes"]) == len(body["items"])
    assert "running_step" in {note["code"] for note in body["method"]["notes"]}


@pytest.mark.parametrize("path", ["series", "emerging"])
def test_what_is_said_of_today_is_asked_again_tomorrow(
    planner: httpx.Client, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the last step still runs is true on one day and not on the next, without any report."""
    evening = dt.datetime(2022, 5, 31, 15, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(world.clock, "instant", evening)
    headers = {"authorization": f"Bearer {world.open_session('planner')}"}
    first = planner.get(f"/layers/{path}", params={"steps": "12"}, headers=headers)
    assert "running_step" in {note["code"] for note in first.json()["method"]["notes"]}
    world.clock.instant += dt.timedelta(hours=1)  # past midnight in Zhucheng
    headers["If-None-Match"] = first.headers["etag"]
    later = planner.get(f"/layers/{path}", params={"steps": "12"}, headers=headers)
    assert later.status_code == 200
    assert "running_step" not in {note["code"] for note in later.json()["method"]["notes"]}


@pytest.mark.parametrize("path", ["compare", "series", "emerging"])
def test_who_may_ask_and_for_what(planner: httpx.Client, client: Clients, path: str) -> None:
    for username, status in (("supervisor", 200), ("town1", 403), ("water", 403), ("", 401)):
        assert client(username).get(f"/layers/{path}").status_code == status
    assert planner.get(f"/layers/{path}", params={"category": "noise", **MAY}).status_code == 422
    first = planner.get(f"/layers/{path}")
    tag = {"If-None-Match": first.headers["etag"]}
    assert planner.get(f"/layers/{path}", headers=tag).status_code == 304


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("compare", {"base_from": "2021-01-01"}, "base_to"),
        ("compare", {"base_category": "water", "base_tag": "pipes"}, "tag"),
        ("series", {"category": "gas"}, "from"),
        ("series", {"source": "patrol"}, "cause"),
        ("emerging", MAY, "steps"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    planner: httpx.Client, path: str, parameters: dict[str, str], field: str
) -> None:
    answer = planner.get(f"/layers/{path}", params=parameters)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
