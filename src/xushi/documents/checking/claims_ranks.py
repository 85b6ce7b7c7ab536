"""名次的话：第4变为第7说成前移，第7位说成前三，九个区里第8说成末位，分列第一、第二、第三的数却不是由高到低。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import PAST
from xushi.documents.checking.judging import Claim, Claimed, of
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention

_NUMERAL = r"\d{1,3}|[一二两三四五六七八九十]{1,3}"
_TOP = re.compile(
    rf"(?:位居|位列|居|列|进入|跻身|稳居|保持在)(?:了)?[\u4e00-\u9fff]{{0,4}}?前(?P<many>{_NUMERAL})(?:名|位|列)?(?=[，。；、])"
)
_LAST = re.compile(
    r"(?:位居|居|列|排名?|处于|位列)[\u4e00-\u9fff]{0,4}?(?P<word>末位|垫底|倒数第一|最后一位)(?=[，。；、])"
)
_THAN = re.compile(r"[比较]")
_FORWARD = re.compile(r"^(?:前移|前进|上升|提升|进位)(?:了)?$")
_BACK = re.compile(r"^(?:后移|后退|下降|下滑|退后)(?:了)?$")
_IN_TURN = re.compile(
    r"(?:分列|分别(?:位?列|居|排名?|位居))[\u4e00-\u9fff]{0,6}?第一(?:位|名)?、第二(?:(?:位|名)?、第三|位|名)?"
)
_DOWNWARD = re.compile(
    r"(?:由高到低|从高到低|由多到少|前(?:三|五|\d)名)[^，。；：\d]{0,8}(?:依次|分别)(?:为|是)?：?"
)
_WISHED = re.compile(r"力争|确保|争取|目标|努力|要|未")
_LOW_IS_GOOD = re.compile(r"倒数|由低到高|浓度|能耗|投诉|逾期|事故|失业|排放|用时|天数")


def claims(text: Text) -> Iterator[Claim]:
    """What words say of the ranks and values beside them."""
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[number]
        sentence = text.regular[start:end]
        yield from _moved(here)
        yield from _among_the_first(here, sentence, start)
        yield from _the_last(here, sentence, start)
        yield from _in_turn(here, sentence, start)
        yield from _downward(here, sentence, start)


def _said(start: int, words: str, held: bool, operands: Sequence[Mention], why: str) -> Claim:
    one = operands[0].quantity
    return Claim(
        Claimed.RANK, start, start + len(words), words, held, tuple(each.quantity for each in operands), one.value,
        of(one), one.unit, words=why,
    )  # fmt: skip


def _moved(here: Sequence[Mention]) -> Iterator[Claim]:
    """由第4位变为第7位，前移3位; 列第7位，较二季度的第4位上升3位: the word goes the other way."""
    for one, other, move in zip(here, here[1:], here[2:], strict=False):
        ranks = one.kind is other.kind is Kind.RANK
        if not ranks or move.quantity.unit not in ("位", "名", "个"):
            continue
        forward, back = _FORWARD.match(move.label), _BACK.match(move.label)
        then = bool(re.search(r"[由从]", one.label)) and move.clause - other.clause == 1
        than = bool(_THAN.match(other.label)) and move.clause == other.clause != one.clause
        than = than or (
            bool(PAST.search(other.label))
            and move.clause - other.clause == 1 != other.clause - one.clause + 1
        )
        if not (forward or back) or not (then or than):
            continue
        old, new = (one, other) if then else (other, one)
        gained = old.quantity.value - new.quantity.value
        held = gained > 0 if forward else gained < 0
        words = f"由{old.quantity.text}到{new.quantity.text}不是{move.label}"
        start = move.quantity.start - len(move.label)
        yield _said(start, move.label + move.quantity.text, held, (new, old), words)


def _among_the_first(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """列第7位，位居全市前三: the only rank of the sentence."""
    for match in _TOP.finditer(sentence):
        before = [one for one in here if one.kind is Kind.RANK and one.quantity.end <= start + match.start()]
        every = [
            one for one in here if one.kind is Kind.RANK and one.quantity.start < start + match.start("many")
        ]
        if (
            len(before) != 1
            or len(every) != 1
            or _WISHED.search(sentence[max(0, match.start() - 8) : match.start()])
        ):
            continue
        rank, many = before[0], number_in(match["many"])
        held = rank.quantity.value <= many
        at = start + match.start("many") - 1
        yield _said(
            at,
            sentence[match.start("many") - 1 : match.end()],
            held,
            (rank,),
            f"{rank.quantity.text}不在前{many}",
        )


def _the_last(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """全市9个区，我区列第8位，居全市末位: the count of those that are ranked, and the only rank."""
    for match in _LAST.finditer(sentence):
        before = [one for one in here if one.quantity.end <= start + match.start()]
        ranks = [one for one in before if one.kind is Kind.RANK]
        counts = [
            one
            for one in before
            if one.kind is Kind.COUNT and re.match(r"[\u4e00-\u9fff（）、]{0,3}[区县市镇街]", one.tail)
        ]
        if len(ranks) == len(counts) == 1 and len(before) == 2:
            held = ranks[0].quantity.value == counts[0].quantity.value
            words = f"{counts[0].quantity.text}里{ranks[0].quantity.text}不是最后"
            yield _said(start + match.start("word"), match["word"], held, (ranks[0], counts[0]), words)


def _in_turn(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """东河95.6分、柳林96.2分、石桥93.8分，分列第一、第二、第三位: from the highest down."""
    for match in _IN_TURN.finditer(sentence):
        before = [
            one for one in here if one.quantity.start < start + match.start() and one.kind is not Kind.RANK
        ]
        many = match.group().count("第")
        row = before[-many:]
        if len(row) != many or len({one.like for one in row}) != 1 or _LOW_IS_GOOD.search(sentence):
            continue
        if row[0].kind not in (Kind.SCORE, Kind.PERCENT, Kind.MONEY):
            continue
        yield from _falling(row)


def _downward(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """得分由高到低依次为：东关95.7分、石桥92.4分、西山93.8分."""
    for match in _DOWNWARD.finditer(sentence):
        row: list[Mention] = []
        for one in here:
            if one.quantity.start < start + match.end() or one.kind is Kind.RANK:
                continue
            if row and (one.like != row[0].like or one.quantity.hedged or not one.label):
                break
            row.append(one)
        if len(row) >= 3 and not _LOW_IS_GOOD.search(sentence[: match.start()]):
            yield from _falling(row)


def _falling(row: Sequence[Mention]) -> Iterator[Claim]:
    """One claim: of the first value above the one before it, or that there is none."""
    for one, other in pairwise(row):
        held = one.quantity.value >= other.quantity.value
        if not held or other is row[-1]:
            words = f"比前一个的{one.quantity.text}高，名次却在后" if not held else ""
            yield Claim(
                Claimed.RANK, other.quantity.start, other.quantity.end, other.quantity.text, held,
                (one.quantity, other.quantity), other.quantity.value, (Decimal(0), one.quantity.high),
                other.quantity.unit, words=words,
            )  # fmt: skip
            return
