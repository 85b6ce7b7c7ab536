"""不问句式，只问哪两个数：差、率、合计没有别的读法认领时，在近旁同类的数里找；凑得上的算有来路，只差一点的报。

A pair that fits makes a number linked, whatever the words. One that does not fit is told only where the words name
what it is of and exactly one pair comes near: two numbers that come near by chance name nothing.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from xushi.documents.checking.binding import OPERANDS, ratio
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    added,
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

AROUND = 6  # numbers looked at on either side
_NEAR = Decimal("0.55")  # of what is printed
_CLOSE = Decimal("0.35")
_APART = re.compile(
    r"(?:两者|二者|两地|两家|双方|之间)?(?:相差|差距|差额|差)(?:为|是|达|了)?$"
    r"|(?:净增加?|净减少?|推迟|提前|缩短|延长|缺口|空缺|剩余|还剩|尚余|余下|尚缺|还缺|还差|超出|多出)(?:了|为|约)?$"
    r"|(?:高|低|快|慢|多|少|增加|减少|提升|提高|上升|下降|前移|后移|前进|后退|增长)(?:了|出)?$"
)
_THAN = re.compile(
    r"(?:比|较|高于|低于|多于|少于|超过|超出|快于|慢于)(?P<than>[\u4e00-\u9fff\d]{2,10}?)(?:的|相比)?$"
)
_VERB = re.compile(
    r"(?:有所)?(?:净增加?|净减少?|高|低|快|慢|多|少|增加|减少|提升|提高|上升|下降|前移|后移|前进|后退|增长|推迟|提前|超出|超)(?:了|出)?$"
)
_OTHERWISE = re.compile(
    r"序时|时序|年均|可比|同口径|扣除|剔除|累计|拉动|贡献|预计|力争|目标|分别|平均每|同期"
)
_RATE = re.compile(r"(?P<stem>[\u4e00-\u9fff]{2,5})率(?:仅|为|达|达到|约|已达|仅为|由)*$")
_NO_RATE = re.compile(
    r"增长|增加|下降|提高|同比|失业|出生|死亡|利$|汇|税|费|容积|绿地|覆盖|城镇|市场|平均|负债|自给|入学|就业|自有|满意|知晓|优良|能耗|贡献"
)
_WHOLE = re.compile(r"占(?:了)?(?P<whole>[\u4e00-\u9fff]{2,10}?)的(?:比重|比例)?(?:约|近|为|达)*$")
_NOT_DONE = re.compile(r"未|没|尚|待|逾期|不")
_PLACE = re.compile(r"第[\d一二三四五六七八九十]+位?$")
_UNDONE = re.compile(
    r"^(?:其余|另|尚|仍|还)?(?:有)?未(?P<stem>[\u4e00-\u9fff]{2,6}?)(?:的)?(?:有|还有|仍有)?$"
)
_ASKED, _ACTUAL = re.compile(r"计划|目标|任务|应(?!急)|下达|总数"), re.compile(r"完成|已|实际|建成|改造")
_UP, _DOWN = re.compile(r"增|升|上浮|提高|多|高|超"), re.compile(r"降|减|下浮|少|低|压|缩|省")
_BASE = re.compile(r"^(?:比|较)[\u4e00-\u9fff]{2,10}的?$")
_BEYOND = re.compile(r"超(?:出|过)?(?:年度|全年|原)?(?:计划|任务|目标)$")
_MEAN = re.compile(r"^(?:[月季年]均|平均每?(?:个?月|季度|年)?)[\u4e00-\u9fff]{0,4}$")
_BY_NAME = re.compile(r"(?P<name>[\u4e00-\u9fff]{3,8})(?:比率|比例|占比|率)(?:为|达|达到)?$")
_SAYS_HOW = re.compile(
    r"(?:由|从|其中|即|分别|我[区市县]|本[区市县]|全[区市省国]|[上去今]年|目前|期[初末]|年[初末底]|\d)"
)
_MAYBE = re.compile(r"尚有|还有|另有|仍有")
_UNFIT = (Role.CHANGE, Role.MEAN, Role.TARGET, Role.DUE)


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What two numbers near one say of it; told: where other readers have said what a number is of."""
    for near in text.paragraphs:
        for place, mention in enumerate(near):
            if mention.quantity.start in told:
                continue
            wide = [*near[max(0, place - 2 * AROUND) : place], *near[place + 1 : place + 1 + 2 * AROUND]]
            pool = [*near[max(0, place - AROUND) : place], *near[place + 1 : place + 1 + AROUND]]
            pool = [one for one in pool if abs(one.sentence - mention.sentence) <= 1]
            if mention.quantity.hedged:
                if found := _tenths(mention, pool):
                    yield found
                continue
            found = _rest(mention, pool) or _difference(mention, pool) or _rate(mention, pool)
            found = (
                found
                or _beyond_plan(mention, pool)
                or _mean_of_list(mention, pool)
                or _done_rate(mention, pool)
                or _share(mention, wide)
            )
            found = found or _undone(mention, pool) or _grown(mention, pool)
            if found:
                yield found


