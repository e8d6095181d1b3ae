"""The commands that take data in and keep accounts and layouts, against a real database."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api import cli
from gis import rollups
from gis.db.database import Database
from gis.errors import NotAuthenticated
from gis.sessions import sign_in

COUNTY = "370783"


@pytest.fixture
def call(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs ``gridcall`` as a person would, in a folder of its own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDCALL_COUNTY", COUNTY)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli.make_app(words[0]), list(words), input=typed)

    return run


@pytest.fixture
def county(call) -> None:
    assert call("county", "add", COUNTY, "寿光市").exit_code == 0


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url, role=None, pool_size=2)) as db:
        yield db


def test_a_second_county_is_made_from_templates_in_seven_commands(call, county, owner) -> None:
    assert "370783  寿光市  Shouguang" in call("county", "list").output
    for kind in ("categories", "utilities", "grids", "staff", "places", "service-areas", "reports"):
        assert f"gridcall import {kind} {kind}.xlsx" in call("template", kind).output
        options = ["--activate"] if kind in {"grids", "service-areas"} else []
        answer = call("import", kind, f"{kind}.xlsx", *options)
        assert answer.exit_code == 0, answer.output
        assert re.search(r"created [1-9]", answer.output)
        again = call("import", kind, f"{kind}.xlsx", "--county", COUNTY)
        assert "created 0, updated 0" in again.output
    with owner.read(county_code=COUNTY) as tx:
        matched = tx.rows("SELECT grid_code, utility_code FROM report ORDER BY source_number")
    assert [row["utility_code"] for row in matched] == ["shuiwu", "shuiwu"]
    assert all(row["grid_code"] for row in matched)


def test_a_dry_run_says_what_would_be_and_leaves_nothing(call, county, owner) -> None:
    call("template", "categories")
    answer = call("import", "categories", "categories.xlsx", "--dry-run")
    assert "would be created 2" in answer.output
    with owner.read() as tx:
        assert tx.scalar("SELECT count(*) FROM category") == 0


def test_refusals_end_with_1_and_name_row_and_field(call, county) -> None:
    with Path("staff.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["姓名", "角色"], ["王", "国王"]])
    answer = call("import", "staff", "staff.csv")
    assert answer.exit_code == 1
    assert "row 2: 角色: '国王' is not one of" in answer.stderr
    assert "nothing was written" in answer.stderr


def test_rejected_reports_are_counted_and_their_file_is_named(call, county) -> None:
    with Path("calls.csv").open("w", encoding="utf-8", newline="") as out:
        rows = [
            ["编号", "描述", "经度", "纬度"],
            ["1", "停水", "118.8", "36.8"],
            ["2", "停水", "", ""],
        ]
        csv.writer(out).writerows(rows)
    answer = call("import", "reports", "calls.csv", "--source", "12345")
    assert answer.exit_code == 0, answer.output
    assert "2 rows; created 1, updated 0, unchanged 0, left out 1" in answer.output
    assert "calls.csv.rejects.csv: mend them and import that file" in answer.output
    assert Path("calls.csv.rejects.csv").exists()
    none = call("import", "reports", "calls.csv.rejects.csv", "--rejects", "still.csv")
    assert none.exit_code == 1
    assert "none of its rows can be used" in none.stderr


def test_layouts_are_listed_previewed_and_activated(call, county, owner) -> None:
    call("template", "grids")
    call("import", "grids", "grids.xlsx", "--layout", "2026")
    assert call("layout", "list").output.startswith("2026: draft, 2 grids; grids.xlsx sha256=")
    shown = call("layout", "preview", "2026").output
    assert "grids added: 2 (370783001001001, 370783001001002)" in shown
    assert "reports that move: 0" in shown
    assert "layout 2026 is in force" in call("layout", "activate", "2026").output
    assert call("layout", "list").output.startswith("2026: active, 2 grids, in force since 20")
    with owner.read() as tx:
        assert tx.scalar("SELECT count(*) FROM grid_layout WHERE status = 'active'") == 1


def test_reports_follow_a_new_layout(call, county, owner) -> None:
    for kind in ("categories", "grids", "reports"):
        call("template", kind)
        call("import", kind, f"{kind}.xlsx", *(["--activate"] if kind == "grids" else []))
    with Path("2027.csv").open("w", encoding="utf-8", newline="") as out:
        ground = "POLYGON ((119.39 35.98, 119.44 35.98, 119.44 36.02, 119.39 36.02, 119.39 35.98))"
        csv.writer(out).writerows([["网格编码", "边界"], ["370783001001009", ground]])
    assert "gridcall layout activate 2027" in call("import", "grids", "2027.csv").output
    shown = call("layout", "preview", "2027").output
    assert "reports that move: 2, of them open: 1" in shown
    assert "370783001001001 -> 370783001001009: 1 (0 open)" in shown
    assert "2 reports were matched to it" in call("layout", "activate", "2027").output
    with owner.read(county_code=COUNTY) as tx:
        assert tx.rows("SELECT DISTINCT grid_code FROM report") == [
            {"grid_code": "370783001001009"}
        ]
        assert rollups.check(tx, COUNTY) == []


def test_accounts_are_added_reset_and_disabled(call, county, owner) -> None:
    now = dt.datetime.now(dt.UTC)
    typed = "correct horse\n"
    added = call("account", "add", "wang", "--role", "dispatcher", "--name", "王芳", typed=typed)
    assert added.exit_code == 0, added.output
    assert "correct horse" not in added.output
    assert sign_in(owner, "wang", "correct horse", now=now).actor.county_code == COUNTY
    reset = call("account", "reset", "wang", "--generate")
    password = reset.output.rsplit(": ", 1)[1].strip()
    assert len(password) >= 16
    assert sign_in(owner, "wang", password, now=now).actor.role == "dispatcher"
    with pytest.raises(NotAuthenticated):
        sign_in(owner, "wang", "correct horse", now=now)
    assert call("account", "disable", "wang").exit_code == 0
    with pytest.raises(NotAuthenticated):
        sign_in(owner, "wang", password, now=now)


def test_an_account_for_a_grid_member_is_tied_to_the_person(call, county, owner) -> None:
    for kind in ("grids", "staff"):
        call("template", kind)
        call("import", kind, f"{kind}.xlsx", *(["--activate"] if kind == "grids" else []))
    added = call("account", "add", "w1", "--role", "grid_staff", "--staff", "W0001", "--generate")
    assert added.exit_code == 0, added.output
    with owner.read() as tx:
        code = tx.scalar("SELECT s.code FROM account JOIN grid_staff s ON s.id = account.staff_id")
    assert code == "W0001"


def refusal(monkeypatch: pytest.MonkeyPatch, capsys, *words: str) -> str:
    """Run ``gridcall`` as a process would and return what it writes to standard error."""
    monkeypatch.setattr("sys.argv", ["gridcall", *words])
    assert cli.main() == 1
    return capsys.readouterr().err


def test_domain_errors_are_one_sentence_and_exit_code_1(call, monkeypatch, capsys) -> None:
    assert refusal(monkeypatch, capsys, "import", "grids", "nowhere.shp") == (
        "There is no county 370783: add it with `gridcall county add 370783 NAME`.\n"
    )
    call("county", "add", COUNTY, "寿光市")
    assert refusal(monkeypatch, capsys, "import", "grids", "nowhere.shp") == (
        "file: nowhere.shp is not a file\n"
    )
    assert "has none" in refusal(monkeypatch, capsys, "layout", "activate", "2026")
    assert "no account nobody" in refusal(monkeypatch, capsys, "account", "disable", "nobody")


def test_a_template_overwrites_nothing(call, county) -> None:
    first = call("template", "grids", "mine.xlsx")
    assert first.exit_code == 0
    again = call("template", "grids", "mine.xlsx")
    assert again.exit_code == 1
    assert "is there already" in str(again.exception)


@pytest.mark.parametrize(
    "words",
    [
        ("template", "grids", "nowhere/mine.xlsx"),
        ("export", "reports", "nowhere/reports.csv"),
        ("bulletin", "2022-07", "--output", "nowhere/paper.docx"),
        ("statistics", "--out", "nowhere/figures.csv"),
        ("rules", "preview", "2022", "--csv", "nowhere/moves.csv"),
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_is_not_there_is_said_before_the_work(call, words: tuple[str, ...]) -> None:
    refused = call(*words)
    assert refused.exit_code == 1
    assert str(refused.exception) == "There is no folder nowhere: make it first."
