"""Keeping the reference data of a county: who and what there is. Every write can be repeated.

Each ``upsert_`` takes a whole batch, adds what is new, changes what differs and counts; the same
batch again changes nothing. Nothing is deleted: a person leaves by a date, a category stays
because reports name it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis import rollups
from gis.clock import zone_named
from gis.datum import parse_crs
from gis.db.database import Row, Transaction
from gis.errors import Conflict, InvalidInput, NotFound

__all__ = [
    "SINCE_EVER",
    "Category",
    "County",
    "Depot",
    "Known",
    "Limit",
    "Place",
    "Staff",
    "Tally",
    "Utility",
    "add_county",
    "get_county",
    "get_known",
    "get_staff_id",
    "list_counties",
    "upsert_categories",
    "upsert_places",
    "upsert_staff",
    "upsert_utilities",
]

SINCE_EVER = dt.date(2000, 1, 1)
"""Start of what a file gives no start for."""


@dataclass(frozen=True, slots=True)
class County:
    """A county, as far as its own settings go."""

    code: str
    name: str
    name_en: str
    timezone: str = "Asia/Shanghai"
    metric_srid: int = 4549
    grid_code_pattern: str = "^[0-9A-Za-z-]{1,32}$"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a batch."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Known:
    """Codes that an imported row may name.

    Attributes
    ----------
    grids
        Of the active layout; empty where none is active.
    categories
        Code, Chinese name and English name to the code; a name that two categories share is none.
    """

    towns: frozenset[str]
    communities: frozenset[str]
    grids: frozenset[str]
    utilities: frozenset[str]
    places: frozenset[str]
    categories: dict[str, str]
    category_codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Staff:
    """A person of a grid, a community or a town; role as in ``grid_staff``."""

    code: str
    name: str
    role: str
    grid_code: str | None = None
    community_code: str | None = None
    town_code: str | None = None
    telephone: str = ""
    valid_from: dt.date = SINCE_EVER
    valid_to: dt.date | None = None
    on_duty: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """Time allowed for a stage: accept, check_in, handle or verify."""

    stage: str
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Category:
    """A nature of matters, with the limits that a file gives for it."""

    code: str
    name: str
    name_en: str
    parent_code: str | None = None
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    sensitive: bool = False
    level: str = "town"
    position: int = 0
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A named point; `grid_code` None: the grid that covers it."""

    code: str
    kind: str
    name: str
    lon: float
    lat: float
    name_en: str = ""
    pinyin: str = ""
    address: str = ""
    grid_code: str | None = None


@dataclass(frozen=True, slots=True)
class Depot:
    """A point from which a utility starts."""

    code: str
    name: str
    lon: float
    lat: float
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Utility:
    """A responsible body with all of its categories, and the depots a file gives for it."""

    code: str
    name: str
    name_en: str
    kind: str
    town_code: str | None = None
    telephone: str = ""
    categories: tuple[str, ...] = ()
    depots: tuple[Depot, ...] = field(default=())


def add_county(tx: Transaction, county: County, *, now: dt.datetime) -> None:
    """Add a county.

    Raises
    ------
    InvalidInput
        The code is not six digits, the zone is none, or the system is not one in metres.
    Conflict
        There is a county of that code.
    """
    if not (county.code.isascii() and county.code.isdigit() and len(county.code) == 6):
        raise InvalidInput.of("code", f"{county.code!r} is not a county's code of six digits")
    zone_named(county.timezone)
    parse_crs(f"EPSG:{county.metric_srid}")
    values = {
        "code": county.code,
        "name": county.name,
        "name_en": county.name_en,
        "timezone": county.timezone,
        "metric_srid": county.metric_srid,
        "now": now,
    }
    if tx.query_one("county_insert", values) is None:
        raise Conflict(f"County {county.code} exists already.")


def get_county(tx: Transaction, county_code: str) -> County:
    """Return a county.

    Raises
    ------
    NotFound
        There is none of that code; says how to add it.
    """
    row = tx.query_one("county_get", {"county_code": county_code})
    if row is None:
        raise NotFound(
            f"There is no county {county_code}: add it with `gridcall county add {county_code} NAME`."
        )
    return County(**row)


def list_counties(tx: Transaction) -> list[County]:
    """Return all counties by their codes."""
    rows = tx.rows("SELECT code FROM county ORDER BY code")
    return [get_county(tx, row["code"]) for row in rows]


def get_staff_id(tx: Transaction, county_code: str, code: str) -> int:
    """Return the id of a person by the code that files use.

    Raises
    ------
    NotFound
        The county has nobody of that code.
    """
    found = tx.scalar(
        "SELECT id FROM grid_staff WHERE county_code = %s AND code = %s", (county_code, code)
    )
    if found is None:
        raise NotFound(f"County {county_code} has no grid staff {code}.")
    return int(found)


def get_known(tx: Transaction, county_code: str) -> Known:
    """Return every code that rows of an import may name."""
    row = tx.query_one("registry_known", {"county_code": county_code}) or {}
    categories: dict[str, str] = {}
    shared: set[str] = set()
    for code, *names in row["categories"]:
        for name in filter(None, {name.strip() for name in names}):
            if categories.setdefault(name, code) != code:
                shared.add(name)
    named = {name: code for name, code in categories.items() if name not in shared}
    codes = [code for code, *_ in row["categories"]]
    return Known(
        towns=frozenset(row["towns"]),
        communities=frozenset(row["communities"]),
        grids=frozenset(row["grids"]),
        utilities=frozenset(row["utilities"]),
        places=frozenset(row["places"]),
        categories=named | {code: code for code in codes},
        category_codes=frozenset(codes),
    )


