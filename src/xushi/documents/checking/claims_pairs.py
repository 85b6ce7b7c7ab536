"""几样固定的搭配：应到、请假、实到；下发、几日内、截止；目标、实际、完成目标；超过多少的几个，分别是多少。"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.judging import Claim, Claimed, claim_of, of, overlap, taken
from xushi.documents.checking.nearby import Nearby, worded
from xushi.documents.checking.quantities import Kind, numeral
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_OUGHT = re.compile(r"应(?:到|出席|参加|参会|参训|参)[^，。；]{0,8}$")
_CAME = re.compile(r"实(?:际)?(?:到会?|出席|参加|参会|参训)[^，。；应]{0,6}$")
_ABSENT = re.compile(r"请假|缺席|缺勤|未到")
_GIVEN = re.compile(
    r"(?:(?P<year>20\d{2})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日[^。；\d]{0,10}(?:下达|下发|印发|交办|签发|派发|受理|发出)[^。；\d]{0,12}?"
    r"(?P<days>\d{1,2})日内[^。；\d]{0,10}，?(?:截止|到期|最迟)[^。；\d]{0,6}(?P<month2>\d{1,2})月(?P<day2>\d{1,2})日"
)
_REACHED = re.compile(
    r"(?<!未)(?<!没有)(?P<word>(?:完成|达到|实现)了?(?:省定|市定|年度|全年|既定|下达)*(?:的)?目标(?:任务)?)(?=[，。；])"
)
_LESS = re.compile(r"下降|压减|减少|削减|降低")
_MARK = re.compile(r"(?:(?P<more>超过|高于|突破|达到|不低于)|(?P<less>低于|不足|不到|未达到?))$")
_EACH = re.compile(r"[，：]?分别(?:为|是|达|达到)?$")

_IN_A_ROW = re.compile(
    r"连续[两二三四五六七八九十\d]{1,2}个?(?:月|季度|年)(?:保持|实现|呈现?|出现)?(?:(?P<up>回升|上升|增长|增加|提高)|(?P<down>下降|回落|减少|降低))"
)
_RISEN, _FALLEN = re.compile(r"增长|增加|上升|提高|回升"), re.compile(r"下降|减少|降低|回落|下滑")
_HIGHER_IS_BETTER = re.compile(r"(?:完成|开工|竣工|到位|签约|办结|反馈|答复|整改)率|得分|增速|增幅")
_WHOSE = re.compile(r"街道|镇|乡|园区|开发区|[区市县局委办]|公司|集团|单位")
_DAYS = re.compile(
    r"(?:(?P<y1>20\d{2})年)?(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日[^。；\d]{0,16}(?:(?P<y2>20\d{2})年)?(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日"
    r"[^。；\d]{0,14}?(?:期限|为期|历时|限期|工期|会期|展期|共|时长)(?:为|共|计)?(?P<days>\d{1,3})(?P<unit>个?工作日|天|日)"
)
_LATER = re.compile(
    r"(?:(?P<y1>20\d{2})年)?(?P<m1>\d{1,2})月(?!\d{1,2}日)[^。；\d]{0,12}(?:(?P<y2>20\d{2})年)?(?P<m2>\d{1,2})月(?!\d{1,2}日)[^。；\d]{0,14}"
    r"(?P<which>推迟|延迟|延后|滞后|晚|提前|早)(?:了)?(?P<months>\d{1,2}|[一两二三四五六七八九十]{1,2})个月"
)


_LISTED = re.compile(
    r"(?P<names>(?:[\u4e00-\u9fff]{2,8}、)+[\u4e00-\u9fff]{2,6}?(?:街道|镇|乡|园区|开发区|区|局|委|办|公司|集团))的?(?P<what>[\u4e00-\u9fff]{2,6})分别(?:为|是|达)?"
)
_TOP = re.compile(
    r"，(?:其中)?(?P<name>[\u4e00-\u9fff]{2,8}?)(?:位居|位列|居|列|排名|排在|排)?(?P<word>第一|首位|榜首|最高|末位|最低|最后)(?=[，。；、])"
)


def claims(text: Text) -> Iterator[Claim]:
    """What belongs together by custom."""
    near = Nearby(text)
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        yield from _came(here)
        yield from _all_beyond(here)
        start, end = text.sentences[here[0].sentence]
        yield from _top(here, text.regular[start:end], start)
    yield from _reached(near)
    yield from _in_a_row(near)
    for paragraph in text.paragraphs:
        yield from _ordered(paragraph)
    for start, end in text.sentences:
        sentence = text.regular[start:end]
        if "月" not in sentence:
            continue
        yield from _day_given(sentence, start)
        yield from _days(sentence, start)
        yield from _later(sentence, start)


def _only(here: Sequence[Mention], words: "re.Pattern[str]") -> Mention | None:
    found = [one for one in here if words.search(one.label) and one.kind is Kind.COUNT]
    return found[0] if len(found) == 1 else None


def _came(here: Sequence[Mention]) -> Iterator[Claim]:
    """应出席210人，请假12人，实际出席198人: in any order."""
    ought, came, absent = (_only(here, words) for words in (_OUGHT, _CAME, _ABSENT))
    if ought and came and absent and ought.like == came.like == absent.like and absent.before(came):
        allowed = taken(of(ought.quantity), of(absent.quantity))
        computed = ought.quantity.value - absent.quantity.value
        operands = (ought.quantity, absent.quantity)
        yield claim_of(Claimed.DIFFERENCE, came.quantity, operands, computed, allowed)


def _all_beyond(here: Sequence[Mention]) -> Iterator[Claim]:
    """5个街道完成率超过70%，分别为73.1%、75.6%、70.8%、71.9%、78.4%: each of them is."""
    for place, mark in enumerate(here):
        side = _MARK.search(mark.label + re.split(r"\d", mark.quantity.text)[0])
        if side is None:
            continue
        listed = [one for one in here[place + 1 :] if one.kind is mark.kind]
        if (
            len(listed) < 2
            or listed[0].quantity.hedged  # 全体突破7万元，城镇和农村分别超过8万元、4.5万元
            or not _EACH.search(listed[0].label)
            or listed[0].clause - mark.clause > 1
        ):
            continue
        for one in listed:
            held = (
                one.quantity.high >= mark.quantity.value
                if side["more"]
                else one.quantity.low < mark.quantity.value
            )
            yield Claim(
                Claimed.ADJECTIVE, one.quantity.start, one.quantity.end, one.quantity.text, held, (mark.quantity,),
                words=f"说的是{side.group()}{mark.quantity.text}",
            )  # fmt: skip


def _top(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """江浦、桥林、永宁完成率分别为72.1%、69.4%、75.8%，永宁位居第一: who is named stands where it is said to."""
    listed, top = _LISTED.search(sentence), _TOP.search(sentence)
    if listed is None or top is None or top.start() < listed.end():
        return
    names = listed["names"].split("、")
    values = [one for one in here if start + listed.end() - 1 <= one.quantity.start < start + top.start()]
    place = next((at for at, name in enumerate(names) if top["name"] in name or name in top["name"]), None)
    if place is None or len(values) != len(names) or len({one.like for one in values}) != 1:
        return
    ordered = [one.quantity.value for one in values]
    low = top["word"] in ("末位", "最低", "最后")
    held = ordered[place] == (min(ordered) if low else max(ordered))
    begin, end = start + top.start("word"), start + top.end("word")
    yield Claim(
        Claimed.ADJECTIVE, begin, end, top["word"], held, tuple(one.quantity for one in values),
        words=f"{names[place]}是{values[place].quantity.text}",
    )  # fmt: skip


def _reached(near: Nearby) -> Iterator[Claim]:
    """下降目标3.2%，实际下降3.6%，完成省定目标: of what is to fall, more is better."""
    for sentence, match in near.found(_REACHED):
        told = near.before(match.start(), sentence)
        if len(told) != 2 or told[0].like != told[1].like:
            continue
        goal, real = told
        if "目标" not in goal.label or "实际" not in real.label or not _LESS.search(goal.label):
            continue
        if _LESS.search(real.label):
            held = real.quantity.high >= goal.quantity.low
            yield worded(
                match, "word", held, (real, goal), f"目标是降{goal.quantity.text}，只降了{real.quantity.text}"
            )


def _day_given(sentence: str, start: int) -> Iterator[Claim]:
    """9月3日下发，要求7日内反馈，截止日期为9月10日: with the first day or without it."""
    for found in _GIVEN.finditer(sentence):
        year = int(found["year"] or 2018)
        try:
            given = date(year, int(found["month"]), int(found["day"]))
            last = date(year, int(found["month2"]), int(found["day2"]))
        except ValueError:
            continue
        days = int(found["days"])
        due = given + timedelta(days=days)
        begin, end = start + found.start("month2"), start + found.end("day2") + 1
        yield Claim(
            Claimed.DATE, begin, end, sentence[found.start("month2") : found.end("day2") + 1],
            days - 1 <= (last - given).days <= days, words=f"{days}日内是{due.month}月{due.day}日",
        )  # fmt: skip


def _in_a_row(near: Nearby) -> Iterator[Claim]:
    """连续三个月增长，6月增长3.2%，7月增长4.1%，8月增长5.6%: each behind goes the way that is said of all."""
    for sentence, match in near.found(_IN_A_ROW):
        behind = [one for one in near.after(match.end(), sentence) if one.kind is Kind.PERCENT]
        against = _FALLEN if match["up"] else _RISEN
        along = _RISEN if match["up"] else _FALLEN
        rows = [
            one
            for one in behind
            if (along.search(one.label) or against.search(one.label))
            and re.search(r"\d月|季度|年", one.phrase)
        ]
        if len(rows) < 2:
            continue
        other = next((one for one in rows if against.search(one.label)), None)
        words = f"{other.label}{other.quantity.text}" if other else ""
        yield worded(match, 0, other is None, tuple(rows), words)


def _has_rank(value: Mention, rank: Mention) -> bool:
    marked = value.kind is Kind.SCORE or (
        value.kind is Kind.PERCENT and _HIGHER_IS_BETTER.search(value.lead[-60:])
    )
    beside = value.sentence == rank.sentence and rank.clause - value.clause <= 1
    return bool(marked) and beside and rank.kind is Kind.RANK and value.role is not Role.CHANGE


def _ordered(near: Sequence[Mention]) -> Iterator[Claim]:
    """顶山78.2%，列第二位；江浦80.1%，列第一位: of two with their ranks the higher comes first."""
    told = [(value, rank) for value, rank in pairwise(near) if _has_rank(value, rank)]
    for (first, one), (second, other) in pairwise(told):
        if not _WHOSE.search(first.phrase) or not _WHOSE.search(second.phrase):
            continue  # of one party's several marks each has a rank of its own
        measures = [
            (_HIGHER_IS_BETTER.findall(value.lead[-60:]) or ["得分"])[-1] for value in (first, second)
        ]
        if (
            first.like != second.like
            or measures[0] != measures[1]
            or one.quantity.value == other.quantity.value
        ):
            continue
        if re.search(
            r"去年|上年|上月|同期|全省|全国", first.phrase + one.phrase + second.phrase + other.phrase
        ):
            continue
        ahead, behind = (
            ((first, one), (second, other))
            if one.quantity.value < other.quantity.value
            else ((second, other), (first, one))
        )
        held = ahead[0].quantity.high >= behind[0].quantity.low
        rank = ahead[1].quantity
        yield Claim(
            Claimed.RANK, rank.start, rank.end, rank.text, held, (ahead[0].quantity, behind[0].quantity),
            words=f"{behind[0].quantity.text}比{ahead[0].quantity.text}高，却排在后面",
        )  # fmt: skip


def _day(found: "re.Match[str]", which: str, year: int) -> date | None:
    try:
        return date(int(found[f"y{which}"] or year), int(found[f"m{which}"]), int(found[f"d{which}"]))
    except ValueError:
        return None


def _days(sentence: str, start: int) -> Iterator[Claim]:
    """签发日期为2018年8月6日，要求8月20日前反馈，办理期限14天: counted with the first day or without it."""
    for found in _DAYS.finditer(sentence):
        if "工作" in found["unit"]:
            continue
        year = int(found["y1"] or found["y2"] or 2018)
        first, last = _day(found, "1", year), _day(found, "2", year)
        if first is None or last is None or last < first:
            continue
        apart, days = Decimal((last - first).days), Decimal(found["days"])
        yield _worded(
            found, "days", start, days, (apart, apart + 1), f"{found['d1']}日到{found['d2']}日是{apart}天"
        )


def _later(sentence: str, start: int) -> Iterator[Claim]:
    """原定2018年5月开工，实际于8月开工，推迟3个月."""
    for found in _LATER.finditer(sentence):
        year = int(found["y1"] or 2018)
        months = (int(found["y2"] or year) - year) * 12 + int(found["m2"]) - int(found["m1"])
        told = Decimal(found["months"]) if found["months"].isdigit() else numeral(found["months"])
        apart = Decimal(abs(months))
        yield _worded(found, "months", start, told, (apart, apart), f"相隔{apart}个月")


def _worded(
    found: "re.Match[str]",
    group: str,
    start: int,
    told: Decimal,
    allowed: tuple[Decimal, Decimal],
    words: str,
) -> Claim:
    printed = found[group] + ("个月" if group == "months" else found["unit"])
    begin = start + found.start(group)
    return Claim(
        Claimed.DATE, begin, begin + len(printed), printed, overlap((told, told), allowed), (), allowed[0], allowed,
        "", words=words, value=told,
    )  # fmt: skip
