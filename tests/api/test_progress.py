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
    began, done = captured.err.splitlines()
    assert began == "PostGIS ..."
    assert done.startswith("PostGIS: done in ")


def test_what_is_short_is_not_told_of() -> None:
    for took, told in ((1, 0), (EVERY_S, 2)):
        log = Log()
        lines = Lines(log.lines.append, lambda: log.now, at_once=False)  # noqa: B023
        lines.go("reports", 0, 100)
        log.now += took
        lines.go("reports", 50, 100)
        lines.end("reports", 100)
        assert len(log.lines) == told


def test_rows_are_told_of_where_they_take_long(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    with row_bar("reports") as show:
        for done in (1000, 6000):  # of a file that turns out to be longer than it looked
            show(done, 5000)
    began, first, _, last = capfd.readouterr().err.splitlines()
    assert began == "reports ..."
    assert first.startswith("reports: 1,000 of 5,000 (20%), ")
    assert first.endswith(" reports/s")
    assert last.startswith("reports: 6,000 in ")


def test_work_that_fails_has_no_last_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.0)

    def fail() -> None:
        with row_bar("reports") as show:
            show(10, 100)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    *_, last = capfd.readouterr().err.splitlines()
    assert last.startswith("reports: 10 of 100 (10%), ")


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
