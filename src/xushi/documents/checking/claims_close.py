"""近旁的几样：一级套一级的规模、有问题的和整改了的、括号里换个单位再说一遍、排第一的被别人超过、没写单位的一串数。"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import OPERANDS, at_most, same_as
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    Severity,
    claim_of,
    divided,
    of,
    overlap,
    scaled,
)
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?|[十百千])?(?P<unit>亿|万)元?(?:及)?以上")
_UNITS = {"亿": Decimal(10**8), "万": Decimal(10**4)}
_ALREADY = re.compile(r"已有?$|已经有?$|其中已有?$")
_FROM_TO = re.compile(
    r"自(?:(?P<y1>20\d{2})年)?(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日起?(?:至|到)(?:(?P<y2>20\d{2})年)?(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日(?:止|前|期间|，|。)"
)
_PLACES = re.compile(r"街道|镇|乡|园区|开发区|片区|板块|区$|局|委|办")
_BARE = re.compile(
    r"（(?:单位：)?(?P<unit>[\u4e00-\u9fff]{1,5})）：(?P<list>(?:[\u4e00-\u9fff]{1,12}\s*\d+(?:\.\d+)?\s*[；，、]\s*){2,12})(?:合计|共计|总计|小计)\s*(?P<sum>\d+(?:\.\d+)?)"
)
_ENTRY = re.compile(r"\d+(?:\.\d+)?")
_BASIS = re.compile(r"在(?:已)?(?:完成|整改|办结|开工|建成|签约|实施)$")
_ALL_OF = re.compile(r"^[\u4e00-\u9fff]{2,10}?(?:已|均)?(?:全部|全数)|^[\u4e00-\u9fff]{2,10}?均已")
_LIST = re.compile(
    r"(?:以下|下列)(?P<many>\d{1,2}|[两二三四五六七八九十]{1,2})(?P<unit>个|家)(?:单位|部门|街道|企业|镇街|园区)[^：。；]{0,10}：(?P<names>[^：，。；\d]{4,120})(?=。|；|$)"
)
_PARTY = re.compile(r"(?:局|委|办|街道|镇|乡|公司|集团|中心|院|园区|开发区|区|部|室|站|所|队)$")
_EXTENDED = re.compile(
    r"由(?:(?P<y1>20\d{2})年)?(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日(?:顺延|延长|延期|推迟)(?P<days>\d{1,3})(?:天|日)[^。；\d]{0,16}(?:(?P<y2>20\d{2})年)?(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日"
)
_OWNERS = re.compile(
    r"[\u4e00-\u9fff]{2,4}?(?:街道|镇|园区|开发区|片区|公司|集团|局|委)|第[一二三四五六七八九十]+[批轮期次]|去年|上年|上月|同期|\d{1,2}月|[一二三四]季度|[上下]半年|全市|全省"
)
_OF_THEM = re.compile(r"新增|另|再|其中|已|未|还|余|又")
_NAMED_FIRST = re.compile(
    r"，(?P<name>[\u4e00-\u9fff]{2,8}?)(?:位居|位列|居|列|排名|排在|排)[^，。；]{0,8}?(?P<word>倒数第一|第一|首位|榜首|末位|最后)(?=[，。；])"
)
_ALL_DONE = re.compile(
    r"(?P<word>已?(?:全部|全面)(?:完成|办结|整改到位|整改|开工|竣工|销号|反馈|落实))(?=[，。；])"
)
_STILL = re.compile(r"(?:仍有|还有|尚有)$")
_NO_MARK = (Role.CHANGE, Role.BASE, Role.DUE)
_SLIP = Decimal("0.35")


def claims(text: Text) -> Iterator[Claim]:
    """What stands close together and cannot be so."""
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        yield from _nested(here)
        yield from _more_than_there_are(here)
        yield from _in_brackets(here, text)
        yield from _among_before(here)
        start, end = text.sentences[here[0].sentence]
        yield from _named_first(here, text.regular[start:end], start)
        yield from _all_but_some(here, text.regular[start:end], start)
        yield from _covered(here)
    for near in text.paragraphs:
        yield from _beaten(near)
        yield from _on_the_basis(near)
    for start, end in text.sentences:
        yield from _from_to(text.regular[start:end], start)
    yield from _bare_list(text)
    yield from _names(text)
    yield from _longer(text)
    yield from _by_its_words(text)


def _size(one: Mention) -> Decimal | None:
    found = _SIZE.search(one.quantity.text) if one.kind is Kind.THRESHOLD else None
    if found is None:
        return None
    number = {"十": 10, "百": 100, "千": 1000}.get(found["number"] or "", found["number"] or 1)
    return Decimal(number) * _UNITS[found["unit"]]


def _nested(here: Sequence[Mention]) -> Iterator[Claim]:
    """亿元以上41个，10亿元以上14个: the larger class is part of the smaller."""
    sized = [
        (size, count) for mark, count in pairwise(here) if (size := _size(mark)) and count.kind is Kind.COUNT
    ]
    for (small, outer), (large, inner) in pairwise(sized):
        if large > small and outer.like == inner.like and inner.scope == outer.scope:
            yield at_most(inner, outer)


def _more_than_there_are(here: Sequence[Mention]) -> Iterator[Claim]:
    """存在问题的29家，目前已有31家存在问题的企业完成整改: of those that are, no more than there are."""
    for one, later in pairwise(here):
        if one.like != later.like or not _ALREADY.search(later.label) or later.clause - one.clause > 2:
            continue
        words = re.sub(r"^其中|的$", "", one.label)
        if len(words) >= 4 and later.tail.startswith(words):
            yield at_most(later, one)


def _in_brackets(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """0.86亿元（8600万元）: one amount in two units."""
    for one, other in pairwise(here):
        between = text.regular[one.quantity.end : other.quantity.start]
        behind = text.regular[other.quantity.end : other.quantity.end + 1]
        if between not in ("（", "（即", "（合", "（折合") or behind != "）" or one.like != other.like:
            continue
        if one.kind is Kind.MONEY and re.sub(r"[\d.,]", "", one.quantity.text) != re.sub(
            r"[\d.,]", "", other.quantity.text
        ):
            yield same_as(other, one)


def _among_before(here: Sequence[Mention]) -> Iterator[Claim]:
    """整治小区28个，涉及居民1.36万户，其中2000年以前建成的小区31个: of the only one of its kind before."""
    for place, part in enumerate(here):
        if "其中" not in part.phrase or part.kind is not Kind.COUNT or part.role is Role.CHANGE:
            continue
        before = [one for one in here[:place] if one.like == part.like and one.scope < part.scope]
        if len(before) != 1:
            continue
        noun = part.label[-2:]
        if len(noun) == 2 and noun in before[0].phrase and before[0].role not in (Role.CHANGE, Role.MEAN):
            yield at_most(part, before[0])


def _named_first(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """高新区85.7%，经开区91.3%，老山80.0%，高新区位居三个板块第一."""
    top = _NAMED_FIRST.search(sentence)
    if top is None or "分别" in sentence:
        return
    values = [
        one
        for one in here
        if one.quantity.end <= start + top.start("name") and one.kind in (Kind.PERCENT, Kind.SCORE)
    ]
    own = [one for one in values if top["name"] in one.label]
    if (
        len(own) != 1
        or len(values) < 3
        or any(one.like != own[0].like or one.role in _NO_MARK for one in values)
    ):
        return
    ordered = [one.quantity.value for one in values]
    low = top["word"] in ("末位", "倒数第一", "最后")
    held = own[0].quantity.value == (min(ordered) if low else max(ordered))
    begin, end = start + top.start("word"), start + top.end("word")
    operands = tuple(one.quantity for one in values)
    words = f"{top['name']}是{own[0].quantity.text}"
    yield Claim(Claimed.ADJECTIVE, begin, end, top["word"], held, operands, words=words)


def _all_but_some(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """32项任务已全部完成，目前仍有3项正在推进."""
    said = _ALL_DONE.search(sentence)
    if said is None:
        return
    for one in here:
        left = _STILL.search(one.label) and re.match(r"[\u4e00-\u9fff]{0,6}?(?:正在|未|尚|没有|待)", one.tail)
        if left and one.quantity.start > start + said.end() and one.quantity.value > 0:
            begin, end = start + said.start("word"), start + said.end("word")
            words = f"还有{one.quantity.text}"
            yield Claim(Claimed.ADJECTIVE, begin, end, said["word"], False, (one.quantity,), words=words)
            return


def _covered(here: Sequence[Mention]) -> Iterator[Claim]:
    """64家，已纳入48家，覆盖率75%: of the only two before it."""
    for whole, part, rate in zip(here, here[1:], here[2:], strict=False):
        if rate.kind is not Kind.PERCENT or not re.fullmatch(r"覆盖[率面](?:为|达|达到)?", rate.label):
            continue
        share = divided(of(part.quantity), of(whole.quantity))
        if (
            whole.like != part.like
            or "已" not in part.label
            or share is None
            or part.quantity.value > whole.quantity.value
        ):
            continue
        computed = part.quantity.value / whole.quantity.value * 100
        if abs(computed - rate.quantity.value) <= rate.quantity.value * _SLIP:
            operands = (part.quantity, whole.quantity)
            yield claim_of(Claimed.RATIO, rate.quantity, operands, computed, scaled(share, 100))


def _beaten(near: Sequence[Mention]) -> Iterator[Claim]:
    """盘城91.5%，位居第一；沿江93.2%: nobody told beside the first has more."""
    for place, first in enumerate(near):
        if first.kind not in (Kind.PERCENT, Kind.SCORE) or first.role is Role.CHANGE or first.quantity.hedged:
            continue
        rank = near[place + 1] if place + 1 < len(near) else None
        said = first.tail + (
            rank.phrase[-12:] + rank.quantity.text if rank and rank.sentence == first.sentence else ""
        )
        if (
            rank is None
            or rank.kind is not Kind.RANK
            or rank.quantity.value != 1
            or not re.search(r"居|列|排", said)
        ):
            continue
        if not _PLACES.search(first.phrase) or not re.search(
            r"率|得分|得$|满意|面", first.phrase + first.tail
        ):
            continue
        others = [
            one
            for one in near[place + 2 : place + 8]
            if one.like == first.like and one.sentence - first.sentence <= 1 and one.role not in _NO_MARK
        ]  # fmt: skip
        others = [
            one
            for one in others
            if _PLACES.search(one.lead) and not re.search(r"平均|去年|上年|同期|全市|全省", one.label)
        ]
        higher = next((one for one in others if one.quantity.low > first.quantity.high), None)
        if others and not re.search(r"逾期|未|滞后|超标|失业", first.phrase):
            told, operands = rank.quantity, (first.quantity, *(one.quantity for one in others))
            yield Claim(
                Claimed.RANK, told.start, told.end, told.text, higher is None, operands,
                words=f"{higher.quantity.text}比{first.quantity.text}高" if higher else "",
            )  # fmt: skip


def _on_the_basis(near: Sequence[Mention]) -> Iterator[Claim]:
    """累计整治17条。下一步，在完成19条整治任务的基础上; 承办92件。目前98件建议已全部办复: the number just told."""
    for place, later in enumerate(near):
        if later.kind not in OPERANDS or later.quantity.hedged:
            continue
        basis = _BASIS.search(later.label) and "基础上" in later.tail
        every = later.label in ("目前", "现", "截至目前", "") and _ALL_OF.match(later.tail)
        before = [
            one
            for one in near[max(0, place - 4) : place]
            if one.like == later.like and later.sentence - one.sentence == 1
        ]
        if not (basis or every) or len(before) != 1 or before[0].role in (Role.CHANGE, Role.MEAN, Role.BASE):
            continue
        one = before[0].quantity
        noun = {later.tail[at : at + 2] for at in range(4)}
        if not any(pair in before[0].lead + before[0].tail for pair in noun if len(pair) == 2):
            continue
        if abs(one.value - later.quantity.value) <= one.value * _SLIP:
            yield same_as(later, before[0], Severity.WARNING)


def _from_to(sentence: str, start: int) -> Iterator[Claim]:
    """自10月8日起至9月25日止: the end comes behind the beginning."""
    for found in _FROM_TO.finditer(sentence):
        year = int(found["y1"] or 2018)
        try:
            first = date(year, int(found["m1"]), int(found["d1"]))
            last = date(int(found["y2"] or year), int(found["m2"]), int(found["d2"]))
        except ValueError:
            continue
        crossed = not found["y2"] and first.month >= 11 and last.month <= 3  # over the end of the year
        begin, end = found.start("m2"), found.end("d2") + 1
        yield Claim(
            Claimed.DATE, start + begin, start + end, sentence[begin:end], crossed or first <= last,
            words=f"比起始的{first.month}月{first.day}日还早",
        )  # fmt: skip


def _bare_list(text: Text) -> Iterator[Claim]:
    """（万元）：大气治理 1250；水环境治理 3480；……合计 5700: the unit is told once for all."""
    for found in _BARE.finditer(text.regular):
        parts = [Decimal(one) for one in _ENTRY.findall(found["list"])]
        total, printed = sum(parts, Decimal(0)), Decimal(found["sum"])
        places = max(len(one.partition(".")[2]) for one in (*_ENTRY.findall(found["list"]), found["sum"]))
        slack = Decimal(5).scaleb(-places - 1) * (len(parts) + 1) if places else Decimal(0)
        if abs(total - printed) > printed * _SLIP:
            continue
        begin, end = found.span("sum")
        yield Claim(
            Claimed.SUM, begin, end, found["sum"], overlap((printed, printed), (total - slack, total + slack)), (), total,
            (total - slack, total + slack), found["unit"], words=f"各项加起来是{total}", value=printed,
        )  # fmt: skip


def _names(text: Text) -> Iterator[Claim]:
    """对以下5个单位予以通报批评：区交通局、区农业农村局、沿河街道、南桥镇、某某公司: as many as are named."""
    for found in _LIST.finditer(text.regular):
        names = found["names"].split("、")
        many = number_in(found["many"])
        whole = all(_PARTY.search(name) for name in names)
        if len(names) > 1 and whole and "等" not in found["names"]:
            number = Decimal(len(names))
            yield Claim(
                Claimed.SERIAL, found.start("many"), found.end("unit"), found["many"] + found["unit"], many == len(names),
                (), number, (number, number), found["unit"], words=f"列出的是{len(names)}个", value=Decimal(many),
            )  # fmt: skip


def _longer(text: Text) -> Iterator[Claim]:
    """由2024年6月12日延长15天，延长后的期限为2024年6月27日."""
    for found in _EXTENDED.finditer(text.regular):
        year = int(found["y1"] or 2018)
        try:
            first = date(year, int(found["m1"]), int(found["d1"]))
            last = date(int(found["y2"] or year), int(found["m2"]), int(found["d2"]))
        except ValueError:
            continue
        due = first + timedelta(days=int(found["days"]))
        begin, end = found.start("m2"), found.end("d2") + 1
        yield Claim(
            Claimed.DATE, begin, end, text.regular[begin:end], last == due,
            words=f"延长{found['days']}天是{due.month}月{due.day}日",
        )  # fmt: skip


def _by_its_words(text: Text) -> Iterator[Claim]:
    """概算总投资2.60亿元……管好26900万元概算总投资; 31个省市重点项目……34个省市重点项目: the same words, one number."""
    for place, later in enumerate(text.mentions):
        words = re.match(r"[\u4e00-\u9fff]{4,8}", later.tail)
        if words is None or later.kind not in OPERANDS or later.quantity.hedged or later.role in _NO_MARK:
            continue
        for one in text.mentions[max(0, place - 8) : place]:
            if (
                one.like != later.like
                or one.sentence == later.sentence
                or later.paragraph - one.paragraph > 1
            ):
                continue
            named = one.label[-5:] in words[0] and len(one.label) >= 5
            alike = one.tail[:6] == later.tail[:6] and len(one.tail) >= 6 and len(later.label) <= 2
            near = abs(one.quantity.value - later.quantity.value) <= one.quantity.value * _SLIP
            of_name = re.match(r"的(?P<name>[\u4e00-\u9fff]{3,8}?)(?:项目|工程|$)", later.tail)
            named = named or bool(
                of_name
                and of_name["name"] in one.lead
                and len(one.label) >= 3
                and one.label[-3:] == later.label[-3:]
            )
            owners = [set(_OWNERS.findall(x.lead)) for x in (one, later)]
            if (
                (named or alike)
                and near
                and owners[0] == owners[1]
                and one.role not in _NO_MARK
                and not _OF_THEM.search(later.label)
            ):
                yield same_as(later, one, Severity.WARNING)
                break
