"""The progress bar of work that goes through rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["row_bar"]


@contextmanager
def row_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with the rate on standard error; give out what tells it (done, about how many)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=None, rate="")

        def show(done: int, total: int) -> None:
            rate = f"{done / max(time.monotonic() - began, 1e-3):,.0f} {what}/s"
            progress.update(task, completed=done, total=total, rate=rate)

        yield show
