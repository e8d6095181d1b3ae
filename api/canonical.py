"""The canonical form of a body: what makes a repeated sending the same sending."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def body_sha256(document: Any) -> str:
    """Return the SHA-256, in hex, of the canonical JSON of a body as sent.

    Canonical is: keys sorted, UTF-8 without escapes, no spaces, numbers as Python writes them.

    Examples
    --------
    >>> body_sha256({"b": 1, "a": "水"}) == hashlib.sha256('{"a":"水","b":1}'.encode()).hexdigest()
    True
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
