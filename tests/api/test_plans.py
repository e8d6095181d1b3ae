"""Scans, back-tests, interventions and reporting rates over HTTP."""

from __future__ import annotations

import datetime as dt
import math
import threading
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
import shapely
from scipy import optimize

from api import worker
from api.schemas import planning as schemas
from tests.api.conftest import World
from tests.support.heat import Sample, add_reports
from tests.support.installation import until

Clients = Callable[[str], httpx.Client]
APRIL = {"from": "2022-04-01", "to": "2022-04-30"}
AREA = dict(shapely.geometry.mapping(shapely.box(119.34, 35.97, 119.43, 36.03)))


@pytest.fixture(scope="module")
def planner(world: World, client: Clients) -> httpx.Client:
    """March and April 2022: scattered, more in the middle, and less there after 1 April."""
    rng = np.random.default_rng(9)
    samples = []
    for on, inside in ((dt.date(2022, 3, 20), 60), (dt.date(2022, 4, 12), 20)):
        for lon, lat in rng.uniform([119.345, 35.975], [119.425, 36.025], (inside, 2)):
            samples.append(Sample("water.burst", on, float(lon), float(lat)))
        for lon, lat in rng.uniform([119.31, 35.93], [119.49, 36.07], (60, 2)):
            samples.append(Sample("water.burst", on, float(lon), float(lat)))
    # The county's reports begin on New Year's Day.
    samples.append(Sample("power.cable", dt.date(2022, 1, 1), 119.32, 36.0))
    parent = uuid.uuid4()
    samples.append(Sample("water.burst", dt.date(2022, 4, 2), 119.32, 36.0, id=parent))
    samples.append(Sample("water.burst", dt.date(2022, 4, 2), 119.32, 36.0, merged_into=parent))
    world.execute("UPDATE grid SET population = 300, households = 100")
    world.execute("UPDATE category SET sensitive = true WHERE code = 'noise'")
    add_reports(world.url, samples)
    return client("planner")


def wanted(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_scan_is_watched_until_it_is_done(planner: httpx.Client, world: World) -> None:
    question = {"category": "water", "from": "2022-03-01", "to": "2022-03-31"}
    answer = planner.post("/layers/scans", json=question)
    first = wanted(answer, 202)
    schemas.Scan.model_validate(first)
    assert (first["status"], first["circles"], first["total"]) == ("waiting", None, 999)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_scans, args=(world.services.db, stop, 0.05))
    thread.start()
    try:
        where = httpx.URL(planner.base_url).join(answer.headers["location"])
        until(lambda: planner.get(where).json()["status"] == "done", 60)
    finally:
        stop.set()
        thread.join(20)
    done = wanted(planner.get(where))
    schemas.Scan.model_validate(done)
    best = done["circles"][0]
    assert (done["done"], best["rank"], best["p"]) == (999, 1, 0.001)
    assert best["observed"] > best["expected"]
    assert shapely.Point(best["location"]).within(shapely.geometry.shape(AREA))
    assert best["words"]["en"].startswith(
        f"{best['observed']} reports in {len(best['codes'])} units within"
    )
    assert {"scan", "overdispersed", "reported"} <= {
        note["code"] for note in done["method"]["notes"]
    }
    assert wanted(planner.post("/layers/scans", json=question)) == done


