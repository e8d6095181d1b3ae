"""The generator of the sample city: rebuilds what is shipped, and what it builds makes sense."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import itertools
import math
from collections import Counter, defaultdict

import numpy as np
import pytest
import shapely

from data.zhucheng.archive import ARCHIVE_FILES
from data.zhucheng.categories import STAGES, categories, category_by_code
from data.zhucheng.encoding import FILES, read_csv, read_features, read_packed
from data.zhucheng.outbreaks import OUTBREAKS
from data.zhucheng.reference import REFERENCE_FILES
from data.zhucheng.terrain import outline
from gis.deadlines import Limit

BUILDERS = REFERENCE_FILES | ARCHIVE_FILES


def test_shipped_files_are_rebuilt_byte_by_byte() -> None:
    # One test for all: the files share what is costly to build, about 10 s of one core.
    rebuilt = {name: hashlib.sha256(build()).hexdigest() for name, build in BUILDERS.items()}
    shipped = {name: hashlib.sha256(read_packed(name)).hexdigest() for name in BUILDERS}
    assert rebuilt == shipped


def test_nothing_else_is_shipped_and_it_stays_small() -> None:
    packed = list(FILES.iterdir())
    assert {path.name for path in packed} == {f"{name}.gz" for name in BUILDERS}
    assert sum(path.stat().st_size for path in packed) < 6_000_000


@pytest.fixture(scope="module")
def grids() -> list[tuple[shapely.Polygon, dict[str, object]]]:
    return read_features("grids.geojson")


def test_grids_are_a_coverage_of_the_outline(
    grids: list[tuple[shapely.Polygon, dict[str, object]]],
) -> None:
    shapes = [shape for shape, _ in grids]
    assert len(shapes) == 1690
    assert all(shape.geom_type == "Polygon" and shape.is_valid for shape in shapes)
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    # The outline as snapped: nowhere further off than the lattice is wide.
    assert shapely.hausdorff_distance(whole.boundary, outline().boundary) < 2e-6
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=1e-12)


def test_every_vertex_lies_on_the_lattice(
    grids: list[tuple[shapely.Polygon, dict[str, object]]],
) -> None:
    for shape, _ in grids + read_features("service_areas.geojson"):
        degrees = shapely.get_coordinates(shape)
        assert np.array_equal(degrees, np.round(degrees, 6))


def test_grids_are_small_in_town_large_in_the_fields_and_no_slivers(
    grids: list[tuple[shapely.Polygon, dict[str, object]]],
) -> None:
    areas = np.array([shape.area for shape, _ in grids]) * 1.0e10
    roundness = np.array([4 * math.pi * s.area / s.length**2 for s, _ in grids])
    people = np.array([facts["population"] for _, facts in grids], dtype=float)
    assert np.median(areas[people / areas > 0.004]) * 5 < np.median(areas)
    assert areas.min() > 20_000
    assert roundness.min() > 0.35
    assert people.sum() == pytest.approx(1_070_000, rel=0.001)


def test_codes_nest_and_divisions_are_of_one_piece(
    grids: list[tuple[shapely.Polygon, dict[str, object]]],
) -> None:
    towns = {row["code"] for row in read_csv("towns.csv")}
    communities = {row["code"]: row["town_code"] for row in read_csv("communities.csv")}
    pieces: dict[str, list[shapely.Polygon]] = defaultdict(list)
    for shape, facts in grids:
        code, community = str(facts["code"]), str(facts["community_code"])
        assert (len(code), code[:12], code[:9]) == (15, community, facts["town_code"])
        pieces[community].append(shape)
        pieces[code[:9]].append(shape)
    assert len(towns) == 13
    assert towns | set(communities) == set(pieces)
    assert all(town in towns for town in communities.values())
    assert all(shapely.coverage_union_all(p).geom_type == "Polygon" for p in pieces.values())
    assert len({facts["name"] for _, facts in grids}) == 1690


def test_staff_and_volunteers() -> None:
    people = read_csv("staff.csv")
    roles = Counter(person["role"] for person in people)
    assert roles["volunteer"] == 18_000
    assert sum(roles.values()) - roles["volunteer"] == 5_504
    assert len({person["code"] for person in people}) == len(people)
    assert len({person["telephone"] for person in people}) == len(people)
    # No operator was ever given the prefix 154: nobody can be called by mistake.
    assert all(p["telephone"].startswith("154") and len(p["telephone"]) == 11 for p in people)
    on_duty = {p["grid_code"] for p in people if p["on_duty"] == "true" and p["grid_code"]}
    assert 0.90 < len(on_duty) / 1690 < 0.99


def test_categories_keep_the_classes_and_limits_of_the_field() -> None:
    known = category_by_code()
    assert {"water.low_pressure", "power.cable_damage", "cables.owner_unknown"} <= set(known)
    assert all(c.parent_code is None or c.parent_code in known for c in categories())
    assert all(set(c.limits) == set(STAGES) and c.keywords and c.name_en for c in categories())
    assert len({c.parent_code for c in categories() if "cables" in c.tags}) >= 3
    assert {c.parent_code or c.code for c in categories() if c.sensitive} == {
        "dispute", "family", "health", "policing",
    }  # fmt: skip
    classes = {
        tag for c in categories() for tag in c.tags if tag.startswith(("event-", "component-"))
    }
    assert classes >= {f"component-0{n}" for n in range(1, 6)} | {
        f"event-0{n}" for n in (1, 2, 3, 4, 6)
    }
    assert classes >= {f"event-05-0{n}" for n in (1, 2, 3, 4, 5, 6, 8)}
    # Facts of one city: burst mains 1, missing cover 2 emergency hours, broken cover 4 working.
    assert known["water.main_burst"].limits["handle"] == Limit(1, "emergency_hours")
    assert known["drainage.manhole_missing"].limits["handle"] == Limit(2, "emergency_hours")
    assert known["drainage.manhole_broken"].limits["handle"] == Limit(4, "working_hours")
    units = {limit.unit for c in categories() for limit in c.limits.values()}
    assert units == {"emergency_hours", "working_hours", "working_days", "calendar_days"}


def test_service_areas_overlap_have_holes_and_leave_room_for_the_rest_of_the_ladder() -> None:
    areas = read_features("service_areas.geojson")
    bodies = {row["code"] for row in read_csv("utilities.csv")}
    assert {facts["utility_code"] for _, facts in areas} <= bodies
    assert any(polygon.interiors for shape, _ in areas for polygon in shape.geoms)
    heating = [shape for shape, facts in areas if facts["utility_code"].startswith("heating")]
    assert heating[0].intersection(heating[1]).area > 0
    whole = outline().area
    water = shapely.union_all(
        [s for s, f in areas if f["utility_code"] in {"water", "rural_water"}]
    )
    assert 0.5 < water.area / whole < 0.99
    handled = {c for row in read_csv("utilities.csv") for c in row["categories"].split("|")}
    assert {c.code for c in categories() if c.parent_code is None} <= handled


def test_places_have_pinyin_and_the_two_stories() -> None:
    places = {row["name"]: row for row in read_csv("places.csv")}
    garden, village = places["盛龙花园"], places["岳旺"]
    assert (garden["name_en"], garden["pinyin"]) == ("Shenglong Garden", "sheng long hua yuan")
    assert garden["grid_code"].startswith("370782001")
    assert village["grid_code"].startswith("370782102")
    assert places["岳旺蔬菜门市"]["kind"] == "market"
    assert {row["kind"] for row in places.values()} >= {"estate", "village", "market", "road"}
    assert all(row["pinyin"].isascii() for row in places.values())


@pytest.fixture(scope="module")
def reports() -> list[dict[str, str]]:
    return read_csv("reports.csv")


def test_archive_counts_what_the_story_says(reports: list[dict[str, str]]) -> None:
    assert len(reports) == 17_258
    assert all(row["accepted_at"] for row in reports)
    settled = [
        r
        for r in reports
        if r["status"] == "closed" and r["outcome"] not in {"withdrawn", "rejected", "duplicate"}
    ]
    assert len(settled) == 17_188
    days = [dt.datetime.fromisoformat(row["received_at"]) for row in reports]
    assert {day.utcoffset() for day in days} == {dt.timedelta(hours=8)}
    assert min(days).date() == dt.date(2022, 1, 1)
    assert max(days).date() == dt.date(2022, 9, 30)
    filed = [dt.datetime.fromisoformat(row["accepted_at"]) for row in reports]
    assert max(filed).date() <= dt.date(2022, 9, 30)
    assert len({row["number"] for row in reports}) == 17_258


def test_steps_follow_each_other(reports: list[dict[str, str]]) -> None:
    names = ("received", "accepted", "dispatched", "returned", "redispatched", "checked_in", "first_handled", "reworked", "handled", "closed")  # fmt: skip
    for row in reports:
        taken = [dt.datetime.fromisoformat(row[f"{n}_at"]) for n in names if row[f"{n}_at"]]
        assert all(a < b for a, b in itertools.pairwise(taken)), row["number"]
        assert (row["status"] == "closed") == bool(row["closed_at"]) == bool(row["outcome"])


def test_seasons_and_weekdays_show(reports: list[dict[str, str]]) -> None:
    month: dict[str, Counter[int]] = defaultdict(Counter)
    weekend = 0
    for row in reports:
        day = dt.datetime.fromisoformat(row["received_at"]).date()
        month[row["category"]][day.month] += 1
        weekend += day.weekday() >= 5
    assert month["heating.not_warm"][1] > 100
    assert not any(month["heating.not_warm"][m] for m in (5, 6, 7, 8, 9))
    assert (
        month["drainage.flooding"][7] + month["drainage.flooding"][8]
        > 3 * month["drainage.flooding"][3]
    )
    assert month["water.low_pressure"][7] > 2 * month["water.low_pressure"][3]
    assert 0.18 < weekend / len(reports) < 0.27


def test_outbreaks_are_in_the_archive_where_and_when_they_are_said_to_be(
    reports: list[dict[str, str]],
) -> None:
    told = {row["code"]: row for row in read_csv("outbreaks.csv")}
    assert len(told) == len(OUTBREAKS) >= 12
    for outbreak in OUTBREAKS:
        own = [row for row in reports if row["outbreak"] == outbreak.code]
        first = dt.datetime.fromisoformat(own[0]["received_at"])
        last = dt.datetime.fromisoformat(own[-1]["received_at"])
        assert len(own) == outbreak.count == int(told[outbreak.code]["count"])
        assert first == outbreak.started_at
        assert last - first <= dt.timedelta(minutes=outbreak.minutes)
        assert {row["category"] for row in own} == {outbreak.category}
        assert len({row["closed_at"] for row in own}) == 1, "one cause, one dispatch"
    shenglong = [row for row in reports if row["outbreak"] == "shenglong"]
    assert {(row["lead"], row["cause"]) for row in shenglong} == {("water", "总阀门损坏")}
    yuewang = [row for row in reports if row["outbreak"] == "yuewang"]
    assert yuewang[0]["source"] == "party_branch"
    assert {row["assisting"] for row in yuewang} == {"power|telecom"}


def test_answers_are_satisfied_to_991_per_mille_and_not_everybody_answers(
    reports: list[dict[str, str]],
) -> None:
    answers = Counter(row["answer"] for row in read_csv("evaluations.csv"))
    assert round(100 * answers["satisfied"] / answers.total(), 1) == 99.1
    assert 0.25 < answers.total() / len(reports) < 0.6


def test_live_reports_stand_everywhere() -> None:
    live = read_csv("live.csv")
    assert len(live) == 80
    assert {row["status"] for row in live} == {
        "received", "accepted", "dispatched", "handling", "handled", "closed",
    }  # fmt: skip
    assert all(0 < float(row["received_minutes_ago"]) <= 48 * 60 for row in live)
    accounts = Counter(row["account"] for row in live)
    assert accounts["staff"] >= 4
    assert accounts["volunteer"] >= 3
    parent = {row["merged_into"] for row in live} - {""}
    assert len(parent) == 1
    assert parent < {row["key"] for row in live}


def test_csv_needs_no_guessing() -> None:
    for name in BUILDERS:
        if name.endswith(".csv"):
            text = read_packed(name).decode("utf-8")
            assert "\r" not in text
            widths = {len(row) for row in csv.reader(io.StringIO(text))}
            assert len(widths) == 1, name


def test_readme_states_the_counts_of_the_files(reports: list[dict[str, str]]) -> None:
    text = (FILES.parent / "README.md").read_text(encoding="utf-8")
    answers = len(read_csv("evaluations.csv"))
    assert f"| {len(reports):,}, {answers:,} |" in text
    assert f"99.1 % of {answers:,} answers" in text
    depots, areas = len(read_csv("depots.csv")), len(read_features("service_areas.geojson"))
    assert f"| {len(read_csv('utilities.csv'))}, {depots}, {areas} |" in text
    assert f"| `places.csv` | {len(read_csv('places.csv')):,} |" in text
    assert f"| `outbreaks.csv` | {len(OUTBREAKS)} |" in text
