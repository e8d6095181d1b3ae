"""One match: how long, how many statements."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np

from gis.db.database import Database
from gis.matching import Where, match_point
from tests.bench.points import random_reports
from tests.bench.results import Results
from tests.bench.stage import CITY, COUNTY, Stage
from tests.support.statements import counted

SECTION = "Single match"
COUNT = 2_000


def measure(stage: Stage, results: Results) -> None:
    """Match points one by one on one connection, and the same in bulk."""
    with stage.database(CITY, "bench_match") as url:
        db = Database(url, pool_size=1)
        now = dt.datetime.now(dt.UTC)
        with db.read() as tx:
            frame = random_reports(tx, COUNT, seed=2)
        subjects = [
            (Where(lon, lat, None if np.isnan(accuracy) else accuracy), category)
            for lon, lat, accuracy, category in zip(
                frame["lon"], frame["lat"], frame["accuracy_m"], frame["category"], strict=True
            )
        ]
        times = []
        with db.read() as tx:
            for where, category in subjects[:50]:
                match_point(tx, COUNTY, where, category=category, at=now)
            for where, category in subjects:
                began = time.perf_counter()
                match_point(tx, COUNTY, where, category=category, at=now)
                times.append(1000 * (time.perf_counter() - began))
            with counted() as statements:
                match_point(tx, COUNTY, subjects[0][0], category=subjects[0][1], at=now)
        db.close()
    results.add(SECTION, "statements", str(len(statements)), "1")
    results.add(SECTION, "median ms", f"{np.median(times):.2f}")
    results.add(SECTION, "99th percentile ms", f"{np.percentile(times, 99):.2f}")
