"""``/clusters``: several reports of one cause, to be merged in one step."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.cluster import Clusters, DismissedReports, Merged, SeenReport, SeenReports, Split
from api.schemas.common import Code
from gis.audience import Actor
from gis.cluster_words import cluster_words, rounded_m
from gis.clusters import Cluster, dismiss, find_clusters
from gis.db.database import Row
from gis.errors import InvalidInput, NotAllowed, NotFound
from gis.filter_checks import check_code
from gis.geometry import Point
from gis.ids import parse_public_id, public_id
from gis.merging_clusters import Seen, merge_cluster, split_cluster

router = APIRouter(prefix="/clusters", tags=["clusters"], route_class=StrictRoute)


@router.get("", response_model=Clusters)
def list_clusters(
    caller: SignedIn,
    # A list of one at most: more than one is refused here, not read as the last.
    category: Annotated[list[Code], Query(max_length=1, description="Of a new report.")] = [],  # noqa: B006
    near: Annotated[
        str | None, Query(max_length=60, description="lon,lat of a new report.")
    ] = None,
) -> Response:
    """List the clusters among the open reports the actor may read, the largest first."""
    place = _point(near)
    code = next(iter(category), None)
    with caller.read() as (tx, actor):
        if code is not None:
            check_code(tx, actor.county_code, "category", code)
        found = find_clusters(tx, actor, now=caller.now, category=code, near=place)
    items = [_document(actor.county_code, one) for one in found]
    return json_answer(orjson.dumps({"items": items}))


@router.post("/{cluster_id}/merge", response_model=Merged)
def post_merge(caller: SignedIn, cluster_id: str, body: SeenReports) -> Response:
    """Merge the reports of a cluster into the one furthest along, else the first; all or none."""
    with caller.transaction() as (tx, actor):
        _check_county(actor, cluster_id)
        into, rows = merge_cluster(tx, actor, _seen(actor, body.reports), now=caller.now)
    merged = [_root(row) for row in rows]
    answer = {
        "into": public_id(actor.county_code, into),
        "merged": [one["id"] for one in merged],
        "reports": merged,
    }
    return json_answer(orjson.dumps(answer))


@router.post("/{cluster_id}/split", response_model=Split)
def post_split(caller: SignedIn, cluster_id: str, body: SeenReports) -> Response:
    """Take merged reports apart again; all or none."""
    with caller.transaction() as (tx, actor):
        _check_county(actor, cluster_id)
        rows = split_cluster(tx, actor, _seen(actor, body.reports), now=caller.now)
    return json_answer(orjson.dumps({"reports": [_root(row) for row in rows]}))


@router.post("/{cluster_id}/dismiss", status_code=204)
def post_dismiss(caller: SignedIn, cluster_id: str, body: DismissedReports) -> Response:
    """Say that these reports have no common cause; offered again when as many as make one join."""
    with caller.transaction() as (tx, actor):
        if actor.role != "dispatcher":
            raise NotAllowed(f"The role `{actor.role}` never does `dismiss`.")
        _check_county(actor, cluster_id)
        known = {
            row["id"] for one in find_clusters(tx, actor, now=caller.now) for row in one.members
        }
        ids = [_key(actor, text) for text in body.reports]
        if not set(ids) <= known:
            raise NotFound("There is no such cluster.")
        dismiss(tx, actor, ids, now=caller.now)
    return Response(status_code=204)


def _seen(actor: Actor, reports: Iterable[SeenReport]) -> list[Seen]:
    found = [Seen(_key(actor, one.id), one.version) for one in reports]
    if len({one.report_id for one in found}) < len(found):
        raise InvalidInput.of("reports", "names a report more than once")
    return found


def _key(actor: Actor, text: str) -> uuid.UUID:
    county_code, key = parse_public_id(text)
    if county_code != actor.county_code:
        raise NotFound("There is no such report.")
    return key


def _check_county(actor: Actor, cluster_id: str) -> None:
    # What is done follows from the reports named; the id must at least be one of this county's.
    _key(actor, cluster_id)


def _point(text: str | None) -> Point | None:
    if text is None:
        return None
    try:
        lon, lat = (float(part) for part in text.split(","))
        return Point(lon, lat)
    except (ValueError, InvalidInput):
        raise InvalidInput.of("near", "write lon,lat in degrees") from None


def _root(row: Row) -> dict[str, Any]:
    return {
        "id": public_id(row["county_code"], row["id"]),
        "number": row["number"],
        "version": row["version"],
    }


def _document(county_code: str, cluster: Cluster) -> dict[str, Any]:
    """Return a cluster as `api.schemas.cluster.Cluster` describes it."""
    members = cluster.members
    lons, lats = ([round(row[name], 6) for row in members] for name in ("lon", "lat"))
    utilities = Counter(row["utility_code"] for row in members if row["utility_code"])
    words_zh, words = cluster_words(cluster)
    return {
        "id": public_id(county_code, members[0]["id"]),
        "category": cluster.subject[0],
        "count": len(members),
        "within_m": rounded_m(cluster.within_m),
        "minutes": cluster.minutes,
        "usual": round(cluster.usual, 3),
        "first_at": members[0]["received_at"],
        "last_at": members[-1]["received_at"],
        "location": [round(sum(side) / len(side), 6) for side in (lons, lats)],
        "bbox": [min(lons), min(lats), max(lons), max(lats)],
        "utility_code": utilities.most_common(1)[0][0] if utilities else None,
        "into": _root({**cluster.into, "county_code": county_code}),
        "reports": [_report(county_code, row) for row in members],
        "state": "offered" if cluster.mergeable else "merged",
        "words": words,
        "words_zh": words_zh,
    }


def _report(county_code: str, row: Row) -> dict[str, Any]:
    into = row["merged_into"]
    names = ("number", "version", "status", "received_at")
    return {
        "id": public_id(county_code, row["id"]),
        **{name: row[name] for name in names},
        "description": row["description"][:120],
        "address": row["address"],
        "location": [round(row["lon"], 6), round(row["lat"], 6)],
        "merged_into": public_id(county_code, into) if into else None,
        "own": row["own"],
    }
