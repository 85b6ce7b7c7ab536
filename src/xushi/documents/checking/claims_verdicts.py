"""下结论的话：全部、过半、居首——一句里说得上的只有那两个数、或列出名字的那一串数，话就归它们核。"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from xushi.documents.checking.binding import OPERANDS
from xushi.documents.checking.judging import Claim, Claimed, of
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_ALL = re.compile(
    r"(?<!非)(?:全部[\u4e00-\u9fff]{2,4}均已|全部|均已|全都|悉数|无一遗漏)(?P<done>[\u4e00-\u9fff]{2,8})"
)
_RESTRICTED = re.compile(r"[其该此这]|上述|部分|剩余|余下|未|将|力争|确保|要|应|须")
_HALF = re.compile(
    r"(?<!时间)(?<!未)(?<!不)(?<!没有)(?<!尚未)(?:超?过半数?|超过一半|已逾半|大半)(?!数以上|年|月|个)"
)
_DONE_ALL = re.compile(r"(?:已|均已)全部(?:完成|办结|开工|竣工|整改到位|销号|建成|落实)")
_LEFT = re.compile(r"正在|未|尚|待|仍")
_HEAD = re.compile(r"(?:位?居|列|排名)(?:全[市省区县])?(?:首位|第一|榜首)")
_ALREADY = re.compile(r"^(?:目前|现|截至[^，]{0,8})?已(?!经?过)")
_PLANNED = re.compile(r"目标|计划|任务|预算")
_EVERY_ONE = re.compile(r"(?:实现|做到)(?:了)?(?:全部|全员|悉数)")
_WISH = re.compile(r"(?:确保|力争|争取|努力|要求|推动|目标|预计|将|须|应|要|务必|抓紧|尽快)[^，。；]{0,18}$")
_BEST = re.compile(
    r"(?P<high>第一|首位|榜首|居首|最高|最快|最大|最多|领先|之首)|(?P<low>末位|最后|最低|最慢|最小|最少|垫底)"
)
_LOW_IS_GOOD = re.compile(r"浓度|能耗|投诉|信访|亏损|事故|负债|失业|逾期|降尘|扣分|案件|问题|降幅|隐患")
_NAME = re.compile(r"^(?P<name>[\u4e00-\u9fff]{2,8}?)(?:完成|实现|投资|增长|达到?|为|得分|到位|资金)*$")


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What a sentence concludes of the numbers it has just told."""
    last: list[Mention] = []
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[number]
        sentence = text.regular[start:end]
        yield from _all(here, sentence, start)
        yield from _half(here, sentence, start)
        yield from _best(here, sentence, start)
        yield from _voted(here, sentence, start)
        yield from _in_order(here, sentence)
        if last and last[0].paragraph == here[0].paragraph:
            yield from _in_order([*last, *here], sentence)
        last = here
        yield from _all_but(here, sentence, start)
        yield from _at_the_head(here, sentence, start)


def _clause_before(sentence: str, place: int) -> str:
    return re.split(r"[，、：；]", sentence[:place])[-1]


def _said(
    start: int,
    words: str,
    held: bool,
    operands: Sequence[Mention],
    why: str,
    kind: Claimed = Claimed.ADJECTIVE,
) -> Claim:
    quantities = tuple(one.quantity for one in operands)
    one = quantities[0]
    return Claim(
        kind, start, start + len(words), words, held, quantities, one.value, of(one), one.unit, words=why
    )


