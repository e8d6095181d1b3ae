"""The served county of the API's tests, for requests made up from its description."""

from __future__ import annotations

from tests.api.conftest import client, county_template, world

__all__ = ["client", "county_template", "world"]