def test_a_scan_of_what_became_sensitive_is_no_longer_told(
    planner: httpx.Client, world: World
) -> None:
    january = {"from": "2022-01-01", "to": "2022-01-31"}
    water = planner.post("/layers/scans", json={"category": "water", **APRIL}).headers["location"]
    asked = [
        planner.post("/layers/scans", json={**given, **january}).headers["location"]
        for given in ({"category": "power"}, {"category": "power.cable"}, {})
    ]
    urls = [httpx.URL(planner.base_url).join(one) for one in (*asked, water)]
    assert {planner.get(url).status_code for url in urls} == {200}
    world.execute("UPDATE category SET sensitive = true WHERE code = 'power.cable'")
    try:
        later = [planner.get(url).status_code for url in urls]
    finally:
        world.execute("UPDATE category SET sensitive = false WHERE code = 'power.cable'")
    assert later == [422, 422, 422, 200]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"category": "gas"}, 422),
        ({"category": "noise", **APRIL}, 422),
        ({"unit": "cell"}, 422),
        ({"from": "2022-04-01"}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_scans_that_cannot_be(planner: httpx.Client, body: dict[str, str], status: int) -> None:
    assert planner.post("/layers/scans", json=body).status_code == status


@pytest.mark.parametrize("layer", ["counts", "rate", "smoothed", "hotspots", "excess", "density"])
def test_a_layer_is_judged_beside_plain_counts(planner: httpx.Client, layer: str) -> None:
    body = wanted(planner.get("/layers/backtest", params={"layer": layer, **APRIL}))
    schemas.BackTest.model_validate(body)
    assert body["train"] == {"from": "2022-03-01", "to": "2022-03-31"}
    assert [line["share"] for line in body["lines"]] == [0.01, 0.05, 0.1]
    assert body["lines"][0]["events"] == 82
    assert {"back_test", "not_prediction"} <= {note["code"] for note in body["method"]["notes"]}
    same = {**APRIL, "train_from": "2022-03-01", "train_to": "2022-04-02"}
    answer = planner.get("/layers/backtest", params=same)
    assert [error["field"] for error in wanted(answer, 422)["errors"]] == ["train_to"]


def test_an_intervention_with_what_came_of_it(planner: httpx.Client) -> None:
    plan = {
        "name": "换泵",
        "measure": "加压泵",
        "category": "water",
        "taken_on": "2022-04-01",
        "days": 30,
        "area": AREA,
    }
    answer = planner.post("/interventions", json=plan)
    made = wanted(answer, 201)
    schemas.Intervention.model_validate(made)
    assert made["area"] == {"type": "MultiPolygon", "coordinates": [json_ring(AREA)]}
    assert (made["complete"], made["control"]) == (True, None)
    assert made["in_area"]["before"] > made["in_area"]["after"] > 0
    assert made["effect"]["high"] < 1
    assert made["effect"]["words"]["en"].endswith("fewer).")
    assert wanted(planner.get(f"/interventions/{made['id']}")) == made
    assert made in wanted(planner.get("/interventions"))["items"]
    assert planner.delete(f"/interventions/{made['id']}").status_code == 204
    assert planner.get(f"/interventions/{made['id']}").status_code == 404
    assert planner.delete(f"/interventions/{made['id']}").status_code == 404


def test_measures_are_written_by_planners_and_deleted_by_who_wrote_them(
    world: World, client: Clients, planner: httpx.Client
) -> None:
    plan = {"name": "x", "taken_on": "2022-04-01", "area": AREA}
    for username in ("supervisor", "dispatcher"):
        assert client(username).post("/interventions", json=plan).status_code == 403
    own = wanted(planner.post("/interventions", json=plan), 201)
    of_admin = wanted(client("admin").post("/interventions", json=plan), 201)
    assert (own["may_remove"], of_admin["may_remove"]) == (True, True)
    for username, may_add, removable in (
        ("planner", True, {own["id"]}),
        ("admin", True, {own["id"], of_admin["id"]}),
        ("supervisor", False, set()),
        ("dispatcher", False, set()),
    ):
        body = wanted(client(username).get("/interventions"))
        both = [one for one in body["items"] if one["id"] in {own["id"], of_admin["id"]}]
        assert body["may_add"] == may_add
        assert {one["id"] for one in both if one["may_remove"]} == removable
    for username, one in (("supervisor", own), ("dispatcher", own), ("planner", of_admin)):
        assert client(username).delete(f"/interventions/{one['id']}").status_code == 403
    assert client("admin").delete(f"/interventions/{own['id']}").status_code == 204
    assert planner.get(f"/interventions/{own['id']}").status_code == 404
    kept = world.execute(
        "SELECT i.name, a.username, i.removed_at = %s FROM intervention i"
        " JOIN account a ON a.id = i.removed_by WHERE i.id = %s",
        world.clock.instant,
        own["id"],
    )
    assert kept == [("x", "admin", True)]


def test_an_intervention_of_few_or_of_tomorrow_says_so(planner: httpx.Client) -> None:
    plan = {"name": "x", "taken_on": "2022-04-01", "area": AREA, "category": "gas"}
    few = wanted(planner.post("/interventions", json=plan), 201)
    assert (few["in_area"], few["effect"]) == (None, None)
    assert {note["code"] for note in few["notes"]} == {"control", "incomplete", "few"}
    tomorrow = wanted(planner.post("/interventions", json={**plan, "taken_on": "2022-05-11"}), 201)
    assert (tomorrow["in_area"], tomorrow["complete"], tomorrow["notes"]) == (None, False, [])


def test_a_measure_whose_matter_became_sensitive_hides_no_other(
    planner: httpx.Client, world: World
) -> None:
    plan = {"name": "x", "taken_on": "2022-04-01", "area": AREA}
    gas = wanted(planner.post("/interventions", json={**plan, "category": "gas"}), 201)
    other = wanted(planner.post("/interventions", json=plan), 201)
    world.execute("UPDATE category SET sensitive = true WHERE code = 'gas'")
    try:
        items = {one["id"]: one for one in wanted(planner.get("/interventions"))["items"]}
        alone = wanted(planner.get(f"/interventions/{gas['id']}"))
    finally:
        world.execute("UPDATE category SET sensitive = false WHERE code = 'gas'")
    assert items[gas["id"]] == alone
    assert (alone["in_area"], alone["in_control"], alone["effect"]) == (None, None, None)
    assert [note["code"] for note in alone["notes"]] == ["no_longer_told"]
    assert items[other["id"]]["in_area"] is not None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "noise"}, "category"),
        (
            {
                "area": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]],
                }
            },
            "area",
        ),
        ({"days": 0}, "days"),
        ({"name": ""}, "name"),
    ],
)
def test_interventions_that_cannot_be(
    planner: httpx.Client, change: dict[str, Any], field: str
) -> None:
    plan = {"name": "x", "taken_on": "2022-04-01", "area": AREA, **change}
    body = wanted(planner.post("/interventions", json=plan), 422)
    assert field in {error["field"].split(".")[-1] for error in body["errors"]}


