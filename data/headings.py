"""Which column of a file is which field: Chinese and English headings map without options.

For every field the headings are tried in the order given here, so a file with both 上报时间 and
创建时间 takes the first. Spaces, case, hyphens, stars and anything in brackets are ignored:
``经度 (WGS84)`` and ``* 经度`` are both 经度.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, get_args

from gis.errors import InvalidInput

__all__ = [
    "FIVE_HAVES",
    "KINDS",
    "Kind",
    "Mapped",
    "field_headings",
    "known_headings",
    "map_headings",
    "normalised",
]

Kind = Literal["grids", "staff", "utilities", "service-areas", "categories", "places", "reports"]
FIVE_HAVES: Final = ("person", "funds", "place", "authority", "rules")
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_LON: Final = "经度,longitude,lon,lng,long,x,x坐标,经度坐标,东经"
_LAT: Final = "纬度,latitude,lat,y,y坐标,纬度坐标,北纬"
_BOUNDARY: Final = "boundary,边界,geometry,geom,wkt,the_geom,范围,空间范围"
_GRID_CODE: Final = (
    "网格编码,grid_code,网格编号,网格代码,所属网格编码,网格,grid,所属网格,网格id,grid_id"
)
_TOWN_CODE: Final = "镇街编码,town_code,镇街代码,街道编码,乡镇编码,所属镇街编码,town"
_COMMUNITY_CODE: Final = "社区编码,community_code,社区代码,村居编码,所属社区编码,community"
_TELEPHONE: Final = "联系电话,telephone,phone,电话,手机,手机号,手机号码,值班电话,mobile"
_NAME_EN: Final = "英文名称,name_en,英文名,english_name"

_HEADINGS: Final[dict[Kind, dict[str, str]]] = {
    "grids": {
        "code": f"{_GRID_CODE},code,编码,编号,代码,id",
        "name": "网格名称,name,grid_name,名称,网格名",
        "name_en": _NAME_EN,
        "town_code": _TOWN_CODE,
        "town_name": "镇街名称,town_name,镇街,街道,乡镇,所属镇街,所属街道,街道名称,乡镇名称",
        "community_code": _COMMUNITY_CODE,
        "community_name": "社区名称,community_name,社区,村居,所属社区,村居名称,所属村居",
        "population": "人口,population,人口数,常住人口,人数",
        "households": "户数,households,总户数,家庭户数",
        "party_branch": "党支部,party_branch,网格党支部,党支部名称",
        "person": "有人负责,person,有人管事",
        "funds": "有钱办事,funds",
        "place": "有处议事,place,有地议事,有场所议事",
        "authority": "有权拍板,authority,有权定事",
        "rules": "有章理事,rules,有章办事",
        "five_haves": "五有,five_haves",
        "boundary": _BOUNDARY,
    },
    "staff": {
        "code": "人员编码,code,staff_code,工号,人员编号,编号,编码,id",
        "name": "姓名,name,网格员姓名,网格员,人员姓名",
        "role": "角色,role,职务,岗位,人员类型,身份,类型",
        "grid_code": _GRID_CODE,
        "community_code": _COMMUNITY_CODE,
        "town_code": _TOWN_CODE,
        "telephone": _TELEPHONE,
        "valid_from": "任职日期,valid_from,开始日期,上岗日期,入职日期,聘任日期",
        "valid_to": "离任日期,valid_to,结束日期,离岗日期,到期日期",
        "on_duty": "是否在岗,on_duty,在岗,值班,是否值班",
    },
    "utilities": {
        "code": "单位编码,code,utility_code,责任单位编码,编码,编号,单位代码,id",
        "name": "单位名称,name,utility_name,责任单位,责任单位名称,名称,部门名称,单位",
        "name_en": _NAME_EN,
        "kind": "单位类型,kind,类型,单位性质",
        "town_code": _TOWN_CODE,
        "telephone": _TELEPHONE,
        "categories": "事项类别,categories,类别编码,负责事项,职责类别,类别,category_code",
        "depot_code": "站点编码,depot_code,站点编号",
        "depot_name": "站点名称,depot_name,站点",
        "depot_name_en": "站点英文名称,depot_name_en",
        "longitude": _LON,
        "latitude": _LAT,
    },
    "service-areas": {
        "code": "责任区编码,code,service_area_code,编码,编号,id",
        "name": "责任区名称,name,名称,责任区",
        "utility_code": "单位编码,utility_code,责任单位编码,责任单位,utility",
        "category_code": "类别编码,category_code,事项类别,类别,category",
        "priority": "优先级,priority,优先",
        "hours": "服务时间,hours,值守时间",
        "boundary": _BOUNDARY,
    },
    "categories": {
        "code": "类别编码,code,category_code,编码,类别代码,代码,id",
        "parent_code": "上级编码,parent_code,上级类别,父类编码,上级类别编码,大类编码,parent",
        "name": "类别名称,name,名称,事项名称",
        "name_en": _NAME_EN,
        "tags": "标签,tags",
        "keywords": "关键词,keywords,关键字",
        "sensitive": "是否敏感,sensitive,敏感",
        "level": "受理层级,level,层级",
        "position": "排序,position,序号,顺序",
        "limit_accept": "受理时限,limit_accept,立案时限",
        "limit_check_in": "报到时限,limit_check_in,签收时限",
        "limit_handle": "处置时限,limit_handle,办理时限,处理时限",
        "limit_verify": "核查时限,limit_verify,核实时限",
    },
    "places": {
        "code": "地名编码,code,place_code,编码,编号,标准地名编码,id",
        "kind": "地名类型,kind,类型,类别",
        "name": "地名,name,名称,地名名称,标准地名,小区名称",
        "name_en": _NAME_EN,
        "pinyin": "拼音,pinyin,汉语拼音",
        "address": "地址,address,详细地址",
        "longitude": _LON,
        "latitude": _LAT,
        "grid_code": _GRID_CODE,
    },
    "reports": {
        "id": "事项编号,id,编号,案件编号,工单编号,工单号,流水号,任务号,案卷编号,诉求编号,序号,"
        "source_number,report_id,case_id,unique_key,number",
        "client_id": "客户端编号,client_id",
        "number": "网格呼叫编号,number",
        "category": "事项类别,category,类别编码,category_code,类别,问题类别,案件类别,事件类别,事项类型,"
        "问题类型,小类,小类名称,type,complaint_type",
        "description": "问题描述,description,描述,事项描述,内容,诉求内容,事件描述,问题内容,事项内容,"
        "案件描述,详情,descriptor,text",
        "longitude": _LON,
        "latitude": _LAT,
        "accuracy_m": "定位精度,accuracy_m,精度,accuracy,gps精度,horizontal_accuracy",
        "grid_code": _GRID_CODE,
        "place_code": "地名编码,place_code",
        "place_text": "地名,place_text,小区名称,小区,村庄",
        "captured_at": "上报时间,captured_at,采集时间,发生时间,事发时间,发现时间,受理时间,登记时间,"
        "创建时间,来电时间,时间,日期,reported_at,created_at,created_date,datetime,timestamp,time,date",
        "source": "来源,source,上报来源,问题来源,案件来源,渠道,信息来源",
        "address": "地址,address,详细地址,事发地址,地点,发生地点,位置,位置描述,事发地点",
        "urgent": "是否紧急,urgent,紧急",
        "reporter_name": "上报人,reporter_name,诉求人,反映人,来电人,姓名,联系人,上报人姓名",
        "reporter_phone": f"{_TELEPHONE},reporter_phone,上报人电话,来电号码",
        "received_at": "接收时间,received_at,收到时间",
        "status": "状态,status,办理状态,案件状态,事项状态",
        "closed_at": "办结时间,closed_at,结案时间,完成时间,办理完成时间,closed_date",
        "outcome": "办结方式,outcome",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Mapped:
    """Fields found in a file.

    Attributes
    ----------
    columns
        Field to heading as the file has it.
    unused
        Headings that are no field of this kind, or that came second for one.
    """

    columns: Mapping[str, str]
    unused: tuple[str, ...]

    def heading(self, name: str) -> str:
        """Return how to speak of a field: the file's own heading, or the field's name."""
        return self.columns.get(name, name)


def map_headings(
    kind: Kind, headings: tuple[str, ...], *, chosen: Mapping[str, str | None] | None = None
) -> Mapped:
    """Say which heading holds which field.

    Parameters
    ----------
    kind
        What the file holds.
    headings
        The file's headings.
    chosen
        Field to heading as the person said by option; None entries are ignored.

    Raises
    ------
    InvalidInput
        If a chosen heading is not in the file.

    Examples
    --------
    >>> dict(map_headings("reports", ("经度", "纬度 (WGS84)", "x")).columns)
    {'longitude': '经度', 'latitude': '纬度 (WGS84)'}
    """
    by_normal = _first_by_normal(headings)
    columns = {
        name: _chosen_heading(name, heading, headings, by_normal)
        for name, heading in (chosen or {}).items()
        if heading is not None
    }
    taken = set(columns.values())
    for name, synonyms in _synonyms(kind).items():
        if name in columns:
            continue
        for synonym in synonyms:
            heading = by_normal.get(synonym) or _cut_heading(synonym, by_normal)
            if heading is not None and heading not in taken:
                columns[name] = heading
                taken.add(heading)
                break
    return Mapped(columns, tuple(heading for heading in headings if heading not in taken))


def known_headings(kind: Kind) -> frozenset[str]:
    """Return every normalised heading that is a field of `kind`."""
    return frozenset(synonym for synonyms in _synonyms(kind).values() for synonym in synonyms)


def field_headings(kind: Kind) -> dict[str, str]:
    """Return each field of `kind` with the Chinese heading a template gives it."""
    first = {name: synonyms.split(",")[0] for name, synonyms in _HEADINGS[kind].items()}
    return first | ({"boundary": "边界"} if "boundary" in first else {})


def normalised(heading: str) -> str:
    """Return a heading without what people add to it."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(r"[(\[【<].*?[)\]】>]", "", text)
    return re.sub(r"[\s_\-*::.]+", "", text)


@cache
def _synonyms(kind: Kind) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(normalised(synonym) for synonym in synonyms.split(","))
        for name, synonyms in _HEADINGS[kind].items()
    }


def _first_by_normal(headings: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for heading in headings:
        found.setdefault(normalised(heading), heading)
    return found


def _cut_heading(synonym: str, by_normal: Mapping[str, str]) -> str | None:
    """Find a heading that a shapefile cut to 10 bytes: 网格编码 became 网格编 in UTF-8."""
    for encoding in ("utf-8", "gb18030"):
        raw = synonym.encode(encoding)
        if len(raw) > 10:
            cut = raw[:10].decode(encoding, errors="ignore")
            if len(cut) >= 3 and cut in by_normal:
                return by_normal[cut]
    return None


def _chosen_heading(
    name: str, heading: str, headings: tuple[str, ...], by_normal: Mapping[str, str]
) -> str:
    if heading in headings:
        return heading
    found = by_normal.get(normalised(heading))
    if found is None:
        raise InvalidInput.of(
            name, f"the file has no column {heading!r}; it has {', '.join(headings)}"
        )
    return found
