"""Files of every kind into a real database: twice, dry, broken, and in a county of their own."""

import csv
import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from data.importers.categories import import_categories
from data.importers.grids import GridOptions, import_grids
from data.importers.places import import_places
from data.importers.reports import ReportOptions, import_reports
from data.importers.run import ImportRun, Outcome
from data.importers.service_areas import AreaOptions, import_service_areas
from data.importers.staff import import_staff
from data.importers.utilities import import_utilities
from data.templates import write_template
from gis.boundaries import activate_layout
from gis.datum import from_wgs84, parse_crs
from gis.db.database import Database
from gis.errors import Conflict, InvalidInput, NotFound
from gis.registry import County, Tally, add_county
from tests.support import databases

COUNTY = "370783"
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
# Everything an import writes, to see that a dry run and a repetition write nothing.
TABLES = (
    "town", "community", "grid_layout", "grid", "grid_staff", "category", "time_limit", "utility",
    "utility_category", "depot", "service_area_version", "service_area", "place", "report",
    "report_event", "rollup_grid_day", "rollup_cell_month", "outbox", "number_block",
)  # fmt: skip


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    database = Database(database_url, role=None, pool_size=4)
    with database.transaction() as tx:
        add_county(tx, County(COUNTY, "寿光市", "Shouguang"), now=NOW)
    yield database
    database.close()


def contents(db: Database) -> dict[str, str]:
    """Return a fingerprint of every table that imports write."""
    with db.read() as tx:
        return {
            table: tx.scalar(
                f"SELECT coalesce(md5(string_agg(t::text, ';' ORDER BY t::text)), '') FROM {table} AS t"
            )
            for table in TABLES
        }


def run_of(db: Database, path: Path, **changes) -> ImportRun:
    return ImportRun(db=db, county_code=COUNTY, path=path, now=NOW, **changes)


def grids_of(run: ImportRun) -> Outcome:
    return import_grids(run, GridOptions(layout="2026")).outcome


def areas_of(run: ImportRun) -> Outcome:
    return import_service_areas(run, AreaOptions(activate=True)).outcome


def reports_of(run: ImportRun) -> Outcome:
    return import_reports(run, ReportOptions())


IMPORTERS = {
    "categories": import_categories,
    "utilities": import_utilities,
    "grids": grids_of,
    "staff": import_staff,
    "places": import_places,
    "service-areas": areas_of,
    "reports": reports_of,
}


def activate(db: Database, name: str = "2026") -> None:
    with db.transaction(county_code=COUNTY) as tx:
        activate_layout(tx, COUNTY, name, now=NOW, today=NOW.date())


def import_template(db: Database, folder: Path, kind: str, **changes) -> Outcome:
    path = folder / f"{kind}.xlsx"
    write_template(kind, path, county_code=COUNTY)
    return IMPORTERS[kind](run_of(db, path, **changes))


@pytest.fixture(scope="session")
def template_of_templates(cluster, migrated_template, tmp_path_factory) -> str:
    """Return a template database into which every template but the reports' was imported."""

    def fill(url: str) -> None:
        folder = tmp_path_factory.mktemp("templates")
        with closing(Database(url, role=None, pool_size=2)) as db:
            with db.transaction() as tx:
                add_county(tx, County(COUNTY, "寿光市", "Shouguang"), now=NOW)
            for kind in IMPORTERS:
                if kind != "reports":
                    assert import_template(db, folder, kind).refused is None
                if kind == "grids":
                    activate(db)

    return databases.template(cluster, "template_templates", fill, base=migrated_template)


@pytest.fixture
def city_of_templates(cluster, template_of_templates) -> Iterator[Database]:
    """Return a county of its own into which every template but the reports' was imported."""
    with (
        databases.clone(cluster, template_of_templates) as url,
        closing(Database(url, role=None, pool_size=4)) as db,
    ):
        yield db


def test_every_template_is_imported_once_and_dry_runs_write_nothing(owner, tmp_path):
    for kind in IMPORTERS:
        before = contents(owner)
        dry = import_template(owner, tmp_path, kind, dry_run=True)
        assert contents(owner) == before
        first = import_template(owner, tmp_path, kind)
        assert (first.refused, first.problems, first.rejected) == (None, (), 0)
        assert first.tally.created > 0
        assert (dry.rows, dry.tally, dry.problems) == (first.rows, first.tally, first.problems)
        written = contents(owner)
        assert written != before
        again = import_template(owner, tmp_path, kind)
        assert contents(owner) == written
        assert again.tally == Tally(0, 0, first.tally.created)
        if kind == "grids":
            activate(owner)


