"""次序：依次由高到低的、上月第4本月第7说上升的、前两位的得分比自己还低的、都是第一的、点了名再数个数的。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.judging import Claim, Claimed
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role
from xushi.documents.checking.spans import days_late, days_long, five_years, terms

_TURN = re.compile(r"依次(?:为|是|分别为)?|由高到低|从高到低|由多到少|从多到少")
_FALLING = re.compile(r"高到低|多到少|前[三四五两二六]|得分|排名|名次|排位")
_LOW_FIRST = re.compile(r"低到高|少到多|逾期|未|滞后|后[三两五]|倒数|末")
_FORWARD = re.compile(r"^(?:[比较][^，]{0,6})?(?:上升|前移|提升|前进|进|升)了?$")
_BACK = re.compile(r"^(?:[比较][^，]{0,6})?(?:下降|后移|下滑|后退|退|降|跌)了?$")
_PAST, _NOW = (
    re.compile(r"上月|上季|上年|去年|上期|上次|上半年|此前|原|\d月"),
    re.compile(r"本月|本季|今年|本期|本次|现|目前|\d月"),
)
_AHEAD = re.compile(r"前(?P<many>[一二两三四五六])[位名](?:的)?(?:得分|分数|增速)?(?:分别)?(?:为|是)")
_EVERY_FIRST = re.compile(
    r"(?P<many>[两二三四五六七八九]|\d)项[\u4e00-\u9fff]{0,8}(?:位居|居|位列|列|排名|排)[\u4e00-\u9fff]{0,4}(?:第一|首位)"
)
_FIRST_OF = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,8}?)(?:增速|增幅|得分|完成率|开工率|总量|进度|投资)?(?:位居|居|列|排名|排|位列)(?:第一位?|首位|榜首|第1位?)"
)
_NAMED = re.compile(
    r"(?P<names>[\u4e00-\u9fff（）]{2,16}(?:、[\u4e00-\u9fff（）]{2,16}){1,9}(?:[和及][\u4e00-\u9fff]{2,16})?)等?(?P<many>\d{1,2}|[两二三四五六七八九])(?P<unit>[个家]?)"
    r"(?P<what>问题|事项|任务|单位|部门|街道|镇街|街镇|乡镇|村|社区|园区|企业|项目|县区|区县|县)"
)
_THAN_ALL = re.compile(r"(?P<word>高于|低于|快于|慢于|好于|优于|超过)全[市省国区县](?:的)?$")
_CALLED = re.compile(
    r"(?P<many>\d{1,2}|[两二三四五六七八九])(?P<unit>[个项家])(?:项目|工程|单位|部门|街道|企业)?(?:分别)?(?:为|是|有)：(?P<names>[\u4e00-\u9fff\d（）]{3,24}(?:、[\u4e00-\u9fff\d（）]{3,24}){1,9}(?:[和及][\u4e00-\u9fff]{3,24})?)(?=[。；])"
)
_PARTY = re.compile(
    r"(?:局|委|办|街道|镇|乡|公司|集团|中心|院|园区|开发区|区|部|室|站|所|队|政府|县|村|社区|项目|工程)$"
)


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What stands in an order; told: where other readers have spoken already."""
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[here[0].sentence]
        sentence = text.regular[start:end]
        yield from _falls(here, sentence, start, told)
        yield from _moved(here, text)
        yield from _better_ones(here, sentence, start)
        yield from _every_first(here, sentence, start)
        yield from _first_by_name(here, sentence, start)
    for near in text.paragraphs:
        yield from _first_of_all(near)
    yield from terms(text)
    yield from _named(text)
    yield from _called(text)
    yield from days_late(text)
    yield from five_years(text)
    yield from days_long(text)
    for near in text.paragraphs:
        yield from _than_the_mean(near)
        yield from _only_behind(near)


