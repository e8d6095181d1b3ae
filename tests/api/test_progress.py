"""What long work says of itself where nobody watches a terminal."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from api.commands import progress
from api.commands.progress import EVERY_S, Lines, row_bar, step_bars


@dataclass
class Log:
    """Lines written, and the time as the test sets it."""

    now: float = 1000.0
    lines: list[str] = field(default_factory=list)

    def of(self) -> Lines:
        return Lines(self.lines.append, lambda: self.now)


def test_a_step_tells_its_beginning_its_end_and_every_few_seconds_between() -> None:
    log = Log()
    lines = log.of()
    for done in range(100):  # a second each
        lines.go("Histories written", done * 1000, 100_000)
        log.now += 1
    lines.end("Histories written", 100_000)
    lines.end("Histories written", 100_000)
    assert log.lines[0] == "Histories written ..."
    assert log.lines[1] == "Histories written: 5,000 of 100,000 (5%)"
    assert log.lines[-1] == "Histories written: 100,000 in 100.0 s"
    assert len(log.lines) == 1 + 100 / EVERY_S


def test_steps_have_their_own_lines() -> None:
    log = Log()
    lines = log.of()
    lines.go("PostGIS", 0, 1)
    log.now += 0.5
    lines.end("PostGIS", 1)
    lines.go("Reports matched", 0, 7, "")
    assert log.lines == ["PostGIS ...", "PostGIS: done in 0.5 s", "Reports matched ..."]


@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_without_a_terminal_there_are_plain_lines_on_standard_error(
    term: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    with step_bars() as show:
        show("PostGIS", 0, 1)
        show("PostGIS", 1, 1)
    with row_bar("reports") as show_rows:
        for done in (1000, 2000, 2300):
            show_rows(done, max(2000, done))
    captured = capfd.readouterr()
    assert captured.out == ""
    assert all(letter.isprintable() or letter == "\n" for letter in captured.err)
    began, done, first, last = captured.err.splitlines()
    assert (began, first) == ("PostGIS ...", "reports ...")
    assert done.startswith("PostGIS: done in ")
    assert last.startswith("reports: 2,300 in ")
    assert last.endswith(" reports/s")


def test_work_that_fails_has_no_last_line(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with row_bar("reports") as show:
            show(10, 100)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert capfd.readouterr().err == "reports ...\n"


def test_on_a_terminal_there_are_bars(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with step_bars() as steps:
        steps("PostGIS", 1, 1)
    with progress.row_bar("reports") as rows:
        rows(2300, 2300)
    captured = capfd.readouterr().err
    assert "\x1b[" in captured
    assert "2300/2300" in captured
