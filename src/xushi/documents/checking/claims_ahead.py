"""结论说在前、数摆在后的：“户均补助1.35万元。今年共补助216万元，惠及180户”；还有14个没有的、翻了一番的、是某年的4倍的。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, takewhile

from xushi.documents.checking.binding import OPERANDS, at_most, ratio
from xushi.documents.checking.claims_any import comes_near
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    claim_of,
    directed_by,
    divided,
    of,
    overlap,
    scaled,
    taken,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_NEAR = Decimal("0.25")  # of what is printed
_FEW = 6  # numbers looked at behind
_NO_RATE = re.compile(
    r"失业|出生|死亡|利率|汇率|税率|费率|容积|绿地|城镇化|市场|负债|自给|入学|就业|自有|满意|知晓|优良|能耗|贡献|序时|利润|均"
)
_A_RATE = re.compile(r"率|占比|比重|比例|占|面")
_PER = re.compile(
    r"(?:平均每个?(?P<noun>[\u4e00-\u9fff]{1,4})|(?P<one>人次|[户村人校项镇企家件场车台园宗次亩])均)[\u4e00-\u9fff]{0,10}$"
)
_BY = re.compile(r"按[^，。；]{2,16}(?:计算|测算|折算|口径)")  # over a number of its own
_MONTHS = {"一季度": 3, "二季度": 3, "三季度": 3, "四季度": 3, "上半年": 6, "下半年": 6, "前三季度": 9}
_MONTHLY = re.compile(r"(?:月均|平均每个?月)[\u4e00-\u9fff]{0,6}$")
_TURNOVER = re.compile(r"前三季度|[一二三四]季度|[上下]半年")
_LEFT = re.compile(r"(?:还有|尚有|仍有|目前有|现有)$")
_NOT = re.compile(r"[\u4e00-\u9fff]{0,6}?(?:没有|未|尚未|没|尚待|仍未)")
_DONE, _ASKED = re.compile(r"实际|已|完成"), re.compile(r"计划|应|任务|目标|需")
_PARTS = re.compile(r"分之|一半|半数")
_MONTH = re.compile(r"当月|单月")
_HALF = re.compile(r"(?P<word>双过半|(?<!超)过半(?!年))")
_DOUBLED = re.compile(r"(?P<word>翻了?一番|增长一倍|增加一倍)")
_FROM = re.compile(r"(?:由|从)[^，。；]{0,12}$")
_TO = re.compile(
    r"(?:增至|增加到|增长到|上升到|升至|提高到|扩大到|增加至|增长至)(?:\d{4}年|[^，。；\d]){0,10}$"
)
_TIMES_OF = re.compile(r"(?:相当于|是|为|达到?)[^，。；]{0,10}的?(?:约)?$")
_UP, _DOWN = re.compile(r"增长|上升|提高|增加|增幅"), re.compile(r"下降|减少|降低|回落|下滑|降幅")
_NOT_PAIRED = (Role.CHANGE, Role.MEAN, Role.DUE, Role.REST)


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What is said first and follows from the numbers behind; told: where other readers have said it already."""
    for near in text.paragraphs:
        for place, one in enumerate(near):
            if one.quantity.hedged:
                continue
            behind = [x for x in near[place + 1 : place + 1 + _FEW] if x.sentence - one.sentence <= 1]
            before = [x for x in near[max(0, place - _FEW) : place] if one.sentence - x.sentence <= 1]
            if one.quantity.start not in told:
                found = _rate(one, before, behind) or _per_head(one, before, behind) or _monthly(one, before)
                found = found or _grown(one, behind) or _left(one, before, behind) or _times_of(one, before)
                found = (
                    found or _beyond_goal(one, before) or _of_fraction(one, before) or _month_of(one, before)
                )
                if found:
                    yield found
    yield from _doubled(text)
    yield from _half(text)
    yield from _beyond_what_was_asked(text)


def _plain(one: Mention) -> bool:
    return one.kind in OPERANDS and not one.quantity.hedged and one.role not in _NOT_PAIRED


_RAISED = re.compile(
    r"(?:提高|提升|上升|增加|扩大|下降|降低|降)[到至]$"
)  # from a rate of before, not of two numbers


