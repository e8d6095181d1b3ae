"""Layers as files: the same numbers in every form, and pictures that show them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from PIL import Image

from maps.ramps import BINS
from tests.api.conftest import World
from tests.support.heat import Sample, add_reports

Clients = Callable[[str], httpx.Client]
MAY = {"from": "2022-05-01", "to": "2022-05-31"}
TABLES = ["rates", "hotspots", "compare", "emerging"]


@pytest.fixture(scope="module")
def planner(world: World, client: Clients) -> httpx.Client:
    """Two months of reports, more of them in the middle in May, and some disputes."""
    rng = np.random.default_rng(7)
    samples = []
    for month, count in ((4, 120), (5, 120)):
        for i, (lon, lat) in enumerate(rng.uniform([119.31, 35.93], [119.49, 36.07], (count, 2))):
            category = "noise" if i % 5 == 0 else "water.burst"
            # From the first day of April to the last of May there are data.
            day = {(4, 1): 1, (5, 1): 31}.get((month, i), 9)
            samples.append(Sample(category, dt.date(2022, month, day), float(lon), float(lat)))
    for lon, lat in rng.uniform([119.365, 35.97], [119.435, 36.03], (150, 2)):
        samples.append(Sample("water.burst", dt.date(2022, 5, 20), float(lon), float(lat)))
    world.execute("UPDATE grid SET population = 300, households = 100")
    world.execute("UPDATE category SET sensitive = true WHERE code = 'noise'")
    world.execute("UPDATE grid SET name = '=1+1' WHERE code = 'G0002'")
    add_reports(world.url, samples)
    return client("planner")


def fetch(client: httpx.Client, path: str, form: str, **parameters: Any) -> httpx.Response:
    answer = client.get(f"/layers/{path}", params={"f": form, **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    return answer


def period(path: str) -> dict[str, Any]:
    return {"steps": 2} if path == "emerging" else {"category": "water", **MAY}


@pytest.mark.parametrize("path", TABLES)
@pytest.mark.parametrize("unit", ["grid", "town"])
def test_every_form_has_the_numbers_of_the_layer(
    planner: httpx.Client, tmp_path: Path, path: str, unit: str
) -> None:
    asked = {**period(path), "unit": unit}
    items = planner.get(f"/layers/{path}", params=asked).json()["items"]
    names = [name for name in items[0] if name not in {"polygon", "words", "piled"}]
    wanted = [[item[name] for name in names] for item in items]

    text = fetch(planner, path, "csv", **asked).content.decode("utf-8-sig")
    table, _, footer = text.partition("\r\n\r\n")
    head, *rows = csv.reader(io.StringIO(table))
    assert head == names
    assert [row[0] for row in rows] == [item["code"] for item in items]
    column = names.index("count" if "count" in names else "second")
    assert [int(row[column]) for row in rows] == [row[column] for row in wanted]
    assert not any(cell.startswith("=") for row in rows for cell in row)

    book = openpyxl.load_workbook(io.BytesIO(fetch(planner, path, "xlsx", **asked).content))
    data, about = book.worksheets
    assert [cell.value for cell in next(data.rows)] != names  # headings for people
    assert data.max_row == len(items) + 1
    assert [row[column].value for row in list(data.rows)[1:]] == [row[column] for row in wanted]
    assert about.max_row > 3
    lines = [cell.value for cell in about["A"]]
    assert [row[0] for row in csv.reader(io.StringIO(footer))] == [f"# {line}" for line in lines]
    assert lines[-1] == "来源：GridCall 网格呼叫"
    for code in {item["pattern"] for item in items if path == "emerging"}:
        assert any(line.startswith(f"类型（17类） {code} ") for line in lines), (code, lines)
    told = lines[:2]
    assert ("2022年5月" in told[1]) == (path != "emerging"), told
    assert ("2022年4月" in told[1]) == (path == "compare"), told

    collection = fetch(planner, path, "geojson", **asked).json()
    shapes = [shapely.geometry.shape(one["geometry"]) for one in collection["features"]]
    assert all(shape.is_valid for shape in shapes)
    assert [[one["properties"][name] for name in names] for one in collection["features"]] == wanted
    assert collection["method"]["n"] > 0
    assert collection["title"] == " · ".join(told)

    check_geopackage(tmp_path, fetch(planner, path, "gpkg", **asked).content, lines, collection)


def check_geopackage(
    folder: Path, content: bytes, lines: list[str], collection: dict[str, Any]
) -> None:
    """It holds the same rows as the GeoJSON, and says what it is about where packages say it."""
    file = folder / "layer.gpkg"
    file.write_bytes(content)
    with closing(sqlite3.connect(file)) as package:
        [contents] = package.execute("SELECT identifier, description FROM gpkg_contents")
    assert contents == (lines[0], "\n".join(lines[1:]))
    metadata = pyogrio.read_info(file)["layer_metadata"]
    assert json.loads(metadata["method"]) == collection["method"]
    frame = pyogrio.read_dataframe(file)
    assert frame.crs.to_epsg() == 4326
    wanted = [one["properties"] for one in collection["features"]]
    for column in wanted[0].keys() & {"code", "count", "second"}:
        assert frame[column].tolist() == [row[column] for row in wanted]
    shapes = [shapely.geometry.shape(one["geometry"]) for one in collection["features"]]
    assert frame.geometry.union_all().area == pytest.approx(shapely.union_all(shapes).area)


def test_cells_are_squares_in_every_form(planner: httpx.Client, tmp_path: Path) -> None:
    asked = {"unit": "cell", "cell_m": "800", "category": "water", **MAY}
    features = fetch(planner, "rates", "geojson", **asked).json()["features"]
    counted = sum(one["properties"]["count"] for one in features)
    method = planner.get("/layers/rates", params=asked).json()["method"]
    assert counted == method["n"]
    # Reports of cells on the border are in grids: nobody is told that they are in none.
    notes = {one["code"] for one in method["notes"]}
    assert ("outside_cells" in notes) == (method["outside"] > 0)
    assert "outside" not in notes
    assert {len(one["geometry"]["coordinates"][0]) for one in features} == {5}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", [*TABLES, "density"])
def test_pictures_have_the_layer_on_them(planner: httpx.Client, path: str, lang: str) -> None:
    answer = fetch(planner, path, "png", lang=lang, **period(path))
    assert answer.headers["content-type"] == "image/png"
    image = Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert image.width == 1600
    pixels = np.asarray(image)
    assert pixels[0].min() == 255  # paper around it
    if path in {"hotspots", "compare"}:
        colours = {tuple(pixel) for pixel in np.unique(pixels.reshape(-1, 3), axis=0).tolist()}
        # A class without a unit has its own colour in the legend all the same.
        assert {tuple(bytes.fromhex(colour[1:])) for colour in BINS.values()} <= colours
    if path == "hotspots":
        hot = np.array(list(bytes.fromhex(BINS[3][1:])))
        near = (np.abs(pixels.astype(int) - hot).max(axis=2) < 12).sum()
        bins = [
            item["bin"]
            for item in planner.get("/layers/hotspots", params=period(path)).json()["items"]
        ]
        assert (near > 3000) == (3 in bins)  # more than the legend's own square


def test_a_hot_area_too_small_to_see_is_drawn_once_more_and_larger(planner: httpx.Client) -> None:
    asked = {"category": "water", "unit": "cell", "cell_m": "100", **MAY}
    areas = planner.get("/layers/hotspots", params=asked).json()["areas"]
    content = fetch(planner, "hotspots", "png", **asked).content
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    beside = pixels[:, 1240:1540]  # right of the map: legend and, where there is one, the inset
    framed = (np.abs(beside - 31).max(axis=2) < 12).mean(axis=1).max() > 0.95
    assert framed == bool(areas)


def test_suppressed_counts_are_in_no_file(planner: httpx.Client) -> None:
    asked = {"category": "noise", "from": "2022-04-01", "to": "2022-04-30"}
    text = fetch(planner, "rates", "csv", **asked).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text.partition("\r\n\r\n")[0])))
    assert {row["count"] for row in rows} & {"1", "2", "3", "4"} == set()
    assert "" in {row["count"] for row in rows}
    features = fetch(planner, "rates", "geojson", **asked).json()["features"]
    assert not {one["properties"]["count"] for one in features} & {1, 2, 3, 4}
    fetch(planner, "rates", "png", **asked)


@pytest.mark.parametrize(
    ("path", "form"), [("density", "csv"), ("series", "xlsx"), ("rates", "pdf")]
)
def test_forms_a_layer_does_not_have(planner: httpx.Client, path: str, form: str) -> None:
    assert planner.get(f"/layers/{path}", params={"f": form}).status_code == 422


def test_a_file_is_not_sent_twice(planner: httpx.Client) -> None:
    first = fetch(planner, "rates", "csv", **MAY)
    again = planner.get(first.url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
