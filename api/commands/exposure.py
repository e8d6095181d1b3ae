"""``gridcall exposure``: what reports are measured against, such as kilometres of pipe by grid."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.commands import example
from gis.db import provision
from gis.db.database import Database
from gis.errors import Conflict, InvalidInput
from gis.layering.exposures import Exposure, list_exposures, put_exposure
from gis.layers import layer_state
from gis.settings import Settings

exposure = typer.Typer(no_args_is_help=True, help="What reports are measured against.")

CountyOption = Annotated[
    str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
]


@exposure.command("list", epilog=example("gridcall exposure list"))
def list_all(county: CountyOption = None) -> None:
    """List the exposures, the built-in ones first."""
    settings = Settings()
    with (
        provision.opened(settings, "gridcall exposure list") as url,
        closing(Database(url, pool_size=1)) as db,
        db.read() as tx,
    ):
        for one in list_exposures(tx, county or settings.county):
            typer.echo(f"{one.code}  {one.name}  {one.name_en}  per {one.per:g} {one.unit_en}")


@exposure.command(
    epilog=example(
        "gridcall exposure put pipe_km pipes.csv --name 供水管长 --name-en 'Water mains'"
        " --unit 公里 --unit-en km --per 10 --category water"
    )
)
def put(
    code: Annotated[str, typer.Argument(help="Its code.")],
    file: Annotated[
        Path, typer.Argument(help="CSV in UTF-8 with the columns grid_code and amount.")
    ],
    name: Annotated[str, typer.Option("--name", help="Its name in Chinese.")],
    name_en: Annotated[str, typer.Option("--name-en", help="Its name in English.")],
    unit: Annotated[str, typer.Option("--unit", help="Its unit in Chinese.")],
    unit_en: Annotated[str, typer.Option("--unit-en", help="Its unit in English.")],
    per: Annotated[float, typer.Option("--per", help="Rates are told per so many units.")] = 1,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", help="Categories measured against it; may be given repeatedly."),
    ] = None,
    county: CountyOption = None,
) -> None:
    """Write an exposure whole, for the grids of the active layout."""
    settings = Settings()
    code_of = county or settings.county
    amounts = read_amounts(file)
    kind = Exposure(code, name, name_en, unit, unit_en, per)
    with (
        provision.opened(settings, "gridcall exposure put") as url,
        closing(Database(url, pool_size=1)) as db,
        db.transaction() as tx,
    ):
        state = layer_state(tx, code_of)
        if state.layout_id is None:
            raise Conflict("There is no active grid layout: import grids and activate it first.")
        put_exposure(tx, code_of, state.layout_id, kind, amounts, tuple(category or ()))
    typer.echo(f"{code}: {len(amounts)} grids")


def read_amounts(path: Path) -> dict[str, float]:
    """Read amounts by grid code.

    Raises
    ------
    InvalidInput
        The file is not such a CSV; names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"grid_code", "amount"} <= set(rows.fieldnames or ()):
                raise InvalidInput.of("file", "needs the columns grid_code and amount")
            found: dict[str, float] = {}
            for number, row in enumerate(rows, 2):
                found[row["grid_code"]] = _amount(row["amount"], number)
            return found
    except OSError as error:
        raise InvalidInput.of("file", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInput.of("file", "is not in UTF-8") from None


def _amount(text: str | None, line: int) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise InvalidInput.of("file", f"line {line}: {text!r} is not a number") from None


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(exposure, name="exposure")
