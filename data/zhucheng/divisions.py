"""Towns and communities as groups of neighbouring grids, with their codes and names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from data.zhucheng.frame import FloatArray, IntArray, rng_for, to_metres
from data.zhucheng.naming import URBAN_COMMUNITIES, english, village_names
from data.zhucheng.terrain import nearest_town, town_seats

COMMUNITIES = 235
_KMEANS_STEPS = 12


@dataclass(frozen=True)
class Community:
    """A community: ``town`` is an index into the towns, the centre is in metres."""

    code: str
    town: int
    name: str
    name_en: str
    x: float
    y: float


@dataclass(frozen=True)
class Divisions:
    """Who belongs to whom: ``town_of`` and ``community_of`` are indices, one a grid."""

    communities: tuple[Community, ...]
    town_of: IntArray
    community_of: IntArray


def divide(centres: FloatArray, borders: list[dict[int, float]]) -> Divisions:
    """Group grids into towns and communities, each of one piece.

    Parameters
    ----------
    centres
        (n, 2) middles of the grids in metres.
    borders
        For each grid its neighbours with the length of the common border in metres.
    """
    towns = connected(nearest_town(centres), borders)
    label = np.full(len(centres), -1)
    communities: list[Community] = []
    names = _names(len(town_seats()))
    for town, wanted in enumerate(_communities_per_town(towns)):
        members = np.flatnonzero(towns == town)
        local = _cluster(centres[members], wanted, rng_for(f"communities{town}"))
        inner = [{int(n): w for n, w in borders[m].items() if towns[n] == town} for m in members]
        position = {int(member): i for i, member in enumerate(members)}
        local = connected(local, [{position[n]: w for n, w in row.items()} for row in inner])
        middles = np.array([centres[members][local == k].mean(axis=0) for k in range(wanted)])
        order = _reading_order(middles, town)
        for rank, k in enumerate(order):
            label[members[local == k]] = len(communities)
            communities.append(_community(town, rank, names[town].pop(0), middles[k]))
    return Divisions(tuple(communities), towns, label.astype(np.int64))


def connected(labels: IntArray, borders: list[dict[int, float]]) -> IntArray:
    """Give every stray piece of a label to the neighbour it shares most border with."""
    labels = labels.copy()
    for _ in range(20):
        pieces = _pieces(labels, borders)
        largest = {}
        for piece in sorted(pieces, key=lambda piece: (len(piece), -piece[0])):
            largest[int(labels[piece[0]])] = piece
        strays = [piece for piece in pieces if largest[int(labels[piece[0]])] is not piece]
        if not strays:
            return labels
        for piece in strays:
            touching: Counter[int] = Counter()
            for member in piece:
                for other, length in borders[member].items():
                    if labels[other] != labels[piece[0]]:
                        touching[int(labels[other])] += round(length * 1000)
            if touching:
                labels[piece] = max(touching, key=lambda k: (touching[k], -k))
    raise ValueError("the divisions did not settle into one piece each")


def _pieces(labels: IntArray, borders: list[dict[int, float]]) -> list[list[int]]:
    seen = np.zeros(len(labels), dtype=bool)
    pieces = []
    for start in range(len(labels)):
        if seen[start]:
            continue
        seen[start] = True
        piece = [start]
        for member in piece:
            for other in sorted(borders[member]):
                if not seen[other] and labels[other] == labels[start]:
                    seen[other] = True
                    piece.append(other)
        pieces.append(piece)
    return pieces


def _communities_per_town(towns: IntArray) -> IntArray:
    """Share the communities out by the towns' grids (largest remainders)."""
    size = np.bincount(towns, minlength=len(town_seats()))
    quota = size / size.sum() * COMMUNITIES
    count: IntArray = np.floor(quota).astype(np.int64)
    for town in np.argsort(count - quota, kind="stable")[: COMMUNITIES - count.sum()]:
        count[town] += 1
    return count


def _cluster(points: FloatArray, count: int, rng: np.random.Generator) -> IntArray:
    centres = points[rng.choice(len(points), count, replace=False)]
    for _ in range(_KMEANS_STEPS):
        owner = _nearest(points, centres)
        for k in range(count):
            if (owner == k).any():
                centres[k] = points[owner == k].mean(axis=0)
    owner = _nearest(points, centres)
    renumbered: IntArray = np.unique(owner, return_inverse=True)[1]
    return renumbered


def _nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    steps = points[:, None, :] - centres[None]
    nearest: IntArray = np.argmin((steps**2).sum(axis=2), axis=1)
    return nearest


def _reading_order(middles: FloatArray, town: int) -> IntArray:
    """Order communities outward from the town's seat: its named ones lie in the middle."""
    seat = town_seats()[town]
    at = to_metres(np.array([[seat.lon, seat.lat]]))[0]
    order: IntArray = np.argsort(np.hypot(*(middles - at).T), kind="stable")
    return order


def _community(town: int, rank: int, name: str, middle: FloatArray) -> Community:
    return Community(
        code=f"{town_seats()[town].code}{rank + 1:03d}",
        town=town,
        name=f"{name}社区",
        name_en=english(name),
        x=float(middle[0]),
        y=float(middle[1]),
    )


def _names(towns: int) -> list[list[str]]:
    """Return for each town its own names first, then invented ones; no name twice."""
    seats = town_seats()
    own = [[name for code, name in URBAN_COMMUNITIES if code == seat.code] for seat in seats]
    for seat, names in zip(seats, own, strict=True):
        short = seat.name.removesuffix("街道").removesuffix("镇")
        if short not in names:
            names.insert(0, f"{short}驻地")
    rest = village_names(rng_for("community names"), towns * 45)
    for i, name in enumerate(rest):
        own[i % towns].append(name)
    return own
