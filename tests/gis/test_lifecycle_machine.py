"""Any course of events, whoever acts: legal edges only, nothing lost, doubled or shown to others."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gis import rollups
from gis.audience import Actor
from gis.db.database import Database
from gis.dispatching import act, find_last_step, legal_actions, list_parts
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound, PreconditionFailed
from gis.intake import Intake
from gis.matching import Where
from gis.notifications import deliver
from gis.statistics import Period, get_statistics
from gis.sweeping import sweep
from gis.workflow.case import Case
from gis.workflow.step import stage_clock
from gis.workflow.store import load_cases, read_reports
from gis.workflow.table import ACTIONS, EDGES, SILENT, STATUSES
from tests.support.county import COUNTY, NEIGHBOUR
from tests.support.crew import AT_HOME, AWAY, MONDAY, OTHER_TOWN, TOWN, Desk

LEGAL = {(e.action, source, e.target or source) for e in EDGES for source in e.sources}
BY_SYSTEM = {"remind", "supervise", "escalate"}
OUTSIDE = (120.9, 36.9)
BODIES = st.sampled_from(["water-west", "power", "office-1"])
ACTS_FOR = {"water-west": "water", "power": "power", "office-1": "mizhou"}
# What depends on the other report, or on which request is named, is refused later than the guard.
REFUSED_LATER = {"merge", "reassign"}
# Into a report this actor may not know of, or several meetings or requests that could be meant.
TO_BE_NAMED = {"merge", "acknowledge", "record_minutes", "approve", "refuse"}


class Life(RuleBasedStateMachine):
    """Reports of the small county and everything that may happen to them."""

    desk: ClassVar[Desk]

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[uuid.UUID] = []
        self.sent: dict[uuid.UUID, tuple[uuid.UUID, Intake, Actor]] = {}
        # Every example lives later than those before it, so that its statistics are its own.
        self.desk.now += dt.timedelta(days=2)
        self.began = self.desk.now

    @initialize()
    def begin(self) -> None:
        """Two calls have come in."""
        for who in ("volunteer", "staff"):
            self.submit(who, AT_HOME, "water.low_pressure")

    @precondition(lambda self: len(self.ids) < 5)
    @rule(who=st.sampled_from(["volunteer", "staff", "dispatcher", "mizhou"]),
          where=st.sampled_from([AT_HOME, AT_HOME, AWAY, OUTSIDE]),
          category=st.sampled_from(["water.low_pressure", "water.burst", "power.cable", None]))  # fmt: skip
    def submit(self, who: str, where: tuple[float, float], category: str | None) -> None:
        """A report comes in."""
        actor: Actor = getattr(self.desk.people, who)
        sent = Intake(
            where=Where.of(longitude=where[0], latitude=where[1]),
            description="x", body_sha256="1" * 64, category=category, client_id=uuid.uuid4(),
        )  # fmt: skip
        report_id, created = self._receive(sent, actor)
        assert created
        self.ids.append(report_id)
        self.sent[report_id] = (report_id, sent, actor)

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """The answer was lost and the sender sends again."""
        report_id, sent, actor = self.sent[data.draw(st.sampled_from(self.ids))]
        assert self._receive(sent, actor) == (report_id, False)

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def advance(self, data: st.DataObject) -> None:
        """The next step of an ordinary course is done by whoever has to."""
        report_id = data.draw(st.sampled_from(self.ids))
        case, lead = self._case(report_id), self._case(report_id).lead()
        if case.report.status == "closed" or case.report.merged_into is not None:
            return
        people = self.desk.people
        body = getattr(people, ACTS_FOR[lead.utility_code]) if lead else people.dispatcher
        actor, action = {
            "received": (people.dispatcher, "accept"), "accepted": (people.dispatcher, "dispatch"),
            "dispatched": (body, "check_in"), "handling": (body, "feed_back"),
            "handled": (people.dispatcher, "close"),
        }[case.report.status]  # fmt: skip
        assert self._do(data, actor, report_id, action)

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), crash=st.sampled_from([False] * 5 + [True]))
    def do_what_is_legal(self, data: st.DataObject, crash: bool) -> None:
        """Somebody does something legal; sometimes the process dies before the commit."""
        report_id = data.draw(st.sampled_from(self.ids))
        pairs = [
            (actor, action)
            for actor, legal in self._legal(report_id)
            for action in sorted(legal - SILENT)
        ]
        if pairs:
            actor, action = data.draw(st.sampled_from(pairs))
            self._do(data, actor, report_id, action, crash=crash)

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Whoever did the last step takes it back."""
        for report_id in self.ids:
            for actor, legal in self._legal(report_id):
                if "undo" in legal:
                    assert self._do(data, actor, report_id, "undo")
                    return

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), outrun=st.booleans())
    def do_anything(self, data: st.DataObject, outrun: bool) -> None:
        """Somebody tries something, legal or not, perhaps with a version of yesterday."""
        actor = data.draw(st.sampled_from(self.desk.people.all()))
        action = data.draw(st.sampled_from(list(ACTIONS)))
        self._do(data, actor, data.draw(st.sampled_from(self.ids)), action, outrun=outrun)

    def _do(
        self, data: st.DataObject, actor: Actor, report_id: uuid.UUID, action: str,
        *, crash: bool = False, outrun: bool = False,
    ) -> bool:  # fmt: skip
        """Act, and compare what happens with what the guards said; True if it was done."""
        case = self._case(report_id)
        legal = dict(self._legal(report_id))[actor]
        fields = self._fields(data, action, report_id)
        version = '"999"' if outrun else self.desk._version(actor, report_id, action)
        possible, done = legal, False
        try:
            with self.desk.db.transaction() as tx:
                act(tx, actor, report_id, action, fields, version, self.desk.now)
                if crash:
                    raise KeyboardInterrupt
            done = True
        except (KeyboardInterrupt, PreconditionFailed):
            assert crash or outrun
        except NotFound:
            assert not set(case.report.audience) & set(actor.audience)
        except InvalidInput:
            assert action in TO_BE_NAMED
        except NotAllowed:
            assert action not in legal
        except Conflict as refused:
            assert action not in legal or action in REFUSED_LATER
            possible = set(refused.details["possible"])
        assert possible == legal
        assert not done or action in legal
        if not done:
            assert self._case(report_id) == case
        return done

    @rule(seconds=st.sampled_from([1, 30, 61, 900, 7200, 86_400]))
    def time_passes(self, seconds: int) -> None:
        """Time passes and the worker does its round."""
        self.desk.wait(seconds=seconds)
        sweep(self.desk.db, self.desk.now)
        again = sweep(self.desk.db, self.desk.now)
        assert (again.reminded, again.supervised, again.escalated) == (0, 0, 0)

    @rule()
    def restart(self) -> None:
        """The process ends and another begins: nothing is kept in memory that matters."""
        self.desk.reception.close()
        self.desk.db.close()
        url = self.desk.db.url.render_as_string(hide_password=False)
        desk = Desk(Database(url, pool_size=4), self.desk.people, self.desk.now)
        desk.db.kept.update(self.desk.db.kept)  # building a calendar takes its 150 ms once
        type(self).desk = desk

    @rule()
    def notify(self) -> None:
        """The worker makes the notices."""
        assert deliver(self.desk.db, self.desk.now).failed == 0

    @invariant()
    def everything_holds(self) -> None:
        """Compare the rows with each other."""
        if not self.ids:
            return
        with self.desk.db.transaction(county_code=COUNTY) as tx:
            reports = read_reports(tx, COUNTY, self.ids)
            cases = load_cases(tx, reports.values())
            assert set(cases) == set(self.ids)
            events = tx.rows(
                "SELECT * FROM report_event WHERE report_id = ANY(%s) ORDER BY version, at, id",
                [self.ids],
            )
        for case in cases.values():
            self._history_is_complete(case, [e for e in events if e["report_id"] == case.report.id])
            self._clocks_are_consistent(case, cases)
            self._audience_is_right(case)
            followers = [c for c in cases.values() if c.report.merged_into == case.report.id]
            assert case.report.merged_count == len(followers)

    def teardown(self) -> None:
        """Counts agree with the rows at the end."""
        admin, people = self.desk.people.admin, self.desk.people
        period = Period(self.began.date(), self.desk.now.date() + dt.timedelta(days=1))
        self._given_away_arrived()
        with self.desk.db.read(county_code=NEIGHBOUR) as tx:
            assert rollups.check(tx, NEIGHBOUR) == []
        with self.desk.db.read(admin) as tx:
            assert rollups.check(tx, COUNTY) == []
            counts = get_statistics(tx, admin, period).total.counts
            cases = [
                c.report
                for c in load_cases(tx, read_reports(tx, COUNTY, self.ids).values()).values()
            ]
        own = [report for report in cases if report.merged_into is None]
        assert counts["accepted"] == sum(report.accepted_at is not None for report in own)
        assert counts["merged"] == len(cases) - len(own)
        assert counts["settled"] == sum(
            report.accepted_at is not None
            and report.outcome in {"resolved", "self_resolved", "transferred"}
            for report in own
        )
        # The database alone, without any filter, shows each exactly what the audience says.
        for actor in people.all():
            with self.desk.db.read(actor) as tx:
                seen = {row["id"] for row in tx.rows("SELECT id FROM report")}
            assert seen & set(self.ids) == {
                report.id for report in cases if set(report.audience) & set(actor.audience)
            }

    def _given_away_arrived(self) -> None:
        """What was handed over is one report in the other county, told of in both histories."""
        with self.desk.db.transaction() as tx:
            tx.see_counties([COUNTY, NEIGHBOUR])
            sent = tx.rows(
                "SELECT report_id, details FROM report_event WHERE county_code = %s"
                " AND action = 'hand_over' AND report_id = ANY(%s)", [COUNTY, self.ids],
            )  # fmt: skip
            came = tx.rows(
                "SELECT r.id, r.number, e.details FROM report r JOIN report_event e"
                " ON e.county_code = r.county_code AND e.report_id = r.id"
                " AND e.action = 'taken_over' WHERE r.county_code = %s", [NEIGHBOUR],
            )  # fmt: skip
        own = {f"{COUNTY}-{report_id}" for report_id in self.ids}
        assert sorted((f"{COUNTY}-{s['report_id']}", s["details"]["number"]) for s in sent) == (
            sorted(
                (c["details"]["report"], c["number"]) for c in came if c["details"]["report"] in own
            )
        )

    def _history_is_complete(self, case: Case, events: list[dict[str, Any]]) -> None:
        status, version = None, 0
        for event in events:
            assert event["status_before"] == status
            step = (event["action"], event["status_before"], event["status_after"])
            if event["action"] == "received":
                assert step == ("received", None, "received")
            elif event["action"] != "undone" and event["action"] not in BY_SYSTEM:
                # A report merged into another takes over where that one stands.
                assert step in LEGAL or event["action"] in {"merge", "unmerge"}
            assert event["status_after"] in STATUSES
            silent = event["action"] in SILENT | BY_SYSTEM
            assert event["version"] == version + 1 or (silent and event["version"] == version)
            status, version = event["status_after"], event["version"]
        assert (case.report.status, case.report.version) == (status, version)

    def _clocks_are_consistent(self, case: Case, cases: dict[uuid.UUID, Case]) -> None:
        report, running = case.report, [clock for clock in case.clocks if clock.runs]
        for clock in case.clocks:
            assert clock.started_at <= clock.yellow_at <= clock.due_at <= clock.escalate_at
            assert (clock.next_at is None) or clock.runs
        if report.status == "closed":
            assert (running, report.due_at) == ([], None)
        elif report.merged_into is not None:
            parent = cases[report.merged_into].report
            assert (report.status, running) == (parent.status, [])
        else:
            clock_of_stage = stage_clock(case)
            assert clock_of_stage is not None
            assert (report.due_at, report.yellow_at) == (
                clock_of_stage.due_at,
                clock_of_stage.yellow_at,
            )
            leads = [a for a in case.current() if a.role == "lead"]
            assert len(leads) == (report.status in {"dispatched", "handling", "handled"})
        owners = [(clock.assignment_id, clock.stage) for clock in running]
        assert len(owners) == len(set(owners))

    def _audience_is_right(self, case: Case) -> None:
        report, members = case.report, set(case.report.audience)
        wanted = {f"c:{COUNTY}", f"a:{report.account_id}"}
        wanted |= {f"t:{report.town_code}"} if report.town_code else set()
        wanted |= {f"g:{COUNTY}:{report.grid_code}"} if report.grid_code else set()
        wanted |= {f"u:{COUNTY}:{a.utility_code}" for a in case.assignments}
        assert wanted <= members
        assert {m for m in members - wanted if not m.startswith("u:")} == set()

    def _receive(self, sent: Intake, actor: Actor) -> tuple[uuid.UUID, bool]:
        with self.desk.db.transaction(county_code=COUNTY) as tx:
            found = self.desk.reception.receive(tx, COUNTY, sent, actor=actor, now=self.desk.now)
            return found.report_id, found.created

    def _case(self, report_id: uuid.UUID) -> Case:
        with self.desk.db.transaction(county_code=COUNTY) as tx:
            return load_cases(tx, read_reports(tx, COUNTY, [report_id]).values())[report_id]

    def _legal(self, report_id: uuid.UUID) -> list[tuple[Actor, set[str]]]:
        """Return what each may do now; undo also to those who no longer see the report."""
        case, now = self._case(report_id), self.desk.now
        with self.desk.db.transaction(county_code=COUNTY) as tx:
            parts = list_parts(tx, COUNTY, [report_id])[report_id]
            last = find_last_step(tx, COUNTY, report_id)
        found = []
        for actor in self.desk.people.all():
            legal = set(
                legal_actions(case.report, actor, parts, meetings=case.meetings, last=last, now=now)
            )
            seen = set(case.report.audience) & set(actor.audience)
            found.append((actor, legal if seen else legal & {"undo"}))
        return found

    def _fields(self, data: st.DataObject, action: str, report_id: uuid.UUID) -> dict[str, Any]:
        """Draw what an action needs."""
        report = self._case(report_id).report
        later = (self.desk.now + dt.timedelta(days=3)).isoformat()
        body = data.draw(BODIES)
        where = data.draw(st.sampled_from([AT_HOME, AWAY, OUTSIDE]))
        other = data.draw(st.sampled_from([i for i in self.ids if i != report_id] or [report_id]))
        reason = {"reason": "x"}
        lead = {"lead": body, "assisting": data.draw(st.lists(BODIES, max_size=2))}
        decision = {"utility": body, "text": "x", "due_at": later}
        sent: dict[str, dict[str, Any]] = {
            "dispatch": lead, "reassign": lead,
            "merge": {"into": f"{COUNTY}-{other}"},
            "move": {"longitude": where[0], "latitude": where[1]},
            "transfer": {"town": OTHER_TOWN if report.town_code == TOWN else TOWN, **reason},
            "hand_over": {"county": NEIGHBOUR, **reason},
            "recategorise": {"category": "gas" if report.category_code != "gas" else "power"},
            "convene": {"place": "x", "meets_at": later, "bodies": [body]},
            "record_minutes": {"minutes": "x", "decisions": [decision]},
            "request_suspension": {"until": later, **reason},
            "request_extension": reason, "reject": reason, "return": reason, "rework": reason,
            "refuse": reason, "feed_back": {"result": "x", "cause": "y", "remedy": "z"},
            "comment": {"text": "x"}, "ask": {"text": "x"},
        }  # fmt: skip
        return sent.get(action, {})


def test_any_course_of_events(fresh_desk: Desk) -> None:
    fresh_desk.now = MONDAY
    Life.desk = fresh_desk
    try:
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=int(os.environ.get("GRIDCALL_LIVES", "6")),
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        if Life.desk is not fresh_desk:  # restarted: the fixture closes only the first
            Life.desk.reception.close()
            Life.desk.db.close()