def _all(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """18件，已办结17件，1件正在办理，全部线索均已办结."""
    for match in _ALL.finditer(sentence):
        clause = _clause_before(sentence, match.start())
        if _RESTRICTED.search(clause) or re.search(r"\d", clause) or _WISH.search(sentence[: match.start()]):
            continue
        before = [one for one in here if one.quantity.end <= start + match.start() and one.kind is Kind.COUNT]
        if len(before) < 2:
            continue
        whole = before[0]
        parts = [one for one in before[1:] if one.like == whole.like]
        done = match["done"]
        pairs = [done[at : at + 2] for at in range(min(3, len(done) - 1))]
        part = next(
            (one for one in parts if any(pair in one.words for pair in pairs) and "未" not in one.words), None
        )
        if part is None and len(parts) == 1 and _ALREADY.search(parts[0].label) and not clause.strip():
            part = parts[0]  # 建议共23件，已办复21件，全部按期办结
        if (
            part is None
            and len(parts) == 1
            and _EVERY_ONE.search(sentence[: match.start() + 2])
            and (parts[0].clause > whole.clause and not re.search("未|问题|不", parts[0].words))
        ):
            part = parts[0]  # 16个社区参加创建，15个通过验收，实现全部达标
        if part is None or part.quantity.value >= whole.quantity.value or whole.role is Role.CHANGE:
            continue
        if any(pair in whole.words for pair in pairs) or whole.quantity.hedged or part.role is Role.CHANGE:
            continue
        words = f"{whole.quantity.text}里只有{part.quantity.text}"
        yield _said(start + match.start(), match.group()[:2] + done, False, (part, whole), words)


def _all_but(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """10件已全部完成，其中已办结9件，另有1件正在扫尾: what is not done yet is told behind."""
    for match in _DONE_ALL.finditer(sentence):
        clause = sentence[: match.start()]
        before = [one for one in here if one.quantity.end <= start + match.start() and one.kind is Kind.COUNT]
        after = [one for one in here if one.quantity.start >= start + match.end()]
        if not before or len(after) < 2 or _WISH.search(clause) or before[-1].like != after[-1].like:
            continue
        whole, done, left = before[-1], after[0], after[1]
        if "开工" in match.group() and "开工" not in done.words:
            continue  # 12个项目已全部开工，其中9个已完工，3个正在扫尾
        makes = done.like == left.like == whole.like and (
            done.quantity.value + left.quantity.value == whole.quantity.value
        )
        if makes and _LEFT.search(left.label + "|" + left.tail):
            words = f"还有{left.quantity.text}"
            yield _said(start + match.start(), match.group(), False, (left, whole), words)


def _in_order(here: Sequence[Mention], sentence: str) -> Iterator[Claim]:
    """我区92.6分，列第2位；第1位得分91.8分: the better place with the smaller number."""
    ranks = [one for one in here if one.kind is Kind.RANK]
    scores = [one for one in here if one.kind in (Kind.SCORE, Kind.PERCENT) and one.role is not Role.CHANGE]
    if not any(re.fullmatch(r"(?:而|与|较|比|排|列|位居)?", one.label) for one in ranks[-1:]):
        return  # 得分6分，排名第8；得分1分，排名第6: of two matters
    if (
        len(ranks) != 2
        or len(scores) != 2
        or scores[0].like != scores[1].like
        or _LOW_IS_GOOD.search(sentence)
    ):
        return
    first, second = (
        min(ranks, key=lambda x: abs(x.quantity.start - score.quantity.start)) for score in scores
    )
    if first is second or first.quantity.value == second.quantity.value:
        return
    ahead = first.quantity.value < second.quantity.value
    one, other = (scores[0], scores[1]) if ahead else (scores[1], scores[0])
    held = one.quantity.value >= other.quantity.value
    words = f"名次在前的是{one.quantity.text}，在后的是{other.quantity.text}"
    start, text = one.quantity.start, one.quantity.text
    yield _said(start, text, held, (one, other), words, Claimed.RANK)


def _at_the_head(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """在全市9个县区中列第2位，居全市首位: the only rank right before."""
    for match in _HEAD.finditer(sentence):
        before = [one for one in here if one.quantity.end <= start + match.start()]
        ranks = [one for one in before if one.kind is Kind.RANK]
        if len(ranks) != 1 or before[-1] is not ranks[0] or _WISH.search(sentence[: match.start()]):
            continue
        between = sentence[ranks[0].quantity.end - start : match.start()]
        if between.strip() == "，":
            held = ranks[0].quantity.value == 1
            words = f"前面说的是{ranks[0].quantity.text}"
            yield _said(start + match.start(), match.group(), held, (ranks[0],), words, Claimed.RANK)


def _half(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """周转金2.85亿元，目前已收回1.26亿元，清收任务已完成过半: of the only two."""
    for match in _HALF.finditer(sentence):
        if _WISH.search(sentence[: match.start()]):
            continue
        before = [one for one in here if one.quantity.end <= start + match.start() and one.kind in OPERANDS]
        rates = [one for one in here if one.kind is Kind.PERCENT]
        if (
            len(before) != 2
            or rates
            or before[0].like != before[1].like
            or any(x.quantity.hedged for x in before)
        ):
            continue
        whole, part = sorted(before, key=lambda one: one.quantity.value, reverse=True)
        if (
            part.role in (Role.CHANGE, Role.BASE, Role.REST)
            or (part.clause < whole.clause and not _PLANNED.search(whole.label))
            or "未" in part.label
        ):
            continue
        held = part.quantity.high * 2 > whole.quantity.low
        words = f"{part.quantity.text}不到{whole.quantity.text}的一半"
        yield _said(start + match.start(), match.group(), held, (part, whole), words)


def _voted(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """到会27人，赞成13人、反对4人、弃权10人，赞成票过半数."""
    for match in re.finditer(r"赞成票?(?:超?过半数?|超过半数)", sentence):
        before = [one for one in here if one.quantity.end <= start + match.start() and one.kind is Kind.COUNT]
        yes = [one for one in before if one.label.endswith("赞成") or one.tail.startswith("赞成")]
        if len(yes) != 1 or len(before) < 2 or before[0] is yes[0] or before[0].like != yes[0].like:
            continue
        held = yes[0].quantity.value * 2 > before[0].quantity.value
        words = f"{before[0].quantity.text}里赞成的{yes[0].quantity.text}"
        yield _said(start + match.start(), match.group(), held, (yes[0], before[0]), words)


def _best(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """高新区6.8%、经开区7.3%、临港园5.9%，高新区增速位居第一: of the names told with their numbers."""
    row: list[Mention] = []
    rows: list[list[Mention]] = []
    for one in here:
        name = _name(one)
        if not name or (row and (one.like != row[-1].like or one.clause - row[-1].clause != 1)):
            if len(row) >= 3:
                rows.append(row)
            row = []
        if name:
            row.append(one)
    if len(row) >= 3:
        rows.append(row)
    for row in rows:
        after = row[-1].quantity.end - start
        lead = sentence[:after]
        if _LOW_IS_GOOD.search(lead):
            continue
        for match in _BEST.finditer(sentence, after):
            clause = _clause_before(sentence, match.start())
            named = [one for one in row if _name(one) in clause]
            if len(named) != 1 or re.search(r"\d", clause) or _WISH.search(sentence[: match.start()]):
                continue
            values = [one.quantity.value for one in row]
            best = max(values) if match["high"] else min(values)
            held = named[0].quantity.value == best
            other = next(one for one in row if one.quantity.value == best)
            words = f"{_name(other)}是{other.quantity.text}"
            yield _said(start + match.start(), match.group(), held, (named[0], other), words, Claimed.RANK)


def _name(one: Mention) -> str:
    """经开区, of 分别为：经开区7.3%."""
    name = re.split(r"分别为|分别是|依次为|其中", one.label)[-1]
    ok = _NAME.match(name) if one.kind in (*OPERANDS, Kind.PERCENT, Kind.SCORE) else None
    name = ok["name"] if ok else ""
    return name if ok and one.role not in (Role.CHANGE, Role.BASE, Role.MEAN, Role.SUM) else ""
