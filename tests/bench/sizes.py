"""The same question over several sizes in turn: a load that comes and goes meets all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tests.bench.results import Results


def in_turn(
    section: str,
    what: str,
    questions: Mapping[str, Callable[[], object]],
    results: Results,
    *,
    repeats: int,
    target: str,
    held: Callable[[float, float], bool],
) -> None:
    """Ask every size in turn, and say how much longer the last one takes than the first.

    Parameters
    ----------
    questions
        The question over each size, the smallest first.
    held
        Whether median milliseconds of the last, and how many times the first's that is, are enough.
    """
    times: dict[str, list[float]] = {size: [] for size in questions}
    for _ in range(repeats):
        for size, ask in questions.items():
            times[size].append(milliseconds(ask))
    for size, found in times.items():
        results.add(section, f"{what}, {size}", told(found))
    first, *_, last = (float(np.median(found)) for found in times.values())
    verdict = "held" if held(last, last / first) else "missed"
    results.add(section, f"**{what}: times longer**", f"{last / first:.1f} ({verdict})", target)


def told(times: Sequence[float]) -> str:
    """Say the median and, nearest to what a quiet machine takes, the fastest."""
    return f"{np.median(times):.1f} ms (fastest {min(times):.1f})"


def milliseconds(work: Callable[[], object]) -> float:
    """Time a call."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
