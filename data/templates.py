"""Example workbooks: filled, explained, and importable as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from data.headings import Kind, field_headings
from data.template_notes import meaning

__all__ = ["write_template"]

_REQUIRED: Final[dict[Kind, tuple[str, ...]]] = {
    "grids": ("code", "boundary"),
    "staff": ("name",),
    "utilities": ("code", "name"),
    "service-areas": ("utility_code", "boundary"),
    "categories": ("code", "name"),
    "places": ("name", "longitude", "latitude"),
    "reports": (),
}


def write_template(kind: Kind, path: Path, *, county_code: str) -> None:
    """Write an example workbook: a sheet that can be imported, and one that explains it.

    Parameters
    ----------
    kind
        What the file is for.
    path
        Where to write it; an existing file is replaced.
    county_code
        Six digits with which the codes in it begin.
    """
    headings = field_headings(kind)
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheet = workbook.create_sheet(kind)
    sheet.append(list(headings.values()))
    for row in _examples(kind, county_code):
        sheet.append([row.get(name) for name in headings])
    _format(sheet, {name: i for i, name in enumerate(headings, start=1)})
    notes = workbook.create_sheet("说明")
    notes.append(["列 / column", "字段 / field", "必填 / required", "说明 / meaning"])
    for name, heading in headings.items():
        required = "是 / yes" if name in _REQUIRED[kind] else ""
        notes.append([heading, name, required, meaning(kind, name)])
    _format(notes, {})
    workbook.save(path)


def _format(sheet: Any, columns: dict[str, int]) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for i in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(i)].width = 18
    for name, i in columns.items():
        # Codes as text: as numbers a spreadsheet would cut them to 15 digits.
        if name.endswith("code") or name in {"code", "id", "telephone"}:
            for cell in sheet[get_column_letter(i)]:
                cell.number_format = "@"
        if name == "boundary":
            for cell in sheet[get_column_letter(i)]:
                cell.alignment = Alignment(wrap_text=False)


def _examples(kind: Kind, county: str) -> list[dict[str, Any]]:
    town, community = f"{county}001", f"{county}001001"
    grid = f"{community}001"
    match kind:
        case "grids":
            return _example_grids(town, community)
        case "staff":
            return [
                {"code": "W0001", "name": "王示例", "role": "网格员", "grid_code": grid,
                 "telephone": "13800000001", "valid_from": "2022-01-01", "on_duty": "是"},
                {"code": "W0002", "name": "李示例", "role": "网格长", "community_code": community,
                 "telephone": "13800000002", "valid_from": "2022-01-01", "on_duty": "否"},
            ]  # fmt: skip
        case "utilities":
            company = {"code": "shuiwu", "name": "示例供水公司", "name_en": "Example Water", "kind": "企业",
                       "telephone": "0536-0000000", "categories": "gongshui"}  # fmt: skip
            return [
                company | {"depot_code": "1", "depot_name": "城区站", "longitude": 119.405, "latitude": 35.995},
                {"code": "shuiwu", "depot_code": "2", "depot_name": "北站", "longitude": 119.425, "latitude": 36.005},
            ]  # fmt: skip
        case "service-areas":
            return [
                {"code": "shuiwu-1", "name": "城区供水", "utility_code": "shuiwu", "category_code": "供水",
                 "priority": 1, "hours": "24 h",
                 "boundary": "POLYGON ((119.39 35.98, 119.44 35.98, 119.44 36.02, 119.39 36.02, 119.39 35.98))"},
            ]  # fmt: skip
        case "categories":
            return [
                {"code": "gongshui", "name": "供水", "name_en": "Water supply", "keywords": "停水；没水", "position": 1},
                {"code": "gongshui.shuiya", "name": "水压低", "name_en": "Low water pressure", "tags": "pipes",
                 "keywords": "水压；水小", "sensitive": "否", "level": "镇街", "position": 2,
                 "limit_accept": "15分钟", "limit_check_in": "1紧急工作时", "limit_handle": "4工作时",
                 "limit_verify": "1工作日"},
            ]  # fmt: skip
        case "places":
            return [
                {"code": "D0001", "kind": "小区", "name": "示例花园", "name_en": "Example Garden",
                 "address": "示例街道 1 号", "longitude": 119.405, "latitude": 35.995, "grid_code": grid},
                {"code": "D0002", "kind": "村", "name": "示例村", "longitude": 119.425, "latitude": 36.005},
            ]  # fmt: skip
        case "reports":
            return _example_reports()


def _example_reports() -> list[dict[str, Any]]:
    """Return one that is settled and one that has just come in."""
    return [
        {"id": "2022-000001", "category": "水压低", "description": "示例花园四楼以上水压低",
         "longitude": 119.405, "latitude": 35.995, "accuracy_m": 12, "captured_at": "2022-05-01 08:25",
         "received_at": "2022-05-01 08:30", "source": "网格员", "address": "示例花园 3 号楼", "urgent": "否",
         "reporter_name": "王示例", "reporter_phone": "13800000001", "status": "已办结",
         "closed_at": "2022-05-01 11:00", "outcome": "已解决"},
        {"id": "2022-000002", "description": "示例村停水", "longitude": 119.425, "latitude": 36.005,
         "captured_at": "2022-05-02 14:05", "source": "12345", "status": "已受理"},
    ]  # fmt: skip


def _example_grids(town: str, community: str) -> list[dict[str, Any]]:
    """Return two squares side by side."""
    common = {
        "town_code": town, "town_name": "示例街道", "community_code": community, "community_name": "示例社区",
        "person": "是", "funds": "是", "place": "是", "authority": "是", "rules": "是",
    }  # fmt: skip
    return [
        common
        | {
            "code": f"{community}00{i + 1}",
            "name": f"示例第{'一二'[i]}网格",
            "name_en": f"Example grid {i + 1}",
            "population": 1200 + i,
            "households": 400 + i,
            "party_branch": f"示例第{'一二'[i]}网格党支部",
            "boundary": f"POLYGON (({w} 35.98, {e} 35.98, {e} 36.02, {w} 36.02, {w} 35.98))",
        }
        for i, (w, e) in enumerate([(119.39, 119.415), (119.415, 119.44)])
    ]
