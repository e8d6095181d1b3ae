"""How a layer was made: what was counted and left out, the statistic, and how far to trust it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis.layering.backtests import JudgedLayer
from gis.layering.comparing import CompareLayer
from gis.layering.counting import Counted
from gis.layering.exposures import Exposure
from gis.layering.frames import Floats, Frame
from gis.layering.hotspots import HotspotLayer
from gis.layering.notes import note
from gis.layering.rates import RatesLayer
from gis.layering.scans import ScanJob, counted_of
from gis.layering.scopes import Scope, Span
from gis.layering.series import Cube
from gis.layering.steps import THE_MAP, Yardstick
from gis.layering.surfaces import Surface


@dataclass(frozen=True)
class Method:
    """What the methods panel shows.

    Attributes
    ----------
    n, outside, without_location
        Reports counted, in no unit, and without coordinates.
    suppressed
        Units whose count is not told.
    neighbours
        What makes units neighbours; None where none are used.
    distance_m
        Bandwidth of a surface.
    notes
        Sentences {code, zh, en}, the most important first.
    """

    n: int
    outside: int
    without_location: int
    units: int
    statistic: str
    suppressed: int = 0
    cell_m: int | None = None
    neighbours: str | None = None
    distance_m: int | None = None
    correction: str | None = None
    layout: str | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)


def rates_method(scope: Scope, layer: RatesLayer) -> Method:
    """Describe counts and rates."""
    suppressed = int((layer.told == 0).sum())
    notes = _left_out(scope, layer.counted, layer.frame)
    if suppressed or scope.choice.group is not None:
        notes.append(note("suppressed"))
    else:
        notes.append(note("empirical_bayes"))
        if layer.clamped:
            notes.append(note("clamped"))
    notes += _unknown(layer.exposure, layer.amounts)
    return _method(scope, layer.frame, layer.counted, "rates", suppressed=suppressed, notes=notes)


def hotspots_method(scope: Scope, layer: HotspotLayer, piles: int = 0) -> Method:
    """Describe a hotspot layer."""
    tested = int(np.isfinite(layer.found.p).sum())
    notes = []
    if layer.exposure is None:
        notes.append(note("gi_star"))
    else:
        named = {"exposure": layer.exposure.name, "exposure_en": layer.exposure.name_en.lower()}
        notes += [note("poisson_window", **named), note("overdispersed")]
    notes.append(note("false_discovery", n=tested) if tested else note("constant"))
    if piles:
        notes.append(note("pile", n=piles))
    if layer.exposure is not None and layer.amounts is not None:
        notes += _unknown(layer.exposure, layer.amounts, zero=True)
    return _method(
        scope,
        layer.frame,
        layer.counted,
        "gi_star" if layer.exposure is None else "poisson_window",
        neighbours="contiguity",
        correction="benjamini_hochberg",
        notes=notes + _left_out(scope, layer.counted, layer.frame),
    )


def density_method(scope: Scope, surface: Surface) -> Method:
    """Describe a surface."""
    counted = surface.counted
    notes = [note("density", distance_m=surface.bandwidth_m, n=counted.n)]
    return Method(
        n=counted.n,
        outside=counted.outside,
        without_location=counted.without_location,
        units=int(counted.counts.size),
        statistic="kernel_density",
        cell_m=surface.cell_m,
        distance_m=surface.bandwidth_m,
        layout=scope.version.state.layout,
        notes=notes + _left_out(scope, counted, None),
    )


def compare_method(scope: Scope, layer: CompareLayer) -> Method:
    """Describe a comparison; ``scope`` is its second side."""
    tested = int(np.isfinite(layer.found.p).sum())
    both = Counted(
        layer.first.counts + layer.second.counts,
        layer.first.outside + layer.second.outside,
        layer.first.without_location + layer.second.without_location,
    )
    return _method(
        scope,
        layer.frame,
        both,
        f"binomial_{layer.test}",
        neighbours="contiguity" if layer.windows else None,
        correction="benjamini_hochberg",
        notes=[
            note(layer.test),
            *_reaching(layer.partly),
            note("bursts"),
            note("false_discovery", n=tested),
            *_left_out(scope, both, layer.frame),
        ],
    )


def cube_method(
    scope: Scope, cube: Cube, statistic: str, today: dt.date, yardstick: Yardstick = THE_MAP
) -> Method:
    """Describe a series (``gi_star``) or emerging hotspots (``emerging``)."""
    counted = Counted(cube.counts, cube.outside)
    notes = [] if statistic == "gi_star" and yardstick.exposure else [note(statistic)]
    notes.append(note("false_discovery", n=len(cube.frame)))
    if yardstick.exposure is not None and yardstick.amounts is not None:
        kind = yardstick.exposure
        named = {"exposure": kind.name, "exposure_en": kind.name_en.lower()}
        notes[-1:] = [note("poisson_window", **named), note("overdispersed"), notes[-1]]
        notes += _unknown(kind, yardstick.amounts, zero=True)
        statistic = "poisson_window" if statistic == "gi_star" else statistic
    if cube.unknown:
        notes.append(note("unknown_steps", n=cube.unknown))
    if cube.steps[-1].last >= today:
        notes.append(note("running_step"))
    return _method(
        scope,
        cube.frame,
        counted,
        statistic,
        neighbours="contiguity",
        correction="benjamini_hochberg",
        notes=notes + _left_out(scope, counted, cube.frame),
    )


def scan_method(job: ScanJob) -> Method:
    """Describe a scan."""
    params, left_out = job.params, job.params["left_out"]
    counted = counted_of(job)
    notes = [note("scan", n=job.total), note("overdispersed")]
    if left_out["unknown"]:
        named = params["exposure"]
        notes.append(
            note(
                "unknown_exposure",
                n=left_out["unknown"],
                exposure=named["name"],
                exposure_en=named["name_en"].lower(),
            )
        )
    if counted.outside:
        notes.append(note("outside", n=counted.outside))
    if left_out["sensitive"]:
        notes.append(note("without_sensitive"))
    return Method(
        n=counted.n,
        outside=counted.outside,
        without_location=0,
        units=len(params["codes"]),
        statistic="circular_scan",
        correction="monte_carlo",
        layout=params["layout"],
        notes=[*notes, note("reported")],
    )


def back_test_method(scope: Scope, layer: JudgedLayer) -> Method:
    """Describe a back-test."""
    notes = [note("back_test"), note("not_prediction")]
    return _method(
        scope,
        layer.frame,
        layer.events,
        f"back_test_{layer.layer}",
        notes=notes + _left_out(scope, layer.events, layer.frame),
    )


def _method(scope: Scope, frame: Frame, counted: Counted, statistic: str, **more: Any) -> Method:
    return Method(
        n=counted.n,
        outside=counted.outside,
        without_location=counted.without_location,
        units=len(frame),
        statistic=statistic,
        cell_m=frame.cells.size_m if frame.cells else None,
        layout=scope.version.state.layout,
        **more,
    )


def _left_out(scope: Scope, counted: Counted, frame: Frame | None) -> list[dict[str, Any]]:
    """Say which reports are not counted; a surface has no frame, but cells all the same."""
    notes = []
    if counted.outside:
        cells = frame is None or frame.cells is not None
        notes.append(note("outside_cells" if cells else "outside", n=counted.outside))
    if counted.without_location:
        notes.append(note("without_location", n=counted.without_location))
    if scope.choice.without_sensitive:
        notes.append(note("without_sensitive"))
    if scope.whole_months:
        notes.append(note("whole_months"))
    return [*notes, note("reported")]


def _reaching(data: Span | None) -> list[dict[str, Any]]:
    """Say which days are known, where not all of a period are."""
    return [] if data is None else [note("partly_known", first=data.first, last=data.last)]


def _unknown(exposure: Exposure, amounts: Floats, *, zero: bool = False) -> list[dict[str, Any]]:
    missing = int((~np.isfinite(amounts) | ((amounts == 0) & zero)).sum())
    if not missing:
        return []
    named = {"exposure": exposure.name, "exposure_en": exposure.name_en.lower()}
    return [note("unknown_exposure", n=missing, **named)]
