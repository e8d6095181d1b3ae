"""Cells fed by a fallback coordinate: most of their reports lie on one and the same point."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.db.database import Transaction
from gis.layering.counting import Counted, narrowed_where
from gis.layering.frames import Frame, Integers, cell_corners
from gis.layering.scopes import Scope, Span

SMALLEST_PILE: Final = 10
_MOST_LOOKED_AT: Final = 60


def piled_cells(
    tx: Transaction, scope: Scope, frame: Frame, counted: Counted, span: Span | None = None
) -> Integers:
    """Return the positions of cells half of whose reports, ten at least, share a coordinate.

    Only the 60 fullest cells are looked at: a pile that makes a hotspot is among them.
    """
    cells = frame.cells
    if cells is None:
        return np.zeros(0, dtype=np.int64)
    full = np.flatnonzero(counted.counts >= SMALLEST_PILE)
    full = np.sort(full[np.argsort(-counted.counts[full], kind="stable")][:_MOST_LOOKED_AT])
    if not full.size:
        return full
    county = scope.county(tx)
    corners = cell_corners(frame, county.metric, full)
    step = cells.size_m // 100
    west, south = corners.min(axis=1).T
    east, north = corners.max(axis=1).T
    tx.see_county(scope.actor.county_code)
    rows = tx.query(
        "layer_piles",
        {
            **narrowed_where(scope, county, span or scope.span),
            "positions": full.tolist(),
            "x": (cells.columns[full] * step).tolist(),
            "y": (cells.rows[full] * step).tolist(),
            "west": west.tolist(),
            "south": south.tolist(),
            "east": east.tolist(),
            "north": north.tolist(),
            "step": step,
            "least": SMALLEST_PILE,
        },
    )
    return np.array(sorted(row["position"] for row in rows), dtype=np.int64)
