"""Back-tests, interventions and reporting rates over the small county."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from gis.db.database import Row
from gis.errors import InvalidInput, NotAllowed, NotFound
from gis.layering.backtests import JudgedLayer, Trained, judged_layer
from gis.layering.frames import Unit
from gis.layering.interventions import (
    Outcome,
    Plan,
    add_intervention,
    get_intervention,
    list_interventions,
    outcome_of,
    remove_intervention,
)
from gis.layering.reporting import ReportingRate, reported_share, reporting_rates
from gis.layering.scopes import Slice, Span, scope_of, version_of
from tests.gis.layering.conftest import JUNE, MAY, Heat
from tests.support.heat import Sample, add_reports

JUNE_SPAN = Span.month(JUNE)
AREA = shapely.box(119.35, 35.97, 119.42, 36.03)
LATER = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def judged(heat: Heat, layer: Trained, unit: Unit = "grid", **more: Any) -> JudgedLayer:
    with heat.db.read() as tx:
        asked = more.pop("asked", Slice(span=JUNE_SPAN))
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner), unit=unit)
        return judged_layer(tx, scope, unit, layer, **more)


@pytest.mark.parametrize("layer", ["counts", "rate", "smoothed", "hotspots", "excess", "density"])
@pytest.mark.parametrize(("unit", "cell_m"), [("grid", None), ("cell", 800)])
def test_layers_of_may_are_judged_by_june(
    heat: Heat, layer: Trained, unit: Unit, cell_m: int | None
) -> None:
    found = judged(heat, layer, unit, cell_m=cell_m)
    assert (found.train, found.test) == (Span.month(MAY), JUNE_SPAN)
    assert [line.share for line in found.lines] == [0.01, 0.05, 0.10]
    for line in found.lines:
        assert line.events == found.events.n
        assert line.events_hit == found.events.counts[line.flagged].sum()
        assert line.area_share <= line.share + 1e-9
    assert [line.events_hit for line in found.lines] == sorted(
        line.events_hit for line in found.lines
    )
    if layer == "counts":
        assert [line.flagged.tolist() for line in found.lines] == [
            line.flagged.tolist() for line in found.plain
        ]


def test_a_layer_cannot_be_judged_by_what_it_was_made_of(heat: Heat) -> None:
    with pytest.raises(InvalidInput, match="before"):
        judged(heat, "counts", train=JUNE_SPAN)
    with pytest.raises(InvalidInput, match="no reports"):
        judged(heat, "counts", asked=Slice("gas", span=JUNE_SPAN))
    with pytest.raises(InvalidInput, match="whole months"):
        judged(heat, "density", train=Span(MAY, dt.date(2022, 5, 20)))


def test_cells_are_trained_on_the_months_they_are_counted_by(heat: Heat) -> None:
    found = judged(
        heat, "counts", "cell", cell_m=800, train=Span(dt.date(2022, 5, 10), dt.date(2022, 5, 20))
    )
    whole = judged(heat, "counts", "cell", cell_m=800)
    assert found.train == whole.train == Span.month(MAY)
    assert found.trained.counts.tolist() == whole.trained.counts.tolist()
    with pytest.raises(InvalidInput, match="before"):
        judged(
            heat,
            "counts",
            "cell",
            cell_m=800,
            asked=Slice(span=Span(dt.date(2022, 6, 10), dt.date(2022, 6, 30))),
            train=Span(MAY, dt.date(2022, 6, 5)),
        )


def plan(**more: Any) -> Plan:
    given = Plan(
        name="水泵更换",
        measure="更换加压泵",
        category="water",
        tag=None,
        taken_on=dt.date(2023, 6, 1),
        days=30,
        area=dict(shapely.geometry.mapping(AREA)),
    )
    return replace(given, **more)


def add(heat: Heat, given: Plan) -> Row:
    with heat.db.transaction() as tx:
        key = add_intervention(tx, heat.planner, given, now=LATER)
    with heat.db.read() as tx:
        return get_intervention(tx, heat.planner, str(key))


def outcome(heat: Heat, intervention: Row, now: dt.datetime = LATER) -> Outcome:
    with heat.db.read() as tx:
        return outcome_of(tx, heat.planner, intervention, now=now)


@pytest.fixture(scope="module")
def measured(heat: Heat) -> None:
    """Forty reports before and ten after 1 June 2023 in the area, thirty and thirty elsewhere."""
    rng = np.random.default_rng(6)
    samples = []
    west, south, east, north = AREA.bounds
    for on, inside, outside in ((dt.date(2023, 5, 15), 40, 30), (dt.date(2023, 6, 15), 10, 30)):
        for lon, lat in rng.uniform([west, south], [east, north], (inside, 2)):
            samples.append(Sample("water.burst", on, float(lon), float(lat)))
        for lon, lat in rng.uniform([119.44, 35.93], [119.49, 36.07], (outside, 2)):
            samples.append(Sample("water.burst", on, float(lon), float(lat)))
    samples += [Sample("water.burst", dt.date(2023, 6, 1), 119.40, 36.0)] * 9  # the day itself
    samples += [Sample("power.cable", dt.date(2023, 6, 5), 119.40, 36.0)] * 9  # something else
    samples += [Sample("water.burst", dt.date(2023, 7, 2), 119.40, 36.0)] * 9  # day 31
    add_reports(heat.url, samples)


def test_a_measure_that_helped(heat: Heat, measured: None) -> None:
    found = outcome(heat, add(heat, plan()))
    assert found.in_area is not None
    assert found.in_control is not None
    assert found.effect is not None
    assert (found.in_area.before, found.in_area.after) == (40, 10)
    assert (found.in_control.before, found.in_control.after) == (30, 30)
    assert (found.in_area.days_before, found.in_area.days_after) == (30, 30)
    assert found.effect.ratio == pytest.approx(0.25)
    assert found.effect.high < 1
    assert found.complete


def test_a_control_area_of_ones_own(heat: Heat, measured: None) -> None:
    control = dict(shapely.geometry.mapping(shapely.box(119.44, 35.93, 119.465, 36.07)))
    found = outcome(heat, add(heat, plan(control=control)))
    assert found.in_control is not None
    assert 0 < found.in_control.before < 30


def test_only_days_that_have_passed_are_compared(heat: Heat, measured: None) -> None:
    intervention = add(heat, plan())
    early = outcome(heat, intervention, dt.datetime(2023, 6, 12, 4, tzinfo=dt.UTC))
    assert early.in_area is not None
    assert (early.in_area.days_after, early.complete) == (10, False)
    at_once = outcome(heat, intervention, dt.datetime(2023, 6, 2, 4, tzinfo=dt.UTC))
    assert (at_once.in_area, at_once.effect) == (None, None)


def test_days_before_the_first_report_are_no_days_without_reports(
    heat: Heat, measured: None
) -> None:
    """The county's reports begin on 1 May 2022: four days before the measure, not thirty."""
    first = heat.execute("SELECT min(received_on) FROM report")
    assert first == [(MAY,)]
    found = outcome(heat, add(heat, plan(category="power", taken_on=dt.date(2022, 5, 5))))
    assert found.in_area is not None
    assert (found.in_area.days_before, found.in_area.days_after) == (4, 4)
    assert found.partly is not None
    assert found.partly.first == MAY
    none = outcome(heat, add(heat, plan(taken_on=dt.date(2022, 4, 20))))
    assert (none.unknown, none.in_area, none.effect) == (True, None, None)


