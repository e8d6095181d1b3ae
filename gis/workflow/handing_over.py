"""A matter across the border: closed here as transferred, taken in by the county it lies in.

The only step that writes in two counties, and it does so in one transaction: nobody ever sees a
matter that was given away and arrived nowhere, or that both believe to be the other's.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from functools import partial
from typing import Any

from gis.db.database import Row, Transaction
from gis.ids import public_id
from gis.intake import Received, take_in
from gis.matching import Where
from gis.numbers import next_number
from gis.records import Intake
from gis.workflow.case import ReportState
from gis.workflow.gate import Deed
from gis.workflow.record import SYSTEM, Change, write
from gis.workflow.step import County, References
from gis.workflow.store import load_cases, read_reports

TAKEN_OVER = "taken_over"
_NAMESPACE = uuid.UUID("6f0c6c1e-52f7-5d0b-9f4e-2d6a3f0a8c11")


def handed_over_client_id(report: ReportState) -> uuid.UUID:
    """Return the client id of what a report becomes elsewhere: one for each of its rounds."""
    return uuid.uuid5(_NAMESPACE, f"{public_id(report.county_code, report.id)}/{report.round}")


def hand_over(tx: Transaction, deed: Deed) -> References:
    """Take the matter in at the other county, and return what both histories say of it.

    Parameters
    ----------
    tx
        Sees this county, before and after.
    deed
        A `hand_over` that was found legal; its references name the county.
    """
    report, there = deed.case.report, deed.references.county
    if there is None:  # looked up with the fields
        raise AssertionError("a hand_over names a county")
    (facts,) = tx.query(
        "handed_over_facts",
        {"county": report.county_code, "id": report.id, "there": there.code},
    )
    tx.see_counties([report.county_code, there.code])
    number = partial(next_number, tx)
    sent = _intake(report, facts)
    received = take_in(tx, number, there.code, sent, actor=None, now=deed.now)
    if received.created:
        _give_photos(tx, report, there, received)
        _tell_there(tx, deed, there, received, facts)
    tx.see_county(report.county_code)
    told = {
        "county": there.code,
        "county_name": there.name,
        "county_name_en": there.name_en,
        "report": public_id(there.code, received.report_id),
        "number": received.number,
    }
    return replace(deed.references, handed_over=told)


def _intake(report: ReportState, facts: Row) -> Intake:
    """Return the report as the other county would have been sent it."""
    body: dict[str, Any] = {
        "from": public_id(report.county_code, report.id),
        "round": report.round,
        "description": facts["description"],
    }
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Intake(
        where=Where(
            lon=facts["lon"],
            lat=facts["lat"],
            accuracy_m=report.placement["accuracy_m"],
            crs=report.placement["crs"],
            place_text=facts["place_text"],
        ),
        description=facts["description"],
        body_sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        client_id=handed_over_client_id(report),
        # Another county may call it otherwise: then its own keywords say what it is.
        category=facts["category_code"],
        captured_at=facts["captured_at"],
        source=report.source,
        source_number=report.number,
        address=report.placement["address"],
        urgent=facts["urgent"],
        reporter_name=facts["reporter_name"],
        reporter_phone=facts["reporter_phone"],
    )


def _give_photos(tx: Transaction, report: ReportState, there: County, received: Received) -> None:
    """Let the new report have the photos; their files stay where they lie."""
    tx.rows(
        "INSERT INTO photo (county_code, report_id, sha256, stored_sha256, stored_in, width,"
        " height, bytes, at) SELECT %(there)s, %(new)s, sha256, stored_sha256,"
        " coalesce(stored_in, county_code), width, height, bytes, at FROM photo"
        " WHERE county_code = %(county)s AND report_id = %(id)s",
        {
            "there": there.code,
            "new": received.report_id,
            "county": report.county_code,
            "id": report.id,
        },
    )


def _tell_there(tx: Transaction, deed: Deed, there: County, received: Received, facts: Row) -> None:
    """Write into the new report's history where it came from, and why."""
    report = deed.case.report
    (case,) = load_cases(tx, read_reports(tx, there.code, [received.report_id]).values()).values()
    after = replace(case, report=replace(case.report, version=case.report.version + 1))
    told = {
        "county": report.county_code,
        "county_name": facts["county_name"],
        "county_name_en": facts["county_name_en"],
        "report": public_id(report.county_code, report.id),
        "number": report.number,
        "reason": deed.fields["reason"],
    }
    write(tx, [Change(case, after, TAKEN_OVER, told)], SYSTEM, deed.now)
