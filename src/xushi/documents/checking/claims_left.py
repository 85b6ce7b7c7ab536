"""别的读法都没认领的数：两处数字颠倒、各占一份的加起来过了全部、合计句里第二样东西的合计、差和平均写在两个数前后的。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import OPERANDS, exceeds, own_subject, same_as, shares_words, sum_of
from xushi.documents.checking.claims_again import OWN
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    Severity,
    claim_of,
    close_by,
    directed_by,
    divided,
    of,
    swapped,
    taken,
    written,
)
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role
from xushi.documents.checking.rows import of_the_whole_again

LOOK_BACK = 16  # numbers
TURNED_ROUND = "，疑是数字颠倒"
_NO_PART = (Role.CHANGE, Role.MEAN, Role.BASE, Role.TARGET, Role.SUM, Role.DUE, Role.REST)
_STATES = (
    re.compile(r"^(?:其中)?(?:现|目前|均)?已(?!经?过)"),
    re.compile(r"^(?:其中|另有?)?(?:仍|还有?|尚有?|目前)?(?:未|尚未|没有|暂未|待)"),
    re.compile(r"^(?:其中|另有?)?(?:仍|还有?)?(?:正在|正|在)(?!编|册|岗|校|线)"),
    re.compile(r"^(?:其中)?按期|^(?:其中)?按时"),
    re.compile(r"^(?:其中)?逾期|^(?:其中)?超期"),
)
_REACHED = re.compile(r"^(?:的)?(?:达到?|低于|未达|高于|达|快于|慢于|超)")
_HALVES = re.compile(r"[上下]半年|[一二三四]季度|第[一二三四五]批")
_SIZES = re.compile(
    r"(?:亿元?|万元?|分|岁|平方米|亩|级|等)(?:及)?(?:以上|以下|以内|至|—)|[一二三四五]级|[优良中差]"
)
_NOT = re.compile(r"^(?:其中)?非")
_VERB = re.compile(r"[\u4e00-\u9fff]{2}$")
_AMONG = re.compile(r"其中|分别|：|按|包括")
_A_DEED = re.compile(r"^(?!比|较|同比|环比)[\u4e00-\u9fff]{2,6}提升$")  # 绿化提升2.6亿元
_OTHERS = re.compile(r"^(?:其他|其它|其余)")
_BARE = re.compile(r"^(?:其中|分别为)?[：，]?(?:涉及|由)?[\u4e00-\u9fff]{2,8}$")  # 街道3家、部门4家、企业1家
_SPECIAL = re.compile(
    r"高新|高企|技改|技术改造|民间|规上|限上|女|党员|上市|专精|巨人|独角|瞪羚|主要|最|重点|新增|已|正|未|累计"
)
_OVERLAP = re.compile(r"同时|并存|并有|兼|重复|交叉|既|又|重叠|多类|均有")
_WITHIN = re.compile(r"[\u4e00-\u9fff]{2}[中里](?!心|学|小|等|期|间|央|国|华|医)")
_ALL = re.compile(
    r"(?:合计|共计|总计|累计|[两二三四五六七八九]类|[两二三四五六七八九]项|[两二三四五六七八九]个[\u4e00-\u9fff]{1,4}共)"
)
_EACH = re.compile(r"(?:平均每|每[个家项件名人处户]|户均|人均|平均)[\u4e00-\u9fff]{0,6}(?:约|为|达|近)?$")
_MORE = re.compile(r"高于|快于|好于|优于|领先|超过|高出|多于|大于")
_LESS = re.compile(r"低于|慢于|落后|滞后|少于|小于")
_ROSE = re.compile(r"上升|前进|前移|提升|提高|进")
_FELL = re.compile(r"下降|后退|后移|下滑|退")
_FORMER = re.compile(r"上季度?|上年|去年|上月|上期|上半年|上次|同期|原")
_NEAR = Decimal("0.3")
_SURELY = 4  # pairs of characters that two clauses share where a number has but two digits
_GOAL = re.compile(r"^的?(?:总)?(?:目标|任务)")


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What can be said of numbers that no other reader has said anything of; told: where the others have."""
    yield from _turned(text, told)
    yield from _goals(text)
    last: Mention | None = None
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        if last is not None and here[0].lead.startswith("其中") and last.paragraph == here[0].paragraph:
            yield from _shares([last, *here], told)  # 560.4亿元。其中，第一产业8.6亿元
        last = here[-1]
        if not _OVERLAP.search(text.sentence_of(here[0].quantity.start)):
            yield from _shares(here, told)
        yield from _apart_before(here, told)
        yield from _rank_before(here, told)
    for near in text.paragraphs:
        yield from _means(near, told)
        yield from _second_sums(near, told)