def _rate(rate: Mention, before: Sequence[Mention], behind: Sequence[Mention]) -> Claim | None:
    """执行率仅为58.3%。年初预算12.4亿元，实际支出6.51亿元: where nothing before can be what it is of."""
    fit = rate.kind is Kind.PERCENT and rate.role not in (Role.CHANGE, Role.BASE, Role.DUE, Role.TARGET)
    words = rate.lead[-14:] if len(rate.label) <= 3 else rate.label  # 执行率偏低，仅为58.3%
    if not fit or not _A_RATE.search(words) or _NO_RATE.search(words) or _RAISED.search(rate.label):
        return None
    here = [one for one in before if _plain(one) and one.sentence == rate.sentence]
    if len(here) > 1:
        return None
    nearer = list(takewhile(lambda one: one.kind is not Kind.PERCENT, behind))  # the next rate has its own
    pool = [one for one in (*here, *nearer) if _plain(one) and one.role is not Role.BASE]
    pairs = [
        sorted(pair, key=lambda one: one.quantity.value)
        for pair in combinations(pool, 2)
        if pair[0].before(rate) == pair[1].before(rate)
        and pair[0].like == pair[1].like
        and pair[0].quantity.value != pair[1].quantity.value
    ]
    made = [claim for part, whole in pairs if (claim := ratio(rate, part, whole))]
    if held := next((one for one in made if one.held), None):
        return held
    return made[0] if len(made) == 1 and comes_near(made[0], _NEAR) else None


def _per_head(mean: Mention, before: Sequence[Mention], behind: Sequence[Mention]) -> Claim | None:
    """平均每村4名: 288名, 96个重点行政村; 村均260万元。63个村合计1.26亿元."""
    named = _PER.search(mean.label)
    if named is None or mean.kind not in OPERANDS or _BY.search(mean.lead[-40:]):
        return None
    noun = named["noun"] or named["one"]
    for pool in (before, behind):
        totals = [one for one in pool if one.like == mean.like and _plain(one)]
        counts = [
            one
            for one in pool
            if one.kind is Kind.COUNT and _plain(one) and one not in totals
            and (one.quantity.unit == noun or noun in one.tail[:8] or one.quantity.unit == noun[-1])
        ]  # fmt: skip
        if len(totals) != 1 or len(counts) != 1:
            continue
        total, count = totals[0].quantity, counts[0].quantity
        share = divided(of(total), of(count))
        if share is None:
            continue
        if mean.quantity.exact:
            share = (share[0] - Decimal("0.5"), share[1] + Decimal("0.5"))
        made = claim_of(Claimed.MEAN, mean.quantity, (total, count), total.value / count.value, share)
        if made.held or comes_near(made, Decimal("0.4")):
            return made
    return None


def _monthly(mean: Mention, before: Sequence[Mention]) -> Claim | None:
    """三季度受理273件，月均81件: over the months of the period that the total is of."""
    if not _MONTHLY.search(mean.label) or mean.kind not in OPERANDS or not before:
        return None
    total = before[-1]
    period = _TURNOVER.findall(total.lead)
    if total.like != mean.like or total.sentence != mean.sentence or not _plain(total) or len(period) != 1:
        return None
    if mean.clause - total.clause > 2:
        return None
    many = _MONTHS[period[0]]
    low, high = of(total.quantity)
    allowed = (low / many, high / many)
    if mean.quantity.exact:
        allowed = (allowed[0] - Decimal("0.5"), allowed[1] + Decimal("0.5"))
    made = claim_of(
        Claimed.MEAN,
        mean.quantity,
        (total.quantity,),
        total.quantity.value / many,
        allowed,
        named=(f"{many}个月",),
    )
    return made if made.held or comes_near(made, _NEAR) else None


def _grown(change: Mention, behind: Sequence[Mention]) -> Claim | None:
    """税收同比增长21.3%。1—8月入库45.7亿元，去年同期40.2亿元; 同比上升12.5个百分点……87.5%，去年同期62.5%."""
    up, down = _UP.search(change.label), _DOWN.search(change.label)
    if (
        change.role is not Role.CHANGE
        or bool(up) == bool(down)
        or change.kind not in (Kind.PERCENT, Kind.POINTS)
    ):
        return None
    bases = [
        one for one in behind if one.role is Role.BASE or "去年同期" in one.label or "上年同期" in one.label
    ]
    kinds = (Kind.PERCENT,) if change.kind is Kind.POINTS else OPERANDS
    others = any(one.role is Role.CHANGE and one.kind in (Kind.PERCENT, Kind.POINTS) for one in behind)
    if others or len(bases) != 1 or bases[0].kind not in kinds or bases[0].quantity.hedged:
        return None
    base = bases[0]
    news = [
        one for one in behind if one is not base and one.like == base.like and one.role not in _NOT_PAIRED
    ]
    if len(news) != 1 or news[0].quantity.hedged or abs(news[0].clause - base.clause) > 2:
        return None
    sign, new = (1 if up else -1), news[0]
    operands = (new.quantity, base.quantity)
    if change.kind is Kind.POINTS:
        computed = (new.quantity.value - base.quantity.value) * sign
        allowed = directed_by(sign, taken(of(new.quantity), of(base.quantity)))
        made = claim_of(Claimed.DIFFERENCE, change.quantity, operands, computed, allowed)
        return made if made.held or abs(computed - change.quantity.value) <= 20 else None
    share = divided(of(new.quantity), of(base.quantity))
    if share is None:
        return None
    computed = (new.quantity.value / base.quantity.value - 1) * 100 * sign
    made = claim_of(
        Claimed.GROWTH,
        change.quantity,
        operands,
        computed,
        directed_by(sign, scaled((share[0] - 1, share[1] - 1), 100)),
    )
    return made if made.held or abs(computed - change.quantity.value) <= 15 else None