def test_of_few_reports_nothing_is_said(heat: Heat, measured: None) -> None:
    found = outcome(heat, add(heat, plan(category="gas")))
    assert (found.few, found.effect) == (True, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"category": "nothing"}, "category"),
        ({"area": dict(shapely.geometry.mapping(shapely.box(10, 10, 10.1, 10.1)))}, "area"),
        ({"control": dict(shapely.geometry.mapping(shapely.box(10, 10, 10.1, 10.1)))}, "control"),
        ({"category": "noise"}, "category"),
        ({"area": {"type": "Point", "coordinates": [119.4, 36.0]}}, "area"),
        (
            {
                "area": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]],
                }
            },
            "area",
        ),
        ({"area": {"type": "Polygon", "coordinates": "x"}}, "area"),
        (
            {
                "area": {
                    "type": "Polygon",
                    "coordinates": [[[500, 0], [501, 0], [501, 1], [500, 0]]],
                }
            },
            "area",
        ),
        (
            {"control": dict(shapely.geometry.mapping(shapely.box(119.36, 35.98, 119.37, 35.99)))},
            "control",
        ),
    ],
)
def test_what_no_measure_can_be(heat: Heat, change: dict[str, Any], field: str) -> None:
    with heat.db.transaction() as tx, pytest.raises(InvalidInput) as refused:
        add_intervention(tx, heat.planner, plan(**change), now=LATER)
    assert refused.value.errors[0].field == field


