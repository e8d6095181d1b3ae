"""People, bodies and categories from files: all or nothing, named by row and field."""

import datetime as dt
from pathlib import Path

from data.importers.categories import import_categories
from data.importers.grids import GridOptions, import_grids
from data.importers.places import import_places
from data.importers.staff import import_staff
from data.importers.utilities import import_utilities
from gis.registry import Staff, Tally, upsert_staff
from tests.support.importing import contents, reasons, run_of, write_csv


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


def test_what_a_file_has_no_column_for_stays_as_the_county_has_it(city_of_templates, tmp_path):
    """A list of names makes nothing public, and a list of depots takes nobody's work away."""
    db = city_of_templates
    with db.transaction() as tx:
        tx.rows(
            "UPDATE category SET sensitive = true, level = 'municipal', tags = '{pipes}',"
            " keywords = '{水}' WHERE code = 'gongshui'"
        )
        handled = tx.rows("SELECT * FROM utility_category ORDER BY 1, 2, 3")
    assert "shuiwu" in {row["utility_code"] for row in handled}
    names = write_csv(tmp_path / "names.csv", ["类别编码", "类别名称"], ["gongshui", "供水事项"])
    assert import_categories(run_of(db, names)).tally == Tally(0, 1, 0)
    depots = write_csv(
        tmp_path / "depots.csv",
        ["单位编码", "单位名称", "站点编码", "经度", "纬度"],
        ["shuiwu", "示例供水公司", "north", "119.41", "35.99"],
    )
    assert import_utilities(run_of(db, depots)).tally == Tally(0, 1, 0)
    with db.read() as tx:
        (row,) = tx.rows("SELECT * FROM category WHERE code = 'gongshui'")
        assert tx.rows("SELECT * FROM utility_category ORDER BY 1, 2, 3") == handled
    assert (row["name"], row["sensitive"], row["level"]) == ("供水事项", True, "municipal")
    assert (row["tags"], row["keywords"]) == (["pipes"], ["水"])
    # An empty cell of a column that is there says no.
    plain = write_csv(
        tmp_path / "plain.csv", ["类别编码", "类别名称", "是否敏感"], ["gongshui", "供水事项", ""]
    )
    import_categories(run_of(db, plain))
    with db.read() as tx:
        assert not tx.scalar("SELECT sensitive FROM category WHERE code = 'gongshui'")


def test_a_list_of_people_or_places_takes_nothing_away(city_of_templates, tmp_path):
    db = city_of_templates
    with db.transaction() as tx:
        tx.rows("UPDATE place SET address = '和平街1号', pinyin = 'bie ming', kind = 'market'")
        (grid,) = tx.rows("SELECT code, community_code FROM grid ORDER BY code LIMIT 1")
        upsert_staff(tx, "370783", [
            Staff("W1", "王一", "leader", grid["code"], telephone="13800001111",
                  valid_from=dt.date(2021, 3, 1), valid_to=dt.date(2030, 1, 1), on_duty=True),
        ])  # fmt: skip
        people = tx.rows("SELECT * FROM grid_staff WHERE code = 'W1'")
        place = tx.rows("SELECT * FROM place ORDER BY code LIMIT 1")
        (at,) = tx.rows(
            "SELECT code, name, ST_X(location) AS lon, ST_Y(location) AS lat FROM place"
            " ORDER BY code LIMIT 1"
        )
    names = write_csv(tmp_path / "staff.csv", ["人员编码", "姓名"], ["W1", "王一"], ["W2", "李二"])
    assert import_staff(run_of(db, names)).tally == Tally(1, 0, 1)
    places = write_csv(
        tmp_path / "places.csv", ["地名编码", "名称", "经度", "纬度"], [str(v) for v in at.values()]
    )
    assert import_places(run_of(db, places)).tally == Tally(0, 0, 1)
    with db.read() as tx:
        assert tx.rows("SELECT * FROM grid_staff WHERE code = 'W1'") == people
        assert tx.rows("SELECT * FROM place ORDER BY code LIMIT 1") == place


def test_the_sample_citys_own_files_are_importable(owner, tmp_path):
    files = Path(import_staff.__code__.co_filename).parents[1] / "zhucheng" / "files"
    assert import_categories(run_of(owner, files / "categories.csv.gz")).tally.created == 121
    dry = import_grids(run_of(owner, files / "grids.geojson.gz", dry_run=True), GridOptions())
    # Their codes begin with another county's: every row says so.
    assert dry.outcome.problems[0].reason == "'370782001' is not 9 digits that begin with 370783"