def _left(rest: Mention, before: Sequence[Mention], behind: Sequence[Mention]) -> Claim | None:
    """还有14个项目没有拿到许可。计划开工83个，其中已取得许可的71个; 计划45个，实际38个，仍有9个未能按计划开工."""
    if not _LEFT.search(rest.label) or not _NOT.match(rest.tail) or rest.kind not in OPERANDS:
        return None
    like = [one for one in before if one.like == rest.like and _plain(one) and one.sentence == rest.sentence]
    if len(like) == 2 and _DONE.search(like[1].label) and _ASKED.search(like[0].label):
        whole, part = like[0].quantity, like[1].quantity
        allowed = taken(of(whole), of(part))
        made = claim_of(Claimed.DIFFERENCE, rest.quantity, (whole, part), whole.value - part.value, allowed)
        return made if made.held or comes_near(made, Decimal("0.5")) else None
    like = [one for one in behind if one.like == rest.like and _plain(one)]
    if (
        len(like) != 2
        or "已" not in like[1].label + like[1].tail
        or like[1].quantity.value > like[0].quantity.value
    ):
        return None
    whole, part = like[0].quantity, like[1].quantity
    made = claim_of(
        Claimed.DIFFERENCE, rest.quantity, (whole, part), whole.value - part.value, taken(of(whole), of(part))
    )
    return made if made.held or comes_near(made, Decimal("0.5")) else None


def _times_of(times: Mention, before: Sequence[Mention]) -> Claim | None:
    """由2020年的36.2亿元增加到2024年的108.9亿元，是2020年的4倍."""
    if times.kind is not Kind.TIMES or not _TIMES_OF.search(times.label) or len(before) < 2:
        return None
    old, new = before[-2:]
    if (
        old.like != new.like
        or not _FROM.search(old.phrase)
        or not _TO.search(new.label)
        or times.clause - new.clause != 1
    ):
        return None
    made = ratio(times, new, old)
    if made is None:
        return None
    if times.quantity.exact:  # 3倍 of 3.01: told in whole times
        allowed = made.allowed or (Decimal(0), Decimal(0))
        half = Decimal("0.5")
        made = claim_of(
            Claimed.RATIO,
            times.quantity,
            made.operands,
            made.computed or Decimal(0),
            (allowed[0] - half, allowed[1] + half),
        )
    return made if made.held or comes_near(made, Decimal("0.6")) else None


def _beyond_goal(goal: Mention, before: Sequence[Mention]) -> Claim | None:
    """新增就业4.38万人，超额完成4.5万人的年度目标: what has been done is no less."""
    if (
        not goal.label.endswith("超额完成")
        or not re.match(r"的[^，。；]{0,6}(?:目标|任务|计划)", goal.tail)
        or not before
    ):
        return None
    done = before[-1]
    if (
        done.like != goal.like
        or done.sentence != goal.sentence
        or goal.clause - done.clause != 1
        or not _plain(done)
    ):
        return None
    start = goal.quantity.start - len("超额完成")
    held = done.quantity.high >= goal.quantity.low
    return Claim(
        Claimed.ADJECTIVE, start, start + len("超额完成"), "超额完成", held, (done.quantity, goal.quantity),
        words=f"{done.quantity.text}不到{goal.quantity.text}",
    )  # fmt: skip


def _beyond_what_was_asked(text: Text) -> Iterator[Claim]:
    """年度任务为引进项目50个，实际引进46个，超额完成年度目标."""
    for found in re.finditer("，(?P<word>超额完成)(?:了)?[^，。；\\d]{0,6}(?:目标|任务|计划)", text.regular):
        before = [one for one in text.mentions if 0 < found.start() - one.quantity.end <= 4][-1:]
        place = text.mentions.index(before[0]) if before else 0
        if not place:
            continue
        asked, done = text.mentions[place - 1 : place + 1]
        fit = asked.like == done.like and asked.sentence == done.sentence and _plain(asked) and _plain(done)
        told = re.search(
            "任务|目标|计划|确定|下达", text.regular[text.sentences[asked.sentence][0] : asked.quantity.start]
        )
        if not fit or not told or not re.search("实际|完成|已", done.label):
            continue
        yield Claim(
            Claimed.ADJECTIVE, found.start("word"), found.end("word"), found["word"],
            done.quantity.high >= asked.quantity.low, (done.quantity, asked.quantity),
            words=f"{done.quantity.text}不到{asked.quantity.text}",
        )  # fmt: skip


