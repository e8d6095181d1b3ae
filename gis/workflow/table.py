"""Every edge in the life of a report: the one place that says who may do what, and when.

``guards.py`` decides by this table, ``effects.py`` carries it out, ``docs/lifecycle.md`` is
printed from it (`gis.workflow.diagram`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis.workflow.fields import Field, optional, required

Party = Literal[
    "centre",
    "municipal",
    "grid",
    "reporter",
    "lead",
    "assisting",
    "invited",
    "supervisor",
    "onlooker",
]

OPEN = ("received", "accepted", "dispatched", "handling", "handled")
STATUSES = (*OPEN, "closed")

ROLES_OF: Mapping[Party, frozenset[str]] = {
    # A dispatcher also reports (by telephone, for a resident) and acts for the own town's office.
    "centre": frozenset({"dispatcher"}),
    "municipal": frozenset({"dispatcher"}),
    "grid": frozenset({"grid_staff"}),
    "reporter": frozenset({"grid_staff", "volunteer", "dispatcher", "utility"}),
    "lead": frozenset({"utility", "dispatcher"}),
    "assisting": frozenset({"utility", "dispatcher"}),
    "invited": frozenset({"utility", "dispatcher"}),
    "supervisor": frozenset({"supervisor"}),
    "onlooker": frozenset({"admin"}),
}


@dataclass(frozen=True)
class Edge:
    """One way a report can go.

    Attributes
    ----------
    sources, target
        Statuses from which, and the one to which; a target of None leaves the status as it is.
    parties
        Who may: what an actor is to this very report, see `gis.workflow.guards.parties_of`.
    fields
        What has to be sent, and what may be.
    stops, starts
        Stages whose clocks it stops and starts.
    version_of
        What ``If-Match`` compares: the report, the actor's own assignment, or nothing.
    undoable
        Whether the actor may take it back within 60 s.
    """

    action: str
    sources: tuple[str, ...]
    target: str | None
    parties: tuple[Party, ...]
    fields: tuple[Field, ...] = ()
    stops: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    version_of: Literal["report", "assignment", "none"] = "report"
    undoable: bool = True

    @property
    def event(self) -> str:
        """Name of the history entry: the action's own."""
        return self.action


ALL = ("accept", "check_in", "handle", "verify")
_REASON = required("reason")
_WHY = optional("reason")
_TALKERS: tuple[Party, ...] = (
    "centre", "municipal", "grid", "reporter", "lead", "assisting", "invited", "supervisor",
    "onlooker",
)  # fmt: skip
_BODIES = (required("lead", "code"), optional("assisting", "codes"))
_WHERE = (
    optional("longitude", "number"),
    optional("latitude", "number"),
    optional("crs", "code"),
    optional("accuracy_m", "number"),
    optional("place_code", "code"),
    optional("grid_code", "code"),
    optional("place_text"),
    optional("address"),
)
_FED_BACK = (
    required("result"),
    optional("cause"),
    optional("remedy"),
    optional("photos", "sha256s"),
)
CLOSE_OUTCOMES = ("resolved", "self_resolved", "duplicate", "transferred")