def test_the_example_reports_are_matched(city_of_templates, tmp_path):
    import_template(city_of_templates, tmp_path, "reports")
    with city_of_templates.read(county_code=COUNTY) as tx:
        rows = tx.rows(
            "SELECT source_number, source, category_code, grid_code, utility_code, utility_method,"
            " status, received_on, received_at, urgent FROM report ORDER BY source_number"
        )
    assert [row["grid_code"] for row in rows] == ["370783001001001", "370783001001002"]
    assert [row["category_code"] for row in rows] == ["gongshui.shuiya", "gongshui"]
    assert [row["utility_code"] for row in rows] == ["shuiwu", "shuiwu"]
    assert [row["source"] for row in rows] == ["grid_staff", "hotline_12345"]
    assert [row["status"] for row in rows] == ["closed", "received"]
    assert rows[0]["received_on"] == dt.date(2022, 5, 1)
    assert rows[0]["received_at"] == dt.datetime(2022, 5, 1, 0, 30, tzinfo=dt.UTC)


def test_an_unknown_county_says_how_to_add_it(owner, tmp_path):
    run = ImportRun(owner, "999999", tmp_path / "x.csv", NOW)
    with pytest.raises(NotFound, match="gridcall county add 999999 NAME"):
        import_staff(run)


# --- grids ----------------------------------------------------------------------------------------


def squares(count: int = 3, **moved: float) -> geopandas.GeoDataFrame:
    """Return grids side by side; ``moved`` maps g<i> to degrees its eastern side is moved."""
    shapes = [
        shapely.box(119 + i / 8, 36, 119 + (i + 1) / 8 + moved.get(f"g{i}", 0.0), 36.125)
        for i in range(count)
    ]
    codes = [f"37078300100100{i + 1}" for i in range(count)]
    return geopandas.GeoDataFrame(
        {"网格编码": codes, "网格名称": [f"网格{i}" for i in range(count)]},
        geometry=shapes,
        crs=4326,
    )


def write(frame: geopandas.GeoDataFrame, path: Path) -> Path:
    frame.to_file(path, engine="pyogrio")
    return path


def stored_boundaries(db: Database) -> np.ndarray:
    with db.read() as tx:
        rows = tx.rows("SELECT ST_AsBinary(boundary) AS shape FROM grid ORDER BY layout_id, code")
    return shapely.from_wkb([bytes(row["shape"]) for row in rows])


@pytest.mark.parametrize("name", ["EPSG:4549", "EPSG:4490", "EPSG:3857"])
def test_boundaries_in_their_own_system_tile_the_ground_they_did(owner, tmp_path, name):
    path = write(squares().to_crs(name), tmp_path / "grids.gpkg")
    outcome = grids_of(run_of(owner, path))
    assert outcome.refused is None
    assert outcome.listed == ()
    stored = stored_boundaries(owner)
    assert shapely.coverage_is_valid(shapely.get_geometry(stored, 0))
    assert max(map(shapely.hausdorff_distance, stored, squares().geometry)) < 2e-9


def test_boundaries_stated_to_be_gcj02_are_moved(owner, tmp_path):
    crs = parse_crs("GCJ-02")
    frame = squares()
    frame["geometry"] = shapely.transform(
        frame.geometry.to_numpy(), lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], crs))
    )
    grids_of(run_of(owner, write(frame, tmp_path / "grids.gpkg"), crs="gcj02"))
    assert max(map(shapely.hausdorff_distance, stored_boundaries(owner), squares().geometry)) < 2e-9


def test_towns_and_communities_come_from_codes_and_columns(owner, tmp_path):
    frame = squares(2)
    frame["所属镇街"] = ["圣城街道", "圣城街道"]
    grids_of(run_of(owner, write(frame, tmp_path / "grids.geojson")))
    with owner.read() as tx:
        towns = tx.rows("SELECT code, name, name_en, kind FROM town")
        communities = tx.rows("SELECT code, name, town_code FROM community")
    assert towns == [
        {"code": "370783001", "name": "圣城街道", "name_en": "Shengcheng", "kind": "subdistrict"}
    ]
    assert communities == [
        {"code": "370783001001", "name": "370783001001", "town_code": "370783001"}
    ]


