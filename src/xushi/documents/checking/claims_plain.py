"""平铺直叙的几样：一句里逐个列出又合计、与全市平均相比、环比、少支多收、实际与计划、率与几分之几。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import sum_of
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    claim_of,
    close_by,
    directed_by,
    divided,
    of,
    scaled,
    taken,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_TOTAL = re.compile(r"^(?:合计|共计|总计|总共|一共|合共)(?:有|为)?$")
_OF_ALL = re.compile(
    r"(?:[两二三四五六七八九十]|\d{1,2})(?:个|家|项|类)[\u4e00-\u9fff]{0,6}?(?:共|合计|总计|累计)[\u4e00-\u9fff]{0,6}$"
)
_NO_RUN = re.compile(r"调出|退出|核减|剔除|扣除|重复|交叉|同时|净")
_NEAR = Decimal("0.15")
_MORE = re.compile(r"快于|高于|领先|超过|超出|好于|优于|快|高|多")
_LESS = re.compile(r"慢于|低于|落后|滞后|少于|慢|低|少")
_OF_OTHERS = re.compile(r"全市|全省|全国|全区|平均|序时|第一名|首位|榜首")
_THAN_MEAN = re.compile(
    r"(?P<more>高于|快于|好于|优于|领先于?|超过)(?:全市|全省|全国|全区)?(?:平均)?(?:水平|增幅|增速|值)?(?=[，。；]|$)"
    r"|(?P<less>低于|慢于|落后于?)(?:全市|全省|全国|全区)?(?:平均)?(?:水平|增幅|增速|值)?(?=[，。；]|$)"
)
_MONTH_ON_MONTH = re.compile(r"环比")
_SPENT = re.compile(
    r"^(?P<more>多|超|增)(?:[支收交用投缴拨付开]|开工|竣工|完成|签约|办结)?$|^(?P<less>少|减|节)(?:[支收交用投缴拨付开约]|开工|竣工|完成|签约|办结)?$"
)
_BASE = re.compile(r"^[，]?(?:比|较)")
_PLANNED = re.compile(r"计划|目标|任务|应(?!急)|下达")
_ACTUAL = re.compile(r"实际|已|完成|累计|实")
_OVER = re.compile(r"(?<!未)(?<!不)(?<!没有)超额完成")
_WISHED = re.compile(r"力争|确保|争取|努力|要求|推动|将|预计")


def claims(text: Text) -> Iterator[Claim]:
    """What one sentence says plainly of the numbers in it."""
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[number]
        yield from _sum_of_run(here)
        yield from _held_apart([one for one in here if one.kind is not Kind.RANK])
        yield from _than_mean(here, text.regular[start:end], start)
        yield from _month_on_month(here)
        yield from _spent(here)
        yield from _overdone(here, text.regular[start:end], start)
        yield from _rate_and_fraction(here)


def _sum_of_run(here: Sequence[Mention]) -> Iterator[Claim]:
    """产业97个、城建142个、民生78个，共计317个: every number of the sentence, each in a clause of its own."""
    for place, total in enumerate(here):
        if not (_TOTAL.match(total.label) or _OF_ALL.search(total.phrase)) or total.kind is Kind.PERCENT:
            continue
        parts = [one for one in here[:place] if one.clause != total.clause]
        clauses = [one.clause for one in parts]
        if (
            len(parts) < 2
            or any(one.like != total.like for one in parts)
            or len(set(clauses)) != len(clauses)
        ):
            continue
        if clauses[-1] != total.clause - 1 or clauses[-1] - clauses[0] != len(parts) - 1:
            continue
        freed = _OF_ALL.search(total.phrase) is None and _NO_RUN.search(total.lead)
        if freed or any(one.role in (Role.CHANGE, Role.SUM, Role.MEAN) for one in parts):
            continue
        made = sum_of(total, parts)
        if close_by(made, _NEAR):
            yield made


def _held_apart(here: Sequence[Mention]) -> Iterator[Claim]:
    """增长7.4%，全市平均8.1%，低于全市平均0.7个百分点; 64.2%，快于58.3%的序时进度5.9个百分点."""
    for one, other, apart in zip(here, here[1:], here[2:], strict=False):
        points = one.kind is other.kind is Kind.PERCENT and apart.kind is Kind.POINTS
        if not points and not (one.like == other.like == apart.like and one.kind is Kind.SCORE):
            continue
        words = apart.label if apart.clause != other.clause else other.label + apart.label
        if not _OF_OTHERS.search(apart.label) or not _OF_OTHERS.search(other.label + apart.label):
            continue
        more, less = _MORE.search(words), _LESS.search(words)
        if bool(more) == bool(less) or apart.clause - one.clause > 2 or re.search(r"同期|上年|去年", words):
            continue
        sign = 1 if more else -1
        allowed = directed_by(sign, taken(of(one.quantity), of(other.quantity)))
        computed = (one.quantity.value - other.quantity.value) * sign
        yield claim_of(Claimed.DIFFERENCE, apart.quantity, (one.quantity, other.quantity), computed, allowed)


def _than_mean(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """增长8.2%，全市平均增幅为8.9%，我区增幅高于全市平均水平: two numbers, then the word."""
    for match in _THAN_MEAN.finditer(sentence):
        before = [one for one in here if one.quantity.end <= start + match.start()]
        if len(before) != 2 or before[0].like != before[1].like or "平均" not in before[1].label:
            continue
        if any(one.quantity.start >= start + match.end() and one.clause == before[1].clause for one in here):
            continue
        if _WISHED.search(sentence[: match.start()]) or _OF_OTHERS.search(
            before[0].label.replace("全区", "")
        ):
            continue
        one, other = before[0].quantity, before[1].quantity
        held = one.high > other.low if match["more"] else one.low < other.high
        yield Claim(
            Claimed.ADJECTIVE, start + match.start(), start + match.end(), match.group(), held, (one, other), one.value,
            of(one), one.unit, words=f"一个是{one.text}，一个是{other.text}",
        )  # fmt: skip


def _month_on_month(here: Sequence[Mention]) -> Iterator[Claim]:
    """8月份47.2亿元，7月份为52.4亿元，环比下降9.9%: the month before is the base."""
    for one, other, rate in zip(here, here[1:], here[2:], strict=False):
        if rate.kind is not Kind.PERCENT or not _MONTH_ON_MONTH.search(rate.label) or one.like != other.like:
            continue
        if one.period is None or other.period is None or one.period[0] != one.period[1]:
            continue
        if other.period[0] != other.period[1] or one.period[0] - other.period[0] != 1:
            continue
        change = divided(of(one.quantity), of(other.quantity))
        up, down = re.search(r"增|升|涨|提高", rate.label), re.search(r"降|减|落|跌", rate.label)
        if change is None or not other.quantity.value or bool(up) == bool(down):
            continue
        sign = 1 if up else -1
        allowed = directed_by(sign, scaled((change[0] - 1, change[1] - 1), 100))
        computed = (one.quantity.value / other.quantity.value - 1) * 100 * sign
        yield claim_of(Claimed.GROWTH, rate.quantity, (one.quantity, other.quantity), computed, allowed)


def _spent(here: Sequence[Mention]) -> Iterator[Claim]:
    """实际12.37亿元，较调整预算12.80亿元少支0.43亿元."""
    for one, other, apart in zip(here, here[1:], here[2:], strict=False):
        word = _SPENT.match(apart.label)
        if word is None or not one.like == other.like == apart.like or not _BASE.match(other.phrase):
            continue
        sign = 1 if word["more"] else -1
        allowed = directed_by(sign, taken(of(one.quantity), of(other.quantity)))
        computed = (one.quantity.value - other.quantity.value) * sign
        yield claim_of(Claimed.DIFFERENCE, apart.quantity, (one.quantity, other.quantity), computed, allowed)


def _overdone(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """计划交付200套，实际交付187套，超额完成任务."""
    for match in _OVER.finditer(sentence):
        before = [one for one in here if one.quantity.end <= start + match.start()][-2:]
        if len(before) != 2 or before[0].like != before[1].like or _WISHED.search(sentence[: match.start()]):
            continue
        plan, done = before
        if not _PLANNED.search(plan.label) or not _ACTUAL.search(done.label) or _PLANNED.search(done.label):
            continue
        held = done.quantity.high > plan.quantity.low
        yield Claim(
            Claimed.ADJECTIVE, start + match.start(), start + match.end(), match.group(), held,
            (plan.quantity, done.quantity), done.quantity.value, of(done.quantity), done.quantity.unit,
            words=f"计划{plan.quantity.text}，实际{done.quantity.text}",
        )  # fmt: skip


def _rate_and_fraction(here: Sequence[Mention]) -> Iterator[Claim]:
    """回复率63.3%，超过三分之二: the fraction tells the rate before it again."""
    for rate, fraction in pairwise(here):
        if rate.kind is not fraction.kind or rate.kind is not Kind.PERCENT or fraction.label.strip():
            continue
        words = fraction.quantity.text
        if not re.search(r"分之|一半|半数", words) or "百分之" in words or fraction.clause - rate.clause != 1:
            continue
        if (
            rate.role not in (Role.RATE, Role.SHARE, Role.DONE_RATE, Role.START_RATE)
            or not fraction.quantity.hedged
        ):
            continue
        one, other = rate.quantity, fraction.quantity
        held = one.high >= other.low and one.low <= other.high
        yield Claim(
            Claimed.ADJECTIVE,
            other.start,
            other.end,
            words,
            held,
            (one,),
            one.value,
            of(one),
            "%",
            words=f"前面是{one.text}",
        )
