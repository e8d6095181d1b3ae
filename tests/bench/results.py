"""Figures of a run, printed and written down with the machine and the moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.stage import load_average, machine


@dataclass
class Results:
    """Rows of (what, figure, target) under headings."""

    rows: int
    sections: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    def add(self, section: str, what: str, figure: str, target: str = "") -> None:
        """Note a figure and print it."""
        self.sections.setdefault(section, []).append((what, figure, target))
        print(f"{section}: {what}: {figure}" + (f"  (target {target})" if target else ""))  # noqa: T201

    def write(self, folder: Path) -> Path:
        """Write the figures as Markdown and return the file."""
        now = dt.datetime.now(dt.UTC)
        lines = [
            f"# Benchmark of {self.rows:,} reports",
            "",
            (
                f"`make bench ROWS={self.rows}`, {now:%Y-%m-%d %H:%M} UTC, {machine()};"
                f" load average at the end {load_average():.1f}."
            ),
            (
                "Everything on one machine: PostgreSQL (private cluster, durable settings), server and"
                " load. Trust ratios, not absolute times."
            ),
        ]
        for section, figures in self.sections.items():
            lines += ["", f"## {section}", "", "| what | figure | target |", "| --- | --- | --- |"]
            lines += [f"| {what} | {figure} | {target} |" for what, figure, target in figures]
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.rows}.md"
        file.write_text("\n".join(lines) + "\n")
        return file
