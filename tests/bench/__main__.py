"""``python -m tests.bench``: measure, print, and write docs/bench/<rows>[-<parts>].md."""

from __future__ import annotations

import argparse
import shlex
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import ModuleType

from gis.settings import CHECKOUT
from tests.bench import filling, heat, hotspots, importing, live, matching, pages, posting
from tests.bench.machine import settings_of
from tests.bench.results import Results
from tests.bench.stage import CITY, Stage, staged

MILLION = 1_000_000
PARTS = ("match", "post", "live", "pages", "import", "heat", "hotspots")


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=MILLION, help="reports")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; may be repeated")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load of POST")
    parser.add_argument("--folder", type=Path, help="of a cluster to keep for the next run")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "docs" / "bench")
    options = parser.parse_args()
    parts = options.part or PARTS
    chosen = [word for part in options.part or () for word in ("--part", part)]
    command = shlex.join(["python", "-m", "tests.bench", "--rows", str(options.rows), *chosen])
    results = Results(options.rows, command, tuple(options.part or ()))
    with staged(options.folder) as stage:
        with stage.cluster.superuser("postgres") as connection:
            results.settings = settings_of(connection)
        if "match" in parts:
            matching.measure(stage, results)
        if "post" in parts:
            posting.measure(stage, results, options.seconds)
        if "live" in parts:
            live.measure(stage, results, options.seconds)
        if "pages" in parts:
            pages.measure(stage, results)
        if "import" in parts:
            importing.measure(stage, results, options.rows)
        layers = [part for part in (heat, hotspots) if part.__name__.rpartition(".")[2] in parts]
        if layers:
            sizes = sorted({min(options.rows, MILLION), options.rows})
            _layers(stage, results, sizes, layers)
    print(results.write(options.out))  # noqa: T201


def _layers(stage: Stage, results: Results, sizes: list[int], parts: list[ModuleType]) -> None:
    """Measure layers over the sample city, and over the counts that more reports make."""
    with ExitStack() as opened:
        urls = [opened.enter_context(stage.database(CITY, "bench_small"))]
        for rows in sizes:
            fill = partial(filling.fill, rows=rows)
            urls.append(opened.enter_context(stage.filled(CITY, f"bench_heat_{rows}", fill)))
        labels = ["17 k reports", *(f"counts of {rows:,} reports" for rows in sizes)]
        for part in parts:
            part.measure(dict(zip(labels, urls, strict=True)), results)


if __name__ == "__main__":
    main()
