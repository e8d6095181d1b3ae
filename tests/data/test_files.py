"""Every file format, written by the usual tools and read back."""

import codecs
import csv
import gzip
import json
import zipfile
from datetime import datetime
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from data.archives import unpack
from data.files import SUFFIXES, open_table
from data.headings import map_headings
from data.tables import Chunk, Table
from gis.datum import WGS84
from gis.errors import InvalidInput

HEADINGS = ["网格编码", "网格名称", "人口"]
RECORDS = [
    ["370782001001001", "密州街道第一网格", 1203],
    ["370782001001002", "卧龙社区，第二网格", 0],
    ["370782100001001", 'Zhigou "West" grid', 87],
]
POLYGONS = [shapely.box(*map(float, (119 + i, 35, 120 + i, 36))) for i in range(3)]


def as_text(values) -> list[str]:
    return [str(value) for value in values]


def read(path: Path, **options) -> tuple[Table, Chunk]:
    with open_table(path, "grids", **options) as table:
        return table, table.whole()


def assert_same_records(chunk: Chunk) -> None:
    for i, heading in enumerate(HEADINGS):
        assert as_text(chunk.frame[heading]) == as_text(record[i] for record in RECORDS)


def write_csv(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows([HEADINGS, *RECORDS])
    return path


def grid_frame(crs: str | None = "EPSG:4326") -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        pd.DataFrame(RECORDS, columns=HEADINGS), geometry=POLYGONS, crs=crs
    )


def write_vector(folder: Path, ending: str, crs: str | None = "EPSG:4326", **options) -> Path:
    path = folder / f"grids{ending}"
    frame = grid_frame(crs)
    if ending.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path, engine="pyogrio", **options)
    return path


def write_shapefile(folder: Path, encoding: str = "UTF-8", crs: str | None = "EPSG:4326") -> Path:
    names = dict(zip(HEADINGS, ["CODE", "NAME", "POP"], strict=True))
    path = folder / "grids.shp"
    grid_frame(crs).rename(columns=names).to_file(path, engine="pyogrio", encoding=encoding)
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimited_text_round_trips_in_every_encoding(tmp_path, encoding, delimiter):
    table, chunk = read(write_csv(tmp_path / "grids.csv", encoding, delimiter))
    assert table.columns == tuple(HEADINGS)
    assert_same_records(chunk)
    assert chunk.rows.tolist() == [2, 3, 4]
    stated = any("read as" in note for note in table.notes)
    assert stated == (encoding in {"gb18030", "utf-16"})


def test_lists_inside_cells_do_not_decide_the_delimiter(tmp_path):
    path = tmp_path / "grids.csv"
    path.write_text("code,name\n1,a|b|c|d|e|f\n", encoding="utf-8")
    assert read(path)[0].columns == ("code", "name")


def test_gb18030_is_stated_by_name(tmp_path):
    table, _ = read(write_csv(tmp_path / "grids.csv", "gb18030"))
    assert table.notes == ("read as GB18030",)


def test_text_in_no_known_encoding_names_the_line(tmp_path):
    path = tmp_path / "grids.csv"
    path.write_bytes("网格编码,名称\n1,好\n".encode() + b"2,\xff\xff\n")
    with pytest.raises(InvalidInput, match=r"line 3.*UTF-8"):
        read(path)


def test_a_late_gb18030_character_is_found(tmp_path):
    path = tmp_path / "grids.csv"
    path.write_bytes(b"code,name\n" + b"1,plain\n" * 300_000 + "2,网格\n".encode("gb18030"))
    table, chunk = read(path)
    assert table.notes == ("read as GB18030",)
    assert chunk.frame["name"].iloc[-1] == "网格"


