"""What each column of the example workbooks means, in Chinese and English."""

from __future__ import annotations

from typing import Final

from data.headings import Kind

__all__ = ["meaning"]

_COORDINATE: Final = "度；其他坐标系用 --crs 说明 / degrees, or another system named with --crs"
_YES_NO: Final = "是或否 / yes or no"
_LIST: Final = "多个用分号隔开 / several are parted by semicolons"
_LIMIT: Final = "如 15分钟、2紧急工作时、4工作时、5工作日、3自然日 / a number and a unit"
_DAY: Final = "如 2022-05-01 / a date"
_TIME: Final = "如 2022-05-01 08:30，无时区则为当地时间 / local time unless a zone is given"
_ENGLISH: Final = "英文界面显示，空则用拼音 / shown in English; empty: pinyin"
_ALL_KINDS: Final[dict[str, str]] = {
    "code": "唯一；再次导入同一编码即更新 / unique; importing it again updates",
    "name": "页面上显示的名称 / as pages show it",
    "name_en": _ENGLISH,
    "boundary": "WKT；也可用 GeoJSON、Shapefile 等带图形的文件 / or use a file with shapes",
    "longitude": _COORDINATE,
    "latitude": _COORDINATE,
    "town_code": "9 位 / 9 digits",
    "town_name": "新镇街的名称 / name of a town that is not there yet",
    "community_code": "12 位 / 12 digits",
    "community_name": "新社区的名称 / name of a community that is not there yet",
    "grid_code": "现行网格方案中的编码 / of the active layout",
    "telephone": "值班电话 / of who is on duty",
    "address": "门牌或位置描述 / as people say it",
}
_OF_KIND: Final[dict[Kind, dict[str, str]]] = {
    "grids": {
        "code": "网格方案内唯一 / unique within the layout",
        "population": "人 / people",
        "households": "户 / households",
        "party_branch": "居民有事先找的党支部 / the branch residents turn to first",
        "person": _YES_NO,
        "funds": _YES_NO,
        "place": _YES_NO,
        "authority": _YES_NO,
        "rules": _YES_NO,
        "five_haves": '五列之外的写法 / instead of the five columns: {"person": true}',
    },
    "staff": {
        "name": "姓名 / of the person",
        "role": "网格长、网格员、党支部书记、志愿者 / leader, member, branch_secretary, volunteer",
        "telephone": "派遣后相关各方可见 / seen by the parties of a call",
        "valid_from": _DAY,
        "valid_to": f"{_DAY}；空为在任 / empty: still serving",
        "on_duty": _YES_NO,
    },
    "utilities": {
        "kind": "企业、部门、镇街 / utility, department, town",
        "town_code": "镇街单位所属，9 位 / of a town's office, 9 digits",
        "categories": f"编码或名称 / codes or names; {_LIST}",
        "depot_code": "一个单位多个站点则写多行 / one row for each depot",
        "depot_name": "人员出发的站点 / from where a crew starts",
        "depot_name_en": _ENGLISH,
    },
    "service-areas": {
        "utility_code": "已导入的单位 / of a utility imported before",
        "category_code": "编码或名称；空为该单位全部事项 / empty: all that the utility handles",
        "hours": "如 24小时，仅供查看 / shown, not reckoned with",
        "priority": "1 为先 / 1 first",
    },
    "categories": {
        "parent_code": "大类编码；空则取小数点前 / empty: what stands before the dot",
        "tags": _LIST,
        "keywords": f"描述中出现即推断为此类 / words that suggest it; {_LIST}",
        "sensitive": "是则不对外逐件展示 / yes: never shown one by one to planners",
        "level": "镇街或市级 / town or municipal",
        "position": "列表中的次序 / order in lists",
        "limit_accept": _LIMIT,
        "limit_check_in": _LIMIT,
        "limit_handle": _LIMIT,
        "limit_verify": _LIMIT,
    },
    "places": {
        "kind": "小区、村、市场、道路 / estate, village, market, road",
        "pinyin": "空则自动生成 / made from the name if empty",
    },
    "reports": {
        "id": "来源系统中的编号，重复导入不会重复 / the number in its source; importing again adds nothing",
        "client_id": "网格呼叫导出的文件才有，勿自填 / of files GridCall exported; leave empty otherwise",
        "number": "导出文件中的原编号，与客户端编号同用 / of exported files: goes with the client id",
        "category": "编码或名称；空则按描述推断 / empty: suggested from the description",
        "description": "发生了什么 / what is the matter",
        "longitude": f"{_COORDINATE}；无坐标则填网格或地名 / without: name a grid or place",
        "latitude": _COORDINATE,
        "accuracy_m": "米 / metres",
        "grid_code": "无坐标时按此归属 / where there are no coordinates",
        "place_code": "已导入地名的编码，无坐标时按此归属 / of a place imported before, without coordinates",
        "place_text": "小区、村名等，无坐标时按此查找 / a place in words, looked up without coordinates",
        "captured_at": f"发现的时间 / when it was seen. {_TIME}",
        "received_at": f"受理的时间，空则同上报时间 / when it came in; empty: when it was seen. {_TIME}",
        "source": "网格员、志愿者、党支部、群众、12345、巡查、责任单位 / who reported",
        "urgent": _YES_NO,
        "reporter_name": "仅办理各方可见 / seen by those who handle it, masked elsewhere",
        "reporter_phone": "同上 / likewise",
        "status": "已办结，或办理中的各状态（均按已受理导入）"
        " / closed, or a status under way, which comes in as received",
        "closed_at": f"状态为已办结的必填 / needed where the status is closed. {_TIME}",
        "outcome": "已解决、现场处置、不予受理、重复、撤回、移交；空为已解决"
        " / resolved, self_resolved, rejected, duplicate, withdrawn, transferred; empty: resolved",
    },
}


def meaning(kind: Kind, field: str) -> str:
    """Return what a column of a kind of file means.

    Raises
    ------
    KeyError
        Nothing is said of it.
    """
    own = _OF_KIND[kind]
    return own[field] if field in own else _ALL_KINDS[field]
