"""寻常话里的差与比：差距、还剩、比谁多、前者比后者、两年的数、分别几个共几个、已完成不到一半。"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import same_as, sum_of
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
from xushi.documents.checking.roles import Mention, Role

_GAP = re.compile(r"^(?:二者|两者|两区|双方|之间)?(?:的)?(?:差距|相差|差)(?:为|是|达|了)?$")
_LEFT = re.compile(
    r"^(?:目前)?(?:[未没][\u4e00-\u9fff]{1,4}的)?(?:还剩|剩余|尚余|还有|尚有|余下|其余|剩下|剩)(?:的)?$"
)
_DONE = re.compile(r"(?:已|完成|解决|办结|销号|开工|竣工|整改|签约|交付|拆除|反馈|回复)[\u4e00-\u9fff]{0,4}$")
_MONTH_BEFORE = re.compile(
    r"(?:比|较)上(?:个)?(?:月|季|季度|期)(?:末|底)?(?P<up>增加|增长|多|上升)?(?P<down>减少|下降|少|回落)?(?:了)?$"
)
_THAN = re.compile(
    r"^[，]?(?:比|较)(?P<name>[\u4e00-\u9fff]{2,8}?)(?:(?P<more>多|高|快)|(?P<less>少|低|慢))(?:出|了|完成)?$"
)
_FORMER = re.compile(r"前者(?:(?:比|较)后者)?(?:(?P<more>高|快|多)|(?P<less>低|慢|少))(?:出)?$")
_YEAR = re.compile(r"(?P<year>20\d{2})年")
_UP, _DOWN = re.compile(r"增长|增加|上升|提高|增幅"), re.compile(r"下降|减少|降低|回落|降幅")
_PLANNED = re.compile(r"(?:计划|任务|目标)[\u4e00-\u9fff]{0,6}$")
_SO_FAR = re.compile(r"(?:已|实际|累计)?(?:完成|投入|到位|实施|开工|竣工|签约|建成)[\u4e00-\u9fff]{0,4}$")
_HALF = re.compile(r"(?<!时间)(?<!未)(?<!不)(?:任务|计划|目标)?过半")
_WISHED = re.compile(r"力争|确保|争取|努力|要求|尽快|将")
_TOGETHER = re.compile(r"^(?:和|及|与|以及)?$")
_OF_ALL = re.compile(
    r"(?:[两二三四五六七八九十]|\d{1,2})(?:个|家|项|类)[\u4e00-\u9fff]{0,6}?共[\u4e00-\u9fff]{0,6}$"
)
_FAR = Decimal("0.3")
_STAGES = ("项目建议书", "可行性研究报告", "初步设计", "施工图")
_DAY = re.compile(r"(?P<year>20\d{2})年(?P<month>\d{1,2})月")
_TOTAL_OF = re.compile(r"(?P<name>[\u4e00-\u9fff]{3,16}项目)（?(?:计划)?总投资(?:约|为|达)?$")
_GENERAL = re.compile(
    r"(?:重点|重大|产业|在建|签约|实施|新建|续建|入库|开工|竣工|前期|储备|列入|其他|上述|个|类|级|等)[\u4e00-\u9fff]{0,4}项目$"
)
_RATE_OF = re.compile(r"(?P<deed>[\u4e00-\u9fff]{2})率(?:为|达|达到|仅)?$")
_ONE_THAN = re.compile(
    r"(?P<one>[\u4e00-\u9fff]{2,8}?)比(?P<other>[\u4e00-\u9fff]{2,8}?)(?:(?P<more>提高|上升|增加|高|快|多)|(?P<less>下降|降低|减少|低|慢|少))(?:了|出)?$"
)
_GIVEN = re.compile(
    r"(?:(?P<year>20\d{2})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:下达|印发|交办|签发|派发|下发|受理)[^。；\d]{0,10}(?P<days>\d{1,2})日内"
    r"[^。；\d]{0,8}，?即(?:于|在)?(?P<month2>\d{1,2})月(?P<day2>\d{1,2})(?P<last>日)"
)
SAME_NAME = 6  # characters, 项目 among them


def claims(text: Text) -> Iterator[Claim]:
    """What is said between two numbers of a sentence, or of two sentences that name the same."""
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[number]
        sentence = text.regular[start:end]
        yield from _gap(here)
        yield from _left(here)
        yield from _month_before(here)
        yield from _former(here)
        yield from _years(here)
        yield from _respectively(here)
        yield from _half(here, sentence, start)
        yield from _stages(text, start, end)
        yield from _named_rate(here)
        yield from _named_apart(here)
        yield from _days_given(text, start, end)
    for near in text.paragraphs:
        yield from _than(near)
    yield from _totals(text)


def _apart(one: Mention, other: Mention, apart: Mention, sign: int) -> Claim:
    """apart is one less other, the other way round where sign is −1."""
    allowed = directed_by(sign, taken(of(one.quantity), of(other.quantity)))
    computed = (one.quantity.value - other.quantity.value) * sign
    return claim_of(Claimed.DIFFERENCE, apart.quantity, (one.quantity, other.quantity), computed, allowed)


def _near(claim: Claim) -> bool:
    """A slip, not another matter: no further off than a third."""
    if claim.computed is None or claim.value is None:
        return False
    return claim.held or abs(claim.computed - claim.value) <= abs(claim.value) * _FAR


def _gap(here: Sequence[Mention]) -> Iterator[Claim]:
    for place, apart in enumerate(here):
        if not _GAP.match(apart.label):
            continue
        before = [
            one
            for one in here[:place]
            if one.like == apart.like or (apart.kind is Kind.POINTS and one.kind is Kind.PERCENT)
        ]
        if len(before) != 2 or apart.clause - before[1].clause > 1:
            continue
        low, high = sorted(before, key=lambda one: one.quantity.value)
        claim = _apart(high, low, apart, 1)
        if _near(claim):
            yield claim


def _left(here: Sequence[Mention]) -> Iterator[Claim]:
    """共83项，已解决59项，还剩24项."""
    for whole, done, rest in zip(here, here[1:], here[2:], strict=False):
        if (
            not _LEFT.match(rest.label)
            or not whole.like == done.like == rest.like
            or whole.kind not in (Kind.COUNT, Kind.OTHER, Kind.MONEY)
        ):
            continue
        if (
            not _DONE.search(done.label)
            or rest.clause - done.clause != 1
            or done.quantity.value > whole.quantity.value
        ):
            continue
        claim = _apart(whole, done, rest, 1)
        if _near(claim):
            yield claim


def _month_before(here: Sequence[Mention]) -> Iterator[Claim]:
    """7月末3150万元，8月末2480万元，比上月减少670万元."""
    for before, now, change in zip(here, here[1:], here[2:], strict=False):
        told = _MONTH_BEFORE.search(change.label)
        if (
            told is None
            or bool(told["up"]) == bool(told["down"])
            or not before.like == now.like == change.like
        ):
            continue
        if before.period is None or now.period is None or now.period[1] - before.period[1] != 1:
            continue
        yield _apart(now, before, change, 1 if told["up"] else -1)


def _former(here: Sequence[Mention]) -> Iterator[Claim]:
    """86.7%，81.5%，前者比后者高5.2个百分点."""
    for one, other, apart in zip(here, here[1:], here[2:], strict=False):
        told = _FORMER.search(apart.label)
        fits = one.like == other.like and (
            apart.like == one.like or (apart.kind is Kind.POINTS and one.kind is Kind.PERCENT)
        )
        if told and fits:
            yield _apart(one, other, apart, 1 if told["more"] else -1)


def _than(near: Sequence[Mention]) -> Iterator[Claim]:
    """52.3亿元，比临港园多6.4亿元。临港园完成45.9亿元: the other is named elsewhere in the paragraph."""
    for one, apart in pairwise(near):
        told = _THAN.match(apart.label)
        if (
            told is None
            or one.like != apart.like
            or one.sentence != apart.sentence
            or apart.clause - one.clause > 1
        ):
            continue
        named = [
            other
            for other in near
            if other is not one
            and other.like == one.like
            and other.label.startswith(told["name"])
            and other is not apart
        ]
        if len({other.quantity.value for other in named}) == 1:
            claim = _apart(one, named[0], apart, 1 if told["more"] else -1)
            if _near(claim):
                yield claim


def _years(here: Sequence[Mention]) -> Iterator[Claim]:
    """2022年28.6亿元，2021年为22.4亿元，增长27.7%: the earlier year is the base."""
    for one, other, rate in zip(here, here[1:], here[2:], strict=False):
        if rate.kind is not Kind.PERCENT or rate.role is not Role.CHANGE or one.like != other.like:
            continue
        years = [_YEAR.search(mention.phrase) for mention in (one, other)]
        if years[0] is None or years[1] is None or rate.clause - other.clause != 1:
            continue
        first, second = int(years[0]["year"]), int(years[1]["year"])
        up, down = _UP.search(rate.label), _DOWN.search(rate.label)
        if abs(first - second) != 1 or bool(up) == bool(down) or re.search(r"年均|比|较", rate.label):
            continue
        new, old = (one, other) if first > second else (other, one)
        change = divided(of(new.quantity), of(old.quantity))
        if change is None or not old.quantity.value:
            continue
        sign = 1 if up else -1
        allowed = directed_by(sign, scaled((change[0] - 1, change[1] - 1), 100))
        computed = (new.quantity.value / old.quantity.value - 1) * 100 * sign
        yield claim_of(Claimed.GROWTH, rate.quantity, (new.quantity, old.quantity), computed, allowed)


def _respectively(here: Sequence[Mention]) -> Iterator[Claim]:
    """分别签约14个、9个和17个，三个园区共签约40个."""
    for place, total in enumerate(here):
        if not _OF_ALL.search(total.phrase):
            continue
        parts = [one for one in here[:place] if one.like == total.like and one.clause != total.clause]
        if len(parts) < 2 or "分别" not in parts[0].lead or total.clause - parts[-1].clause != 1:
            continue
        if not all(_TOGETHER.match(one.label) for one in parts[1:]):
            continue
        claim = sum_of(total, parts)
        if _near(claim):
            yield claim


def _half(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """计划投资44.7亿元，已完成19.8亿元，实现任务过半: where no rate is told."""
    if any(one.kind is Kind.PERCENT for one in here):
        return
    for match in _HALF.finditer(sentence):
        before = [one for one in here if one.quantity.end <= start + match.start()][-2:]
        if len(before) != 2 or before[0].like != before[1].like or _WISHED.search(sentence[: match.start()]):
            continue
        plan, done = before
        if not _PLANNED.search(plan.label) or not _SO_FAR.search(done.label):
            continue
        held = done.quantity.high * 2 > plan.quantity.low
        one = done.quantity
        yield Claim(
            Claimed.ADJECTIVE, start + match.start(), start + match.end(), match.group(), held, (plan.quantity, one),
            one.value, of(one), one.unit, words=f"{plan.quantity.text}里的{one.text}不到一半",
        )  # fmt: skip


def _stages(text: Text, start: int, end: int) -> Iterator[Claim]:
    """可行性研究报告 is approved before 初步设计."""
    told: list[tuple[int, int, int, int]] = []
    for stage, name in enumerate(_STAGES):
        place = text.regular.find(name, start, end)
        day = _DAY.search(text.regular, place, min(end, place + len(name) + 12)) if place >= 0 else None
        if day:
            told.append((stage, int(day["year"]) * 12 + int(day["month"]), *day.span()))
    for (_, before, *_), (stage, after, first, last) in pairwise(told):
        printed = text.regular[first:last]
        yield Claim(
            Claimed.DATE, first, last, printed, after >= before, words=f"{_STAGES[stage]}早于它的前一步"
        )


def _totals(text: Text) -> Iterator[Claim]:
    """科创中心项目总投资9.6亿元，……科创中心项目（总投资6.9亿元）: of one name, two totals."""
    named: list[tuple[str, Mention]] = []
    for later in text.mentions:
        if later.kind is not Kind.MONEY or later.role is not Role.TOTAL or later.quantity.hedged:
            continue
        found = _TOTAL_OF.search(text.regular[max(0, later.quantity.start - 26) : later.quantity.start])
        if found is None or _GENERAL.search(found["name"]):
            continue
        name = found["name"]
        same = next((one for other, one in reversed(named[-20:]) if _common(name, other) >= SAME_NAME), None)
        if same is not None:
            yield same_as(later, same)
        named.append((name, later))


def _common(one: str, other: str) -> int:
    """How many characters at the end are the same; 0 where only the kind of project is."""
    count = 0
    for first, second in zip(reversed(one), reversed(other), strict=False):
        if first != second:
            break
        count += 1
    return 0 if _GENERAL.search(one[-count:] if count else "") else count


def _named_rate(here: Sequence[Mention]) -> Iterator[Claim]:
    """须交地26宗，现已交地19宗，交地率73.1%: the rate says what was done of what."""
    for whole, part, rate in zip(here, here[1:], here[2:], strict=False):
        named = _RATE_OF.search(rate.label)
        if (
            rate.kind is not Kind.PERCENT
            or named is None
            or whole.like != part.like
            or rate.clause - part.clause != 1
        ):
            continue
        if (
            named["deed"] not in part.words
            or part.quantity.high > whole.quantity.low
            or part.clause - whole.clause > 1
        ):
            continue
        if not re.search(r"须|应|需|计划|共|总", whole.label):
            continue
        allowed = divided(of(part.quantity), of(whole.quantity))
        if allowed is None or not whole.quantity.value:
            continue
        computed = part.quantity.value / whole.quantity.value * 100
        yield claim_of(
            Claimed.RATIO, rate.quantity, (part.quantity, whole.quantity), computed, scaled(allowed, 100)
        )


def _named_apart(here: Sequence[Mention]) -> Iterator[Claim]:
    """一季度、上半年分别为17.6%、43.1%，上半年比一季度提高25.5个百分点: each named in the list before."""
    first = next((place for place, one in enumerate(here) if "分别" in one.label), None)
    if first is None:
        return
    row = [here[first]]
    for one in here[first + 1 :]:
        if one.like != row[0].like or not _TOGETHER.match(one.label):
            break
        row.append(one)
    clause = re.split(r"[，；。：]", here[first].lead)[-1]
    told = re.split(r"[^，；。]{0,12}分别", here[first].lead)[0]
    names = [name for name in re.split(r"、|和|与|及", told.split("，")[-1] or clause) if name]
    if len(names) != len(row):
        return
    names[-1] = names[-1][:8]
    values = dict(zip(names, row, strict=True))
    for apart in here[first + len(row) :]:
        said = _ONE_THAN.search(apart.label)
        if said is None or not (apart.kind is Kind.POINTS or apart.like == row[0].like):
            continue
        found = [
            [value for name, value in values.items() if name.startswith(said[key])]
            for key in ("one", "other")
        ]
        if len(found[0]) == len(found[1]) == 1 and found[0] != found[1]:
            yield _apart(found[0][0], found[1][0], apart, 1 if said["more"] else -1)


def _days_given(text: Text, start: int, end: int) -> Iterator[Claim]:
    """3月6日下达，要求15日内办结，即3月21日前: the day is that many days on."""
    match = _GIVEN.search(text.regular, start, end)
    if match is None:
        return
    year = int(match["year"] or 2018)
    try:
        given = date(year, int(match["month"]), int(match["day"]))
        until = date(year, int(match["month2"]), int(match["day2"]))
    except ValueError:
        return
    span = (match.start("month2"), match.end("last"))
    days = (until - given).days - int(match["days"])
    yield Claim(
        Claimed.DATE,
        *span,
        text.regular[span[0] : span[1]],
        days in (-1, 0),
        words=f"{match['days']}日内不是这一天",
    )