def silent(rate: float) -> float:
    return math.exp(-rate)


def test_without_merged_reports_there_is_no_estimate_but_the_reason(
    planner: httpx.Client,
) -> None:
    """The merged report is of 2 April; the days after it have none."""
    days = {"from": "2022-04-03", "to": "2022-04-30"}
    body = wanted(planner.get("/layers/reporting", params={"category": "water", **days}))
    assert {one["reported_share"] for one in body["items"]} == {None}
    assert body["items"][0]["reports"] == body["items"][0]["events"] > 0
    assert [note["code"] for note in body["notes"]] == ["no_merges"]


def test_reporting_rates_by_town(planner: httpx.Client) -> None:
    body = wanted(planner.get("/layers/reporting", params={"category": "water", **APRIL}))
    schemas.ReportingRates.model_validate(body)
    county = body["items"][0]
    assert (county["town"], county["reports"], county["events"]) == (None, 82, 81)
    assert 0 <= county["low"] < county["reported_share"] < county["high"] < 1
    # Reports of an event that has any: their mean is rate / (1 - silence).
    rate = optimize.brentq(lambda mean: mean / (1 - silent(mean)) - 82 / 81, 1e-9, 5)
    assert county["reported_share"] == pytest.approx(1 - silent(rate))
    assert [note["code"] for note in body["notes"]] == ["reporting"]
    assert sum(town["reports"] for town in body["items"][1:]) <= 82


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/layers/backtest"),
        ("get", "/layers/reporting"),
        ("get", "/layers/scans/x"),
        ("get", "/interventions"),
        ("get", "/interventions/x"),
        ("delete", "/interventions/x"),
    ],
)
def test_who_may_ask(client: Clients, planner: httpx.Client, method: str, path: str) -> None:
    for username in ("town1", "water", "staff", "volunteer"):
        assert client(username).request(method, path).status_code == 403
    assert client("").request(method, path).status_code == 401
    assert client("supervisor").request(method, path).status_code in {200, 404}


def test_who_may_write(client: Clients, planner: httpx.Client) -> None:
    plan = {"name": "x", "taken_on": "2022-04-01", "area": AREA}
    for path, body in (("/layers/scans", {}), ("/interventions", plan)):
        assert client("water").post(path, json=body).status_code == 403
        assert client("").post(path, json=body).status_code == 401


def test_other_counties_see_nothing_of_it(client: Clients, planner: httpx.Client) -> None:
    plan = {"name": "x", "taken_on": "2022-04-01", "area": AREA}
    made = wanted(planner.post("/interventions", json=plan), 201)
    scan = planner.post("/layers/scans", json={"unit": "town", **APRIL}).json()
    foreigner = client("foreigner")
    assert foreigner.get(f"/interventions/{made['id']}").status_code == 404
    assert foreigner.get("/interventions").json()["items"] == []
    assert foreigner.get(f"/layers/scans/{scan['id']}").status_code == 404


def test_a_layer_is_judged_by_its_own_yardstick(planner: httpx.Client, world: World) -> None:
    """What is flagged is the top of the layer that is looked at, by the exposure chosen for it."""
    world.execute(
        "UPDATE grid SET population = 50 + 30 * right(code, 2)::int WHERE code LIKE 'G%%'"
    )
    march = {"from": "2022-03-01", "to": "2022-03-31"}
    flagged = {}
    for exposure in ("residents", "households"):
        asked = {"layer": "rate", "exposure": exposure, **APRIL}
        body = wanted(planner.get("/layers/backtest", params=asked))
        assert body["exposure"]["code"] == exposure
        rates = wanted(planner.get("/layers/rates", params={"exposure": exposure, **march}))
        rate_of = {item["code"]: item["rate"] for item in rates["items"]}
        codes = body["lines"][2]["codes"]
        lowest = min(rate_of[code] for code in codes)
        assert all(rate <= lowest for code, rate in rate_of.items() if code not in codes)
        flagged[exposure] = codes
    assert flagged["residents"] != flagged["households"]
    assert wanted(planner.get("/layers/backtest", params=APRIL))["exposure"] is None
    answer = planner.get("/layers/backtest", params={"exposure": "residents", **APRIL})
    assert [error["field"] for error in wanted(answer, 422)["errors"]] == ["exposure"]


def json_ring(area: dict[str, Any]) -> list[list[list[float]]]:
    return [[list(corner) for corner in ring] for ring in area["coordinates"]]
