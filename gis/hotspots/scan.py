"""Kulldorff's circular scan statistic: the circles that hold more reports than their exposure says.

Every circle around every unit is compared with the rest of the map; the p value of the strongest
comes from redistributing all reports at random over the exposure, so it already counts that many
circles were tried. High rates only.

Random maps are only asked whether they hold a circle as strong as one that was found. Most of
their circles answer in bunches: a bunch of nested circles cannot be strong enough where even the
reports of its widest would be too few for the exposure of its narrowest. What remains is worked
out in full, so that p is the same as if all had been.

Source: Kulldorff 1997, A spatial scan statistic; results equal SaTScan's discrete Poisson model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = npt.NDArray[np.int64]
Progress: TypeAlias = Callable[[int, int], None]

# circles whose edges are this close hold the same units
_SAME_DISTANCE = 1e-9
# ratios this close are equal
_SAME_RATIO = 1e-12
# a bunch is left out only if it is too weak by more than rounding
_SLACK = 1e-9
# nested circles in a bunch, and random maps worked on at once: so many fit a processor's cache
_BUNCH = 16
_MAPS = 32
_MOST_IN_TWO_BYTES = 2**15 - 1


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle with more reports than expected.

    Attributes
    ----------
    centre, members
        Position of the unit in its middle, and of all its units, nearest first.
    radius
        Distance to its farthest unit, in the unit of the coordinates.
    observed, expected
        Reports inside, and those its exposure would give at the map's mean rate.
    relative_risk
        Rate inside over the rate outside; nan if there are no reports outside.
    log_likelihood_ratio
        How much better the circle explains the map than no circle.
    p
        Share of random maps with a circle at least as strong, the map itself included.
    """

    centre: int
    members: tuple[int, ...]
    radius: float
    observed: int
    expected: float
    relative_risk: float
    log_likelihood_ratio: float
    p: float


def circular_scan(
    counts: Counts,
    exposure: Floats,
    xy: Floats,
    *,
    rng: np.random.Generator,
    replications: int = 999,
    largest_share: float = 0.5,
    most: int = 10,
    progress: Progress | None = None,
) -> list[Circle]:
    """Find the circles with the most surprising excess of reports.

    Parameters
    ----------
    counts
        Reports of each unit, shape (n,), whole numbers.
    exposure
        Residents or households of each unit, shape (n,), at least 0, not all 0.
    xy
        Centres of the units in metres, shape (n, 2).
    rng
        Source of the random maps; the same seed gives the same p.
    replications
        Random maps; p cannot be below 1 / (replications + 1).
    largest_share
        Largest share of the exposure a circle may hold.
    most
        Most circles to return.
    progress
        Called after every 32 random maps with those done and all; an exception it raises ends
        the scan.

    Returns
    -------
    list of Circle
        Strongest first, without common units, only with more than expected. 1,690 units and
        999 maps take 3 to 12 seconds: the fewer circles stand out, the longer.

    Examples
    --------
    >>> row, column = np.divmod(np.arange(100), 10)
    >>> counts = np.where((abs(row - 4) < 2) & (abs(column - 4) < 2), 6, 1)
    >>> xy = np.column_stack([column, row]) * 100.0
    >>> best = circular_scan(
    ...     counts, np.ones(100), xy, rng=np.random.default_rng(1), replications=99
    ... )[0]
    >>> best.centre, best.observed, round(best.expected, 1), best.p
    (44, 54, 13.0, 0.01)
    """
    total = _checked(counts, exposure, xy)
    circles = _Circles(exposure, xy, largest_share)
    ratios = circles.log_likelihood_ratios(counts, total)
    found = _apart(ratios, circles, most)
    levels = np.sort([ratios[place] for place in found]) - _SAME_RATIO
    maps = _RandomMaps(circles, total, levels)
    share = exposure / exposure.sum()
    strongest = np.zeros(replications)
    for done in range(0, replications, _MAPS):
        some = slice(done, min(done + _MAPS, replications))
        if found:
            noise = rng.multinomial(total, share, size=some.stop - some.start)
            strongest[some] = maps.strongest(noise)
        if progress is not None:
            progress(some.stop, replications)
    return [_circle(place, ratios, circles, counts, strongest) for place in found]


