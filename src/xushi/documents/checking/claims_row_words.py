"""说一串数的话：均超过、均控制在、逐月上升、连续下降、降幅扩大、全部合格、首次突破——拿那一串数来对。"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from xushi.documents.checking.judging import Claim, Claimed, of
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_SPELL = r"(?:连续[两二三四五六七八九\d]*(?:个)?(?:月|季度|年)?|逐月|逐年|逐季度?|逐次|逐步|依次|呈|均|持续|稳步|不断)"
_RISE = re.compile(
    rf"{_SPELL}(?:呈|保持|持续|稳步|不断)*(?:增长|上升|提高|提升|增加|攀升|走高|递增|上涨|扩大|加快)"
)
_FALL = re.compile(
    rf"{_SPELL}(?:呈|保持|持续|稳步|不断)*(?:下降|回落|降低|减少|走低|递减|下滑|收窄|放缓|压降)"
)
_OF_CHANGES = re.compile(r"扩大|加快|收窄|放缓|回落")
_CHANGES = re.compile(r"(?:增速|增幅|降幅|涨幅|跌幅)[^，]{0,4}$")
_LEVEL = re.compile(r"总量|规模|总额|数量|产值|面积")
_EACH = re.compile(
    r"(?:均|都|全部)(?:已|稳定|保持|控制|维持)*(?:(?P<more>超过|高于|达到?|不低于|突破|大于|超)|(?P<less>低于|不超过|小于|不高于)|在|为)?$"
)
_LEAST, _MOST = re.compile(r"最低|最少|最小|末位"), re.compile(r"最高|最多|最大")
_BROKEN = re.compile(r"^(?:首次|成功|一举|历史性|已|再次|并|率先)*(?:突破|超过|跨越|迈上|站上)?$")
_ALL = re.compile(
    r"(?:全部|百分之百|悉数|(?<!平)均)(?:实现|达到|已|做到)?(?P<done>[\u4e00-\u9fff]{2})(?=[，。；）]|$)"
)
_WISHED = re.compile(r"力争|确保|争取|努力|要求|督促|推动|促进|尽快|尽早|目标|预计|计划|将|未|不")


def claims(text: Text) -> Iterator[Claim]:
    """What a sentence says in one word of several of its numbers."""
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[number]
        sentence = text.regular[start:end]
        yield from _trend(here, sentence, start)
        yield from _each(here, sentence, start)
        yield from _broken(here)
        yield from _all(here, sentence, start)


def _row(here: Sequence[Mention], since: int, until: int) -> list[Mention]:
    """分别为318件、342件、371件: the list told last before a place."""
    row: list[Mention] = []
    for one in reversed(here):
        if one.quantity.start < since:
            break
        if one.quantity.end > until or (row and one.like != row[-1].like):
            continue
        if row and not re.fullmatch(r"[、和与及]?", row[-1].label):
            break
        row.append(one)
    return row[::-1]


def _claim(start: int, end: int, text: str, held: bool, row: Sequence[Mention], words: str) -> Claim:
    operands = tuple(one.quantity for one in row)
    return Claim(
        Claimed.ADJECTIVE, start, end, text, held, operands, operands[-1].value, of(operands[-1]), operands[-1].unit,
        words=words,
    )  # fmt: skip


def _trend(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """7月、8月、9月分别为11.6、12.4、12.1，逐月上升: each more than the one before."""
    for pattern, rising in ((_RISE, True), (_FALL, False)):
        for match in pattern.finditer(sentence):
            row = _row(here, start, start + match.start())
            if len(row) < 3 or _WISHED.search(sentence[max(0, match.start() - 8) : match.start()]):
                continue
            if "分别" not in row[0].lead or sentence.find("分别", 0, match.start()) < 0:
                continue
            own = row[0].role is Role.CHANGE or bool(_CHANGES.search(row[0].label.partition("分别")[0]))
            named = bool(_CHANGES.search(sentence[: match.start()]) or _OF_CHANGES.search(match.group()))
            if own != named or (own and _LEVEL.search(sentence[max(0, match.start() - 6) : match.start()])):
                continue
            pairs = list(pairwise(row))
            held = all(
                (b.quantity.value >= a.quantity.value) if rising else (b.quantity.value <= a.quantity.value)
                for a, b in pairs
            )
            listed = "、".join(one.quantity.text for one in row)
            yield _claim(
                start + match.start(), start + match.end(), match.group(), held, row, f"列出的是{listed}"
            )


def _each(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """分别为61.3%、58.9%和72.4%，均控制在65%以内; 均超过50万元，最低的47.8万元."""
    for place, mark in enumerate(here):
        word = _EACH.search(mark.label)
        printed = mark.quantity.text
        if word is None:
            continue
        behind = sentence[mark.quantity.end - start : mark.quantity.end - start + 2]
        more = (
            bool(word["more"]) or bool(re.search(r"以上$|^(?:超|突破|不低于)", printed)) or behind == "以上"
        )
        less = (
            bool(word["less"])
            or bool(re.search(r"以[内下]$|^(?:不超过|不到)", printed))
            or behind in ("以内", "以下")
        )
        if more == less:
            continue
        bound = mark.quantity.high if less else mark.quantity.low
        row = [one for one in here[:place] if one.like == mark.like and one.clause < mark.clause]
        listed = row[-_listed(row) :] if row and _listed(row) > 1 else []
        extreme = [
            one
            for one in here[place + 1 :]
            if one.like == mark.like and (_LEAST if more else _MOST).search(one.label)
        ][:1]
        told = listed or extreme
        if not told or _WISHED.search(mark.lead[-24:].replace("不低于", "").replace("不超过", "")):
            continue
        off = [one for one in told if (one.quantity.high < bound if more else one.quantity.low > bound)]
        yield _claim(
            mark.quantity.start - len(word.group()), mark.quantity.end, word.group() + printed, not off, off or told,
            f"{(off or told)[0].quantity.text}不是",
        )  # fmt: skip


def _listed(row: Sequence[Mention]) -> int:
    """How many of the last numbers stand in one list behind 分别."""
    many = 1
    for one in reversed(row):
        if not re.fullmatch(r"[、和与及]?", one.label):
            return many if "分别" in one.lead else 0
        many += 1
    return 0


def _broken(here: Sequence[Mention]) -> Iterator[Claim]:
    """比重为3.17%，首次突破3.2%."""
    for one, mark in pairwise(here):
        passed = "突破" in mark.label or mark.quantity.text.startswith("突破")
        if not passed or not _BROKEN.match(mark.label) or mark.like != one.like or mark.tail:
            continue
        if re.search(r"新增|净增|增加", one.label):
            continue
        if mark.clause - one.clause != 1 or one.role in (Role.CHANGE, Role.BASE, Role.TARGET, Role.MEAN):
            continue
        size = mark.quantity.low if mark.quantity.hedged else mark.quantity.value
        quantity = mark.quantity
        yield _claim(
            quantity.start, quantity.end, quantity.text, one.quantity.high >= size, [one],
            f"前面写的是{one.quantity.text}",
        )  # fmt: skip


def _all(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """合格率97.8%，实现全部合格: the rate of the very word is not all."""
    for match in _ALL.finditer(sentence):
        rates = [
            one
            for one in here
            if one.kind is Kind.PERCENT and re.search(rf"{match['done']}率(?:为|达到?|是)?$", one.label)
            and one.quantity.end <= start + match.start()
        ]  # fmt: skip
        if (
            len(rates) != 1
            or rates[0].quantity.hedged
            or _WISHED.search(sentence[max(0, match.start() - 10) : match.start()])
        ):
            continue
        between = sentence[rates[0].quantity.end - start : match.start()]
        if len(between) > 12 or re.search(r"其余|剩余|其中|项目|个|家", between):
            continue
        rate = rates[0]
        yield _claim(
            start + match.start(), start + match.end(), match.group(), rate.quantity.high >= 100, [rate],
            f"前面写的是{rate.quantity.text}",
        )  # fmt: skip
