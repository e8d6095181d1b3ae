"""Who of a grid answers on a day: the staff ladder of matching, for many grids and days."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gis.matching import MatchedGrid, MatchedStaff
from gis.matching_reference import Person

_TURN: Final = {"member": 1, "leader": 2, "branch_secretary": 3}


@dataclass(frozen=True, slots=True)
class Roster:
    """The person chosen, by which rung, and everybody on duty in the grid."""

    staff: MatchedStaff | None
    method: str
    staff_all: tuple[MatchedStaff, ...]


NOBODY: Final = Roster(None, "none", ())


class Rosters:
    """Rosters of a county's grids, worked out once for each stretch of days without a change."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._of_grid: dict[str, list[Person]] = defaultdict(list)
        self._of_community: dict[str, list[Person]] = defaultdict(list)
        self._of_town: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            if person.grid_code:
                self._of_grid[person.grid_code].append(person)
            if person.community_code and person.on_duty:
                self._of_community[person.community_code].append(person)
            if person.town_code and person.on_duty:
                self._of_town[person.town_code].append(person)
        self._changes: dict[str, list[dt.date]] = {}
        self._known: dict[tuple[str, int], Roster] = {}

    def on(self, grid: MatchedGrid, day: dt.date) -> Roster:
        """Return who answers for a grid on a day."""
        changes = self._changes.get(grid.code)
        if changes is None:
            changes = self._changes[grid.code] = self._changes_of(grid)
        key = (grid.code, bisect_right(changes, day))
        roster = self._known.get(key)
        if roster is None:
            roster = self._known[key] = self._work_out(grid, day)
        return roster

    def _around(self, grid: MatchedGrid) -> list[Person]:
        """Those on duty in the grid's community or town; nobody twice."""
        found = {
            person.staff.id: person
            for person in (
                *self._of_community.get(grid.community_code or "", ()),
                *self._of_town.get(grid.town_code or "", ()),
            )
        }
        return list(found.values())

    def _changes_of(self, grid: MatchedGrid) -> list[dt.date]:
        one_day = dt.timedelta(days=1)
        days: set[dt.date] = set()
        for person in (*self._of_grid.get(grid.code, ()), *self._around(grid)):
            days.add(person.valid_from)
            if person.valid_to:
                days.add(person.valid_to + one_day)
        return sorted(days)

    def _work_out(self, grid: MatchedGrid, day: dt.date) -> Roster:
        serving = [p for p in self._of_grid.get(grid.code, ()) if _serves(p, day)]
        duty = sorted((p for p in serving if p.on_duty), key=_turn)
        if duty:
            return Roster(duty[0].staff, "on_duty", tuple(p.staff for p in duty))
        for person in serving:
            if person.staff.role == "leader":
                return Roster(person.staff, "leader", ())
        around = sorted(
            (p for p in self._around(grid) if _serves(p, day)),
            key=lambda p: (
                p.community_code != grid.community_code,
                p.grid_code is not None,
                p.community_code is not None,
                *_turn(p),
            ),
        )
        if not around:
            return NOBODY
        near = around[0].community_code
        own = near is not None and near == grid.community_code
        return Roster(around[0].staff, "community_duty" if own else "town_duty", ())


def _serves(person: Person, day: dt.date) -> bool:
    return person.valid_from <= day and (person.valid_to is None or day <= person.valid_to)


def _turn(person: Person) -> tuple[int, str]:
    return _TURN[person.staff.role], person.code