def _of_fraction(part: Mention, before: Sequence[Mention]) -> Claim | None:
    """240家中，有三分之一存在问题，共60家."""
    if len(before) < 2 or not re.fullmatch(r"(?:共|即|计|共计|合计|达|为)", part.label) or not _plain(part):
        return None
    whole, share = before[-2:]
    if share.kind is not Kind.PERCENT or not _PARTS.search(share.quantity.text) or whole.like != part.like:
        return None
    if part.sentence != whole.sentence or share.quantity.text.startswith(("近", "超", "约", "逾")):
        return None
    value = whole.quantity.value * share.quantity.value / 100
    wide = max(value * Decimal("0.03"), Decimal(1))
    made = claim_of(
        Claimed.RATIO, part.quantity, (whole.quantity, share.quantity), value, (value - wide, value + wide)
    )
    return made if made.held or comes_near(made, Decimal("0.6")) else None


def _month_of(total: Mention, before: Sequence[Mention]) -> Claim | None:
    """8月当月完成23.7亿元，1—8月累计完成21.9亿元: a month is no more than the months with it."""
    if "累计" not in total.label or not before or not _plain(total):
        return None
    one = before[-1]
    if (
        one.like != total.like
        or one.sentence != total.sentence
        or not _MONTH.search(one.label)
        or not _plain(one)
    ):
        return None
    if re.search(r"减|降|净|增", one.label + total.label):
        return None
    return at_most(one, total)


def _doubled(text: Text) -> Iterator[Claim]:
    """翻了一番，由上年的21.6万人次增至30.8万人次."""
    for found in _DOUBLED.finditer(text.regular):
        near = [one for one in text.mentions if 0 <= one.quantity.start - found.end() <= 40]
        if len(near) < 2 or "。" in text.regular[found.end() : near[1].quantity.start]:
            continue
        old, new = near[:2]
        if old.like != new.like or not _FROM.search(old.phrase) or not _TO.search(new.label):
            continue
        share = divided(of(new.quantity), of(old.quantity))
        if share is None:
            continue
        held = overlap((Decimal("1.9"), Decimal("2.15")), share)
        yield Claim(
            Claimed.ADJECTIVE, found.start(), found.end(), found[0], held, (old.quantity, new.quantity),
            words=f"由{old.quantity.text}到{new.quantity.text}是{new.quantity.value / old.quantity.value:.2f}倍",
        )  # fmt: skip


def _half(text: Text) -> Iterator[Claim]:
    """发放问卷325份，收回156份，回收率过半; 双过半。预算81.5亿元，完成38.2亿元."""
    for found in _HALF.finditer(text.regular):
        start = text.regular.rfind("。", 0, found.start()) + 1
        stop = text.regular.find("。", found.end())
        stop = len(text.regular) if stop < 0 else stop
        before = [one for one in text.mentions if start <= one.quantity.start < found.start() and _plain(one)]
        if found["word"] == "双过半" and not before:
            until = text.regular.find("。", stop + 1)
            rates = [
                one for one in text.mentions
                if found.end() <= one.quantity.start < (len(text.regular) if until < 0 else until)
                and one.kind is Kind.PERCENT and one.role in (Role.DONE_RATE, Role.SHARE)
            ]  # fmt: skip
            if len(rates) == 1 and rates[0].label in (
                "占",
                "占预算的",
                "完成预算的",
                "完成年度预算的",
                "占年初预算的",
            ):
                yield Claim(
                    Claimed.ADJECTIVE, found.start(), found.end(), found[0], rates[0].quantity.high >= 50,
                    (rates[0].quantity,), words=f"只有{rates[0].quantity.text}",
                )  # fmt: skip
            continue
        if (
            len(before) != 2
            or before[0].like != before[1].like
            or found.start() - before[1].quantity.end > 12
        ):
            continue
        whole, part = before
        share = divided(of(part.quantity), of(whole.quantity))
        if (
            share is None
            or share[0] > 1
            or not re.search(
                r"(?:率|项目|数|比例|任务)$", text.regular[max(0, found.start() - 2) : found.start()]
            )
        ):
            continue
        yield Claim(
            Claimed.ADJECTIVE, found.start(), found.end(), found[0], share[1] >= Decimal("0.5"),
            (part.quantity, whole.quantity), words=f"{part.quantity.text}不到{whole.quantity.text}的一半",
        )  # fmt: skip
