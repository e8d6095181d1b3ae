"""From the body of a request to a report the domain can take in."""

from __future__ import annotations

import uuid
from typing import Any

from api.canonical import body_sha256
from api.schemas.report import ReportIntake
from api.schemas.suggestion import LocateParams
from gis.audience import Actor
from gis.errors import InvalidInput, NotAllowed
from gis.intake import Intake
from gis.matching import Where

_REPORTERS = frozenset({"admin", "dispatcher", "grid_staff", "volunteer", "utility"})


def check_may_report(actor: Actor) -> None:
    """Let those who work on reports hand them in.

    Raises
    ------
    NotAllowed
        The role reads and does not write.
    """
    if actor.role not in _REPORTERS:
        raise NotAllowed(f"The role {actor.role} hands in no reports.")


def read_intake(body: ReportIntake, document: Any, idempotency_key: str | None = None) -> Intake:
    """Return the intake a body means.

    Parameters
    ----------
    body
        The body, checked.
    document
        The same body as sent, for its hash.
    idempotency_key
        The header of that name: another way to send ``client_id``.

    Raises
    ------
    InvalidInput
        It does not say where, the position is impossible, or header and body name different ids.
    """
    return Intake(
        where=where_of(body),
        description=body.description,
        body_sha256=body_sha256(document),
        client_id=_client_id(body.client_id, idempotency_key),
        category=body.category,
        captured_at=body.captured_at,
        source=body.source,
        source_number=body.source_number,
        address=body.address,
        urgent=body.urgent,
        reporter_name=body.reporter.name if body.reporter else "",
        reporter_phone=body.reporter.phone if body.reporter else "",
    )


def where_of(stated: ReportIntake | LocateParams) -> Where:
    """Return the place that a report names, or a question where one with the same words would go.

    Raises
    ------
    InvalidInput
        Nothing says where, or the position is impossible.
    """
    return Where.of(
        longitude=stated.longitude,
        latitude=stated.latitude,
        crs=stated.crs,
        accuracy_m=stated.accuracy_m,
        place_code=stated.place_code,
        grid_code=stated.grid_code,
        place_text=stated.place_text or "",
    )


def _client_id(in_body: uuid.UUID | None, in_header: str | None) -> uuid.UUID | None:
    if in_header is None:
        return in_body
    try:
        key = uuid.UUID(in_header.strip('"'))
    except ValueError:
        raise InvalidInput.of("Idempotency-Key", "must be a uuid, like client_id") from None
    if in_body is not None and in_body != key:
        raise InvalidInput.of("Idempotency-Key", "differs from client_id in the body")
    return key
