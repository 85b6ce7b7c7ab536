"""相差的基准另有名字：比年初、低于控制线、快于财政收入、这一数字在整治前；那个基准在前面或者后面说过。"""

import re
from collections.abc import Iterator, Sequence

from xushi.documents.checking.binding import OPERANDS, Around, around
from xushi.documents.checking.judging import Claim, Claimed, claim_of, directed_by, divided, of, scaled, taken
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_AGAINST = re.compile(
    r"(?:(?P<a>[\u4e00-\u9fff]{0,12}?)(?P<than>高于|快于|优于|好于|低于|慢于|落后于|落后)(?P<b>[\u4e00-\u9fff]{2,14}?))$"
    r"|(?:比|较)(?P<c>[\u4e00-\u9fff]{2,12}?)(?P<word>高出?|快|多|低|慢|少|提高|提升|上升|下降|降低|减少|增加|回落)了?$"
)
_MORE = re.compile(r"高|快|多|优|好|提|升|增")
_TIME = re.compile(
    r"年初|上月末?|上季度?末?|上半年|[一二三四]季度|\d{1,2}月[份底末]?|开通前|整治前|去年|上年|前一"
)
_THIS = re.compile(r"^(?:而)?(?:这一|该|这个)(?:数字?|数据|比例|比重|指标|数值|规模)[\u4e00-\u9fff\d]{0,14}$")
_UP = re.compile(r"上升|增长|增加|提高|提升|上涨|多")
_DOWN = re.compile(r"下降|减少|降低|回落|下滑|少")
_SPELL = re.compile(r"[一二三四]季度|[上下]半年|(?<![\d—])\d{1,2}月(?:份)?|今年|去年|上年|\d{4}年")
_NO = (Role.CHANGE, Role.TARGET, Role.MEAN, Role.REST)


def claims(text: Text) -> Iterator[Claim]:
    """Differences and growths whose base is told by a name of its own."""
    for near in text.paragraphs:
        for at in around(near):
            if at.mention.role is not Role.CHANGE:
                continue
            found = _named(at) or _this_number(at) or _of_spells(at)
            if found:
                yield found


def _like(mention: Mention) -> tuple[Kind, str]:
    return (Kind.PERCENT, "%") if mention.kind is Kind.POINTS else mention.like


def _apart(mention: Mention, new: Mention, old: Mention, sign: int) -> Claim:
    allowed = directed_by(sign, taken(of(new.quantity), of(old.quantity)))
    computed = (new.quantity.value - old.quantity.value) * sign
    return claim_of(Claimed.DIFFERENCE, mention.quantity, (new.quantity, old.quantity), computed, allowed)


def _grown(mention: Mention, new: Mention, old: Mention, sign: int) -> Claim | None:
    change = divided(of(new.quantity), of(old.quantity))
    if change is None or not old.quantity.value:
        return None
    allowed = directed_by(sign, scaled((change[0] - 1, change[1] - 1), 100))
    computed = (new.quantity.value / old.quantity.value - 1) * 100 * sign
    return claim_of(Claimed.GROWTH, mention.quantity, (new.quantity, old.quantity), computed, allowed)


def _named(at: Around) -> Claim | None:
    """低于年度控制线0.8个百分点，该控制线为2.9%: the base by its name, before or behind."""
    mention = at.mention
    if mention.kind is Kind.PERCENT or mention.kind is Kind.TIMES:
        return None
    told = _AGAINST.search(mention.label)
    if told is None or re.search(r"序时|时序|目标|分别", mention.label):
        return None
    name = re.sub(r"^(?:全年|年度|同期)|(?:平均|水平|的)+$", "", told["b"] or told["c"])
    before = [
        one
        for one in at.before
        if one.like == _like(mention) and (one.kind is Kind.PERCENT or one.role not in _NO)
        and mention.sentence - one.sentence <= 1
    ]  # fmt: skip
    bases = _called(name, before[:-1], told["a"] or "") if before else []
    behind = [
        one for one in at.after[:2] if one.like == _like(mention) and one.sentence - mention.sentence <= 0
    ]
    bases = bases or [one for one in _called(name, behind, "") if one.clause - mention.clause <= 2]
    if len(bases) != 1 or not before or before[-1].role is Role.BASE:
        return None
    if before[-1].sentence != mention.sentence or name in before[-1].phrase:
        return None
    sign = 1 if _MORE.search(told["than"] or told["word"]) else -1
    return _apart(mention, before[-1], bases[0], sign)


def _called(name: str, among: Sequence[Mention], other: str) -> list[Mention]:
    """Those whose words before them hold the name; 年初 has to stand there as it is."""
    if len(name) < 2:
        return []
    key = _TIME.search(name)
    wanted = key.group() if key else name
    found = [one for one in among if wanted in one.phrase and not (other and other[:2] in one.label)]
    return found[-1:] if len({one.quantity.value for one in found}) == 1 else []


def _this_number(at: Around) -> Claim | None:
    """467起。这一数字在整治前的两个月为318起，上升46.9%."""
    mention, old = at.mention, at.last
    if old is None or old.kind not in OPERANDS or not _THIS.match(re.sub(r"\d", "", old.phrase)):
        return None
    earlier = [one for one in at.before if one.before(old) and one.like == old.like]
    up, down = _UP.search(mention.label), _DOWN.search(mention.label)
    if not earlier or bool(up) == bool(down) or old.sentence - earlier[-1].sentence > 1:
        return None
    sign = 1 if up else -1
    if mention.kind is Kind.PERCENT:
        return _grown(mention, earlier[-1], old, sign)
    return _apart(mention, earlier[-1], old, sign) if mention.like == old.like else None


def _of_spells(at: Around) -> Claim | None:
    """第三季度接报246起，环比下降22.6%，第二季度接报数为318起: the base stands behind, of the spell before."""
    mention, new = at.mention, at.last
    if new is None or mention.kind is not Kind.PERCENT or not at.after or "环比" not in mention.label:
        return None
    old = at.after[0]
    up, down = _UP.search(mention.label), _DOWN.search(mention.label)
    if old.like != new.like or old.sentence != mention.sentence or bool(up) == bool(down):
        return None
    one, other = _SPELL.findall(new.phrase), _SPELL.findall(old.phrase)
    if len(one) != 1 or len(other) != 1 or one == other or mention.clause - new.clause != 1:
        return None
    return _grown(mention, new, old, 1 if up else -1)
