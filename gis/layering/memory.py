"""What a process keeps of layers between requests: frames and surfaces, the last ones used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from gis.db.database import Transaction

T = TypeVar("T")
_KEY = "layering"


class Memory:
    """The values of the last questions; the oldest unused goes first.

    Keys hold the version of everything a value depends on, so nothing is ever invalidated.

    Examples
    --------
    >>> memory = Memory(most=1)
    >>> memory.get("a", lambda: 1), memory.get("a", lambda: 2), memory.get("b", lambda: 3)
    (1, 1, 3)
    >>> memory.get("a", lambda: 4)
    4
    """

    def __init__(self, most: int = 48) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made now unless it is kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return cast(T, self._values[key])
        # Outside of the lock: two requests may make the same value, none waits for another's.
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


def memory_of(tx: Transaction) -> Memory:
    """Return the memory of this process for the transaction's database."""
    return cast(Memory, tx.kept.setdefault(_KEY, Memory()))
