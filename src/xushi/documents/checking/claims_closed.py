"""成套的数：年初加新增减退出等于年末、几级分担的加起来、列了月份再说月均的、三者之比合一百、倒数第几、单笔最高不过合计。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import OPERANDS, at_most, sum_of
from xushi.documents.checking.claims_any import comes_near
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    added,
    claim_of,
    divided,
    of,
    overlap,
    scaled,
    taken,
)
from xushi.documents.checking.quantities import Kind, numeral
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention
from xushi.documents.checking.wholes import SLIP, UNFIT, complete, plain

_OPENING = re.compile(r"年初|期初|月初|上年末|上年底|去年底|去年末|上月末|上月底|上期末|原有|原")
_CLOSING = re.compile(r"年末|期末|月末|年底|目前|现有|现|实有|余额|截至")
_IN = re.compile(
    r"新增|新入|增加|入库|调入|转入|新建|新开|新签|新发|新识别|新纳入|纳入|新立|新收|收到|新设|受理|收入"
)
_OUT = re.compile(
    r"退|减少|注销|销号|核减|出库|调出|转出|关停|剔除|移出|办结|偿还|归还|拨付|支出|化解|退休|离职|消除|撤销|脱贫|使用|吊销"
)
_TURN = re.compile(r"净增|净减|同比|环比|较|比")
_LISTED = re.compile(
    r"^(?:其中|分别为)?(?:\d{1,2}月份?|[一二三四]季度|[上下]半年|第[一二三四五六]批|[周星期]{1,2}[一二三四五六日])"
)
_JOINED = re.compile(r"|和|及|与|[^，。；]{0,16}分别(?:为|是|有)?")
_MEAN = re.compile(
    r"^(?:[一二三四]季度|[上下]半年|三个月)?(?:平均每?(?:月|季度?|周|批|天|年|个月)?|[月季周批日年]均|(?:这)?[两三四五六]个?月(?:月均|平均))"
)
_SPLIT_YEAR = (("一季度", "二季度", "上半年"), ("三季度", "四季度", "下半年"), ("上半年", "下半年", "全年"))
_ANOTHER_WAY = re.compile("\\s*(?:分|按|从)[\u4e00-\u9fff]{1,6}(?:看|分)，")
_ALL_COVERED = re.compile(
    r"[\u4e00-\u9fffA-Za-z\d“”+]{0,20}，(?:已|基本)?(?:实现)?[\u4e00-\u9fff\dG]{0,10}(?P<word>全覆盖)"
    r"|[\u4e00-\u9fff]{0,6}，(?:现已|目前)?(?P<all>全部(?:完成|达到|达标|通过|办结|整改|开工|竣工|建成|销号))"
)
_YEARS = re.compile(r"(?P<a>\d{4})年?(?:至|到|—|-)(?P<b>\d{4})年[^。；]*$")
_RATIO = re.compile(r"(?<![\d.])(?P<all>\d{1,2}(?:\.\d{1,2})?(?:[∶:：]\d{1,2}(?:\.\d{1,2})?){2,3})(?![\d.])")
_FROM_BELOW = re.compile(r"倒数第(?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})")
_MOST = re.compile(
    r"(?:单[笔个项家户宗件][\u4e00-\u9fff]{0,4}?最[高大多]|最[高大多]的?(?:一[笔个项家户宗件])|最[高大]单[笔个项])[\u4e00-\u9fff]{0,4}$"
)
_IN_ALL = re.compile(r"合计|共计|总计|累计|共|总额|总[\u4e00-\u9fff]{1,3}")
_WHOLE_OF = re.compile(
    r"占(?:全部|所有|全区|总)?(?P<what>[\u4e00-\u9fff]{2,6}?)(?:总数|总量|总额|总数量|的总数|总面积|总户数|总件数)的(?:比重|比例)?(?:为|达)?$"
)


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What belongs together as a whole; told: where other readers have said what a number is of."""
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        yield from _flow(here, told)
        yield from _halves(here, told)
        yield from _by_the_year(here, told)
        yield from _more_than_all(here, text)
        yield from _covered(here, text)
        yield from _each_within(here)
        yield from _absent(here)
        yield from _split_again(here, text)
        yield from _with_the_rest(here, told)
        yield from _all_but_not_all(here, text)
        yield from complete(here, told, text)
        yield from _mean_of_listed(here, told)
        yield from _most(here)
    for near in text.paragraphs:
        yield from _of_named_whole(near)
    yield from _hundred(text)
    yield from _from_below(text)