def test_xlsx_round_trips_with_its_types(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append([*HEADINGS, "上报时间"])
    for record in RECORDS:
        sheet.append([*record, datetime(2022, 5, 1, 8, 30)])  # noqa: DTZ001 - Excel knows no zone
    workbook.save(tmp_path / "grids.xlsx")
    table, chunk = read(tmp_path / "grids.xlsx")
    assert_same_records(chunk)
    assert table.approximate_rows == 3
    assert chunk.frame["上报时间"][0] == datetime(2022, 5, 1, 8, 30)  # noqa: DTZ001


def test_the_sheet_with_known_headings_is_taken_and_stated(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["说明"])
    sheet = workbook.create_sheet("网格")
    sheet.append(["诸城市网格一览表"])
    sheet.append([])
    sheet.append(HEADINGS)
    for record in RECORDS:
        sheet.append(record)
    workbook.save(tmp_path / "grids.xlsx")
    table, chunk = read(tmp_path / "grids.xlsx")
    assert_same_records(chunk)
    assert chunk.rows.tolist() == [4, 5, 6]
    assert table.notes == ("sheet '网格' of 2", "headings in row 3")
    with pytest.raises(InvalidInput, match="has no sheet 'x'"):
        read(tmp_path / "grids.xlsx", layer="x")


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".fgb", ".parquet", ".geoparquet"])
def test_vector_formats_round_trip(tmp_path, ending):
    table, chunk = read(write_vector(tmp_path, ending))
    order = np.argsort([str(code) for code in chunk.frame["网格编码"]])
    assert table.crs == WGS84
    assert table.approximate_rows == 3
    assert all(chunk.geometry[order[i]].equals(POLYGONS[i]) for i in range(3))
    assert_same_records(Chunk(chunk.frame.iloc[order], chunk.rows))


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_shapefiles_round_trip_with_and_without_cpg(tmp_path, encoding):
    path = write_shapefile(tmp_path, encoding)
    for _ in ("with", "without"):
        table, chunk = read(path)
        assert as_text(chunk.frame["NAME"]) == [record[1] for record in RECORDS]
        assert ("read as GB18030" in table.notes) == (encoding == "GBK")
        assert table.crs == WGS84
        path.with_suffix(".cpg").unlink(missing_ok=True)


