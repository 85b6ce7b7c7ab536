"""说走势的词：翻番、持平、小幅、由负转正、双增长、收窄、连续三个月回升、逐年下降——用旁边前后的数来核。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from xushi.documents.checking.judging import Claim, Severity
from xushi.documents.checking.nearby import Nearby, worded
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_DOUBLED = re.compile(
    r"(?P<word>翻(?:了)?(?P<many>[一两]|)番|(?:数量|规模|总量)?(?:实现)?倍增(?!计划|行动|工程)|成倍增长|增长(?:了)?一倍以上)"
)
_LEVEL = re.compile(
    r"(?:与|和|同)(?:上年|去年|上月|上季度|年初|同期|上年同期|去年同期)(?:基本)?(?P<word>持平)"
)
_SIZED = re.compile(
    r"(?P<word>(?P<size>大幅|小幅|略有|微)(?:度)?(?P<to>增长|上升|提高|提升|攀升|下降|减少|回落|降低|下滑))(?=[，。；、])"
)
_SIGN = re.compile(
    r"(?P<word>(?:由|从)负(?:转|变)正|转负为正|扭亏(?:为盈|转盈)|(?:由|从)正(?:转|变)负|由盈转亏)"
)
_DOUBLE = re.compile(
    r"(?P<word>双(?P<up>增长|增(?!收)|提升|上升|升(?!级))|双(?:下降|降(?!碳|解)))(?=[，。；、]|态势|目标)"
)
_WIDTH = re.compile(
    r"(?P<what>降幅|跌幅|增幅|增速|差距|缺口|剪刀差)(?:比?[^，。；\d]{0,6}?)(?P<word>收窄|缩小|扩大|拉大|加深|加快|回落|放缓)(?=[，。；、]|态势)"
)
_IN_A_ROW = re.compile(
    r"(?P<word>连续(?P<many>[两二三四五六七八九十\d]{1,2})(?:个)?(?:月|季度|年)(?:保持|实现|呈现?|出现)?(?P<to>回升|上升|增长|增加|提高|攀升|下降|回落|减少|降低|走低|走高))"
)
_BY_AND_BY = re.compile(
    r"(?P<word>逐[月年季](?:度)?(?P<to>回升|上升|增长|增加|提高|攀升|递增|下降|回落|减少|降低|递减|走低|走高|扩大|收窄))"
)
_UPWARD = re.compile(r"回升|上升|增|提|攀升|走高|扩大|升")
_FELL = re.compile(r"下降|减少|回落|降低|下滑|萎缩|负增长|亏损|降")
_ROSE = re.compile(r"增长|上升|提高|增加|攀升|提升|增")
_EARLIER = re.compile(r"上年|去年|上月|上季|年初|起步|[由从]|原(?!因)|同[期月]|前一年|前年|上一|期初|以前")
_BETWEEN = re.compile(
    r"[，了已的]|实现|[三四五六七八九十]年|成功|基本|总体|数量|规模|较?[上去]年|同比|降幅|也|呈|略"
)
_YEAR = re.compile(r"(\d{4})\s*年")
_OTHER_TIME = re.compile(r"目标|计划|预计|力争|任务")
_OF_RATES = re.compile(r"[增降跌]幅|增速")
_STEP = re.compile(
    r"^(?:和|及|与)?(?:\d{4}年|\d{1,2}月份?|[一二三四]季度|第[一二三四]季度|上半年|下半年|(?:去|今|前|上)年)?(?:为|是)?$"
)
_LEAST = {"一": Decimal("1.94"), "": Decimal("1.94"), "两": Decimal("3.85")}
_NOT_GREAT, _NOT_SMALL, _NOT_LEVEL = Decimal("0.03"), Decimal("0.2"), Decimal("0.03")


def claims(text: Text) -> Iterator[Claim]:
    """What a word says of how numbers went."""
    near = Nearby(text)
    yield from _doubled(near)
    yield from _level(near)
    yield from _sized(near)
    yield from _sign(near)
    yield from _double(near)
    yield from _width(near)
    yield from _rows(near)


def _then_and_now(near: Nearby, place: int, sentence: int) -> tuple[Mention, Mention] | None:
    """The two values before a word, the earlier first; None where there are others they could be."""
    last = near.before(place, sentence)
    values = [one for one in last if one.role is not Role.CHANGE and one.kind is not Kind.SERIAL]
    if len(values) < 2 or len(last) > len(values):
        return None
    one, other = values[-2:]
    between = near.text.regular[other.quantity.end : place]
    if one.kind in (Kind.RANK, Kind.TIMES) or len(_BETWEEN.sub("", between)) > 2:
        return None  # the word has a subject of its own
    alike = [more for more in values if more.like == one.like]
    if one.like != other.like or len(alike) != 2 or _OTHER_TIME.search(one.label + other.label):
        return None
    first, second = _YEAR.findall(one.phrase), _YEAR.findall(other.phrase)
    if first and second and first[-1] != second[-1]:
        return (one, other) if first[-1] < second[-1] else (other, one)
    old, new = _EARLIER.search(one.label), _EARLIER.search(other.label)
    if bool(old) == bool(new):
        return None
    return (one, other) if old else (other, one)


def _growth(then: Mention, now: Mention) -> Decimal | None:
    base = then.quantity.value
    return now.quantity.value / base if base > 0 and now.quantity.value > 0 else None


def _doubled(near: Nearby) -> Iterator[Claim]:
    """由4.9亿元增加到8.7亿元，翻了一番; 起步时170家，收官时214家，数量倍增."""
    for sentence, match in near.found(_DOUBLED):
        pair = _then_and_now(near, match.start(), sentence)
        times = _growth(*pair) if pair else None
        if pair and times:
            held = times >= _LEAST[match["many"] or ""]
            yield worded(match, "word", held, pair[::-1], f"只有{times:.2f}倍")


def _level(near: Nearby) -> Iterator[Claim]:
    """今年103.7万元，上年118.4万元，与上年持平."""
    for sentence, match in near.found(_LEVEL):
        pair = _then_and_now(near, match.start(), sentence)
        times = _growth(*pair) if pair else None
        if pair and times:
            words = f"{pair[0].quantity.text}与{pair[1].quantity.text}相差{abs(times - 1) * 100:.1f}%"
            yield worded(match, "word", abs(times - 1) <= _NOT_LEVEL, pair[::-1], words)


def _sized(near: Nearby) -> Iterator[Claim]:
    """3.31万人次，比上年的3.30万人次大幅增长; 1.74亿千瓦时，去年同月为3.02亿千瓦时，小幅下降."""
    for sentence, match in near.found(_SIZED):
        pair = _then_and_now(near, match.start(), sentence)
        times = _growth(*pair) if pair else None
        if pair is None or times is None:
            continue
        by = times - 1 if _UPWARD.search(match["to"]) else 1 - times
        held = by >= _NOT_GREAT if match["size"] == "大幅" else 0 <= by <= _NOT_SMALL
        words = f"由{pair[0].quantity.text}到{pair[1].quantity.text}，变了{(times - 1) * 100:.1f}%"
        yield worded(match, "word", held, pair[::-1], words, severity=Severity.WARNING)


def _sign(near: Nearby) -> Iterator[Claim]:
    """1—7月下降0.6%，1—6月下降4.1%，由负转正: all that is told is on one side."""
    for sentence, match in near.found(_SIGN):
        told = [*near.before(match.start(), sentence), *near.after(match.end(), sentence)]
        up = (
            "负转正" in match["word"]
            or "负变正" in match["word"]
            or match["word"].startswith(("转负", "扭亏"))
        )
        wrong, right = (_FELL, _ROSE) if up else (_ROSE, _FELL)
        loss = "亏" in match["word"]
        sides = [
            one
            for one in told
            if one.kind is (Kind.MONEY if loss else Kind.PERCENT)
            and (
                wrong.search(one.label) or right.search(one.label) or "盈" in one.label or "利润" in one.label
            )
        ]
        sides = [one for one in sides if loss or one.role is Role.CHANGE]
        if len(sides) < 2 or re.search(r"减亏|减少亏损|减", sides[-1].label):
            continue
        if loss:
            held = not (all("亏损" in one.label for one in sides) and up)
        else:
            held = any(right.search(one.label) for one in sides) or any(
                not wrong.search(one.label) for one in sides
            )
        yield worded(match, "word", held, tuple(sides), f"前后写的都是{sides[0].label[-4:]}")


def _double(near: Nearby) -> Iterator[Claim]:
    """增长5.4%；利润总额下降3.8%，实现双增长."""
    for sentence, match in near.found(_DOUBLE):
        changes = [
            one
            for one in near.before(match.start(), sentence, back=1)
            if one.role is Role.CHANGE and one.kind is Kind.PERCENT
        ]
        if len(changes) != 2:
            continue
        wrong, right = (_FELL, _ROSE) if match["up"] else (_ROSE, _FELL)
        against = [one for one in changes if wrong.search(one.label) and not right.search(one.label)]
        words = f"写的有{against[0].label[-4:]}{against[0].quantity.text}" if against else ""
        yield worded(match, "word", not against, tuple(changes), words)


def _width(near: Nearby) -> Iterator[Claim]:
    """前三季度下降6.5%，上半年下降5.2%，降幅收窄; 差距由3.4个百分点变为2.1个百分点，进一步扩大."""
    for sentence, match in near.found(_WIDTH):
        told = [
            one
            for one in near.before(match.start(), sentence)
            if one.kind in (Kind.PERCENT, Kind.POINTS) and one.role is Role.CHANGE
        ]
        pair = told[-2:]
        if len(told) != 2 or pair[0].like != pair[1].like:
            continue
        ordered = _by_time(*pair)
        if ordered is None or not _one_side(match["what"], pair):
            continue
        then, now = ordered
        if then.quantity.value == now.quantity.value:
            continue
        wider = match["word"] in ("扩大", "拉大", "加深", "加快")
        held = (now.quantity.value > then.quantity.value) == wider
        words = f"由{then.quantity.text}到{now.quantity.text}不是这样"
        yield worded(match, "word", held, (now, then), words)


def _one_side(what: str, pair: Sequence[Mention]) -> bool:
    if what in ("差距", "缺口", "剪刀差"):
        return what in pair[0].lead or "差" in pair[0].label or pair[0].kind is Kind.POINTS
    pattern, other = (_FELL, _ROSE) if what in ("降幅", "跌幅") else (_ROSE, _FELL)
    words = [one.label.replace("降幅", "").replace("增速", "增").replace("增幅", "增") for one in pair]
    return all(pattern.search(one) and not other.search(one) for one in words)


def _by_time(one: Mention, other: Mention) -> tuple[Mention, Mention] | None:
    """The earlier of two first, by their months or by what their words say."""
    old, new = _EARLIER.search(one.label), _EARLIER.search(other.label)
    if bool(old) != bool(new):
        return (one, other) if old else (other, one)
    if not old and one.period and other.period and one.period[1] != other.period[1]:
        return (one, other) if one.period[1] < other.period[1] else (other, one)
    return None


def _rows(near: Nearby) -> Iterator[Claim]:
    """2016年41起、2017年36起、2018年39起，连续两年下降; 分别为11.6、12.4、12.1，逐月上升."""
    for pattern in (_IN_A_ROW, _BY_AND_BY):
        for sentence, match in near.found(pattern):
            row = _row(near.before(match.start(), sentence))
            steps = _steps(match)
            if len(row) < 3 or (steps and len(row) < steps) or "分别" in row[0].lead:
                continue
            row = row[-(steps + 1) :] if steps else row
            ahead = near.text.regular[max(0, match.start() - 5) : match.start()]
            if (row[0].role is Role.CHANGE) != bool(_OF_RATES.search(ahead)):
                continue  # 分别增长8%、7%、6%，连续三年增长 is of the levels
            up = _UPWARD.search(match["to"]) is not None
            held = all(_went(one, other, up=up) for one, other in pairwise(row))
            words = "、".join(one.quantity.text for one in row) + "不是这样"
            yield worded(match, "word", held, tuple(row), words)


def _steps(match: "re.Match[str]") -> int:
    many = match.groupdict().get("many")
    return number_in(many) if many else 0


def _went(one: Mention, other: Mention, *, up: bool) -> bool:
    return (
        other.quantity.high > one.quantity.low if up else other.quantity.low < one.quantity.high
    ) and other.quantity.value != one.quantity.value


def _row(before: Sequence[Mention]) -> list[Mention]:
    """The numbers one after the other right before a word: of months or years, or behind 分别."""
    row: list[Mention] = []
    for one in reversed(before):
        if row and (row[-1].like != one.like or not _STEP.match(row[-1].label)):
            break
        if one.kind is Kind.SERIAL:
            break
        row.append(one)
    return row[::-1]
