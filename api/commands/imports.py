"""``gridcall import``: boundaries, people, bodies, categories, places and reports from files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.commands import example
from api.commands.layout import put_in_force
from api.commands.progress import row_bar
from data.importers.categories import import_categories
from data.importers.grids import GridOptions, import_grids
from data.importers.places import import_places
from data.importers.report_fields import check_source
from data.importers.reports import ReportOptions, import_reports
from data.importers.run import ImportRun, Outcome
from data.importers.service_areas import AreaOptions, import_service_areas
from data.importers.staff import import_staff
from data.importers.utilities import import_utilities
from gis.db import provision
from gis.db.database import Database
from gis.rematching import put_service_areas_in_force
from gis.settings import Settings

_SHOWN = 20

imports = typer.Typer(no_args_is_help=True, help="Take data in from files of any usual format.")

File = Annotated[
    Path,
    typer.Argument(
        help="CSV, xlsx, GeoJSON, GeoPackage, Shapefile, FlatGeobuf or Parquet; also zipped or gzipped."
    ),
]
CountyOption = Annotated[
    str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
]
CrsOption = Annotated[
    str | None,
    typer.Option(
        "--crs",
        help="Coordinate system: EPSG:<code>, CGCS2000, GCJ-02 (AMap, WeChat) or BD-09 (Baidu);"
        " default the file's own.",
    ),
]
LayerOption = Annotated[
    str | None, typer.Option("--layer", help="Layer or sheet, where the file has several.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print the same report and write nothing.")
]
RepairOption = Annotated[
    bool, typer.Option("--repair", help="Mend rings that cross themselves, and list them.")
]


@contextmanager
def prepared(
    file: Path, county: str | None, *, crs: str | None, layer: str | None, dry_run: bool
) -> Iterator[ImportRun]:
    """Give out everything an import needs; the database is open as long as the block."""
    settings = Settings()
    purpose = f"gridcall import {file.name}"
    # As the owner: reports go in by COPY, which PostgreSQL refuses under row-level security.
    with provision.opened(settings, purpose) as url, closing(Database(url, role=None)) as db:
        yield ImportRun(
            db=db,
            county_code=county or settings.county,
            path=file,
            now=dt.datetime.now(dt.UTC),
            crs=crs,
            layer=layer,
            dry_run=dry_run,
        )


@imports.command(
    epilog=example(
        "gridcall import grids grids.shp --crs EPSG:4549 --layout 2026 --dry-run",
        "gridcall import grids grids.gpkg --code-field WGBM --layout 2026 --activate",
    )
)
def grids(
    file: File,
    code_field: Annotated[str | None, typer.Option(help="Column of grid codes.")] = None,
    name_field: Annotated[str | None, typer.Option(help="Column of grid names.")] = None,
    layout: Annotated[
        str | None, typer.Option(help="Name of the layout; default the file's.")
    ] = None,
    activate: Annotated[
        bool, typer.Option("--activate", help="Put it in force and rematch all reports.")
    ] = False,
    repair: RepairOption = False,
    tolerance_m2: Annotated[
        float, typer.Option(min=0, help="Overlaps and gaps up to this area are accepted.")
    ] = 1.0,
    allow_overlaps: Annotated[
        bool, typer.Option("--allow-overlaps", help="Accept larger overlaps and gaps too.")
    ] = False,
    crs: CrsOption = None,
    layer: LayerOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Import grid boundaries as a draft layout, checked as a coverage; all or nothing."""
    options = GridOptions(layout, code_field, name_field, repair, tolerance_m2, allow_overlaps)
    with prepared(file, county, crs=crs, layer=layer, dry_run=dry_run) as run:
        found = import_grids(run, options)
        print_outcome(found.outcome, dry_run=dry_run)
        if found.layout is None:
            raise typer.Exit(1)
        typer.echo(f"layout {found.layout.name}: {found.layout.status}")
        if activate and not dry_run:
            put_in_force(run.db, run.county_code, found.layout.name)
        elif found.layout.status != "active" and not dry_run:
            typer.echo(f"Put it in force with: gridcall layout activate {found.layout.name}")


