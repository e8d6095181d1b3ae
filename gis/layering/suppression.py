"""Counts of sensitive matters, told so that no published table gives a suppressed one away.

For one month and one group of categories there are two tables: counts of grids and counts of
towns. A grid below five is not told. A town is not told below five either, and not where its
total would give one of its grids away: where it has a single suppressed grid, or where what is
left for the suppressed ones can only be ones, or only fours. The same holds between the county's
total, which others may publish, and the towns; grids that belong to no town count as a town that
is never told. Grids of five or more are always told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST_TOLD = 5
_MOST_UNTOLD = SMALLEST_TOLD - 1
_NO_TOWN = ""


@dataclass(frozen=True)
class Told:
    """What is published of a month's counts; None is a count that is not told, 0 is told."""

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
        """Whether the total, once published, leaves only one way to fill the blanks."""
        left = self.total - self.told
        return self.blanks > 0 and (
            self.blanks == 1 or left in {self.blanks, _MOST_UNTOLD * self.blanks}
        )


def tell(counts: Mapping[str, int], town_of: Mapping[str, str | None]) -> Told:
    """Decide which counts are told.

    Parameters
    ----------
    counts
        Count of each grid that has any report.
    town_of
        Town of each of these grids.

    Examples
    --------
    Two grids of "t" are below five, and 7 can be divided between them in several ways:

    >>> town = {"a": "t", "b": "t", "c": "t", "d": "u", "e": "u", "f": "v", "g": "w"}
    >>> told = tell({"a": 3, "b": 4, "c": 9, "d": 4, "e": 4, "f": 2, "g": 8}, town)
    >>> told.grids
    {'a': None, 'b': None, 'c': 9, 'd': None, 'e': None, 'f': None, 'g': 8}

    Of "u" the total 8 would say that both its grids have four:

    >>> told.towns
    {'t': 16, 'u': None, 'v': None, 'w': 8}
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