def test_overlaps_and_gaps_are_listed_and_refused_until_allowed(owner, tmp_path):
    path = write(squares(g0=0.001, g1=-0.0001), tmp_path / "grids.gpkg")
    before = contents(owner)
    found = import_grids(run_of(owner, path), GridOptions())
    assert found.layout is None
    assert "--allow-overlaps" in found.outcome.refused
    overlap, gap = found.outcome.listed
    assert overlap.startswith("overlap of ")
    assert overlap.endswith("of 370783001001001 and 370783001001002")
    assert gap.startswith("gap of ")
    assert gap.endswith("between 370783001001002, 370783001001003")
    assert contents(owner) == before
    tolerant = import_grids(run_of(owner, path, dry_run=True), GridOptions(tolerance_m2=1e8))
    assert tolerant.outcome.refused is None
    allowed = import_grids(run_of(owner, path), GridOptions(allow_overlaps=True))
    assert allowed.outcome.listed == found.outcome.listed
    assert allowed.outcome.tally.created == 3


def test_crossed_rings_are_refused_and_with_repair_mended_and_listed(owner, tmp_path):
    frame = squares(2)
    bow = shapely.Polygon([(119, 36), (119.125, 36.125), (119.125, 36), (119, 36.125)])
    frame["geometry"] = [bow, frame.geometry[1]]
    path = write(frame, tmp_path / "grids.gpkg")
    refused = import_grids(run_of(owner, path), GridOptions(allow_overlaps=True)).outcome
    assert [(p.row, "--repair" in p.reason) for p in refused.problems] == [(1, True)]
    mended = import_grids(
        run_of(owner, path), GridOptions(repair=True, allow_overlaps=True)
    ).outcome
    assert mended.refused is None
    assert mended.listed[0].startswith("repaired 370783001001001: Self-intersection")
    assert shapely.is_valid(stored_boundaries(owner)).all()


def test_duplicate_and_missing_codes_refuse_the_file(owner, tmp_path):
    frame = squares(3)
    frame["网格编码"] = ["370783001001001", "370783001001001", ""]
    outcome = grids_of(run_of(owner, write(frame, tmp_path / "grids.gpkg")))
    assert outcome.refused == "2 of its rows cannot be used: nothing was written"
    assert [(p.row, p.field, p.reason) for p in outcome.problems] == [
        (2, "网格编码", "370783001001001 stands in row 1 too"),
        (3, "网格编码", "is missing"),
    ]
    assert len(stored_boundaries(owner)) == 0


def test_the_code_column_can_be_chosen(owner, tmp_path):
    frame = squares(1).rename(columns={"网格编码": "WGBM", "网格名称": "WGMC"})
    path = write(frame, tmp_path / "grids.gpkg")
    with pytest.raises(
        InvalidInput, match=r"no column 网格编码; it has WGBM, WGMC.*template grids"
    ):
        grids_of(run_of(owner, path))
    import_grids(run_of(owner, path), GridOptions(code_field="WGBM", name_field="WGMC"))
    with owner.read() as tx:
        assert tx.rows("SELECT code, name FROM grid") == [
            {"code": "370783001001001", "name": "网格0"}
        ]


def test_a_layout_is_named_after_its_file_and_never_overwritten(owner, tmp_path):
    path = write(squares(), tmp_path / "grids_2026.geojson")
    first = import_grids(run_of(owner, path), GridOptions())
    assert first.layout.name == "grids_2026"
    again = import_grids(run_of(owner, path), GridOptions(layout="another"))
    assert again.layout.id == first.layout.id
    assert again.outcome.notes[-1] == "the same boundaries are there already as layout grids_2026"
    path.unlink()
    write(squares(2), path)
    with pytest.raises(Conflict, match="choose another name"):
        import_grids(run_of(owner, path), GridOptions())


