"""增减、升降、相差、其余：后来的数减去原来的数。原来的数在“由…至…”里，在“比…”后面，在“去年同期”旁边。"""

import re
from collections.abc import Iterator
from decimal import Decimal

from xushi.documents.checking.binding import OPERANDS, Around, around, same_matter
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
from xushi.documents.checking.remainders import remainder
from xushi.documents.checking.roles import Mention, Role

_UP = (
    "增长|增加|上升|上浮|提高|提升|回升|反升|上涨|扩大|领先|超出|高出|高于|优于|好于|快于|增幅|增速|超|前进|前移|净增"
    "|核增|调增|多|高|快"
)
_DOWN = (
    "下降|减少|下浮|回落|降低|低于|落后|滞后|慢于|收窄|降幅|下滑|下跌|压缩|压减|压降|缩短|缩减|精简|后退|后移|不足"
    "|核减|审减|调减|节约|节省|少|低|慢|短"
)
_VERB = re.compile(rf"(?P<up>{_UP})|(?P<down>{_DOWN})")
_FROM = re.compile(r"(由|从)[^，。；]*$")
_GOES = (
    r"(?P<up>增长|增加|上升|提高|提升|扩大|上涨|回升|前移|前进|扩展|升|增)?"
    r"(?P<down>下降|减少|回落|降低|滑落|下滑|收窄|压缩|缩短|压减|压降|精简|缩减|后移|后退|降|跌|减)?"
)
_TO = re.compile(rf"{_GOES}(了)?(至|到|为)[^，]{{0,12}}$")
_BY = re.compile(r"(增幅|降幅|增速|涨幅|跌幅|增长率)(约|达)?为?$")
_ADJUSTED = re.compile(r"(调整|核定|修订|增加|减少|提高|压减|扩大|精简)(至|到|为)$")
_SCHEDULE = re.compile(r"(序时|时序|时间进度|均衡进度)")
_LATE = re.compile(r"进度(滞后|落后|超前|领先|快|慢)")
_AGAINST = re.compile(r"^[而且，]?(比|较|对比|相比|低于|高于|超过|落后|领先|超)")
_LAST_YEAR = re.compile(r"去年|上年|上月|同期|同比|环比|上期|上季|前年|比|较")
_GOAL = re.compile(r"目标|任务|计划")
_APART = re.compile(r"(差距|相差|差额|缺口|差)(为|了|达|约|近)?$")
_OTHERWISE = re.compile(r"年均|可比|同口径|扣除|剔除|不含|名义|不变价|复合|分别|拉动|贡献|预计|力争|目标")
_PLAIN_WORDS = re.compile(
    r"[^\u4e00-\u9fff]|同比|环比|同期|去年|上年|上月|上季度?|年初|年|平均|水平|累计|分别|了|约|的|近|达|为|已|又|再|共|有|进一步|较|比|以上"
    r"|也就是说|相当于|基础上|用|个|将|仍|实现|幅度|数|净|投资|项目|减|增"
)
_YEAR = re.compile(r"\d{4}\s*年|去年|上年")
_NOW = re.compile(r"今年|目前|\d{4}\s*年")
_NO_SUBJECT = (Role.CHANGE, Role.TARGET, Role.REST, Role.DUE, Role.BASE)
_UNREAL = (Role.CHANGE, Role.TARGET, Role.MEAN, Role.REST, Role.DUE)


def claims(text: Text) -> Iterator[Claim]:
    """What the text says has changed, by how much and which way."""
    for near in text.paragraphs:
        for one in around(near):
            found = next((claim for reader in _READERS if (claim := reader(one))), None)
            if found:
                yield found


def schedule(mention: Mention, due: Mention | None = None) -> Decimal | None:
    """The share due by the end of the mention's period, in percent: as told, else a twelfth a month; None without."""
    if due is not None:
        return due.quantity.value
    return Decimal(mention.period[1]) / 12 * 100 if mention.period else None


def sign_of(words: str) -> int:
    """+1 or −1 by the last word of the clause that says which way; 0 where none does."""
    found = list(_VERB.finditer(words.partition("同比")[2] or words))
    return 0 if not found else 1 if found[-1]["up"] else -1


def _like_of(mention: Mention) -> tuple[Kind, str]:
    """What a difference is between: points between percentages, all else between its own kind."""
    return (Kind.PERCENT, "%") if mention.kind is Kind.POINTS else mention.like


