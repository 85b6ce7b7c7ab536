"""单位：元、个、亩、%……每个单位是哪一类、合多少；前面的万、亿是倍数，不是单位。"""

import re
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What sort of quantity: only like is compared with like."""

    COUNT = "count"
    MONEY = "money"  # 元, 美元
    PERCENT = "percent"  # of a hundred
    POINTS = "points"  # 个百分点
    TIMES = "times"  # 倍
    RANK = "rank"  # 第N名
    SERIAL = "serial"  # 第N批
    SCORE = "score"  # 分
    THRESHOLD = "threshold"  # 10亿元以上: names a class, measures nothing
    OTHER = "other"  # 亩, 公里, 天 …: a measure, summed with its own only


MAGNITUDES = {
    "万亿": 10**12, "千亿": 10**11, "百亿": 10**10, "十亿": 10**9, "千万": 10**7, "百万": 10**6, "十万": 10**5,
    "亿": 10**8, "万": 10**4, "千": 10**3,
}  # fmt: skip
MONEY = ("元", "美元", "欧元", "港元", "日元", "英镑")
COUNTERS = (
    "个标段", "个", "项", "家次", "家", "件次", "件", "户次", "户", "人次", "人", "名", "位", "条", "起", "宗", "座",
    "处", "台套", "台", "套", "份", "所", "批次", "批", "支", "场次", "场", "轮", "辆", "车次", "次", "只", "栋", "幢",
    "组", "张", "票", "笔", "例", "趟", "幅", "根", "艘", "架", "株", "盏", "篇", "枚", "班次",
)  # fmt: skip
ARABIC_ONLY = (
    "期", "类", "种", "村", "部", "门", "站", "口", "头", "段", "节", "本", "片", "块", "间", "层", "册", "款", "棵",
    "对",
)  # fmt: skip
LENGTHS = (
    "平方米", "平方公里", "平方千米", "立方米", "亩", "公顷", "公里", "千米", "米", "吨标准煤", "吨", "公斤", "斤",
    "千瓦时", "千瓦", "兆瓦", "毫米", "厘米", "千伏", "微克", "毫克", "标准箱", "标箱", "床",
)  # fmt: skip
SPANS = ("小时", "个工作日", "工作日", "天", "个月", "年", "分钟", "秒", "学时", "课时")
_PLAIN = {
    "%": (Kind.PERCENT, "%", Decimal(1)),
    "成": (Kind.PERCENT, "%", Decimal(1)),
    "‰": (Kind.PERCENT, "%", Decimal("0.1")),
    "个百分点": (Kind.POINTS, "个百分点", Decimal(1)),
    "百分点": (Kind.POINTS, "个百分点", Decimal(1)),
    "倍": (Kind.TIMES, "倍", Decimal(1)),
    "分": (Kind.SCORE, "分", Decimal(1)),
    "亿": (Kind.MONEY, "元", Decimal(10**8)),
}
_ALL = (*MONEY, *COUNTERS, *ARABIC_ONLY, *LENGTHS, *SPANS, *_PLAIN)
UNIT = (
    f"(?:{'|'.join(sorted(MAGNITUDES, key=len, reverse=True))})?"
    f"(?:{'|'.join(sorted(_ALL, key=len, reverse=True))})"
)
_MAGNITUDE = re.compile("|".join(sorted(MAGNITUDES, key=len, reverse=True)))
NOT_UNITS = {
    "分": "之别类为工管布区局支析", "项": "目", "人": "大民均才口", "名": "单录称", "位": "居于列置数", "条": "件例",
    "组": "织成长", "处": "理于置", "次": "数年", "件": "套", "亿": "吨人千户平美欧港斤立株", "元": "月旦素",
    "年": "度初底末内来均", "台": "积湾账风", "成": "立效果为员功本绩熟品交就都", "场": "所地馆", "起": "步来点",
    "家": "级具庭", "个": "别性", "村": "级庄民", "期": "间限货", "部": "门分委署", "门": "户槛", "口": "岸径",
    "节": "点能约", "段": "时", "本": "级地年月市区省科", "对": "标", "头": "部", "站": "点位", "块": "状", "层": "级",
    "种": "植", "类": "别", "片": "区", "间": "隔", "米": "高", "度": "假", "床": "位头", "款": "项", "支": "付出",
    "张": "家江", "所": "属有", "架": "构空",
}  # fmt: skip


def scaled_unit(written: str) -> tuple[Kind, str, Decimal]:
    """What a unit with its magnitude makes of a number: its kind, the unit it is kept in, and how many of those it is."""
    if written in _PLAIN:
        return _PLAIN[written]
    found = _MAGNITUDE.match(written)
    unit, factor = (written, Decimal(1))
    if found and written[found.end() :] in _ALL and written not in _ALL:
        unit, factor = written[found.end() :], Decimal(MAGNITUDES[found.group()])
    if unit in MONEY:
        return Kind.MONEY, unit, factor
    if unit == "工作日":
        unit = "个工作日"
    return Kind.OTHER if unit in LENGTHS + SPANS else Kind.COUNT, unit, factor


def magnitude(printed: str) -> tuple[str, int]:
    """万 of 1.35万亩: the magnitude that stands right after the digits, and how many it is."""
    found = re.search(rf"[\d零一二两三四五六七八九十]\s*({_MAGNITUDE.pattern})", printed)
    return (found[1], MAGNITUDES[found[1]]) if found else ("", 1)
