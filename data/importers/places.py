"""Named places: estates, villages, markets, roads."""

from __future__ import annotations

import hashlib
from typing import Final

from data.fields import FieldReader, FloatArray, Texts
from data.files import open_table
from data.importers.checks import check_known, or_none
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
from data.latin import pinyin_name, spaced_pinyin
from data.positions import crs_of, read_positions
from gis.registry import Place, upsert_places

__all__ = ["import_places"]

KINDS: Final = {
    "小区": "estate", "estate": "estate", "住宅小区": "estate", "居民小区": "estate",
    "村": "village", "village": "village", "村庄": "village", "自然村": "village", "村居": "village",
    "市场": "market", "market": "market", "集市": "market", "农贸市场": "market",
    "道路": "road", "road": "road", "路": "road", "街": "road", "街路巷": "road",
    "学校": "school", "school": "school", "医院": "hospital", "hospital": "hospital",
    "公园": "park", "park": "park", "单位": "office", "office": "office", "其他": "other", "other": "other",
}  # fmt: skip

_OPTIONAL: Final = ("kind", "name_en", "pinyin", "address")
_KEPT: Final = "SELECT * FROM place WHERE county_code = %(county)s AND code = ANY (%(codes)s)"


def import_places(run: ImportRun) -> Outcome:
    """Import places; a row that cannot be used refuses the file.

    Raises
    ------
    InvalidInput
        If the file cannot be read, has no names or no positions.
    """
    around = surroundings(run)
    with open_table(run.path, "places", layer=run.layer) as table:
        required = ("name",) if table.has_geometry else ("name", "longitude", "latitude")
        mapped = mapped_columns("places", table, required)
        reader = FieldReader(table.whole(), mapped)
        lon, lat = read_positions(reader, crs_of(table, run.crs), around.home, required=True)
        places = _places(reader, around, lon, lat)
        notes = column_notes(table, mapped)
        if reader.problems:
            return refused("places", table, reader, notes)
        with run.transaction() as tx:
            places = keep_unsaid(tx, reader, places, _OPTIONAL, _KEPT, run.county_code)
            tally = upsert_places(tx, run.county_code, places)
    return Outcome("places", table.name, len(places), tally, notes=notes)


def _places(
    reader: FieldReader, around: Surroundings, lon: FloatArray, lat: FloatArray
) -> list[Place]:
    names = reader.text("name", required=True, longest=100)
    kinds = reader.choice("kind", KINDS, default="other")
    grids = reader.code("grid_code")
    if around.known.grids:
        check_known(reader, "grid_code", grids, around.known.grids, "grid of the active layout")
    codes = _codes(reader, names, lon, lat)
    reader.unique("code", codes)
    names_en, pinyins = reader.text("name_en"), reader.text("pinyin")
    addresses = reader.text("address")
    return [
        Place(
            code=codes[i],
            kind=kinds[i],
            name=names[i],
            lon=float(lon[i]),
            lat=float(lat[i]),
            name_en=names_en[i] or pinyin_name(names[i]),
            pinyin=pinyins[i] or spaced_pinyin(names[i]),
            address=addresses[i],
            grid_code=or_none(grids[i]),
        )
        for i in range(len(names))
    ]


def _codes(reader: FieldReader, names: Texts, lon: FloatArray, lat: FloatArray) -> Texts:
    """Return the file's codes; a place without one is its name and, to some 10 m, its position."""
    codes = reader.code("code")
    for i in range(len(codes)):
        if not codes[i]:
            place = f"{names[i]}\n{lon[i]:.4f}\n{lat[i]:.4f}"
            codes[i] = f"P-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    return codes
