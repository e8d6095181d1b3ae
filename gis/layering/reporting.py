"""How many people speak up: an estimate from reports that were merged because of one cause.

If each event is reported by a Poisson number of people, the sizes of merged groups tell its mean,
and with it the share of events that nobody reported. It is a rough guide to where silence may hide
something: people talk to each other, and not every double is merged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import lambertw

from gis.db.database import Transaction
from gis.layering.counting import narrowed_where
from gis.layering.scopes import Scope


@dataclass(frozen=True)
class ReportingRate:
    """Reports and events of a town, or of the county (``town`` None).

    Attributes
    ----------
    per_event
        Reports of each event that was reported at all.
    share, low, high
        Estimated share of events that anybody reported, with its 95 % interval; None where no
        two reports were merged.
    """

    town: str | None
    name: str
    name_en: str
    reports: int
    events: int
    per_event: float | None
    share: float | None
    low: float | None
    high: float | None


def reporting_rates(tx: Transaction, scope: Scope) -> list[ReportingRate]:
    """Estimate the reporting rates of the county and of its towns for a scope."""
    if scope.found is None:
        return []
    county = scope.county(tx)
    tx.see_county(scope.actor.county_code)
    rows = tx.query("layer_reporting", narrowed_where(scope, county, scope.found))
    found = []
    for row in rows:
        if not row["whole"] and row["town_code"] is None:
            continue
        reports, events = row["reports"] or 0, row["events"]
        share = reported_share(reports, events)
        found.append(
            ReportingRate(
                town=row["town_code"],
                name="全市" if row["whole"] else row["name"] or row["town_code"],
                name_en="County" if row["whole"] else row["name_en"] or row["town_code"],
                reports=reports,
                events=events,
                per_event=reports / events if events else None,
                share=share and share[0],
                low=share and share[1],
                high=share and share[2],
            )
        )
    return found


def reported_share(reports: int, events: int) -> tuple[float, float, float] | None:
    """Estimate the share of events that anybody reported, with its 95 % interval.

    Parameters
    ----------
    reports, events
        All reports, and the events they are of; merged reports are of one event.

    Returns
    -------
    tuple or None
        Share, lower and upper end; None if no event has two reports.

    Notes
    -----
    Maximum likelihood of the zero-truncated Poisson distribution; the interval is that of its
    mean by the Fisher information.

    Examples
    --------
    >>> [round(value, 2) for value in reported_share(150, 100)]
    [0.58, 0.48, 0.67]
    >>> reported_share(100, 100) is None
    True
    """
    if reports <= events or events == 0:
        return None
    mean = reports / events
    # The root of rate / (1 - exp(-rate)) = mean, by Lambert's function.
    rate = mean + float(lambertw(-mean * math.exp(-mean)).real)
    silent = math.exp(-rate)
    information = (1 - silent - rate * silent) / (rate * (1 - silent) ** 2)
    reach = 1.96 / math.sqrt(events * information)
    low, high = max(rate - reach, 0.0), rate + reach
    return 1 - silent, -math.expm1(-low), -math.expm1(-high)
