"""最后才问的：一个率的前面只有两个同类的数、一个升降只有两个数可比、同一串数字颠倒了——没有别的可能时才说。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, groupby

from xushi.documents.checking.binding import OPERANDS, PAST, ratio, same_as
from xushi.documents.checking.claims_again import OWN
from xushi.documents.checking.claims_any import comes_near
from xushi.documents.checking.claims_left import TURNED_ROUND, shared
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    Severity,
    claim_of,
    directed_by,
    divided,
    of,
    scaled,
    swapped,
    taken,
    written,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_NEAR = Decimal("0.2")  # of what is printed: a slip of the pen, not another matter
_UNFIT = (Role.CHANGE, Role.MEAN, Role.BASE, Role.DUE, Role.REST)
_A_RATE = re.compile(
    r"(?:率|面|占比|比重|比例|占|占[\u4e00-\u9fff]{2,10}的)(?:约|为|达|达到|仅为|仅|是|近)*$"
)
_NO_RATE = re.compile(
    r"增|降|失业|出生|死亡|利率|汇率|税率|费率|容积|绿地|城镇化|市场|负债|自给|入学|就业|自有|满意|知晓|优良|能耗|贡献|序时|利润|同比|环比|均"
)
_APART = re.compile(
    r"^(?:已|仍)?(?:超|高出|低于|相差|两者差|落差|差距|缺口)(?!过|额|时)[\u4e00-\u9fff]{0,5}$"
)
_OTHERWISE = re.compile("可比|同口径|剔除|扣除|名义|不变价|年均")
_UP, _DOWN = re.compile("增长|上升|提高|增加|新增|净增"), re.compile("下降|减少|降低|回落|净减")
_COVERS = re.compile(r"^[\u4e00-\u9fff（）]{1,10}?(?:全部|均已?|都|已全)")
_ALIKE = 4  # pairs of characters that both have beside them
_LONG = 4  # digits: two numbers of one kind that have these in another order are one


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What nothing else in the sentence can be meant by; told: where other readers have said what a number is of."""
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        yield from _rates(here, told)
        yield from _beyond(here, told)
        yield from _changes(here, told)
    yield from _turned(text, told)


