"""Did a measure help: reports before and after it, against an area where nothing was done.

The county changes on its own, by season and by how eagerly people report. The effect is therefore
the change in the area over the change in the control area, with an interval; it is an estimate
from counts, not a proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Reports of one area before and after a date, with the days counted on each side."""

    before: int
    after: int
    days_before: float
    days_after: float

    def __post_init__(self) -> None:
        if not (self.before >= 0 and self.after >= 0 and self.days_before > 0 < self.days_after):
            raise ValueError("before and after need counts from 0 and days above 0")

    @property
    def rate_before(self) -> float:
        """Reports a day before."""
        return self.before / self.days_before

    @property
    def rate_after(self) -> float:
        """Reports a day after."""
        return self.after / self.days_after


@dataclass(frozen=True, slots=True)
class Effect:
    """What changed beyond the control area.

    Attributes
    ----------
    ratio, low, high
        Change in the area over change in the control area, with its 95 % interval: 0.6 means
        40 % fewer reports than the control area lets expect.
    p
        Two-sided chance of such a ratio if the measure did nothing.
    """

    ratio: float
    low: float
    high: float
    p: float


def effect(area: BeforeAfter, control: BeforeAfter) -> Effect:
    """Estimate the effect of a measure as a ratio of ratios.

    Parameters
    ----------
    area
        Where the measure was taken.
    control
        Where it was not; without units of the area. Its seasons should be the area's.

    Returns
    -------
    Effect
        Interval and p by the normal approximation on the logarithm, half a report added to each
        count if one of them is 0 (Haldane 1956). For counts that vary more than by chance the
        interval is too narrow.

    Examples
    --------
    >>> found = effect(BeforeAfter(80, 40, 90, 90), BeforeAfter(800, 820, 90, 90))
    >>> round(found.ratio, 2), round(found.low, 2), round(found.high, 2), round(found.p, 4)
    (0.49, 0.33, 0.72, 0.0003)
    """
    counts = [area.before, area.after, control.before, control.after]
    added = 0.5 if 0 in counts else 0.0
    before, after, control_before, control_after = (count + added for count in counts)
    change = (after / area.days_after) / (before / area.days_before)
    expected = (control_after / control.days_after) / (control_before / control.days_before)
    ratio = change / expected
    spread = math.sqrt(1 / before + 1 / after + 1 / control_before + 1 / control_after)
    reach = math.exp(1.96 * spread)
    p = 2 * float(special.ndtr(-abs(math.log(ratio)) / spread))
    return Effect(ratio, ratio / reach, ratio * reach, p)
