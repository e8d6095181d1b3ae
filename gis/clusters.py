"""Incident clusters (同源事件): open reports of one matter, near in place and time.

Computed when asked for, from what the actor may read: open reports of the last day are some
hundreds, and a stored cluster would have to follow every step of every one of them. Merged reports
are evidence like others, so a known incident goes on drawing new calls to itself.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.geometry import LocalFrame, Point, bbox_around
from gis.hotspots.clusters import NOISE
from gis.hotspots.outbreaks import Floats, is_unusual, outbreaks, spread_m

LOOK_BACK: Final = dt.timedelta(hours=24)
"""Reports older than that belong to no cluster of today."""
USUAL_OVER: Final = dt.timedelta(days=56)
LEAST_ACCURATE_M: Final = 500.0
DISMISSED_FOR: Final = dt.timedelta(days=3)
MOST: Final = 50
"""Clusters looked at: more at once is a flood, and one cause of it is known."""

# How far a report has come: the one that is merged into is the furthest.
_COURSE = ("received", "accepted", "dispatched", "handling", "handled")


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a cluster of a matter.

    Attributes
    ----------
    distance_m, hours
        Between neighbours, both included.
    least
        Reports that make a cluster.
    """

    distance_m: float
    hours: float
    least: int


DEFAULT: Final = Rule(300.0, 2.0, 3)
"""Of a matter without a rule; sensitive ones have none at all."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is clustered together: one category, or all of a first level.

    Attributes
    ----------
    code
        Of the category, or of the first level where its children count as one.
    categories
        Names in Chinese and English of the categories it holds, by code.
    """

    code: str
    name: str
    name_en: str
    rule: Rule
    categories: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Cluster:
    """Reports that look like one cause.

    Attributes
    ----------
    members
        Rows of ``cluster_candidates.sql``, oldest first.
    within_m
        Largest distance between two of them.
    usual
        Reports of the matter that the place has in that time otherwise.
    """

    matter: Matter
    members: list[Row]
    within_m: float
    usual: float

    @property
    def subject(self) -> tuple[str, str, str]:
        """Code and names of what all members report: their one category, else the matter."""
        codes = {row["category_code"] for row in self.members}
        own = [one for one in self.matter.categories if one[0] in codes]
        return (
            own[0] if len(own) == 1 else (self.matter.code, self.matter.name, self.matter.name_en)
        )

    @property
    def into(self) -> Row:
        """The report that the others are merged into: the one furthest along, else the first.

        One that the actor's centre acts on comes first: it cannot merge into another centre's.
        """
        roots = [one for one in self.members if one["merged_into"] is None]
        first: Row = max(
            roots or self.members,
            key=lambda one: (
                one["own"],
                one["merged_count"] > 0,
                _COURSE.index(one["status"]),
                -one["received_at"].timestamp(),
            ),
        )
        return first

    @property
    def mergeable(self) -> list[Row]:
        """Members of the actor's centre that are not merged yet.

        One with others merged into it stays on its own.
        """
        into = self.into
        return [
            one
            for one in self.members
            if one["own"]
            and one["merged_into"] is None
            and one["merged_count"] == 0
            and one["id"] != into["id"]
        ]

    @property
    def minutes(self) -> int:
        """From the first report to the last, in whole minutes, rounded up."""
        span: dt.timedelta = self.members[-1]["received_at"] - self.members[0]["received_at"]
        return math.ceil(span.total_seconds() / 60)


def find_clusters(
    tx: Transaction,
    actor: Actor,
    *,
    now: dt.datetime,
    category: str | None = None,
    near: Point | None = None,
) -> list[Cluster]:
    """Return the clusters among the open reports the actor may read, the largest first.

    Parameters
    ----------
    category, near
        Only those that a new report of this category and place would belong to.
    """
    given = {
        "county": actor.county_code,
        "since": now - LOOK_BACK,
        "accuracy_m": LEAST_ACCURATE_M,
        "audience": list(actor.audience),
        "town": actor.town_code,
    }
    matters = matters_of(tx, actor.county_code)
    wanted = matters.get(category) if category is not None else None
    by_matter: dict[Matter, list[Row]] = defaultdict(list)
    for row in tx.query("cluster_candidates", given):
        matter = matters.get(row["category_code"])
        if matter is not None and (category is None or matter == wanted):
            by_matter[matter].append(row)
    groups = [
        (matter, members)
        for matter, rows in by_matter.items()
        for members in _groups(matter.rule, rows)
    ]
    groups.sort(key=lambda one: (-len(one[1]), one[1][0]["id"]))
    dismissed = _dismissed(tx, actor.county_code, now)
    found = []
    for matter, members in groups[:MOST]:
        usual = _usual(tx, actor, matter, members)
        cluster = Cluster(matter, members, spread_m(_xy(members)), usual)
        if not is_unusual(len(members), usual) or _is_dismissed(cluster, dismissed):
            continue
        if near is None or _reaches(cluster, near, now):
            found.append(cluster)
    return found


