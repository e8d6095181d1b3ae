"""Categories of matters, in two levels, with keywords, tags and time limits."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import numpy as np

from data.fields import FieldReader
from data.files import open_table
from data.importers.checks import known_or_hint, or_none
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
from gis.registry import Category, Limit, upsert_categories

__all__ = ["import_categories"]

LEVELS: Final = {
    "镇街": "town", "town": "town", "镇级": "town", "街道": "town",
    "市级": "municipal", "municipal": "municipal", "县级": "municipal", "市": "municipal",
}  # fmt: skip
STAGES: Final = ("accept", "check_in", "handle", "verify")
_UNITS: Final = {
    "emergency_hours": "emergency_hours", "紧急工作时": "emergency_hours", "紧急小时": "emergency_hours",
    "working_hours": "working_hours", "工作时": "working_hours", "工作小时": "working_hours",
    "working_days": "working_days", "工作日": "working_days",
    "calendar_days": "calendar_days", "自然日": "calendar_days", "天": "calendar_days", "日": "calendar_days",
}  # fmt: skip
_MINUTES: Final = {
    "分钟": "emergency_hours",
    "min": "emergency_hours",
    "minutes": "emergency_hours",
}
_OPTIONAL: Final = (
    "name_en", "parent_code", "tags", "keywords", "sensitive", "level", "position",
)  # fmt: skip
_KEPT: Final = "SELECT * FROM category WHERE county_code = %(county)s AND code = ANY (%(codes)s)"
_LIMIT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*个?\s*(\S+)")


def import_categories(run: ImportRun) -> Outcome:
    """Import categories; a row that cannot be used refuses the file.

    Raises
    ------
    InvalidInput
        If the file cannot be read or has no codes or names.
    """
    around = surroundings(run)
    with open_table(run.path, "categories", layer=run.layer) as table:
        mapped = mapped_columns("categories", table, ("code", "name"))
        reader = FieldReader(table.whole(), mapped)
        categories = _categories(reader, around)
        notes = column_notes(table, mapped)
        if reader.problems:
            return refused("categories", table, reader, notes)
        with run.transaction() as tx:
            categories = keep_unsaid(tx, reader, categories, _OPTIONAL, _KEPT, run.county_code)
            tally = upsert_categories(tx, run.county_code, categories, now=run.now)
    return Outcome("categories", table.name, len(categories), tally, notes=notes)


def _categories(reader: FieldReader, around: Surroundings) -> list[Category]:
    codes = reader.code("code", required=True)
    reader.unique("code", codes)
    names = reader.text("name", required=True, longest=100)
    parents = _parents(reader, list(codes), around)
    names_en = reader.text("name_en")
    tags, keywords = reader.words("tags"), reader.words("keywords")
    sensitive = reader.flag("sensitive")
    levels = reader.choice("level", LEVELS, default="town")
    positions = reader.integer("position")
    limits = _limits(reader)
    return [
        Category(
            code=codes[i],
            name=names[i],
            name_en=names_en[i] or pinyin_name(names[i]),
            parent_code=parents[i],
            tags=tuple(tags[i]),
            keywords=tuple(keywords[i]),
            sensitive=bool(sensitive[i]),
            level=levels[i],
            position=i + 1 if (stated := positions[i]) is None else stated,
            limits=limits[i],
        )
        for i in range(len(codes))
    ]


def _parents(reader: FieldReader, codes: list[str], around: Surroundings) -> list[str | None]:
    """Return each category's parent: as given, else what stands before the dot of its code."""
    given = reader.code("parent_code")
    known = around.known.category_codes | set(codes)
    parents = [given[i] or (code.rpartition(".")[0]) for i, code in enumerate(codes)]
    unknown = np.fromiter((bool(parent) and parent not in known for parent in parents), dtype=bool)
    reader.refuse(unknown, "parent_code", lambda i: known_or_hint(parents[i], known, "category"))
    parent_of = dict(zip(codes, parents, strict=True))
    deep = np.fromiter((bool(parent_of.get(parent)) for parent in parents), dtype=bool)
    reader.refuse(deep, "parent_code", "categories have two levels: the parent has a parent itself")
    return [or_none(parent) for parent in parents]


def _limits(reader: FieldReader) -> list[tuple[Limit, ...]]:
    found: list[list[Limit]] = [[] for _ in reader.rows]
    for stage in STAGES:
        texts = reader.text(f"limit_{stage}")
        limits = [_limit(stage, text) for text in texts]
        wrong = np.fromiter(
            (limit is None and text != "" for limit, text in zip(limits, texts, strict=True)),
            dtype=bool,
        )
        reader.refuse(
            wrong,
            f"limit_{stage}",
            "write a number and a unit: 15分钟, 2紧急工作时, 4工作时, 5工作日 or 3自然日",
        )
        for i, limit in enumerate(limits):
            if limit is not None:
                found[i].append(limit)
    return [tuple(limits) for limits in found]


def _limit(stage: str, text: str) -> Limit | None:
    """Read a limit such as 4工作时, ``2 emergency_hours`` or 15分钟 (a part of an emergency hour)."""
    match = _LIMIT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or float(match[1]) <= 0:
        return None
    amount, unit = float(match[1]), match[2].lower()
    if unit in _MINUTES:
        return Limit(stage, amount / 60, _MINUTES[unit])
    return Limit(stage, amount, _UNITS[unit]) if unit in _UNITS else None
