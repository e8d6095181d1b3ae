"""The monthly bulletin: over HTTP and from the command line, as document and workbook."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import docx
import httpx
import numpy as np
import openpyxl
import pytest
from docx.oxml.ns import qn
from PIL import Image
from typer.testing import CliRunner, Result

from api import cli
from tests.api.conftest import World
from tests.support.county import COUNTY
from tests.support.heat import Sample, add_reports

Clients = Callable[[str], httpx.Client]
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def planner(world: World, client: Clients) -> httpx.Client:
    """March and April 2022, an outbreak in April, disputes; and May, which runs on the 10th."""
    rng = np.random.default_rng(3)
    samples = []
    for month, count in ((3, 40), (4, 60), (5, 20)):
        for i, (lon, lat) in enumerate(rng.uniform([119.31, 35.93], [119.49, 36.07], (count, 2))):
            category = "power.cable" if i % 4 == 0 else "water.burst"
            day = dt.date(2022, month, 9 if i else 1)
            samples.append(Sample(category, day, float(lon), float(lat)))
    for lon, lat in rng.uniform([119.365, 35.97], [119.435, 36.03], (150, 2)):
        samples.append(Sample("water.burst", dt.date(2022, 4, 20), float(lon), float(lat)))
    samples += [
        Sample("noise", dt.date(2022, 4, 20), grid=f"G{i:04d}") for i in (1, 1, 2, 4, 4, 4, 4, 4, 4)
    ]
    world.execute("UPDATE grid SET population = 300, households = 100")
    world.execute("UPDATE category SET sensitive = true WHERE code = 'noise'")
    world.execute("UPDATE category SET tags = '{pipes}' WHERE code LIKE 'water%%'")
    add_reports(world.url, samples)
    return client("planner")


@pytest.fixture
def call(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", world.url)
    monkeypatch.setenv("GRIDCALL_COUNTY", COUNTY)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(cli.make_app(words[0]), list(words))


def fetch(client: httpx.Client, month: str = "2022-04", **asked: str) -> httpx.Response:
    answer = client.get(f"/bulletins/{month}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer


def test_the_document_has_numbers_rankings_areas_maps_and_method(planner: httpx.Client) -> None:
    answer = fetch(planner, category="water")
    assert "attachment" in answer.headers["content-disposition"]
    document = docx.Document(io.BytesIO(answer.content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[:2] == ["诸城市 · 类别water · 月报", "2022年4月"]
    assert texts[2].startswith("2022年4月共195件；上月30件，+550%")
    assert "去年同月" not in texts[2]  # the data do not reach back so far
    assert "处件数异常偏多，最突出的是" in "".join(texts[3:5])
    headings = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert headings == [
        "各网格件数", "热点（编号见热点区域表）", "镇街排名", "网格排名", "热点区域", "事项类别", "方法说明"
    ]  # fmt: skip
    towns, grids, areas, categories = document.tables
    assert sum(int(row.cells[2].text) for row in towns.rows[1:]) <= 195
    assert [int(row.cells[2].text) for row in grids.rows[1:]] == sorted(
        (int(row.cells[2].text) for row in grids.rows[1:]), reverse=True
    )
    assert "偏多" in areas.rows[1].cells[2].text
    assert [cell.text for cell in categories.rows[1].cells][2:5] == ["195", "30", "+550%"]
    assert len(document.inline_shapes) == 2
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)
    assert any("上报积极" in text for text in texts)
    assert "危险" not in "".join(texts)


def test_numbers_are_those_of_the_layers(planner: httpx.Client) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(fetch(planner, category="water", f="xlsx", lang="en").content)
    )
    assert book.sheetnames == ["Summary", "Towns", "Grids", "Hot areas", "Categories", "Method"]
    layer = planner.get(
        "/layers/rates",
        params={"category": "water", "unit": "town", "from": "2022-04-01", "to": "2022-04-30"},
    ).json()
    towns = {row[1].value: row[2].value for row in list(book["Towns"].rows)[1:]}
    assert towns == {item["name_en"]: item["count"] for item in layer["items"]}
    # The page's own question: a bulletin with another answer would be believed by nobody.
    april = {"category": "water", "from": "2022-04-01", "to": "2022-04-30"}
    hot = planner.get("/layers/hotspots", params={**april, "against": "exposure"}).json()
    found = [row[2].value for row in list(book["Hot areas"].rows)[1:]]
    assert found == [area["words"]["en"] for area in hot["areas"][:10]]
    change = next(book["Categories"].iter_rows(min_row=2, min_col=5, max_col=5))[0]
    assert (change.value, change.number_format) == (5.5, "+0%;-0%;0%")
    pictures = book["Summary"]._images
    assert len(pictures) == 2
    assert Image.open(io.BytesIO(pictures[0]._data())).width == 1600


@pytest.mark.parametrize("asked", [{}, {"tag": "pipes"}, {"category": "gas"}])
@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_of_everything_of_a_tag_and_of_nothing(
    planner: httpx.Client, asked: dict[str, str], form: str
) -> None:
    content = fetch(planner, f=form, **asked).content
    if form == "docx":
        texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
        assert ("2022年4月没有这类事项；上月0件。" in texts) == ("category" in asked)
        maps = len(docx.Document(io.BytesIO(content)).inline_shapes)
        assert maps == (0 if "category" in asked else 2)
    else:
        assert len(openpyxl.load_workbook(io.BytesIO(content)).sheetnames) >= 3


@pytest.mark.parametrize("style", ["Normal", "Title", "Heading 1", "List Bullet"])
def test_every_style_has_a_chinese_font(planner: httpx.Client, style: str) -> None:
    document = docx.Document(io.BytesIO(fetch(planner, category="gas").content))
    fonts = document.styles[style].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
    # A theme's font would go before it.
    assert not [name for name in fonts.attrib if name.endswith("Theme")]


def texts_of(answer: httpx.Response) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(answer.content)).paragraphs]


def test_a_month_that_runs_says_so_and_is_compared_with_none(planner: httpx.Client) -> None:
    answer = fetch(planner, "2022-05", category="water")
    texts = texts_of(answer)
    assert texts[1] == "2022年5月（未结束，截至2022-05-10）"
    assert texts[2] == "2022年5月共15件；上月195件。"
    assert texts[3] == "本月尚未结束，件数还会增加，因此不算增减。"
    towns = docx.Document(io.BytesIO(answer.content)).tables[0]
    assert {row.cells[4].text for row in towns.rows[1:]} == {"—"}
    assert not [text for text in texts_of(fetch(planner)) if "尚未结束" in text]


def test_nothing_before_the_first_report_is_taken_for_zero(planner: httpx.Client) -> None:
    texts = texts_of(fetch(planner, "2022-03", lang="en"))
    assert texts[2] == "40 reports in March 2022."
    assert not [text for text in texts if "Reports exist from" in text]


def test_a_sensitive_group_is_told_by_five_and_more_only(planner: httpx.Client) -> None:
    document = docx.Document(io.BytesIO(fetch(planner, category="noise").content))
    assert len(document.tables) == 2
    assert len(document.inline_shapes) == 0
    assert [row.cells[2].text for row in document.tables[1].rows[1:]] == ["6"]
    told = [row.cells[2].text for table in document.tables for row in table.rows[1:]]
    assert not set(told) & {"1", "2", "3", "4"}
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[2].startswith("敏感事项：只公布5件及以上的件数")
    units = planner.get("/layers/rates", params={"unit": "grid"}).json()["method"]["units"]
    assert any(text.startswith(f"公布6件，另有{units - 1}个单元不公布") for text in texts)


@pytest.mark.parametrize(
    ("month", "asked", "status"),
    [
        ("2022-13", {}, 422),
        ("2022-5", {}, 422),
        ("2022-02", {}, 422),
        ("2022-06", {}, 422),
        ("2021-04", {"category": "noise"}, 422),
        ("latest", {}, 422),
        ("2022-04", {"category": "nothing"}, 422),
        ("2022-04", {"category": "water", "tag": "pipes"}, 422),
        ("2022-04", {"f": "pdf"}, 422),
        ("2022-04", {"colour": "red"}, 400),
    ],
)
def test_what_no_bulletin_can_be(
    planner: httpx.Client, month: str, asked: dict[str, str], status: int
) -> None:
    assert planner.get(f"/bulletins/{month}", params=asked).status_code == status


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("2022-02", "data exist from 2022-03-"),
        ("2022-06", "lies in the future"),
        ("2021-04", "nothing is known of 2021-04-01 to 2021-04-30"),
    ],
)
def test_a_month_of_which_nothing_is_known_has_no_bulletin(
    planner: httpx.Client, call: Run, month: str, words: str
) -> None:
    body = planner.get(f"/bulletins/{month}").json()
    assert [error["field"] for error in body["errors"]] == ["month"]
    assert words in body["errors"][0]["reason"]


def test_who_may_have_it(planner: httpx.Client, client: Clients) -> None:
    for username, status in (("supervisor", 200), ("water", 403), ("town1", 403), ("", 401)):
        assert (
            client(username).get("/bulletins/2022-04", params={"category": "gas"}).status_code
            == status
        )


def test_the_command_writes_it(planner: httpx.Client, call: Run, tmp_path: Path) -> None:
    answer = call("bulletin", "2022-04", "--category", "water")
    assert answer.exit_code == 0, answer.output
    name = "gridcall-bulletin-water-2022-04.docx"
    assert answer.output.strip() == name
    document = docx.Document(str(tmp_path / name))
    assert document.paragraphs[0].text == "诸城市 · 类别water · 月报"
    assert (
        call(
            "bulletin",
            "2022-04",
            "--tag",
            "pipes",
            "--form",
            "xlsx",
            "--lang",
            "en",
            "-o",
            "own.xlsx",
        ).exit_code
        == 0
    )
    assert openpyxl.load_workbook(tmp_path / "own.xlsx").sheetnames[0] == "Summary"
    assert call("bulletin", "2022").exit_code == 1
    refused = call("bulletin", "2022-02")
    assert refused.exit_code == 1
    assert "data exist from 2022-03-" in str(refused.exception)


def test_exposures_are_put_by_a_command(planner: httpx.Client, call: Run, tmp_path: Path) -> None:
    with (tmp_path / "pipes.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("grid_code", "amount"), ("G0001", "2.5"), ("G0002", "4")])
    names = ["--name", "供水管长", "--name-en", "Water mains", "--unit", "公里", "--unit-en", "km"]
    answer = call(
        "exposure", "put", "pipe_km", "pipes.csv", *names, "--per", "10", "--category", "water"
    )
    assert answer.output == "pipe_km: 2 grids\n"
    assert "pipe_km  供水管长  Water mains  per 10 km" in call("exposure", "list").output
    rates = planner.get("/layers/rates", params={"category": "water.burst"}).json()
    assert (rates["exposure"]["code"], rates["exposure"]["per"]) == ("pipe_km", 10)
    for content in (
        "grid_code,amount\nG0001,much\n",
        "grid,amount\n",
        "grid_code,amount\nnowhere,1\n",
    ):
        (tmp_path / "bad.csv").write_text(content, "utf-8")
        assert call("exposure", "put", "x", "bad.csv", *names).exit_code == 1


def test_a_month_known_in_part_is_compared_with_none(world: World, planner: httpx.Client) -> None:
    """Of a county whose reports begin on 9 March, March is no month to measure April by."""
    world.execute("DELETE FROM rollup_grid_day_all WHERE day_on = '2022-03-01'")
    texts = texts_of(fetch(planner, category="water", lang="en"))
    assert texts[2] == "195 reports in April 2022; month before: 30."
    assert texts[3].startswith("Reports exist from 2022-03-09 on: no change is told")