class _Circles:
    """All circles to try: row i holds the units around unit i by distance, in nested circles."""

    def __init__(self, exposure: Floats, xy: Floats, largest_share: float) -> None:
        n = len(xy)
        square = ((xy[:, None, :] - xy[None, :, :]) ** 2).sum(axis=2)
        # ties in distance by position, so that the result does not depend on the sort
        order = np.argsort(square, axis=1, kind="stable")
        distance = np.sqrt(np.take_along_axis(square, order, axis=1))
        held = np.cumsum(exposure[order], axis=1) / exposure.sum()
        # a circle that would cut through units at one distance takes all of them
        apart = np.ones((n, n), dtype=bool)
        apart[:, :-1] = np.diff(distance, axis=1) > _SAME_DISTANCE * (1 + distance[:, :-1])
        allowed = apart & (held <= largest_share + 1e-12) & (held > 0)
        width = int(allowed.any(axis=0).nonzero()[0].max(initial=-1)) + 1
        self.order = np.ascontiguousarray(order[:, :width])
        self.distance = distance[:, :width]
        self.held = held[:, :width]
        self.allowed = allowed[:, :width]

    def log_likelihood_ratios(self, counts: Counts, total: int) -> Floats:
        """Return the ratio of every circle, shape (n, width); 0 without excess."""
        inside = np.cumsum(counts[self.order], axis=1)
        return _ratios(inside, self.held * total, self.allowed, total)


class _RandomMaps:
    """Finds random maps that hold a circle as strong as one of some levels.

    Rows of circles are cut into bunches of ``_BUNCH``; a row that does not fill its last bunch is
    padded with a unit that never has reports.
    """

    def __init__(self, circles: _Circles, total: int, levels: Floats) -> None:
        n, width = circles.order.shape
        padding = ((0, 0), (0, -width % _BUNCH))
        self.levels, self.total = levels, total
        self.order = np.pad(circles.order, padding, constant_values=n)
        self.expected = np.pad(circles.held * total, padding, constant_values=np.inf)
        self.allowed = np.pad(circles.allowed, padding)
        narrowest = np.where(self.allowed, self.expected, np.inf)
        narrowest = narrowest.reshape(n, -1, _BUNCH).min(axis=2)
        # A count is small: two bytes hold it, and half as many bytes take half as long.
        self.kind = np.dtype(np.int16 if total < _MOST_IN_TWO_BYTES else np.int32)
        # Having reached the strongest level there is nothing more to look for.
        needed = [
            _least_counts(narrowest, total, ratio - _SLACK * max(1.0, ratio))
            for ratio in levels.tolist()
        ]
        never = np.full(narrowest.shape, total + 1)
        self.needed = np.stack([*needed, never]).astype(self.kind)

    def strongest(self, noise: Counts) -> Floats:
        """Return the ratio of the strongest circle of each map, shape (maps,).

        Right where it reaches a level, and below that level where the map does not reach it.

        Parameters
        ----------
        noise
            Reports of each unit, shape (maps, n).
        """
        maps, n = noise.shape
        counts = np.zeros((n + 1, maps), dtype=self.kind)
        counts[:n] = noise.T
        found = np.zeros(maps)
        reached = np.searchsorted(self.levels, found, side="right")
        for centre in range(n):
            inside = counts[self.order[centre]].reshape(-1, _BUNCH, maps)
            widest = np.add.reduce(inside, axis=1, dtype=self.kind).cumsum(axis=0, dtype=self.kind)
            bunch, of_map = np.nonzero(widest >= self.needed[reached, centre].T)
            if bunch.size:
                within = inside[bunch, :, of_map].cumsum(axis=1, dtype=np.int64)
                before = widest[bunch, of_map] - within[:, -1]
                ratios = self._ratios_of(centre, bunch, within + before[:, None])
                np.maximum.at(found, of_map, ratios.max(axis=1))
                reached = np.searchsorted(self.levels, found, side="right")
        return found

    def _ratios_of(self, centre: int, bunch: npt.NDArray[np.intp], inside: Counts) -> Floats:
        expected = self.expected[centre].reshape(-1, _BUNCH)[bunch]
        allowed = self.allowed[centre].reshape(-1, _BUNCH)[bunch]
        return _ratios(inside, expected, allowed, self.total)


