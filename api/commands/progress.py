"""Progress of long work: bars on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

__all__ = ["EVERY_S", "Lines", "row_bar", "step_bars"]

EVERY_S: Final = 5.0
"""Seconds between two lines of one step in a log."""

ShowRows = Callable[[int, int], None]
ShowStep = Callable[[str, int, int], None]


@contextmanager
def row_bar(what: str) -> Iterator[ShowRows]:
    """Show rows with their rate on standard error; give out what tells it (done, about how many)."""
    console = Console(stderr=True)
    began = time.monotonic()

    def rate_of(done: int) -> str:
        return f"{done / max(time.monotonic() - began, 1e-3):,.0f} {what}/s"

    if not console.is_terminal:
        yield from _row_lines(what, rate_of)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=None, rate="")
        yield lambda done, total: progress.update(
            task, completed=done, total=total, rate=rate_of(done)
        )


@contextmanager
def step_bars() -> Iterator[ShowStep]:
    """Show one step below the other on standard error; give out what tells it (step, done, of how many)."""
    console = Console(stderr=True)
    if not console.is_terminal:
        lines = Lines()
        yield (
            lambda step, done, total: (
                lines.end(step, done) if done >= total else lines.go(step, done, total)
            )
        )
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield show


def _row_lines(what: str, rate_of: Callable[[int], str]) -> Iterator[ShowRows]:
    # Of a short file the command's own summary is enough.
    lines, last = Lines(at_once=False), 0

    def show(done: int, total: int) -> None:
        nonlocal last
        last = done
        lines.go(what, done, total, rate_of(done))

    lines.go(what, 0, 1)  # from here on it is counted how long it takes
    yield show
    # How many there are is only known now: before, it was guessed from the size of the file.
    lines.end(what, last, rate_of(last))


class Lines:
    """Steps as lines of a log: when one begins, every few seconds, and when it is done.

    Parameters
    ----------
    write
        Takes a line.
    clock
        Seconds that only grow.
    at_once
        False: what takes less than `EVERY_S` is not told at all.
    """

    def __init__(
        self,
        write: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
        clock: Callable[[], float] = time.monotonic,
        *,
        at_once: bool = True,
    ) -> None:
        self._at_once = at_once
        self._write = write
        self._clock = clock
        self._began: dict[str, float] = {}
        self._told_at: dict[str, float] = {}
        self._ended: set[str] = set()

    def go(self, step: str, done: int, total: int, rate: str = "") -> None:
        """Say how far a step is, if it begins now or the last line of it was long ago."""
        now = self._clock()
        began = self._began.setdefault(step, now)
        first = began - EVERY_S if self._at_once else began
        if now - self._told_at.get(step, first) < EVERY_S:
            return
        self._told_at[step] = now
        self._tell(step, f": {done:,} of {total:,} ({done / total:.0%})" if done else " ...", rate)

    def end(self, step: str, done: int, rate: str = "") -> None:
        """Say, once, that a step is done and how long it took."""
        if step not in self._ended and (self._at_once or step in self._told_at):
            self._ended.add(step)
            took = self._clock() - self._began.setdefault(step, self._clock())
            self._tell(step, f": {f'{done:,}' if done > 1 else 'done'} in {took:,.1f} s", rate)

    def _tell(self, step: str, what: str, rate: str) -> None:
        self._write(f"{step}{what}{f', {rate}' if rate else ''}")
