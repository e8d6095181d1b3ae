"""Reports at random over the sample city, as a seeded stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.db.database import Transaction
from gis.matching_reference import Reference, load_reference
from tests.bench.stage import COUNTY

START = pd.Timestamp("2022-01-01T00:00+08:00")
DAYS = 270


@dataclass(frozen=True)
class Drawn:
    """Where and when, and of which of ``codes``; arrays of shape (n,), ``seconds`` ascending."""

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    seconds: npt.NDArray[np.int64]
    category: npt.NDArray[np.int64]
    codes: list[str]


def drawn(reference: Reference, count: int, rng: np.random.Generator) -> Drawn:
    """Draw reports of nine months: grids alike, so that small ones of the town get as many as
    large ones of the fields; categories by Zipf's law.
    """
    boxes = shapely.bounds(reference.grid_boundaries)
    box = boxes[rng.integers(0, len(boxes), count)]
    part = rng.random((count, 2))
    lon = box[:, 0] + part[:, 0] * (box[:, 2] - box[:, 0])
    lat = box[:, 1] + part[:, 1] * (box[:, 3] - box[:, 1])
    codes = sorted(code for code, found in reference.categories.items() if found.parent_code)
    weights = 1.0 / np.arange(1, len(codes) + 1)
    seconds = np.sort(rng.integers(0, DAYS * 86400, count))
    category = rng.choice(len(codes), count, p=weights / weights.sum())
    return Drawn(lon.round(7), lat.round(7), seconds, category, codes)


def random_reports(tx: Transaction, count: int, seed: int = 1) -> pd.DataFrame:
    """Return drawn reports as an import takes them; a third has an accuracy of 5 to 50 m."""
    rng = np.random.default_rng(seed)
    found = drawn(load_reference(tx, COUNTY), count, rng)
    return pd.DataFrame(
        {
            "lon": found.lon,
            "lat": found.lat,
            "received_at": START + pd.to_timedelta(found.seconds, unit="s"),
            "description": [f"居民反映第{i}件事，请尽快处理" for i in range(count)],
            "source_number": [f"{seed}-{i}" for i in range(count)],
            "category": np.array(found.codes, dtype=object)[found.category],
            "accuracy_m": np.where(
                rng.random(count) < 2 / 3, np.nan, rng.uniform(5, 50, count).round(1)
            ),
        }
    )
