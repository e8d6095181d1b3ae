"""Ask esda, statsmodels and pymannkendall about the city's layer and hold GridCall against them.

python -m tests.oracles            compare; ends with 1 where any number differs
python -m tests.oracles --write    keep what they said, for tests that run without them
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings

import esda
import libpysal
import numpy as np
import pymannkendall
from esda.getisord import G_Local
from esda.smoothing import Empirical_Bayes
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import test_poisson

from gis.hotspots.significance import count_hotspots
from tests.oracles.city_layer import FIXTURE, JULY, CityLayer, Results

SAME = 1e-9


def ask(layer: CityLayer) -> Results:
    """Return what the reference libraries say."""
    return {**_esda(layer), **_statsmodels(layer), **_pymannkendall(layer)}


def _esda(layer: CityLayer) -> Results:
    n = layer.counts.size
    touching: dict[int, list[int]] = {unit: [] for unit in range(n)}
    for a, b in layer.pairs.tolist():
        touching[a].append(b)
        touching[b].append(a)
    weights = libpysal.weights.W(touching, silence_warnings=True)
    # Its default transform "R" uses the wrong variance.
    found = G_Local(layer.counts.astype(float), weights, transform="B", permutations=0, star=True)
    bayes = Empirical_Bayes(layer.counts.astype(float), layer.exposure)
    return {"gi_star_z": np.asarray(found.Zs), "empirical_bayes": np.asarray(bayes.r).ravel()}


def _statsmodels(layer: CityLayer) -> Results:
    p = count_hotspots(layer.counts, layer.neighbours).p
    seen, expected = layer.windows

    def tail(side: str) -> list[float]:
        return [
            test_poisson(count, usual, 1.0, method="exact-c", alternative=side).pvalue
            for count, usual in zip(seen, expected, strict=True)
        ]

    june, july = layer.months[:, JULY - 1], layer.counts
    both = june + july > 0
    low, high = proportion_confint(july[both], (june + july)[both], method="beta")

    def ratio(share: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.asarray(share / (1 - share) * 30 / 31)

    return {
        "q_of_exact_p": multipletests(p, method="fdr_bh")[1],
        "poisson_at_least": np.array(tail("larger")),
        "poisson_at_most": np.array(tail("smaller")),
        "ratio_low": ratio(low),
        "ratio_high": ratio(high),
    }


def _pymannkendall(layer: CityLayer) -> Results:
    found = [pymannkendall.original_test(series) for series in layer.months[layer.busy]]
    return {
        "trend_z": np.array([one.z for one in found]),
        "trend_p": np.array([one.p for one in found]),
        "sens_slope": np.array([one.slope for one in found]),
    }


def main() -> int:
    """Compare, say how far apart the two are, and return 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracles")
    parser.add_argument("--write", action="store_true", help="keep what the libraries said")
    arguments = parser.parse_args()
    layer = CityLayer.read()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ask(layer)
    ours, worst = layer.own_results(), 0.0
    sys.stdout.write(f"esda {esda.__version__}, pymannkendall {pymannkendall.__version__}\n")
    for name, said in theirs.items():
        own = ours[name]
        known = np.isfinite(said) | np.isfinite(own)
        apart = float(np.abs(own[known] - said[known]).max())
        worst = max(worst, apart if np.isfinite(apart) else np.inf)
        sys.stdout.write(f"{name:18} {said.size:5} numbers, at most {apart:.1e} apart\n")
    if arguments.write:
        kept = {name: [float(f"{value:.12g}") for value in said] for name, said in theirs.items()}
        text = json.dumps({**layer.content, "expected": kept}, separators=(",", ":"))
        FIXTURE.write_text(text.replace("Infinity", "null") + "\n", "utf-8")
    return int(worst > SAME)


if __name__ == "__main__":
    sys.exit(main())
