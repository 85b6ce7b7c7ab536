"""说全部的词：均超过、均达到要求、无一、零事故、高于全市、首次突破、未完成任务、三分之二以上——逐个数来核。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from xushi.documents.checking.judging import Claim, Severity
from xushi.documents.checking.nearby import Nearby, worded
from xushi.documents.checking.quantities import Kind, Quantity
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_EACH = re.compile(
    r"(?P<word>(?<!平)均(?!衡|等|价|为)(?:已|在|已经|控制在|保持在|稳定在|达到?|实现)*(?P<side>超过|高于|突破|不低于|不少于|低于|不超过|不高于|少于|)(?:了)?)(?=\d|[一二三四五六七八九十百])"
)
_BARE_EACH = re.compile(
    r"^(?:街道|街镇|镇街|镇|单位|园区|企业|公司|地区|板块|指标|各[\u4e00-\u9fff]{1,3})?均"
)
_EACH_FIT = re.compile(
    r"(?P<word>(?<!平)均(?:已)?(?:达到|符合|满足|达到了)(?:了)?(?:[\u4e00-\u9fff]{0,4})(?:要求|标准|目标))(?=[，。；、])"
)
_UPPER = re.compile(r"低于|不超过|不高于|少于|控制在|以内|以下")
_NONE = re.compile(
    r"(?P<word>(?:无一(?:例|人|家|户|起|件)?|零)(?P<what>逾期|超期|事故|伤亡|死亡|投诉|上访|违规|超标|返贫|差错|失误|不合格))"
)
_ALIKE = {
    "逾期": r"逾期|超期|未按(?:期|时)", "超期": r"逾期|超期|未按(?:期|时)", "伤亡": r"伤|死亡", "上访": r"上访|越级访",
    "违规": r"违规(?!问题线索)", "返贫": r"返贫(?!监测|风险)", "超标": r"(?<!不)(?<!未)超标",
}  # fmt: skip
_OTHER_TIME = re.compile(r"上年|去年|上月|同期|历史|此前|以往|前年")
_BESIDE_OTHERS = re.compile(
    r"(?:我区|本区|我市|我街道|均|都|仍|也|，)(?P<word>(?:略|稍|明显|远)?(?P<side>高于|好于|快于|优于|低于|慢于|差于)(?:全市|全省|全国|全区|同类)(?:平均)?(?:水平|值)?)(?=[，。；、])"
)
_OF_OTHERS = re.compile(r"全市|全省|全国|全区|同类|平均|苏南|苏中|苏北")
_MISSED = re.compile(
    r"(?P<word>(?:未|没有|未能)(?:按期|如期|全面)?(?:完成|达到?|实现)(?:了)?(?:市定|省定|年度|全年|年初|既定|下达)*(?:的)?(?:目标任务|目标|任务|计划))(?=[，。；])"
)
_FAR = re.compile(
    r"(?P<word>远(?:超过?|高于)(?:了)?(?:市定|省定|年度|全年|年初|既定|下达|计划)*(?:的)?(?:目标任务|目标|任务|计划))(?=[，。；])"
)
_FALLS = re.compile(r"浓度|能耗|煤|排放|下降|负债|失业|逾期|率")
_TARGET_BEHIND = re.compile(r"^的?[\u4e00-\u9fff]{0,4}(?:目标|任务|平均|标准|要求|上限|下限|警戒线|计划)")
_HELD = re.compile(
    r"(?P<word>超额完成|(?:略|明显|远)?(?:高于|低于|优于|超过|超出|好于|少于))(?P<what>[\u4e00-\u9fff]{0,14})(?:（)?$"
)
_LESS = re.compile(r"低于|少于")
_OUGHT = re.compile(r"应[到参出]|应投|组成人员|总数|应表决")
_CAME = re.compile(r"实[到际投]|出席|到会|参加|同意|赞成")
_FAR_ABOVE = Decimal("1.05")


def claims(text: Text) -> Iterator[Claim]:
    """What a word says of every one of some numbers, or of one held to another."""
    near = Nearby(text)
    yield from _each(near)
    yield from _each_fits(near)
    yield from _none(near)
    yield from _beside_others(near)
    yield from _targets(near)
    yield from _marks(text)
    yield from _two_thirds(near)


def _within(one: Quantity, mark: Quantity, *, upper: bool) -> bool:
    return one.low <= mark.value if upper else one.high >= mark.value


def _each(near: Nearby) -> Iterator[Claim]:
    """江浦98.7%、顶山98.2%、桥林96.5%，均超过97%: the numbers stand by name, side by side."""
    for sentence, match in near.found(_EACH):
        behind = near.after(match.end() - len("不低于"), sentence)
        mark = next((one for one in behind if one.quantity.end > match.end()), None)
        if (
            mark is None
            or mark.quantity.start - match.end() > 1
            or not (match["side"] or "以" in mark.quantity.text)
        ):
            continue
        if not _BARE_EACH.match(mark.label):
            continue  # 用电量占比均超过30% has a subject of its own
        upper = _UPPER.search(match.group() + mark.quantity.text) is not None
        row = _same_row(near.before(mark.quantity.start, sentence), mark)
        yield from _against(match, row, mark, upper=upper)


def _same_row(before: Sequence[Mention], mark: Mention) -> list[Mention]:
    """The like numbers right before, side by side; one alone is none."""
    row: list[Mention] = []
    for one in reversed(before):
        if one.quantity.start >= mark.quantity.start or one.like != mark.like:
            if row or one.kind is not Kind.COUNT:
                break
            continue
        if one.role in (Role.TARGET, Role.BASE, Role.DUE, Role.SUM):
            break
        row.append(one)
    if (
        len(row) < 2
        or "分别" in row[-1].lead
        or any(one.clause - other.clause > 1 for one, other in pairwise(row))
    ):
        return []
    return row[::-1]


def _against(match: "re.Match[str]", row: list[Mention], mark: Mention, *, upper: bool) -> Iterator[Claim]:
    if not row or (
        row[0].role is Role.CHANGE and mark.role is not Role.CHANGE and mark.kind is not Kind.PERCENT
    ):
        return
    out = [one for one in row if not _within(one.quantity, mark.quantity, upper=upper)]
    words = "写的有" + "、".join(one.quantity.text for one in out)
    yield worded(match, "word", not out, (*(out or row[:1]), mark), words)


def _each_fits(near: Nearby) -> Iterator[Claim]:
    """知晓率应达98%以上。江浦98.7%、桥林96.5%，均达到要求."""
    for sentence, match in near.found(_EACH_FIT):
        told = near.before(match.start(), sentence, back=1)
        marks = [
            one
            for one in told
            if re.search(r"以上|以内|以下|不低于|不超过|不少于", one.quantity.text + one.label[-4:])
        ]
        if len(marks) != 1:
            continue
        mark = marks[0]
        row = [one for one in told if one.before(mark) is False and one is not mark and one.like == mark.like]
        if len(row) < 2:
            continue
        upper = re.search(r"以内|以下|不超过", mark.quantity.text + mark.label[-4:]) is not None
        yield from _against(match, row, mark, upper=upper)


def _none(near: Nearby) -> Iterator[Claim]:
    """发现2家未按期完成，无一逾期; 发生事故2起，保持零事故."""
    for sentence, match in near.found(_NONE):
        what = re.compile(_ALIKE.get(match["what"], match["what"]))
        told = [*near.before(match.start(), sentence), *near.after(match.end(), sentence)]
        against = [
            one
            for one in told
            if one.kind is Kind.COUNT
            and one.quantity.low > 0
            and one.role not in (Role.CHANGE, Role.BASE, Role.TARGET)
            and (what.search(one.label[-8:]) or (not one.shared and what.match(one.tail)))
            and not _OTHER_TIME.search(one.phrase)
            and not re.search(r"[无没不]|整治|防范|排查|宣传|演练|处置", one.label[-8:])
        ]
        if against:
            yield worded(match, "word", False, tuple(against[:1]), f"写的有{against[0].quantity.text}")


def _beside_others(near: Nearby) -> Iterator[Claim]:
    """我区61.8%，全市平均64.5%，我区略高于全市: the word behind both numbers."""
    for sentence, match in near.found(_BESIDE_OTHERS):
        told = near.before(match.start("word"), sentence)
        if len(told) != 2 or told[0].like != told[1].like:
            continue
        others = [one for one in told if _OF_OTHERS.search(one.label)]
        own = [one for one in told if not _OF_OTHERS.search(one.label)]
        if len(others) != 1 or len(own) != 1 or own[0].role in (Role.BASE, Role.TARGET):
            continue
        more = re.search(r"高于|好于|快于|优于", match["side"]) is not None
        if re.search(r"好于|优于|差于", match["side"]):
            continue
        one, other = own[0].quantity, others[0].quantity
        held = one.high > other.low if more else one.low < other.high
        yield worded(match, "word", held, (own[0], others[0]), f"{one.text}与{other.text}相比不是这样")


def _targets(near: Nearby) -> Iterator[Claim]:
    """任务3.5万亩，完成3.6万亩，未完成任务; 任务500套，实际501套，远超任务."""
    for pattern, far in ((_MISSED, False), (_FAR, True)):
        for sentence, match in near.found(pattern):
            told = near.before(match.start(), sentence)
            aims = [
                one for one in told if one.role is Role.TARGET or re.search(r"任务[^，]{0,4}$", one.label)
            ]
            done = [one for one in told if one not in aims]
            if len(aims) != 1 or len(done) != 1 or aims[0].like != done[0].like:
                continue
            aim, value = aims[0].quantity, done[0].quantity
            if _FALLS.search(aims[0].lead + done[0].label) or aim.value <= 0:
                continue
            held = value.value / aim.value >= _FAR_ABOVE if far else value.low < aim.value
            severity = Severity.WARNING if far else Severity.ERROR
            words = f"{value.text}对{aim.text}不是这样"
            yield worded(match, "word", held, (done[0], aims[0]), words, severity=severity)


def _marks(text: Text) -> Iterator[Claim]:
    """失业率3.2%，低于市下达的2.9%控制目标; 增长5.8%，高于全市平均（6.3%）."""
    previous: Mention | None = None
    for number, mark in enumerate(text.mentions):
        one, previous = previous, mark
        if one is None or one.sentence != mark.sentence or one.like != mark.like:
            continue
        following = text.mentions[number + 1] if number + 1 < len(text.mentions) else None
        if mark.clause - one.clause not in (1, 2) or one.role in (
            Role.BASE,
            Role.TARGET,
            Role.DUE,
            Role.PLAN,
        ):
            continue
        if following and following.role is Role.CHANGE and following.clause - mark.clause <= 1:
            continue  # by how much is told: that claim says it
        yield from _held_to(text, one, mark)


def _held_to(text: Text, one: Mention, mark: Mention) -> Iterator[Claim]:
    start = mark.quantity.start
    match = _HELD.search(text.regular, max(one.quantity.end, start - 24), start)
    if match is None or mark.quantity.text.startswith(("超过", "突破")):
        return
    bracketed = text.regular[start - 1] == "（" and _OF_OTHERS.search(match["what"])
    named = _TARGET_BEHIND.match(mark.tail) and re.search(r"的$|确定|下达", match["what"])
    if not (bracketed and one.role is Role.CHANGE) and not (named and one.role is not Role.CHANGE):
        return  # what else is held to an average in brackets is held by its own words
    if match["word"] == "超额完成" and one.kind is Kind.PERCENT:
        return
    less = _LESS.search(match["word"]) is not None
    held = one.quantity.low < mark.quantity.high if less else one.quantity.high > mark.quantity.low
    words = f"{one.quantity.text}与{mark.quantity.text}相比不是这样"
    yield worded(match, "word", held, (one, mark), words)


def _two_thirds(near: Nearby) -> Iterator[Claim]:
    """应到92人，实到58人，达三分之二以上: the share of the two before it."""
    for place, share in enumerate(near.text.mentions):
        if share.kind is not Kind.PERCENT or "分之" not in share.quantity.text or place < 2:
            continue
        whole, part = near.text.mentions[place - 2 : place]
        behind = re.compile(r"以上").match(near.text.regular, share.quantity.end)
        told = re.search(r"(?:超过?|达到?)(?:了)?$", share.label) or share.quantity.text.startswith("超过")
        if not behind and not told:
            continue
        if whole.sentence != share.sentence or whole.like != part.like or whole.kind is not Kind.COUNT:
            continue
        if not (_OUGHT.search(whole.label) and _CAME.search(part.label)) or not whole.quantity.value:
            continue
        least = share.quantity.value / 100 * whole.quantity.value
        match = re.compile(r".+", re.S).match(
            near.text.regular, share.quantity.start, behind.end() if behind else share.quantity.end
        )
        if match:
            words = f"{whole.quantity.text}的{part.quantity.text}不到"
            held = part.quantity.value >= least - Decimal("0.05") * whole.quantity.value / 100
            yield worded(match, 0, held, (part, whole), words)
