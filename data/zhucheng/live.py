"""About 80 reports of the last 48 hours in every status; times are minutes before the load.

They are dealt out so that everybody finds something to do: the town of Mizhou, the water and
power companies, the grid staff and the volunteer of the demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle

import numpy as np

from data.zhucheng.categories import category_by_code
from data.zhucheng.frame import FloatArray, on_lattice, rng_for, to_degrees, to_metres
from data.zhucheng.grids import Grid
from data.zhucheng.people import names, telephone
from data.zhucheng.places import grids_at, places
from data.zhucheng.reports import TOLD_BY_SOMEONE, accuracy, pick_source
from data.zhucheng.terrain import people_points
from data.zhucheng.utilities import CITY, MIZHOU
from data.zhucheng.whereabouts import address_at, nearest_places
from data.zhucheng.wording import description, handling

# Minutes since reception for each way a report stands now: earliest, latest, and the steps done.
_STEPS = ("accepted", "dispatched", "checked_in", "handled", "closed")
_STANDING: dict[str, tuple[int, int, int]] = {
    "received": (2, 28, 0),
    "accepted": (8, 60, 1),
    "dispatched": (15, 170, 2),
    "handling": (70, 1_300, 3),
    "handled": (150, 1_700, 4),
    "resolved": (400, 2_860, 5),
    "self_resolved": (60, 2_500, 0),
    "rejected": (120, 2_600, 0),
    "withdrawn": (200, 2_400, 1),
}
_BURST_AGO = 140.0
_OUTCOMES = frozenset({"resolved", "self_resolved", "rejected", "withdrawn"})
_EVERY = (
    "handling", "received", "dispatched", "resolved", "accepted", "handled", "handling", "resolved",
    "dispatched", "received", "self_resolved", "handling", "handled", "resolved",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Reports dealt to someone: where, of what, from whom, and how they stand in turn."""

    count: int
    where: str
    categories: tuple[str, ...]
    standings: tuple[str, ...]
    account: str = ""
    source: str = ""


_GROUPS = (
    Group(
        5, "own_grid",
        ("sanitation.garbage", "street_order.parking", "fire_safety.passage", "drainage.blocked", "roads.streetlight"),
        ("received", "handling", "handled", "resolved", "dispatched"), "staff", "grid_staff",
    ),
    Group(
        4, "own_grid", ("drainage.manhole_broken", "housing.property", "sanitation.bin", "dispute.neighbour"),
        ("received", "accepted", "self_resolved", "received"),
    ),
    Group(
        4, "own_grid", ("sanitation.garbage", "civil_affairs.elderly", "telecom.cable_low", "greenery.overgrown"),
        ("received", "dispatched", "resolved", "handling"), "volunteer", "volunteer",
    ),
    Group(
        11, "city", ("water.no_supply", "water.leak", "water.quality", "water.low_pressure", "water.main_burst"),
        ("dispatched", "handling", "handled", "dispatched", "handling", "resolved"),
    ),
    Group(
        9, "city", ("power.outage", "power.transformer", "power.pole", "power.cable_fallen"),
        ("handling", "dispatched", "resolved", "dispatched", "handled", "handling"),
    ),
    Group(
        17, "mizhou",
        ("street_order.stalls", "sanitation.construction_waste", "heating.not_warm", "roads.pothole", "gas.alarm",
         "market.consumer", "fire_safety.ebike", "street_order.noise", "education.campus"),
        _EVERY,
    ),
    Group(
        23, "county",
        ("roads.pothole", "sanitation.garbage", "agriculture.irrigation", "environment.burning", "heating.not_warm",
         "telecom.outage", "housing.dangerous", "dispute.land", "transport.bus", "health.clinic", "policing.theft",
         "cables.owner_unknown", "civil_affairs.subsistence"),
        _EVERY,
    ),
    Group(
        4, "county", ("sanitation.bin", "other.consultation", "street_order.dogs"),
        ("rejected", "withdrawn", "rejected", "withdrawn"), "", "resident",
    ),
    Group(3, "burst", ("water.low_pressure",), ("handling",), "", "resident"),
)  # fmt: skip


@dataclass(frozen=True)
class LiveReport:
    """A report relative to the load; ``ago`` are minutes before it by step, reception first.

    Attributes
    ----------
    merged_into
        Key of the report that it was merged into, or empty.
    answer
        What the resident answered since, if anything.
    """

    key: str
    category: str
    description: str
    address: str
    source: str
    reporter_name: str
    reporter_phone: str
    account: str
    lon: float
    lat: float
    accuracy_m: float
    status: str
    outcome: str
    ago: dict[str, float]
    result: str
    cause: str
    remedy: str
    merged_into: str = ""
    answer: str = ""


