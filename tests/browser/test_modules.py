"""Modules that compute, checked in the browser they run in."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.browser

FIXTURE = Path(__file__).parents[1] / "fixtures" / "gcj02_bd09_gcoord.csv"

ROUND = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}

CALL = """async ([name, exported, calls]) => {
  const address = [...document.scripts].map(s => s.src).find(src => src.endsWith("/js/sign_in.js"));
  const module = await import(address.replace("sign_in.js", name));
  return calls.map(values => module[exported](...values));
}"""


@pytest.fixture
def call(visit):
    """Call an exported function of one of our modules with many lists of arguments."""
    page = visit(None).open("/")
    return lambda name, exported, calls: page.evaluate(CALL, [name, exported, calls])


def metres(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    scale = np.stack([np.cos(np.radians(a[:, 1])), np.ones(len(a))], axis=1) * 111_320
    return np.linalg.norm((a - b) * scale, axis=1)


def test_datum_agrees_with_gcoord(call):
    rows = list(csv.DictReader(FIXTURE.read_text("utf-8").splitlines()))
    assert len(rows) > 400
    given = [[float(row["in_lon"]), float(row["in_lat"])] for row in rows]
    for exported, name in (("wgs84ToGcj02", "wgs84_to_gcj02"), ("gcj02ToWgs84", "gcj02_to_wgs84")):
        expected = np.array(
            [[float(row[f"{name}_lon"]), float(row[f"{name}_lat"])] for row in rows]
        )
        # gcoord's own inverse stops at 1e-6 degrees.
        tolerance = 1e-6 if exported == "wgs84ToGcj02" else 0.2
        assert metres(np.array(call("datum.js", exported, given)), expected).max() < tolerance
    there = call("datum.js", "wgs84ToGcj02", given)
    assert metres(np.array(call("datum.js", "gcj02ToWgs84", there)), np.array(given)).max() < 0.001


def test_class_breaks_are_few_round_and_complete(call):
    rng = np.random.default_rng(7)
    maps = [
        [], [0, 0], [1], [1, 4], [6, 2], [7], [1000], [123_456, 1],
        *(rng.geometric(1 / mean, 1690).tolist() for mean in (1.2, 3, 10, 200, 10_000)),
    ]  # fmt: skip
    for counts, bounds in zip(
        maps, call("classes.js", "lowerBounds", [[c, 6] for c in maps]), strict=True
    ):
        assert bounds == sorted(set(bounds))
        assert len(bounds) <= 6
        assert bounds[:1] == ([1] if any(counts) else [])
        assert all(bound <= max(counts) for bound in bounds)
        assert all(float(f"{bound:e}".split("e")[0]) in ROUND for bound in bounds)
        sizes = [sum(low <= c for c in counts) for low in bounds]
        assert sizes == sorted(sizes, reverse=True)
        if max(counts, default=0) > 6:
            assert len(set(sizes)) == len(sizes), "no class is empty"


def test_the_few_that_stand_out_get_the_darkest_class(call):
    counts = [*[1] * 90, *[3] * 290, *[7] * 450, *[15] * 500, *[25] * 240, *[40] * 31, *[60] * 13]
    assert call("classes.js", "lowerBounds", [[counts, 6]]) == [[1, 15, 20, 30, 50]]
    assert call("classes.js", "lowerBounds", [[[*[1] * 60, 2, 2, 10], 6]]) == [[1, 2, 5]]


HERE = [119.41, 35.99]
WRITTEN = {
    "119.41,35.99": HERE,
    " 119.41，35.99 ": HERE,
    "35.99 119.41": HERE,
    "(119.41, 35.99)": HERE,
    "东经119.41 北纬35.99": HERE,
    "北纬３５．９９度，东经１１９．４１度": HERE,
    "北纬35°59′24″ 东经119°24′36″": HERE,
    "东经119度24分36秒，北纬35度59分24秒": HERE,
    "119°24'36\"E 35°59'24\"N": HERE,
    "35°59.4'N 119°24.6'E": HERE,
    "N35.99 E119.41": HERE,
    "35.99 N, 119.41 E": HERE,
    "经度：119.41，纬度：35.99": HERE,
    "lat=35.99&lng=119.41": HERE,
    "坐标：119.41 35.99": HERE,
    "西经119.41 南纬35.99": [-119.41, -35.99],
}
NO_POSITION = (
    "119.41", "3707820, 12", "200.5, 190.5", "东经119.41 东经35.99", "119°75' 35°", "370782001001001",
    "12345", "102002", "4-6", "119.41-35.99", "盛龙花园19号楼1单元", "密州街道 119.41 35.99", "https://example.org/119.41,35.99",
)  # fmt: skip
# As their own "share" and URI interfaces write them.
THERE = [119.4153, 35.9955]
LINKS = {
    "https://ditu.amap.com/regeo?lng=119.4153&lat=35.9955&name=x&adcode=370782": "GCJ-02",
    "https://www.amap.com/regeo?lng=119.4153&lat=35.9955&src=uriapi": "GCJ-02",
    "https://uri.amap.com/marker?position=119.4153,35.9955&name=x": "GCJ-02",
    "https://uri.amap.com/marker?position=119.4153%2C35.9955&coordinate=wgs84": "WGS84",
    "https://uri.amap.com/navigation?from=119.1,35.9,a&to=119.4153,35.9955,b&mode=car": "GCJ-02",
    "https://wb.amap.com/?p=B0FFG8X2YZ,35.9955,119.4153,盛龙花园,x": "GCJ-02",
    "【高德地图】盛龙花园 https://ditu.amap.com/regeo?lng=119.4153&lat=35.9955": "GCJ-02",
    "iosamap://viewMap?sourceApplication=a&lat=35.9955&lon=119.4153&dev=1": "WGS84",
    "androidamap://viewMap?sourceApplication=a&lat=35.9955&lon=119.4153&dev=0": "GCJ-02",
    "https://map.baidu.com/?latlng=35.9955,119.4153&title=x&autoOpen=true": "BD-09",
    "https://api.map.baidu.com/marker?location=35.9955,119.4153&coord_type=gcj02": "GCJ-02",
    "https://api.map.baidu.com/marker?location=35.9955,119.4153&coord_type=wgs84": "WGS84",
    "https://api.map.baidu.com/direction?origin=latlng:35.9,119.3|name:a"
    "&destination=latlng:35.9955,119.4153|name:b": "BD-09",
    "https://map.qq.com/?type=marker&markertype=1&pointx=119.4153&pointy=35.9955&name=x": "GCJ-02",
    "https://apis.map.qq.com/uri/v1/marker?marker=coord:35.9955,119.4153;title:x": "GCJ-02",
    "https://apis.map.qq.com/uri/v1/geocoder?coord=35.9955,119.4153&coord_type=1": "WGS84",
    "qqmap://map/marker?marker=coord:35.9955,119.4153;title:x": "GCJ-02",
    "高德坐标 119.4153,35.9955": "GCJ-02",
    "百度 119.4153，35.9955": "BD-09",
    "GCJ02: 35.9955 119.4153": "GCJ-02",
}
IN_METRES = (
    "https://map.baidu.com/@13293000.5,4272000.2,19z",
    "https://map.baidu.com/poi/%E7%9B%9B/@13293000.5,4272000.2,19z?uid=x",
    "https://map.baidu.com/?newmap=1&c=13293000.5,4272000.2&l=19",
)


def test_coordinates_are_read_as_people_write_them(call):
    read = call("positions.js", "readPosition", [[text] for text in WRITTEN])
    wanted = [{"point": point, "crs": "WGS84"} for point in WRITTEN.values()]
    assert dict(zip(WRITTEN, read, strict=True)) == dict(zip(WRITTEN, wanted, strict=True))
    assert call("positions.js", "readPosition", [[text] for text in NO_POSITION]) == [
        None for _ in NO_POSITION
    ]


def test_links_of_three_map_services_are_read_in_their_datum(call):
    read = call("positions.js", "readPosition", [[link] for link in LINKS])
    wanted = [{"point": THERE, "crs": crs} for crs in LINKS.values()]
    assert dict(zip(LINKS, read, strict=True)) == dict(zip(LINKS, wanted, strict=True))
    for found in call("positions.js", "readPosition", [[link] for link in IN_METRES]):
        assert found["crs"] == "BD-09"
        assert found["point"] == pytest.approx([119.411756, 35.976109], abs=1e-5)


def test_a_link_that_names_no_position_is_told_apart(call):
    links = [
        "https://surl.amap.com/a1b2",
        "https://j.map.baidu.com/ab",
        "https://ditu.amap.com/place/B0FF",
    ]
    found = call("positions.js", "readPosition", [[link] for link in links])
    assert found == [{"short": True}, {"short": True}, {"empty": True}]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "at=119.41000,35.99500,14&heat=cell&what=tag:cables&from=2022-01-01&to=2022-01-31",
        "reports=off&grids=0&utility=water",
    ],
)
def test_state_survives_the_address(call, query):
    [state] = call("state.js", "parseState", [[query]])
    assert call("state.js", "formatState", [[state]]) == [query]


@pytest.mark.parametrize(
    "query",
    [
        "at=a,b,c&heat=rainbow&from=yesterday&point=1&reports=%3Cscript%3E",
        "from=2026-13-40&to=2026-02-30",
        "f.from=2026-13-40&f.to=2026-02-30",
    ],
)
def test_nonsense_in_the_address_is_ignored(call, query):
    [state] = call("state.js", "parseState", [[query]])
    assert call("state.js", "formatState", [[state]]) == [""]


OPEN_ROW = {"status": "received", "merged_into": None, "grid_code": "370782001001019", "due": 4e12}


QUEUE_OF_A_ROW = [
    ("open", {"merged_into": "370782-1"}, True),
    ("new", {}, True),
    ("new", {"status": "accepted"}, False),
    ("new", {"merged_into": "370782-1"}, False),
    ("not_located", {}, False),
    ("not_located", {"grid_code": None, "status": "accepted"}, True),
    ("not_located", {"grid_code": None, "status": "dispatched"}, False),
    ("waiting_check_in", {"status": "dispatched"}, True),
    ("waiting_check_in", {"status": "dispatched", "merged_into": "370782-1"}, False),
    ("overdue", {}, False),
    ("overdue", {"due": 1}, True),
    ("overdue", {"due": 1, "merged_into": "370782-1"}, False),
    ("mine", {}, None),
]


def test_a_row_tells_its_queue_without_asking_the_server(call):
    states = call("state.js", "parseState", [[f"queue={queue}"] for queue, _, _ in QUEUE_OF_A_ROW])
    rows = [{**OPEN_ROW, **changes} for _, changes, _ in QUEUE_OF_A_ROW]
    pairs = [list(pair) for pair in zip(rows, states, strict=True)]
    told = call("console/query.js", "belongs", pairs)
    assert told == [belongs for _, _, belongs in QUEUE_OF_A_ROW]
