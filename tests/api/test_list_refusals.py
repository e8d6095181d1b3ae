"""Query parameters of lists that mean nothing, or do not exist."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.api.conftest import World
from tests.support import county

Clients = Callable[[str], httpx.Client]


@pytest.mark.parametrize(
    "parameters",
    ["bbox=a,b,c,d", "bbox=1,2,3", "bbox=nan,0,1,1", "bbox=0,0,inf,1", "bbox=119,36,118,37", "bbox=",
     "near=119.4", "near=119.4,x", "near=nan,nan", "near=200,0", "radius_m=5", "near=119.4,36&radius_m=0",
     "near=119.4,36&radius_m=1e9", "near=119.4,36&radius_m=nan", "within=x", "within=POINT(1 2)",
     "within=POLYGON((0 0,1 1,1 0,0 1,0 0))", "within=POLYGON EMPTY", 'within={"type":"Polygon"}', "within={}",
     'within={"type":"Polygon","coordinates":[[[0,0],[1,0],[null,1],[0,0]]]}', "within=POLYGON((0 0,nan 1,1 0,0 0))",
     "within=POLYGON((0 0,999 1,1 0,0 0))", "status=nope", "status=", "light=blue", "level=county", "queue=reopen",
     "from=yesterday", "to=2022-13-01", "from=2022-05-05T25:00", "staff=x", "staff=-1", "staff=99999999999999999999",
     "limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=AAAA", "cursor=f" + "_" * 31, "f=xml", "q=%00", "grid=%00",
     "q=" + "x" * 201, "source=rumour"],
)  # fmt: skip
def test_parameters_that_mean_nothing_are_422(parameters: str, client: Clients) -> None:
    answer = client("dispatcher").get(f"/reports?{parameters}")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    name = parameters.partition("=")[0]
    assert any(error["field"].startswith((name, "radius_m")) for error in answer.json()["errors"])


@pytest.mark.parametrize(
    "parameters",
    ["unknown=1", "Bbox=1,2,3,4", "limit=1&limit=2", "f=json&f=csv", "from_=2022-01-01"],
)
def test_parameters_that_do_not_exist_are_400(parameters: str, client: Clients) -> None:
    answer = client("dispatcher").get(f"/reports?{parameters}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == parameters.partition("=")[0]


UNKNOWN = {
    "category=water.lwo_pressure": "category: there is no category 'water.lwo_pressure'",
    "category=water,nope,gas": "category: there is no category 'nope'",
    "tag=tubes": "tag: no category has the tag 'tubes'",
    "town=370783001": "town: there is no town '370783001'",  # the neighbour's
    "grid=A0": "grid: there is no grid 'A0'",  # the neighbour's
    "utility=nobody": "utility: there is no utility 'nobody'",
    "staff=999999999": "staff: there is no grid staff '999999999'",
    "staff=9223372036854775807": "staff: there is no grid staff '9223372036854775807'",
    "counted=accepted&counted_by=town&counted_key=x&from=2022-05-01&to=2022-05-02": (
        "counted_key: there is no town 'x'"
    ),
    "grid=A0&town=x": "town: there is no town 'x'; grid: there is no grid 'A0'",
    "from=2022-05-06&to=2022-05-05": "to: lies before from",
    "from=2022-05-06T00:00&to=2022-05-05": "to: lies before from",
    "from=2022-05-06&to=2022-05-05T23:59": "to: lies before from",
    # 16:30 in Greenwich is half past midnight of the next day in the county.
    "from=2022-05-05T16:30Z&to=2022-05-05": "to: lies before from",
    "from=9999-12-31T23:59Z&to=0001-01-01": "to: lies before from",
    "counted=accepted&from=2022-05-06&to=2022-05-05": "to: lies before from",
}
LISTS = {
    "list": ("/reports", ""),
    "csv of all": ("/reports", "f=csv"),
    "counts": ("/reports/counts", ""),
    "view": ("/reports/clustered", "zoom=12&bbox=119,35,120,37"),
    "tile": ("/tiles/reports/10/851/401.mvt", ""),
    "utility": ("/utilities/water-west/reports", ""),
}


@pytest.mark.parametrize("parameters", UNKNOWN)
def test_codes_nobody_has_and_periods_backwards_are_422(parameters: str, client: Clients) -> None:
    answer = client("dispatcher").get(f"/reports?{parameters}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"] == UNKNOWN[parameters]
    assert {one["field"] for one in answer.json()["errors"]} <= {
        part.split(":")[0] for part in UNKNOWN[parameters].split("; ")
    }


@pytest.mark.parametrize("name", LISTS)
def test_every_list_refuses_them_alike(name: str, client: Clients) -> None:
    path, more = LISTS[name]
    for parameters in ("category=nope", "from=2022-05-06&to=2022-05-05"):
        answer = client("dispatcher").get(f"{path}?{parameters}&{more}".rstrip("&"))
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        fine = parameters.replace("nope", "water").replace("05-05", "05-07")
        answer = client("dispatcher").get(f"{path}?{fine}&{more}".rstrip("&"))
        assert answer.status_code in {200, 204}, answer.text


@pytest.mark.parametrize(
    "parameters",
    ["from=2022-05-05&to=2022-05-05", "from=2022-05-05T23:59&to=2022-05-05", "to=9999-12-31&from=9999-12-31",
     "from=0001-01-01T00:00%2B14:00&to=9999-12-31", "from=2022-05-05T08:00&to=2022-05-05T08:00"],
)  # fmt: skip
def test_a_period_may_be_as_short_or_long_as_it_likes(parameters: str, client: Clients) -> None:
    assert client("dispatcher").get(f"/reports?{parameters}").status_code == 200


def test_who_sees_no_report_of_a_code_gets_an_empty_list(world: World, client: Clients) -> None:
    """Codes are the county's, so what is refused tells nothing about reports one may not read."""
    far = [code for code in world.grids if code != "G0000"][:5]
    for code in far:
        client("dispatcher").post("/reports", json={"description": "x", "grid_code": code})
    answer = client("volunteer").get("/reports", params={"grid": far, "category": "power"})
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert client("volunteer").get("/reports", params={"grid": "G9999"}).status_code == 422


