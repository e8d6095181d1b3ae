"""``python -m tests.bench``: measure, print, and write docs/bench/<rows>.md."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import ModuleType

from gis.settings import CHECKOUT
from tests.bench import heat, hotspots, importing, live, matching, posting
from tests.bench.results import Results
from tests.bench.stage import CITY, Stage, staged

PARTS = ("match", "post", "live", "import", "heat", "hotspots")


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="reports to import")
    parser.add_argument(
        "--heat-rows",
        type=int,
        nargs="+",
        default=[1_000_000, 10_000_000],
        help="sizes of heat and hotspots",
    )
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; may be repeated")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load of POST")
    parser.add_argument("--folder", type=Path, help="of a cluster to keep for the next run")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "docs" / "bench")
    options = parser.parse_args()
    parts = options.part or PARTS
    results = Results(options.rows)
    with staged(options.folder) as stage:
        if "match" in parts:
            matching.measure(stage, results)
        if "post" in parts:
            posting.measure(stage, results, options.seconds)
        if "live" in parts:
            live.measure(stage, results, options.seconds)
        if "import" in parts:
            importing.measure(stage, results, options.rows)
        layers = [part for part in (heat, hotspots) if part.__name__.rpartition(".")[2] in parts]
        if layers:
            _layers(stage, results, options.heat_rows, layers)
    print(results.write(options.out))  # noqa: T201


def _layers(stage: Stage, results: Results, sizes: list[int], parts: list[ModuleType]) -> None:
    """Measure layers over the sample city, and over the counts that more reports make."""
    with stage.database(CITY, "bench_heat") as url:
        small = {
            part: part.measure(url, results, "the sample city's 17 k reports") for part in parts
        }
        for rows in sizes:
            heat.fill(url, rows)
            for part in parts:
                large = part.measure(url, results, f"the counts of {rows:,} reports")
                if rows == sizes[-1]:
                    part.compare(small[part], large, results)


if __name__ == "__main__":
    main()