def _rates(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """87个产业项目已有64个取得许可证，办结率77.6%: of the only two it can be of."""
    for place, rate in enumerate(here):
        fit = rate.kind is Kind.PERCENT and not rate.quantity.hedged and rate.role not in _UNFIT
        if (
            not fit
            or rate.quantity.start in told
            or not _A_RATE.search(rate.label)
            or _NO_RATE.search(rate.label)
        ):
            continue
        before = [one for one in here[:place] if _plain(one)]
        if len(before) < 2 or not 0 < rate.clause - before[-1].clause <= 2 or PAST.search(rate.phrase):
            continue
        last = before[-1]
        if last.role is Role.BASE:
            continue
        wholes = [
            one for one in before[:-1] if one.like == last.like and one.quantity.value > last.quantity.value
        ]
        made = [claim for one in wholes if (claim := ratio(rate, last, one))]
        every = [
            claim
            for one, other in combinations(before, 2)
            for part, whole in ((one, other), (other, one))
            if part.like == whole.like and whole.quantity.value > part.quantity.value
            and (claim := ratio(rate, part, whole))
        ]  # fmt: skip
        if held := next((one for one in every if one.held), None):
            yield held
            continue
        if not wholes and "按" in last.phrase and (claim := _by(rate, before)):
            yield claim
            continue
        close = [one for one in made if comes_near(one, _NEAR)]
        if len({one.operands[1].value for one in close}) == 1:
            yield close[0]


def _by(rate: Mention, before: Sequence[Mention]) -> Claim | None:
    """建档38.6万份，按常住人口42.9万人计算，建档率93.0%: of what the text says it is reckoned by."""
    part, whole = before[-2:]
    if (
        part.kind is not whole.kind
        or whole.quantity.value < part.quantity.value
        or not re.match("计算|测算", whole.tail)
    ):
        return None
    made = ratio(rate, part, whole)
    return made if made and (made.held or comes_near(made, _NEAR)) else None


def _changes(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """人均收入38640元，上年36250元，增长8.6%; 由37个增至52个，新增25个: of the two numbers right before."""
    for new, old, change in zip(here, here[1:], here[2:], strict=False):
        up, down = _UP.search(change.label), _DOWN.search(change.label)
        fit = (
            new.like == old.like and new.kind in OPERANDS and not (new.quantity.hedged or old.quantity.hedged)
        )
        if (
            not fit
            or change.quantity.start in told
            or bool(up) == bool(down)
            or change.clause - old.clause != 1
        ):
            continue
        if _OTHERWISE.search(change.phrase):
            continue
        sign = 1 if up else -1
        if change.kind is Kind.PERCENT and old.role is Role.BASE and new.role is not Role.BASE:
            share = divided(of(new.quantity), of(old.quantity))
            if share is None:
                continue
            computed = (new.quantity.value / old.quantity.value - 1) * 100 * sign
            allowed = directed_by(sign, scaled((share[0] - 1, share[1] - 1), 100))
            made = claim_of(Claimed.GROWTH, change.quantity, (new.quantity, old.quantity), computed, allowed)
            if made.held or abs(computed - change.quantity.value) <= 10:
                yield made
        elif (
            change.like == new.like
            and re.search("由$|由[^，。；]{0,8}$", new.label)
            and re.search("至$|到$", old.label)
        ):
            computed = (old.quantity.value - new.quantity.value) * sign
            allowed = directed_by(sign, taken(of(old.quantity), of(new.quantity)))
            made = claim_of(
                Claimed.DIFFERENCE, change.quantity, (old.quantity, new.quantity), computed, allowed
            )
            if made.held or comes_near(made, Decimal("0.6")):
                yield made


def _beyond(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """水位11.42米，警戒水位10.80米，超警戒0.82米: between the only two of its kind."""
    for place, apart in enumerate(here):
        fit = apart.kind in OPERANDS and not apart.quantity.hedged and apart.quantity.start not in told
        if not fit or not _APART.match(apart.label):
            continue
        like = [one for one in here[:place] if one.like == apart.like]
        if len(like) != 2 or not all(_plain(one) for one in like) or apart.clause - like[1].clause > 2:
            continue
        more, less = sorted(like, key=lambda one: one.quantity.value, reverse=True)
        allowed = taken(of(more.quantity), of(less.quantity))
        value = more.quantity.value - less.quantity.value
        made = claim_of(Claimed.DIFFERENCE, apart.quantity, (more.quantity, less.quantity), value, allowed)
        if made.held or comes_near(made, Decimal("0.4")):
            yield made


def _plain(one: Mention) -> bool:
    return (
        one.kind in OPERANDS
        and not one.quantity.hedged
        and one.role not in (Role.CHANGE, Role.MEAN, Role.DUE)
    )


def _turned(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """218.6亿元……281.6亿元的经济总量; 46个村……64个村全部完成: digits that have changed places."""
    for place, later in enumerate(text.mentions):
        if later.kind not in (*OPERANDS, Kind.PERCENT) or later.quantity.hedged or later.role in _UNFIT:
            continue
        before = [one for one in text.mentions[max(0, place - 10) : place] if one.like == later.like]
        if any(one.quantity.value == later.quantity.value for one in before):
            continue
        for one in before:
            between = text.regular[one.quantity.end : later.quantity.start]
            near = one.paragraph == later.paragraph and (one.sentence != later.sentence or "：" in between)
            if (
                not near
                or one.quantity.hedged
                or one.role in _UNFIT
                or not swapped(one.quantity, later.quantity)
            ):
                continue
            if one.quantity.start in told and later.quantity.start in told:
                continue
            digits = len(written(later.quantity.text)[0])
            behind = text.regular[later.quantity.end : later.quantity.end + 16]
            noun = one.tail[:1] == later.tail[:1] or (
                len(later.tail) > 1 and later.tail[:2] in one.phrase[-8:]
            )
            owners = [set(OWN.findall(x.lead)) for x in (one, later)]
            both = noun and bool(_COVERS.match(behind)) and owners[1] <= owners[0]
            if digits >= _LONG or both or (digits >= 3 and shared(one, later) >= _ALIKE):
                yield same_as(later, one, Severity.WARNING, TURNED_ROUND)
                break