def matters_of(tx: Transaction, county_code: str) -> dict[str, Matter]:
    """Return the matter of each category that is clustered."""
    rows = tx.query("cluster_rules", {"county": county_code})
    held: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in rows:
        key = row["group_code"] if row["together"] else row["code"]
        held[key].append((row["code"], row["name"], row["name_en"]))
    found = {}
    for row in rows:
        rule = _rule(row)
        which = "group_" if row["together"] else ""
        if rule is not None:
            code, name, name_en = (row[f"{which}{part}"] for part in ("code", "name", "name_en"))
            found[row["code"]] = Matter(code, name, name_en, rule, tuple(sorted(held[code])))
    return found


def dismiss(
    tx: Transaction, actor: Actor, report_ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> None:
    """Remember that these reports have no common cause."""
    tx.rows(
        "INSERT INTO cluster_dismissal (county_code, id, report_ids, account_id, at)"
        " VALUES (%(county)s, gen_random_uuid(), %(ids)s, %(account)s, %(at)s)",
        {
            "county": actor.county_code,
            "ids": list(report_ids),
            "account": actor.account_id,
            "at": now,
        },
    )


def _rule(row: Row) -> Rule | None:
    if not (row["own_rule"] or row["group_rule"]):
        return None if row["sensitive"] else DEFAULT
    return Rule(row["distance_m"], row["hours"], row["least"]) if row["least"] else None


def _groups(rule: Rule, rows: list[Row]) -> list[list[Row]]:
    """Return the reports of one matter that lie dense, oldest first."""
    hours = np.array([row["received_at"].timestamp() / 3600 for row in rows])
    labels = outbreaks(
        _xy(rows), hours, distance_m=rule.distance_m, within_h=rule.hours, least=rule.least
    )
    return [
        [rows[i] for i in np.flatnonzero(labels == label)]
        for label in range(labels.max(initial=NOISE) + 1)
    ]


def _xy(rows: list[Row]) -> Floats:
    return np.array([[row["x"], row["y"]] for row in rows])


def _usual(tx: Transaction, actor: Actor, matter: Matter, members: list[Row]) -> float:
    """Return how many reports the place has otherwise in the time the cluster took."""
    lon, lat = (sum(row[name] for row in members) / len(members) for name in ("lon", "lat"))
    middle = Point(lon, lat)
    began: dt.datetime = members[0]["received_at"]
    ended: dt.datetime = members[-1]["received_at"]
    box = bbox_around(middle, matter.rule.distance_m)
    row = tx.query_one(
        "cluster_background",
        {
            "county": actor.county_code, "categories": [code for code, _, _ in matter.categories],
            "audience": list(actor.audience), "since": began - USUAL_OVER, "until": began,
            "lon": lon, "lat": lat, "distance_m": matter.rule.distance_m,
            "west": box.west, "south": box.south, "east": box.east, "north": box.north,
        },
    )  # fmt: skip
    span = max(ended - began, dt.timedelta(hours=matter.rule.hours))
    return float(row["reports"] if row else 0) * (span / USUAL_OVER)


def _dismissed(tx: Transaction, county_code: str, now: dt.datetime) -> list[set[uuid.UUID]]:
    rows = tx.rows(
        "SELECT report_ids FROM cluster_dismissal WHERE county_code = %(county)s AND at > %(since)s",
        {"county": county_code, "since": now - DISMISSED_FOR},
    )
    return [set(row["report_ids"]) for row in rows]


def _is_dismissed(cluster: Cluster, dismissed: list[set[uuid.UUID]]) -> bool:
    """Say whether it was dismissed, and has not grown by as many as make a cluster since."""
    members = {row["id"] for row in cluster.members}
    return any(
        members & known and len(members - known) < cluster.matter.rule.least for known in dismissed
    )


def _reaches(cluster: Cluster, place: Point, now: dt.datetime) -> bool:
    """Say whether a report at a place now would be some member's neighbour."""
    rule, frame = cluster.matter.rule, LocalFrame(place.lon, place.lat)
    since = now - dt.timedelta(hours=rule.hours)
    return any(
        row["received_at"] >= since
        and math.hypot(
            (row["lon"] - place.lon) * frame.metres_per_degree_lon,
            (row["lat"] - place.lat) * frame.metres_per_degree_lat,
        )
        <= rule.distance_m
        for row in cluster.members
    )
