"""紧挨着的两个数：名字对不上词的率（检查56处、发现13处，问题发生率），没有写数的增减（本月12个，上月15个，有所增加）。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from xushi.documents.checking.binding import sum_of
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    claim_of,
    directed_by,
    divided,
    of,
    scaled,
    taken,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_RATE = re.compile(r"^(?P<name>[\u4e00-\u9fff]{2,6})率(?:为|达|达到|仅|仅为|只有)?$")
_OWN_BASE = re.compile(r"增长|增加|下降|提高|同比|失业|出生|死亡|利|汇|税|费|容积|绿地|覆盖|城镇化|市场|平均")
_SHARE = re.compile(r"(?:面|比例|比重|占比|率)(?:已)?(?:达到|达|超过|为)?$")
_ALREADY = re.compile(r"^(?:目前)?(?:已有|其中有|有|已完成|已建成)")
_EACH = re.compile(r"^(?:每)?[校村户班镇街企园站所]均$|^平均每[个所村户校班家镇]$")
_OVER = re.compile(r"^(?:超出|超过|超)(?:年度|全年)?(?:计划|任务|目标)$")
_PARTS = re.compile(r"(?:等)?(?P<many>[两二三四五六])(?:个)?(?:部分|板块|块|大块|方面)")
_GRADE = re.compile(r"(?:优秀|良好|合格|一般|较差|较好|好|(?<!其)中|差)(?:等次|等级|单位)?(?:的)?$")
_LAST_YEAR = re.compile(r"^(?:上年|去年)(?:同期)?(?:为|是)$")
_NEAR = Decimal("0.3")
_SLIP = Decimal("0.2")  # of what is printed: further off, the rate is of something else
_COMPARED = re.compile(
    r"(?:(?:较|比|与)(?P<before>上月|上年|去年|上季度|上期)(?:同期)?(?:相比)?|(?P<alike>同比|环比))，?(?:有所|略有|明显|稳步|持续|均有)?"
    r"(?:(?P<up>增加|增长|上升|提高|提升)|(?P<down>减少|下降|回落|降低))(?=[，。；、]|$)"
)
_NOW = re.compile(r"本月|当月|今年|本季度|本期|本年")
_COUNTED = (Kind.COUNT, Kind.MONEY, Kind.OTHER, Kind.PERCENT)
_OUT = (Role.CHANGE, Role.TARGET, Role.DUE, Role.PLAN, Role.MEAN)


def claims(text: Text) -> Iterator[Claim]:
    """What two numbers right before a rate, or a word of change, say of it."""
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[number]
        yield from _rate(here)
        yield from _tenths(here)
        yield from _each(here)
        yield from _over_plan(here)
        yield from _in_parts(here)
        yield from _since_last_year(here)
        yield from _changed(here, text.regular[start:end], start)


def _rate(here: Sequence[Mention]) -> Iterator[Claim]:
    """共34项，达序时的27项，达标率73.5%: of the two first numbers of a sentence, each in its clause, if it is near."""
    if len(here) < 3:
        return
    whole, part, rate = here[:3]
    named = _RATE.search(rate.label) if rate.kind is Kind.PERCENT else None
    if named is None or _OWN_BASE.search(named["name"]) or rate.role in (Role.CHANGE, Role.TARGET, Role.DUE):
        return
    steps = (part.clause - whole.clause, rate.clause - part.clause)
    if whole.like != part.like or whole.kind is not Kind.COUNT or steps != (1, 1):
        return
    if any(one.role in _OUT or one.quantity.hedged for one in (whole, part)):
        return
    share = divided(of(part.quantity), of(whole.quantity))
    if share is None or not whole.quantity.value or part.quantity.value > whole.quantity.value:
        return
    computed = part.quantity.value / whole.quantity.value * 100
    for value in (computed, 100 - computed):  # 问题发现率 may be of those without as well
        if abs(value - rate.quantity.value) <= Decimal("0.05"):
            return
    if abs(computed - rate.quantity.value) <= rate.quantity.value * _SLIP:
        operands = (part.quantity, whole.quantity)
        yield claim_of(Claimed.RATIO, rate.quantity, operands, computed, scaled(share, 100))


def _tenths(here: Sequence[Mention]) -> Iterator[Claim]:
    """172个村，已有43个建成，覆盖面达到三成以上."""
    for whole, part, share in zip(here, here[1:], here[2:], strict=False):
        if not share.quantity.text.rstrip("以上多").endswith("成") or not _SHARE.search(share.label):
            continue
        if whole.like != part.like or whole.kind is not Kind.COUNT or not whole.quantity.value:
            continue
        if (
            not _ALREADY.search(part.label)
            or part.clause - whole.clause > 3
            or share.clause - part.clause > 2
        ):
            continue
        told = part.quantity.value / whole.quantity.value * 100
        if told < share.quantity.value and abs(told - share.quantity.value) <= 20:
            one = share.quantity
            yield Claim(
                Claimed.ADJECTIVE, one.start, one.end, one.text, told >= one.low, (part.quantity, whole.quantity),
                told, (told, told), "%", words=f"算得{told:.1f}%",
            )  # fmt: skip


def _each(here: Sequence[Mention]) -> Iterator[Claim]:
    """36所小学共有专任教师2268名，校均73名."""
    for many, total, each in zip(here, here[1:], here[2:], strict=False):
        if not _EACH.search(each.label) or total.like != each.like or many.kind is not Kind.COUNT:
            continue
        if total.clause - many.clause > 1 or each.clause - total.clause != 1 or not many.quantity.value:
            continue
        mean = divided(of(total.quantity), of(many.quantity))
        computed = total.quantity.value / many.quantity.value
        if mean and abs(computed - each.quantity.value) <= each.quantity.value * _NEAR:
            yield claim_of(Claimed.MEAN, each.quantity, (total.quantity, many.quantity), computed, mean)


def _over_plan(here: Sequence[Mention]) -> Iterator[Claim]:
    """计划建成45个，实际建成53个，超出计划12个."""
    for plan, done, over in zip(here, here[1:], here[2:], strict=False):
        if not plan.like == done.like == over.like or not _OVER.search(over.label):
            continue
        if "计划" not in plan.label or not re.search(r"实际|已|完成", done.label):
            continue
        apart = done.quantity.value - plan.quantity.value
        if apart > 0:
            operands = (done.quantity, plan.quantity)
            allowed = taken(of(done.quantity), of(plan.quantity))
            yield claim_of(Claimed.DIFFERENCE, over.quantity, operands, apart, allowed)


def _runs(here: Sequence[Mention]) -> list[int]:
    """Where the run of like parts that begins at each number ends."""
    ends = [len(here)] * len(here)
    for place in range(len(here) - 1, -1, -1):
        if here[place].role in (Role.CHANGE, Role.MEAN, Role.BASE):
            ends[place] = place
        elif place + 1 < len(here):
            ends[place] = ends[place + 1] if here[place + 1].like == here[place].like else place + 1
    return ends


def _in_parts(here: Sequence[Mention]) -> Iterator[Claim]:
    """8600亩，其中A 3200亩、B 2800亩、C 1600亩三部分; 16个镇街，优秀6个、良好7个、一般4个: the parts make the whole."""
    ends = _runs(here)
    for place, whole in enumerate(here[:-3]):
        parts = here[place + 1 : ends[place + 1]]
        if len(parts) < 3 or parts[0].like != whole.like or whole.role in (Role.CHANGE, Role.MEAN):
            continue
        named = _PARTS.match(parts[-1].tail)
        many = "一两三四五六七八".find(named["many"].replace("二", "两")) + 1 if named else 0
        graded = all(_GRADE.search(one.label) for one in parts) and whole.quantity.value < sum(
            (one.quantity.value for one in parts), Decimal(0)
        )
        if (many == len(parts) and "其中" in parts[0].label) or graded:
            yield sum_of(whole, parts)


def _since_last_year(here: Sequence[Mention]) -> Iterator[Claim]:
    """人均可支配收入达到24678元，上年为23150元，增长8.6%."""
    for now, then, rate in zip(here, here[1:], here[2:], strict=False):
        if now.role is not Role.MEAN or not _LAST_YEAR.match(then.label) or now.like != then.like:
            continue  # what is no mean is read among the changes
        up, down = (
            re.search(r"^(?:同比)?增长$", rate.label),
            re.search(r"^(?:同比)?(?:下降|减少)$", rate.label),
        )
        if rate.kind is not Kind.PERCENT or not (up or down) or not then.quantity.value:
            continue
        change = divided(of(now.quantity), of(then.quantity))
        if change is None or (then.clause - now.clause, rate.clause - then.clause) != (1, 1):
            continue
        sign = 1 if up else -1
        allowed = directed_by(sign, scaled((change[0] - 1, change[1] - 1), 100))
        computed = (now.quantity.value / then.quantity.value - 1) * 100 * sign
        yield claim_of(Claimed.GROWTH, rate.quantity, (now.quantity, then.quantity), computed, allowed)


def _changed(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """本月12个，上月15个，较上月有所增加: the only two numbers, one now and one then."""
    for match in _COMPARED.finditer(sentence):
        told = [one for one in here if one.quantity.end <= start + match.start() and one.kind in _COUNTED]
        if len(told) != 2 or len(here) != 2 or told[0].like != told[1].like:
            continue
        before = match["before"] or {"同比": "去年", "环比": "上月"}[match["alike"]]
        then = [
            one for one in told if before in one.label.replace("上年", "去年" if match["alike"] else "上年")
        ]
        now = [one for one in told if one not in then and _NOW.search(one.label)]
        if len(then) != 1 or len(now) != 1 or any(one.role in _OUT for one in told):
            continue
        new, old = now[0].quantity, then[0].quantity
        held = new.high > old.low if match["up"] else new.low < old.high
        yield Claim(
            Claimed.ADJECTIVE, start + match.start(), start + match.end(), match.group(), held, (new, old),
            new.value, of(new), new.unit, words=f"{before}是{old.text}，{new.text}不是这样",
        )  # fmt: skip
