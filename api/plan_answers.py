"""Scans, back-tests, interventions and reporting rates as answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from api.layer_answers import Document, choice_document, period_document
from api.schemas.layer_params import BackTestParams
from gis.audience import Actor
from gis.datum import Crs, to_wgs84
from gis.db.database import Row, Transaction
from gis.hotspots.accuracy import BackTest
from gis.hotspots.interventions import BeforeAfter
from gis.layering.backtests import judged_layer
from gis.layering.frames import Frame
from gis.layering.interventions import Outcome, may_remove
from gis.layering.methods import back_test_method, scan_method
from gis.layering.notes import note
from gis.layering.reporting import reporting_rates
from gis.layering.scans import ScanJob
from gis.layering.scopes import Scope, Span, span_of
from gis.layering.wording import circle_words, effect_words

_MONTH_DAYS = 30


def back_test_answer(tx: Transaction, scope: Scope, params: BackTestParams) -> Document:
    """Judge a layer."""
    layer = judged_layer(
        tx,
        scope,
        params.unit,
        params.layer,
        cell_m=params.cells(),
        bandwidth_m=params.bandwidth_m,
        train=span_of(params.train_from, params.train_to, "train_"),
        exposure=params.exposure,
    )
    method = back_test_method(scope, layer)
    return {
        "choice": choice_document(scope.slice),
        "unit": layer.frame.unit,
        "layer": layer.layer,
        "exposure": layer.exposure and vars(layer.exposure),
        "train": _step(layer.train),
        "test": _step(layer.test),
        "lines": [_line(line, layer.frame) for line in layer.lines],
        "plain": [_line(line, layer.frame) for line in layer.plain],
        "method": vars(method),
    }


def reporting_answer(tx: Transaction, scope: Scope) -> Document:
    """Estimate how many people speak up; without any merged reports say why there is no estimate."""
    found = reporting_rates(tx, scope)
    rates = [
        {
            "town": rate.town,
            "name": rate.name,
            "name_en": rate.name_en,
            "reports": rate.reports,
            "events": rate.events,
            "per_event": rate.per_event,
            "reported_share": rate.share,
            "low": rate.low,
            "high": rate.high,
        }
        for rate in found
    ]
    unknown = found and all(rate.share is None for rate in found)
    return {
        "choice": choice_document(scope.slice),
        "period": period_document(scope.found, whole_months=scope.whole_months),
        "items": rates,
        "notes": [note("no_merges")] if unknown else [note("reporting")],
    }


def scan_document(job: ScanJob, frame: Frame, metric: Crs) -> Document:
    """Return a scan as it stands; ``frame`` and ``metric`` are of the units it was made of."""
    params = job.params
    span = Span(*(dt.date.fromisoformat(day) for day in params["span"]))
    circles = None
    if job.result is not None:
        circles = _circles(params, job.result, frame, metric)
    return {
        "id": str(job.id),
        "status": job.status,
        "done": job.done,
        "total": job.total,
        "choice": params["choice"],
        "period": period_document(span),
        "exposure": params["exposure"],
        "seed": params["seed"],
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "failure": job.failure,
        "method": vars(scan_method(job)),
        "circles": circles,
    }


def intervention_document(row: Row, outcome: Outcome, actor: Actor) -> Document:
    """Return a measure with what came of it so far, as one actor may see and delete it."""
    notes = [note("unknown_side")] if outcome.unknown else []
    if outcome.not_told:
        notes.append(note("no_longer_told"))
    if outcome.partly is not None:
        notes.append(note("partly_known", first=outcome.partly.first, last=outcome.partly.last))
    if outcome.in_area is not None:
        notes.append(note("control"))
        if not outcome.complete:
            notes.append(note("incomplete"))
        if outcome.few:
            notes.append(note("few"))
    found = outcome.effect
    # Fewer than five in all could be single people's matters: not told by area and day.
    told = not outcome.few
    shown = {name: value for name, value in row.items() if name != "account_id"}
    return {
        **shown,
        "id": str(row["id"]),
        "may_remove": may_remove(actor, row),
        "complete": outcome.complete,
        "in_area": _sides(outcome.in_area) if told else None,
        "in_control": _sides(outcome.in_control) if told else None,
        "effect": found
        and {**asdict(found), "words": effect_words(found.ratio, found.low, found.high)},
        "notes": notes,
    }


def _circles(
    params: dict[str, Any], circles: list[dict[str, Any]], frame: Frame, metric: Crs
) -> list[Document]:
    codes, xy = params["codes"], params["xy"]
    found = []
    for rank, circle in enumerate(circles, 1):
        centre = codes[circle["centre"]]
        place = frame.position.get(centre)
        members = [codes[unit] for unit in circle["members"]]
        east, north = xy[circle["centre"]]
        lon, lat = to_wgs84(east, north, metric)
        numbers = (circle["observed"], circle["expected"], len(members), circle["radius"])
        found.append(
            {
                "rank": rank,
                "centre": centre,
                "centre_name": centre if place is None else frame.names[place],
                "centre_name_en": centre if place is None else frame.names_en[place],
                "location": [round(float(lon), 6), round(float(lat), 6)],
                "radius_m": circle["radius"],
                "codes": members,
                "observed": circle["observed"],
                "expected": circle["expected"],
                "relative_risk": circle["relative_risk"],
                "log_likelihood_ratio": circle["log_likelihood_ratio"],
                "p": circle["p"],
                "words": circle_words(*numbers, circle["p"]),
            }
        )
    return found


def _line(line: BackTest, frame: Frame) -> Document:
    return {
        "share": line.share,
        "area_share": line.area_share,
        "hit": int(line.events_hit),
        "events": int(line.events),
        "hit_rate": line.accuracy.hit_rate,
        "pai": line.accuracy.pai,
        "pei": line.accuracy.pei,
        "codes": [frame.codes[unit] for unit in line.flagged.tolist()],
    }


def _step(span: Span) -> Document:
    return {"from": span.first, "to": span.last}


def _sides(side: BeforeAfter | None) -> Document | None:
    if side is None:
        return None
    return {
        "before": side.before,
        "after": side.after,
        "days_before": side.days_before,
        "days_after": side.days_after,
        "rate_before": side.rate_before * _MONTH_DAYS,
        "rate_after": side.rate_after * _MONTH_DAYS,
    }