def test_measures_are_the_countys_own(heat: Heat) -> None:
    intervention = add(heat, plan(name="其他"))
    key = str(intervention["id"])
    with heat.db.transaction() as tx:
        assert key in [str(row["id"]) for row in list_interventions(tx, heat.people.admin)]
        assert list_interventions(tx, heat.people.neighbour) == []
        with pytest.raises(NotAllowed):
            list_interventions(tx, heat.people.water)
        with pytest.raises(NotFound):
            remove_intervention(tx, heat.people.neighbour, key, now=LATER)
        remove_intervention(tx, heat.planner, key, now=LATER)
        with pytest.raises(NotFound):
            get_intervention(tx, heat.planner, key)
        with pytest.raises(NotFound):
            get_intervention(tx, heat.planner, "x")


@pytest.mark.parametrize(
    ("given", "later", "undone"),
    [
        (
            {"category": "gas"},
            "UPDATE category SET sensitive = true WHERE code = 'gas'",
            "UPDATE category SET sensitive = false WHERE code = 'gas'",
        ),
        (
            {"category": None, "tag": "pilot"},
            "UPDATE category SET tags = '{}' WHERE code = 'gas'",
            "UPDATE category SET tags = '{pilot}' WHERE code = 'gas'",
        ),
    ],
)
def test_a_measure_of_what_may_no_longer_be_told_is_kept_without_numbers(
    heat: Heat, measured: None, given: dict[str, Any], later: str, undone: str
) -> None:
    heat.execute("UPDATE category SET tags = '{pilot}' WHERE code = 'gas'")
    intervention = add(heat, plan(**given))
    assert not outcome(heat, intervention).not_told
    heat.execute(later)
    try:
        found = outcome(heat, intervention)
    finally:
        heat.execute(undone)
    assert (found.in_area, found.in_control, found.effect) == (None, None, None)
    assert (found.not_told, found.complete) == (True, True)


def rates(heat: Heat, span: Span, **narrowed: Any) -> list[ReportingRate]:
    with heat.db.read() as tx:
        asked = Slice("power", span=span, **narrowed)
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner))
        return reporting_rates(tx, scope)


def test_merged_reports_tell_how_many_speak_up(heat: Heat) -> None:
    day = dt.date(2021, 2, 3)
    parents = [uuid.uuid4() for _ in range(4)]
    samples = [Sample("power.cable", day, 119.32, 36.0, id=parent) for parent in parents]
    samples += [Sample("power.cable", day, 119.32, 36.0, merged_into=parents[0])] * 2
    samples += [Sample("power.cable", day, 119.48, 36.0)]
    add_reports(heat.url, samples)
    county, *towns = rates(heat, Span.month(day))
    assert (county.town, county.reports, county.events) == (None, 7, 5)
    assert county.per_event == pytest.approx(1.4)
    assert [(town.reports, town.events) for town in towns] == [(6, 4), (1, 1)]
    assert county.share is not None
    assert county.low is not None
    assert county.high is not None
    assert county.low < county.share < county.high
    assert towns[1].share is None
    assert rates(heat, Span.month(dt.date(2020, 1, 1)))[0].reports == 0


@pytest.mark.parametrize(
    ("narrowed", "reports", "events"),
    [({}, 6, 5), ({"cause": "cut"}, 3, 2), ({"source": "patrol"}, 2, 2), ({"repeat": True}, 1, 1)],
)
def test_the_estimate_is_of_the_reports_that_are_looked_at(
    heat: Heat, narrowed: dict[str, Any], reports: int, events: int
) -> None:
    day, end, parent = dt.date(2020, 8, 3), dt.date(2020, 8, 4), uuid.uuid4()
    if not rates(heat, Span.month(day))[0].reports:
        here = (119.32, 36.0)
        add_reports(
            heat.url,
            [
                Sample("power.cable", day, *here, id=parent, cause="cut", closed_on=end),
                Sample("power.cable", day, *here, merged_into=parent, cause="cut", closed_on=end),
                Sample("power.cable", day, 119.36, 36.0, cause="cut"),
                Sample("power.cable", day, 119.40, 36.0, source="patrol"),
                Sample("power.cable", day, 119.44, 36.0, source="patrol"),
                Sample("power.cable", dt.date(2020, 8, 9), *here),
            ],
        )
    county = rates(heat, Span.month(day), **narrowed)[0]
    assert (county.reports, county.events) == (reports, events)


@pytest.mark.parametrize("mean", [0.2, 1.0, 2.5])
def test_the_estimate_finds_the_share_of_simulated_silence(mean: float) -> None:
    sizes = np.random.default_rng(4).poisson(mean, 20_000)
    found = reported_share(int(sizes.sum()), int((sizes > 0).sum()))
    assert found is not None
    assert found[1] < (sizes > 0).mean() < found[2]
