"""The examples in the docstrings of the layers are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import gis.layering


def test_the_examples_hold() -> None:
    found = [
        doctest.testmod(importlib.import_module(f"gis.layering.{module.name}"))
        for module in pkgutil.iter_modules(gis.layering.__path__)
    ]
    assert sum(result.attempted for result in found) > 10
    assert sum(result.failed for result in found) == 0
