"""The circular scan statistic against SaTScan."""

from __future__ import annotations

import numpy as np
import pytest

from gis.hotspots.scan import Circle, circular_scan
from tests.gis.hotspots.reference import reference

REF = reference("satscan_ny")
COUNTS = np.array(REF["cases"]).astype(np.int64)
POPULATION = np.array(REF["population"])
XY = np.column_stack([REF["x"], REF["y"]])


def new_york(share: float, replications: int = 0) -> list[Circle]:
    return circular_scan(
        COUNTS,
        POPULATION,
        XY,
        rng=np.random.default_rng(11),
        replications=replications,
        largest_share=share,
    )


@pytest.mark.parametrize("share", ["0.5", "0.1"])
def test_satscan_new_york_leukaemia(share: str) -> None:
    found = new_york(float(share), replications=199)
    for circle, published in zip(found, REF["published"][f"ubpop_{share}"], strict=False):
        assert circle.log_likelihood_ratio == pytest.approx(published["llr"], abs=5e-7)
        assert circle.observed == published["O"]
        assert circle.expected == pytest.approx(published["E"], abs=0.005)
        assert circle.p == pytest.approx(published["p"], abs=0.09)
        if "RR" in published:
            assert circle.relative_risk == pytest.approx(published["RR"], abs=0.005)
        if "n" in published:
            assert len(circle.members) == published["n"]


def test_circles_have_no_unit_in_common_and_weaken() -> None:
    found = new_york(0.1)
    members = [unit for circle in found for unit in circle.members]
    assert len(members) == len(set(members))
    ratios = [circle.log_likelihood_ratio for circle in found]
    assert ratios == sorted(ratios, reverse=True)
    assert all(circle.observed > circle.expected for circle in found)
    assert all(circle.centre == circle.members[0] for circle in found)
    assert len(found) == 10


@pytest.mark.deep
def test_the_p_values_of_satscan_with_999_maps() -> None:
    for circle, published in zip(
        new_york(0.5, replications=999), REF["published"]["ubpop_0.5"], strict=False
    ):
        assert circle.p == pytest.approx(published["p"], abs=0.05)


def test_the_same_seed_gives_the_same_p_and_progress_is_told() -> None:
    steps: list[tuple[int, int]] = []
    arguments = {"replications": 150, "largest_share": 0.1}
    first, second = (
        circular_scan(
            COUNTS,
            POPULATION,
            XY,
            rng=np.random.default_rng(5),
            progress=lambda done, all_: steps.append((done, all_)),
            **arguments,  # type: ignore[arg-type]
        )
        for _ in range(2)
    )
    assert first == second
    assert [done for done, _ in steps[: len(steps) // 2]] == [32, 64, 96, 128, 150]
    assert steps == [*steps[: len(steps) // 2]] * 2
    assert {all_ for _, all_ in steps} == {150}


@pytest.mark.parametrize("total", [40, 900, 40_000])
@pytest.mark.parametrize("unexposed", [0.0, 0.3])
def test_p_is_that_of_working_out_every_circle_of_every_map(total: int, unexposed: float) -> None:
    """What is left out in bunches could not have been strong enough, with and without ties."""
    rng = np.random.default_rng(total)
    xy = rng.integers(0, 12, (150, 2)).astype(float)
    exposure = rng.integers(1, 9, 150) * (rng.random(150) >= unexposed)
    counts = rng.multinomial(total, exposure / exposure.sum())
    middle = np.argsort(((xy - 6) ** 2).sum(axis=1))[:8]
    counts[middle] += np.where(exposure[middle] > 0, 2 + total // 200, 0)
    found = circular_scan(
        counts, exposure, xy, rng=np.random.default_rng(3), replications=99, largest_share=0.5
    )
    noise = np.random.default_rng(3)
    strongest = []
    for _ in range(99):
        drawn = noise.multinomial(counts.sum(), exposure / exposure.sum())
        strongest.append(
            max((one.log_likelihood_ratio for one in circular_scan(
                drawn, exposure, xy, rng=noise, replications=0, most=1)), default=0.0)
        )  # fmt: skip
    assert found[0].p == 0.01
    for circle in found:
        reached = sum(one >= circle.log_likelihood_ratio - 1e-12 for one in strongest)
        assert circle.p == (1 + reached) / 100


def test_the_order_of_units_does_not_matter_with_ties_in_distance() -> None:
    rows, columns = np.divmod(np.arange(81), 9)
    xy = np.column_stack([columns, rows]) * 500.0
    rng = np.random.default_rng(7)
    counts = rng.poisson(2, 81)
    counts[[40, 41, 49]] += 9
    exposure = rng.integers(1, 5, 81).astype(float)
    order = rng.permutation(81)
    plain, shuffled = (
        circular_scan(counts[o], exposure[o], xy[o], rng=rng, replications=0, most=1)[0]
        for o in (np.arange(81), order)
    )
    assert shuffled.log_likelihood_ratio == pytest.approx(plain.log_likelihood_ratio)
    assert sorted(order[list(shuffled.members)].tolist()) == sorted(plain.members)


def test_noise_is_called_a_cluster_in_five_percent_of_maps() -> None:
    rows, columns = np.divmod(np.arange(64), 8)
    xy = np.column_stack([columns, rows]) * 1.0
    rng = np.random.default_rng(13)
    false = 0
    for _ in range(200):
        found = circular_scan(rng.poisson(2, 64), np.ones(64), xy, rng=rng, replications=39)
        false += bool(found) and found[0].p <= 0.05
    assert false / 200 <= 0.09


def test_all_reports_in_one_unit_and_none_at_all() -> None:
    xy = np.arange(5.0)[:, None] * [1.0, 0.0]
    rng = np.random.default_rng(1)
    alone = circular_scan(np.array([0, 0, 9, 0, 0]), np.ones(5), xy, rng=rng, replications=19)
    assert alone[0].members == (2,)
    assert np.isnan(alone[0].relative_risk)
    assert alone[0].log_likelihood_ratio == pytest.approx(9 * np.log(5))
    assert circular_scan(np.zeros(5, dtype=int), np.ones(5), xy, rng=rng, replications=3) == []
    tight = circular_scan(
        np.ones(5, dtype=int), np.ones(5), xy, rng=rng, replications=3, largest_share=0.1
    )
    assert tight == []


@pytest.mark.parametrize(
    ("counts", "exposure", "reason"),
    [
        ([1, 2], [1.0, 1.0, 1.0], "same units"),
        ([1, 2, 3], [0.0, 0.0, 0.0], "exposure"),
        ([1, 2, 3], [1.0, np.nan, 1.0], "exposure"),
        ([1, 2, 3], [1.0, 0.0, 1.0], "need a unit"),
        ([1, -2, 3], [1.0, 1.0, 1.0], "negative"),
    ],
)
def test_what_cannot_be_scanned_is_refused(
    counts: list[int], exposure: list[float], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        circular_scan(
            np.array(counts), np.array(exposure), np.zeros((3, 2)), rng=np.random.default_rng(1)
        )
