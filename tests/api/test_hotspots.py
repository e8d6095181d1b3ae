"""The planner's layers over HTTP: shapes, who may ask, ETags, tiles, and what is said in words."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest
import shapely
from PIL import Image

from api.schemas import hotspots as schemas
from tests.api.conftest import World
from tests.support.heat import Sample, add_reports

Clients = Callable[[str], httpx.Client]
MAY = {"from": "2022-05-01", "to": "2022-05-31"}
APRIL = {"from": "2022-04-01", "to": "2022-04-30"}
OUTBREAK = (119.402, 36.004)


def reports() -> list[Sample]:
    """Two months of scattered reports, an outbreak in May, some disputes and some without place."""
    rng = np.random.default_rng(12)
    samples = []
    for i in range(260):
        lon, lat = rng.uniform([119.31, 35.93], [119.49, 36.07])
        day = dt.date(2022, 4, 1) + dt.timedelta(days=int(rng.integers(61)))
        category = ("water.low_pressure", "water.burst", "power.cable", "noise")[i % 4]
        samples.append(
            Sample(category, day, float(lon), float(lat), cause="pump" if i % 9 == 0 else "")
        )
    near = rng.normal(OUTBREAK, 0.0006, (25, 2))
    day = dt.date(2022, 5, 16)
    samples += [Sample("water.burst", day, float(x), float(y)) for x, y in near]
    samples += [Sample("power.cable", day, grid="G0001") for _ in range(3)]
    return samples


@pytest.fixture(scope="module")
def planner(world: World, client: Clients) -> httpx.Client:
    world.execute("UPDATE grid SET population = 300, households = 100")
    world.execute("UPDATE category SET sensitive = true WHERE code = 'noise'")
    world.execute("UPDATE category SET tags = '{pipes}' WHERE code LIKE 'water%%'")
    add_reports(world.url, reports())
    return client("planner")


def ask(client: httpx.Client, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/layers/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-cache"
    body: dict[str, Any] = answer.json()
    return body


def top(areas: list[dict[str, Any]]) -> dict[str, Any]:
    return min(areas, key=lambda area: area["rank"])


@pytest.mark.parametrize("unit", ["grid", "community", "town", "cell"])
@pytest.mark.parametrize("choice", [{}, {"category": "water"}, {"tag": "pipes"}, {"cause": "pump"}])
def test_rates_of_every_unit(planner: httpx.Client, unit: str, choice: dict[str, str]) -> None:
    body = ask(planner, "rates", unit=unit, **choice, **MAY)
    schemas.Rates.model_validate(body)
    method = body["method"]
    counted = sum(item["count"] for item in body["items"])
    assert counted == method["n"] > 0
    assert (body["cell_m"], body["exposure"]["code"]) == (
        (400, "area") if unit == "cell" else (None, "households")
    )
    assert all(len(item["polygon"]) == 4 for item in body["items"] if unit == "cell")
    assert {note["code"] for note in method["notes"]} >= {"reported"}
    hides = "without_sensitive" in {note["code"] for note in method["notes"]}
    assert hides == ("category" not in choice and "tag" not in choice)


def test_the_planted_outbreak_is_the_top_hotspot(planner: httpx.Client, world: World) -> None:
    body = ask(planner, "hotspots", category="water.burst", against="exposure", **MAY)
    schemas.Hotspots.model_validate(body)
    found = top(body["areas"])
    assert found["count"] >= 25 > found["expected"]
    assert found["bin"] == 3
    peak = world.grids[found["peak"]]
    assert peak.distance(shapely.Point(OUTBREAK)) < 0.01
    items = {item["code"]: item for item in body["items"]}
    assert all(items[code]["bin"] > 0 for code in found["codes"])
    hot = items[found["codes"][0]]
    assert hot["words"]["en"].startswith(f"{hot['window_count']} reports here")
    assert "unusually many" in hot["words"]["en"]
    assert "危险" not in str(body)
    assert "danger" not in str(body)
    assert [name["bin"] for name in body["bins"]] == [3, 2, 1, 0, -1, -2, -3]
    notes = {note["code"] for note in body["method"]["notes"]}
    assert {"poisson_window", "overdispersed", "false_discovery"} <= notes
    assert body["method"]["correction"] == "benjamini_hochberg"


def test_hotspots_of_cells_list_only_what_is_there(planner: httpx.Client) -> None:
    whole = ask(planner, "hotspots", unit="cell", cell_m=800, **MAY)
    schemas.Hotspots.model_validate(whole)
    assert all(item["count"] or item["bin"] for item in whole["items"])
    assert whole["method"]["without_location"] == 3
    assert whole["method"]["units"] > len(whole["items"])
    box = "119.395,35.998,119.41,36.01"
    some = ask(planner, "hotspots", unit="cell", cell_m=800, bbox=box, **MAY)
    listed = {item["code"]: item for item in whole["items"]}
    assert 0 < len(some["items"]) < len(whole["items"])
    assert all(listed[item["code"]] == item for item in some["items"])
    grids = ask(planner, "hotspots", bbox=box, **MAY)
    assert 0 < len(grids["items"]) < 61


def test_nothing_to_test_is_null_and_said(planner: httpx.Client) -> None:
    body = ask(planner, "hotspots", category="gas", **MAY)
    schemas.Hotspots.model_validate(body)
    assert {item["z"] for item in body["items"]} == {None}
    assert "constant" in {note["code"] for note in body["method"]["notes"]}
    never = ask(planner, "hotspots", category="gas")
    assert (never["period"]["from"], never["areas"]) == (None, [])


def test_without_days_it_is_the_latest_month_with_reports(planner: httpx.Client) -> None:
    body = ask(planner, "rates", category="water")
    assert body["period"] == {"from": "2022-05-01", "to": "2022-05-31", "whole_months": False}
    assert body["latest_month"] == "2022-05-01"
    cells = ask(planner, "rates", unit="cell", **{"from": "2022-05-03", "to": "2022-05-09"})
    assert cells["period"] == {"from": "2022-05-01", "to": "2022-05-31", "whole_months": True}


def test_density_names_its_peaks_with_the_surfaces_own_values(planner: httpx.Client) -> None:
    body = ask(planner, "density", category="water", **MAY)
    values = [peak["per_km2"] for peak in body["peaks"]]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(body["maximum"])
    assert values[-1] >= body["classes"][0]["from"]
    assert [peak["rank"] for peak in body["peaks"]] == list(range(1, len(values) + 1))
    assert body["peaks"][0]["grid"] is not None
    assert ask(planner, "density", category="gas")["peaks"] == []


def test_density_says_its_classes_and_draws_them(planner: httpx.Client) -> None:
    body = ask(planner, "density", category="water", **MAY)
    schemas.Density.model_validate(body)
    classes = body["classes"]
    assert [one["from"] for one in classes] == sorted(one["from"] for one in classes)
    assert [one["to"] for one in classes] == [one["from"] for one in classes[1:]] + [None]
    april = ask(planner, "density", category="water", **{"from": "2022-04-01", "to": "2022-04-30"})
    assert april["classes"] == classes
    address = body["tiles"].replace("{z}", "11").replace("{x}", "1703").replace("{y}", "804")
    answer = planner.get(httpx.URL(planner.base_url).join(address))
    assert answer.headers["content-type"] == "image/png"
    image = Image.open(io.BytesIO(answer.content))
    assert image.size == (256, 256)
    pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4)
    shown = {tuple(pixel[:3]) for pixel in pixels[pixels[:, 3] > 0].tolist()}
    colours = {tuple(bytes.fromhex(one["colour"][1:])) for one in classes}
    assert shown <= colours
    assert len(shown) > 1
    again = planner.get(answer.url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_tiles_away_from_everything_are_transparent(planner: httpx.Client) -> None:
    answer = planner.get("/layers/density/5/0/0.png")
    assert answer.status_code == 200
    assert np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))[..., 3].max() == 0
    assert planner.get("/layers/density/5/32/0.png").status_code == 404
    assert planner.get("/layers/density/25/0/0.png").status_code == 422
    assert planner.get("/layers/density/5/0/0.png", params={"category": "gas"}).status_code == 200
    assert ask(planner, "density", category="gas")["classes"] == []


@pytest.mark.parametrize(
    "path", ["rates", "hotspots", "density", "causes", "exposures", "density/5/0/0.png"]
)
def test_who_may_ask(client: Clients, planner: httpx.Client, path: str) -> None:
    for username in ("admin", "supervisor", "dispatcher", "planner"):
        assert client(username).get(f"/layers/{path}").status_code == 200
    for username in ("town1", "water", "staff", "volunteer"):
        assert client(username).get(f"/layers/{path}").status_code == 403
    assert client("").get(f"/layers/{path}").status_code == 401


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("rates", {"from": "2022-05-01"}, "to"),
        ("rates", {"from": "2022-05-02", "to": "2022-05-01"}, "to"),
        ("rates", {"category": "nothing"}, "category"),
        ("rates", {"category": "water", "tag": "pipes"}, "tag"),
        ("rates", {"exposure": "shoes"}, "exposure"),
        ("rates", {"category": "noise"} | {"from": "2022-05-01", "to": "2022-05-30"}, "from"),
        ("rates", {"category": "noise", "unit": "cell"} | APRIL, "unit"),
        ("rates", {"category": "noise", "unit": "community"} | APRIL, "unit"),
        ("rates", {"category": "noise", "source": "patrol"} | MAY, "category"),
        ("hotspots", {"category": "noise"} | MAY, "category"),
        ("density", {"category": "noise"} | MAY, "category"),
        ("hotspots", {"exposure": "residents"}, "exposure"),
        ("rates", {"cell_m": "400"}, "cell_m"),
        ("hotspots", {"unit": "town", "cell_m": "400"}, "cell_m"),
        ("compare", {"unit": "grid", "cell_m": "400", **MAY}, "cell_m"),
        ("backtest", {"cell_m": "400", **MAY}, "cell_m"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    planner: httpx.Client, path: str, parameters: dict[str, str], field: str
) -> None:
    answer = planner.get(f"/layers/{path}", params=parameters)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_page_that_shows_few_columns_asks_for_few(planner: httpx.Client) -> None:
    whole = ask(planner, "rates", **MAY)["items"]
    few = ask(planner, "rates", only="name,count", **MAY)
    schemas.Rates.model_validate(few)
    kept = {"code", "name", "count"}
    assert few["items"] == [
        {name: value if name in kept else None for name, value in item.items()} for item in whole
    ]
    answer = planner.get("/layers/rates", params={"only": "name,colour", **MAY})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["only"]


@pytest.mark.parametrize(
    "parameters", [{"unit": "street"}, {"cell_m": "300"}, {"repeat": "perhaps"}]
)
def test_what_is_not_a_value_is_refused(planner: httpx.Client, parameters: dict[str, str]) -> None:
    assert planner.get("/layers/rates", params=parameters).status_code == 422
    assert planner.get("/layers/rates", params={"colour": "red"}).status_code == 400


def test_sensitive_counts_are_suppressed_for_everybody(
    planner: httpx.Client, client: Clients
) -> None:
    body = ask(planner, "rates", category="noise", **APRIL)
    assert body["method"]["suppressed"] > 0
    assert all(
        item["count"] is None or item["count"] == 0 or item["count"] >= 5 for item in body["items"]
    )
    blank = [item for item in body["items"] if item["count"] is None]
    assert {item["rate"] for item in blank} == {None}
    assert {item["smoothed"] for item in body["items"]} == {None}
    assert body["mean"] is None
    assert ask(client("admin"), "rates", category="noise", **APRIL)["items"] == body["items"]


def test_a_sensitive_month_is_told_when_it_is_over(planner: httpx.Client) -> None:
    """Asked again and again while it runs, it would tell each case as it comes in."""
    for path in ("/layers/counts", "/layers/rates"):
        asked = {"category": "noise", "unit": "grid"}
        refused = planner.get(path, params={**asked, **MAY})
        assert refused.status_code == 422
        assert "when the month is over" in refused.json()["errors"][0]["reason"]
        assert planner.get(path, params={**asked, **APRIL}).status_code == 200
        # What is shown unasked is the latest that may be told.
        latest = planner.get(
            path, params={**asked, "period": "latest"} if "counts" in path else asked
        )
        assert latest.json()["period"] | APRIL == latest.json()["period"]
        assert latest.json()["latest_month"] == APRIL["from"]
    assert planner.get("/bulletins/2022-05", params={"category": "noise"}).status_code == 422
    assert planner.get("/bulletins/2022-04", params={"category": "noise"}).status_code == 200


def test_an_answer_is_new_only_after_a_change(
    planner: httpx.Client, world: World, client: Clients
) -> None:
    first = planner.get("/layers/rates", params={"category": "power"})
    tag = {"If-None-Match": first.headers["etag"]}
    assert (
        planner.get("/layers/rates", params={"category": "power"}, headers=tag).status_code == 304
    )
    assert (
        planner.get("/layers/rates", params={"category": "water"}, headers=tag).status_code == 200
    )
    world.execute("UPDATE grid SET households = 101 WHERE code = 'G0001'")
    assert (
        planner.get("/layers/rates", params={"category": "power"}, headers=tag).status_code == 200
    )
    tag = {
        "If-None-Match": planner.get("/layers/rates", params={"category": "power"}).headers["etag"]
    }
    body = {"description": "x", "category": "power.cable", **world.at("G0005")}
    assert client("dispatcher").post("/reports", json=body).status_code == 201
    changed = planner.get("/layers/rates", params={"category": "power"}, headers=tag)
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "path", ["layers/rates", "layers/outlines", "layers/counts", "tiles/reports/10/851/402.mvt"]
)
def test_another_release_answers_anew(
    planner: httpx.Client, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages read another shape of the same data; 304 would give them the shape of before."""
    tag = {"If-None-Match": planner.get(f"/{path}").headers["etag"]}
    assert planner.get(f"/{path}", headers=tag).status_code == 304
    with monkeypatch.context() as numbered:
        numbered.setattr(world.app, "version", "99.0.0")
        assert planner.get(f"/{path}", headers=tag).status_code != 304
    services = world.services
    try:
        pages = replace(services.pages, own_prefix="0" * 12)
        world.app.state.services = replace(services, pages=pages)
        assert planner.get(f"/{path}", headers=tag).status_code != 304
    finally:
        world.app.state.services = services


