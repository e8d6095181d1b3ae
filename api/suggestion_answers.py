"""Suggestions and likely duplicates as answers."""

from __future__ import annotations

from typing import Any

from gis.audience import Actor
from gis.db.database import Row
from gis.ids import public_id
from gis.reasons import render
from gis.suggestions import SuggestedBody

_AS_THEY_ARE = (
    "number", "status", "category", "same_category", "description", "address", "received_at",
)  # fmt: skip


def suggested_document(rank: int, body: SuggestedBody) -> dict[str, Any]:
    """Return a suggested body as the API gives it out."""
    utility = body.utility
    return {
        "rank": rank,
        "utility": {"code": utility.code, "name": utility.name, "kind": utility.kind},
        "method": body.method,
        "distance_m": body.distance_m,
        "reason": render(body.reason, "zh"),
        "reason_en": render(body.reason, "en"),
        "open_reports": body.open_reports,
        "overdue_reports": body.overdue_reports,
        "part": body.part,
        "returned": body.returned,
    }


def duplicate_document(actor: Actor, row: Row) -> dict[str, Any]:
    """Return a likely duplicate as the API gives it out."""
    utility = None
    if row["utility_code"] is not None:
        utility = {
            "code": row["utility_code"],
            "name": row["utility_name"],
            "kind": row["utility_kind"],
        }
    point = [round(row["longitude"], 7), round(row["latitude"], 7)]
    return {
        "id": public_id(actor.county_code, row["id"]),
        **{name: row[name] for name in _AS_THEY_ARE},
        "distance_m": round(row["distance_m"], 1),
        "location": {"type": "Point", "coordinates": point},
        "utility": utility,
        "merged_count": row["merged_count"],
        "photo": row["photo"],
        "version": row["version"],
    }
