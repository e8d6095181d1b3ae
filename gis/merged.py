"""Which reports were merged into one, and into which one it was merged itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from gis.audience import Actor
from gis.db.database import Row, Transaction


@dataclass(frozen=True)
class Family:
    """A report's relatives that the actor may read.

    Attributes
    ----------
    parent
        The report it was merged into, None where it stands for itself.
    children
        Those merged into it, the first received first.
    """

    parent: Row | None
    children: list[Row]


def family_of(tx: Transaction, actor: Actor, report_id: uuid.UUID) -> Family:
    """Return the reports that merging binds to one; nothing for a report the actor may not read."""
    rows = tx.query(
        "report_family",
        {"county": actor.county_code, "report": report_id, "audience": list(actor.audience)},
    )
    parent = next((row for row in rows if not row["merged"]), None)
    return Family(parent, [row for row in rows if row["merged"]])
