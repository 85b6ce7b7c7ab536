"""说了几个、就列几个：“菜场4个，分别为……”点了几个名；“四个到位”后面有几个一是、二是；已开几次、这是第几次；一部分里的又有几个。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from xushi.documents.checking.binding import OPERANDS, at_most, sum_of
from xushi.documents.checking.judging import Claim, Claimed, close_by
from xushi.documents.checking.quantities import Kind, number_in, numeral
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_MANY = r"(?<![\d零一二三四五六七八九十百千.])(?P<many>\d{1,2}|[两二三四五六七八九十]|十[一二三四五])"
_NAMED = re.compile(
    _MANY + r"(?:个|家|所|座|处|条|名|项|类|镇|村)(?P<what>[\u4e00-\u9fff]{0,10}?)(?:，|。|：|（)?"
    r"(?:分别为|分别是|即|依次为|依次是)：?"
    r"(?P<names>[^，。；：\d]+?)(?=[，。；）\n]|$)"
)
_HEARD = re.compile(
    r"听取了?"
    + _MANY
    + r"(?:个|家)(?:部门|单位|街道|镇街|镇)[^，。；]{0,16}[，。](?P<names>[^，。；\d]{6,80}?)(?:分别|先后|依次)"
)
_SLOGAN = re.compile(
    r"“(?P<many>[两二三四五六七八九])(?:个|项)?[^“”\d]{1,6}”[^。；\n]{0,12}?[：，](?P<rest>一是[^\n]{4,400})"
)
_POINTS = "一二三四五六七八九十"
_MEETING = re.compile(
    r"(?:此前|之前|已经|先后)[^，。；]{0,4}(?:召开|举行|组织|开展)(?:了)?(?P<before>\d{1,3})次[^。；]{0,6}[，,](?:本次|这次|此次)[^，。；]{0,4}(?:为|是)(?P<whole>第(?P<now>\d{1,3})次)"
)
_OF_THEM = re.compile(r"(?P<what>[\u4e00-\u9fff]{3,6}?)(?:的)?(?:项目|企业|单位|问题|事项|小区|部分)?中$")
_YEARS_PLAN = re.compile(
    r"(?P<n>[两二三四五六七八九十])年(?:行动|攻坚|提升|推进|实施|工作|建设)*(?:计划|方案|行动)》?（(?P<a>\d{4})\s*年?\s*(?:至|—|-)\s*(?P<b>\d{4})\s*年?）"
)
_LASTED = re.compile(
    r"(?:自|从)(?P<a>\d{4})年(?P<c>\d{1,2})月[^。；\d]{0,10}，?(?:至|到)(?P<b>\d{4})年(?P<d>\d{1,2})月[^。；\d]{0,10}，"
    r"(?:历时|前后|为期|共)(?P<all>(?P<n>[一两二三四五六七八九十])年)(?!多|余)"
)
_PLANS = {"十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026}
_YEAR_OF_THE_PLAN = re.compile(
    r"(?P<y>\d{4})年是“?(?P<plan>十[一二三四五]五)”?[^。，；]{0,22}?(?P<word>第(?P<n>[一二三四五])年|开局之年|收官之年|最后一年)"
)
_RESPECTIVELY = re.compile(
    _MANY + r"(?:个|类|大|方面|项)?[\u4e00-\u9fff]{1,8}，?分别(?:为|是|有)?(?:[\u4e00-\u9fff]{0,8})$"
)
_UNFIT = (Role.CHANGE, Role.MEAN, Role.BASE)


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What is counted and then told by name, one by one."""
    yield from _names(text)
    yield from _slogans(text)
    yield from _meetings(text)
    yield from _plans(text)
    yield from _lasted(text)
    yield from _of_the_plan(text)
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        yield from _of_them(text, here)
        yield from _respectively(here, told)


def _serial(start: int, words: str, held: bool, why: str) -> Claim:
    return Claim(Claimed.SERIAL, start, start + len(words), words, held, words=why)


def _names(text: Text) -> Iterator[Claim]:
    """便民菜场4个，分别为万寿菜场、大桥菜场、泰山菜场."""
    for pattern in (_NAMED, _HEARD):
        for match in pattern.finditer(text.regular):
            names = [name for name in re.split(r"[、和及与]|以及", match["names"]) if name.strip()]
            listed = match["names"].count("、")
            if any(re.search(r"[一二两三四五六七八九十][个家项件名所处]$", name) for name in names):
                continue  # 分别为高新区十二个、经开区九个
            if not listed or match["names"].rstrip().endswith("等") or "等" in names[-1][-2:]:
                continue
            many = number_in(match["many"])
            held = many in (len(names), listed + 1, listed + 2)
            if not held and any(len(name) > 12 for name in names):
                continue
            yield _serial(match.start("many"), match["many"], held, f"列出的是{len(names)}个")


