"""话与数：比平均高、突破200亿元、持续下降、应到与实到、三分之二以上——话里的比较，用旁边的两个数来核。"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.judging import Claim, Claimed, Severity, claim_of, of, taken
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_THAN = re.compile(
    r"^(?:还|更|略|稍)?(?P<more>高|多|快|好|大)(?=[，。；、）]|$)|^(?:还|更|略|稍)?(?P<less>低|少|慢|差|小)(?=[，。；、）]|$)"
)
_COMPARED = re.compile(r"(?:比|较)(?!重|例|上年增|去年增)[^，。；]{0,18}$")
_PASSED = re.compile(r"(?:成功|已|一举|首次|历史性)?(?:突破|跨越|站上|跨过|迈上|超过|超)(?:了)?\s*$")
_REACHED = re.compile(r"^(?:达到?|为|完成|实现|累计达|总量达|总额达|实际完成|，)*$")
_RISING = re.compile(
    r"(?:持续|稳步|保持|不断|平稳|快速|较快|稳定|逐月|逐年|稳中有)(?:增长|上升|提高|提升|攀升|向好增长|升)"
)
_FALLING = re.compile(r"(?:持续|稳步|保持|不断|逐月|逐年|稳定|稳中有)(?:下降|降低|回落|减少|收窄|压降|降)")
_FELL = re.compile(r"下降|减少|回落|降低|降幅|下滑|萎缩|压减")
_ROSE = re.compile(r"增长|上升|提高|增加|增幅|增速|攀升|反升|提升")
_OUGHT = re.compile(
    r"(?:应(?:到|参加|出席|办|报|签收|反馈|交|检|整改|落实)?|核定|编制|额定|限额)[^，。；]{0,6}$"
)
_ACTUAL = re.compile(r"(?:实(?:到|际到会|办|报|检|有)|到会|出席)(?:会)?[^，。；]{0,4}$")
_AT_LEAST = re.compile(r"(?:以上|多|强)(?:的)?(?P<noun>[\u4e00-\u9fff]{2,6}?)(?:已|均|都|实现|完成|达)")
_ALL_DONE = re.compile(
    r"(?:全部|均已|全都)(?:已|按期|按时)?(?P<done>整改|落实|完成|到位|验收|入统|达标|拆除|签约|交付|销号|办结|开工|竣工|解决|反馈|签收|投产)(?:到位|完毕|完成)?(?!率)"
)
_WISHED = re.compile(r"力争|确保|要求|限期|督促|尽快|争取")
_UP = re.compile(r"(?:上升|前进|前移|提升|提高|进)(?:了)?$")
_DOWN = re.compile(r"(?:下降|后退|后移|下滑|退)(?:了)?$")
_CUT = re.compile(r"(?P<less>核减|审减|调减|压减|节约|节省|减少)|(?P<more>核增|调增|增加)")
_ASKED = re.compile(r"原(?!因)|送审|申报|上报|初步|概算|预算|最初")
_AMONG = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,8}?)在(?P<many>\d{1,2}|[两二三四五六七八九十]{1,3})个[\u4e00-\u9fff]{1,6}?(?:里|中|当中)?(?:排名?|位列|列|居|位居)$"
)
_DONE = re.compile(
    r"(?:已|实际|现已|共)(?:经|按期)?(?:完成|开工|竣工|办结|整改|落实|销号|建成|投产|解决|交付|启动)(?:了)?$"
)
_NAME = re.compile(r"^(?:和|及|与|其中|分别为|分别是)|(?:为|是|得|达)$")
_GREATLY = re.compile(
    r"大幅(?:度)?(?:增长|提升|提高|下降|减少|上升|攀升|降低|回落)|(?:显著|明显|快速|迅猛|高速)(?:增长|攀升)"
)
SMALL = Decimal(3)  # percent: below this nothing has grown 大幅
_ASKED = re.compile(r"(?:须|务必|应于|应当)[^，。；]{0,12}$")
_MORE_THAN_HALF = re.compile(r"(?<!未)(?<!不)(?:超?过半数?|超过一半|大半|过半)(?!数以上)")


def claims(text: Text) -> Iterator[Claim]:
    """What a sentence says of two of its numbers in words."""
    groups = {number: list(group) for number, group in groupby(text.mentions, key=lambda one: one.sentence)}
    for number, here in groups.items():
        start, end = text.sentences[number]
        sentence = text.regular[start:end]
        yield from _than(here)
        yield from _passed(here)
        yield from _trend(here, sentence, start)
        yield from _ought(here)
        yield from _fraction(here, text)
        yield from _half(here, sentence, start)
        yield from _all_done(here, sentence, start)
        yield from _places(here)
        yield from _revised(here)
        yield from _between(here)
        yield from _place_among(here, text)
        yield from _halves(here)
        yield from _greatly(here, sentence, start)


def _said(start: int, end: int, text: str, held: bool, one: Mention, other: Mention, words: str) -> Claim:
    return Claim(
        Claimed.ADJECTIVE, start, end, text, held, (one.quantity, other.quantity), one.quantity.value, of(one.quantity),
        one.quantity.unit, words=words,
    )  # fmt: skip


def _than(here: Sequence[Mention]) -> Iterator[Claim]:
    """完成率92.3%，比全区平均94.5%高: the word behind the standard, and no amount told."""
    for subject, standard in pairwise(here):
        word = _THAN.match(standard.tail)
        if word is None or not _COMPARED.search(standard.label) or subject.like != standard.like:
            continue
        if subject.role in (Role.CHANGE, Role.BASE) or standard.shared:
            continue
        more = word["more"] is not None
        one, other = subject.quantity, standard.quantity
        held = one.high > other.low if more else one.low < other.high
        start = other.start - len(standard.label)
        end = other.end + word.end()
        yield _said(
            start, end, f"{standard.label}{other.text}{word.group()}", held, subject, standard,
            f"{one.text}不比{other.text}{word['more'] or word['less']}",
        )  # fmt: skip


def _passed(here: Sequence[Mention]) -> Iterator[Claim]:
    """突破200亿元，达198.6亿元."""
    for mark, reached in pairwise(here):
        words = mark.quantity.text
        passed = re.match(r"超过|突破|超|刚过|略超", words) or _PASSED.search(mark.label)
        if not passed or mark.like != reached.like or reached.clause - mark.clause != 1:
            continue
        if not reached.label or not reached.lead.endswith("，" + reached.label):
            continue  # 超过8万元、4.5万元 are two numbers of two
        if not _REACHED.match(reached.label) or reached.role in (Role.CHANGE, Role.BASE):
            continue
        size = mark.quantity.low if mark.quantity.hedged else mark.quantity.value
        held = reached.quantity.high >= size
        yield _said(
            mark.quantity.start,
            mark.quantity.end,
            words,
            held,
            mark,
            reached,
            f"后面写的是{reached.quantity.text}",
        )


def _trend(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """同比下降2.1%，保持稳步增长: the only change of the sentence says the contrary."""
    changes = [one for one in here if one.role is Role.CHANGE and one.kind in (Kind.PERCENT, Kind.POINTS)]
    pairs = [
        (one, other)
        for one, other in pairwise(here)
        if one.like == other.like
        and one.kind is not Kind.RANK  # the fifth is better than the eighth
        and re.search(r"[由从]\D*$", one.label)
        and re.search(r"(升|增|降|提高|回落|下降|增加|增长|减|扩大|压降)[^，]{0,3}(至|到|为)$", other.label)
    ]
    for pattern, rising in ((_RISING, True), (_FALLING, False)):
        for match in pattern.finditer(sentence):
            if re.search(
                r"力争|确保|要|推动|促进|争取|努力|增幅|增速|速度",
                sentence[max(0, match.start() - 12) : match.start()],
            ):
                continue
            if len(changes) == 1 and not pairs:
                fell, rose = _FELL.search(changes[0].label), _ROSE.search(changes[0].label)
                if bool(fell) == bool(rose):
                    continue
                yield _leaning(match, start, (rose is not None) == rising, changes[0])
            elif len(pairs) == 1 and not changes:
                one, other = pairs[0]
                if one.quantity.value == other.quantity.value:
                    continue
                held = (other.quantity.value > one.quantity.value) == rising
                yield _said(
                    start + match.start(), start + match.end(), match.group(), held, other, one,
                    f"由{one.quantity.text}到{other.quantity.text}不是这样",
                )  # fmt: skip


def _leaning(match: "re.Match[str]", start: int, held: bool, change: Mention) -> Claim:
    words = f"前面写的是{change.label[-6:]}{change.quantity.text}"
    return Claim(
        Claimed.ADJECTIVE, start + match.start(), start + match.end(), match.group(), held, (change.quantity,),
        change.quantity.value, of(change.quantity), change.quantity.unit, words=words,
    )  # fmt: skip


def _ought(here: Sequence[Mention]) -> Iterator[Claim]:
    """应到32人，实到30人: no more came than ought to."""
    for whole, part in pairwise(here):
        if whole.like != part.like or whole.kind is not Kind.COUNT:
            continue
        if _OUGHT.search(whole.label) and _ACTUAL.search(part.label) and part.clause - whole.clause <= 1:
            one = whole.quantity
            yield claim_of(
                Claimed.WITHIN,
                part.quantity,
                (one,),
                one.value,
                (Decimal(0), one.high),
                words=f"应是{one.text}以内",
            )


def _pair(here: Sequence[Mention], since: int) -> tuple[Mention, Mention] | None:
    """90个项目中开工58个: a whole and its part, behind a place."""
    for whole, part in pairwise(here):
        if whole.quantity.start < since or whole.like != part.like or whole.kind is not Kind.COUNT:
            continue
        if part.clause - whole.clause > 1 or part.quantity.value > whole.quantity.value:
            continue
        if re.search(r"(中|里|当中)[^，]{0,8}$", part.phrase) or (whole.shared and _DONE.search(part.label)):
            return whole, part
    return None


def _fraction(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """三分之二以上的项目已开工：90个项目中开工58个."""
    for one in here:
        if one.kind is not Kind.PERCENT or "分之" not in one.quantity.text:
            continue
        behind = text.regular[one.quantity.end : one.quantity.end + 16]
        if not re.match(r"以上|多的|强", behind):
            continue
        pair = _pair(here, one.quantity.end)
        if pair is None or not pair[0].quantity.value:
            continue
        whole, part = pair
        share = part.quantity.value / whole.quantity.value * 100
        held = share >= one.quantity.value - Decimal("0.05")
        end = one.quantity.end + len(re.match(r"以上|多|强", behind).group())  # type: ignore[union-attr]
        yield _said(
            one.quantity.start,
            end,
            text.regular[one.quantity.start : end],
            held,
            part,
            whole,
            f"算得{share:.1f}%",
        )


def _of_word(before: Sequence[Mention], word: str) -> tuple[Mention, Mention] | None:
    """签约46个，已开工20个，开工过半: the only two, and the word is that of the second."""
    deed = word.removesuffix("率")[-2:]
    if len(before) != 2 or before[0].like != before[1].like or before[0].kind is not Kind.COUNT:
        return None
    whole, part = before
    told = len(deed) == 2 and deed in part.label and deed not in whole.label
    return (whole, part) if told and part.quantity.value < whole.quantity.value else None


def _half(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """120个项目中有52个已竣工，竣工项目过半: where no rate is told, the two numbers say it."""
    if any(one.kind is Kind.PERCENT for one in here):
        return
    for match in _MORE_THAN_HALF.finditer(sentence):
        before = [one for one in here if one.quantity.end <= start + match.start()]
        pair = _pair(before, 0) or _of_word(before, sentence[max(0, match.start() - 3) : match.start()])
        if (
            pair is None
            or not pair[0].quantity.value
            or re.search(r"力争|确保|尽快", sentence[: match.start()])
        ):
            continue
        whole, part = pair
        held = part.quantity.value * 2 > whole.quantity.value
        yield _said(
            start + match.start(), start + match.end(), match.group(), held, part, whole,
            f"{whole.quantity.text}里的{part.quantity.text}不到一半",
        )  # fmt: skip


def _all_done(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """下发15条，整改12条，已全部整改到位."""
    counts = [one for one in here if one.kind is Kind.COUNT and one.role not in (Role.CHANGE, Role.MEAN)]
    for match in _ALL_DONE.finditer(sentence):
        stem = match["done"][:2]
        if any(match.group() in one.tail and one.tail.find(match.group()) < 12 for one in counts):
            continue  # 63个社区均已完成: all of these themselves
        done = [one for one in counts if stem in one.words and not re.search(r"未|应|需|待|计划", one.words)]
        wholes = [
            one
            for one in counts
            if done
            and one.like == done[0].like
            and (stem not in one.words or re.search(r"应|计划", one.label))
        ]
        before = sentence[: match.start()]
        if len(done) != 1 or len(wholes) != 1 or _WISHED.search(before) or _ASKED.search(before):
            continue
        if max(one.quantity.end for one in (*done, *wholes)) > start + match.start():
            continue  # 5个项目全部开工，新建50个: of the first alone
        if any(
            one.quantity.end <= start + match.start()
            and not one.label
            and match.group().startswith("均")
            and one.tail.startswith(sentence[one.quantity.end - start : match.start()])
            for one in wholes
        ):
            continue  # 63个涉农社区均已完成 is of all 63
        part, whole = done[0], wholes[0]
        yield _said(
            start + match.start(), start + match.end(), match.group(),
            part.quantity.high >= whole.quantity.low, part, whole, f"{whole.quantity.text}里只有{part.quantity.text}",
        )  # fmt: skip


def _places(here: Sequence[Mention]) -> Iterator[Claim]:
    """由第8位上升2位，居第5位: a rank, how many places it moved, and the rank it came to."""
    for one, move, other in zip(here, here[1:], here[2:], strict=False):
        if (
            one.kind is not Kind.RANK
            or other.kind is not Kind.RANK
            or move.quantity.unit not in ("位", "名", "个")
        ):
            continue
        up, down = _UP.search(move.label), _DOWN.search(move.label)
        if bool(up) == bool(down):
            continue
        came = one.quantity.value - move.quantity.value if up else one.quantity.value + move.quantity.value
        operands = (one.quantity, move.quantity)
        yield claim_of(Claimed.DIFFERENCE, other.quantity, operands, came, (came, came))


def _revised(here: Sequence[Mention]) -> Iterator[Claim]:
    """原报3.2亿元，核定为2.85亿元，核减3500万元: what was asked for, what was granted, what went off."""
    for one, other, change in zip(here, here[1:], here[2:], strict=False):
        word = _CUT.search(change.label)
        if word is None or not one.like == other.like == change.like or not _ASKED.search(one.phrase):
            continue
        sign = 1 if word["more"] else -1
        old, new = one.quantity, other.quantity
        low, high = taken(of(new), of(old)) if sign > 0 else taken(of(old), of(new))
        yield claim_of(
            Claimed.DIFFERENCE, change.quantity, (new, old), (new.value - old.value) * sign, (low, high)
        )


def _between(here: Sequence[Mention]) -> Iterator[Claim]:
    """达标率分别为75%和87.5%，提升12.5个百分点: between the two, the later less the earlier."""
    for one, other, change in zip(here, here[1:], here[2:], strict=False):
        if change.kind is not Kind.POINTS or not one.kind is other.kind is Kind.PERCENT:
            continue
        up, down = _ROSE.search(change.label), _FELL.search(change.label)
        if "分别" not in one.lead or not re.fullmatch(r"和|、|与", other.label) or bool(up) == bool(down):
            continue
        if change.clause - other.clause > 1:
            continue
        old, new = one.quantity, other.quantity
        allowed = taken(of(new), of(old)) if up else taken(of(old), of(new))
        value = (new.value - old.value) * (1 if up else -1)
        yield claim_of(Claimed.DIFFERENCE, change.quantity, (new, old), value, allowed)


def _place_among(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """四个镇88.5分、90.2分、87.9分、91.0分，石桥镇排第三: its place among the values that are listed."""
    for rank in here:
        among = _AMONG.search(rank.phrase) if rank.kind in (Kind.RANK, Kind.SERIAL) else None
        if among is None:
            continue
        listed = [
            one for one in here if one.before(rank) and one.kind in (Kind.SCORE, Kind.PERCENT, Kind.MONEY)
        ]
        named = {_NAME.sub("", one.label): one for one in listed}
        many = number_in(among["many"])
        own = named.get(among["name"])
        if own is None or len(named) != many or len({one.like for one in listed}) != 1:
            continue
        values = sorted(
            (one.quantity.value for one in listed), reverse=not re.search(r"倒数|最低", rank.phrase)
        )
        place = Decimal(values.index(own.quantity.value) + 1)
        yield claim_of(
            Claimed.RANK, rank.quantity, (own.quantity,), place, (place, place), words="按列出的数排"
        )


def _halves(here: Sequence[Mention]) -> Iterator[Claim]:
    """应签约210户，目前签约112户，签约户数不足一半: the two before say what part it is."""
    for whole, part, half in zip(here, here[1:], here[2:], strict=False):
        if (
            half.kind is not Kind.PERCENT
            or not half.quantity.text.endswith(("一半", "半数"))
            or half.role is Role.SHARE
        ):
            continue
        if whole.like != part.like or whole.kind is not Kind.COUNT or not whole.quantity.value:
            continue
        if not re.search(r"应|共|计划|总|须|有", whole.label) or part.quantity.value > whole.quantity.value:
            continue
        share = part.quantity.value / whole.quantity.value * 100
        held = half.quantity.low <= share <= half.quantity.high or (
            share == 50 and "不足" not in half.quantity.text
        )
        yield _said(
            half.quantity.start, half.quantity.end, half.quantity.text, held, part, whole, f"算得{share:.1f}%"
        )


def _greatly(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """增长0.4%，实现大幅增长: a word too large for the only change told."""
    changes = [one for one in here if one.role is Role.CHANGE and one.kind is Kind.PERCENT]
    if len(changes) != 1 or changes[0].quantity.value >= SMALL:
        return
    for match in _GREATLY.finditer(sentence):
        if _WISHED.search(sentence[max(0, match.start() - 12) : match.start()]):
            continue
        claim = _leaning(match, start, held=False, change=changes[0])
        yield replace(claim, severity=Severity.WARNING)
