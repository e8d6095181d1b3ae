"""Two periods, or two categories in one period, against each other over the same units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.compare import Comparison, compare
from gis.layering.counting import Counted, count_frame
from gis.layering.frames import Frame, Unit
from gis.layering.reach import reach_of
from gis.layering.scopes import Scope, Span

Test: TypeAlias = Literal["change", "share"]


@dataclass(frozen=True, eq=False)
class CompareLayer:
    """How the second scope differs from the first.

    Attributes
    ----------
    test
        ``change``: did a unit's number change; ``share``: did it change otherwise than the
        county's as a whole.
    windows
        Units were compared together with their neighbours.
    days
        Of the two periods those that anything is known of: they are compared.
    partly
        From the county's first report to its last, where that leaves out days of a period.
    """

    frame: Frame
    first: Counted
    second: Counted
    test: Test
    windows: bool
    found: Comparison
    days: tuple[Span, Span]
    partly: Span | None


def compare_layer(
    tx: Transaction,
    first: Scope,
    second: Scope,
    unit: Unit,
    *,
    cell_m: int | None = None,
    test: Test = "change",
    windows: bool = False,
) -> CompareLayer:
    """Compare two scopes unit by unit.

    Parameters
    ----------
    first, second
        The earlier and the later period, or two categories.
    windows
        Compare each unit together with its neighbours: steadier where counts are small.

    Raises
    ------
    InvalidInput
        One of the two never had a report, nothing is known of its period, or the same reports
        stand on both sides (``base``, ``from``).
    """
    matters = [(one.slice.category, one.slice.tag) for one in (first, second)]
    if matters[0] == matters[1] and first.span.meets(second.span):
        raise InvalidInput.of("base", "the two periods overlap: a report would stand on both sides")
    base, own = reach_of(tx, second, [first.span, second.span])
    own_days, base_days = own.need("from"), base.need("base")
    frame = first.frame(tx, unit, cell_m)
    before, after = count_frame(tx, first, frame), count_frame(tx, second, frame)
    if test == "share" or matters[0] != matters[1]:
        test = "share"
        exposures = float(before.n), float(after.n)
        if not min(exposures) > 0:
            raise InvalidInput.of("category", "one side of the comparison has no reports")
    else:
        exposures = float(base_days.length), float(own_days.length)
    neighbours = frame.neighbours if windows else None
    found = compare(before.counts, after.counts, exposures, neighbours)
    days = base_days, own_days
    partly = None if days == (first.span, second.span) else own.data
    return CompareLayer(frame, before, after, test, windows, found, days, partly)


def some_reports(layer: CompareLayer) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which units have a report on either side."""
    either: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        layer.first.counts + layer.second.counts
    ) > 0
    return either
