"""What a county calls its categories, utilities and towns, and its time zone: read once a minute."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from gis.db.database import Transaction
from gis.errors import NotFound

KEPT_S = 60.0
"""Seconds for which a process goes on with the names it has read."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Chinese and English."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """Return the name in a language; the Chinese one where there is no English."""
        return (self.en if language == "en" else "") or self.zh


@dataclass(frozen=True, slots=True)
class CategoryName:
    """A category with its parent's code, None on the first level; is it offered for new reports."""

    code: str
    name: Name
    parent_code: str | None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class UtilityName:
    """A responsible body; ``kind`` is utility, department or town."""

    code: str
    name: Name
    kind: str
    town_code: str | None


@dataclass(frozen=True)
class CountyNames:
    """The names of one county by code, in the order of its lists.

    ``counties`` are all others, to which it may hand matters over.
    """

    code: str
    name: Name
    zone: ZoneInfo
    categories: Mapping[str, CategoryName]
    utilities: Mapping[str, UtilityName]
    towns: Mapping[str, Name]
    counties: Mapping[str, Name]


def county_names(tx: Transaction, county_code: str) -> CountyNames:
    """Return a county's names, at most a minute old.

    Raises
    ------
    NotFound
        There is no such county.
    """
    key = f"county_names:{county_code}"
    read_at, known = tx.kept.get(key, (-KEPT_S, None))
    if known is None or time.monotonic() - read_at >= KEPT_S:
        known = _read(tx, county_code)
        tx.kept[key] = (time.monotonic(), known)
    return cast(CountyNames, known)


def forget_county_names(tx: Transaction, county_code: str) -> None:
    """Read the names anew next time: whoever changes them in this process calls it."""
    tx.kept.pop(f"county_names:{county_code}", None)


def _read(tx: Transaction, county_code: str) -> CountyNames:
    of = {"county_code": county_code}
    counties = tx.rows(
        "SELECT name, name_en, timezone FROM county WHERE code = %(county_code)s", of
    )
    if not counties:
        raise NotFound(f"There is no county {county_code}.")
    county = counties[0]
    return CountyNames(
        code=county_code,
        name=Name(county["name"], county["name_en"]),
        zone=ZoneInfo(county["timezone"]),
        categories={
            row["code"]: CategoryName(
                row["code"],
                Name(row["name"], row["name_en"]),
                row["parent_code"],
                row["enabled"],
            )
            for row in tx.query("categories_list", of)
        },
        utilities={
            row["code"]: UtilityName(
                row["code"], Name(row["name"], row["name_en"]), row["kind"], row["town_code"]
            )
            for row in tx.query("utilities_list", of)
        },
        towns={
            row["code"]: Name(row["name"], row["name_en"]) for row in tx.query("towns_list", of)
        },
        counties={
            row["code"]: Name(row["name"], row["name_en"])
            for row in tx.rows(
                "SELECT code, name, name_en FROM county WHERE code <> %(county_code)s"
                " ORDER BY code",
                of,
            )
        },
    )
