"""Pages of the desk: notices, and residents to call back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from gis.db.database import Row
from gis.evaluation import ANSWERS, RESULTS
from gis.ids import public_id
from gis.personal import Person, mask_name, mask_phone
from maps.pages import PageContext, render_page
from maps.refusals import Refusal
from maps.shell import Pages


def render_notifications(pages: Pages, context: PageContext, rows: Sequence[Row]) -> str:
    """Return the HTML of ``/notifications``."""
    county = context.actor.county_code if context.actor else ""
    items = [{**row, "public_id": public_id(county, row["report_id"])} for row in rows]
    return render_page(pages, "notifications.html", context, word_groups=(), items=items)


def render_callbacks(
    pages: Pages,
    context: PageContext,
    rows: Sequence[Row],
    *,
    told: Mapping[uuid.UUID, Person],
    refused: Mapping[uuid.UUID, Refusal],
    done: bool,
) -> str:
    """Return the HTML of ``/callbacks``.

    Parameters
    ----------
    told
        Telephones that were asked for, by report.
    refused
        What could not be recorded, by report.
    """
    county = context.actor.county_code if context.actor else ""
    items = [
        {
            **row,
            "public_id": public_id(county, row["id"]),
            "person": told.get(row["id"])
            or Person(mask_name(row["reporter_name"]), mask_phone(row["reporter_phone"]), True),
            "refusal": refused.get(row["id"]),
        }
        for row in rows
    ]
    return render_page(
        pages, "callbacks.html", context, word_groups=(),
        items=items, results=RESULTS, answers=ANSWERS, done=done,
    )  # fmt: skip
