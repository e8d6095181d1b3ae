"""Density in place and time: against a slow oracle, on the planted outbreaks, and on noise."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.zhucheng.clustering import CLUSTER_RULES
from data.zhucheng.encoding import read_csv
from data.zhucheng.frame import to_metres
from gis.clusters import DEFAULT, Rule
from gis.hotspots.clusters import NOISE
from gis.hotspots.outbreaks import is_unusual, outbreaks, spread_m

SHUFFLES = 12
FOUND_WITHIN = 3


def slow(
    xy: np.ndarray, hours: np.ndarray, distance_m: float, within_h: float, least: int
) -> list[set[int]]:
    """Return the core points of each group, by comparing all with all and walking."""
    n = len(xy)
    near = (np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) <= distance_m) & (
        np.abs(hours[:, None] - hours[None]) <= within_h
    )
    core = near.sum(axis=1) >= least
    left, groups = set(np.flatnonzero(core).tolist()), []
    while left:
        group, todo = set(), [min(left)]
        while todo:
            point = todo.pop()
            if point in group:
                continue
            group.add(point)
            todo += [other for other in range(n) if core[other] and near[point, other]]
        groups.append(group)
        left -= group
    return groups


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), max_size=40),
    st.integers(2, 4),
)
def test_core_points_are_grouped_as_the_slow_way_does(
    points: list[tuple[int, int, int]], least: int
) -> None:
    xy = np.array([point[:2] for point in points], dtype=float).reshape(-1, 2)
    hours = np.array([point[2] for point in points], dtype=float)
    labels = outbreaks(xy, hours, distance_m=1.5, within_h=1, least=least)
    groups = slow(xy, hours, 1.5, 1, least)
    assert labels.max(initial=NOISE) + 1 == len(groups)
    for group in groups:
        assert len({int(labels[point]) for point in group}) == 1
    cores = set().union(*groups) if groups else set()
    near = (np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) <= 1.5) & (
        np.abs(hours[:, None] - hours[None]) <= 1
    )
    for point in set(range(len(points))) - cores:
        reached = {int(labels[core]) for core in cores if near[point, core]}
        assert (int(labels[point]) in reached) if reached else (labels[point] == NOISE)


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_points_changes_no_group(random: object) -> None:
    rng = np.random.default_rng(random.randint(0, 2**31))  # type: ignore[attr-defined]
    xy, hours = rng.uniform(0, 1000, (60, 2)), rng.uniform(0, 6, 60)
    order = rng.permutation(60)
    one = outbreaks(xy, hours, distance_m=150, within_h=2, least=3)
    other = np.empty(60, dtype=np.int64)
    other[order] = outbreaks(xy[order], hours[order], distance_m=150, within_h=2, least=3)
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_a_place_that_always_has_many_needs_more() -> None:
    assert is_unusual(3, 0.0)
    assert is_unusual(3, 0.1)
    assert not is_unusual(3, 0.5)
    assert is_unusual(8, 0.5)


def test_spread_is_the_largest_distance() -> None:
    assert spread_m(np.array([[0.0, 0], [3, 4], [0, 1]])) == 5.0


@dataclass(frozen=True)
class Archive:
    """The sample city's nine months as arrays; ``outbreak`` is empty for the everyday."""

    xy: np.ndarray
    hours: np.ndarray
    month: np.ndarray
    category: np.ndarray
    outbreak: np.ndarray


@cache
def archive() -> Archive:
    rows = [row for row in read_csv("reports.csv") if row["lon"]]
    times = [dt.datetime.fromisoformat(row["received_at"]) for row in rows]
    return Archive(
        to_metres(np.array([[float(row["lon"]), float(row["lat"])] for row in rows])),
        np.array([time.timestamp() / 3600 for time in times]),
        np.array([time.month for time in times]),
        np.array([row["category"] for row in rows]),
        np.array([row["outbreak"] for row in rows]),
    )


def matter_of(category: str) -> tuple[str, Rule]:
    """Return what a category is clustered with in the sample city, and how."""
    rules = {rule.category_code: rule for rule in CLUSTER_RULES}
    group = category.partition(".")[0]
    rule = rules.get(category) or rules.get(group)
    if rule is None:
        return category, DEFAULT
    code = group if rule.together else category
    return code, Rule(rule.distance_m, rule.hours, rule.least)


def found_in(which: np.ndarray, hours: np.ndarray) -> list[np.ndarray]:
    """Return the clusters among some reports, matter by matter."""
    city, groups = archive(), []
    matters = np.array([matter_of(category)[0] for category in city.category[which]])
    for matter in np.unique(matters):
        own = which[matters == matter]
        rule = matter_of(city.category[own[0]])[1]
        labels = outbreaks(
            city.xy[own], hours[own],
            distance_m=rule.distance_m, within_h=rule.hours, least=rule.least,
        )  # fmt: skip
        groups += [own[labels == label] for label in range(labels.max(initial=NOISE) + 1)]
    return groups


def test_each_planted_outbreak_is_found_by_its_third_report() -> None:
    """Replayed as they came in: what was known at each moment decides."""
    city = archive()
    needed = {}
    for code in np.unique(city.outbreak[city.outbreak != ""]):
        own = np.flatnonzero(city.outbreak == code)
        own = own[np.argsort(city.hours[own])]
        for number, report in enumerate(own, 1):
            now = city.hours[report]
            known = np.flatnonzero((city.hours <= now) & (city.hours > now - 24))
            if any(report in group for group in found_in(known, city.hours)):
                needed[code] = number
                break
    assert len(needed) == 13
    assert {"shenglong", "yuewang"} <= set(needed)
    assert max(needed.values()) <= FOUND_WITHIN, needed


@pytest.mark.parametrize("number", range(SHUFFLES))
def test_a_month_whose_times_are_shuffled_has_at_most_one_cluster(number: int) -> None:
    """Places, matters and hours of the day stay as they are; what belonged together is torn apart."""
    city = archive()
    which = np.flatnonzero(city.month == number % 9 + 1)
    hours = city.hours.copy()
    hours[which] = np.random.default_rng(2022 + number).permutation(hours[which])
    groups = found_in(which, hours)
    assert len(which) > 1_300
    assert len(groups) <= 1, [Counter(city.category[group]) for group in groups]
