"""What goes out as a file comes in again as the same rows, in every format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import shapely

from data.export import ENDINGS, export_file
from data.headings import KINDS, Kind
from data.importers.categories import import_categories
from data.importers.grids import GridOptions, import_grids
from data.importers.places import import_places
from data.importers.reports import ReportOptions, import_reports
from data.importers.run import ImportRun, Outcome
from data.importers.service_areas import AreaOptions, import_service_areas
from data.importers.staff import import_staff
from data.importers.utilities import import_utilities
from data.sample import SAMPLE_COUNTY
from gis.boundaries import activate_layout
from gis.db.database import Database
from gis.errors import InvalidInput, NotFound
from gis.registry import add_county
from gis.rematching import put_service_areas_in_force

COUNTY = SAMPLE_COUNTY.code
# What an import settles anew: names by codes, a report's number and, matched anew, its utility.
_NOT_KEPT = {"town_name", "community_name", "number", "source_number", "utility_code"}


@pytest.fixture(scope="module")
def owner(city_url: str) -> Iterator[Database]:
    with closing(Database(city_url, role=None)) as db:
        yield db


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url, role=None)) as db:
        with db.transaction() as tx:
            add_county(tx, SAMPLE_COUNTY, now=_now())
        yield db


def _now() -> dt.datetime:
    """Say the time: the sample city's reports run up to the hour at which it was loaded."""
    return dt.datetime.now(dt.UTC)


def test_everything_goes_out_and_in_again(owner: Database, empty: Database, tmp_path: Path) -> None:
    # Each kind in another format, so that all formats carry rows both ways.
    files: dict[Kind, Path] = {
        "grids": tmp_path / "grids.gpkg",
        "categories": tmp_path / "categories.xlsx",
        "utilities": tmp_path / "utilities.csv",
        "service-areas": tmp_path / "areas.geojson",
        "places": tmp_path / "places.xlsx",
        "staff": tmp_path / "staff.parquet",
        "reports": tmp_path / "reports.parquet",
    }
    for kind, path in files.items():
        assert export_file(owner, COUNTY, kind, path) > 0
        _take_in(empty, kind, path)
        again = tmp_path / f"again-{path.name}"
        assert export_file(empty, COUNTY, kind, again) > 0
        _assert_same(kind, owner, empty, tmp_path)


def _take_in(db: Database, kind: Kind, path: Path) -> None:
    run = ImportRun(db=db, county_code=COUNTY, path=path, now=_now())
    outcome: Outcome
    match kind:
        case "grids":
            outcome = import_grids(run, GridOptions(layout="again")).outcome
            with db.transaction() as tx:
                activate_layout(tx, COUNTY, "again", now=run.now, today=run.now.date())
        case "categories":
            outcome = import_categories(run)
        case "utilities":
            outcome = import_utilities(run)
        case "service-areas":
            found = import_service_areas(run, AreaOptions())
            assert found.version is not None
            put_service_areas_in_force(db, COUNTY, found.version.id, now=run.now)
            outcome = found.outcome
        case "places":
            outcome = import_places(run)
        case "staff":
            outcome = import_staff(run)
        case "reports":
            outcome = import_reports(run, ReportOptions())
            assert outcome.problems == ()
    assert outcome.refused is None, outcome


def _assert_same(kind: Kind, one: Database, other: Database, folder: Path) -> None:
    frames = []
    for name, db in (("one", one), ("other", other)):
        export_file(db, COUNTY, kind, folder / f"{name}.csv")
        frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        frames.append(frame.drop(columns=[c for c in frame if c in _NOT_KEPT]))
    sent, got = frames
    if kind == "reports":
        sent, got = (_comparable(frame) for frame in (sent, got))
        assert len(sent) > 17_000
    pd.testing.assert_frame_equal(sent, got)


def _comparable(reports: pd.DataFrame) -> pd.DataFrame:
    """Reports under way come in as received: only the settled ones keep their status."""
    settled = reports["status"] == "closed"
    return (
        reports.assign(status=reports["status"].where(settled, "received"))
        .sort_values("client_id")
        .reset_index(drop=True)
    )


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_of_places_reads_back_equal(
    owner: Database, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"places{ending}"
    rows = export_file(owner, COUNTY, "places", path)
    run = ImportRun(db=owner, county_code=COUNTY, path=path, now=_now())
    tally = import_places(run).tally
    assert (tally.created, tally.updated, tally.unchanged) == (0, 0, rows)


def test_cells_are_not_cut_off_run_no_formula_and_show_no_person(
    fresh_city_url: str, tmp_path: Path
) -> None:
    with closing(Database(fresh_city_url, role=None)) as db:
        with db.transaction() as tx:
            tx.rows(
                "UPDATE report SET description = '=1+1' WHERE number ="
                " (SELECT min(number) FROM report WHERE reporter_name <> '')"
            )
            tx.rows("UPDATE service_area SET boundary = ST_Segmentize(boundary, 0.0005)")
        with pytest.raises(InvalidInput, match="cannot hold"):
            export_file(db, COUNTY, "service-areas", tmp_path / "areas.xlsx")
        assert list(tmp_path.iterdir()) == []
        export_file(db, COUNTY, "reports", tmp_path / "reports.csv")
        export_file(db, COUNTY, "reports", tmp_path / "all.xlsx", personal=True)
    frame = pd.read_csv(tmp_path / "reports.csv", dtype=str, keep_default_na=False)
    assert (frame["description"] == "'=1+1").sum() == 1
    assert not {"reporter_name", "reporter_phone"} & set(frame.columns)
    with closing(openpyxl.load_workbook(tmp_path / "all.xlsx", read_only=True)) as book:
        rows = book["reports"].iter_rows(values_only=True)
        column = next(rows).index("reporter_name")
        assert any(row[column] for row in rows)


def test_boundaries_keep_every_digit_in_csv(owner: Database, tmp_path: Path) -> None:
    export_file(owner, COUNTY, "grids", tmp_path / "grids.csv")
    frame = pd.read_csv(tmp_path / "grids.csv", dtype=str)
    with owner.read() as tx:
        stored = tx.rows("SELECT code, ST_AsBinary(boundary) AS shape FROM grid ORDER BY code")
    for row, wkt in zip(stored, frame["boundary"], strict=True):
        assert shapely.equals_exact(shapely.from_wkb(bytes(row["shape"])), shapely.from_wkt(wkt), 0)


def test_what_cannot_be_written_is_refused_and_leaves_no_file(
    owner: Database, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="end its name"):
        export_file(owner, COUNTY, "grids", tmp_path / "grids.shp")
    with pytest.raises(InvalidInput, match="have no shape"):
        export_file(owner, COUNTY, "staff", tmp_path / "staff.geojson")
    with pytest.raises(NotFound):
        export_file(owner, "999999", "grids", tmp_path / "grids.csv")
    assert list(tmp_path.iterdir()) == []


def test_every_kind_can_be_written(owner: Database, tmp_path: Path) -> None:
    for kind in KINDS:
        assert export_file(owner, COUNTY, kind, tmp_path / f"{kind}.gpkg") > 0
