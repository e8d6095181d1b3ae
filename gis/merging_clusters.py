"""Merging all reports of a cluster into one, and taking them apart again; all of them or none."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from gis.audience import Actor
from gis.clusters import Cluster, find_clusters
from gis.db.database import Row, Transaction
from gis.dispatching import act
from gis.errors import Conflict, GridCallError, NotAllowed, NotFound
from gis.ids import public_id
from gis.workflow.store import lock_reports, read_reports
from gis.workflow.table import roles_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A report with the version that the actor saw."""

    report_id: uuid.UUID
    version: int


def merge_cluster(
    tx: Transaction, actor: Actor, seen: Sequence[Seen], *, now: dt.datetime
) -> tuple[uuid.UUID, list[Row]]:
    """Merge reports of one cluster into the one that is furthest along, else the first.

    Parameters
    ----------
    seen
        The reports to merge; the one that is merged into may be among them.

    Returns
    -------
    tuple
        Key of the report merged into, and the rows of the others after the step.

    Raises
    ------
    NotFound
        The actor may not know of one of them.
    NotAllowed
        The actor's role never merges.
    Conflict
        They are no longer offered as one cluster, or nothing is left to merge; also what `act`
        raises, with the id of the report in ``details["report"]``.
    """
    ids = [one.report_id for one in seen]
    if read_reports(tx, actor.county_code, ids).keys() != set(ids):
        raise NotFound("There is no such report.")
    if actor.role not in roles_of("merge"):
        raise NotAllowed(f"The role `{actor.role}` never does `merge`.")
    cluster = _cluster_of(find_clusters(tx, actor, now=now), {one.report_id for one in seen})
    into = cluster.into["id"]
    free = {one["id"] for one in cluster.mergeable}
    wanted = [one for one in seen if one.report_id in free]
    if not wanted:
        raise Conflict("Nothing is left to merge in this cluster.")
    fields = {"into": public_id(actor.county_code, into)}
    return into, _act_on_all(tx, actor, wanted, "merge", fields, now, also=[into])


def split_cluster(
    tx: Transaction, actor: Actor, seen: Sequence[Seen], *, now: dt.datetime
) -> list[Row]:
    """Take merged reports out of the one they were merged into, each back to its own course.

    Returns
    -------
    list of Row
        The reports after the step.

    Raises
    ------
    GridCallError
        What `act` raises, with the id of the report in ``details["report"]``.
    """
    return _act_on_all(tx, actor, seen, "unmerge", {}, now)


def _cluster_of(clusters: Sequence[Cluster], wanted: set[uuid.UUID]) -> Cluster:
    for cluster in clusters:
        if wanted <= {row["id"] for row in cluster.members}:
            return cluster
    raise Conflict("These reports are no longer offered as one cluster; look at it again.")


def _act_on_all(
    tx: Transaction,
    actor: Actor,
    seen: Sequence[Seen],
    action: str,
    fields: dict[str, str],
    now: dt.datetime,
    also: Sequence[uuid.UUID] = (),
) -> list[Row]:
    """Do one action to each report; what they are merged into is locked before any of them."""
    tx.see_as(actor)
    lock_reports(tx, actor.county_code, list(also))
    rows = []
    for one in sorted(seen, key=lambda it: it.report_id):
        try:
            rows.append(act(tx, actor, one.report_id, action, fields, f'"{one.version}"', now))
        except GridCallError as error:
            error.details["report"] = public_id(actor.county_code, one.report_id)
            raise
    return rows
