"""Figures of a run, printed and written down with the machine and the moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.machine import commit, load_average, machine


def _now() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M}"


@dataclass
class Results:
    """Rows of (what, figure, target) under headings.

    Attributes
    ----------
    command
        That measures the same again.
    parts
        Those that were measured, where not all were: a run of a part has a file of its own.
    settings
        Of PostgreSQL, in a line.
    loads
        Load average of the machine as each part began.
    """

    rows: int
    command: str
    parts: tuple[str, ...] = ()
    settings: str = ""
    began: str = field(default_factory=_now)
    sections: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    loads: dict[str, float] = field(default_factory=dict)

    def add(self, section: str, what: str, figure: str, target: str = "") -> None:
        """Note a figure and print it."""
        self.loads.setdefault(section, load_average())
        self.sections.setdefault(section, []).append((what, figure, target))
        line = f"{section}: {what}: {figure}" + (f"  (target {target})" if target else "")
        print(line, flush=True)  # noqa: T201

    def write(self, folder: Path) -> Path:
        """Write the figures as Markdown and return the file."""
        lines = [
            f"# Benchmark of {self.rows:,} reports",
            "",
            f"- `{self.command}`, {self.began} to {_now()} UTC, commit {commit()}",
            f"- {machine()}",
            f"- PostgreSQL {self.settings}",
            "",
            (
                "Server, PostgreSQL and load on one machine. Load above the number of cores is other"
                " work: ratios of one run still hold, times are too long."
            ),
        ]
        for section, figures in self.sections.items():
            lines += ["", f"## {section}", "", f"Load average {self.loads[section]:.1f}.", ""]
            lines += ["| what | figure | target |", "| --- | --- | --- |"]
            lines += [f"| {what} | {figure} | {target} |" for what, figure, target in figures]
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{'-'.join([str(self.rows), *self.parts])}.md"
        file.write_text("\n".join(lines) + "\n")
        return file
