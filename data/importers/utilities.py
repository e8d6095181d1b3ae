"""Utilities with what they handle and the depots they start from, one row per depot."""

from __future__ import annotations

from typing import Final

import numpy as np

from data.fields import FieldReader, FloatArray, Texts
from data.files import open_table
from data.importers.checks import check_known, known_or_hint, or_none
from data.importers.run import (
    ImportRun,
    Outcome,
    Surroundings,
    column_notes,
    mapped_columns,
    refused,
    surroundings,
)
from data.importers.silence import keep_unsaid
from data.latin import pinyin_name
from data.positions import crs_of, read_positions
from gis.registry import Depot, Utility, upsert_utilities

__all__ = ["import_utilities"]

KINDS: Final = {
    "企业": "utility", "utility": "utility", "公用企业": "utility", "公司": "utility", "公用事业": "utility",
    "部门": "department", "department": "department", "政府部门": "department", "机关": "department",
    "镇街": "town", "town": "town", "镇": "town", "街道": "town", "乡镇": "town",
}  # fmt: skip

_OPTIONAL: Final = ("name_en", "kind", "town_code", "telephone", "categories")
_KEPT: Final = (
    "SELECT u.*, ARRAY(SELECT c.category_code FROM utility_category c"
    " WHERE c.county_code = u.county_code AND c.utility_code = u.code ORDER BY 1) AS categories"
    " FROM utility u WHERE u.county_code = %(county)s AND u.code = ANY (%(codes)s)"
)


def import_utilities(run: ImportRun) -> Outcome:
    """Import utilities; a row that cannot be used refuses the file.

    A utility with several depots has several rows; what is said about the utility itself must be
    the same in each, or stand in the first only.

    Raises
    ------
    InvalidInput
        If the file cannot be read or has no codes or names.
    """
    around = surroundings(run)
    with open_table(run.path, "utilities", layer=run.layer) as table:
        mapped = mapped_columns("utilities", table, ("code", "name"))
        reader = FieldReader(table.whole(), mapped)
        lon, lat = read_positions(reader, crs_of(table, run.crs), around.home, required=False)
        utilities = _utilities(reader, around, lon, lat)
        notes = column_notes(table, mapped)
        if reader.problems:
            return refused("utilities", table, reader, notes)
        with run.transaction() as tx:
            utilities = keep_unsaid(tx, reader, utilities, _OPTIONAL, _KEPT, run.county_code)
            tally = upsert_utilities(tx, run.county_code, utilities)
    return Outcome("utilities", table.name, len(reader.rows), tally, notes=notes)


def _utilities(
    reader: FieldReader, around: Surroundings, lon: FloatArray, lat: FloatArray
) -> list[Utility]:
    codes = reader.code("code", required=True)
    names = reader.text("name", longest=100)
    names_en, telephones = reader.text("name_en"), reader.code("telephone")
    kinds = reader.choice("kind", KINDS, default="utility")
    towns = reader.code("town_code")
    check_known(reader, "town_code", towns, around.known.towns, "town")
    categories = _categories(reader, around)
    depots = _depots(reader, codes, names, lon, lat)
    said_kinds = reader.text("kind")
    facts = list(zip(names, names_en, said_kinds, towns, telephones, categories, strict=True))
    first: dict[str, int] = {}
    for i, code in enumerate(codes):
        first.setdefault(code, i)
    _check_same(reader, codes, facts, first)
    unnamed = np.zeros(len(codes), dtype=bool)
    unnamed[[i for i in first.values() if not names[i]]] = True
    reader.refuse(unnamed, "name", "is missing")
    return [
        Utility(
            code=code,
            name=names[i],
            name_en=names_en[i] or pinyin_name(names[i]),
            kind=kinds[i],
            town_code=or_none(towns[i]),
            telephone=telephones[i],
            categories=categories[i],
            depots=tuple(depot for owner, depot in depots if owner == code),
        )
        for code, i in first.items()
    ]


def _check_same(
    reader: FieldReader,
    codes: Texts,
    facts: list[tuple[object, ...]],
    first: dict[str, int],
) -> None:
    """Refuse a later row of a utility that says something else about it than its first row."""
    differs = np.fromiter(
        (
            any(
                said and said != begun
                for said, begun in zip(facts[i], facts[first[code]], strict=True)
            )
            for i, code in enumerate(codes)
        ),
        dtype=bool,
    )
    reader.refuse(
        differs, "code", lambda i: f"says something else about {codes[i]} than its first row"
    )


def _categories(reader: FieldReader, around: Surroundings) -> list[tuple[str, ...]]:
    given, known = reader.words("categories"), around.known.categories
    for i, names in enumerate(given):
        for name in names:
            if name not in known:
                row = np.zeros(len(given), dtype=bool)
                row[i] = True
                reader.refuse(row, "categories", known_or_hint(name, known, "category"))
    return [tuple(dict.fromkeys(known.get(name, "") for name in names)) for names in given]


def _depots(
    reader: FieldReader, codes: Texts, owners: Texts, lon: FloatArray, lat: FloatArray
) -> list[tuple[str, Depot]]:
    depot_codes, names = reader.code("depot_code"), reader.text("depot_name", longest=100)
    names_en = reader.text("depot_name_en")
    nowhere = (depot_codes != "") & np.isnan(lon) & ~reader.bad
    reader.refuse(nowhere, "longitude", "the depot's position is missing")
    found: list[tuple[str, Depot]] = []
    count: dict[str, int] = {}
    for i in np.flatnonzero(np.isfinite(lon)).tolist():
        count[codes[i]] = count.get(codes[i], 0) + 1
        code = depot_codes[i] or str(count[codes[i]])
        name = names[i] or f"{owners[i]} {code}"
        depot = Depot(code, name, float(lon[i]), float(lat[i]), names_en[i] or pinyin_name(name))
        found.append((codes[i], depot))
    keys = [(owner, depot.code) for owner, depot in found]
    twice = np.fromiter(
        (bool(code) and keys.count((codes[i], code)) > 1 for i, code in enumerate(depot_codes)),
        dtype=bool,
    )
    reader.refuse(twice, "depot_code", lambda i: f"{codes[i]} has two depots {depot_codes[i]}")
    return found