def _difference(at: Around) -> Claim | None:
    """快0.5个百分点, 多3个: the subject less what it is held against."""
    mention = at.mention
    if mention.role is not Role.CHANGE or mention.kind in (Kind.PERCENT, Kind.TIMES):
        return None
    before = [one for one in at.before if one.like == _like_of(mention)]
    if _APART.search(mention.label):
        return _apart(at, before)
    sign = sign_of(mention.label)
    if not sign:
        return None
    if _SCHEDULE.search(mention.label) or (_LATE.match(mention.label) and _due_here(at)):
        return _from_schedule(at, before, sign) if mention.kind is Kind.POINTS else None
    moved = _from_to(at, before)
    pair = moved or _inline(at, before) or _told(at, before) or _from_due(at, before)
    if pair is None or _OTHERWISE.search(mention.label) or _of_another(mention, pair[1]):
        return None
    old, new = pair
    allowed = directed_by(sign, taken(of(new.quantity), of(old.quantity)))
    computed = (new.quantity.value - old.quantity.value) * sign
    if moved and computed < 0:  # 由312家增至298家，净增14家: which way is said of the 298家 already
        allowed, computed = directed_by(-1, allowed), -computed
    return claim_of(Claimed.DIFFERENCE, mention.quantity, (new.quantity, old.quantity), computed, allowed)


def _due_here(at: Around) -> bool:
    return any(one.role is Role.DUE for one in at.here)


def _of_another(mention: Mention, subject: Mention) -> bool:
    """Whether the words before a change name a matter of their own: …由51家整合为33家，法人数量压减67.7%."""
    own = _PLAIN_WORDS.sub("", _VERB.sub("", re.sub(r"^.*?[比较]", "", mention.label)))
    said = subject.phrase[-30:] + subject.tail
    shared = sum(own[at : at + 2] in said for at in range(len(own) - 1))
    return len(own) >= 3 and shared * 2 < len(own) - 1


def _from_schedule(at: Around, before: list[Mention], sign: int) -> Claim | None:
    here = [one for one in before if one.sentence == at.mention.sentence]
    told = next(
        (one for one in reversed(at.near) if one.role is Role.DUE and one.sentence == at.mention.sentence),
        None,
    )
    rates = [one for one in here if one.role in (Role.DONE_RATE, Role.RATE, Role.SHARE)]
    if told and not rates:  # 占全年计划的58.4%。对照75.0%的序时要求，滞后16.6个百分点
        earlier = [one for one in before if one is not told and at.mention.sentence - one.sentence == 1]
        rates = [one for one in earlier[-1:] if one.role in (Role.DONE_RATE, Role.RATE, Role.SHARE)]
    due = schedule(at.mention, told)
    if not rates or due is None:
        return None
    subject = rates[-1].quantity
    slack = told.quantity.high - told.quantity.value if told else Decimal(0)
    allowed = directed_by(sign, (subject.low - due - slack, subject.high - due + slack))
    words = (f"序时{due:.1f}%",)
    return claim_of(
        Claimed.DIFFERENCE,
        at.mention.quantity,
        (subject,),
        (subject.value - due) * sign,
        allowed,
        named=words,
    )


def _from_due(at: Around, before: list[Mention]) -> tuple[Mention, Mention] | None:
    """应完成75%，实际完成71.8%，落后3.2个百分点."""
    here = [one for one in before if one.sentence == at.mention.sentence and one.role is not Role.CHANGE]
    if len(here) == 2 and here[0].role is Role.DUE and here[1].role is not Role.DUE:
        return here[0], here[1]
    return None


def _apart(at: Around, before: list[Mention]) -> Claim | None:
    """差距16.2个百分点: between the two right before, whichever is more."""
    here = [one for one in before if one.sentence == at.mention.sentence and one.role is not Role.CHANGE]
    if len(here) < 2:
        return None
    one, other = sorted((here[-2].quantity, here[-1].quantity), key=lambda quantity: quantity.value)
    allowed = taken(of(other), of(one))
    return claim_of(Claimed.DIFFERENCE, at.mention.quantity, (other, one), other.value - one.value, allowed)


def _from_to(at: Around, before: list[Mention]) -> tuple[Mention, Mention] | None:
    """由A…至B，下降D: the two of the sentence."""
    here = [
        one
        for one in before
        if one.sentence == at.mention.sentence and (one.kind is Kind.PERCENT or one.role is not Role.CHANGE)
    ]
    if re.search(r"全国|全省|全市|平均|目标", at.mention.label):
        return None
    if len(here) >= 2 and _ADJUSTED.search(here[-1].label) and here[-1].clause - here[-2].clause == 1:
        return here[-2], here[-1]
    if len(here) >= 2 and _FROM.search(here[-2].label) and _TO.search(here[-1].label):
        return here[-2], here[-1]
    return None


def _inline(at: Around, before: list[Mention]) -> tuple[Mention, Mention] | None:
    """比全市平均82.3%高出6.6个百分点: what it is held against stands right before, what is meant before that."""
    old = at.last
    if old is None or old.like != _like_of(at.mention) or old.role is Role.CHANGE:
        return None
    bracket = at.mention.quantity.start - old.quantity.end == 1 and at.mention.clause == old.clause + 1
    on_top = "基础上" in at.mention.label and old.phrase.startswith("在")
    against = on_top or _AGAINST.match(old.phrase.strip())
    if not (bracket or (old.clause == at.mention.clause and against)):
        return None
    if bracket and not _AGAINST.search(at.mention.label.strip()) and not _LAST_YEAR.search(at.mention.label):
        return None
    subjects = [
        one
        for one in before
        if one is not old and one.sentence == at.mention.sentence and one.role not in _NO_SUBJECT
    ]  # fmt: skip
    return (old, subjects[-1]) if subjects else None