def upsert_staff(tx: Transaction, county_code: str, people: Sequence[Staff]) -> Tally:
    """Add and change people; a grid's people get its community and town."""
    rows = tx.query(
        "staff_upsert",
        {
            "county_code": county_code,
            "codes": [person.code for person in people],
            "names": [person.name for person in people],
            "roles": [person.role for person in people],
            "grid_codes": [person.grid_code for person in people],
            "community_codes": [person.community_code for person in people],
            "town_codes": [person.town_code for person in people],
            "telephones": [person.telephone for person in people],
            "valid_from": [person.valid_from for person in people],
            "valid_to": [person.valid_to for person in people],
            "on_duty": [person.on_duty for person in people],
        },
    )
    return _tally(len(people), rows)


def upsert_categories(
    tx: Transaction, county_code: str, categories: Sequence[Category], *, now: dt.datetime
) -> Tally:
    """Add and change categories; a changed limit holds from now on, the old one ends."""
    rows = tx.query(
        "categories_upsert",
        {
            "county_code": county_code,
            "codes": [category.code for category in categories],
            "parent_codes": [category.parent_code for category in categories],
            "names": [category.name for category in categories],
            "names_en": [category.name_en for category in categories],
            # Arrays of arrays must be rectangular in PostgreSQL; lines in a text need not be.
            "tags": ["\n".join(category.tags) for category in categories],
            "keywords": ["\n".join(category.keywords) for category in categories],
            "sensitive": [category.sensitive for category in categories],
            "levels": [category.level for category in categories],
            "positions": [category.position for category in categories],
        },
    )
    rollups.keep_apart(tx, county_code)
    limits = [(category.code, limit) for category in categories for limit in category.limits]
    sent = {
        "county_code": county_code,
        "now": now,
        "category_codes": [code for code, _ in limits],
        "stages": [limit.stage for _, limit in limits],
        "amounts": [float(limit.amount) for _, limit in limits],
        "units": [limit.unit for _, limit in limits],
    }
    tx.query("time_limits_close", sent)
    changed = {row["code"] for row in tx.query("time_limits_open", sent)}
    return _tally(len(categories), rows, also=changed)


def upsert_places(tx: Transaction, county_code: str, places: Sequence[Place]) -> Tally:
    """Add and change places."""
    rows = tx.query(
        "places_upsert",
        {
            "county_code": county_code,
            "codes": [place.code for place in places],
            "kinds": [place.kind for place in places],
            "names": [place.name for place in places],
            "names_en": [place.name_en for place in places],
            "pinyins": [place.pinyin for place in places],
            "addresses": [place.address for place in places],
            "lons": [float(place.lon) for place in places],
            "lats": [float(place.lat) for place in places],
            "grid_codes": [place.grid_code for place in places],
        },
    )
    return _tally(len(places), rows)


def upsert_utilities(tx: Transaction, county_code: str, utilities: Sequence[Utility]) -> Tally:
    """Add and change utilities with their depots; their categories become exactly the sent ones."""
    rows = tx.query(
        "utilities_upsert",
        {
            "county_code": county_code,
            "codes": [utility.code for utility in utilities],
            "names": [utility.name for utility in utilities],
            "names_en": [utility.name_en for utility in utilities],
            "kinds": [utility.kind for utility in utilities],
            "town_codes": [utility.town_code for utility in utilities],
            "telephones": [utility.telephone for utility in utilities],
        },
    )
    handled = [(utility.code, category) for utility in utilities for category in utility.categories]
    also = tx.query(
        "utility_categories_replace",
        {
            "county_code": county_code,
            "codes": [utility.code for utility in utilities],
            "utility_codes": [utility for utility, _ in handled],
            "category_codes": [category for _, category in handled],
        },
    )
    also += _upsert_depots(tx, county_code, utilities)
    return _tally(len(utilities), rows, also={row["code"] for row in also})


def _upsert_depots(
    tx: Transaction, county_code: str, utilities: Iterable[Utility]
) -> list[dict[str, Any]]:
    depots = [(utility.code, depot) for utility in utilities for depot in utility.depots]
    return tx.query(
        "depots_upsert",
        {
            "county_code": county_code,
            "utility_codes": [utility for utility, _ in depots],
            "codes": [depot.code for _, depot in depots],
            "names": [depot.name for _, depot in depots],
            "names_en": [depot.name_en for _, depot in depots],
            "lons": [float(depot.lon) for _, depot in depots],
            "lats": [float(depot.lat) for _, depot in depots],
        },
    )


def _tally(sent: int, rows: Sequence[Row], *, also: Iterable[str] = ()) -> Tally:
    """Count a batch: `rows` say what was created or changed, `also` what changed beside them."""
    created = {row["code"] for row in rows if row["created"]}
    updated = ({row["code"] for row in rows} | set(also)) - created
    return Tally(len(created), len(updated), sent - len(created) - len(updated))