def test_a_grid_of_a_retired_layout_is_known(world: World, client: Clients) -> None:
    world.execute(
        "WITH old AS (INSERT INTO grid_layout (county_code, name, status)"
        " VALUES (%s, 'before', 'retired') RETURNING id)"
        " INSERT INTO grid (layout_id, code, county_code, name, boundary, boundary_simple,"
        " boundary_3857, area_m2) SELECT old.id, 'OLD1', g.county_code, g.name, g.boundary,"
        " g.boundary_simple, g.boundary_3857, g.area_m2 FROM old, grid g"
        " WHERE g.county_code = %s AND g.code = 'G0001' LIMIT 1",
        county.COUNTY, county.COUNTY,
    )  # fmt: skip
    assert client("planner").get("/reports?grid=OLD1").json()["items"] == []


def test_the_cluster_of_a_category_nobody_has(client: Clients) -> None:
    assert client("dispatcher").get("/clusters?category=nope").status_code == 422
    assert client("dispatcher").get("/clusters?category=noise").json() == {"items": []}


def test_the_page_says_which_filter_is_wrong(client: Clients, world: World) -> None:
    cookie = {"Cookie": f"gridcall_session={world.open_session('dispatcher')}"}
    page = httpx.get(f"{world.address}/reports?category=nope", headers=cookie)
    assert page.status_code == 422
    assert 'id="category-problem"' in page.text


def test_narrowing_on_keeps_what_the_address_narrowed(client: Clients, world: World) -> None:
    """The form sends what it holds: a level, or a second value, it did not hold was dropped."""
    with httpx.Client(base_url=world.address) as browser:
        browser.cookies.set("gridcall_session", world.open_session("dispatcher"))
        asked = "level=town&emergency=true&status=received&status=accepted&source=patrol,resident&grid=G0001&grid=G0005"
        page = browser.get(f"/reports?{asked}")
    assert page.status_code == 200, page.text
    form = page.text.partition('<form class="filters"')[2].partition("</form>")[0]
    for name, value in (("level", "town"), ("emergency", "true")):
        assert f'type="hidden" name="{name}" value="{value}"' in form
    assert re.findall(r'<option value="([^"]+)" selected', form) == [
        "received,accepted",
        "patrol,resident",
    ]
    assert 'value="G0001,G0005"' in form