def _slogans(text: Text) -> Iterator[Claim]:
    """“四个到位”：一是……，二是……，三是……."""
    for match in _SLOGAN.finditer(text.regular):
        many = number_in(match["many"])
        last = max((at for at, mark in enumerate(_POINTS, 1) if f"{mark}是" in match["rest"]), default=0)
        if last >= 2:
            yield _serial(match.start("many"), match["many"], last == many, f"后面列了{last}条")


def _meetings(text: Text) -> Iterator[Claim]:
    """此前已召开8次，本次为第10次."""
    for match in _MEETING.finditer(text.regular):
        held = int(match["now"]) == int(match["before"]) + 1
        yield _serial(
            match.start("whole"),
            match["whole"],
            held,
            f"此前{match['before']}次，这次是第{int(match['before']) + 1}次",
        )


def _plans(text: Text) -> Iterator[Claim]:
    """三年行动计划（2021—2024年）."""
    for match in _YEARS_PLAN.finditer(text.regular):
        years = int(match["b"]) - int(match["a"]) + 1
        words = f"{match['n']}年"
        yield Claim(
            Claimed.DATE, match.start(), match.start() + len(words), words, number_in(match["n"]) == years,
            words=f"起止是{years}年",
        )  # fmt: skip


def _of_the_plan(text: Text) -> Iterator[Claim]:
    """2018年是“十三五”规划实施的第二年; 2022年是“十四五”规划的收官之年."""
    for match in _YEAR_OF_THE_PLAN.finditer(text.regular):
        first = _PLANS[match["plan"]]
        which = int(match["y"]) - first + 1
        told = numeral(match["n"]) if match["n"] else (1 if match["word"].startswith("开局") else 5)
        words = f"“{match['plan']}”是{first}年到{first + 4}年，这一年是第{which}年"
        yield Claim(
            Claimed.DATE, match.start("word"), match.end("word"), match["word"], told == which, words=words
        )


def _lasted(text: Text) -> Iterator[Claim]:
    """自2021年7月启动，至2023年6月结束，历时三年."""
    for match in _LASTED.finditer(text.regular):
        months = (int(match["b"]) - int(match["a"])) * 12 + int(match["d"]) - int(match["c"])
        told = number_in(match["n"]) * 12
        held = told - 6 <= months + 1 <= told + 6
        words = f"前后只有{months + 1}个月"
        yield Claim(Claimed.DATE, match.start("all"), match.end("all"), match["all"], held, words=words)


def _of_them(text: Text, here: Sequence[Mention]) -> Iterator[Claim]:
    """已开工21个；已开工项目中，纳统入库的有23个: of those told before by the same words."""
    for one in here:
        start = one.quantity.start - len(one.phrase)
        clause = text.regular[max(0, start - 16) : start]
        told = (
            _OF_THEM.search(re.split(r"[，。；、：]", clause.rstrip("，"))[-1])
            if clause.endswith("，")
            else None
        )
        if told is None or one.kind is not Kind.COUNT or one.role in _UNFIT:
            continue
        wholes = [
            x
            for x in text.mentions
            if x.before(one)
            and x.paragraph == one.paragraph
            and x.like == one.like
            and x.label.endswith(told["what"])
        ]
        if wholes:
            yield at_most(one, wholes[-1])


def _respectively(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """2314处，涉及四个领域，分别为危化品286处……: as many as there are fields, so they are all of it."""
    for place, first in enumerate(here):
        named = _RESPECTIVELY.search(first.lead)
        if named is None or first.kind not in OPERANDS or "其中" in first.lead[-20:]:
            continue
        many = number_in(named["many"])
        row = here[place : place + many]
        wholes = [x for x in here[:place] if x.like == first.like and x.role not in _UNFIT]
        behind = here[place + many : place + many + 1]
        if len(row) < many or not wholes or any(x.like != first.like or x.role in _UNFIT for x in row):
            continue
        if (behind and behind[0].like == first.like and behind[0].clause - row[-1].clause <= 1) or many < 2:
            continue
        whole = wholes[-1]
        if (
            whole.quantity.start in told
            or whole.quantity.hedged
            or whole.quantity.value < max(x.quantity.value for x in row)
        ):
            continue
        made = sum_of(whole, row)
        if close_by(made, Decimal("0.3")):
            yield made
