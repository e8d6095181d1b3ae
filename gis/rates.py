"""The rates by which the work is judged: each with its definition, numerator and denominator.

A rate without its definition cannot be compared: 结案率 is closed cases over those whose closing
deadline falls in the period, not over those filed; satisfaction is over those who answered. So a
rate is never a bare number here, and a rate over nothing is undefined, not 0 or 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal


@dataclass(frozen=True, slots=True)
class RateDefinition:
    """What a rate is.

    Attributes
    ----------
    code
        Its name in the API.
    name, name_en
        Its name for people.
    numerator, denominator
        Codes of the two counts, see `COUNTS`; the first is part of the second.
    low_is_good
        Whether the work is the better the lower it is.
    """

    code: str
    name: str
    name_en: str
    numerator: str
    denominator: str
    low_is_good: bool = False

    def in_words(self, language: Literal["zh", "en"]) -> str:
        """Return what is divided by what.

        Examples
        --------
        >>> RATES["settlement_rate"].in_words("en")
        'reports accepted in the period; of these, closed and neither rejected, duplicate nor withdrawn'
        """
        english = language == "en"
        below, above = COUNTS[self.denominator][english], COUNTS[self.numerator][english]
        return f"{below}; {above}" if english else f"{below}；{above}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with the two counts it is made of.

    Examples
    --------
    >>> closing = Rate(RATES["closing_rate"], 911, 972)
    >>> closing.percent, closing.value
    (93.72, 0.9372427983539094)
    >>> Rate(RATES["closing_rate"], 0, 0).percent is None
    True
    """

    definition: RateDefinition
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(
                f"{self.definition.code}: {self.numerator} of {self.denominator} is no share"
            )

    @property
    def value(self) -> float | None:
        """The share from 0 to 1; None if there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> float | None:
        """The share in percent with two decimals; None if there is nothing to divide by."""
        return None if self.value is None else round(100 * self.value, 2)

    def interval(self, z: float = 1.96) -> tuple[float, float] | None:
        """Return Wilson's 95 % interval of the share; None if there is nothing to divide by.

        It says how far a rate of few cases can be trusted: 9 of 10 is 60 to 98 %.

        Examples
        --------
        >>> low, high = Rate(RATES["satisfaction_rate"], 9, 10).interval()
        >>> round(low, 2), round(high, 2)
        (0.6, 0.98)
        """
        if self.value is None:
            return None
        n = self.denominator
        centre = self.value + z * z / (2 * n)
        reach = z * sqrt(self.value * (1 - self.value) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)


# What is counted, in both languages. The period of a count is that of the instant it names.
COUNTS: Mapping[str, tuple[str, str]] = {
    "accepted": ("期内立案的事项", "reports accepted in the period"),
    "settled": (
        "其中已办结且未被驳回、重复或撤回的事项",
        "of these, closed and neither rejected, duplicate nor withdrawn",
    ),
    "due_to_close": ("办结时限落在期内的事项", "reports whose closing deadline is in the period"),
    "closed_of_due": ("其中已办结的事项", "of these, closed"),
    "closed_on_time": ("其中按时办结的事项", "of these, closed by their deadline"),
    "due_to_check_in": (
        "报到时限落在期内的派遣，主办、协办各计一次",
        "assignments whose check-in is due in the period, lead and assisting each for itself",
    ),
    "checked_in_on_time": ("其中按时报到的派遣", "of these, checked in by their deadline"),
    "fed_back": ("期内反馈的事项", "reports fed back in the period"),
    "reworked": ("其中被退回返工的事项", "of these, sent back for rework at least once"),
    "dispatched": ("期内派遣的事项", "reports dispatched in the period"),
    "dispatched_right_first": (
        "其中首次派遣即被承办的事项",
        "of these, kept by the body they were first sent to",
    ),
    "returned": ("其中被责任单位退回的事项", "of these, returned by a body at least once"),
    "invited": ("期内发出的评价邀请", "evaluations asked for in the period"),
    "answered": ("其中已作答的评价", "of these, answered"),
    "satisfied": ("其中满意的评价", "of these, satisfied"),
}

RATES: Mapping[str, RateDefinition] = {
    rate.code: rate
    for rate in (
        RateDefinition("settlement_rate", "办结率", "Settlement rate", "settled", "accepted"),
        RateDefinition("closing_rate", "结案率", "Closing rate", "closed_of_due", "due_to_close"),
        RateDefinition(
            "on_time_rate", "按时结案率", "On-time rate", "closed_on_time", "due_to_close"
        ),
        RateDefinition(
            "check_in_rate",
            "按时报到率",
            "Check-in rate",
            "checked_in_on_time",
            "due_to_check_in",
        ),
        RateDefinition("rework_rate", "返工率", "Rework rate", "reworked", "fed_back", True),
        RateDefinition(
            "correct_dispatch_rate",
            "准确派遣率",
            "Correct-dispatch rate",
            "dispatched_right_first",
            "dispatched",
        ),
        RateDefinition("return_rate", "退单率", "Return rate", "returned", "dispatched", True),
        RateDefinition("response_rate", "回评率", "Response rate", "answered", "invited"),
        RateDefinition("satisfaction_rate", "满意率", "Satisfaction rate", "satisfied", "answered"),
    )
}


def rates_of(counts: Mapping[str, int]) -> dict[str, Rate]:
    """Return every rate whose two counts are given, in the order of `RATES`.

    Parameters
    ----------
    counts
        Counts by code, see `COUNTS`.

    Examples
    --------
    >>> [rate.percent for rate in rates_of({"accepted": 17_258, "settled": 17_188}).values()]
    [99.59]
    """
    return {
        code: Rate(rate, counts[rate.numerator], counts[rate.denominator])
        for code, rate in RATES.items()
        if rate.numerator in counts and rate.denominator in counts
    }


def change(now: float | None, before: float | None) -> float | None:
    """Return the relative change from one period to another; None where it is undefined.

    Examples
    --------
    >>> change(120, 100), change(5, 0) is None
    (0.2, True)
    """
    if now is None or before is None or before == 0:
        return None
    return (now - before) / before
