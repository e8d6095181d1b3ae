"""Categories with their keywords and limits, as listed by hand in ``sources/categories.csv``."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache

from data.zhucheng.terrain import SOURCES
from gis.deadlines import Limit, Unit

STAGES = ("accept", "check_in", "handle", "verify")
LIMITS_SINCE = "2021-01-01T00:00:00+08:00"
_UNITS: dict[str, tuple[Unit, float]] = {
    "min": ("emergency_hours", 1 / 60),
    "eh": ("emergency_hours", 1),
    "wh": ("working_hours", 1),
    "wd": ("working_days", 1),
    "cd": ("calendar_days", 1),
}


@dataclass(frozen=True)
class Category:
    """A category, its limits by stage, and how the generator deals it out.

    Attributes
    ----------
    weight
        Share among all reports, 0 for a parent.
    season, hours, where
        Names of the curves in `data.zhucheng.demand` it follows.
    """

    code: str
    name: str
    name_en: str
    tags: tuple[str, ...]
    keywords: tuple[str, ...]
    sensitive: bool
    level: str
    limits: dict[str, Limit]
    weight: float
    season: str
    hours: str
    where: str

    @property
    def parent_code(self) -> str | None:
        """The code before the dot, or None for a parent itself."""
        return self.code.split(".")[0] if "." in self.code else None


@cache
def categories() -> tuple[Category, ...]:
    """Return all categories, each parent before its children."""
    with (SOURCES / "categories.csv").open(encoding="utf-8") as file:
        return tuple(_category(row) for row in csv.DictReader(file))


@cache
def category_by_code() -> dict[str, Category]:
    """Return the categories by code."""
    return {category.code: category for category in categories()}


def _category(row: dict[str, str]) -> Category:
    # The city's component (部件) and event (事件) classes ride along as tags: "event-05-01".
    classes = [row["class"].replace(" ", "-")] if row["class"] else []
    return Category(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        tags=(*row["tags"].split("|"), *classes),
        keywords=tuple(row["keywords"].split("|")),
        sensitive=row["sensitive"] == "yes",
        level=row["level"],
        limits={stage: _limit(row[stage]) for stage in STAGES},
        weight=float(row["weight"]),
        season=row["season"],
        hours=row["hours"],
        where=row["where"],
    )


def _limit(text: str) -> Limit:
    match = re.fullmatch(r"([0-9.]+)(min|eh|wh|wd|cd)", text)
    if match is None:
        raise ValueError(f"{text!r} is not a limit such as 15min, 2eh, 4wh, 3wd or 1cd")
    unit, factor = _UNITS[match[2]]
    return Limit(float(match[1]) * factor, unit)