@cache
def live() -> tuple[LiveReport, ...]:
    """Return the live reports, oldest first."""
    rng = rng_for("live")
    found: list[LiveReport] = []
    for group in _GROUPS:
        found.extend(_dealt(group, rng))
    ordered = sorted(found, key=lambda report: -report.ago["received"])
    keyed = [replace(report, key=f"L{n:03d}") for n, report in enumerate(ordered, start=1)]
    answers = cycle(("satisfied", "unsatisfied", "", "satisfied"))
    answered = [
        replace(r, answer=next(answers)) if r.outcome == "resolved" and r.reporter_name else r
        for r in keyed
    ]
    return _merged(answered)


def _dealt(group: Group, rng: np.random.Generator) -> list[LiveReport]:
    degrees = _positions(group, rng)
    near = nearest_places(degrees)
    homes = grids_at(degrees)
    called = names(rng, group.count)
    categories = cycle(group.categories)
    standings = cycle(group.standings)
    found: list[LiveReport] = []
    for n, ((lon, lat), place, home) in enumerate(zip(degrees, near, homes, strict=True)):
        category, standing = next(categories), next(standings)
        source = group.source or pick_source(category_by_code()[category], rng)
        told = source in TOLD_BY_SOMEONE and not group.account
        spoken = place.name if place else home.community.name
        cause, result, remedy = handling(category, spoken, rng)
        done = standing in {"handled", "resolved"}
        found.append(
            LiveReport(
                key="",
                category=category,
                description=description(category, spoken, rng),
                address=address_at(place, home.community.name, rng),
                source=source,
                reporter_name=called[n] if told else "",
                reporter_phone=telephone(90_000 + len(found) + group.count * 100) if told else "",
                account=group.account,
                lon=float(lon),
                lat=float(lat),
                accuracy_m=accuracy(rng),
                status="closed" if standing in _OUTCOMES else standing,
                outcome=standing if standing in _OUTCOMES else "",
                ago=_burst_ago(n) if group.where == "burst" else _ago(standing, rng),
                cause=cause if done else "",
                result=result if done else "",
                remedy=remedy if done else "",
                merged_into=group.where if group.where == "burst" and n else "",
            )
        )
    return found


def _burst_ago(n: int) -> dict[str, float]:
    """Place the steps of a report of the burst: all filed, then merged and dispatched as one."""
    received = _BURST_AGO - 9 * n
    return {"received": received, "accepted": received - 6, "dispatched": 108.0, "checked_in": 72.5}


def _ago(standing: str, rng: np.random.Generator) -> dict[str, float]:
    """Place the steps taken between reception and now."""
    earliest, latest, steps = _STANDING[standing]
    received = float(rng.uniform(earliest, latest))
    ago = {"received": round(received, 1)}
    parts = np.sort(rng.random(steps) ** 1.6) * 0.8 if steps else np.empty(0)
    quick = (min(6.0, received * 0.2), min(11.0, received * 0.35))
    for rank in range(steps):
        after = quick[rank] if rank < 2 else quick[1] + (received - quick[1]) * float(parts[rank])
        ago[_STEPS[rank]] = round(received - after - 0.1 * rank, 1)
    if standing in {"self_resolved", "rejected", "withdrawn"}:
        ago["closed"] = round(max(1.0, received - 45.0), 1)
    return ago


def _merged(reports: list[LiveReport]) -> tuple[LiveReport, ...]:
    """Merge the later reports of the burst into its first, whose course they follow."""
    category = next(report.category for report in reports if report.merged_into)
    parent = next(r for r in reports if r.category == category and r.ago["received"] == _BURST_AGO)
    return tuple(
        replace(report, merged_into=parent.key) if report.merged_into else report
        for report in reports
    )


def _positions(group: Group, rng: np.random.Generator) -> FloatArray:
    garden = next(place for place in places() if place.name == "盛龙花园")
    if group.where == "burst":
        middle = to_metres(np.array([[garden.lon, garden.lat]]))
        return on_lattice(to_degrees(middle + rng.normal(0, 40, (group.count, 2))))

    def wanted(home: Grid) -> bool:
        match group.where:
            case "own_grid":
                return home.code == garden.grid_code
            case "mizhou":
                return home.town_code == MIZHOU
            case "city":
                return home.town_code in CITY
            case _:
                return home.town_code not in CITY

    kept: list[tuple[float, float]] = []
    while len(kept) < group.count:
        points = on_lattice(to_degrees(people_points(rng, 400)))
        for home, (lon, lat) in zip(grids_at(points), points, strict=True):
            if len(kept) < group.count and wanted(home):
                kept.append((float(lon), float(lat)))
    return np.array(kept)
