"""Planted outbreaks: several reports of one cause, near in place and time, to be found again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from data.zhucheng.frame import SHANGHAI


@dataclass(frozen=True)
class Outbreak:
    """One cause with its reports.

    Attributes
    ----------
    started_at
        Local time of the first report.
    minutes
        Within how long all of them come in.
    radius_m
        Within how far of the place they lie.
    lead, assisting, cause
        Who handled them, empty for the matched body; and what it was.
    first_source
        Source of the first report, empty for any.
    texts
        What they say, in turn.
    """

    code: str
    name: str
    category: str
    lon: float
    lat: float
    started_at: dt.datetime
    minutes: int
    count: int
    radius_m: float
    cause: str
    texts: tuple[str, ...]
    lead: str = ""
    assisting: tuple[str, ...] = ()
    first_source: str = ""


def _at(month: int, day: int, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(2022, month, day, hour, minute, tzinfo=SHANGHAI)


OUTBREAKS = (
    Outbreak(
        "shenglong", "盛龙花园水压低", "water.low_pressure", 119.4226, 35.9956, _at(7, 16, 18, 20), 80, 7, 85,
        "总阀门损坏",
        ("盛龙花园3号楼4-6楼没水", "盛龙花园5号楼五楼水压低，洗澡水流很小", "盛龙花园4楼以上没水，三楼以下正常",
         "盛龙花园7号楼六楼一点水也上不来", "盛龙花园高层没水，物业说泵是好的", "盛龙花园2号楼4-6楼水压太低",
         "盛龙花园6号楼五楼没水，家里有老人"),
        lead="water",
    ),
    Outbreak(
        "yuewang", "岳旺电缆被挖断", "cables.owner_unknown", 119.2518, 36.1953, _at(5, 24, 9, 40), 70, 4, 90,
        "第三方施工破坏",
        ("岳旺蔬菜门市门口线缆被挖断，店里停电断网，不知道谁的线", "岳旺施工挖断电缆，电力通信都说不是自己的",
         "岳旺蔬菜门市冷库没电，菜要坏了，电缆被挖断", "岳旺路边断了一根不明线缆，冒过火花"),
        lead="urban_management", assisting=("power", "telecom"), first_source="party_branch",
    ),
    Outbreak(
        "shunwang-power", "舜王停电", "power.outage", 119.3462, 36.0337, _at(8, 6, 20, 10), 60, 9, 180,
        "变压器过载", ("突然停电，几栋楼都黑了", "家里没电，空调停了，热得受不了", "整个小区停电，电梯也停了"),
    ),
    Outbreak(
        "longdu-flood", "龙都内涝", "drainage.flooding", 119.3785, 35.9602, _at(7, 28, 6, 30), 90, 12, 220,
        "恶劣天气", ("路口积水过膝", "地下车库进水", "低洼处水深半米，车熄火", "楼道进水，一楼家里也淹了"),
    ),
    Outbreak(
        "xinghua-heating", "兴华片区暖气不热", "heating.not_warm", 119.4105, 35.9874, _at(1, 12, 7, 0), 150, 8, 170,
        "换热站停泵", ("早上起来暖气冰凉", "暖气不热，室内只有14度", "半夜开始不热，孩子冻感冒了"),
    ),
    Outbreak(
        "xinxing-gas", "辛兴停气", "gas.outage", 119.5551, 36.0007, _at(2, 3, 17, 30), 75, 6, 160,
        "调压箱冻堵", ("家里打不着火", "停气了，没有接到通知", "做饭没气，整个单元都这样"),
    ),
    Outbreak(
        "jiayue-garbage", "贾悦市场垃圾积压", "sanitation.garbage", 119.1316, 36.0211, _at(6, 18, 8, 0), 110, 6, 110,
        "清运车故障", ("市场垃圾没人清，臭了", "烂菜叶堆到路上", "垃圾桶满了三天没人收"),
    ),
    Outbreak(
        "changcheng-lights", "昌城路灯成片不亮", "roads.streetlight", 119.5049, 36.1255, _at(1, 25, 18, 30), 100, 5, 200,
        "控制箱跳闸", ("一条街路灯都不亮", "路灯不亮，晚上很黑，刚有人摔倒", "整排路灯灭了"),
    ),
    Outbreak(
        "zhigou-water", "枳沟水质发黄", "water.quality", 119.1958, 35.9206, _at(8, 19, 7, 20), 120, 8, 190,
        "管网冲洗", ("自来水发黄有沉淀", "水浑，不敢用来做饭", "早上放出来的水是黄的"),
    ),
    Outbreak(
        "xiangzhou-network", "相州断网", "telecom.outage", 119.4252, 36.1748, _at(4, 21, 20, 0), 80, 6, 200,
        "光交箱断电", ("宽带断网，网课上不了", "整栋楼上不了网", "网络断了，电视也没信号"),
    ),
    Outbreak(
        "changcheng-odour", "昌城异味", "environment.odour", 119.5068, 36.1284, _at(6, 30, 21, 0), 90, 9, 250,
        "污水处理设施检修", ("一股刺鼻的臭味，开不了窗", "味道很大，熏得头疼", "厂区方向飘来异味"),
    ),
    Outbreak(
        "longdu-noise", "龙都广场噪声", "street_order.noise", 119.3812, 35.9571, _at(9, 9, 20, 30), 70, 6, 130,
        "商业演出", ("广场搭台演出，音响震得窗户响", "音响太吵，孩子没法写作业", "演出噪音扰民"),
    ),
    Outbreak(
        "nanguan-sewage", "南关污水外溢", "drainage.sewage_overflow", 119.4171, 35.9806, _at(9, 3, 9, 0), 100, 5, 120,
        "淤堵", ("污水从井里往外冒", "污水外溢，流到商户门口", "整条巷子都是污水"),
    ),
)  # fmt: skip
"""All outbreaks; the first two are the stories of the documentation."""
