"""一排数合起来：几样合成总数、几个比重合成一百、一排数的平均；稿子没说这就是全部的，只看是不是差一点。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from xushi.documents.checking.binding import OPERANDS, at_most, exceeds, sum_of
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    added,
    claim_of,
    close_by,
    directed_by,
    of,
    taken,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_NO_PART = (Role.CHANGE, Role.MEAN, Role.BASE, Role.TARGET, Role.SUM)
_NO_WHOLE = (Role.CHANGE, Role.MEAN, Role.BASE)
_AMONG = re.compile(r"其中|分别|包括|^中$|[中里]$|由|：")
_WITHIN = re.compile(r"含|其中|又|[\u4e00-\u9fff]{2}中(?!心|学|小|等|期|间|央)")
_OVERLAP = re.compile(
    r"同时|并存|并有|兼|重复|交叉|既|重叠|多类|均有|一并|高新技术|女|党员|上市|专精特新|主要|技术改造|技改|民间"
)
_SHARES = re.compile(
    r"(?P<many>[两三四])(?:次产业|类|大类|项|者|种|大板块|级)[\u4e00-\u9fff]{0,14}?(?:比重|占比|比例|结构)[\u4e00-\u9fff]{0,6}$"
)
_FROM = re.compile(r"来源|构成|组成|：")
_ALREADY = re.compile(r"(?:^|其中)已[\u4e00-\u9fff]{1,6}$")
_LITTLE, _MORE = Decimal("0.25"), Decimal("0.5")  # of the whole
_BARE = re.compile(
    r"分别为(?P<row>\d+(?:\.\d+)?(?:[、和]\d+(?:\.\d+)?)+)(?P<unit>[\u4e00-\u9fff]+[^，。；]{0,14})，"
    r"[^，。；\d]{0,8}平均[^，。；\d]{0,6}?(?P<mean>\d+(?:\.\d+)?)"
)
_COME_SO_FAR = re.compile("(?:目前|现|均)?(?:已|开工|竣工|完工|投产|建成)(?!有)")
_A_STATE = re.compile("已|未|尚|待|正|在|新|续|拟|开工|竣工|完工|投产|建成|完成|办|前期")


def of_text(text: Text) -> Iterator[Claim]:
    """Rows that say of themselves what they make."""
    yield from _bare_rows(text)
    yield from _scores(text)


def of_paragraph(near: Sequence[Mention], told: Collection[int], text: Text) -> Iterator[Claim]:
    """Rows of one paragraph and what they must make, or may not be more than."""
    yield from _beyond(near, told, text)
    yield from _done_of(near)
    yield from _columns(near, told, text)
    yield from _hundred(near)
    yield from _natural(near, told)


def _beyond(near: Sequence[Mention], told: Collection[int], text: Text) -> Iterator[Claim]:
    """合同124份，其中条款完整的97份，存在问题的31份: a little more than the whole, so it was meant to be all of it."""
    for place, whole in enumerate(near):
        if (
            whole.kind not in OPERANDS
            or whole.quantity.hedged
            or whole.role in _NO_WHOLE
            or whole.quantity.value < 5
        ):
            continue
        first = next(_parts(whole, near, place + 1), None)
        if first is None or not (
            _FROM.search(text.regular[whole.quantity.end : first.quantity.start])
            or _AMONG.search(first.phrase + whole.tail)
        ):
            continue
        parts = list(_parts(whole, near, place + 1))
        if len(parts) < 2 or any(x.quantity.start in told for x in (whole, *parts)):
            continue
        if _overlap(text.sentence_of(whole.quantity.start)) or of_the_whole_again(parts):
            continue
        made = sum_of(whole, parts)
        biggest = max(x.quantity.value for x in parts)
        short = all(len(re.sub(r"^.*其中", "", x.label)) == 2 for x in parts)  # 新开6条、延伸9条、撤并18条
        most = _MORE if short and len(parts) > 2 else _LITTLE
        if exceeds(made, whole) and close_by(made, most) and biggest < whole.quantity.value:
            yield made
            return


def _parts(whole: Mention, near: Sequence[Mention], since: int) -> Iterator[Mention]:
    """The like numbers right behind it in its sentence; rates between them do not count."""
    first = True
    for place in range(since, len(near)):
        x = near[place]
        if x.sentence != whole.sentence:
            return
        if x.kind is Kind.PERCENT:
            continue
        inner = not first and _WITHIN.search(x.phrase)
        if x.like != whole.like or x.role in _NO_PART or x.quantity.hedged or inner:
            return
        first = False
        yield x


def of_the_whole_again(parts: Sequence[Mention]) -> bool:
    """项目10个，其中产业项目4个，已开工8个: behind a kind, how far the whole has come is no second kind."""
    return bool(_COME_SO_FAR.match(parts[-1].label)) and not _A_STATE.search(parts[0].label)


def _overlap(sentence: str) -> bool:
    """Whether what is listed may be counted twice, unless the sentence says that it is not."""
    return bool(_OVERLAP.search(re.sub(r"(?:不|无|未)(?:再)?重复|兼职", "", sentence)))


def _done_of(near: Sequence[Mention]) -> Iterator[Claim]:
    """签约1126户，其中已搬迁983户，已拆除1174户: each of them is of the whole."""
    for whole, first, second in zip(near, near[1:], near[2:], strict=False):
        told = "其中" in first.phrase and _ALREADY.search(first.label) and _ALREADY.search(second.label)
        like = whole.like == first.like == second.like and whole.sentence == second.sentence
        if told and like and first.quantity.value <= whole.quantity.value and whole.role not in _NO_WHOLE:
            yield at_most(second, whole)


def _scores(text: Text) -> Iterator[Claim]:
    """总分100分，由重点工作50分、共性目标30分、社会评价25分构成."""
    for near in text.paragraphs:
        for place, whole in enumerate(near):
            row = [
                x
                for x in near[place + 1 : place + 12]
                if x.sentence == whole.sentence and x.like == whole.like
            ]
            if whole.kind is not Kind.SCORE or "总分" not in whole.label or len(row) < 2:
                continue
            behind = text.regular[row[-1].quantity.end : row[-1].quantity.end + 12]
            if "由" in row[0].phrase and re.search("构成|组成", behind):
                yield sum_of(whole, row)


def _columns(near: Sequence[Mention], told: Collection[int], text: Text) -> Iterator[Claim]:
    """13个，总投资58.6亿元。其中，产业7个，总投资41.3亿元；民生4个，总投资9.7亿元……: where the counts make the whole."""
    for place, whole in enumerate(near):
        if place == 0 or whole.quantity.start in told or whole.role in _NO_WHOLE or len(whole.label) < 3:
            continue
        count = near[place - 1]
        rows = list(pairwise(near[place + 1 : place + 13]))[::2]
        rows = [
            (one, other)
            for one, other in rows
            if one.like == count.like and other.like == whole.like and other.label == whole.label
        ]
        if count.kind is not Kind.COUNT or len(rows) < 2 or "其中" not in rows[0][0].lead + rows[0][0].phrase:
            continue
        if sum(one.quantity.value for one, _ in rows) != count.quantity.value:
            continue
        made = sum_of(whole, [other for _, other in rows])
        if close_by(made, Decimal("0.3")):
            yield made


def _bare_rows(text: Text) -> Iterator[Claim]:
    """分别为68、54、43微克每立方米，一季度平均浓度为61微克每立方米: a row whose unit is told once."""
    for match in _BARE.finditer(text.regular):
        row = [Decimal(one) for one in re.split("[、和]", match["row"])]
        halves = [
            Decimal(5).scaleb(-len(one.partition(".")[2]) - 1) for one in re.split("[、和]", match["row"])
        ]
        half = Decimal(5).scaleb(-len(match["mean"].partition(".")[2]) - 1)
        value, many = Decimal(match["mean"]), len(row)
        mean = sum(row, Decimal(0)) / many
        total, slack = sum(row, Decimal(0)), sum(halves, Decimal(0))
        allowed = ((total - slack) / many, (total + slack) / many)
        held = allowed[0] <= value + half and allowed[1] >= value - half
        if held or abs(mean - value) <= value * Decimal("0.3"):
            at = match.start("mean"), match.end("mean")
            yield Claim(
                Claimed.MEAN, *at, match["mean"], held, computed=mean, allowed=allowed, value=value,
                words=f"{match['row']}的平均",
            )  # fmt: skip


def _hundred(near: Sequence[Mention]) -> Iterator[Claim]:
    """三次产业比重分别为12.8%、44.5%和44.7%: as many as there are, so they make a hundred."""
    for place, first in enumerate(near):
        if first.kind is not Kind.PERCENT or not _SHARES.search(first.phrase):
            continue
        many = {"三": 3, "四": 4, "两": 2}.get(_SHARES.search(first.phrase)["many"], 0)  # type: ignore[index]
        row = near[place : place + many]
        if len(row) < many or any(x.kind is not Kind.PERCENT or x.sentence != first.sentence for x in row):
            continue
        if any(len(x.label) > 1 for x in row[1:]) or (
            len(near) > place + many and near[place + many].label in ("、", "和")
        ):
            continue
        quantities = tuple(x.quantity for x in row)
        low, high = added(of(x) for x in quantities)
        total, held = sum((x.value for x in quantities), Decimal(0)), low <= 100 <= high
        last = row[-1].quantity
        yield Claim(
            Claimed.SUM, last.start, last.end, last.text, held, quantities[:-1], total, (low, high), "%",
            words=f"合起来是{total}%，不是100%", value=last.value,
        )  # fmt: skip


def _natural(near: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """出生率5.46‰，死亡率7.83‰，自然增长率-2.37‰."""
    for born, died, grown in zip(near, near[1:], near[2:], strict=False):
        named = (
            born.label.endswith("出生率") and died.label.endswith("死亡率") and "自然增长率" in grown.label
        )
        if not named or grown.quantity.start in told:
            continue
        value = born.quantity.value - died.quantity.value
        allowed = taken(of(born.quantity), of(died.quantity))
        if re.search(r"[-—−－负]$", grown.label):
            value, allowed = -value, directed_by(-1, allowed)
        yield claim_of(Claimed.DIFFERENCE, grown.quantity, (born.quantity, died.quantity), value, allowed)
