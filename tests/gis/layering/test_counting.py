"""Counts by unit: rollups against the reports themselves, and what is left out."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest
import shapely

from gis.cells import cells_of
from gis.errors import Conflict, InvalidInput, NotAllowed
from gis.layering.counting import Counted, cells_at, count_frame
from gis.layering.frames import Frame, Unit, cell_corners
from gis.layering.scopes import Scope, Slice, Span, scope_of, version_of
from tests.gis.layering.conftest import JUNE, MAY, Heat
from tests.support import county
from tests.support.heat import METRIC_SRID, Sample, add_reports

BOTH = Span(MAY, dt.date(2022, 6, 30))


def counted(
    heat: Heat, asked: Slice, unit: Unit, cell_m: int | None = None
) -> tuple[Scope, Frame, Counted]:
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner), unit=unit)
        frame = scope.frame(tx, unit, cell_m)
        return scope, frame, count_frame(tx, scope, frame)


def counts(sample: Sample) -> bool:
    return sample.outcome not in {"rejected", "duplicate"} and sample.category != "noise"


def grid_of(heat: Heat) -> dict[object, str | None]:
    rows = heat.execute("SELECT number, grid_code FROM report ORDER BY number")
    return {int(str(number)): str(code) if code else None for number, code in rows}


@pytest.mark.parametrize("category", [None, "water", "water.burst"])
@pytest.mark.parametrize(
    "span", [BOTH, Span(dt.date(2022, 5, 9), dt.date(2022, 6, 3)), Span(MAY, dt.date(2022, 5, 31))]
)
def test_grids_hold_their_reports(heat: Heat, category: str | None, span: Span) -> None:
    _, frame, found = counted(heat, Slice(category=category, span=span), "grid")
    grids = grid_of(heat)
    wanted: Counter[str | None] = Counter(
        grids[i]
        for i, one in enumerate(heat.samples)
        if counts(one)
        and span.first <= one.on <= span.last
        and (category is None or str(one.category).startswith(category))
    )
    assert found.outside == wanted.pop(None, 0)
    assert found.outside > 0 or category is not None
    assert {
        code: n for code, n in zip(frame.codes, found.counts.tolist(), strict=True) if n
    } == wanted


@pytest.mark.parametrize("cell_m", [100, 400, 800])
def test_cells_hold_their_reports_and_say_what_has_no_place(heat: Heat, cell_m: int) -> None:
    _, frame, found = counted(heat, Slice(span=BOTH), "cell", cell_m)
    located = [one for one in heat.samples if counts(one) and one.lon is not None]
    x, y = cells_of([s.lon or 0 for s in located], [s.lat or 0 for s in located], METRIC_SRID)
    step = cell_m // 100
    wanted = Counter(
        f"{a // step * cell_m}_{b // step * cell_m}"
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    )
    inside = {code: n for code, n in wanted.items() if code in frame.position}
    assert {
        code: n for code, n in zip(frame.codes, found.counts.tolist(), strict=True) if n
    } == inside
    assert found.outside == sum(wanted.values()) - sum(inside.values())
    assert found.without_location == sum(counts(one) and one.lon is None for one in heat.samples)


@pytest.mark.parametrize(
    "asked", [Slice(source="patrol", span=BOTH), Slice(cause="pump", span=BOTH)]
)
@pytest.mark.parametrize("unit", ["grid", "cell", "town"])
def test_rows_answer_where_rollups_cannot(heat: Heat, asked: Slice, unit: Unit) -> None:
    _, _, found = counted(heat, asked, unit, 400 if unit == "cell" else None)
    wanted = sum(
        counts(one) and (one.source == asked.source or one.cause == asked.cause)
        for one in heat.samples
    )
    assert found.n + found.outside + found.without_location == wanted > 0


def test_rows_and_rollups_agree(heat: Heat) -> None:
    _, _, rollups = counted(heat, Slice(category="water", span=BOTH), "grid")
    total = np.zeros_like(rollups.counts)
    for source in ("patrol", "resident"):
        _, _, rows = counted(heat, Slice(category="water", source=source, span=BOTH), "grid")
        total += rows.counts
    assert total.tolist() == rollups.counts.tolist()


def test_towns_and_communities_are_unions_of_grids(heat: Heat) -> None:
    _, grids, per_grid = counted(heat, Slice(span=BOTH), "grid")
    for unit in ("town", "community"):
        _, frame, found = counted(heat, Slice(span=BOTH), unit)  # type: ignore[arg-type]
        assert grids.of_grid is not None
        assert frame.of_grid is not None
        of = frame.of_grid
        lonely = int(per_grid.counts[of < 0].sum())
        assert found.n + lonely == per_grid.n
        assert frame.area_km2.sum() == pytest.approx(grids.area_km2[of >= 0].sum())
        assert frame.residents.sum() == grids.residents[of >= 0].sum()
        assert (frame.neighbours.toarray() == frame.neighbours.toarray().T).all()
        assert frame.neighbours.diagonal().sum() == 0


def test_two_towns_touch(heat: Heat) -> None:
    _, frame, _ = counted(heat, Slice(span=BOTH), "town")
    assert frame.codes == ("370782001", "370782101")
    assert frame.neighbours.toarray().tolist() == [[0, 1], [1, 0]]
    assert frame.names_en == ("Town 001", "Town 101")


def test_cells_cover_the_county_once(heat: Heat) -> None:
    with heat.db.read() as tx:
        scope = scope_of(tx, heat.planner, Slice(span=BOTH), version_of(tx, heat.planner))
        ground = scope.county(tx)
        frame = scope.frame(tx, "cell", 400)
        assert scope.frame(tx, "cell", 400) is frame
    assert frame.area_km2.sum() == pytest.approx(ground.grids.area_km2.sum(), rel=0.02)
    corners = cell_corners(frame, ground.metric, np.arange(3))
    assert corners.shape == (3, 4, 2)
    assert all(shapely.Polygon(ring).is_valid for ring in corners)
    cells = frame.cells
    assert cells is not None
    assert cells_at(frame, cells.columns, cells.rows).tolist() == list(range(len(frame)))
    far = cells_at(frame, cells.columns[:1] - 10_000, cells.rows[:1])
    assert far.tolist() == [-1]


def test_the_latest_month_with_reports_is_the_default(heat: Heat) -> None:
    scope, _, found = counted(heat, Slice(category="water"), "grid")
    assert scope.found == scope.latest == Span(JUNE, dt.date(2022, 6, 30))
    assert found.n > 0
    nothing, _, none = counted(heat, Slice(category="gas"), "grid")
    assert nothing.found is None
    assert none.n == 0
    with pytest.raises(InvalidInput, match="no report"):
        _ = nothing.span


def test_cells_take_whole_months(heat: Heat) -> None:
    asked = Slice(span=Span(dt.date(2022, 5, 9), dt.date(2022, 5, 12)))
    scope, _, _ = counted(heat, asked, "cell", 400)
    assert (scope.found, scope.whole_months) == (Span(MAY, dt.date(2022, 5, 31)), True)


@pytest.mark.parametrize("role", ["water", "staff", "volunteer", "mizhou"])
def test_only_who_looks_after_the_county_may_ask(heat: Heat, role: str) -> None:
    actor = getattr(heat.people, role)
    with heat.db.read() as tx, pytest.raises(NotAllowed):
        scope_of(tx, actor, Slice(), version_of(tx, actor))


def test_a_sensitive_category_is_no_statistic_for_anybody(heat: Heat) -> None:
    month = Span(MAY, dt.date(2022, 5, 31))
    for actor in (heat.planner, heat.people.admin):
        with heat.db.read() as tx:
            version = version_of(tx, actor)
            with pytest.raises(InvalidInput, match="sensitive"):
                scope_of(tx, actor, Slice(category="noise", span=month), version)
            with pytest.raises(InvalidInput, match="month"):
                scope_of(
                    tx,
                    actor,
                    Slice(category="noise", span=BOTH),
                    version,
                    counts_before=dt.date.max,
                )
            asked = Slice(category="noise", span=month, source="patrol")
            with pytest.raises(InvalidInput, match="not divided"):
                scope_of(tx, actor, asked, version, counts_before=dt.date.max)
            assert scope_of(tx, actor, Slice(span=month), version).choice.hidden == ("noise",)


def test_a_county_without_grids_says_so(heat: Heat) -> None:
    with heat.db.read() as tx:
        version = version_of(tx, heat.people.neighbour)
        heat.execute(
            "UPDATE grid_layout SET status = 'retired' WHERE county_code = %s", county.NEIGHBOUR
        )
    with heat.db.read() as tx:
        version = version_of(tx, heat.people.neighbour)
        neighbour = heat.people.neighbour
        scope = scope_of(tx, neighbour, Slice(), version)
        with pytest.raises(Conflict, match="layout"):
            scope.frame(tx, "grid")


def test_repeats_are_near_soon_and_after_the_end_of_one_alike(heat: Heat) -> None:
    at = {"lon": 119.35, "lat": 36.05}
    day = dt.date(2023, 3, 1)
    metre = 1 / 111_000
    first = Sample("gas", day, **at, closed_on=day + dt.timedelta(3))
    later = day + dt.timedelta(10)
    add_reports(
        heat.url,
        [
            first,
            Sample("gas", later, 119.35, 36.05 + 40 * metre),  # the repeat
            Sample("gas", later, 119.35, 36.05 + 60 * metre),  # too far
            Sample("power.cable", later, **at),  # another category
            Sample("gas", day + dt.timedelta(1), **at),  # while the first was open
            Sample("gas", day + dt.timedelta(184), **at),  # too late
        ],
    )
    span = Span(dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    for unit in ("grid", "cell"):
        _, _, found = counted(
            heat, Slice(repeat=True, span=span), unit, 100 if unit == "cell" else None
        )  # type: ignore[arg-type]
        assert found.n == 1


@pytest.mark.parametrize("unit", ["grid", "community", "town"])
@pytest.mark.parametrize("column", ["name", "name_en"])
def test_units_are_called_by_the_names_they_have_now(heat: Heat, unit: Unit, column: str) -> None:
    before = counted(heat, Slice(span=BOTH), unit)[1]
    heat.execute(f"UPDATE {unit} SET {column} = {column} || ' II'")
    try:
        after = counted(heat, Slice(span=BOTH), unit)[1]
    finally:
        heat.execute(f"UPDATE {unit} SET {column} = left({column}, -3)")
    was, now = (one.names if column == "name" else one.names_en for one in (before, after))
    assert now == tuple(f"{name} II" for name in was)