def _difference(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """桥林81.3%；星甸52.6%，两者相差28.7个百分点; 较7月的第6提升2个位次; 未安装24个 has a reader of its own."""
    like = _like(mention)
    moved = mention.kind is Kind.COUNT and (
        mention.quantity.unit == "位" or mention.tail[:2] in ("位次", "名次")
    )
    if like is None or not _APART.search(mention.label) or _OTHERWISE.search(mention.phrase):
        return None
    fitting = [one for one in pool if one.role not in _UNFIT and not one.quantity.hedged]
    fitting = [one for one in fitting if (_is_rank(one) if moved else one.like == like)]
    pairs = [(max(pair, key=_value), min(pair, key=_value)) for pair in combinations(fitting, 2)]
    made = [_less(mention, *pair) for pair in pairs]
    if held := next((one for one in made if one.held), None):
        return held
    close = [one for one in made if comes_near(one, _NEAR)]
    if len(close) != 1 or not _named(mention, fitting):
        return None
    behind = [one for one in fitting if mention.before(one)]
    if len(behind) == len(fitting) and not _SAYS_HOW.match(behind[0].label):
        return None  # 城镇化率提升5.27个百分点，高校毕业生留皖率从67.6%提高到70%: of another rate
    return close[0]


def _is_rank(one: Mention) -> bool:
    return one.kind is Kind.RANK or (one.kind is Kind.SERIAL and bool(_PLACE.match(one.quantity.text)))


def _like(mention: Mention) -> tuple[Kind, str] | None:
    if mention.kind is Kind.POINTS:
        return (Kind.PERCENT, "%")
    return mention.like if mention.kind in (*OPERANDS, Kind.SCORE) else None


def _named(mention: Mention, fitting: Sequence[Mention]) -> bool:
    """What it is held against is named beside one of them; without such a name there are just the two of them."""
    words = _VERB.sub("", mention.label)
    than = _THAN.search(words)
    here = [one for one in fitting if one.sentence == mention.sentence]
    if than is None:
        return len(fitting) == 2 or (len(here) == 2 and all(one.before(mention) for one in here))
    name = than["than"]
    if re.search(r"序时|计划|目标|任务", name):
        return False
    return any(name[-3:] in one.phrase or name[:3] in one.phrase for one in fitting)


def _value(one: Mention) -> Decimal:
    return one.quantity.value


def _less(mention: Mention, more: Mention, less: Mention) -> Claim:
    operands = (more.quantity, less.quantity)
    allowed = taken(of(more.quantity), of(less.quantity))
    return claim_of(Claimed.DIFFERENCE, mention.quantity, operands, _value(more) - _value(less), allowed)


def comes_near(claim: Claim, share: Decimal) -> bool:
    value, computed = claim.value, claim.computed
    if value is None or computed is None:
        return False
    return abs(computed - value) <= max(abs(value) * share, Decimal(1) if claim.unit != "%" else Decimal(0))


def _rate(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """PPP项目落地5个，落地率62.5%；入库8个: what was done is named by the rate, what it is of is the only larger one."""
    named = _RATE.search(mention.label) if mention.kind is Kind.PERCENT else None
    if named is None or _NO_RATE.search(named["stem"]) or mention.role in (Role.CHANGE, Role.BASE, *_UNFIT):
        return None
    stem = named["stem"][-2:]
    fitting = [
        one for one in pool if one.kind in OPERANDS and one.role not in _UNFIT and not one.quantity.hedged
    ]
    parts = [one for one in fitting if stem in one.words and not _NOT_DONE.search(one.label)]
    made = [
        claim
        for part in parts
        for whole in fitting
        if whole.like == part.like and whole is not part and _value(whole) >= _value(part)
        and (claim := ratio(mention, part, whole))
    ]  # fmt: skip
    if held := next((one for one in made if one.held), None):
        return held
    alone = len(parts) == 1 and len({one.operands[1].value for one in made}) == 1
    return made[0] if alone and comes_near(made[0], _CLOSE) else None


def _share_of_all(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """273天中，优良天数为198天，优良天数比率72.5%: the rate repeats the words of the part."""
    named = _BY_NAME.search(mention.label) if mention.kind is Kind.PERCENT else None
    here = [
        one
        for one in pool
        if one.sentence == mention.sentence and one.before(mention) and one.kind in OPERANDS
    ]
    parts = [one for one in here if named and named["name"][-4:] in one.phrase]
    wholes = [one for one in here if parts and one.like == parts[0].like and _value(one) > _value(parts[0])]
    if len(parts) != 1 or len(wholes) != 1:
        return None
    made = ratio(mention, parts[0], wholes[0])
    return made if made and (made.held or comes_near(made, _CLOSE)) else None


def _rest(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """涉及412户，累计签约367户，尚有45户未签: a whole less a part, whichever two of the sentence they are."""
    left = mention.role is Role.REST and (not _MAYBE.search(mention.label) or _NOT_DONE.search(mention.tail))
    if not left or mention.kind not in OPERANDS or re.search(r"滚存|年终|上年|历年|结转下年", mention.label):
        return None
    here = [
        one
        for one in pool
        if one.like == mention.like and one.sentence == mention.sentence and one.before(mention)
    ]
    here = [one for one in here if one.role not in _UNFIT or one.role is Role.TARGET]
    made = [_less(mention, *sorted(pair, key=_value, reverse=True)) for pair in combinations(here, 2)]
    if held := next((one for one in made if one.held), None):
        return held
    if _leaves(mention, [one for one in pool if one.like == mention.like and one.before(mention)]):
        return None
    close = [one for one in made if comes_near(one, _CLOSE)]
    return close[0] if len(close) == 1 else None


def _beyond_plan(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """计划30公顷，实际33.6公顷，完成计划的112%，超计划3.6公顷."""
    if not _BEYOND.search(mention.label) or mention.kind not in OPERANDS:
        return None
    here = [
        one
        for one in pool
        if one.like == mention.like and one.sentence == mention.sentence and one.before(mention)
    ]
    asked = [one for one in here if _ASKED.search(one.label)]
    if len(here) != 2 or len(asked) != 1:
        return None
    made = _less(mention, next(one for one in here if one not in asked), asked[0])
    return made if made.held or comes_near(made, _NEAR) else None


def _mean_of_list(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """6月、7月、8月分别新开工11个、14个、9个，月均11.3个."""
    here = [one for one in pool if one.sentence == mention.sentence and one.before(mention)]
    if not _MEAN.search(mention.label) or len(here) < 2 or any(one.like != mention.like for one in here):
        return None
    if "分别" not in here[0].phrase or mention.clause - here[-1].clause != 1:
        return None
    many = len(here)
    value = sum((_value(one) for one in here), Decimal(0)) / many
    low, high = added(of(one.quantity) for one in here)
    operands = tuple(one.quantity for one in here)
    made = claim_of(Claimed.MEAN, mention.quantity, operands, value, (low / many, high / many))
    return made if comes_near(made, _CLOSE) else None


def _leaves(mention: Mention, told: Sequence[Mention]) -> bool:
    """Whether it is what some whole leaves when all that follows is taken from it."""
    for place, whole in enumerate(told):
        rest = _value(whole) - sum((_value(one) for one in told[place + 1 :]), Decimal(0))
        if overlap(of(mention.quantity), (rest, rest)):
            return True
    return False


def _done_rate(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """面积1860亩，较年度目标2500亩还差640亩，完成率74.4%: what there is of what was asked."""
    if mention.role is not Role.DONE_RATE or mention.kind is not Kind.PERCENT:
        return None
    here = [
        one
        for one in pool
        if one.sentence == mention.sentence and one.before(mention) and one.kind in OPERANDS
    ]
    asked = [one for one in here if re.search(r"计划|目标|任务", one.label)]
    if len(asked) != 1:
        return None
    done = [
        one
        for one in here
        if one.like == asked[0].like and one not in asked and one.role not in (*_UNFIT, Role.REST)
    ]
    made = [claim for one in done if (claim := ratio(mention, one, asked[0]))]
    if held := next((one for one in made if one.held), None):
        return held
    return made[0] if len(made) == 1 and comes_near(made[0], _CLOSE) else None


def _share(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """58.7亿元，占总完成投资的36.9%……全部完成投资159.0亿元: the whole by its name, wherever it stands."""
    named = _WHOLE.search(mention.phrase) if mention.kind is Kind.PERCENT else None
    here = [one for one in pool if one.sentence == mention.sentence and one.before(mention)]
    part = next((one for one in reversed(here) if one.kind in OPERANDS), None)
    if named is None or part is None or part.role in _UNFIT or re.search(r"计划|任务|目标", named["whole"]):
        return None
    name = re.sub(r"^(?:全区|全市|全部|全年|总)", "", named["whole"])
    wholes = [
        one
        for one in pool
        if one.like == part.like and _value(one) > _value(part) and len(name) >= 2 and name in one.phrase
        and one.role not in _UNFIT
    ]  # fmt: skip
    made = [claim for whole in wholes if (claim := ratio(mention, part, whole))]
    if held := next((one for one in made if one.held), None):
        return held
    return made[0] if len(made) == 1 and comes_near(made[0], _CLOSE) else None


def _undone(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """118个，安装视频的94个，安装率79.7%，未安装24个: what was not done of what is told before."""
    named = _UNDONE.match(mention.label)
    before = [one for one in pool if one.before(mention) and one.like == mention.like]
    if named is None or mention.kind not in OPERANDS or len(before) < 2:
        return None
    whole, part = before[-2:]
    stem = named["stem"]
    if not any(stem[at : at + 2] in part.words for at in range(len(stem) - 1)) or _value(part) > _value(
        whole
    ):
        return None
    made = _less(mention, whole, part)
    return made if made.held or comes_near(made, _NEAR) else None


def _grown(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """中标价2.86亿元，比招标控制价3.05亿元下浮6.2%: the base is what stands behind 比."""
    up, down = _UP.search(mention.label), _DOWN.search(mention.label)
    if mention.kind is not Kind.PERCENT or mention.role is not Role.CHANGE or bool(up) == bool(down):
        return None
    here = [
        one
        for one in pool
        if one.before(mention) and one.sentence == mention.sentence and one.kind in OPERANDS
    ]
    if len(here) < 2 or here[-1].like != here[-2].like or mention.clause != here[-1].clause:
        return None
    new, old = here[-2:]
    change = divided(of(new.quantity), of(old.quantity))
    if not _BASE.match(old.label) or change is None or old.clause - new.clause != 1:
        return None
    sign = 1 if up else -1
    computed = (_value(new) / _value(old) - 1) * 100 * sign
    allowed = directed_by(sign, scaled((change[0] - 1, change[1] - 1), 100))
    made = claim_of(Claimed.GROWTH, mention.quantity, (new.quantity, old.quantity), computed, allowed)
    return made if made.held or comes_near(made, _NEAR) else None


def _tenths(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """完成86公里，计划120公里，完成七成以上."""
    if mention.kind is not Kind.PERCENT or "成" not in mention.quantity.text:
        return None
    here = [
        one
        for one in pool
        if one.sentence == mention.sentence and one.before(mention) and one.kind in OPERANDS
    ]
    asked = [one for one in here if _ASKED.search(one.label)]
    done = [one for one in here if one not in asked and _ACTUAL.search(one.label)]
    if len(asked) != 1 or len(done) != 1 or asked[0].like != done[0].like:
        return None
    made = ratio(mention, done[0], asked[0])
    return made if made and (made.held or comes_near(made, _CLOSE)) else None
