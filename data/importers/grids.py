"""Grid boundaries, checked as a coverage and written whole as a draft layout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import shapely

from data.fields import FieldReader, Texts
from data.files import open_table
from data.headings import FIVE_HAVES
from data.importers.checks import or_none
from data.importers.run import (
    ImportRun,
    Outcome,
    Surroundings,
    column_notes,
    mapped_columns,
    refused,
    surroundings,
)
from data.latin import pinyin_name
from data.positions import crs_of, read_shapes
from data.tables import Geometries
from gis.boundaries import (
    BoundaryGrid,
    Division,
    Layout,
    boundaries_checksum,
    create_layout,
    list_layouts,
)
from gis.coverage import (
    CoverageReport,
    Gap,
    Overlap,
    check_coverage,
    find_invalid_rings,
    repair_rings,
)
from gis.registry import Tally

__all__ = ["GridOptions", "GridOutcome", "import_grids", "whole_rings"]

_LISTED_FLAWS: Final = 50


@dataclass(frozen=True, slots=True)
class GridOptions:
    """How a file of boundaries is taken in.

    Attributes
    ----------
    layout
        Name of the layout; None: the file's.
    repair
        Mend invalid rings instead of refusing them.
    tolerance_m2
        Area up to which an overlap or gap is accepted.
    allow_overlaps
        Accept larger ones too; they are listed all the same.
    """

    layout: str | None = None
    code_field: str | None = None
    name_field: str | None = None
    repair: bool = False
    tolerance_m2: float = 1.0
    allow_overlaps: bool = False


@dataclass(frozen=True)
class GridOutcome:
    """What became of the file, and the layout that holds its boundaries; None if refused."""

    outcome: Outcome
    layout: Layout | None


def import_grids(run: ImportRun, options: GridOptions) -> GridOutcome:
    """Import boundaries, all or nothing.

    Raises
    ------
    InvalidInput
        If the file cannot be read, has no codes or says no coordinate system.
    Conflict
        There is a layout of that name with other boundaries.
    """
    around = surroundings(run)
    chosen = {"code": options.code_field, "name": options.name_field}
    with open_table(run.path, "grids", layer=run.layer) as table:
        required = ("code",) if table.has_geometry else ("code", "boundary")
        mapped = mapped_columns("grids", table, required, chosen)
        reader = FieldReader(table.whole(), mapped)
        codes = reader.code("code", required=True)
        reader.unique("code", codes)
        _check_pattern(reader, codes, around)
        boundaries = read_shapes(reader, crs_of(table, run.crs), around.home)
        grids = _Rows(reader, around, codes)
        boundaries, listed = whole_rings(reader, codes, boundaries, repair=options.repair)
        notes = column_notes(table, mapped)
        if reader.problems:
            return GridOutcome(refused("grids", table, reader, notes, tuple(listed)), None)
    report = check_coverage(list(codes), boundaries, tolerance_m2=options.tolerance_m2)
    listed.extend(_flaws(report))
    if report.beyond and not options.allow_overlaps:
        why = (
            f"{len(report.beyond)} overlaps and gaps are larger than {options.tolerance_m2:g} m2: "
            "nothing was written. Mend them, or accept them with --allow-overlaps"
        )
        outcome = Outcome(
            "grids", run.path.name, len(codes), refused=why, notes=notes, listed=tuple(listed)
        )
        return GridOutcome(outcome, None)
    return _write(run, options, grids.with_boundaries(boundaries), grids, notes, tuple(listed))


def _write(
    run: ImportRun,
    options: GridOptions,
    drawn: list[BoundaryGrid],
    rows: _Rows,
    notes: tuple[str, ...],
    listed: tuple[str, ...],
) -> GridOutcome:
    source = f"{run.path.name} sha256={boundaries_checksum(drawn)}"
    checksum = source.rpartition("=")[2]
    name = options.layout or run.path.name.partition(".")[0]
    with run.transaction() as tx:
        same = next((x for x in list_layouts(tx, run.county_code) if checksum in x.source), None)
        if same is not None:
            notes = (*notes, f"the same boundaries are there already as layout {same.name}")
            tally = Tally(unchanged=len(drawn))
        else:
            same = create_layout(
                tx,
                run.county_code,
                name,
                drawn,
                towns=rows.towns,
                communities=rows.communities,
                source=source,
                now=run.now,
            )
            tally = Tally(created=len(drawn))
    outcome = Outcome("grids", run.path.name, len(drawn), tally, notes=notes, listed=listed)
    return GridOutcome(outcome, same)


def _check_pattern(reader: FieldReader, codes: Texts, around: Surroundings) -> None:
    pattern = around.county.grid_code_pattern
    wrong = np.fromiter((bool(c) and not re.fullmatch(pattern, c) for c in codes), dtype=bool)
    reader.refuse(
        wrong, "code", lambda i: f"{codes[i]!r} is no grid code of this county ({pattern})"
    )


def whole_rings(
    reader: FieldReader, codes: Texts, boundaries: Geometries, *, repair: bool
) -> tuple[Geometries, list[str]]:
    """Refuse or mend boundaries that are no valid polygons; say what was mended."""
    drawn = ~shapely.is_missing(boundaries)
    names = list(codes)
    if not repair:
        invalid = {ring.code: ring.reason for ring in find_invalid_rings(names, boundaries)}
        wrong = drawn & np.fromiter((code in invalid for code in codes), dtype=bool)
        reader.refuse(
            wrong, "boundary", lambda i: f"{invalid[codes[i]]}; mend it, or let --repair do it"
        )
        return boundaries, []
    at = np.flatnonzero(drawn)
    mended, repairs = repair_rings([names[i] for i in at], boundaries[at])
    boundaries[at] = mended
    gone = drawn & shapely.is_empty(boundaries)
    reader.refuse(gone, "boundary", "nothing is left of it after the repair")
    return boundaries, [
        f"repaired {r.code}: {r.reason}; its area changed by {r.area_change_m2:+.1f} m2"
        for r in repairs
    ]


def _flaws(report: CoverageReport) -> list[str]:
    flaws: list[Overlap | Gap] = [*report.overlaps, *report.gaps]
    flaws.sort(key=lambda flaw: -flaw.area_m2)
    lines = [
        (
            f"gap of {flaw.area_m2:.1f} m2 at {flaw.lon:.6f}, {flaw.lat:.6f} between "
            f"{', '.join(flaw.neighbours)}"
            if isinstance(flaw, Gap)
            else f"overlap of {flaw.area_m2:.1f} m2 at {flaw.lon:.6f}, {flaw.lat:.6f} of "
            f"{' and '.join(flaw.codes)}"
        )
        for flaw in flaws[:_LISTED_FLAWS]
    ]
    more = len(flaws) - len(lines)
    return [*lines, f"and {more} smaller ones"] if more else lines


class _Rows:
    """The attributes of each grid, and the towns and communities they name."""

    def __init__(self, reader: FieldReader, around: Surroundings, codes: Texts) -> None:
        self._codes = codes
        self._names = reader.text("name", longest=100)
        self._names_en = reader.text("name_en", longest=100)
        self._populations = reader.integer("population")
        self._households = reader.integer("households")
        self._branches = reader.text("party_branch", longest=100)
        self._haves = _five_haves(reader)
        county = around.county.code
        self._towns = _divisions(reader, "town_code", codes, 9, county)
        self._communities = _divisions(reader, "community_code", codes, 12, county)
        under = [t or c[:9] for t, c in zip(self._towns, self._communities, strict=True)]
        self._towns = np.array(under, dtype=object)
        town_names, community_names = reader.text("town_name"), reader.text("community_name")
        self.towns = _named(self._towns, town_names, None)
        self.communities = _named(self._communities, community_names, self._towns)

    def with_boundaries(self, boundaries: Geometries) -> list[BoundaryGrid]:
        """Return the grids."""
        return [
            BoundaryGrid(
                code=code,
                name=self._names[i] or code,
                boundary=boundaries[i],
                name_en=self._names_en[i] or pinyin_name(self._names[i]) or code,
                town_code=or_none(self._towns[i]),
                community_code=or_none(self._communities[i]),
                population=self._populations[i],
                households=self._households[i],
                party_branch=self._branches[i],
                five_haves=self._haves[i],
            )
            for i, code in enumerate(self._codes)
        ]


def _divisions(reader: FieldReader, name: str, codes: Texts, digits: int, county: str) -> Texts:
    """Return a division's code for each grid: as given, else the head of the grid's own code.

    Grid codes are the community's 12 digits and three more by GB/T 31000; others say nothing.
    """
    given = reader.code(name)
    wrong = np.fromiter(
        (
            bool(c) and not (c.isdigit() and len(c) == digits and c.startswith(county))
            for c in given
        ),
        dtype=bool,
    )
    reader.refuse(
        wrong, name, lambda i: f"{given[i]!r} is not {digits} digits that begin with {county}"
    )
    derived = [
        code[:digits] if len(code) == 15 and code.isdigit() and code.startswith(county) else ""
        for code in codes
    ]
    return np.array([g or d for g, d in zip(given, derived, strict=True)], dtype=object)


def _named(codes: Texts, names: Texts, towns: Texts | None) -> list[Division]:
    """Return each division once, by its first name; its code stands for a name not given."""
    found: dict[str, Division] = {}
    for i, code in enumerate(codes):
        if code and (code not in found or found[code].name == code):
            town = None if towns is None else str(towns[i])
            latin = pinyin_name(_bare(names[i])) if names[i] else code
            found[code] = Division(code, names[i] or code, latin, town)
    return list(found.values())


def _bare(name: str) -> str:
    """Drop what kind of division it is, as English names do: 密州街道 is Mizhou."""
    for ending in ("街道办事处", "街道", "社区", "镇", "乡", "村"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def _five_haves(reader: FieldReader) -> list[Mapping[str, bool]]:
    """Read the five haves from a column each, or from one column of JSON as exports write it."""
    columns = {name: reader.flag(name) for name in FIVE_HAVES if reader.has(name)}
    found: list[Mapping[str, bool]] = []
    unread = np.zeros(len(reader.rows), dtype=bool)
    for i, text in enumerate(reader.text("five_haves")):
        haves: Any = {}
        if text:
            try:
                haves = orjson.loads(text)
            except orjson.JSONDecodeError:
                unread[i] = True
        stated = {name: bool(column[i]) for name, column in columns.items()}
        found.append(stated | (haves if isinstance(haves, dict) else {}))
    reader.refuse(unread, "five_haves", 'is not JSON like {"person": true}')
    return found