def test_a_shapefile_without_prj_is_refused_until_its_system_is_named(owner, tmp_path):
    frame = squares().rename(columns={"网格编码": "code", "网格名称": "name"}).to_crs(4549)
    path = write(frame, tmp_path / "grids.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(InvalidInput, match="--crs EPSG:4549"):
        grids_of(run_of(owner, path))
    with pytest.raises(InvalidInput, match="they look like metres of EPSG:45"):
        grids_of(run_of(owner, path, crs="WGS84"))
    assert grids_of(run_of(owner, path, crs="EPSG:4549")).tally.created == 3


# --- people and bodies ----------------------------------------------------------------------------


def write_csv(path: Path, *rows: list[object]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def reasons(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.field, problem.reason) for problem in outcome.problems]


def test_staff_rows_name_what_is_wrong_and_nothing_is_written(city_of_templates, tmp_path):
    path = write_csv(
        tmp_path / "staff.csv",
        ["姓名", "角色", "网格编码", "任职日期", "是否在岗"],
        ["王", "网格员", "370783001001001", "2022-01-01", "是"],
        ["", "网格员", "370783001001001", "", ""],
        ["李", "国王", "37078300100100", "soon", "maybe"],
    )
    before = contents(city_of_templates)
    outcome = import_staff(run_of(city_of_templates, path))
    assert reasons(outcome)[0] == (3, "姓名", "is missing")
    assert [field for row, field, _ in reasons(outcome) if row == 4] == [
        "角色", "网格编码", "任职日期", "是否在岗"
    ]  # fmt: skip
    assert "did you mean 37078300100100" in reasons(outcome)[2][2]
    assert contents(city_of_templates) == before


def test_staff_without_codes_stay_the_same_people(city_of_templates, tmp_path):
    path = write_csv(
        tmp_path / "staff.csv",
        ["姓名", "网格编码"],
        ["王", "370783001001001"],
        ["李", "370783001001002"],
    )
    assert import_staff(run_of(city_of_templates, path)).tally == Tally(2, 0, 0)
    assert import_staff(run_of(city_of_templates, path)).tally == Tally(0, 0, 2)
    with city_of_templates.read() as tx:
        towns = tx.rows(
            "SELECT DISTINCT town_code, community_code FROM grid_staff WHERE code LIKE 'S-%%'", ()
        )
    assert towns == [{"town_code": "370783001", "community_code": "370783001001"}]


def test_utilities_with_unknown_categories_or_contradictions_are_refused(
    city_of_templates, tmp_path
):
    path = write_csv(
        tmp_path / "utilities.csv",
        ["单位编码", "单位名称", "事项类别", "站点编码", "经度", "纬度"],
        ["heat", "热力公司", "供暖", "", "", ""],
        ["gas", "燃气公司", "供水", "1", "119.4", "36.0"],
        ["gas", "天然气公司", "", "1", "119.5", "36.0"],
        ["bus", "公交公司", "", "9", "", ""],
    )
    found = reasons(import_utilities(run_of(city_of_templates, path)))
    assert found == [
        (2, "事项类别", "there is no category 供暖"),
        (3, "站点编码", "gas has two depots 1"),
        (4, "站点编码", "gas has two depots 1"),
        (4, "单位编码", "says something else about gas than its first row"),
        (5, "经度", "the depot's position is missing"),
    ]


def test_categories_check_levels_and_limits(owner, tmp_path):
    path = write_csv(
        tmp_path / "categories.csv",
        ["类别编码", "类别名称", "处置时限", "上级编码"],
        ["a", "甲", "4工作时", ""],
        ["a.b", "乙", "soon", ""],
        ["a.b.c", "丙", "", ""],
        ["x.y", "丁", "0工作日", "x"],
    )
    found = reasons(import_categories(run_of(owner, path)))
    assert [(row, field) for row, field, _ in found] == [
        (3, "处置时限"), (4, "上级编码"), (5, "上级编码"), (5, "处置时限"),
    ]  # fmt: skip


def test_the_sample_citys_own_files_are_importable(owner, tmp_path):
    files = Path(import_staff.__code__.co_filename).parents[1] / "zhucheng" / "files"
    assert import_categories(run_of(owner, files / "categories.csv.gz")).tally.created == 121
    dry = import_grids(run_of(owner, files / "grids.geojson.gz", dry_run=True), GridOptions())
    # Their codes begin with another county's: every row says so.
    assert dry.outcome.problems[0].reason == "'370782001' is not 9 digits that begin with 370783"


# --- reports --------------------------------------------------------------------------------------

HEAD = ["编号", "事项类别", "问题描述", "经度", "纬度", "上报时间"]


def rejected(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))


