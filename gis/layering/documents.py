"""A bulletin as a document (.docx) and as a workbook (.xlsx), which offices edit further."""

from __future__ import annotations

import io
from typing import Any, cast

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from gis.layering.bulletin_words import TEXTS, Change
from gis.layering.bulletins import Bulletin, Ranking
from gis.layering.files import Language, book_bytes, fill_sheet

_PICTURE_CM = 16.5
_SHEET_PICTURE_PX = 900
_PERCENT = "+0%;-0%;0%"
_LATIN, _CHINESE = "Calibri", "Microsoft YaHei"


def bulletin_docx(bulletin: Bulletin) -> bytes:
    """Return a bulletin as a document.

    Parameters
    ----------
    bulletin
        What it says; pictures get their captions as alternative texts.
    """
    document = Document()
    _set_up(document, bulletin)
    document.add_heading(bulletin.title, level=0)
    document.add_paragraph(bulletin.period)
    for sentence in bulletin.sentences:
        document.add_paragraph(sentence)
    for caption, content in bulletin.pictures:
        document.add_heading(caption, level=1)
        document.add_picture(io.BytesIO(content), width=Cm(_PICTURE_CM))
        shape = document.inline_shapes[-1]._inline.docPr  # noqa: SLF001  no public name for it
        shape.set("descr", f"{bulletin.title}, {bulletin.period}: {caption}")
    for ranking in bulletin.rankings:
        document.add_heading(TEXTS[ranking.key][bulletin.language], level=1)
        _add_table(document, ranking, bulletin.language)
    document.add_heading(TEXTS["method"][bulletin.language], level=1)
    for line in bulletin.method:
        document.add_paragraph(line, style="List Bullet")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def bulletin_xlsx(bulletin: Bulletin) -> bytes:
    """Return a bulletin as a workbook: a summary with the maps, one sheet a ranking, the method."""
    book = Workbook()
    summary = cast(Worksheet, book.active)
    summary.title = TEXTS["summary"][bulletin.language]
    lines = [bulletin.title, bulletin.period, *bulletin.sentences]
    for row, line in enumerate(lines, 1):
        cell = summary.cell(row, 1)
        cell.value, cell.font = line, Font(bold=row == 1)
    row = len(lines) + 2
    for caption, content in bulletin.pictures:
        summary.cell(row, 1).value = caption
        picture = Image(io.BytesIO(content))
        picture.height = picture.height * _SHEET_PICTURE_PX // picture.width
        picture.width = _SHEET_PICTURE_PX
        summary.add_image(picture, f"A{row + 1}")
        row += picture.height // 20 + 4
    for ranking in bulletin.rankings:
        sheet = book.create_sheet(TEXTS[ranking.key][bulletin.language])
        _fill_ranking(sheet, ranking, bulletin.language)
    about = book.create_sheet(TEXTS["method"][bulletin.language])
    title = TEXTS["method"][bulletin.language]
    fill_sheet(about, [title], [(line,) for line in bulletin.method])
    book.properties.title, book.properties.creator = bulletin.title, "GridCall"
    return book_bytes(book)


def _fill_ranking(sheet: Worksheet, ranking: Ranking, language: Language) -> None:
    """Write a ranking; changes are numbers shown as per cent, so that a workbook can sort them."""
    fill_sheet(sheet, ranking.headings, [[_cell(one, language) for one in r] for r in ranking.rows])
    for number, row in enumerate(ranking.rows, 2):
        for column, value in enumerate(row, 1):
            if isinstance(value, Change) and value.share is not None:
                sheet.cell(number, column).number_format = _PERCENT


def _cell(value: Any, language: Language) -> Any:
    if not isinstance(value, Change):
        return value
    return value.words(language) if value.share is None else value.share


def _set_up(document: Docx, bulletin: Bulletin) -> None:
    """Set page, fonts and properties."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    for name in ("Normal", "Title", "Heading 1", "List Bullet"):
        style: Any = document.styles[name]
        style.font.name = _LATIN
        # The font of Chinese characters has an attribute of its own, and a theme's font goes before.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for place in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.attrib.pop(qn(f"w:{place}Theme"), None)
        fonts.set(qn("w:eastAsia"), _CHINESE)
    normal: Any = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    properties = document.core_properties
    properties.title, properties.author = bulletin.title, "GridCall"
    properties.created = properties.modified = bulletin.made_at.replace(tzinfo=None)
    properties.language = "zh-CN" if bulletin.language == "zh" else "en"


def _add_table(document: Docx, ranking: Ranking, language: Language) -> None:
    table = document.add_table(rows=1, cols=len(ranking.headings))
    table.style = "Light Grid Accent 1"
    head = table.rows[0]
    for cell, heading in zip(head.cells, ranking.headings, strict=True):
        cell.text = heading
    # A table that goes on overleaf says again what its columns are.
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001  no public name
    # Rows by their cells once: python-docx looks each cell of a large table up anew.
    for row in ranking.rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = _text(value, language)
            if isinstance(value, int | float | Change):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _text(value: Any, language: Language) -> str:
    if value is None:
        return "—"
    if isinstance(value, Change):
        return value.words(language)
    return f"{value:,}" if isinstance(value, int) else str(value)
