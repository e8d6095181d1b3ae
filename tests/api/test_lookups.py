"""Grids, towns, utilities, categories and places, and ``/locate``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import shapely
from shapely.geometry import shape

from api.schemas.reference import (
    CategoryPage,
    GridCollection,
    GridDetail,
    GridNames,
    GridPage,
    PlacePage,
    TownCollection,
    TownPage,
    UtilityDetail,
    UtilityPage,
)
from api.schemas.suggestion import Located
from tests.api.conftest import World
from tests.support import county

Clients = Callable[[str], httpx.Client]


def get(client: httpx.Client, path: str, **parameters: Any) -> Any:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestGrids:
    def test_all_as_geojson(self, world: World, client: Clients) -> None:
        answer = client("planner").get("/grids?f=geojson")
        assert answer.headers["content-type"] == "application/geo+json"
        collection = GridCollection.model_validate(answer.json())
        assert [feature.id for feature in collection.features] == sorted(world.grids)
        assert collection.layout == "2022"
        for feature in answer.json()["features"]:
            drawn = shape(feature["geometry"])
            assert drawn.equals_exact(
                shapely.multipolygons([world.grids[feature["id"]]]).normalize(), 1e-6
            ) or (drawn.symmetric_difference(world.grids[feature["id"]]).area < 1e-9)
            assert drawn.covers(shapely.Point(feature["properties"]["label_point"]))

    def test_a_box_selects_what_it_touches(self, world: World, client: Clients) -> None:
        box = shapely.box(119.34, 35.97, 119.36, 35.99)
        touched = sorted(code for code, boundary in world.grids.items() if boundary.intersects(box))
        asked = {"bbox": "119.34,35.97,119.36,35.99"}
        features = get(client("planner"), "/grids", f="geojson", **asked)["features"]
        assert [feature["id"] for feature in features] == touched
        assert [
            grid["code"] for grid in get(client("planner"), "/grids", **asked)["items"]
        ] == touched

    def test_pages_and_towns(self, world: World, client: Clients) -> None:
        found: list[str] = []
        cursor = None
        while True:
            page = get(
                client("planner"), "/grids", limit=7, **({"cursor": cursor} if cursor else {})
            )
            GridPage.model_validate(page)
            found += [grid["code"] for grid in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == sorted(world.grids)
        of_town = get(client("planner"), "/grids", town="370782001")["items"]
        assert of_town
        assert {grid["town_code"] for grid in of_town} == {"370782001"}
        empty = get(client("planner"), "/grids", bbox="1,1,2,2")
        assert (empty["layout"], empty["items"]) == ("2022", [])
        refused = client("planner").get("/grids?town=nope")
        assert (refused.status_code, refused.json()["detail"]) == (
            422,
            "town: there is no town 'nope'",
        )

    def test_names_of_all_as_columns(self, world: World, client: Clients) -> None:
        found = get(client("planner"), "/grids", f="names")
        GridNames.model_validate(found)
        grids = get(client("planner"), "/grids")["items"]
        assert found["codes"] == sorted(world.grids)
        assert found["names"] == [grid["name"] for grid in grids]
        assert found["names_en"] == [grid["name_en"] for grid in grids]
        of_town = get(client("planner"), "/grids", f="names", town="370782001")
        assert 0 < len(of_town["codes"]) < len(found["codes"])
        empty = get(client("planner"), "/grids", f="names", bbox="1,1,2,2")
        assert (empty["layout"], empty["codes"]) == ("2022", [])

    def test_one(self, world: World, client: Clients) -> None:
        world.execute(
            "UPDATE grid SET party_branch = '第一支部', five_haves = %s::jsonb WHERE code = 'G0001'",
            '{"responsible_person": true, "funds": false}',
        )
        grid = get(client("dispatcher"), "/grids/G0001")
        GridDetail.model_validate(grid)
        assert grid["party_branch"] == "第一支部"
        assert grid["five_haves"] == {"responsible_person": True, "funds": False}
        assert [person["role"] for person in grid["staff"]] == ["leader", "branch_secretary"]
        assert grid["counts"] == {"total": 0, "items": []}
        west, south, east, north = grid["bbox"]
        assert world.grids["G0001"].bounds == (west, south, east, north)
        client("dispatcher").post("/reports", json={"description": "爆管", "grid_code": "G0001"})
        assert get(client("dispatcher"), "/grids/G0001")["counts"] == {
            "total": 1, "items": [{"category": "water.burst", "count": 1}],
        }  # fmt: skip

    def test_telephones_are_for_those_who_work(self, world: World, client: Clients) -> None:
        world.execute("UPDATE grid_staff SET telephone = '13800001234' WHERE code = 'S0001-1'")
        for username, sees in (
            ("dispatcher", True),
            ("water", True),
            ("planner", False),
            ("volunteer", False),
        ):
            assert ("13800001234" in client(username).get("/grids/G0001").text) is sees

    @pytest.mark.parametrize("code", ["nope", "A0", "%00", "g0001", "G0001%20"])
    def test_none(self, code: str, client: Clients) -> None:
        assert client("dispatcher").get(f"/grids/{code}").status_code in {404, 422}

    def test_another_county_sees_its_own(self, client: Clients) -> None:
        assert [grid["code"] for grid in get(client("foreigner"), "/grids")["items"]] == ["A0"]
        assert client("foreigner").get("/grids/G0001").status_code == 404


def test_towns(world: World, client: Clients) -> None:
    page = get(client("planner"), "/towns")
    TownPage.model_validate(page)
    assert [town["code"] for town in page["items"]] == ["370782001", "370782101"]
    assert sum(town["grids"] for town in page["items"]) == sum(
        1 for i in range(len(world.grids)) if i % 29
    )
    answer = client("planner").get("/towns?f=geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    assert len(TownCollection.model_validate(answer.json()).features) == 2


class TestUtilities:
    def test_list(self, client: Clients) -> None:
        page = get(client("planner"), "/utilities")
        UtilityPage.model_validate(page)
        assert {one["code"]: one["categories"] for one in page["items"]} == {
            code: sorted(categories) for code, (_, _, categories, _) in county.UTILITIES.items()
        }

    def test_one_with_areas_and_depots(self, client: Clients) -> None:
        found = get(client("planner"), "/utilities/water-east")
        UtilityDetail.model_validate(found)
        areas = {area.code: area for area in county.service_areas() if area.utility == "water-east"}
        drawn = {one["id"]: one for one in found["service_areas"]["features"]}
        assert set(drawn) == set(areas)
        for code, area in areas.items():
            assert shape(drawn[code]["geometry"]).symmetric_difference(area.boundary).area < 1e-9
            assert drawn[code]["properties"]["category"] == area.category
        depots = [tuple(one["geometry"]["coordinates"]) for one in found["depots"]["features"]]
        assert depots == county.UTILITIES["water-east"][3]
        assert found["rules"] == "2022"

    @pytest.mark.parametrize("code", ["nope", "%00"])
    def test_none(self, code: str, client: Clients) -> None:
        assert client("planner").get(f"/utilities/{code}").status_code in {404, 422}


def test_categories_stand_in_their_order(client: Clients) -> None:
    page = get(client("volunteer"), "/categories")
    CategoryPage.model_validate(page)
    codes = [one["code"] for one in page["items"]]
    assert sorted(codes) == sorted(county.CATEGORIES)
    for one in page["items"]:
        if one["parent_code"]:
            assert codes.index(one["parent_code"]) < codes.index(one["code"])


@pytest.fixture(scope="module")
def pinyin(world: World) -> None:
    world.execute(
        "UPDATE place SET pinyin = 'sheng long hua yuan', address = '密州街道兴华路' WHERE code = 'P1'"
    )
    world.execute("UPDATE place SET pinyin = 'wang jia zhuang' WHERE code = 'P2'")
    world.execute("UPDATE place SET pinyin = 'xi wang jia zhuang' WHERE code = 'P3'")


@pytest.mark.usefixtures("pinyin")
class TestPlaces:
    @pytest.mark.parametrize(
        ("text", "codes"),
        [("盛隆花园", ["P1"]), ("盛隆", ["P1"]), ("隆花", ["P1"]), ("Shenglong", ["P1"]), ("shenglong garden", ["P1"]),
         ("garden", ["P1"]), ("shenglonghuayuan", ["P1"]), ("sheng long", ["P1"]), ("slhy", ["P1"]), ("SLH", ["P1"]),
         ("lhy", ["P1"]), ("wjz", ["P2", "P3"]), ("王家庄", ["P2", "P3"]), ("wangjia", ["P2", "P3"]),
         ("李村", ["P4", "P5"]), ("兴华路", ["P1"]), (" 盛隆 ", ["P1"]), ("nothing", []), ("%", []), ("_", []),
         ("\\", [])],
    )  # fmt: skip
    def test_by_every_way_to_write_it(self, text: str, codes: list[str], client: Clients) -> None:
        page = get(client("planner"), "/places", q=text)
        PlacePage.model_validate(page)
        assert [one["code"] for one in page["items"]] == codes

    def test_limit(self, client: Clients) -> None:
        assert len(get(client("planner"), "/places", q="村", limit=1)["items"]) == 1

    @pytest.mark.parametrize(
        "query", ["", "?q=", "?q=%20", "?q=%00", f"?q={'x' * 101}", "?q=x&limit=0", "?q=x&limit=x"]
    )
    def test_refusals(self, query: str, client: Clients) -> None:
        assert client("planner").get(f"/places{query}").status_code == 422


class TestLocate:
    def test_says_where_a_report_would_go(self, world: World, client: Clients) -> None:
        point = world.at("G0010")
        where = {
            "lon": point["longitude"],
            "lat": point["latitude"],
            "accuracy_m": 40,
            "category": "water.burst",
        }
        located = get(client("planner"), "/locate", **where)
        Located.model_validate(located)
        body = {"description": "x", **point, "accuracy_m": 40, "category": "water.burst"}
        report = client("dispatcher").post("/reports", json=body).json()
        assert located["match"] == report["match"]
        assert located["location"] == report["location"]

    @pytest.mark.parametrize(
        "where",
        [
            {"place_code": "P1"},
            {"place_code": "P1", "place_text": "盛隆花园19号楼"},
            {"grid_code": "G0007"},
            {"place_text": "Shenglong Garden"},
            {"place_text": "behind the old mill"},
            {"longitude": 119.41, "latitude": 35.99, "place_code": "P1"},
        ],
    )
    def test_what_is_shown_is_what_is_saved(self, where: dict[str, Any], client: Clients) -> None:
        names = {"longitude": "lon", "latitude": "lat"}
        asked = {names.get(name, name): value for name, value in where.items()}
        located = get(client("dispatcher"), "/locate", category="gas", **asked)
        Located.model_validate(located)
        body = {"description": "x", "category": "gas", **where}
        answer = client("dispatcher").post("/reports", json=body)
        assert answer.status_code == 201, answer.text
        report = answer.json()
        assert located["match"] == report["match"]
        assert located["location"] == report["location"]
        if "longitude" not in where:
            assert located["location"] is None
            assert located["place"] == report["place"]
        stated = located["match"]["grid_method"] == "stated"
        assert stated == (
            where.get("place_text") != "behind the old mill" and "longitude" not in where
        )

    def test_a_place_is_told_with_its_position(self, client: Clients) -> None:
        place = get(client("planner"), "/locate", place_code="P1")["place"]
        [found] = [
            one
            for one in get(client("planner"), "/places", q="盛隆")["items"]
            if one["code"] == "P1"
        ]
        assert place.pop("location")["coordinates"] == pytest.approx(
            found["location"]["coordinates"]
        )
        assert {name: found[name] for name in place} == place

    def test_converts_the_datum(self, client: Clients) -> None:
        shifted = get(client("planner"), "/locate", lon=119.4, lat=36.0, crs="gcj-02")
        assert shifted["crs"] == "GCJ-02"
        lon, lat = shifted["location"]["coordinates"]
        assert 400 < county.GEOD.inv(119.4, 36.0, lon, lat)[2] < 700

    def test_outside_is_an_answer(self, client: Clients) -> None:
        match = get(client("planner"), "/locate", lon=100.0, lat=30.0, category="water")["match"]
        assert match["grid"] is None
        assert match["grid_method"] == "outside"

    @pytest.mark.parametrize(
        "query",
        ["", "lon=119.4", "lat=36", "lon=x&lat=36", "lon=nan&lat=36", "lon=119.4&lat=inf", "lon=200&lat=36",
         "lon=119.4&lat=36&crs=mars", "lon=119.4&lat=36&accuracy_m=-1", "lon=119.4&lat=36&accuracy_m=nan",
         "lon=119.4&lat=36&category=nope", "lon=119.4&lat=36&category=%00", "place_code=nope", "grid_code=nope",
         "place_text="],
    )  # fmt: skip
    def test_refusals(self, query: str, client: Clients) -> None:
        answer = client("planner").get(f"/locate?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"]


@pytest.mark.parametrize(
    "path",
    [
        "/grids",
        "/grids?f=geojson",
        "/towns",
        "/towns?f=geojson",
        "/utilities",
        "/utilities/power",
        "/categories",
    ],
)
def test_reference_data_is_asked_again_by_its_hash(path: str, client: Clients) -> None:
    first = client("planner").get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    again = client("planner").get(
        path, headers={"if-none-match": f'"x", W/{first.headers["etag"]}'}
    )
    assert again.status_code == 304
    assert again.content == b""
    assert client("planner").get(path, headers={"if-none-match": '"x"'}).status_code == 200