def test_a_shapefile_whose_cpg_lies_is_read_by_its_bytes(tmp_path):
    path = write_shapefile(tmp_path, "GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    assert as_text(read(path)[1].frame["NAME"]) == [record[1] for record in RECORDS]


def test_a_shapefile_heading_cut_within_a_character_is_still_that_field(tmp_path):
    path = write_shapefile(tmp_path)
    dbf = path.with_suffix(".dbf")
    # 网格编码 is 12 bytes in UTF-8, a field's name at most 10: three characters and a byte.
    dbf.write_bytes(dbf.read_bytes().replace(b"CODE\0\0\0\0\0\0", "网格编码".encode()[:10]))
    table, chunk = read(path)
    assert table.columns[0] == "网格编"
    assert dict(map_headings("grids", table.columns).columns)["code"] == "网格编"
    assert as_text(chunk.frame["网格编"]) == [record[0] for record in RECORDS]


def test_a_shapefile_value_cut_within_a_character_loses_only_that(tmp_path):
    path = write_shapefile(tmp_path)
    dbf = path.with_suffix(".dbf")
    whole, cut = "卧龙社区，第二网格".encode(), "卧龙社区，第二网格".encode()[:-1] + b" "
    dbf.write_bytes(dbf.read_bytes().replace(whole, cut))
    assert read(path)[1].frame["NAME"][1] == "卧龙社区，第二网"


def test_a_shapefile_without_prj_says_no_system(tmp_path):
    path = write_shapefile(tmp_path)
    path.with_suffix(".prj").unlink()
    assert read(path)[0].crs is None


@pytest.mark.parametrize("missing", [".shx", ".dbf"])
def test_a_shapefile_with_a_part_missing_names_it(tmp_path, missing):
    path = write_shapefile(tmp_path)
    path.with_suffix(missing).unlink()
    with pytest.raises(InvalidInput, match=f"grids{missing} is missing"):
        read(path)


def test_the_files_own_system_is_kept(tmp_path):
    paths = [write_vector(tmp_path, e, "EPSG:4549") for e in (".gpkg", ".fgb", ".parquet")]
    for path in [*paths, write_shapefile(tmp_path, crs="EPSG:4549")]:
        assert read(path)[0].crs.name == "EPSG:4549"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_geojson_in_other_encodings_is_read(tmp_path, encoding):
    path = write_vector(tmp_path, ".geojson")
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    _, chunk = read(path)
    assert_same_records(chunk)


def test_the_layer_with_known_fields_is_taken_and_stated(tmp_path):
    path = tmp_path / "city.gpkg"
    roads = geopandas.GeoDataFrame({"lanes": [2]}, geometry=[POLYGONS[0]], crs=4326)
    roads.to_file(path, layer="roads", engine="pyogrio")
    grid_frame().to_file(path, layer="grids", engine="pyogrio")
    table, chunk = read(path)
    assert table.notes == ("layer 'grids' of 2",)
    assert_same_records(chunk)
    assert read(path, layer="roads")[0].columns == ("lanes",)
    with pytest.raises(InvalidInput, match="it has roads, grids"):
        read(path, layer="rivers")


def test_parquet_without_geometry_is_a_plain_table(tmp_path):
    pd.DataFrame(RECORDS, columns=HEADINGS).to_parquet(tmp_path / "grids.parquet")
    table, chunk = read(tmp_path / "grids.parquet")
    assert not table.has_geometry
    assert_same_records(chunk)


def test_64_bit_codes_stay_exact_beside_missing_ones(tmp_path):
    code = 370782001001001999
    pd.DataFrame({"code": pd.array([code, None], dtype="Int64")}).to_parquet(tmp_path / "g.parquet")
    _, chunk = read(tmp_path / "g.parquet")
    assert as_text(chunk.frame["code"]) == [str(code), ""]


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".fgb", ".parquet"])
@pytest.mark.parametrize("packing", [".zip", ".gz"])
def test_packed_files_are_read_like_plain_ones(tmp_path, ending, packing):
    plain = (
        write_csv(tmp_path / "grids.csv") if ending == ".csv" else write_vector(tmp_path, ending)
    )
    packed = tmp_path / f"{plain.name}{packing}"
    if packing == ".gz":
        packed.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, f"深/{plain.name}")
    table, chunk = read(packed)
    assert table.name == packed.name
    assert sorted(as_text(chunk.frame["网格编码"])) == [record[0] for record in RECORDS]


def test_a_zipped_shapefile_with_gbk_names_is_read(tmp_path):
    write_shapefile(tmp_path)
    packed = tmp_path / "shape.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("grids.*"):
            archive.writestr(f"wangge{part.suffix}", part.read_bytes())
    # What Windows in China writes: GBK bytes without the mark of UTF-8 (same length as "wangge").
    packed.write_bytes(packed.read_bytes().replace(b"wangge", "网格图".encode("gbk")))
    table, chunk = read(packed)
    assert len(chunk.frame) == 3
    assert table.crs == WGS84


def test_members_of_a_zip_never_leave_the_folder(tmp_path):
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../escaped.csv", "code\n1\n")
        archive.writestr("/tmp/absolute.prj", "x")
    folder = tmp_path / "inside" / "deep"
    folder.mkdir(parents=True)
    data = unpack(packed, folder, suffixes=SUFFIXES)
    assert data.parent == folder
    assert sorted(p.name for p in folder.iterdir()) == ["absolute.prj", "escaped.csv"]
    assert not (tmp_path / "escaped.csv").exists()


