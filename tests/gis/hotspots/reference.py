"""The published and derived results in tests/fixtures/hotspots."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[2] / "fixtures" / "hotspots"


@cache
def reference(name: str) -> dict[str, Any]:
    """Return one file's inputs and expected results."""
    content: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return content
