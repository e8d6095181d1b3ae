"""Pages of the desk: notices, and residents to call back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis.db.database import Row
from gis.evaluation import ANSWERS, RESULTS
from gis.ids import public_id
from gis.personal import Person, mask_name, mask_phone
from maps.pages import PageContext, render_page
from maps.refusals import Refusal
from maps.shell import Pages


@dataclass(frozen=True)
class Unrecorded:
    """A call that could not be recorded: of which report, why, and what was typed."""

    report_id: uuid.UUID
    refusal: Refusal
    typed: Mapping[str, str]

    @property
    def words(self) -> str:
        """Why, in the words of the field that is wrong where it is one."""
        return next(iter(self.refusal.fields.values()), self.refusal.words)


def render_notifications(pages: Pages, context: PageContext, rows: Sequence[Row]) -> str:
    """Return the HTML of ``/notifications``."""
    county = context.actor.county_code if context.actor else ""
    items = [{**row, "public_id": public_id(county, row["report_id"])} for row in rows]
    up_to = max((row["outbox_id"] for row in rows), default="")
    return render_page(
        pages, "notifications.html", context, word_groups=(), items=items, up_to=up_to
    )


def render_callbacks(
    pages: Pages,
    context: PageContext,
    rows: Sequence[Row],
    *,
    told: Mapping[uuid.UUID, Person],
    unrecorded: Unrecorded | None,
    done: bool,
) -> str:
    """Return the HTML of ``/callbacks``.

    Parameters
    ----------
    told
        Telephones that were asked for, by report.
    unrecorded
        The call that was refused just now: told beside its report, or above all of them where that
        one has left the queue.
    """
    county = context.actor.county_code if context.actor else ""
    items = [
        {
            **row,
            "public_id": public_id(county, row["id"]),
            "person": told.get(row["id"])
            or Person(mask_name(row["reporter_name"]), mask_phone(row["reporter_phone"]), True),
            "unrecorded": unrecorded if unrecorded and unrecorded.report_id == row["id"] else None,
        }
        for row in rows
    ]
    left = unrecorded and unrecorded.report_id not in {row["id"] for row in rows}
    return render_page(
        pages, "callbacks.html", context, word_groups=(),
        items=items, results=RESULTS, answers=ANSWERS, done=done,
        left=unrecorded if left else None,
    )  # fmt: skip