def report_count(db: Database) -> int:
    with db.read(county_code=COUNTY) as tx:
        return tx.scalar("SELECT count(*) FROM report")


def test_good_rows_go_in_and_bad_rows_go_to_a_file_that_can_be_mended(city_of_templates, tmp_path):
    db = city_of_templates
    path = write_csv(
        tmp_path / "calls.csv",
        HEAD,
        ["1", "供水", "停水", "119.405", "35.995", "2022-05-01 08:30"],
        ["2", "供冰", "停水", "119.405", "35.995", "2022-05-01 08:30"],
        ["3", "供水", "停水", "", "35.995", "2022-05-01 08:30"],
        ["4", "供水", "停水", "0", "0", "2022-05-01 08:30"],
        ["5", "供水", "停水", "119.405", "35.995", "yesterday"],
        ["6", "", "", "119.405", "35.995", "2022-05-01 08:30"],
        ["7", "供水", "停水, 一天", "119.425", "35.995", "2022-05-01 08:30", "extra", ""],
        ["8", "供水", "停水", "119.425", "35.995", "２０２２年５月１日 8:30"],
    )
    before = contents(db)
    dry = reports_of(run_of(db, path, dry_run=True))
    assert contents(db) == before
    assert dry.rejects is None
    outcome = reports_of(run_of(db, path))
    assert (outcome.rows, outcome.tally, outcome.rejected) == (8, Tally(2, 0, 0), 6)
    assert (dry.tally, dry.problems) == (outcome.tally, outcome.problems)
    assert [row for row, _, _ in reasons(outcome)] == [3, 4, 5, 6, 7, 8]
    lines = rejected(outcome.rejects)
    assert lines[0] == ["row", "field", "reason", *HEAD]
    assert lines[1] == [
        "3",
        "事项类别",
        "there is no category 供冰; --create-categories adds it",
        "2",
        "供冰",
        "停水",
        "119.405",
        "35.995",
        "2022-05-01 08:30",
    ]
    assert lines[6][:2] == ["8", ""]
    mended = [
        line if line[1] != "事项类别" else [*line[:4], "供水", *line[5:]] for line in lines[:2]
    ]
    again = reports_of(run_of(db, write_csv(tmp_path / "mended.csv", *mended)))
    assert again.tally == Tally(1, 0, 0)
    assert reports_of(run_of(db, path)).tally == Tally(0, 0, 2)
    assert report_count(db) == 3


def test_unknown_categories_are_created_when_asked_for(city_of_templates, tmp_path):
    db = city_of_templates
    path = write_csv(
        tmp_path / "calls.csv",
        HEAD,
        ["1", "占道经营", "a", "119.405", "35.995", "2022-05-01"],
        ["2", "roads.pothole", "b", "119.405", "35.995", "2022-05-01"],
        ["3", "占道经营", "c", "119.405", "35.995", "2022-05-01"],
    )
    options = ReportOptions(create_categories=True)
    before = contents(db)
    dry = import_reports(run_of(db, path, dry_run=True), options)
    assert contents(db) == before
    outcome = import_reports(run_of(db, path), options)
    assert outcome.tally == dry.tally == Tally(3, 0, 0)
    assert outcome.notes[-1] == "categories added: roads.pothole, 占道经营"
    with db.read() as tx:
        codes = tx.rows(
            "SELECT code, name FROM category WHERE code NOT LIKE 'gongshui%%' ORDER BY code", ()
        )
    assert codes == [
        {"code": "roads.pothole", "name": "roads.pothole"},
        {"code": "zhandaojingying", "name": "占道经营"},
    ]


