"""Query parameters of lists that mean nothing, or do not exist."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

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
