"""The table of edges is whole, and what is printed from it is current."""

from __future__ import annotations

from gis.clocks import STAGES
from gis.models.report import OUTCOMES
from gis.models.report import STATUSES as STORED
from gis.workflow.diagram import PARTIES, STATUS_NAMES
from gis.workflow.effects import _EFFECTS
from gis.workflow.table import (
    ACTIONS,
    CLOSE_OUTCOMES,
    EDGES,
    OPEN,
    ROLES_OF,
    SILENT,
    STATUSES,
    UNDO,
    edges_of,
    roles_of,
)


def test_the_table_speaks_the_words_of_the_schema() -> None:
    assert STATUSES == STORED
    assert set(CLOSE_OUTCOMES) <= set(OUTCOMES)
    assert set(STATUS_NAMES) == set(STATUSES)
    assert set(PARTIES) == set(ROLES_OF)
    for edge in EDGES:
        assert set(edge.sources) <= set(STATUSES)
        assert edge.target is None or edge.target in STATUSES
        assert set(edge.parties) <= set(ROLES_OF)
        assert set(edge.stops) | set(edge.starts) <= set(STAGES)


def test_every_action_is_carried_out_somewhere() -> None:
    assert set(ACTIONS) - {UNDO, "merge", "unmerge"} - SILENT == set(_EFFECTS)


def test_the_edges_of_an_action_agree_on_what_is_sent() -> None:
    for action in ACTIONS:
        assert len({edge.fields for edge in edges_of(action)}) <= 1
        assert len({edge.version_of for edge in edges_of(action)}) <= 1
        assert roles_of(action)


def test_each_status_can_be_reached_and_each_open_one_left() -> None:
    reached = {"received"}
    for _ in STATUSES:
        reached |= {e.target for e in EDGES if e.target and reached.intersection(e.sources)}
    assert reached == set(STATUSES)
    for status in OPEN:
        assert any(e.target not in {None, status} for e in EDGES if status in e.sources)


def test_no_status_is_without_a_clock() -> None:
    """Whatever edge leads into an open status starts a clock there."""
    for edge in EDGES:
        if edge.target in OPEN:
            assert edge.starts, edge.action
