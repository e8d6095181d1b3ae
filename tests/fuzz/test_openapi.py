"""Requests made up from the OpenAPI description: no 500, and answers that are what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from api.app import create_app
from gis.settings import Settings
from tests.api.conftest import World

pytestmark = pytest.mark.fuzz

FEW, MANY = 8, 100
READERS = ("dispatcher", "planner", "staff", "water")

# The description does not depend on the database: this address is never asked.
DESCRIPTION = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:9/nothing")).openapi()
OPERATIONS = [
    found.ok() for found in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()
]
# The description cannot say everything that is refused: that a category exists, that a box is in
# order, or that a point needs both of its coordinates.
# What happens without a credential tests/api/test_edge.py asks of every route; here schemathesis
# would take the token handed to it for one that it left out.
EXCLUDED = [positive_data_acceptance, ignored_auth]
# Its lines are refused one by one, in an answer of 200.
EXCLUDED_OF = {"POST /api/v1/reports/bulk": [negative_data_rejection]}
# A stream never ends; its other form answers the same.
STREAM = "GET /api/v1/events"


@schemathesis.serializer("application/x-ndjson")
def as_lines(_context: Any, value: Any) -> bytes:
    """Write a made-up report as the only line of a body."""
    return json.dumps(value).encode() + b"\n"


def send_made_up(operation: Any, world: World, tokens: list[str], examples: int) -> None:
    """Send requests that fit the description, and as many that do not."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Any) -> None:
            for token in tokens:
                # Signing out would end the session of all requests that follow.
                shown = "none" if case.method == "DELETE" else token
                headers = {"authorization": f"Bearer {shown}"}
                if operation.label == STREAM and case.query.get("f", "stream") == "stream":
                    case.query["f"] = "json"
                answer = case.call(base_url=world.address, headers=headers)
                if "x-request-id" not in answer.headers:
                    # No HTTP at all: the server turned it away before it reached the application.
                    assert answer.status_code == 400
                else:
                    excluded = EXCLUDED + EXCLUDED_OF.get(operation.label, [])
                    case.validate_response(answer, excluded_checks=excluded)

        try:
            send()
        except Unsatisfiable:
            # Where nothing is asked for, nothing can be asked for wrongly.
            assert mode is GenerationMode.NEGATIVE
            assert not operation.body
            assert not operation.query


@pytest.fixture(scope="module")
def tokens(world: World) -> list[str]:
    return [world.open_session(username) for username in READERS]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_made_up_requests(operation: Any, world: World, tokens: list[str]) -> None:
    send_made_up(operation, world, tokens[:1], FEW)


@pytest.mark.deep
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_many_made_up_requests(operation: Any, world: World, tokens: list[str]) -> None:
    open_to_all = not operation.definition.raw.get("security")
    send_made_up(operation, world, tokens[:1] if open_to_all else tokens, MANY)