def test_rows_without_numbers_are_told_apart_by_what_they_say(city_of_templates, tmp_path):
    rows = [
        ["停水", "119.405", "35.995"],
        ["停水", "119.405", "35.995"],
        ["停水", "119.406", "35.995"],
    ]
    path = write_csv(tmp_path / "calls.csv", HEAD[2:5], *rows)
    outcome = reports_of(run_of(city_of_templates, path))
    assert outcome.tally == Tally(3, 0, 0)
    assert "rows are told apart by all they say" in outcome.notes[-1]
    assert reports_of(run_of(city_of_templates, path)).tally == Tally(0, 0, 3)
    more = write_csv(tmp_path / "more.csv", HEAD[2:5], rows[0], *rows)
    assert reports_of(run_of(city_of_templates, more)).tally == Tally(1, 0, 3)


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09", "EPSG:4549"])
def test_positions_of_other_systems_land_where_they_belong(city_of_templates, tmp_path, name):
    x, y = from_wgs84(np.array([119.4149, 119.4151]), np.array([36.0, 36.0]), parse_crs(name))
    rows = [
        [str(i), "供水", "停水", repr(float(x[i])), repr(float(y[i])), "2022-05-01"]
        for i in range(2)
    ]
    path = write_csv(tmp_path / "calls.csv", HEAD, *rows)
    reports_of(run_of(city_of_templates, path, crs=name))
    with city_of_templates.read(county_code=COUNTY) as tx:
        found = tx.rows(
            "SELECT grid_code, crs, ST_X(location) AS lon FROM report ORDER BY source_number"
        )
    assert [row["grid_code"][-1] for row in found] == ["1", "2"]
    assert found[0]["lon"] == pytest.approx(119.4149, abs=1e-9)
    assert found[0]["crs"] == name


def test_a_file_in_metres_is_refused_with_the_likely_system(city_of_templates, tmp_path):
    x, y = from_wgs84(np.array([119.41]), np.array([36.0]), parse_crs("EPSG:4549"))
    path = write_csv(
        tmp_path / "calls.csv", HEAD, ["1", "供水", "停水", float(x[0]), float(y[0]), "2022-05-01"]
    )
    with pytest.raises(
        InvalidInput, match=r"row 2: .* outside the range of WGS84; .* --crs EPSG:4549"
    ):
        reports_of(run_of(city_of_templates, path))
    assert report_count(city_of_templates) == 0


def test_positions_far_from_the_county_are_noted(city_of_templates, tmp_path):
    path = write_csv(
        tmp_path / "calls.csv", HEAD, ["1", "供水", "停水", "35.9", "19.4", "2022-05-01"]
    )
    outcome = reports_of(run_of(city_of_templates, path))
    assert "100 % of the positions lie far outside the county" in outcome.notes[-1]


@pytest.mark.parametrize(
    "ending", [".xlsx", ".geojson", ".gpkg", ".shp", ".fgb", ".parquet", ".csv.gz"]
)
def test_the_same_reports_in_any_format_are_the_same_reports(city_of_templates, tmp_path, ending):
    db = city_of_templates
    plain = pd.DataFrame(
        {
            "id": ["1", "2"],
            "category": ["供水", "水压低"],
            "text": ["停水", "水小"],
            "time": ["2022-05-01 08:30", "2022-05-02 09:00"],
        }
    )
    lon, lat = [119.405, 119.425], [35.995, 36.005]
    path = tmp_path / f"calls{ending}"
    if ending in {".xlsx", ".csv.gz"}:
        table = plain.assign(lon=lon, lat=lat)
        table.to_excel(path, index=False) if ending == ".xlsx" else table.to_csv(path, index=False)
    else:
        frame = geopandas.GeoDataFrame(plain, geometry=geopandas.points_from_xy(lon, lat), crs=4326)
        frame.to_parquet(path) if ending == ".parquet" else frame.to_file(path, engine="pyogrio")
    assert reports_of(run_of(db, path)).tally == Tally(2, 0, 0)
    csv_path = tmp_path / "same.csv"
    plain.assign(lon=lon, lat=lat).to_csv(csv_path, index=False)
    assert reports_of(run_of(db, csv_path)).tally == Tally(0, 0, 2)
    with db.read(county_code=COUNTY) as tx:
        rows = tx.rows("SELECT received_at, grid_code FROM report ORDER BY source_number")
    assert rows[0]["received_at"] == dt.datetime(2022, 5, 1, 0, 30, tzinfo=dt.UTC)
    assert [row["grid_code"][-1] for row in rows] == ["1", "2"]


def test_progress_is_told(city_of_templates, tmp_path):
    path = write_csv(
        tmp_path / "calls.csv",
        HEAD,
        *[[i, "供水", "停水", "119.405", "35.995", "2022-05-01"] for i in range(7)],
    )
    told = []
    import_reports(
        run_of(city_of_templates, path),
        ReportOptions(),
        lambda done, total: told.append((done, total)),
    )
    assert told == [(7, 7)]