def _ratios(inside: Counts, expected: Floats, allowed: npt.NDArray[np.bool_], total: int) -> Floats:
    """Return the likelihood ratios of circles; 0 without excess, or where they are not allowed."""
    more = allowed & (inside > expected)
    ratios = np.zeros(inside.shape)
    observed, usual = inside[more], expected[more]
    rest = total - observed
    ratios[more] = observed * np.log(observed / usual)
    # nothing outside adds nothing: 0 log 0 is 0
    outside = np.log(np.maximum(rest, 1) / np.maximum(total - usual, 1e-300))
    ratios[more] += np.where(rest > 0, rest * outside, 0.0)
    return ratios


def _least_counts(expected: Floats, total: int, ratio: float) -> Counts:
    """Return from how many reports on a circle has a ratio; total + 1 where it cannot have it.

    The ratio rises with the reports beyond those expected, so it is found by halving.
    """
    never = total + 1
    low, high = np.zeros(expected.shape, dtype=np.int64), np.full(expected.shape, never)
    everywhere = np.ones(expected.shape, dtype=bool)
    for _ in range(never.bit_length()):
        middle = (low + high) // 2
        enough = _ratios(np.minimum(middle, total), expected, everywhere, total) >= ratio
        enough |= middle > total
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
        low = np.minimum(low, high)
    return high


def _checked(counts: Counts, exposure: Floats, xy: Floats) -> int:
    if not (len(counts) == len(exposure) == len(xy)):
        raise ValueError("counts, exposure and centres must be of the same units")
    if not (np.isfinite(exposure).all() and (exposure >= 0).all() and exposure.sum() > 0):
        raise ValueError("exposure must be at least 0 and not all 0")
    if (counts < 0).any() or (counts[exposure == 0] > 0).any():
        raise ValueError("reports need a unit with exposure and cannot be negative")
    return int(counts.sum())


def _apart(ratios: Floats, circles: _Circles, most: int) -> list[tuple[int, int]]:
    """Return the strongest circle, then the next without its units, and so on."""
    if ratios.size == 0:
        return []
    best = ratios.argmax(axis=1)
    strength = ratios[np.arange(len(ratios)), best]
    taken = np.zeros(len(ratios), dtype=bool)
    found: list[tuple[int, int]] = []
    for centre in np.argsort(-strength, kind="stable").tolist():
        if strength[centre] <= 0 or len(found) == most:
            break
        members = circles.order[centre, : best[centre] + 1]
        if not taken[members].any():
            taken[members] = True
            found.append((centre, int(best[centre])))
    return found


def _circle(
    place: tuple[int, int], ratios: Floats, circles: _Circles, counts: Counts, strongest: Floats
) -> Circle:
    centre, last = place
    members = circles.order[centre, : last + 1]
    total, observed = int(counts.sum()), int(counts[members].sum())
    expected = float(circles.held[place]) * total
    outside = (total - observed) / (total - expected) if total > expected else 0.0
    ratio = float(ratios[place])
    stronger = int((strongest >= ratio - _SAME_RATIO).sum())
    return Circle(
        centre=centre,
        members=tuple(members.tolist()),
        radius=float(circles.distance[place]),
        observed=observed,
        expected=expected,
        relative_risk=observed / expected / outside if outside > 0 else float("nan"),
        log_likelihood_ratio=ratio,
        p=(1 + stronger) / (1 + strongest.size),
    )
