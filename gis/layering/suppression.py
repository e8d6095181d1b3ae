"""Counts of sensitive matters, told so that no published table gives a suppressed one away.

For one month and one group of categories there are two tables: counts of grids and counts of
towns. A number below five is not told, and zero is such a number: were it told, a town withheld
for its few reports would say how many of its grids have one. A town is not told either where its
total would give a grid away: where it has a single suppressed grid, or where what is left for the
suppressed ones can be hardly anything but fours. The same holds between the county's total, which
others may publish, and the towns; grids that belong to no town count as a town that is never told.
Grids of five or more are always told.

That a total leaves only zeros is no reason to withhold it: it speaks of nobody, and withholding it
would tell those who know this rule just that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST_TOLD = 5
_MOST_UNTOLD = SMALLEST_TOLD - 1
# Were only totals withheld that leave nothing but fours, who knows the rule would read that off.
_LEAST_SHORT = 3
_NO_TOWN = ""


@dataclass(frozen=True)
class Told:
    """What is published of a month's counts; None is a count that is not told."""

    grids: dict[str, int | None]
    towns: dict[str, int | None]


@dataclass(frozen=True)
class _Town:
    """A town's total, its grids' told sum, and how many of its grids are suppressed."""

    total: int
    told: int
    blanks: int

    @property
    def gives_away(self) -> bool:
        """Whether the total, once published, nearly says how many reports a blank has."""
        left = self.total - self.told
        short = _MOST_UNTOLD * self.blanks - left
        return self.blanks == 1 or (self.blanks > 0 and short < _LEAST_SHORT)


def tell(counts: Mapping[str, int], town_of: Mapping[str, str | None]) -> Told:
    """Decide which counts are told.

    Parameters
    ----------
    counts
        Count of every grid, also of those without any report.
    town_of
        Town of each of these grids.

    Examples
    --------
    Two grids of "t" are below five, and 5 can be divided between them in several ways:

    >>> town = {"a": "t", "b": "t", "c": "t", "d": "u", "e": "u", "f": "v", "g": "w", "h": "w"}
    >>> told = tell({"a": 3, "b": 2, "c": 9, "d": 4, "e": 4, "f": 0, "g": 8, "h": 6}, town)
    >>> told.grids
    {'a': None, 'b': None, 'c': 9, 'd': None, 'e': None, 'f': None, 'g': 8, 'h': 6}

    Of "u" the total 8 would say that both its grids have four, and of "v" there are few:

    >>> told.towns
    {'t': 14, 'u': None, 'v': None, 'w': 14}
    """
    grids = {code: n if n >= SMALLEST_TOLD else None for code, n in counts.items()}
    towns = _towns(counts, town_of)
    hidden = {code for code, town in towns.items() if town.total < SMALLEST_TOLD or town.gives_away}
    hidden.update(towns.keys() & {_NO_TOWN})
    # What the county's total leaves for the hidden towns: hide more until it is ambiguous. Only a
    # town with suppressed grids helps, the total of any other is the sum of its grids.
    others = [code for code, town in towns.items() if town.blanks and code not in hidden]
    others.sort(key=lambda code: (towns[code].total, code))
    while others and _given_away([town for code, town in towns.items() if code in hidden]):
        hidden.add(others.pop(0))
    numbers = {code: None if code in hidden else town.total for code, town in towns.items()}
    numbers.pop(_NO_TOWN, None)
    return Told(grids, numbers)


def _towns(counts: Mapping[str, int], town_of: Mapping[str, str | None]) -> dict[str, _Town]:
    members: dict[str, list[int]] = defaultdict(list)
    for code, count in counts.items():
        members[town_of.get(code) or _NO_TOWN].append(count)
    return {
        code: _Town(
            total=sum(own),
            told=sum(n for n in own if n >= SMALLEST_TOLD),
            blanks=sum(n < SMALLEST_TOLD for n in own),
        )
        for code, own in sorted(members.items())
    }


def _given_away(hidden: list[_Town]) -> bool:
    """Tell whether the county's total gives a hidden town, or through it a grid, away."""
    blank = [town for town in hidden if town.blanks]
    together = _Town(
        sum(town.total for town in blank),
        sum(town.told for town in blank),
        sum(town.blanks for town in blank),
    )
    return len(blank) == 1 or together.gives_away
