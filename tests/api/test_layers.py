"""``/layers/counts``: against a count over the rows; periods, boxes, cells, ETags and sensitive matters."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
import shapely
from psycopg.rows import dict_row

from api.schemas.layer import LayerCounts
from gis.db.database import libpq_url
from gis.layering.suppression import tell
from tests.api.conftest import World
from tests.support import county
from tests.support.statements import counted

Clients = Callable[[str], httpx.Client]
Row = dict[str, Any]
DAYS, PER_DAY = 43, 6


@pytest.fixture(scope="module")
def rows(world: World, client: Clients) -> list[Row]:
    """Reports of January to May 2022, most of them in a corner of the county."""
    pick = random.Random(11)
    sender = client("dispatcher")
    world.execute(
        "UPDATE category SET tags = '{pipes}' WHERE code LIKE 'water%%' AND county_code = '370782'"
    )
    world.execute(
        "UPDATE category SET sensitive = true WHERE code = 'noise' AND county_code = '370782'"
    )
    for index in range(DAYS):
        world.clock.instant = county.NOW - dt.timedelta(days=index * 3, hours=index % 24)
        lines = [
            {
                "description": "x",
                "category": pick.choice(county.CATEGORIES),
                "longitude": round(119.30 + 0.06 * pick.random() ** 2, 6),
                "latitude": round(35.93 + 0.12 * pick.random(), 6),
            }
            for _ in range(PER_DAY)
        ]
        answer = sender.post("/reports/bulk", content="\n".join(map(json.dumps, lines)))
        assert answer.text.count('"created"') == PER_DAY
    world.clock.instant = county.NOW
    with psycopg.connect(libpq_url(world.url), row_factory=dict_row) as connection:
        return connection.execute(
            "SELECT r.*, g.town_code AS grid_town FROM report r"
            " LEFT JOIN grid g ON g.layout_id = r.layout_id AND g.code = r.grid_code"
            " WHERE r.county_code = '370782'"
        ).fetchall()


def ask(client: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/layers/counts", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    LayerCounts.model_validate(body)
    assert answer.headers["cache-control"] == "private, no-cache"
    return body


def counts(body: dict[str, Any]) -> dict[str, int]:
    return {item["code"]: item["count"] for item in body["items"]}


def expected(
    rows: list[Row], key: str, first: str = "", last: str = "", category: str = ""
) -> Counter[str]:
    return Counter(
        row[key]
        for row in rows
        if row[key] is not None
        and (not first or row["received_on"].isoformat() >= first)
        and (not last or row["received_on"].isoformat() <= last)
        and (
            not category
            or row["category_code"] in {category}
            or row["category_code"].startswith(f"{category}.")
        )
    )


PERIODS = [
    ("", ""),
    ("2022-03-01", "2022-03-31"),
    ("2022-03-05", "2022-03-05"),
    ("2022-03-05", "2022-03-20"),
    ("2022-02-10", "2022-04-20"),
    ("2022-02-01", "2022-04-20"),
    ("2022-02-10", "2022-04-30"),
    ("2022-03-31", "2022-04-01"),
    ("2022-03-15", ""),
    ("", "2022-03-15"),
    ("2022-03-01", ""),
    ("", "2022-03-31"),
    ("1900-01-01", "2199-12-31"),
]


@pytest.mark.parametrize(("first", "last"), PERIODS)
@pytest.mark.parametrize("category", ["", "water", "power.cable"])
def test_grids_and_towns_over_any_period(
    first: str, last: str, category: str, rows: list[Row], client: Clients
) -> None:
    asked = {
        name: value
        for name, value in (("from", first), ("to", last), ("category", category))
        if value
    }
    for unit, key in (("grid", "grid_code"), ("town", "grid_town")):
        body = ask(client("dispatcher"), unit=unit, **asked)
        assert counts(body) == expected(rows, key, first, last, category)
        assert body["total"] == sum(counts(body).values())
        assert body["period"] == {"from": first or None, "to": last or None, "whole_months": False}
        assert body["layout"] == "2022"


def test_a_tag_spans_categories(rows: list[Row], client: Clients) -> None:
    assert counts(ask(client("admin"), tag="pipes")) == expected(
        rows, "grid_code", category="water"
    )


def test_rejected_and_duplicate_reports_do_not_count_in_rows_either(
    world: World, rows: list[Row], client: Clients
) -> None:
    seen = client("water").get("/layers/counts").json()["total"]
    one = next(row for row in rows if "u:370782:water-west" in row["audience"])
    world.execute(
        "UPDATE report SET status = 'closed', outcome = 'rejected' WHERE id = %s", one["id"]
    )
    assert client("water").get("/layers/counts").json()["total"] == seen - 1
    world.execute("UPDATE report SET status = 'received', outcome = NULL WHERE id = %s", one["id"])


def test_cells_are_whole_months_and_say_so(rows: list[Row], client: Clients) -> None:
    body = ask(client("dispatcher"), unit="cell", **{"from": "2022-03-05", "to": "2022-04-02"})
    assert body["period"] == {"from": "2022-03-01", "to": "2022-04-30", "whole_months": True}
    months = [row for row in rows if "2022-03-01" <= row["received_on"].isoformat() <= "2022-04-30"]
    assert body["total"] == len(months)
    exact = ask(client("dispatcher"), unit="cell", **{"from": "2022-03-01", "to": "2022-04-30"})
    assert exact["period"]["whole_months"] is False
    assert exact["items"] == body["items"]


@pytest.mark.parametrize("cell_m", [100, 200, 400, 800])
def test_cells_of_every_size(cell_m: int, rows: list[Row], client: Clients) -> None:
    step = cell_m // 100
    held = Counter(
        f"{row['cell_x'] // step * cell_m}_{row['cell_y'] // step * cell_m}" for row in rows
    )
    body = ask(client("dispatcher"), unit="cell", cell_m=cell_m)
    assert counts(body) == held
    assert body["cell_m"] == cell_m
    by_town = ask(client("town1"), unit="cell", cell_m=cell_m)
    own = [row for row in rows if row["town_code"] == "370782001"]
    assert counts(by_town) == Counter(
        f"{row['cell_x'] // step * cell_m}_{row['cell_y'] // step * cell_m}" for row in own
    )


def test_a_cell_is_a_square_around_its_reports(
    world: World, rows: list[Row], client: Clients
) -> None:
    squares = {
        item["code"]: shapely.Polygon(item["polygon"])
        for item in ask(client("admin"), unit="cell", cell_m=100)["items"]
    }
    points = dict(
        world.execute("SELECT id, ST_AsBinary(location) FROM report WHERE county_code = '370782'")
    )
    for row in rows:
        square = squares[f"{row['cell_x'] * 100}_{row['cell_y'] * 100}"]
        point = shapely.from_wkb(bytes(points[row["id"]]))  # type: ignore[arg-type]
        assert square.buffer(2e-6).covers(point)  # corners are given to 0.1 m
        assert abs(county.area_m2(square) - 10_000) < 60


BOX = (119.31, 35.97, 119.325, 36.01)


def test_a_box_selects_units_and_clips_no_count(
    world: World, rows: list[Row], client: Clients
) -> None:
    box, bbox = shapely.box(*BOX), ",".join(map(str, BOX))
    touched = {code for code, boundary in world.grids.items() if boundary.intersects(box)}
    whole = expected(rows, "grid_code")
    body = ask(client("dispatcher"), bbox=bbox)
    assert counts(body) == {code: count for code, count in whole.items() if code in touched}
    assert 0 < len(body["items"]) < len(whole)
    for cell_m in (100, 800):
        all_cells = ask(client("dispatcher"), unit="cell", cell_m=cell_m)["items"]
        selected = ask(client("dispatcher"), unit="cell", cell_m=cell_m, bbox=bbox)["items"]
        assert selected == [
            one for one in all_cells if shapely.Polygon(one["polygon"]).intersects(box)
        ]
    towns = ask(client("dispatcher"), unit="town", bbox=bbox)
    assert counts(towns) == {"370782001": expected(rows, "grid_town")["370782001"]}


@pytest.mark.parametrize(
    "bbox", ["-180,-90,180,90", "0,0,1,1", "119.31,35.97,119.31,35.97", "-180,35,180,36.5"]
)
def test_boxes_of_any_size(bbox: str, rows: list[Row], client: Clients) -> None:
    for unit in ("grid", "town", "cell"):
        everything = counts(
            ask(client("dispatcher"), unit=unit, **({"cell_m": 800} if unit == "cell" else {}))
        )
        found = counts(
            ask(
                client("dispatcher"),
                unit=unit,
                bbox=bbox,
                **({"cell_m": 800} if unit == "cell" else {}),
            )
        )
        if bbox.startswith("-180"):
            assert found == everything
        else:
            assert found.items() < everything.items()


def test_the_default_cell_suits_the_box(client: Clients) -> None:
    sizes = [
        ask(client("dispatcher"), unit="cell", **({"bbox": bbox} if bbox else {}))["cell_m"]
        for bbox in (
            "119.31,35.97,119.32,35.98",
            "119.3,35.95,119.36,36.0",
            "119.2,35.9,119.3,36.0",
            "",
        )
    ]
    assert sizes == [100, 200, 400, 800]


def test_the_latest_month_with_data(world: World, rows: list[Row], client: Clients) -> None:
    body = ask(client("dispatcher"), period="latest")
    assert body["period"] == {"from": "2022-05-01", "to": "2022-05-31", "whole_months": False}
    assert body["latest_month"] == "2022-05-01"
    assert counts(body) == expected(rows, "grid_code", "2022-05-01")
    none = ask(client("power"), category="gas", period="latest")
    assert none["latest_month"] is None
    assert none["items"] == []


@pytest.mark.parametrize(
    ("parameters", "field"),
    [("category=nope", "category"), ("tag=nope", "tag"), ("category=water&tag=pipes", "tag"), ("unit=street", "unit"),
     ("from=2022-03-05&to=2022-03-01", "to"), ("from=2022-03-05T00:00", "from"), ("from=0001-01-01", "from"),
     ("to=9999-12-31", "to"), ("unit=cell&cell_m=50", "cell_m"), ("cell_m=100", "cell_m"), ("bbox=nan,0,1,1", "bbox"),
     ("period=latest&from=2022-01-01", "period")],
)  # fmt: skip
def test_what_cannot_be_counted(parameters: str, field: str, client: Clients) -> None:
    answer = client("dispatcher").get(f"/layers/counts?{parameters}")
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}


class TestEtag:
    def test_an_unchanged_layer_costs_no_counting(self, rows: list[Row], client: Clients) -> None:
        etag = client("dispatcher").get("/layers/counts").headers["etag"]
        with counted() as statements:
            answer = client("dispatcher").get("/layers/counts", headers={"if-none-match": etag})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == etag
        assert not any("rollup" in statement for statement in statements)

    def test_it_changes_with_question_reader_and_data(
        self, rows: list[Row], client: Clients
    ) -> None:
        def etag(username: str, **parameters: Any) -> str:
            return str(client(username).get("/layers/counts", params=parameters).headers["etag"])

        first = etag("dispatcher")
        assert etag("dispatcher") == first
        others = {
            etag("dispatcher", unit="town"), etag("dispatcher", category="water"), etag("dispatcher", tag="pipes"),
            etag("dispatcher", bbox="119,35,120,36"), etag("dispatcher", period="latest"), etag("town1"),
            etag("planner"), etag("water"), etag("power"), etag("dispatcher", **{"from": "2022-05-01"}),
        }  # fmt: skip
        assert len(others - {first}) == 10
        assert (
            client("dispatcher")
            .post("/reports", json={"description": "x", "place_text": "某处"})
            .status_code
            == 201
        )
        assert etag("dispatcher") != first


class TestSensitive:
    MONTH: dict[str, str] = {"from": "2022-03-01", "to": "2022-03-31"}  # noqa: RUF012

    def test_planners_get_every_other_category_in_full(
        self, rows: list[Row], client: Clients
    ) -> None:
        body = ask(client("planner"), category="water")
        assert counts(body) == expected(rows, "grid_code", category="water")
        assert body["without_sensitive"] is False

    def test_sums_leave_sensitive_matters_out(self, rows: list[Row], client: Clients) -> None:
        plain = [row for row in rows if row["category_code"] != "noise"]
        for unit, key in (("grid", "grid_code"), ("town", "grid_town")):
            body = ask(client("planner"), unit=unit)
            assert counts(body) == expected(plain, key)
            assert body["without_sensitive"] is True
        assert ask(client("planner"), unit="cell")["total"] == len(plain)
        assert ask(client("supervisor"), unit="cell")["total"] > len(plain)
        items = client("planner").get("/grids/G0003").json()["counts"]["items"]
        assert "noise" not in {item["category"] for item in items}

    def test_few_are_not_told(self, rows: list[Row], client: Clients) -> None:
        grids = client("admin").get("/grids", params={"f": "geojson"}).json()["features"]
        town_of = {one["properties"]["code"]: one["properties"]["town_code"] for one in grids}
        truth = dict.fromkeys(town_of, 0)
        truth |= expected(rows, "grid_code", "2022-03-01", "2022-03-31", "noise")
        body = ask(client("planner"), category="noise", **self.MONTH)
        told = counts(body)
        assert set(told) == set(truth)
        assert all(told[code] is None for code, count in truth.items() if count < 5)
        assert body["suppressed"] == sum(count is None for count in told.values())
        towns = counts(ask(client("planner"), category="noise", unit="town", **self.MONTH))
        decided = tell(truth, town_of)
        assert (told, towns) == (decided.grids, decided.towns)

    @pytest.mark.parametrize(
        "window",
        [{}, {"from": "2022-03-01"}, {"from": "2022-03-01", "to": "2022-03-30"}, {"to": "2022-03-31"},
         {"from": "2022-03-01", "to": "2022-04-30"}, {"from": "2022-03-02", "to": "2022-03-31"}],
    )  # fmt: skip
    def test_other_windows_are_refused(
        self, window: dict[str, str], rows: list[Row], client: Clients
    ) -> None:
        answer = client("planner").get("/layers/counts", params={"category": "noise", **window})
        assert answer.status_code == 422
        assert (
            client("dispatcher")
            .get("/layers/counts", params={"category": "noise", **window})
            .status_code
            == 200
        )

    def test_cells_are_refused(self, rows: list[Row], client: Clients) -> None:
        asked = {"category": "noise", "unit": "cell", **self.MONTH}
        assert client("planner").get("/layers/counts", params=asked).status_code == 422

    def test_a_box_does_not_move_what_is_told(self, rows: list[Row], client: Clients) -> None:
        whole = counts(ask(client("planner"), category="noise", **self.MONTH))
        part = counts(
            ask(client("planner"), category="noise", bbox=",".join(map(str, BOX)), **self.MONTH)
        )
        assert part.items() <= whole.items()

    def test_children_of_a_sensitive_group_are_told_with_it_only(
        self, world: World, rows: list[Row], client: Clients
    ) -> None:
        world.execute(
            "UPDATE category SET sensitive = true WHERE code = 'power' AND county_code = '370782'"
        )
        try:
            child = client("planner").get(
                "/layers/counts", params={"category": "power.cable", **self.MONTH}
            )
            assert child.status_code == 422
            told = counts(ask(client("planner"), category="power", **self.MONTH))
            truth = expected(rows, "grid_code", "2022-03-01", "2022-03-31", "power")
            assert {code: n for code, n in told.items() if n is not None} == {
                code: n for code, n in truth.items() if n >= 5
            }
        finally:
            world.execute("UPDATE category SET sensitive = false WHERE code = 'power'")
