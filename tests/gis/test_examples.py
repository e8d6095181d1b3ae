"""The examples in the docstrings of the pure modules are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import gis.hotspots

MODULES = [
    "gis.calendars",
    "gis.deadlines",
    "gis.rates",
    *(f"gis.hotspots.{module.name}" for module in pkgutil.iter_modules(gis.hotspots.__path__)),
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted > 0
    assert results.failed == 0