def test_causes_and_exposures_are_listed(planner: httpx.Client) -> None:
    causes = ask(planner, "causes", category="water", **MAY)
    schemas.Causes.model_validate(causes)
    assert [one["cause"] for one in causes["items"]] == ["pump"]
    counted = ask(planner, "rates", category="water", cause="pump", **MAY)
    assert counted["method"]["n"] == causes["items"][0]["count"]
    answer = planner.get("/layers/exposures").json()
    schemas.Exposures.model_validate(answer)
    assert [one["code"] for one in answer["items"]] == ["residents", "households", "area"]


def test_other_counties_are_not_counted(client: Clients, planner: httpx.Client) -> None:
    body = ask(client("foreigner"), "rates")
    assert body["method"]["n"] == 0
    assert 0 < len(body["items"]) < len(ask(planner, "rates")["items"])


def test_outlines_are_the_grids_on_a_lattice(planner: httpx.Client, world: World) -> None:
    answer = planner.get("/layers/outlines")
    body = answer.json()
    schemas.Outlines.model_validate(body)
    assert sorted(body["codes"]) == sorted(world.grids)
    shapes = []
    for parts in body["polygons"]:
        rings = [
            [np.cumsum(np.reshape(ring, (-1, 2)), axis=0) * body["step"] for ring in polygon]
            for polygon in parts
        ]
        shapes.append(shapely.MultiPolygon([shapely.Polygon(r[0], r[1:]) for r in rings]))
    for code, shape in zip(body["codes"], shapes, strict=True):
        assert shape.hausdorff_distance(world.grids[code]) < 0.001
    tag = answer.headers["etag"]
    assert planner.get("/layers/outlines", headers={"If-None-Match": tag}).status_code == 304


