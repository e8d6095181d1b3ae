"""How far the data reach: days before a county's first report are no days without reports.

A period is known where anything at all was reported in the county. What is not known is neither
zero nor a change: it is refused, left out, or counted by the days that are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.layering.scopes import Scope, Span


@dataclass(frozen=True)
class Known:
    """What is known of a period.

    Attributes
    ----------
    asked
        The period.
    data
        From the county's first report of any matter to its last; None if it never had one.
    days
        The days of the period that lie within; None where nothing was reported in all of it.
    """

    asked: Span
    data: Span | None
    days: Span | None

    @property
    def from_its_start(self) -> bool:
        """Whether the data reach back to the first day of the period."""
        return self.days is not None and self.days.first == self.asked.first

    def need(self, field: str) -> Span:
        """Return the days that are known.

        Parameters
        ----------
        field
            What asked for the period, for the error.

        Raises
        ------
        InvalidInput
            There are none; says from when to when there are.
        """
        if self.days is not None:
            return self.days
        asked = f"nothing is known of {self.asked.first} to {self.asked.last}"
        if self.data is None:
            raise InvalidInput.of(field, f"{asked}: the county has no reports yet")
        there = f"data exist from {self.data.first} to {self.data.last}"
        raise InvalidInput.of(field, f"{asked}, which is not the same as no reports; {there}")


def reach_of(tx: Transaction, scope: Scope, spans: Sequence[Span]) -> list[Known]:
    """Say of each period which of its days are known."""
    return county_reach(tx, scope.actor.county_code, scope.layout_id, spans)


def county_reach(
    tx: Transaction, county_code: str, layout_id: int | None, spans: Sequence[Span]
) -> list[Known]:
    """Say of each period which of its days are known in the grids of a county's layout."""
    row = tx.query(
        "layer_reach",
        {
            "county_code": county_code,
            "layout_id": layout_id,
            "firsts": [span.first for span in spans],
            "lasts": [span.last for span in spans],
        },
    )[0]
    first, last = row["first_on"], row["last_on"]
    data = None if first is None else Span(first, last)
    return [
        Known(span, data, _common(span, data) if some else None)
        for span, some in zip(spans, row["some"], strict=True)
    ]


def _common(span: Span, data: Span | None) -> Span | None:
    if data is None:
        return None
    return Span(max(span.first, data.first), min(span.last, data.last))
