"""合计、分为几部分、“其中”：部分加起来等于全部，部分不大过全部。正文没说是全部的，不去加。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xushi.documents.checking.binding import UNFIT, at_most, sum_of
from xushi.documents.checking.claims_tables import table_claims
from xushi.documents.checking.judging import Claim, Severity, of, overlap
from xushi.documents.checking.quantities import Kind, numeral
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_STRONG = re.compile(r"(合计|共计|总计|总共|一共|累计共|加起来|总数|之和)(?P<rest>[^，、]{0,10})$")
_WEAK = re.compile(r"(?<![一公合总])共(?![同建享识青])(有|计)?(?P<rest>[^，、]{0,10})$")
_ALL_OF = re.compile(
    r"(?P<many>[两二三四五六七八九十])(个|项|家|期|批|场|类|级|次|地|区|大)[\u4e00-\u9fff]{0,6}?(总|合计|累计|共|加起来|加在一起)(?P<rest>[^，、]{0,8})$"
)
_SPLIT = re.compile(
    r"(分别为|分别是|分别有|分别用于|分别投向|分为|(?<!理)由[^，。；]{0,40}?(?=组成|构成)|包括|包含|构成"
    r"|(?:分|按)[\u4e00-\u9fff]{1,8}(?:看|分|划分)，)"
)
_SO_FAR = re.compile(r"累计(?P<rest>[^，、]{0,10})$")
_MOVED = re.compile(r"调出|退出|核减|减少|剔除|扣除|重复|取消|调整|另有|同时涉及|其中")
_SPELL = re.compile(r"季度|[上下]半年|\d月|[一二三四五六七八九十]月|年")
_LISTING = re.compile(r"^[、和及与]|[、和及与][^，、]{0,8}$")
_AND_SO_ON = re.compile(r"等(?!级|于|待)|同时|兼有|重复|交叉")
_PLUS = re.compile(r"^[\u4e00-\u9fff]{0,12}[+＋]$")
_SUMMED = (Kind.COUNT, Kind.MONEY, Kind.OTHER, Kind.SCORE, Kind.PERCENT)
_NO_PART = (*UNFIT, Role.BASE, Role.TARGET)
_FILLER = re.compile(
    r"^(有|计|为|是|约|达到?|了|的|近|超过?|资金|投资|项目)+|(有|为|是|约|达到?|了|的|近|项目)+$"
)
_FAR = Decimal("0.3")  # a sum further off than this share is of something else
MOST_PARTS = 30


def claims(text: Text) -> Iterator[Claim]:
    """Sums told as such, parts of a whole, a subset of a set, the totals of tables."""
    sentences: dict[int, list[Mention]] = {}
    for mention in text.mentions:
        sentences.setdefault(mention.sentence, []).append(mention)
    for number, mentions in sentences.items():
        start, end = text.sentences[number]
        yield from _told_sums(mentions)
        yield from _split_wholes(mentions, text.regular[start:end], start)
        yield from _plus(mentions)
    for near in text.paragraphs:
        for place, mention in enumerate(near):
            within = _within(mention, near[max(0, place - 40) : place])
            if within:
                yield within
    for table in text.tables:
        yield from table_claims(table)


def _told_sums(mentions: Sequence[Mention]) -> Iterator[Claim]:
    carried: Mention | None = None  # 两场活动合计签约17个、总投资310.56亿元: the second is a total as well
    for index, mention in enumerate(mentions):
        if mention.kind not in _SUMMED or mention.role in UNFIT:
            continue
        told = _ALL_OF.search(mention.phrase) or _STRONG.search(mention.label) or _WEAK.search(mention.label)
        told = told or _so_far(mention, mentions[:index])
        goes_on = carried is not None and mention.clause == carried.clause + 1 and mention.role is Role.TOTAL
        if not told and not goes_on:
            continue
        before = mentions[max(0, index - MOST_PARTS) : index]
        found = _total(mention, before, told)
        carried = mention
        if found:
            yield found


def _so_far(mention: Mention, before: Sequence[Mention]) -> "re.Match[str] | None":
    """上半年累计83个 behind 一季度28个、二季度45个, or behind 分别: what has come together of the parts just told."""
    told = _SO_FAR.search(mention.label)
    parts = [one for one in before[-2:] if one.like == mention.like and _SPELL.search(one.phrase)]
    fresh = "分别" in mention.label or any("新增" in one.phrase for one in parts)
    return told if told and not fresh and ("分别" in mention.lead or len(parts) == 2) else None


def _total(total: Mention, before: Sequence[Mention], told: "re.Match[str] | None") -> Claim | None:
    """The enumeration before adds up, in part or whole; where it does not, only what is near is of it."""
    parts = _run_before(before, total)
    like = [one for one in before if one.like == total.like and one.role not in _NO_PART]
    adding = _adding(total, like)
    if adding:
        return sum_of(total, adding)
    many = int(numeral(told["many"])) if told and "many" in told.groupdict() else 0
    if many and len(like) >= many and len(parts) != many:
        parts = [one for one in like if one.role is total.role][-many:]
    if (
        len(parts) < 2
        or _MOVED.search(total.lead[-60:])
        or (told and not _same_deed(told["rest"], total, parts))
    ):
        return None
    claim = sum_of(total, parts)
    off = abs(claim.computed - total.quantity.value) if claim.computed is not None else Decimal(0)
    return claim if off <= total.quantity.value * _FAR else None


def _adding(total: Mention, like: Sequence[Mention]) -> Sequence[Mention]:
    """The last so many that add up to the total; nothing where no number of them does."""
    low = high = Decimal(0)
    for number, one in enumerate(reversed(like), start=1):
        low, high = low + one.quantity.low, high + one.quantity.high
        if number > 1 and overlap(of(total.quantity), (low, high)):
            return like[-number:]
        if low > total.quantity.high:
            break
    return ()


def _same_deed(rest: str, total: Mention, parts: Sequence[Mention]) -> bool:
    """共签约项目 after 签约项目: what the total says was done is what was said of the parts; and the same thing."""
    deed = _FILLER.sub("", rest)
    said = "".join(one.phrase[-30:] + one.tail for one in parts)
    nouns = {one.tail[:2] for one in parts if one.tail and not one.shared}
    if total.tail and nouns and total.tail[:2] not in nouns and total.kind is Kind.COUNT and len(nouns) > 1:
        return len(nouns) == len(parts)
    return not deed or any(deed[place : place + 2] in said for place in range(max(1, len(deed) - 1)))


def _run_before(before: Sequence[Mention], total: Mention) -> list[Mention]:
    """The enumeration right before: like quantities, of one role, of one noun, none of them a total itself."""
    run: list[Mention] = []
    for one in reversed(before):
        if one.like != total.like:
            if (
                run
                and one.kind not in (Kind.THRESHOLD, Kind.PERCENT, Kind.SERIAL, Kind.RANK)
                and one.kind is total.kind
            ):
                break
            continue
        if _STRONG.search(one.label) or one.role in (*UNFIT, Role.BASE):
            break
        if _WEAK.search(one.label):  # 共受理建议132件、提案168件: the first of the list, or a total before it
            run += [one] if run and run[-1].lead.endswith("、" + run[-1].label) and len(one.label) > 4 else []
            break
        if run and not _of_one_run(one, run[-1]):
            break
        if one.scope != total.scope and run and one.scope != run[-1].scope:
            break
        run.append(one)
    nouns = {one.tail[:2] for one in run if one.tail}
    listed = all(_LISTING.search(one.lead) or _LISTING.match(one.label) for one in run[:-1])
    return run[::-1] if len(nouns) <= 1 or total.kind is Kind.MONEY or listed else []


def _of_one_run(one: Mention, after: Mention) -> bool:
    """Of one role; what goes on behind 、 without a role of its own has that of the first: 到位中央资金…、省级资金…."""
    if one.role is after.role or not {one.role, after.role} - {Role.OTHER, Role.LISTED}:
        return True
    return (
        after.role is Role.OTHER
        and after.lead.endswith("、" + after.label)
        and after.clause - one.clause == 1
    )


def _split_wholes(mentions: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """A whole, then 分别为 and its parts: the text itself says that they are all of it."""
    for match in _SPLIT.finditer(sentence):
        place = start + match.start()
        before = [one for one in mentions if one.quantity.end <= place and one.kind in _SUMMED][-3:]
        whole = before[-1] if before else None
        if whole is None or whole.role in UNFIT or _AND_SO_ON.search(sentence[match.end() :]):
            continue
        if "）" in sentence[whole.quantity.end - start : match.start()]:
            continue
        parts = _parts_after(mentions, whole, place)
        if len(parts) < 2:
            continue
        sure = match.group()[0] in "分由构" and not match.group().endswith("，")
        claim = sum_of(whole, parts, Severity.ERROR if sure else Severity.WARNING)
        far = (
            claim.computed is None or abs(claim.computed - whole.quantity.value) > whole.quantity.value * _FAR
        )
        if claim.held or (not far and (sure or len({one.role for one in parts}) == 1)):
            yield claim


def _parts_after(mentions: Sequence[Mention], whole: Mention, place: int) -> list[Mention]:
    """The enumeration behind: like the whole, side by side, up to a total, a change or a clause of its own."""
    parts: list[Mention] = []
    for one in mentions:
        if one.quantity.start < place or one is whole or one.like != whole.like or one.scope != whole.scope:
            continue
        if _STRONG.search(one.label) or _WEAK.search(one.label) or one.role in _NO_PART:
            break
        if parts and one.role is Role.REST:
            parts.append(one)
            break
        parts.append(one)
    return parts


def _plus(mentions: Sequence[Mention]) -> Iterator[Claim]:
    """67项指标+11项任务+19项增补, with a total of the same unit right before."""
    for index, first in enumerate(mentions):
        if not index or _PLUS.match(first.label):
            continue
        chain = [first]
        for one in mentions[index + 1 :]:
            if not _PLUS.match(one.label) or one.like != first.like:
                break
            chain.append(one)
        whole = mentions[index - 1]
        if len(chain) < 2 or whole.like != first.like or _PLUS.match(whole.label):
            continue
        if whole.quantity.value > first.quantity.value:
            yield sum_of(whole, chain)


def _within(mention: Mention, here: Sequence[Mention]) -> Claim | None:
    """What stands after 其中, or 中有, is not more than what it is of."""
    if mention.kind not in (Kind.COUNT, Kind.MONEY, Kind.OTHER) or not here:
        return None
    if mention.role in (*UNFIT, Role.BASE, Role.SUM, Role.TARGET):
        return None
    bracketed = re.search(r"（其中[^（）]*$", mention.lead)
    if bracketed:
        start = mention.quantity.start - len(mention.lead) + bracketed.start()
        outside = [one for one in here if one.quantity.end <= start and one.sentence == mention.sentence]
        return at_most(mention, outside[-1]) if outside and outside[-1].like == mention.like else None
    inside = re.search(r"中有?$|中已?有", mention.label)
    if inside and here[-1].like == mention.like and here[-1].clause == mention.clause:
        return at_most(mention, here[-1])
    return _among(mention, here) if "其中" in mention.lead else None


_ASIDE = re.compile(r"（[^）]{0,60}$")
_DISTINCT = (Role.TOTAL, Role.PLAN, Role.DONE)


def _among(mention: Mention, here: Sequence[Mention]) -> Claim | None:
    """Behind 其中: of what stands right before it, or of what has the same role."""
    outer = [
        one
        for one in here
        if one.scope < mention.scope and one.role not in (*UNFIT, Role.BASE) and not _ASIDE.search(one.lead)
    ]
    if not outer:
        return None
    close = outer[-1]
    if close is here[-1] and close.like == mention.like and not _differ(mention, close):
        if close.role is Role.REST and any(_reaches(one, mention) for one in outer[:-1]):
            return None  # 签约186户，剩余24户，其中选择货币补偿的112户: of those signed
        return at_most(mention, close)
    whole = _of_one_role(mention, outer) if mention.kind is Kind.MONEY else _counted(mention, outer, here)
    return at_most(mention, whole) if whole else None


def _reaches(one: Mention, mention: Mention) -> bool:
    return one.like == mention.like and one.quantity.low >= mention.quantity.high


def _differ(mention: Mention, close: Mention) -> bool:
    """其中总投资 behind 完成投资 is of another 总投资."""
    return mention.role is not close.role and mention.role in _DISTINCT and close.role in _DISTINCT


def _of_one_role(mention: Mention, outer: Sequence[Mention]) -> Mention | None:
    wanted = [one for one in _alike(mention, outer) if one.role is mention.role]
    return wanted[-1] if wanted and mention.role in _DISTINCT else None


def _counted(mention: Mention, outer: Sequence[Mention], here: Sequence[Mention]) -> Mention | None:
    """The biggest that the number may be of; behind the first after 其中 the list may have gone on to something else."""
    kin = [one for one in outer if one.kind is mention.kind and one.sentence == mention.sentence]
    if kin and kin[-1].like != mention.like:
        return None  # 147万户、其中企业57.3万家: what it is of stands there, in another unit
    if here[-1] is not outer[-1] and outer[-1].sentence == mention.sentence and not _goes_on(mention, here):
        return None
    alike = _alike(mention, outer)
    if not any(one.role is mention.role or one.sentence == mention.sentence for one in alike):
        return None
    return max(alike, key=lambda one: one.quantity.high)


def _goes_on(mention: Mention, here: Sequence[Mention]) -> bool:
    """其中处级420人次、科级4280人次: joined by 、 back to the first after 其中."""
    one = mention
    for earlier in reversed(here):
        if earlier.scope < mention.scope:
            return True
        if not one.lead.endswith("、" + one.label) or earlier.like != mention.like:
            return False
        one = earlier
    return False


def _alike(mention: Mention, outer: Sequence[Mention]) -> list[Mention]:
    return [one for one in outer if one.like == mention.like and one.period in (None, mention.period)]