def _turned(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """全区当年实施项目268个……当年实施项目286个: of one matter, with digits that have changed places."""
    for place, later in enumerate(text.mentions):
        if later.kind not in (*OPERANDS, Kind.PERCENT, Kind.SCORE) or _unlike(later):
            continue
        before = text.mentions[max(0, place - LOOK_BACK) : place]
        if any(one.like == later.like and one.quantity.value == later.quantity.value for one in before):
            continue  # it has been told like this
        here = [one.quantity.value for one in before if one.sentence == later.sentence]
        for one in before:
            if one.quantity.value in here:
                continue  # 共21个。这21个中，因手续的12个
            if _turned_round(one, later) and not _unlike(one) and _one_matter(one, later):
                if one.quantity.start in told and later.quantity.start in told:
                    continue  # both follow from other numbers
                yield same_as(later, one, Severity.WARNING, TURNED_ROUND)
                break


def _goals(text: Text) -> Iterator[Claim]:
    """确保全年完成投资280亿元目标……围绕全年完成投资260亿元目标: one goal has one number."""
    goals = [one for one in text.mentions if one.kind in OPERANDS and _GOAL.match(one.tail)]
    for first, later in pairwise(goals):
        words = [re.sub(r"^[^\u4e00-\u9fff]*", "", one.label)[-6:] for one in (first, later)]
        same = first.like == later.like and words[0] == words[1] and len(words[0]) == 6
        if (
            not same
            or later.paragraph - first.paragraph > 1
            or set(OWN.findall(first.lead)) != set(OWN.findall(later.lead))
        ):
            continue
        yield same_as(later, first, Severity.WARNING)


def _unlike(one: Mention) -> bool:
    return one.quantity.hedged or one.role in (Role.CHANGE, Role.MEAN, Role.BASE, Role.REST, Role.SHARE)


def _turned_round(one: Mention, later: Mention) -> bool:
    """Like numbers of two sentences, two digits of which have changed places; numbers of two digits share more words."""
    if one.like != later.like or one.sentence == later.sentence or later.paragraph - one.paragraph > 1:
        return False
    if not swapped(one.quantity, later.quantity):
        return False
    return len(written(one.quantity.text)[0]) > 2 or shared(one, later) >= _SURELY


def shared(one: Mention, later: Mention) -> int:
    """How many pairs of characters in a row both clauses have."""
    words = [re.sub(r"[^\u4e00-\u9fff]", "|", x.lead[-30:] + "|" + x.tail) for x in (one, later)]
    pairs = [{text[at : at + 2] for at in range(len(text) - 1)} for text in words]
    return sum("|" not in pair for pair in pairs[0] & pairs[1])


def _one_matter(one: Mention, later: Mention) -> bool:
    if one.period and later.period and one.period != later.period:
        return False
    common = shared(one, later)
    if common < _SURELY * 3 // 2 and set(OWN.findall(one.lead)) != set(OWN.findall(later.lead)):
        return False
    subject = own_subject(later)
    noun = re.match(r"[\u4e00-\u9fff]{2}", later.tail)
    both = shares_words(subject, one) if len(subject) >= 2 else False
    return both or common >= _SURELY or bool(noun and noun[0] in one.phrase + one.tail)


def _shares(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """督办单24份，按期反馈19份，逾期3份，尚未反馈4份: what excludes one another is not more than all of it."""
    for place, whole in enumerate(here):
        may = whole.kind in OPERANDS and not whole.quantity.hedged
        if not may or (whole.role in _NO_PART and whole.role is not Role.SUM):
            continue
        parts = _parts(whole, here[place + 1 :])
        if len(parts) < 2 or any(
            one.quantity.hedged or one.quantity.start in told for one in (whole, *parts)
        ):
            continue
        if _respectively(here, parts):
            yield from _beyond(whole, parts, every=True)
            return
        if _exhausts(parts):
            yield from _rest(whole, *parts)
            return
        if whole.label[:2] == parts[0].label[:2]:
            return  # one of the parts itself
        if _excludes(parts, among=whole.tail.endswith("中")):
            yield from _beyond(whole, parts, every=bool(_OTHERS.search(parts[-1].label)))
            return


def _parts(whole: Mention, after: Sequence[Mention]) -> list[Mention]:
    """The like numbers right behind, none of them bigger; rates and numbers of batches between them do not count."""
    parts: list[Mention] = []
    for one in after:
        if one.kind in (Kind.PERCENT, Kind.RANK, Kind.SERIAL):
            continue  # 达到的51个，占78.5%; 第一批12件
        if not parts and one.kind is Kind.COUNT and one.quantity.text[0] in "两二三四五六七八九":
            continue  # 集中在……三个领域，分别为
        if (
            one.like != whole.like
            or (one.role in _NO_PART and not _A_DEED.search(one.label))
            or one.quantity.value > whole.quantity.value
        ):
            break
        if parts and of_the_whole_again([parts[0], one]):
            break
        if parts and _WITHIN.search(one.label):  # 其中工业投资29.8亿元，工业投资中技改投资17.3亿元
            break
        parts.append(one)
    return parts


def _beyond(whole: Mention, parts: Sequence[Mention], *, every: bool) -> Iterator[Claim]:
    """More than the whole; what the text does not say to be all of it (其他13件) may be less."""
    made = sum_of(whole, parts)
    if (every or exceeds(made, whole)) and close_by(made, _NEAR):
        yield made


def _respectively(here: Sequence[Mention], parts: Sequence[Mention]) -> bool:
    """1264处，集中在……三个领域，分别为415处、238处、611处: as many as there are fields."""
    told = re.search(
        r"(?P<many>[两二三四五六七八九]|\d{1,2})(?:个|类|大)[\u4e00-\u9fff]{1,6}，?分别(?:为|是|有)?$",
        parts[0].lead,
    )
    if told is None or any(one.label not in ("", "和", "及", "与") for one in parts[1:]):
        return False
    return len(parts) == number_in(told["many"])


def _rest(whole: Mention, part: Mention, rest: Mention) -> Iterator[Claim]:
    """What is not the one is the other: 已签58个，未签18个 of 76."""
    value = whole.quantity.value - part.quantity.value
    if abs(value - rest.quantity.value) <= whole.quantity.value * _NEAR:
        allowed = taken(of(whole.quantity), of(part.quantity))
        operands = (whole.quantity, part.quantity)
        yield claim_of(Claimed.DIFFERENCE, rest.quantity, operands, value, allowed)


def _state(one: Mention) -> int | None:
    """By the words before, else by those behind: 已有11个取得许可证，6个正在办理."""
    words = one.label if one.label not in ("", "另有", "有", "其余") else one.tail
    return next((at for at, state in enumerate(_STATES) if state.search(words)), None)


def _exhausts(parts: Sequence[Mention]) -> bool:
    """已…、未…; 税收、非税: there is nothing else."""
    states = [_state(one) for one in parts]
    if len(parts) == 2 and _NOT.match(parts[1].label) and parts[0].label[-1:] != "的":
        stem = _NOT.sub("", parts[1].label)[:1]
        return stem != "" and stem in parts[0].label
    if (
        len(parts) == 2
        and len(parts[0].label) > 2
        and parts[1].label in (f"未{parts[0].label}", f"没有{parts[0].label}")
    ):
        return True
    if None in states or len(set(states)) != len(states) or not {0, 1} <= set(states):
        return False
    done, rest = (next(one for one in parts if _state(one) == at).label for at in (0, 1))
    stem = _STATES[1].sub("", rest)[:2]
    return len(parts) == 2 and len(stem) == 2 and stem in done


def _excludes(parts: Sequence[Mention], *, among: bool) -> bool:
    """Told by states, halves of the year, classes of size, or by who did the same thing."""
    states = [_state(one) for one in parts]
    if None not in states and len(set(states)) == len(states):
        return True
    tails = [match[0] if (match := _REACHED.search(one.tail)) else "" for one in parts]
    if (
        all(tails)
        and len(set(tails)) == len(tails)
        and len({one.tail.removeprefix(t) for one, t in zip(parts, tails, strict=True)}) == 1
    ):
        return True  # 6个达到序时进度，3个低于序时进度
    for pattern in (_HALVES, _SIZES):
        named = [match[0] if (match := pattern.search(one.phrase[-12:])) else "" for one in parts]
        if all(named) and (pattern is _SIZES or len(set(named)) == len(named)):
            return len({one.phrase[-12:] for one in parts}) == len(parts)
    told = among or _AMONG.search(parts[0].phrase) or re.search(r"由|涉及", parts[0].label)
    if told and all(_BARE.match(one.label) for one in parts):
        return not any(_SPECIAL.search(one.label) for one in parts)
    verbs = {match[0] if (match := _VERB.search(one.label)) else "" for one in parts}
    heads = {one.label for one in parts}
    same = len(verbs) == 1 and "" not in verbs and len(heads) == len(parts) >= 3
    return same and (among or bool(_AMONG.search(parts[0].phrase))) and all(len(head) >= 4 for head in heads)


def _apart_before(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """高于全市平均水平4.2个百分点，其中我区68.9%，全市平均64.7%: the two numbers come behind."""
    for apart, first, second in zip(here, here[1:], here[2:], strict=False):
        one, other = (second, first) if "平均" in first.label else (first, second)
        if apart.quantity.start in told or apart.kind is not Kind.POINTS or one.like != other.like:
            continue
        more, less = _MORE.search(apart.label), _LESS.search(apart.label)
        if (
            one.kind is not Kind.PERCENT
            or bool(more) == bool(less)
            or "平均" not in apart.label + other.label
        ):
            continue
        if "平均" not in other.label or second.clause - apart.clause > 3:
            continue
        sign = 1 if more else -1
        computed = (one.quantity.value - other.quantity.value) * sign
        allowed = directed_by(sign, taken(of(one.quantity), of(other.quantity)))
        yield claim_of(Claimed.DIFFERENCE, apart.quantity, (one.quantity, other.quantity), computed, allowed)


def _rank_before(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """列第7位，比上季度上升2位，上季度列第9位: the former rank comes behind."""
    for now, move, then in zip(here, here[1:], here[2:], strict=False):
        if not now.kind is then.kind is Kind.RANK or move.quantity.unit not in ("位", "名", "个"):
            continue
        if move.kind is Kind.RANK or move.quantity.start in told or not _FORMER.search(then.phrase):
            continue
        rose, fell = _ROSE.search(move.label), _FELL.search(move.label)
        if bool(rose) == bool(fell) or _FORMER.search(now.phrase) or move.clause - now.clause > 1:
            continue
        computed = (then.quantity.value - now.quantity.value) * (1 if rose else -1)
        operands = (now.quantity, then.quantity)
        yield claim_of(Claimed.DIFFERENCE, move.quantity, operands, computed, (computed, computed))


def _means(near: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """5个园区……共争取2.31亿元，平均每个园区4620万元: by the count whose noun the mean names."""
    for place, mean in enumerate(near):
        if mean.quantity.start in told or mean.kind not in OPERANDS or not _EACH.search(mean.label):
            continue
        noun = re.search(r"每(?:个|家|项|件|名|处|户)?(?P<noun>[\u4e00-\u9fff]{2,4})", mean.label)
        before = near[max(0, place - 8) : place]
        total = before[-1] if before else None
        if noun is None or total is None or total.like != mean.like or total.sentence != mean.sentence:
            continue
        counts = [
            one
            for one in before
            if one.kind is Kind.COUNT
            and noun["noun"][-2:] in one.tail[:8]
            and mean.sentence - one.sentence <= 1
        ]
        if len({one.quantity.value for one in counts}) != 1 or not counts[0].quantity.value:
            continue
        allowed = divided(of(total.quantity), of(counts[0].quantity))
        computed = total.quantity.value / counts[0].quantity.value
        if allowed and abs(computed - mean.quantity.value) <= mean.quantity.value * _NEAR:
            yield claim_of(
                Claimed.MEAN, mean.quantity, (total.quantity, counts[0].quantity), computed, allowed
            )


def _second_sums(near: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """学校12个，总投资18.6亿元；医院5个，总投资22.4亿元。两类合计17个，总投资41.0亿元: each by the words before it."""
    for place, total in enumerate(near):
        lead = total.lead
        if (
            total.quantity.start in told
            or total.kind not in OPERANDS
            or not _ALL.search(lead)
            or len(total.label) < 2
        ):
            continue
        parts = [
            one
            for one in near[max(0, place - 20) : place]
            if one.like == total.like and one.label == total.label and not _ALL.search(one.lead)
        ]
        others = [
            one for one in near[max(0, place - 20) : place] if one.like == total.like and one not in parts
        ]
        if len(parts) < 2 or others or total.sentence - parts[0].sentence > len(parts):
            continue
        made = sum_of(total, parts)
        if close_by(made, _NEAR):
            yield made
