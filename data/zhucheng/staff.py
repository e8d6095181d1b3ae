"""5,504 grid staff and 18,000 volunteers: who serves which grid, and who is on duty."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from data.zhucheng.frame import rng_for, weighted_choice
from data.zhucheng.grids import Grid, communities, grids
from data.zhucheng.people import names, telephone
from data.zhucheng.terrain import town_seats

STAFF = 5_504
VOLUNTEERS = 18_000
_FIRST_DAY = dt.date(2018, 1, 1)
_LAST_DAY = dt.date(2021, 12, 1)
# Shares of grids in which the ladder has to climb: nobody on duty but a leader, or nobody at all.
_ONLY_LEADER = 0.030
_NOBODY = 0.018
# Communities, by their place in the list, in which nobody at all is on duty: the town's people are.
_ASLEEP = (57, 181)


@dataclass(frozen=True)
class Person:
    """A row of the table ``grid_staff``; empty codes where someone serves a larger area."""

    code: str
    name: str
    role: str
    grid_code: str
    community_code: str
    town_code: str
    telephone: str
    valid_from: dt.date
    on_duty: bool


@cache
def people() -> tuple[Person, ...]:
    """Return the staff of grids, communities and towns, then the volunteers."""
    posts = _posts()
    rng = rng_for("staff")
    called = names(rng, len(posts))
    since = _days(rng, len(posts))
    hired = tuple(
        replace(post, name=name, valid_from=day, telephone=telephone(10_000 + number))
        for number, (post, name, day) in enumerate(zip(posts, called, since, strict=True), start=1)
    )
    return hired + _volunteers()


def _posts() -> list[Person]:
    """List all posts: three or more a grid, one a community, two a town, filled up to the count."""
    rng = rng_for("posts")
    fate = rng.random(len(grids()))
    asleep = {communities()[at].code for at in _ASLEEP}
    fate[[grid.community.code in asleep for grid in grids()]] = 0.0
    posts: list[Person] = []
    for grid, luck in zip(grids(), fate, strict=True):
        posts.extend(_posts_of(grid, float(luck), rng))
    for community in communities():
        on_duty = bool(rng.random() < 0.8) and community.code not in asleep
        posts.append(
            _post("member", "", community.code, town_seats()[community.town].code, on_duty)
        )
    for seat in town_seats():
        posts.append(_post("leader", "", "", seat.code, True))
        posts.append(_post("member", "", "", seat.code, True))
    crowded = np.array([grid.population for grid in grids()], dtype=np.float64)
    for at in np.sort(weighted_choice(rng, crowded, STAFF - len(posts))):
        if fate[at] >= _NOBODY:
            posts.append(_grid_post("member", grids()[at], on_duty=False))
        else:
            posts.append(
                _post("member", "", grids()[at].community.code, grids()[at].town_code, False)
            )
    ordered = sorted(posts, key=lambda post: (post.town_code, post.community_code, post.grid_code))
    return [replace(post, code=f"S{number:05d}") for number, post in enumerate(ordered, start=1)]


def _posts_of(grid: Grid, luck: float, rng: np.random.Generator) -> list[Person]:
    secretary = _grid_post("branch_secretary", grid, on_duty=False)
    if luck < _NOBODY:
        return [secretary]
    leader = _grid_post("leader", grid, on_duty=False)
    on_duty = luck >= _NOBODY + _ONLY_LEADER
    member = _grid_post("member", grid, on_duty=on_duty)
    if on_duty and rng.random() < 0.12:
        return [secretary, replace(leader, on_duty=True), member]
    return [secretary, leader, member]


def _grid_post(role: str, grid: Grid, *, on_duty: bool) -> Person:
    return _post(role, grid.code, grid.community.code, grid.town_code, on_duty)


def _post(role: str, grid: str, community: str, town: str, on_duty: bool) -> Person:
    return Person("", "", role, grid, community, town, "", _FIRST_DAY, on_duty)


def _days(rng: np.random.Generator, count: int) -> list[dt.date]:
    span = (_LAST_DAY - _FIRST_DAY).days
    return [_FIRST_DAY + dt.timedelta(days=int(day)) for day in rng.integers(0, span, count)]


def _volunteers() -> tuple[Person, ...]:
    rng = rng_for("volunteers")
    crowded = np.array([grid.population for grid in grids()], dtype=np.float64)
    homes = np.sort(weighted_choice(rng, crowded, VOLUNTEERS))
    called = names(rng, VOLUNTEERS)
    since = _days(rng, VOLUNTEERS)
    return tuple(
        Person(
            code=f"V{number:05d}",
            name=name,
            role="volunteer",
            grid_code=grids()[home].code,
            community_code=grids()[home].community.code,
            town_code=grids()[home].town_code,
            telephone=telephone(20_000 + number),
            valid_from=day,
            on_duty=False,
        )
        for number, (home, name, day) in enumerate(zip(homes, called, since, strict=True), start=1)
    )