def test_steps_are_tested_as_the_hotspots_of_their_month(planner: httpx.Client) -> None:
    choice = {"category": "water.burst", "against": "exposure"}
    series = ask(planner, "series", **choice, steps=2, **MAY)
    month = ask(planner, "hotspots", **choice, **MAY)
    bins = {item["code"]: item["bin"] for item in month["items"]}
    last = [row[-1] for row in series["bins"]]
    assert last == [bins[code] for code in series["codes"]]
    assert max(last) == 3
    assert ask(planner, "series", **choice, steps=2, bins="false", **MAY)["bins"] is None


@pytest.mark.parametrize("breaks", ["1,a", "2,1", "nan", "1,2,3,4,5,6,7,8"])
def test_breaks_of_a_picture_rise(planner: httpx.Client, breaks: str) -> None:
    answer = planner.get("/layers/rates", params={**MAY, "f": "png", "breaks": breaks})
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("show", ["count", "rate", "smoothed"])
def test_a_picture_paints_what_the_page_paints(planner: httpx.Client, show: str) -> None:
    asked = {**MAY, "f": "png", "show": show, "breaks": "1,2,5"}
    answer = planner.get("/layers/rates", params=asked)
    assert answer.status_code == 200, answer.text
    assert Image.open(io.BytesIO(answer.content)).size[0] > 500