def _told(at: Around, before: list[Mention]) -> tuple[Mention, Mention] | None:
    """The base told elsewhere near: 去年同期42个…增加8个; the subject is the last before that is no base itself."""
    mention = at.mention
    goal = _GOAL.search(mention.label) and not re.search(r"去年|上年|同期", mention.label)
    if not goal and not _LAST_YEAR.search(mention.lead[-24:]):
        return None
    wanted = Role.TARGET if goal else Role.BASE
    bases = [
        one
        for one in at.near
        if one.role is wanted and one.like == _like_of(mention) and abs(one.sentence - mention.sentence) <= 1
    ]
    subjects = [one for one in before if one.role not in (*_UNREAL, Role.BASE, wanted)]
    if not subjects or subjects[-1].sentence != mention.sentence:
        return None
    bases = [one for one in bases if same_matter(one, subjects[-1])]
    if not bases:
        return None
    if any(
        subjects[-1].before(one) and one.role is Role.CHANGE and one.like == mention.like for one in at.here
    ):
        return None
    base = min(bases, key=lambda one: abs(one.quantity.start - subjects[-1].quantity.start))
    return base, subjects[-1]


def _growth(at: Around) -> Claim | None:
    """同比增长12.5%, with the base in the text."""
    mention = at.mention
    sign = sign_of(mention.label)
    if mention.kind not in (Kind.PERCENT, Kind.TIMES) or mention.role is not Role.CHANGE or not sign:
        return None
    if (_TO.search(mention.label) and not _BY.search(mention.label)) or _OTHERWISE.search(mention.lead[-24:]):
        return None
    found = _grown(at)
    if found is None or found[0].like != found[1].like or _of_another(mention, found[1]):
        return None
    old, new = found
    change = divided(of(new.quantity), of(old.quantity))
    if change is None or not old.quantity.value:
        return None
    factor = 1 if mention.kind is Kind.TIMES else 100
    allowed = directed_by(sign, scaled((change[0] - 1, change[1] - 1), factor))
    computed = (new.quantity.value / old.quantity.value - 1) * factor * sign
    return claim_of(Claimed.GROWTH, mention.quantity, (new.quantity, old.quantity), computed, allowed)


def _grown(at: Around) -> tuple[Mention, Mention] | None:
    """(old, new) of a growth: 由…到…, 较…的…, else the nearest base to the last subject nothing is yet said of."""
    values = [one for one in at.before if one.kind in OPERANDS]
    pair = _from_to(at, values)
    if pair:
        return pair
    subjects = [
        one
        for one in values
        if one.sentence == at.mention.sentence
        and (one.role not in (*_UNREAL, Role.BASE, Role.SUM) or (one.role is Role.MEAN and one is at.last))
    ]
    if not subjects:
        return None
    subject = subjects[-1]
    between = [one for one in at.here if subject.before(one)]
    if any(one.kind is Kind.PERCENT and one.role is Role.CHANGE for one in between):
        return None
    bases = [
        one
        for one in at.near
        if one.role is Role.BASE and one.like == subject.like and abs(one.sentence - at.mention.sentence) <= 1
        and same_matter(one, subject)
    ]  # fmt: skip
    if not bases:
        return _by_years(subjects)
    return min(bases, key=lambda one: abs(one.quantity.start - subject.quantity.start)), subject


def _by_years(subjects: list[Mention]) -> tuple[Mention, Mention] | None:
    """2017年底1860件，今年8月底达到2232件: the two of the sentence, each with its time."""
    if len(subjects) < 2 or subjects[-1].like != subjects[-2].like:
        return None
    then, now = subjects[-2], subjects[-1]
    early, late = _YEAR.search(then.phrase), _NOW.search(now.phrase)
    return (then, now) if early and late and early.group() != late.group() else None


def _direction(at: Around) -> Claim | None:
    """由10.7%下降至6.5%: the words and the numbers go the same way."""
    mention, old = at.mention, at.last
    to = _TO.search(mention.label)
    if not to or not (to["up"] or to["down"]) or old is None or old.like != mention.like:
        return None
    if not _FROM.search(old.label) or old.quantity.hedged or mention.quantity.hedged:
        return None
    more = mention.quantity.value > old.quantity.value
    ranked = mention.kind is Kind.RANK or (mention.quantity.unit in ("位", "名") and "排" in mention.lead)
    better = mention.quantity.value < old.quantity.value if ranked else more
    held = (better if to["up"] else not better) and mention.quantity.value != old.quantity.value
    quantity = mention.quantity
    return Claim(
        Claimed.DIRECTION, quantity.start, quantity.end, quantity.text, held, (old.quantity,), quantity.value, None,
        quantity.unit, words=f"由{old.quantity.text}到{quantity.text}，不是“{to['up'] or to['down']}”",
    )  # fmt: skip


_READERS = (_difference, _growth, _direction, remainder)
