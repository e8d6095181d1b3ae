"""Service areas: where a utility answers for a category."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from data.fields import FieldReader
from data.files import open_table
from data.importers.checks import check_known, known_or_hint, or_none
from data.importers.grids import whole_rings
from data.importers.run import (
    ImportRun,
    Outcome,
    Surroundings,
    column_notes,
    mapped_columns,
    refused,
    surroundings,
)
from data.positions import crs_of, read_shapes
from gis.registry import Tally
from gis.service_areas import ServiceArea, Version, create_version

__all__ = ["AreaOptions", "AreaOutcome", "import_service_areas"]


@dataclass(frozen=True, slots=True)
class AreaOptions:
    """How service areas are taken in: under which version name, and whether mended."""

    version: str | None = None
    repair: bool = False


@dataclass(frozen=True)
class AreaOutcome:
    """What became of the file, and the version that holds its areas; None if refused."""

    outcome: Outcome
    version: Version | None


def import_service_areas(run: ImportRun, options: AreaOptions) -> AreaOutcome:
    """Import service areas, all or nothing; they may overlap, that is what priorities are for.

    Raises
    ------
    InvalidInput
        If the file cannot be read or says no coordinate system.
    Conflict
        There is a version of that name with other areas.
    """
    around = surroundings(run)
    with open_table(run.path, "service-areas", layer=run.layer) as table:
        required = ("utility_code",) if table.has_geometry else ("utility_code", "boundary")
        mapped = mapped_columns("service-areas", table, required)
        reader = FieldReader(table.whole(), mapped)
        boundaries = read_shapes(reader, crs_of(table, run.crs), around.home)
        areas = _areas(reader, around)
        codes = np.array([area.code for area in areas], dtype=object)
        boundaries, listed = whole_rings(reader, codes, boundaries, repair=options.repair)
        notes = column_notes(table, mapped)
        if reader.problems:
            return AreaOutcome(refused("service-areas", table, reader, notes, tuple(listed)), None)
    drawn = [replace(area, boundary=shape) for area, shape in zip(areas, boundaries, strict=True)]
    name = options.version or run.path.name.partition(".")[0]
    with run.transaction() as tx:
        version = create_version(tx, run.county_code, name, drawn, now=run.now)
    if version.carried_over:
        notes = (*notes, f"{version.carried_over} areas of other utilities were carried over")
    tally = Tally(created=len(drawn)) if version.created else Tally(unchanged=len(drawn))
    outcome = Outcome(
        "service-areas", run.path.name, len(drawn), tally, notes=notes, listed=tuple(listed)
    )
    return AreaOutcome(outcome, version)


def _areas(reader: FieldReader, around: Surroundings) -> list[ServiceArea]:
    """Read everything but the boundary."""
    utilities = reader.code("utility_code", required=True)
    check_known(reader, "utility_code", utilities, around.known.utilities, "utility")
    given, known = reader.text("category_code"), around.known.categories
    unknown = np.fromiter((bool(c) and c not in known for c in given), dtype=bool)
    reader.refuse(unknown, "category_code", lambda i: known_or_hint(given[i], known, "category"))
    codes = reader.code("code")
    for i, utility in enumerate(utilities):
        codes[i] = codes[i] or f"{utility}-{i + 1}"
    reader.unique("code", codes)
    priorities = reader.integer("priority", least=1, most=1_000)
    names, hours = reader.text("name", longest=100), reader.text("hours", longest=100)
    nothing = shapely.Polygon()
    return [
        ServiceArea(
            code=code,
            utility_code=utilities[i],
            boundary=nothing,
            name=names[i],
            category_code=or_none(known.get(given[i], "")),
            priority=priorities[i] or 1,
            hours=hours[i],
        )
        for i, code in enumerate(codes)
    ]
