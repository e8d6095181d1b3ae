"""Reports at random over the sample city, as a seeded stream."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from gis.db.database import Transaction
from gis.matching_reference import load_reference
from tests.bench.stage import COUNTY


def random_reports(tx: Transaction, count: int, seed: int = 1) -> pd.DataFrame:
    """Return reports of nine months: most inside the city's grids, every twentieth around them.

    A third comes with an accuracy of 5 to 50 m. Grids are drawn alike, so that small ones of the
    town get as many as large ones of the fields.
    """
    rng = np.random.default_rng(seed)
    reference = load_reference(tx, COUNTY)
    boxes = shapely.bounds(reference.grid_boundaries)
    box = boxes[rng.integers(0, len(boxes), count)]
    part = rng.random((count, 2))
    lon = box[:, 0] + part[:, 0] * (box[:, 2] - box[:, 0])
    lat = box[:, 1] + part[:, 1] * (box[:, 3] - box[:, 1])
    codes = sorted(code for code, found in reference.categories.items() if found.parent_code)
    weights = 1.0 / np.arange(1, len(codes) + 1)
    start = pd.Timestamp("2022-01-01T00:00+08:00")
    return pd.DataFrame(
        {
            "lon": lon.round(7),
            "lat": lat.round(7),
            "received_at": start
            + pd.to_timedelta(np.sort(rng.integers(0, 270 * 86400, count)), unit="s"),
            "description": [f"居民反映第{i}件事，请尽快处理" for i in range(count)],
            "source_number": [f"{seed}-{i}" for i in range(count)],
            "category": rng.choice(codes, count, p=weights / weights.sum()),
            "accuracy_m": np.where(
                rng.random(count) < 2 / 3, np.nan, rng.uniform(5, 50, count).round(1)
            ),
        }
    )
