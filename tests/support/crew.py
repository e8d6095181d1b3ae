"""The people of the small county, and a desk at which they act."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

import psycopg

from gis.audience import Actor
from gis.db.database import Database, Row, libpq_url
from gis.dispatching import act
from gis.intake import Intake, Reception
from gis.matching import Where
from tests.support import county

TOWN, OTHER_TOWN = f"{county.COUNTY}001", f"{county.COUNTY}101"
MONDAY = dt.datetime(2022, 5, 9, 1, 0, tzinfo=dt.UTC)
"""Monday 9:00 in Zhucheng."""

# In the west half, in the area of water-west only, and west of every area of water-crew.
AT_HOME = (119.318, 36.0)
# In the east half, in the area of water-east.
AWAY = (119.485, 36.0)

LIMITS = {
    ("water", "accept"): (0.25, "working_hours"),
    ("water", "check_in"): (1, "working_hours"),
    ("water", "handle"): (2, "working_days"),
    ("water", "verify"): (0.5, "working_hours"),
    ("water.burst", "accept"): (0.25, "emergency_hours"),
    ("water.burst", "handle"): (1, "emergency_hours"),
    ("power", "handle"): (4, "working_hours"),
}


@dataclass(frozen=True)
class Crew:
    """One actor of each kind; ``home`` is the grid that the grid staff serve."""

    home: str
    dispatcher: Actor
    mizhou: Actor
    shiqiao: Actor
    water: Actor
    power: Actor
    telecom: Actor
    staff: Actor
    stranger: Actor
    volunteer: Actor
    supervisor: Actor
    admin: Actor
    planner: Actor
    neighbour: Actor

    def all(self) -> list[Actor]:
        """Return everybody."""
        return [value for value in vars(self).values() if isinstance(value, Actor)]


def build(url: str) -> None:
    """Fill an empty, migrated database with the small county, its people and limits."""
    county.build(url, count=40)
    with psycopg.connect(libpq_url(url)) as connection:
        for (category, stage), (amount, unit) in LIMITS.items():
            connection.execute(
                "INSERT INTO time_limit (county_code, category_code, stage, amount, unit,"
                " valid_from) VALUES (%s, %s, %s, %s, %s, '2020-01-01Z')",
                [county.COUNTY, category, stage, amount, unit],
            )
        for actor in _actors("").all():
            connection.execute(
                "INSERT INTO account (id, county_code, username, name, password_hash, role,"
                " town_code, utility_code) VALUES (%s, %s, %s, %s, '', %s, %s, %s)",
                [
                    *(actor.account_id, actor.county_code, actor.username, actor.name),
                    *(actor.role, actor.town_code, actor.utility_code),
                ],
            )
        connection.execute(
            "WITH home AS (INSERT INTO grid_staff (county_code, code, name, role, grid_code,"
            " valid_from) SELECT g.county_code, 'STAFF', 'Staff', 'member', g.code, '2020-01-01'"
            " FROM grid g JOIN grid_layout l ON l.id = g.layout_id AND l.status = 'active'"
            " WHERE g.county_code = %s"
            " AND ST_Covers(g.boundary, ST_SetSRID(ST_MakePoint(%s, %s), 4326)) RETURNING id)"
            " UPDATE account SET staff_id = home.id FROM home WHERE username = 'staff'",
            [county.COUNTY, *AT_HOME],
        )


def crew(db: Database) -> Crew:
    """Return the people, their home grid looked up."""
    with db.read() as tx:
        home = tx.scalar(
            "SELECT g.code FROM grid g JOIN grid_layout l ON l.id = g.layout_id"
            " WHERE l.county_code = %s AND l.status = 'active'"
            " AND ST_Covers(g.boundary, ST_SetSRID(ST_MakePoint(%s, %s), 4326))",
            [county.COUNTY, *AT_HOME],
        )
    return _actors(home)


def _actors(home: str) -> Crew:
    def actor(username: str, role: str, county_code: str = county.COUNTY, **more: Any) -> Actor:
        account_id = uuid.uuid5(uuid.NAMESPACE_URL, username)
        return Actor(account_id, county_code, username, username.title(), role, **more)

    return Crew(
        home=home,
        dispatcher=actor("dispatcher", "dispatcher"),
        mizhou=actor("mizhou", "dispatcher", town_code=TOWN, office_codes=("office-1",)),
        shiqiao=actor("shiqiao", "dispatcher", town_code=OTHER_TOWN, office_codes=("office-2",)),
        water=actor("water", "utility", utility_code="water-west"),
        power=actor("power", "utility", utility_code="power"),
        telecom=actor("telecom", "utility", utility_code="telecom"),
        staff=actor("staff", "grid_staff", grid_codes=(home,)),
        stranger=actor("stranger", "grid_staff", grid_codes=("G9999",)),
        volunteer=actor("volunteer", "volunteer"),
        supervisor=actor("supervisor", "supervisor"),
        admin=actor("admin", "admin"),
        planner=actor("planner", "planner"),
        neighbour=actor("neighbour", "dispatcher", county.NEIGHBOUR),
    )


@dataclass
class Desk:
    """Where reports come in and people act on them, at an hour that the test sets."""

    db: Database
    people: Crew
    now: dt.datetime = MONDAY
    reception: Reception = field(init=False)

    def __post_init__(self) -> None:
        self.reception = Reception(self.db)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**span)

    def report(
        self,
        actor: Actor | None = None,
        at: tuple[float, float] = AT_HOME,
        category: str = "water.low_pressure",
        phone: str = "",
    ) -> uuid.UUID:
        """Take a report in and return its id."""
        sent = Intake(
            where=Where.of(longitude=at[0], latitude=at[1]),
            description="4-6楼没水",
            body_sha256="0" * 64,
            category=category,
            reporter_name="张三",
            reporter_phone=phone,
        )
        with self.db.transaction(county_code=county.COUNTY) as tx:
            return self.reception.receive(
                tx, county.COUNTY, sent, actor=actor or self.people.volunteer, now=self.now
            ).report_id

    def act(
        self,
        actor: Actor,
        report_id: uuid.UUID,
        action: str,
        *,
        seen: str | None = "now",
        **fields: Any,
    ) -> Row:
        """Act on a report; with the version it has now unless the test says another."""
        with self.db.transaction() as tx:
            if_match = self._version(actor, report_id, action) if seen == "now" else seen
            return act(tx, actor, report_id, action, fields, if_match, self.now)

    def row(self, report_id: uuid.UUID) -> Row:
        """Return all columns of a report."""
        return self.rows("SELECT * FROM report WHERE id = %s", report_id)[0]

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """Run a statement that sees the whole county."""
        with self.db.transaction(county_code=county.COUNTY) as tx:
            return tx.rows(statement, values)

    def events(self, report_id: uuid.UUID) -> list[str]:
        """Return the actions of a report's history, oldest first."""
        rows = self.rows(
            "SELECT action FROM report_event WHERE report_id = %s ORDER BY version, id", report_id
        )
        return [row["action"] for row in rows]

    def assignments(self, report_id: uuid.UUID) -> dict[str, Row]:
        """Return the newest assignment of each body."""
        rows = self.rows(
            "SELECT * FROM assignment WHERE report_id = %s ORDER BY assigned_at, id", report_id
        )
        return {row["utility_code"]: row for row in rows}

    def clocks(self, report_id: uuid.UUID, *, running: bool = True) -> list[Row]:
        """Return the clocks of a report, only those that run unless asked otherwise."""
        rows = self.rows(
            "SELECT * FROM clock WHERE report_id = %s ORDER BY started_at, id", report_id
        )
        return [row for row in rows if not running or row["stopped_at"] is None]

    def dispatched(self, lead: str = "water-west", *assisting: str, **where: Any) -> uuid.UUID:
        """Take a report in and dispatch it."""
        report_id = self.report(**where)
        self.act(self.people.dispatcher, report_id, "accept")
        self.act(
            self.people.dispatcher, report_id, "dispatch", lead=lead, assisting=list(assisting)
        )
        return report_id

    def handled(self) -> uuid.UUID:
        """Take a report through to what the lead fed back."""
        report_id = self.dispatched()
        self.act(self.people.water, report_id, "check_in")
        self.act(
            self.people.water, report_id, "feed_back",
            result="阀门已修", cause="主阀故障", remedy="更换",
        )  # fmt: skip
        return report_id

    def _version(self, actor: Actor, report_id: uuid.UUID, action: str) -> str:
        """Return what an actor who has looked just now sends as If-Match."""
        bodies = {"check_in", "return", "feed_back", "request_extension", "request_suspension"}
        office = {TOWN: "office-1", OTHER_TOWN: "office-2"}
        body = actor.utility_code or office.get(actor.town_code or "")
        if action in bodies or (action == "undo" and actor.role == "utility"):
            part = self.assignments(report_id).get(body or "")
            return f'"{part["version"]}"' if part else '"1"'
        return f'W/"{self.row(report_id)["version"]}"'