def test_a_zip_bomb_is_stopped_by_what_it_unpacks_not_by_what_it_says(tmp_path, monkeypatch):
    monkeypatch.setattr("data.archives.MAX_UNPACKED_BYTES", 1_000_000)
    packed = tmp_path / "bomb.csv.gz"
    packed.write_bytes(gzip.compress(b"0" * 3_000_000, mtime=0))
    with pytest.raises(InvalidInput, match="split it"):
        read(packed)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "it holds none"),
        ({"readme.md": "x"}, "it holds none"),
        ({"a.csv": "code\n1", "b.csv": "code\n1"}, "it holds a.csv, b.csv"),
        ({"a/x.csv": "code\n1", "b/x.csv": "code\n1"}, "holds x.csv twice"),
    ],
)
def test_a_zip_must_hold_one_data_set(tmp_path, members, message):
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    with pytest.raises(InvalidInput, match=message):
        read(packed)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n", "is empty"),
        ("a.csv", codecs.BOM_UTF8, "is empty"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("a.zip", b"PK\x03\x04damaged", "damaged"),
        ("a.csv.gz", gzip.compress(b"code\n1\n" * 99, mtime=0)[:30], "damaged"),
        ("a.xlsx", b"not a workbook", "not an xlsx workbook"),
        ("a.geojson", b'{"type": "Feature', "cannot be read as a GeoJSON"),
        ("a.gpkg", b"SQLite format 3\0 but no more", "cannot be read as a GeoPackage"),
        ("a.fgb", b"fgb?", "cannot be read as a FlatGeobuf"),
        ("a.parquet", b"PAR1", "not a Parquet file"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "Save it as .xlsx"),
        ("a.docx", b"x", "not a known format"),
        ("a", b"x", "not a known format"),
    ],
)
def test_files_that_cannot_be_read_say_what_to_do(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=message):
        read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"nowhere\.csv is not a file"):
        read(tmp_path / "nowhere.csv")


def test_headings_alone_are_a_table_of_no_rows(tmp_path):
    path = tmp_path / "grids.csv"
    path.write_text("网格编码,网格名称\n", encoding="utf-8")
    table, chunk = read(path)
    assert table.columns == ("网格编码", "网格名称")
    assert len(chunk.frame) == 0


def test_rows_keep_their_numbers_around_blank_and_broken_ones(tmp_path):
    path = tmp_path / "grids.csv"
    path.write_text('code,name\n1,"two\nlines"\n\n3,a,b\n4,c\n5\n,\n', encoding="utf-8")
    _, chunk = read(path)
    assert chunk.rows.tolist() == [2, 5, 6]
    assert chunk.frame["name"].tolist() == ["two\nlines", "c", ""]
    assert [(p.row, p.reason[:25]) for p in chunk.problems] == [(4, "3 cells under 2 headings;")]


def test_columns_without_or_with_repeated_headings_are_kept_apart(tmp_path):
    path = tmp_path / "grids.csv"
    path.write_text("code,,name,name\n1,x,a,b\n", encoding="utf-8")
    _, chunk = read(path)
    assert list(chunk.frame.columns) == ["code", "column 2", "name", "name (column 4)"]


def test_chunks_are_bounded_and_can_be_read_again(tmp_path):
    path = write_vector(tmp_path, ".gpkg")
    with open_table(path, "grids") as table:
        sizes = [len(chunk.frame) for chunk in table.chunks(2)]
        rows = [row for chunk in table.chunks(2) for row in chunk.rows.tolist()]
    assert sizes == [2, 1]
    assert rows == [1, 2, 3]


def test_what_was_unpacked_is_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    packed = tmp_path / "grids.csv.gz"
    packed.write_bytes(gzip.compress(write_csv(tmp_path / "grids.csv").read_bytes()))
    read(packed)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["grids.csv", "grids.csv.gz"]


def test_geojson_without_features_or_geometry_is_read(tmp_path):
    path = tmp_path / "grids.geojson"
    features = [{"type": "Feature", "geometry": None, "properties": {"code": "1"}}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    _, chunk = read(path)
    assert chunk.frame["code"].tolist() == ["1"]
    path.write_text('{"type": "FeatureCollection", "features": []}')
    table, chunk = read(path)
    assert (table.approximate_rows, len(chunk.frame)) == (0, 0)