def _flow(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """年初412家，年内退库19家、新增36家，年末431家: what was, what came, what went, what is."""
    for place, opening in enumerate(here):
        if not plain(opening) or not _OPENING.search(opening.label):
            continue
        run = [opening]
        for one in here[place + 1 :]:
            if one.like != opening.like or one.quantity.hedged:
                break
            run.append(one)
            if _CLOSING.search(one.label):
                break
        closing, flows = run[-1], run[1:-1]
        if len(run) < 3 or not _CLOSING.search(closing.label) or closing.quantity.start in told:
            continue
        signs = [_sign(one) for one in flows]
        if None in signs or any(_TURN.search(one.label) for one in run[1:]):
            continue
        value = opening.quantity.value + sum(
            (sign * one.quantity.value for sign, one in zip(signs, flows, strict=True) if sign), Decimal(0)
        )
        low, high = of(opening.quantity)
        for sign, one in zip(signs, flows, strict=True):
            low, high = (
                added([(low, high), of(one.quantity)]) if sign == 1 else taken((low, high), of(one.quantity))
            )
        operands = tuple(one.quantity for one in run[:-1])
        made = claim_of(Claimed.SUM, closing.quantity, operands, value, (low, high))
        if made.held or comes_near(made, SLIP):
            yield made


def _sign(one: Mention) -> int | None:
    came, went = _IN.search(one.label), _OUT.search(one.label)
    if bool(came) == bool(went):
        return None
    return 1 if came else -1


def _halves(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """一季度412人，二季度538人，上半年累计960人."""
    for first, second, half in zip(here, here[1:], here[2:], strict=False):
        named = [one.label for one in (first, second, half)]
        for names in _SPLIT_YEAR:
            if all(name in label for name, label in zip(names, named, strict=True)):
                fit = len({one.like for one in (first, second, half)}) == 1 and all(
                    map(plain, (first, second, half))
                )
                if fit and half.quantity.start not in told:
                    made = sum_of(half, (first, second))
                    if made.held or comes_near(made, SLIP):
                        yield made


def _by_the_year(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """2016年至2020年累计7.25亿元，年均1.65亿元; 全年处理8.76万吨，日均260吨."""
    for total, mean in pairwise(here):
        if mean.quantity.start in told or total.like != mean.like or not plain(total) or mean.quantity.hedged:
            continue
        years = _YEARS.search(total.lead)
        if years and re.match("(?:年均|平均每年|每年平均)", mean.label):
            many, slack = int(years["b"]) - int(years["a"]) + 1, 0
        elif "全年" in total.lead and re.match("(?:日均|平均每天|每天平均)", mean.label):
            many, slack = 365, 1
        else:
            continue
        if not 2 <= many <= 366:
            continue
        low, high = of(total.quantity)
        half = Decimal("0.5") if mean.quantity.exact else Decimal(0)
        allowed = (low / (many + slack) - half, high / many + half)
        made = claim_of(Claimed.MEAN, mean.quantity, (total.quantity,), total.quantity.value / many, allowed)
        if made.held or comes_near(made, SLIP):
            yield made


def _more_than_all(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """确定35项，已完成37项，其余均在推进: there can be no rest."""
    for place, part in enumerate(here):
        whole = next((one for one in reversed(here[:place]) if one.like == part.like), part)
        behind = text.regular[part.quantity.end : part.quantity.end + 10]
        fit = whole is not part and plain(whole) and plain(part) and part.clause - whole.clause <= 2
        if (
            fit
            and re.match("[个项件家处]?[\u4e00-\u9fff]{0,4}，(?:其余|其他|剩余|余下)", behind)
            and "已" in part.label
        ):
            yield at_most(part, whole)


def _each_within(here: Sequence[Mention]) -> Iterator[Claim]:
    """58个，其中未办许可的7个，已招标的64个: each of those listed is of the whole."""
    for place, whole in enumerate(here):
        run: list[Mention] = []
        for one in here[place + 1 : place + 6]:
            if one.like != whole.like:
                continue
            if not one.label.endswith("的") or one.scope != whole.scope + 1:
                break
            run.append(one)
        if (
            len(run) < 2
            or "其中" not in run[0].label
            or not plain(whole)
            or re.search("新增|净", whole.label)
        ):
            continue
        for one in run[1:]:
            if plain(one) and comes_near(at_most(one, whole), Decimal("0.6")):
                yield at_most(one, whole)
        return


def _absent(here: Sequence[Mention]) -> Iterator[Claim]:
    """应到251人，到会238人，请假15人."""
    due = [one for one in here if re.search("应到", one.label) and plain(one)]
    came = [one for one in here if re.search("(?<!应)(?:实到|到会|出席|参会)", one.label) and plain(one)]
    away = [one for one in here if re.search("请假|缺席|未到", one.label) and one.kind in OPERANDS]
    if len(due) == len(came) == len(away) == 1 and due[0].like == came[0].like == away[0].like:
        whole, part = due[0].quantity, came[0].quantity
        yield claim_of(
            Claimed.DIFFERENCE,
            away[0].quantity,
            (whole, part),
            whole.value - part.value,
            taken(of(whole), of(part)),
        )


def _split_again(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """投资1.95亿元……；分项目看，路面1.08亿元，安防0.42亿元，危桥0.65亿元: the whole divided another way."""
    start, _ = text.sentences[here[0].sentence]
    parts = [one for one in here if one.like == here[0].like and plain(one)]
    said = _ANOTHER_WAY.match(text.regular[start : here[0].quantity.start])
    if said is None or len(parts) < 2 or len(parts) != len(here):
        return
    wholes = [
        one
        for one in text.between(start - 160, start)
        if one.paragraph == here[0].paragraph and one.like == here[0].like and plain(one)
    ]
    if not wholes:
        return
    made = sum_of(max(wholes, key=lambda one: one.quantity.value), parts)
    if made.held or comes_near(made, Decimal("0.15")):
        yield made


def _covered(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """17个乡镇已有16个建成，实现全覆盖."""
    for whole, part in pairwise(here):
        found = _ALL_COVERED.match(text.regular, part.quantity.end)
        fit = whole.like == part.like and plain(whole) and plain(part)
        noun = whole.tail[:2]
        told = re.search("已|其中|有$", part.label) or (len(noun) == 2 and part.tail.startswith(noun))
        if found is None or not fit or not told or not 0 < part.quantity.value <= whole.quantity.value:
            continue
        begin, stop = found.span("word" if found["word"] else "all")
        yield Claim(
            Claimed.ADJECTIVE, begin, stop, text.regular[begin:stop], part.quantity.value == whole.quantity.value,
            (part.quantity, whole.quantity), words=f"{whole.quantity.text}里只有{part.quantity.text}",
        )  # fmt: skip


def _with_the_rest(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """支出438亿元，加上上解支出30亿元、债务还本32亿元，支出总计500亿元."""
    for place, total in enumerate(here):
        if total.quantity.start in told or total.kind not in OPERANDS or total.quantity.hedged:
            continue
        parts = [one for one in here[:place] if one.like == total.like]
        others = (
            bool(parts)
            and bool(re.match("其他|其余|其它", parts[-1].label))
            and parts[-1].clause == total.clause - 1
        )
        if not re.search("(?:总计|合计|共计|总量|总额)(?:为|达)?$", total.label) or not (
            others or "加上" in total.lead
        ):
            continue
        if len(parts) < 2 or len(parts) != place or any(one.quantity.hedged for one in parts):
            continue
        made = sum_of(total, parts)
        if made.held or comes_near(made, SLIP):
            yield made


def _all_but_not_all(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """18个项目全部开工，开工率94.4%: all of them is a hundred."""
    for one, rate in pairwise(here):
        said = re.search("(?:全部|全面|均已?|都已?)(?P<what>[\u4e00-\u9fff]{2})$", one.tail)
        if (
            said is None
            or rate.kind is not Kind.PERCENT
            or rate.clause - one.clause != 1
            or rate.quantity.hedged
        ):
            continue
        if rate.label.rstrip("为达到") == said["what"] + "率" and one.kind is Kind.COUNT:
            hundred = Decimal(100)
            yield claim_of(Claimed.RATIO, rate.quantity, (one.quantity,), hundred, (hundred, hundred))


def _mean_of_listed(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """7月23条、8月31条、9月27条，月均28条."""
    for place, mean in enumerate(here):
        if mean.quantity.start in told or not _MEAN.search(mean.label) or mean.kind not in OPERANDS:
            continue
        run: list[Mention] = []
        for one in reversed(here[:place]):
            if one.like != mean.like or not (_LISTED.match(one.label) or _JOINED.fullmatch(one.label)):
                break
            run.insert(0, one)
        if any(not _LISTED.match(one.label) for one in run) and "分别" not in run[0].label:
            continue
        if len(run) < 2 or any(one.quantity.hedged for one in (*run, mean)):
            continue
        many = len(run)
        low, high = added(of(one.quantity) for one in run)
        value = sum((one.quantity.value for one in run), Decimal(0)) / many
        operands = tuple(one.quantity for one in run)
        made = claim_of(Claimed.MEAN, mean.quantity, operands, value, (low / many, high / many))
        if made.held or comes_near(made, SLIP):
            yield made


def _most(here: Sequence[Mention]) -> Iterator[Claim]:
    """合计罚款486.3万元，单笔最高罚款618.0万元: one of them is no more than all of them."""
    for place, one in enumerate(here):
        if not _MOST.search(one.label) or one.kind not in OPERANDS:
            continue
        wholes = [x for x in here[:place] if x.like == one.like and _IN_ALL.search(x.label) and plain(x)]
        if wholes:
            yield at_most(one, wholes[-1])


def _of_named_whole(near: Sequence[Mention]) -> Iterator[Claim]:
    """共派发督办单24份，按期反馈21份；逾期反馈3份，占派发总数的14.3%: of what is named, not of the nearest."""
    for place, rate in enumerate(near):
        named = (
            _WHOLE_OF.search(rate.label) if rate.kind is Kind.PERCENT and not rate.quantity.hedged else None
        )
        part = near[place - 1] if place else None
        if named is None or part is None or not plain(part) or part.sentence != rate.sentence:
            continue
        wholes = [
            one
            for one in near[max(0, place - 10) : place - 1]
            if one.like == part.like and named["what"][-2:] in one.label and one.quantity.value > part.quantity.value
            and plain(one)
        ]  # fmt: skip
        if len({one.quantity.value for one in wholes}) != 1:
            continue
        whole = wholes[0].quantity
        share = divided(of(part.quantity), of(whole))
        if share is None:
            continue
        made = claim_of(
            Claimed.RATIO,
            rate.quantity,
            (part.quantity, whole),
            part.quantity.value / whole.value * 100,
            scaled(share, 100),
        )
        if made.held or comes_near(made, SLIP):
            yield made


def _hundred(text: Text) -> Iterator[Claim]:
    """三次产业结构为3.1∶42.6∶55.3: shares of one whole."""
    for found in _RATIO.finditer(text.regular):
        before = text.regular[max(0, found.start() - 16) : found.start()]
        if not re.search(r"结构|产业|比重|占比|比例", before):
            continue
        shares = [Decimal(one) for one in re.split("[∶:：]", found["all"])]
        places = max(len(one.partition(".")[2]) for one in re.split("[∶:：]", found["all"]))
        total, slack = sum(shares, Decimal(0)), Decimal(5).scaleb(-places - 1) * len(shares)
        if not 85 <= total <= 115:
            continue
        hundred = Decimal(100)
        held = overlap((hundred, hundred), (total - slack, total + slack))
        yield Claim(
            Claimed.SUM, found.start("all"), found.end("all"), found["all"], held, (), hundred,
            (hundred - slack, hundred + slack), "", words=f"各部分加起来是{total}，不是100", value=total,
        )  # fmt: skip


def _from_below(text: Text) -> Iterator[Claim]:
    """13个部门参评，排在第11位，即倒数第2: counted from the other end."""
    for found in _FROM_BELOW.finditer(text.regular):
        near = [one for one in text.mentions if 0 < found.start() - one.quantity.start <= 80]
        near = [
            one for one in near if not re.search("[。；]", text.regular[one.quantity.end : found.start()])
        ]
        ranks = [
            one for one in near
            if one.quantity.text.startswith("第") and text.regular[one.quantity.start - 2 : one.quantity.start] != "倒数"
        ]  # fmt: skip
        counts = [
            one
            for one in near
            if one.kind is Kind.COUNT and one.role not in UNFIT and one.quantity.value >= 3
        ]
        if len(ranks) != 1 or len(counts) != 1 or ranks[0].quantity.value > counts[0].quantity.value:
            continue
        said = found["number"]
        number = Decimal(said) if said.isdigit() else numeral(said)
        due = counts[0].quantity.value - ranks[0].quantity.value + 1
        if abs(due - number) <= 3:
            yield Claim(
                Claimed.RANK, found.start(), found.end(), found[0], due == number,
                (ranks[0].quantity, counts[0].quantity), due, (due, due), "名",
                words=f"{counts[0].quantity.text}里的{ranks[0].quantity.text}是倒数第{due}", value=number,
            )  # fmt: skip
