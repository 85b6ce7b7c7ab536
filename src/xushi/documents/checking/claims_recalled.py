"""再说一遍：“该笔0.23亿元补助资金”“检查发现的49处隐患”“8个片区指挥部均”“全长6.9公里的环湖路”——说的是前面那个数，数却不一样。

A number is taken for the one before only where its words point back and it looks like a slip: digits that changed
places, one digit off, or little between them. What is further off is more likely of a part, or of another time.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xushi.documents.checking.binding import same_as
from xushi.documents.checking.judging import Claim, Claimed, claim_of, of, overlap
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_BACK = 4  # paragraphs
_NUMBERS_BACK = 40
_NOT_OLD = (Role.CHANGE, Role.BASE, Role.REST, Role.TARGET)
_KINDS = (Kind.COUNT, Kind.MONEY, Kind.OTHER)
_POINTED = re.compile(
    r"(?:上述|以上|前述|上列|该笔|这笔|此笔|该批|这批|(?<!据)这|该|此|(?:附件|附表|清单|名单)?\d{0,2}?所[列报述涉附示]|前面提[到及]的?|前文提[到及]的?"
    r"|[提所]到的|所说的|列出的|(?:该|此|本)(?:项目|工程|公司|企业|园区))$"
)
_BA = re.compile(r"(?:把|将|对|围绕|针对|就)(?:全区|全镇|全部|这些|现有|所有)?$")
_SAID = re.compile(
    r"^[\u4e00-\u9fff]{0,4}(?:前面|前文|上文)(?:所)?(?:提[到及]|述)的?(?P<words>[\u4e00-\u9fff]{4,16})$"
)
_DEED = re.compile(r"(?P<deed>[\u4e00-\u9fff]{2})(?:了|出|到)?的$")
_NOUN = re.compile(r"^(?:的)?(?P<noun>[\u4e00-\u9fff]{2,14})")
_TOTAL = re.compile(r"^(?P<noun>[\u4e00-\u9fff]{4,14}?)(?:全部|均|皆|都)(?!衡)")
_OF_NAME = re.compile(r"^的(?P<name>[\u4e00-\u9fff]{3,12})")
_SHARE_OF = re.compile(r"占(?:全部|整个|同期|全区)?(?P<words>[\u4e00-\u9fff]{2,10})$")
_PART = re.compile(
    r"[未无没尚不]|逾期|重大|严重|另|再|又|还有|其余|其他|其中|部分|新[增建开]|第[一二三四五六七八九十\d]+[批期轮次]|"
    r"力争|确保|计划|拟|预计|目标|下一步|每|上年|去年|上月|同期|明年|年均"
)
_PART_HERE = re.compile(r"[未无没尚]|逾期|其余|其他|其中|部分")
_OWNER = re.compile(
    r"[\u4e00-\u9fff]{2}(?:街道|镇|园区|开发区|高新区|片区|板块|集团|农场|社区)|全市|全省|全国|\d{4}年|[上下]半年|[一二三四]季度|\d{1,2}月"
)
_FILL = re.compile(r"[^\u4e00-\u9fff]|全区|我区|本区|全年|今年|年内|累计|共计|合计|[共有的已了为达是约计]")
_TIMES = re.compile(r"年[初末底中]|期[初末]|上年|去年|当年|本年")
_SIZES = (Decimal("0.3"), Decimal("3.4"))
_LITTLE = Decimal("0.12")


def claims(text: Text) -> Iterator[Claim]:
    """What tells a number again in words that point back at it."""
    for place, later in enumerate(text.mentions):
        if later.kind not in _KINDS or later.quantity.hedged or later.role in (*_NOT_OLD, Role.MEAN):
            continue
        before = [
            one
            for one in text.mentions[max(0, place - _NUMBERS_BACK) : place]
            if one.like == later.like
            and later.paragraph - one.paragraph <= _BACK
            and (one.sentence, one.clause) != (later.sentence, later.clause)
            and one.role not in _NOT_OLD
            and not one.quantity.hedged
        ]
        if before:
            yield from _held_to(later, before)
    yield from _titles(text)
    yield from _written_out(text)


def _held_to(later: Mention, before: Sequence[Mention]) -> Iterator[Claim]:
    meant = _meant(later, before)
    part = _PART_HERE if _POINTED.search(later.phrase) else _PART
    if not meant or part.search(later.phrase[-16:] + later.tail[:4]):
        return
    same = [one for one in before if overlap(of(one.quantity), of(later.quantity))]
    if same or sum(one.quantity.value for one in meant) == later.quantity.value:
        return
    first = meant[-1]
    if slipped(first.quantity.text, later.quantity.text, first.quantity.value, later.quantity.value):
        yield same_as(later, first)


def _meant(later: Mention, before: Sequence[Mention]) -> list[Mention]:
    """The earlier numbers that the words of the later one point back at."""
    noun = _NOUN.match(later.tail)
    head = noun["noun"] if noun else ""
    if said := _SAID.search(later.phrase) or _SHARE_OF.search(later.label):
        words = said["words"].removesuffix("投资") or said["words"]
        return [one for one in before if words in one.label and not _other(one, later)]
    if (total := _TOTAL.match(later.tail)) and len(later.label) <= 2:
        return [one for one in before if _counts(one, total["noun"])]
    if _POINTED.search(later.phrase) or _BA.search(later.label):
        return _pointed_at(later, before, head[:2])
    if deed := _DEED.search(later.label):
        return [one for one in before if _done(one, later, deed["deed"], head)]
    if not later.label and head and len(_digits(later.quantity.text)) > 2:
        return [
            one
            for one in before
            if one.paragraph == later.paragraph
            and head[:2] in _words(one)
            and _moved(one.quantity.text, later.quantity.text)
            and not _other(one, later)
        ]
    return _by_name_or_time(later, before, head)


def _pointed_at(later: Mention, before: Sequence[Mention], noun: str) -> list[Mention]:
    """把23.16万亩耕地 for the 21.36 of 耕地面积; 这1274件次诉求 for the 1247件次 of nothing else."""
    near = [one for one in before if noun and noun in _words(one)]
    if near or not re.search(r"这|上述", later.label):
        return near
    return [one for one in before if _moved(one.quantity.text, later.quantity.text)]


def _by_name_or_time(later: Mention, before: Sequence[Mention], noun: str) -> list[Mention]:
    """全长6.9公里的环湖路; 年末2.17万户管道天然气用户."""
    if later.kind is Kind.OTHER and later.label and (name := _OF_NAME.match(later.tail)):
        return [
            one
            for one in before
            if one.label.endswith(later.label) and len(later.label) >= 2 and name["name"][:4] in one.lead
        ]
    if len(noun) >= 4 and (when := _TIMES.search(later.label)):
        return [one for one in before if noun[:5] in one.phrase and when.group() in one.label]
    return []


def _words(one: Mention) -> str:
    return one.label + "|" + ("" if one.shared else one.tail)


def _counts(one: Mention, noun: str) -> bool:
    """Whether an earlier number counts the same long words."""
    bare, words = _FILL.sub("", noun), _FILL.sub("", one.label + one.tail)
    return len(bare) >= 4 and bare in words


def _done(one: Mention, later: Mention, deed: str, noun: str) -> bool:
    """发现隐患94处 for 检查发现的49处隐患: the deed and the thing."""
    words = _words(one)
    if not noun or _PART.search(words) or _other(one, later):
        return False
    if noun[:2] in words and deed in words:
        return True
    return len(noun) >= 4 and _FILL.sub("", deed + noun[:4]) in _FILL.sub("", words)


def _other(one: Mention, later: Mention) -> bool:
    """Whether both name an owner or a time, and not the same."""
    first, second = set(_OWNER.findall(one.lead[-60:])), set(_OWNER.findall(later.lead[-60:]))
    return bool(first and second and not first & second)


def slipped(one: str, other: str, value: Decimal, told: Decimal) -> bool:
    """Whether one number may be a slip of the other: digits that changed places, one digit, or little between."""
    if value and not _SIZES[0] <= told / value <= _SIZES[1]:
        return False
    if _moved(one, other):
        return True
    first, second = _digits(one), _digits(other)
    if (
        len(first) == len(second)
        and len(first) >= 3
        and sum(a != b for a, b in zip(first, second, strict=True)) == 1
    ):
        return True
    return abs(told - value) <= max(abs(value) * _LITTLE, Decimal(1))


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d", text)).strip("0")


def _moved(one: str, other: str) -> bool:
    """5.37 and 5.73, 43 and 34."""
    first, second = _digits(one), _digits(other)
    return first != second and len(first) >= 2 and sorted(first) == sorted(second)


def _titles(text: Text) -> Iterator[Claim]:
    """A title, and the first sentences under it, in the same words: 改建农村公厕326座 … 改建农村公厕362座."""
    told: dict[tuple[str, Kind, str], Mention] = {}
    for one in text.mentions:
        if one.kind not in _KINDS or one.quantity.hedged or one.role in _NOT_OLD or _PART.search(one.phrase):
            continue
        words = _FILL.sub("", one.label)
        if len(words) < 4:
            continue
        first = told.setdefault((words, *one.like), one)
        if first is one or first.sentence == one.sentence or one.paragraph - first.paragraph > _BACK:
            continue
        if not _other(first, one) and _moved(first.quantity.text, one.quantity.text):
            yield same_as(one, first)


_CAPITAL = {mark: number for number, mark in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}
_OUT_IN_FULL = re.compile(
    r"(?P<full>[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]{2,20})[元圆]整?[（，]{0,2}(?:小写|即|人民币|：|￥|¥|\s)*$"
)


def _written_out(text: Text) -> Iterator[Claim]:
    """人民币叁佰贰拾万元整（¥3,020,000元）: in words and in figures."""
    if not re.search(r"[壹贰叁肆伍陆柒捌玖拾]", text.regular):
        return
    moneys = [one for one in text.mentions if one.kind is Kind.MONEY]
    starts = [one.quantity.start for one in moneys]
    for match in re.finditer(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]{2,20}[元圆]", text.regular):
        following = bisect_left(starts, match.end())
        if following == len(moneys):
            return
        money = moneys[following]
        if money.quantity.start - match.end() > 16:
            continue
        full = _OUT_IN_FULL.search(text.regular, match.start(), money.quantity.start)
        if full:
            value = Decimal(_capital(full["full"]))
            words = f"大写是{full['full']}元"
            yield claim_of(Claimed.TWICE, money.quantity, (), value, (value, value), words=words)


def _capital(written: str) -> int:
    total = section = digit = 0
    for mark in written:
        if mark in _CAPITAL:
            digit = _CAPITAL[mark]
        elif mark in _PLACES:
            section += (digit or 1) * _PLACES[mark]
            digit = 0
        else:
            size = 10_000 if mark == "万" else 10**8
            total = (total + section + digit) * size
            section = digit = 0
    return total + section + digit