@imports.command(epilog=example("gridcall import staff 网格员.xlsx"))
def staff(
    file: File,
    layer: LayerOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Import grid staff and volunteers; all or nothing."""
    _run(import_staff, file, county, None, layer, dry_run)


@imports.command(epilog=example("gridcall import utilities 责任单位.xlsx --crs GCJ-02"))
def utilities(
    file: File,
    crs: CrsOption = None,
    layer: LayerOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Import responsible bodies, what they handle and their depots; all or nothing."""
    _run(import_utilities, file, county, crs, layer, dry_run)


@imports.command(
    "service-areas", epilog=example("gridcall import service-areas areas.gpkg --activate")
)
def service_areas(
    file: File,
    version: Annotated[
        str | None, typer.Option(help="Name of the version; default the file's.")
    ] = None,
    activate: Annotated[bool, typer.Option("--activate", help="Put the version in force.")] = False,
    repair: RepairOption = False,
    crs: CrsOption = None,
    layer: LayerOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Import where utilities answer, as a version of its own; all or nothing."""
    with prepared(file, county, crs=crs, layer=layer, dry_run=dry_run) as run:
        found = import_service_areas(run, AreaOptions(version, repair))
        print_outcome(found.outcome, dry_run=dry_run)
        if found.version is None:
            raise typer.Exit(1)
        typer.echo(f"version {found.version.name}: {found.version.status}")
        if activate and not dry_run and found.version.status != "active":
            with row_bar("reports") as show:
                put_service_areas_in_force(
                    run.db, run.county_code, found.version.id, now=run.now, progress=show
                )
            typer.echo(f"version {found.version.name} is in force")
        elif found.version.status != "active" and not dry_run:
            typer.echo(f"See what would move with: gridcall rules preview {found.version.name}")


@imports.command(epilog=example("gridcall import categories 事项类别.xlsx"))
def categories(
    file: File,
    layer: LayerOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Import the two-level list of categories with keywords and time limits; all or nothing."""
    _run(import_categories, file, county, None, layer, dry_run)


@imports.command(epilog=example("gridcall import places 地名.csv --crs BD-09"))
def places(
    file: File,
    crs: CrsOption = None,
    layer: LayerOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Import named places; all or nothing."""
    _run(import_places, file, county, crs, layer, dry_run)


@imports.command(
    epilog=example(
        "gridcall import reports 2022.csv.gz --crs GCJ-02 --dry-run",
        "gridcall import reports 311.csv --lon-field X --lat-field Y --time-field CREATED --create-categories",
    )
)
def reports(
    file: File,
    lon_field: Annotated[str | None, typer.Option(help="Column of longitudes.")] = None,
    lat_field: Annotated[str | None, typer.Option(help="Column of latitudes.")] = None,
    category_field: Annotated[str | None, typer.Option(help="Column of categories.")] = None,
    time_field: Annotated[str | None, typer.Option(help="Column of times.")] = None,
    id_field: Annotated[str | None, typer.Option(help="Column of the rows' own numbers.")] = None,
    source: Annotated[
        str, typer.Option(help="Source of rows that name none, for example hotline_12345.")
    ] = "grid_staff",
    create_categories: Annotated[
        bool, typer.Option("--create-categories", help="Add categories that are unknown.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="File for rows left out; default FILE.rejects.csv.")
    ] = None,
    crs: CrsOption = None,
    layer: LayerOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Import reports: good rows go in, bad ones to a file with row, field and reason."""
    columns = {
        "longitude": lon_field,
        "latitude": lat_field,
        "category": category_field,
        "captured_at": time_field,
        "id": id_field,
    }
    options = ReportOptions(columns, check_source(source), create_categories, rejects)
    with (
        prepared(file, county, crs=crs, layer=layer, dry_run=dry_run) as run,
        row_bar("rows") as show,
    ):
        outcome = import_reports(run, options, show)
    print_outcome(outcome, dry_run=dry_run)
    if outcome.refused:
        raise typer.Exit(1)


def print_outcome(outcome: Outcome, *, dry_run: bool) -> None:
    """Print what became of a file, or in a dry run what would."""
    would = "would be " if dry_run else ""
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    for line in outcome.listed:
        typer.echo(line)
    for problem in outcome.problems[:_SHOWN]:
        where = f"{problem.field}: " if problem.field else ""
        typer.echo(f"row {problem.row}: {where}{problem.reason}", err=True)
    hidden = len(outcome.problems) - _SHOWN
    if hidden > 0:
        typer.echo(f"... and {hidden} more", err=True)
    tally = outcome.tally
    rows = f"{outcome.rows} row{'' if outcome.rows == 1 else 's'}"
    if outcome.refused is None:
        typer.echo(
            f"{outcome.name}: {rows}; {would}created {tally.created}, "
            f"{would}updated {tally.updated}, unchanged {tally.unchanged}, left out {outcome.rejected}"
        )
    else:
        typer.echo(f"{outcome.name}: {rows}; {outcome.refused}.", err=True)
    if outcome.rejects is not None:
        typer.echo(f"The rows left out are in {outcome.rejects}: mend them and import that file.")


def _run(
    import_file: Callable[[ImportRun], Outcome],
    file: Path,
    county: str | None,
    crs: str | None,
    layer: str | None,
    dry_run: bool,
) -> None:
    with prepared(file, county, crs=crs, layer=layer, dry_run=dry_run) as run:
        outcome = import_file(run)
    print_outcome(outcome, dry_run=dry_run)
    if outcome.refused:
        raise typer.Exit(1)


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(imports, name="import")