EDGES: tuple[Edge, ...] = (
    # The centre takes the call in and hands it on.
    Edge("accept", ("received",), "accepted", ("centre",), stops=("accept",), starts=("accept",)),
    Edge(
        "reject", ("received",), "closed", ("centre",),
        (_REASON, optional("duplicate_of", "report")), stops=ALL,
    ),
    Edge(
        "resolve_on_site", ("received",), "closed", ("grid",),
        (optional("result"), optional("photos", "sha256s")), stops=ALL,
    ),
    Edge(
        "dispatch", ("accepted",), "dispatched", ("centre",), _BODIES,
        stops=("accept",), starts=("check_in",),
    ),
    Edge(
        "reassign", ("dispatched",), "dispatched", ("centre",), (*_BODIES, _WHY),
        stops=("check_in",), starts=("check_in",),
    ),
    # The bodies work; the status follows the lead.
    Edge(
        "check_in", ("dispatched",), "handling", ("lead",),
        stops=("check_in",), starts=("handle",), version_of="assignment",
    ),
    Edge(
        "check_in", OPEN[1:], None, ("assisting",),
        stops=("check_in",), starts=("handle",), version_of="assignment",
    ),
    Edge(
        "return", ("dispatched", "handling"), "accepted", ("lead",), (_REASON,),
        stops=("check_in", "handle"), starts=("accept",), version_of="assignment",
    ),
    Edge(
        "return", OPEN[1:], None, ("assisting",), (_REASON,),
        stops=("check_in", "handle"), version_of="assignment",
    ),
    Edge(
        "feed_back", ("handling",), "handled", ("lead",), _FED_BACK,
        stops=("handle",), starts=("verify",), version_of="assignment",
    ),
    Edge(
        "feed_back", OPEN[1:], None, ("assisting",), _FED_BACK,
        stops=("handle",), version_of="assignment",
    ),
    Edge("request_extension", OPEN[1:], None, ("lead", "assisting"), (_REASON,), version_of="assignment"),
    Edge(
        "request_suspension", OPEN[1:], None, ("lead", "assisting"),
        (_REASON, required("until", "instant")), version_of="assignment",
    ),
    Edge("approve", OPEN, None, ("centre",), (optional("request", "uuid"), _WHY)),
    Edge("refuse", OPEN, None, ("centre",), (optional("request", "uuid"), _REASON)),
    # It ends, or begins anew.
    Edge(
        "close", ("handled",), "closed", ("centre", "grid"),
        (
            optional("outcome", "code", CLOSE_OUTCOMES),
            optional("duplicate_of", "report"),
            optional("result"),
        ),
        stops=ALL,
    ),
    Edge(
        "rework", ("handled",), "handling", ("centre", "grid"), (_REASON,),
        stops=("verify",), starts=("handle",),
    ),
    Edge("reopen", ("closed",), "accepted", ("centre",), (_WHY,), starts=("accept",)),
    Edge("withdraw", ("received", "accepted"), "closed", ("reporter",), (_WHY,), stops=ALL),
    # The two centres, and where and what it is.
    Edge("escalate", OPEN, None, ("centre",), (_WHY,)),
    Edge("hand_down", OPEN, None, ("municipal",), (_WHY,)),
    # Another county's people may act on it at once, so there is no way back but to reopen.
    Edge(
        "hand_over", OPEN, "closed", ("municipal",), (required("county", "code"), _REASON),
        stops=ALL, undoable=False,
    ),
    Edge("transfer", OPEN, None, ("centre",), (required("town", "code"), _REASON)),
    Edge("recategorise", OPEN, None, ("centre",), (required("category", "code"), _WHY)),
    Edge("move", OPEN, None, ("centre", "grid"), (*_WHERE, _WHY)),
    # A special meeting.
    Edge(
        "convene", OPEN, None, ("centre", "supervisor"),
        (
            required("place"),
            required("meets_at", "instant"),
            required("bodies", "codes"),
            optional("subject"),
        ),
    ),
    Edge("acknowledge", STATUSES, None, ("invited",), (optional("meeting", "uuid"),), version_of="none"),
    Edge(
        "record_minutes", OPEN[1:], None, ("centre",),
        (optional("meeting", "uuid"), required("minutes"), optional("decisions", "decisions")),
        starts=("handle",),
    ),
    # Several reports of one cause.
    Edge("merge", OPEN, None, ("centre",), (required("into", "report"),), stops=ALL),
    Edge("unmerge", OPEN, None, ("centre",), (_WHY,)),
    # Words.
    Edge("comment", STATUSES, None, _TALKERS, (required("text"),), version_of="none", undoable=False),
    Edge(
        "ask", STATUSES, None, _TALKERS, (required("text"), optional("of", "code")),
        version_of="none", undoable=False,
    ),
    Edge(
        "urge", OPEN, None, ("supervisor", "municipal"), (optional("text"),),
        version_of="none", undoable=False,
    ),
)  # fmt: skip

EVENTS: frozenset[str] = frozenset(edge.event for edge in EDGES) | {
    # What happens to a report beside what actors do to it.
    "received", "rematched", "taken_over", "undone", "photo", "evaluation_asked", "evaluated", "remind",
    "supervise",
}  # fmt: skip
"""Every action that a history may hold; each has words in the glossary (``act.*``)."""

UNDO = "undo"
UNDO_WITHIN_S = 60
SILENT = frozenset({"comment", "ask", "urge"})
"""Actions that leave the report's version as it is."""
TALK = frozenset({"comment", "ask"})

ACTIONS: tuple[str, ...] = (*dict.fromkeys(edge.action for edge in EDGES), UNDO)


def edges_of(action: str) -> tuple[Edge, ...]:
    """Return the edges of an action, none for `undo`, which goes wherever the step came from."""
    return tuple(edge for edge in EDGES if edge.action == action)


def roles_of(action: str) -> frozenset[str]:
    """Return the roles that may do an action on some report at some time."""
    if action == UNDO:
        return frozenset().union(*(roles_of(edge.action) for edge in EDGES if edge.undoable))
    return frozenset().union(
        *(ROLES_OF[party] for edge in edges_of(action) for party in edge.parties)
    )


def fields_of(action: str) -> tuple[Field, ...]:
    """Return the fields of an action; the same on all of its edges."""
    edges = edges_of(action)
    return edges[0].fields if edges else ()
