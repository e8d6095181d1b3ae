"""Categories kept by administrators: added, changed, no longer offered, with limits and cluster rule.

A category is never deleted, because reports name it. The version of one is the hash of what it
says, so it tells a change whoever made it: this module, an import or a person at the database.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from gis import rollups
from gis.accounts import check_admin
from gis.admin_events import note_admin_event
from gis.audience import Actor
from gis.categorising import forget_vocabulary
from gis.category_checks import CategoryDraft, check_draft
from gis.clocks import forget_time_book
from gis.county_names import forget_county_names
from gis.db.database import Row, Transaction
from gis.errors import NotFound, PreconditionFailed, PreconditionRequired

_INSERT = (
    "INSERT INTO category (county_code, code, parent_code, name, name_en, tags, keywords, sensitive,"
    " level, position, disabled_at) VALUES (%(county)s, %(code)s, %(parent_code)s, %(name)s,"
    " %(name_en)s, %(tags)s, %(keywords)s, %(sensitive)s, %(level)s, %(position)s, %(disabled_at)s)"
    " RETURNING code"
)
_UPDATE = (
    "UPDATE category SET parent_code = %(parent_code)s, name = %(name)s, name_en = %(name_en)s,"
    " tags = %(tags)s, keywords = %(keywords)s, sensitive = %(sensitive)s, level = %(level)s,"
    " position = %(position)s, disabled_at = CASE WHEN %(disabled_at)s::timestamptz IS NULL THEN NULL"
    " ELSE coalesce(disabled_at, %(disabled_at)s) END"
    " WHERE county_code = %(county)s AND code = %(code)s RETURNING code"
)
_CLUSTER = (
    "INSERT INTO cluster_rule (county_code, category_code, together, distance_m, hours, least)"
    " VALUES (%(county)s, %(code)s, %(together)s, %(distance_m)s, %(hours)s, %(least)s)"
    " ON CONFLICT (county_code, category_code) DO UPDATE SET together = excluded.together,"
    " distance_m = excluded.distance_m, hours = excluded.hours, least = excluded.least"
    " RETURNING category_code"
)


def category_book(tx: Transaction, actor: Actor) -> dict[str, Row]:
    """Return all categories by code, in their order, with what administrators keep of them.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    """
    check_admin(actor)
    return _book(tx, actor.county_code)


def get_category(tx: Transaction, actor: Actor, code: str) -> Row:
    """Return one category of `category_book`.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has no such category.
    """
    return _one(category_book(tx, actor), code)


def version_of(row: Row) -> str:
    """Return the version of a category: the hash of what it says."""
    said = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()[:24]


def add_category(
    tx: Transaction, actor: Actor, code: str, draft: CategoryDraft, *, now: dt.datetime
) -> Row:
    """Add a category and return it.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    CategoryRefused
        Names every field that makes no category.
    """
    book = _locked(tx, actor)
    check_draft(code, draft, book, new=True)
    tx.rows(_INSERT, _values(actor, code, draft, now))
    row = _beside(tx, actor, code, draft, now)
    details = {"name": [None, draft.name]}
    note_admin_event(
        tx, actor.county_code, actor.account_id, "add_category", code, now=now, details=details
    )
    return row


def change_category(
    tx: Transaction,
    actor: Actor,
    code: str,
    draft: CategoryDraft,
    *,
    seen: str | None,
    now: dt.datetime,
) -> Row:
    """Make a category what is sent, and return it; limits hold for reports received from now on.

    Parameters
    ----------
    seen
        Version the actor saw.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has no such category.
    CategoryRefused
        Names every field that makes no category.
    PreconditionRequired, PreconditionFailed
        No version was sent, or somebody was faster; the latter shows the category as it is.
    """
    book = _locked(tx, actor)
    before = _one(book, code)
    check_draft(code, draft, book, new=False)
    if seen is None:
        raise PreconditionRequired("Send the version you saw as If-Match.")
    if seen != version_of(before):
        raise PreconditionFailed(
            "The category was changed since you saw it.",
            {"version": version_of(before), "category": before},
        )
    tx.rows(_UPDATE, _values(actor, code, draft, now))
    after = _beside(tx, actor, code, draft, now)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        note_admin_event(
            tx, actor.county_code, actor.account_id, "change_category", code, now=now,
            details=changed,
        )  # fmt: skip
    return after


def _book(tx: Transaction, county_code: str) -> dict[str, Row]:
    return {row["code"]: row for row in tx.query("category_book", {"county_code": county_code})}


def _one(book: Mapping[str, Row], code: str) -> Row:
    if code not in book:
        raise NotFound(f"There is no category {code}.")
    return book[code]


def _locked(tx: Transaction, actor: Actor) -> dict[str, Row]:
    """Return the book; nobody else changes it until the transaction ends.

    All rows are locked, because names, words and levels are compared with those of the others; a
    new report, which only refers to its category, does not wait.
    """
    check_admin(actor)
    # The county's row first: it also holds back a second administrator who adds.
    tx.rows("SELECT code FROM county WHERE code = %s FOR NO KEY UPDATE", [actor.county_code])
    tx.rows(
        "SELECT code FROM category WHERE county_code = %s ORDER BY code FOR NO KEY UPDATE",
        [actor.county_code],
    )
    return _book(tx, actor.county_code)


def _values(actor: Actor, code: str, draft: CategoryDraft, now: dt.datetime) -> dict[str, Any]:
    return {
        "county": actor.county_code,
        "code": code,
        "parent_code": draft.parent_code,
        "name": draft.name.strip(),
        "name_en": draft.name_en.strip(),
        "tags": list(dict.fromkeys([*draft.tags, *draft.new_tags])),
        "keywords": list(dict.fromkeys(draft.keywords)),
        "sensitive": draft.sensitive,
        "level": draft.level,
        "position": draft.position,
        "disabled_at": None if draft.enabled else now,
    }


def _beside(
    tx: Transaction, actor: Actor, code: str, draft: CategoryDraft, now: dt.datetime
) -> Row:
    """Write limits and cluster rule, let the totals follow, and return the category as it is."""
    county = actor.county_code
    _write_limits(tx, county, code, draft, now)
    if draft.cluster is None:
        tx.rows(
            "DELETE FROM cluster_rule WHERE county_code = %s AND category_code = %s"
            " RETURNING category_code",
            [county, code],
        )
    else:
        rule = draft.cluster
        tx.rows(
            _CLUSTER,
            {
                "county": county, "code": code, "together": rule.together,
                "distance_m": rule.distance_m, "hours": rule.minutes / 60, "least": rule.least,
            },
        )  # fmt: skip
    rollups.keep_apart(tx, county)
    for forget in (forget_vocabulary, forget_time_book, forget_county_names):
        forget(tx, county)
    return _book(tx, county)[code]


def _write_limits(
    tx: Transaction, county: str, code: str, draft: CategoryDraft, now: dt.datetime
) -> None:
    stages = list(draft.limits)
    sent = {
        "county_code": county,
        "now": now,
        "category_codes": [code] * len(stages),
        "stages": stages,
        "amounts": [float(draft.limits[stage].amount) for stage in stages],
        "units": [draft.limits[stage].unit for stage in stages],
    }
    tx.rows(
        "UPDATE time_limit SET valid_to = %(now)s WHERE county_code = %(county_code)s"
        " AND category_code = %(code)s AND valid_to IS NULL AND stage <> ALL (%(stages)s)"
        " RETURNING id",
        {**sent, "code": code},
    )
    tx.query("time_limits_close", sent)
    tx.query("time_limits_open", sent)
