"""Clusters of points against scikit-learn's and PostGIS's result."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.hotspots.clusters import collapse, dbscan
from tests.gis.hotspots.reference import reference

points = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=60).map(
    lambda rows: np.array(rows, dtype=float)
)


def test_eighty_points() -> None:
    ref = reference("dbscan_80pts")
    found = dbscan(np.array(ref["points"]), ref["eps"], ref["min_samples"])
    assert found.labels.tolist() == ref["labels"]
    assert np.flatnonzero(found.core).tolist() == ref["core_indices"]


@given(points, st.randoms(use_true_random=False))
def test_the_order_of_points_does_not_matter(xy: np.ndarray, random: object) -> None:
    order = np.arange(len(xy))
    random.shuffle(order)  # type: ignore[attr-defined]
    found, again = dbscan(xy, 7, 4), dbscan(xy[order], 7, 4)
    assert (again.core == found.core[order]).all()
    assert ((again.labels == -1) == (found.labels[order] == -1)).all()
    core = np.flatnonzero(again.core)
    pairs = set(zip(again.labels[core].tolist(), found.labels[order][core].tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


@given(points)
def test_core_points_in_reach_share_a_label_and_noise_has_no_core_near(xy: np.ndarray) -> None:
    found = dbscan(xy, 7, 4)
    near = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) <= 7
    assert (found.core == (near.sum(axis=1) >= 4)).all()
    together = near & found.core[:, None] & found.core[None]
    same = found.labels[:, None] == found.labels[None]
    assert same[together].all()
    assert ((found.labels == -1) == ~(near & found.core[None]).any(axis=1)).all()


def test_a_pile_of_reports_counts_in_full_when_collapsed() -> None:
    pile = np.zeros((17_070, 2)) + 2.0
    piles = collapse(np.vstack([pile, [[100.0, 0.0]]]))
    assert piles.weights.tolist() == [17_070, 1]
    found = dbscan(piles.xy, 40, 6, piles.weights)
    assert found.labels[piles.pile][[0, 17_069, 17_070]].tolist() == [0, 0, -1]


def test_all_noise_and_bad_points() -> None:
    assert dbscan(np.array([[0.0, 0.0], [99.0, 0.0]]), 10, 3).labels.tolist() == [-1, -1]
    with pytest.raises(ValueError, match="finite"):
        dbscan(np.array([[np.nan, 0.0]]), 10, 3)
