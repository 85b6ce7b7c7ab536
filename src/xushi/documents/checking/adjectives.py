"""靠数说话的词：达超序时、超额完成、位居第一、过半、全部。词旁边的率要是错了，这个词归到那一处去说。"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from xushi.documents.checking.claims_changes import schedule
from xushi.documents.checking.judging import Claim, Claimed, Interval, of
from xushi.documents.checking.quantities import Kind, Quantity
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_NOT = r"(?<!未)(?<!没有)(?<!不)(?<!力争)(?<!确保)(?<!尽快)(?<!争取)(?<!赶上)(?<!尽早)"
_ON_TIME = re.compile(
    rf"{_NOT}(?:达到?或?超过?|达到|超过|超|快于|好于|高于|优于|赶上了|跑赢)(?:序时|时序)(?:进度)?(?!要求的)|{_NOT}达(?:序时|时序)(?:进度)?|{_NOT}实现达超序时"
)
_LATE = re.compile(r"(?:未达到?|未达超|低于|落后于?|慢于|滞后于?|未超)(?:序时|时序)(?:进度)?")
_OVER = re.compile(rf"{_NOT}超额完成")
_REACHED = re.compile(
    rf"{_NOT}(?:达到|实现|完成了?|已达)(?:了)?(?:市定|省定|年度|全年|年初|既定)?目标(?!任务)(?=[，。；、]|$)"
)
_MISSED = re.compile(r"(?:未|没有|尚未)(?:达到?|实现|完成)(?:市定|省定|年度|全年|既定)*目标")
_HALF = re.compile(rf"{_NOT}(?:(?<!时间)过半|超过?半数|超过?一半|完成过半)")
_ALL = re.compile(
    r"(?<!非)(?:全部|(?<!平)均已?|全都)(?:顺利|已经|已|按期|如期)?(?P<done>开工|竣工|办结|解决|销号|反馈|签收|投产)(?!率)"
)
_WISH = re.compile(
    r"(确保|力争|争取|努力|尽快|要求|推动|促进|督促|能够|力促|目标是|预计|将|确定|须|务必|应于|应当)[^，。；]{0,14}$"
)
_FILLED = re.compile(
    r"(?:任务|计划|目标|预算)[^，]{0,8}完成了?$|完成[^，]{0,8}(?:预算|任务|计划|目标)(?:数|总?额|任务)?的$"
)
_EXCESS = 60
_DUE = re.compile(r"(?:须|务必|应于|应当|要)[^，。；]{0,12}$")
_RATES = (Role.DONE_RATE, Role.SHARE, Role.RATE)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str


def claims(text: Text, rated: Mapping[int, Claim]) -> Iterator[Claim]:
    """rated: the claim made of a rate, by its place; a word beside a wrong rate is judged by what was computed."""
    groups = {number: list(group) for number, group in groupby(text.mentions, key=lambda one: one.sentence)}
    for number, here in groups.items():
        following = [one for one in groups.get(number + 1, []) if one.paragraph == here[0].paragraph]
        start, end = text.sentences[number]
        sentence = text.regular[start:end]
        for pattern, judge in (
            (_ON_TIME, _on_time),
            (_LATE, _late),
            (_OVER, _over),
            (_REACHED, _reached),
            (_MISSED, _missed),
            (_HALF, _half),
        ):
            for match in pattern.finditer(sentence):
                if _WISH.search(sentence[max(0, match.start() - 30) : match.start()]):
                    continue
                found = judge(_Word(start + match.start(), start + match.end(), match.group()), here, rated)
                if found:
                    yield found
        yield from _held_against(here)
        for match in _ALL.finditer(sentence):
            if _DUE.search(sentence[: match.start()]):
                continue
            found = _all(
                _Word(start + match.start(), start + match.end(), match.group()),
                match["done"],
                [*here, *following],
            )
            if found:
                yield found


def _before(word: _Word, here: Sequence[Mention], roles: tuple[Role, ...] = _RATES) -> Mention | None:
    return next(
        (
            one
            for one in reversed(here)
            if one.quantity.end <= word.start
            and one.kind is Kind.PERCENT
            and (one.role in roles or re.search(r"(?<!计划)(?:仅|只|已|仅仅)完成$", one.label))
        ),
        None,
    )


def _truth(rate: Mention, rated: Mapping[int, Claim]) -> tuple[Interval, int | None, tuple[Quantity, ...]]:
    """What the rate really is: as printed where it holds, as computed where it does not."""
    claim = rated.get(rate.quantity.start)
    if claim is None or claim.allowed is None:
        return of(rate.quantity), None, (rate.quantity,)
    if claim.held:
        return (
            of(rate.quantity),
            None,
            (rate.quantity, *claim.operands),
        )  # 8亿元 may be 7.5: the rate knows better
    return claim.allowed, rate.quantity.start, (rate.quantity, *claim.operands)


def _made(
    word: _Word,
    held: bool,
    truth: tuple[Interval, int | None, tuple[Quantity, ...]],
    words: str,
    named: tuple[str, ...] = (),
) -> Claim:
    allowed, about, operands = truth
    return Claim(
        Claimed.ADJECTIVE,
        word.start,
        word.end,
        word.text,
        held,
        operands,
        (allowed[0] + allowed[1]) / 2,
        allowed,
        "%",
        words=words,
        about=about,
        named=named,
    )


def _against_schedule(
    word: _Word, here: Sequence[Mention], rated: Mapping[int, Claim], *, ahead: bool
) -> Claim | None:
    rate = _before(word, here) or _only_filled(word, here)
    told = next((one for one in reversed(here) if one.role is Role.DUE), None)
    due = schedule(rate, told) if rate else None
    if rate is None or due is None:
        return None
    truth = _truth(rate, rated)
    low, high = truth[0]
    held = high >= due if ahead else low < due
    gap = abs((low + high) / 2 - due)
    side = "快" if (low + high) / 2 >= due else "慢"
    return _made(word, held, truth, f"比序时{side}{gap:.1f}个百分点", (f"序时{due:.1f}%",))


def _only_filled(word: _Word, here: Sequence[Mention]) -> Mention | None:
    """年度任务投资额完成74.1%: the only percentage of the sentence."""
    told = [one for one in here if one.kind is Kind.PERCENT]
    fits = len(told) == 1 and told[0].role is Role.OTHER and told[0].quantity.end <= word.start
    return told[0] if fits and _FILLED.search(told[0].label) else None


def _on_time(word: _Word, here: Sequence[Mention], rated: Mapping[int, Claim]) -> Claim | None:
    return _against_schedule(word, here, rated, ahead=True)


def _late(word: _Word, here: Sequence[Mention], rated: Mapping[int, Claim]) -> Claim | None:
    return _against_schedule(word, here, rated, ahead=False)


def _over(word: _Word, here: Sequence[Mention], rated: Mapping[int, Claim]) -> Claim | None:
    near = [one for one in here if one.kind is Kind.PERCENT and one.role in (Role.DONE_RATE,)]
    near = [
        one for one in near if not ("超额" in one.label and one.quantity.value < _EXCESS)
    ]  # 超额完成目标3.1%
    if not near:
        return _reached(word, here, rated)
    rate = min(near, key=lambda one: abs(one.quantity.start - word.start))
    truth = _truth(rate, rated)
    return _made(word, truth[0][1] >= 100, truth, "完成率不到100%")


def _goal(word: _Word, here: Sequence[Mention]) -> tuple[Mention, Mention] | None:
    targets = [one for one in here if one.role is Role.TARGET or _PLANNED.match(one.label)]
    values = [one for one in here if one not in targets and one.quantity.end <= word.start]
    if not targets or not values or targets[0].like != values[-1].like:
        return None
    return values[-1], targets[0]


_PLANNED = re.compile(
    r"^(?:全年|年度|今年|年初|市里?|区里?|县里?|上级)?(?:计划|确定|下达|安排|核定)(?:我[区市县镇])?[\u4e00-\u9fff]{2,8}$"
)
_FALLS = re.compile(r"浓度|能耗|煤|排放|下降|负债|失业|逾期")


def _reached(word: _Word, here: Sequence[Mention], rated: Mapping[int, Claim]) -> Claim | None:
    pair = _goal(word, here)
    if pair is None or _FALLS.search(pair[0].lead):
        return None
    value, target = pair
    held = value.quantity.high >= target.quantity.low
    return _made(
        word,
        held,
        (of(value.quantity), None, (value.quantity, target.quantity)),
        f"目标是{target.quantity.text}",
    )


def _missed(word: _Word, here: Sequence[Mention], rated: Mapping[int, Claim]) -> Claim | None:
    pair = _goal(_Word(word.start, word.end, word.text), here)
    if pair is None or _FALLS.search(pair[0].lead):
        return None
    value, target = pair
    held = value.quantity.low < target.quantity.high
    return _made(
        word,
        held,
        (of(value.quantity), None, (value.quantity, target.quantity)),
        f"目标是{target.quantity.text}",
    )


def _half(word: _Word, here: Sequence[Mention], rated: Mapping[int, Claim]) -> Claim | None:
    rate = next(
        (
            one
            for one in reversed(here)
            if one.kind is Kind.PERCENT and one.role in (*_RATES, Role.START_RATE)
        ),
        None,
    )
    if rate is None:  # 完成农业项目投资年度计划的43.5%，实现任务过半: the only rate there is
        told = [one for one in here if one.kind is Kind.PERCENT and one.role is Role.OTHER]
        rate = told[0] if len(told) == 1 and told[0].quantity.end <= word.start else None
    if rate is None:
        return None
    truth = _truth(rate, rated)
    return _made(word, truth[0][1] > Decimal(50), truth, "不到一半")


def _all(word: _Word, done: str, here: Sequence[Mention]) -> Claim | None:
    """24个项目全部开工 beside 已开工23个, or beside 开工率95.8%."""
    counts = [one for one in here if one.kind is Kind.COUNT]
    wholes = [
        one
        for one in counts
        if one.quantity.end <= word.start
        and (done not in one.label or one.role is Role.PLANNED_START)
        and (one.role is not Role.REST or one.tail.startswith(("全部", "均")))
    ]
    if not wholes:
        return None
    whole = wholes[-1]
    part = next(
        (one for one in reversed(counts) if one is not whole and _done_of(one, whole, done, counts)), None
    )
    if part is None:
        return None
    held = part.quantity.high >= whole.quantity.low
    operands = (whole.quantity, part.quantity)
    return Claim(
        Claimed.ADJECTIVE, word.start, word.end, word.text, held, operands, part.quantity.value, of(part.quantity),
        part.quantity.unit, words=f"{whole.quantity.text}里只有{part.quantity.text}",
    )  # fmt: skip


def _done_of(one: Mention, whole: Mention, done: str, counts: Sequence[Mention]) -> bool:
    """Whether this is how many of the whole were done: the same thing, and no whole of its own beside it."""
    words = one.words
    if one.like != whole.like or done not in words or "未" in words or one.role is Role.PLANNED_START:
        return False
    return not any(
        other.clause == one.clause and other is not whole and other.before(one) and other.like == one.like
        for other in counts
    )


_AGAINST = re.compile(
    r"(?P<more>高于|超过|超出|好于|优于|多于|突破)|(?P<less>低于|未达到?|少于|不及|未完成|没有达到)"
)
_STANDARD = re.compile(r"目标|任务|平均|要求|标准|门槛|水平|计划|去年|上年|同期")


def _held_against(here: Sequence[Mention]) -> Iterator[Claim]:
    """开工率85.2%，高于全市平均水平86.7%: the word and the two numbers."""
    for place, standard in enumerate(here[1:], start=1):
        verb = list(_AGAINST.finditer(standard.label))
        if (
            not verb
            or not _STANDARD.search(standard.label[verb[-1].end() :])
            or standard.label.endswith(("有", "的"))
        ):
            continue  # 低于平均水平的有5家 counts those that are
        subject = here[place - 1]
        following = here[place + 1] if place + 1 < len(here) else None
        if following and following.role is Role.CHANGE and following.clause - standard.clause <= 1:
            continue  # by how much is told: that claim says it
        if subject.like != standard.like or subject.role in (Role.CHANGE, Role.BASE, Role.TARGET):
            continue
        if _WISH.search(standard.lead[-20:-1]) or standard.clause - subject.clause > 2:
            continue
        one, other = subject.quantity, standard.quantity
        held = one.high > other.low if verb[-1]["more"] else one.low < other.high
        text = standard.label[verb[-1].start() :]
        end = other.start - standard.lead.endswith("（")
        yield Claim(
            Claimed.ADJECTIVE, end - len(text), end, text, held, (one, other), one.value, of(one), one.unit,
            words=f"{one.text}与{other.text}相比不是这样",
        )  # fmt: skip
