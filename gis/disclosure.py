"""What a planner may learn about sensitive matters: never a point, never a small number.

Disputes, family, health and policing matters (``category.sensitive``) are told once per month,
category group and grid or town, and only as ``gis.layering.suppression`` lets them be told. Any
other window, and any difference between two windows, could tell a single case, so it is refused;
and counts over several categories leave the sensitive ones out, since a difference of two sums
tells as much as a number does.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gis.audience import Actor
from gis.clock import month_start
from gis.db.database import Row, Transaction
from gis.errors import InvalidInput
from gis.periods import Days, month_end


@dataclass(frozen=True)
class Choice:
    """Which categories a layer counts, and what this actor may learn of them.

    Attributes
    ----------
    codes
        Categories counted; None counts all, and reports without category.
    hidden
        Categories left out of the count because they are sensitive.
    group
        Code of the sensitive group counted; None where nothing counted is sensitive.
    kept_apart
        The totals of all categories keep just the hidden ones apart, so that nothing else has to
        be read to leave them out.
    """

    codes: tuple[str, ...] | None
    hidden: tuple[str, ...] = ()
    group: str | None = None
    kept_apart: bool = False

    @property
    def without_sensitive(self) -> bool:
        """Whether sensitive categories were left out."""
        return bool(self.hidden)

    def check(self, unit: str, days: Days, running: dt.date) -> None:
        """Refuse to count a sensitive group except for one month that is over, per grid or town.

        A month that still runs, asked for again and again, would tell each case when it comes in.

        Parameters
        ----------
        running
            First day of the running month in the county's zone.

        Raises
        ------
        InvalidInput
            The unit or the window could tell a single case.
        """
        if self.group is None:
            return
        if unit == "cell":
            raise InvalidInput.of("unit", "sensitive categories are counted per grid or town only")
        if (
            days.first is None
            or month_start(days.first) != days.first
            or days.last != month_end(days.first)
        ):
            raise InvalidInput.of(
                "from", "sensitive categories are counted by one whole calendar month"
            )
        if days.first >= running:
            raise InvalidInput.of("from", "sensitive categories are counted when the month is over")


def choose(tx: Transaction, actor: Actor, category: str | None, tag: str | None) -> Choice:
    """Turn a category or tag into the categories to count for this actor.

    Raises
    ------
    InvalidInput
        There is no such category or tag, both are given, or a part of a sensitive group is asked for.
    """
    if category is not None and tag is not None:
        raise InvalidInput.of("tag", "goes without category")
    rows = tx.query("categories_list", {"county_code": actor.county_code})
    chosen = _codes(rows, category, tag)
    if actor.role != "planner":
        return Choice(chosen)
    sensitive = _sensitive(rows)
    if category is not None and category in sensitive:
        parent = next(row["parent_code"] for row in rows if row["code"] == category)
        if parent in sensitive:
            raise InvalidInput.of("category", f"is sensitive and only told as part of {parent}")
        return Choice(chosen, group=category)
    if chosen is not None:
        return Choice(chosen, tuple(sorted(sensitive.intersection(chosen))))
    apart = {row["code"] for row in rows if row["counted_apart"]}
    return Choice(None, tuple(sorted(sensitive)), kept_apart=apart == sensitive)


def _codes(rows: list[Row], category: str | None, tag: str | None) -> tuple[str, ...] | None:
    if category is not None:
        found = [row["code"] for row in rows if category in {row["code"], row["parent_code"]}]
        if category not in found:
            raise InvalidInput.of("category", f"there is no category {category!r}")
        return tuple(found)
    if tag is not None:
        found = [row["code"] for row in rows if tag in row["tags"]]
        if not found:
            raise InvalidInput.of("tag", f"no category has the tag {tag!r}")
        return tuple(found)
    return None


def _sensitive(rows: list[Row]) -> frozenset[str]:
    own = {row["code"] for row in rows if row["sensitive"]}
    return frozenset(row["code"] for row in rows if row["code"] in own or row["parent_code"] in own)
