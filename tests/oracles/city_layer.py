"""One layer of the sample city, and what GridCall says of it: water supply, grids, July 2022.

The months are January to September 2022. The fixture holds what `/layers/rates` and `/layers/series` counted, the
grids' households and which grids touch; beside it stands what the reference libraries said.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse

from gis.hotspots.compare import compare
from gis.hotspots.counts import empirical_bayes
from gis.hotspots.getis_ord import gi_star, window_sums, with_self
from gis.hotspots.significance import (
    benjamini_hochberg,
    count_hotspots,
    expected_counts,
    poisson_tails,
)
from gis.hotspots.trend import mann_kendall, sens_slope

Floats: TypeAlias = npt.NDArray[np.float64]
Results: TypeAlias = dict[str, Floats]

FIXTURE: Final = Path(__file__).parents[1] / "fixtures" / "hotspots" / "zhucheng_water.json"
JULY: Final = 6


class CityLayer:
    """The layer's numbers.

    Attributes
    ----------
    counts
        Reports of July, shape (1690,).
    months
        Reports by month, shape (1690, 9).
    exposure
        Households.
    pairs
        Grids that touch, each pair once, shape (m, 2).
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.months = np.array(content["months"], dtype=np.int64)
        self.counts = self.months[:, JULY]
        self.exposure = np.array(content["households"], dtype=np.float64)
        self.pairs = np.array(content["pairs"], dtype=np.int64)

    @classmethod
    def read(cls) -> CityLayer:
        """Read the fixture."""
        return cls(json.loads(FIXTURE.read_text("utf-8")))

    @property
    def neighbours(self) -> scipy.sparse.csr_matrix:
        """Who touches whom, without themselves."""
        a, b = self.pairs.T
        n = self.counts.size
        half = scipy.sparse.coo_matrix((np.ones(a.size), (a, b)), shape=(n, n))
        return (half + half.T).tocsr()

    @property
    def windows(self) -> tuple[Floats, Floats]:
        """Reports, and reports expected, in each grid with its neighbours."""
        around = with_self(self.neighbours)
        expected = expected_counts(self.counts, self.exposure)
        return window_sums(self.counts.astype(np.float64), around), window_sums(expected, around)

    @property
    def busy(self) -> npt.NDArray[np.int64]:
        """Grids with at least three reports in the nine months: their series are no row of zeros."""
        return np.flatnonzero(self.months.sum(axis=1) >= 3)

    def own_results(self) -> Results:
        """Return what GridCall says, in the order of the reference libraries' results."""
        seen, expected = self.windows
        series = self.months[self.busy].astype(np.float64)
        trend, slope = mann_kendall(series), sens_slope(series)
        hot = count_hotspots(self.counts, self.neighbours)
        change = compare(self.months[:, JULY - 1], self.counts, (30.0, 31.0))
        both = self.months[:, JULY - 1] + self.counts > 0
        return {
            "gi_star_z": gi_star(self.counts.astype(np.float64), self.neighbours).z,
            "empirical_bayes": empirical_bayes(self.counts, self.exposure).rates,
            "q_of_exact_p": benjamini_hochberg(hot.p),
            "poisson_at_least": poisson_tails(seen, expected)[0],
            "poisson_at_most": poisson_tails(seen, expected)[1],
            "trend_z": trend.z,
            "trend_p": trend.p,
            "sens_slope": slope.slope,
            "ratio_low": change.low[both],
            "ratio_high": change.high[both],
        }
