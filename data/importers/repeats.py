"""Numbers that stand twice in a file with different things to say: the row above is taken, the other refused."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.fields import FieldReader, Texts

__all__ = ["Repeats"]

_Hashes: TypeAlias = npt.NDArray[np.uint64]


class Repeats:
    """What the rows of a file said so far, by the numbers they are known by, as 16 bytes a row.

    Call `refuse` with one chunk after the other.
    """

    def __init__(self) -> None:
        self._numbers: _Hashes = np.zeros(0, dtype=np.uint64)  # ascending, each once
        self._said: _Hashes = np.zeros(0, dtype=np.uint64)

    def refuse(self, reader: FieldReader, frame: pd.DataFrame, sources: Texts) -> None:
        """Refuse rows whose number stands in a row above, of any chunk, that says something else."""
        if not (reader.has("id") or reader.has("client_id")):
            return
        # The first row with a number is taken; one that says something else is another matter.
        known_by = frame["client_id"].astype(str).where(frame["client_id"].notna(), "")
        numbered = frame["source_number"].where(known_by == "", "")
        keys = pd.DataFrame({"id": known_by, "number": numbered, "source": sources})
        here = (keys.duplicated() & ~frame.duplicated()).to_numpy()
        repeated = here | self._said_otherwise(_hashes(keys), _hashes(frame))
        name = "id" if reader.has("id") else "client_id"
        reader.refuse(
            repeated & ~reader.bad, name, "stands in a row above that says something else"
        )

    def _said_otherwise(self, numbers: _Hashes, said: _Hashes) -> npt.NDArray[np.bool_]:
        """Say which rows an earlier chunk contradicts, and remember what the others say."""
        place = np.searchsorted(self._numbers, numbers)
        known = np.zeros(len(numbers), dtype=bool)
        inside = place < len(self._numbers)
        known[inside] = self._numbers[place[inside]] == numbers[inside]
        otherwise = known.copy()
        otherwise[known] = self._said[place[known]] != said[known]
        fresh, first = np.unique(numbers[~known], return_index=True)
        at = np.searchsorted(self._numbers, fresh)
        self._numbers = np.insert(self._numbers, at, fresh)
        self._said = np.insert(self._said, at, said[~known][first])
        return otherwise


def _hashes(frame: pd.DataFrame) -> _Hashes:
    """Return a hash of each row that is the same in every chunk, whatever else stands in it."""
    texts = {
        name: column.astype(str) if column.dtype == object else column
        for name, column in frame.items()
    }
    hashed: _Hashes = np.asarray(pd.util.hash_pandas_object(pd.DataFrame(texts), index=False))
    return hashed
