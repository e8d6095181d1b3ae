"""Boundaries from files: any system, checked as a coverage, all or nothing."""

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from data.importers.grids import GridOptions, import_grids
from gis.datum import from_wgs84, parse_crs
from gis.db.database import Database
from gis.errors import Conflict, InvalidInput
from tests.support.importing import contents, grids_of, run_of


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