def _falls(here: Sequence[Mention], sentence: str, start: int, told: Collection[int]) -> Iterator[Claim]:
    """得分前三位依次为临江95.8分、云台93.6分、东湖94.7分."""
    turn = _TURN.search(sentence)
    if (
        turn is None
        or not _FALLING.search(sentence[: turn.end()])
        or _LOW_FIRST.search(sentence[: turn.end()])
    ):
        return
    row: list[Mention] = []
    for one in here:
        if one.quantity.start < start + turn.end() or one.kind is Kind.RANK:
            continue
        if (row and one.like != row[0].like) or one.quantity.hedged or one.role is Role.CHANGE:
            break
        row.append(one)
    if len(row) < 3 or row[0].kind not in (Kind.SCORE, Kind.PERCENT, Kind.MONEY, Kind.COUNT):
        return
    for one, other in pairwise(row):
        if other.quantity.low > one.quantity.high and other.quantity.start not in told:
            yield Claim(
                Claimed.RANK, other.quantity.start, other.quantity.end, other.quantity.text, False,
                (one.quantity, other.quantity), words=f"比前一个的{one.quantity.text}高，却排在后面",
            )  # fmt: skip
            return


def _moved(here: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """上月列第4名，本月列第7名，上升3个名次: the word goes the other way."""
    for first, second, move in zip(here, here[1:], here[2:], strict=False):
        old, new = first, second
        ranks = all(one.kind is Kind.RANK or one.quantity.text.startswith("第") for one in (old, new))
        a_move = move.quantity.unit in ("位", "名", "个") and (
            move.quantity.unit != "个" or move.tail[:2] in ("名次", "位次")
        )
        forward, back = _FORWARD.match(move.label), _BACK.match(move.label)
        if not ranks or not a_move or not (forward or back) or move.clause - new.clause > 1:
            continue
        if re.match("[较比](?:去年|上年|上月|上季|上期|年初)", new.label) and not re.search(
            "较|比|由|从", old.label
        ):
            old, new = new, old  # 列第6位，比去年同期第3位前进3位
        turned = re.match("[较比]", old.label)
        if not turned and (
            not _PAST.search(old.label) or not _NOW.search(new.label) or re.search("较|比", new.label)
        ):
            continue
        gained = old.quantity.value - new.quantity.value
        held = gained > 0 if forward else gained < 0
        begin = move.quantity.start - len(move.label)
        if text.regular[begin : move.quantity.start] == move.label and gained:
            yield Claim(
                Claimed.RANK, begin, move.quantity.end, move.label + move.quantity.text, held,
                (old.quantity, new.quantity), words=f"由{old.quantity.text}到{new.quantity.text}，不是{move.label}",
            )  # fmt: skip


def _better_ones(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """我镇得91.3分，列第3位，前两位得分分别为92.6分和90.8分: those before it have no less."""
    said = _AHEAD.search(sentence)
    if said is None:
        return
    many = number_in(said["many"])
    row = [one for one in here if one.quantity.start >= start + said.end()][:many]
    ranks = [one for one in here if one.kind is Kind.RANK and one.quantity.end <= start + said.start()]
    own = [
        one for one in here if row and one.like == row[0].like and one.quantity.end <= start + said.start()
    ]
    if len(row) != many or len(ranks) != 1 or len(own) != 1 or ranks[0].quantity.value != many + 1:
        return
    if len({one.like for one in row}) != 1 or row[0].kind not in (Kind.SCORE, Kind.PERCENT):
        return
    less = next((one for one in row if one.quantity.high < own[0].quantity.low), None)
    told = (less or row[-1]).quantity
    yield Claim(
        Claimed.RANK, told.start, told.end, told.text, less is None, (own[0].quantity, told),
        words=f"排在前面，却低于{own[0].quantity.text}",
    )  # fmt: skip


def _every_first(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """3项指标位居第一：税收占比第1，民生支出占比第1，电子化率第2."""
    said = _EVERY_FIRST.search(sentence)
    if said is None or not re.match(r"[：，]", sentence[said.end() :]):
        return
    row = [
        one for one in here if one.quantity.start >= start + said.end() and one.quantity.text.startswith("第")
    ][: number_in(said["many"])]
    if len(row) != number_in(said["many"]):
        return
    other = next((one for one in row if one.quantity.value != 1), None)
    told = (other or row[-1]).quantity
    words = f"前面说{said['many']}项都是第一"
    yield Claim(Claimed.RANK, told.start, told.end, told.text, other is None, (told,), words=words)


def _first_by_name(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """甲、乙、丙分别增长8.1%、8.6%、7.9%，甲增速居第一位; 我区位居第一，为7.8%，东山区8.4%."""
    for said in _FIRST_OF.finditer(sentence):
        before = [
            one for one in here
            if one.quantity.end <= start + said.start("name") and one.kind in (Kind.PERCENT, Kind.SCORE, Kind.MONEY)
        ]  # fmt: skip
        behind = [
            one for one in here
            if one.quantity.start >= start + said.end() and one.kind in (Kind.PERCENT, Kind.SCORE)
        ]  # fmt: skip
        head = sentence[: said.start("name")]
        if "分别" in head and len(before) >= 2:
            listed = re.search(
                r"(?P<names>[\u4e00-\u9fff]{2,8}(?:、[\u4e00-\u9fff]{2,8})+)[^、，。]*?分别", head
            )
            names = listed["names"].split("、") if listed else []
            at = [
                n
                for n, name in enumerate(names)
                if name[:2] == said["name"][-len(name) :][:2]
                or name[:3] in said["name"]
                or said["name"].endswith(name)
            ]
            row = before[-len(names) :]
            if (
                len(names) < 2
                or len(at) != 1
                or len(row) != len(names)
                or len({one.like for one in row}) != 1
            ):
                continue
            own, others = row[at[0]], [one for one in row if one is not row[at[0]]]
        elif len(behind) >= 3 and re.match(r"，(?:为|达|增长)", sentence[said.end() :]):
            own, others = (
                behind[0],
                [one for one in behind[1:] if one.like == behind[0].like and len(one.label) >= 2],
            )
            if any(one.role is Role.CHANGE for one in others) or len(others) < 2:
                continue
        else:
            continue
        if re.search(r"降幅|逾期|未|失业|倒数", sentence[: said.end()]):
            continue
        higher = next((one for one in others if one.quantity.low > own.quantity.high), None)
        mark = re.search(r"(?:位居|居|列|排名|排|位列)(?:第一位?|首位|榜首|第1位?)$", said[0])
        begin = start + said.start() + (mark.start() if mark else 0)
        yield Claim(
            Claimed.RANK, begin, start + said.end(), sentence[begin - start : said.end()], higher is None,
            (own.quantity, *(one.quantity for one in others)),
            words=f"{higher.quantity.text}比{own.quantity.text}高" if higher else "",
        )  # fmt: skip


def _first_of_all(near: Sequence[Mention]) -> Iterator[Claim]:
    """三个园区中高新区完成42.6亿元，位居第一；经开区、智造园分别45.1亿元和38.0亿元: as many as there are."""
    for place, (group, own, rank) in enumerate(zip(near, near[1:], near[2:], strict=False)):
        many = group.quantity.value
        if (
            group.kind is not Kind.COUNT
            or not re.search(r"中[\u4e00-\u9fff]{2,}|中$", group.tail)
            or rank.kind is not Kind.RANK
        ):
            continue
        if rank.quantity.value != 1 or rank.sentence != own.sentence or not 2 <= many <= 12:
            continue
        others = [one for one in near[place + 3 : place + 3 + int(many) - 1] if one.like == own.like]
        if len(others) != many - 1 or re.search("逾期|未|欠|滞后", own.label):
            continue
        higher = next((one for one in others if one.quantity.low > own.quantity.high), None)
        yield Claim(
            Claimed.RANK, rank.quantity.start, rank.quantity.end, rank.quantity.text, higher is None,
            (own.quantity, *(one.quantity for one in others)),
            words=f"{higher.quantity.text}比{own.quantity.text}多" if higher else "",
        )  # fmt: skip


def _than_the_mean(near: Sequence[Mention]) -> Iterator[Claim]:
    """比重为81.4%，低于全市78.9%的平均水平."""
    for own, mean in pairwise(near):
        said = _THAN_ALL.search(mean.label)
        fit = (
            own.kind is Kind.PERCENT is mean.kind
            and own.sentence == mean.sentence
            and mean.clause - own.clause == 1
        )
        if said is None or not fit or not re.match("的?平均", mean.tail) or own.role is Role.CHANGE:
            continue
        more = said["word"] in ("高于", "快于", "好于", "优于", "超过")
        held = own.quantity.high >= mean.quantity.low if more else own.quantity.low <= mean.quantity.high
        begin = mean.quantity.start - len(mean.label) + said.start("word")
        yield Claim(
            Claimed.ADJECTIVE, begin, begin + len(said["word"]), said["word"], held, (own.quantity, mean.quantity),
            words=f"{own.quantity.text}与{mean.quantity.text}",
        )  # fmt: skip


def _only_behind(near: Sequence[Mention]) -> Iterator[Claim]:
    """得94.1分，仅次于得分最高的城南街道（93.5分）."""
    for own, other in pairwise(near):
        if (
            own.like != other.like
            or own.sentence != other.sentence
            or own.kind not in (Kind.SCORE, Kind.PERCENT)
        ):
            continue
        if not re.search("仅次于[^，。；]{2,16}$", other.label) or re.search("降|逾期|未", own.label):
            continue
        yield Claim(
            Claimed.RANK, other.quantity.start, other.quantity.end, other.quantity.text,
            other.quantity.high >= own.quantity.low, (own.quantity, other.quantity), words=f"比{own.quantity.text}低",
        )  # fmt: skip


def _called(text: Text) -> Iterator[Claim]:
    """滞后的5个项目分别为：甲工程、乙工程、丙工程: as many as are called by name."""
    for found in _CALLED.finditer(text.regular):
        names = re.split("[、和及]", found["names"])
        if "等" in found["names"] or not all(
            _PARTY.search(name) or name.endswith(("期", "桥", "路")) for name in names
        ):
            continue
        many, number = number_in(found["many"]), Decimal(len(names))
        if len(names) < 2 or abs(many - len(names)) > 2:
            continue
        begin, stop = found.start("many"), found.end("unit")
        yield Claim(
            Claimed.SERIAL, begin, stop, text.regular[begin:stop], many == len(names), (), number, (number, number),
            found["unit"], words=f"列出的是{len(names)}个", value=Decimal(many),
        )  # fmt: skip


def _named(text: Text) -> Iterator[Claim]:
    """市住建局、市交通运输局、云台县政府4个单位予以通报: as many as are named."""
    for found in _NAMED.finditer(text.regular):
        names = re.split(r"[、和及]", found["names"])
        names[0] = re.sub(r"^.*(?:的|对|将|由|给予|约谈|包括|涉及|请)", "", names[0])
        free = found["what"] in ("问题", "事项", "任务", "项目") and len(names) >= 3 and "有" in names[0]
        if "等" in found[0] or not (
            free or all(_PARTY.search(re.sub("（.*?）", "", name)) for name in names)
        ):
            continue
        many, number = number_in(found["many"]), Decimal(len(names))
        if abs(many - len(names)) > 2:
            continue
        begin, stop = found.start("many"), found.end("unit" if found["unit"] else "what")
        yield Claim(
            Claimed.SERIAL, begin, stop, text.regular[begin:stop], many == len(names), (), number, (number, number),
            found["unit"] or "个", words=f"点到名的是{len(names)}个", value=Decimal(many),
        )  # fmt: skip
