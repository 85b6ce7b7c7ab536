"""平均：总数除以个数。每户的除以户数，月均的除以月数；没有说明除以什么的，有一种说得通就不作声。"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from xushi.documents.checking.binding import Around, around
from xushi.documents.checking.judging import Claim, Claimed, claim_of, divided, of, scaled
from xushi.documents.checking.quantities import Kind, numeral
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_PER = re.compile(
    r"每(?P<unit>个(?:月)?|家|户|亩|件|天|人|月|场|宗|套|幅|村|镇|项|年|名)?(?P<noun>[\u4e00-\u9fff]{2})?"
    r"|(?P<yield>亩)产|(?P<short>[户亩项宗月村镇日年家企件校场单个套幅人])均"
)
_NOUNS = {"村": "村", "镇": "镇", "企": "企业", "校": "校", "单": "单", "年": "年"}
_ALIKE = ({"个", "项", "家"}, {"户", "家", "企"}, {"日", "天"})
_OF_A_TON = {"公斤": 1000, "斤": 2000}
_NO_TOTAL = (Role.MEAN, Role.CHANGE, Role.TARGET, Role.PLAN)


def claims(text: Text) -> Iterator[Claim]:
    """Every mean whose total and number stand in the paragraph."""
    for near in text.paragraphs:
        for one in around(near):
            found = _mean(one) if one.mention.role is Role.MEAN else None
            if found:
                yield found


def _mean(at: Around) -> Claim | None:
    if re.search(r"（[^）]{0,6}按[^）]*）|按[^，。；]{2,16}(?:计算|测算|折算|口径)", at.mention.lead[-40:]):
        return None  # by a number of its own: 按年平均常住人口计算
    totals = [
        one
        for told in reversed(at.before)
        if (one := _in_unit(told, at.mention)).like == at.mention.like
        and one.role not in _NO_TOTAL
        and one.quantity.high >= at.mention.quantity.low
        and one.sentence >= at.mention.sentence - 1
    ]
    totals = [one for one in totals if one.role is not Role.BASE] or totals or _later(at, at.mention.like)
    if not totals:
        return None
    if years := _years(at.mention):
        return _of_years(at.mention, totals[0], years)
    if re.search(r"月均|每月|每个月|一个月", at.mention.label):
        return _monthly(at, totals)
    counts = [
        one for one in reversed(at.before) if one.sentence >= at.mention.sentence - 1 and _counts(at, one)
    ]
    made = [claim for total in totals for count in counts if (claim := _over(at.mention, total, count))]
    if not counts:
        counts = [one for one in at.after if one.sentence == at.mention.sentence and _counts(at, one)]
        made = [claim for total in totals for count in counts if (claim := _over(at.mention, total, count))]
    held = next((one for one in made if one.held), None)
    here = [one for one in made if _in_sentence(at, one)]
    return held or next(iter(here), None)


def _in_unit(one: Mention, mean: Mention) -> Mention:
    """A total in 吨 for a mean in 公斤."""
    if one.quantity.unit != "吨" or mean.quantity.unit not in _OF_A_TON:
        return one
    told, many = one.quantity, _OF_A_TON[mean.quantity.unit]
    quantity = replace(
        told, unit=mean.quantity.unit, value=told.value * many, low=told.low * many, high=told.high * many
    )
    return replace(one, quantity=quantity)


def _years(mention: Mention) -> int:
    """三年累计18.6亿元，年均: of how many years; 0 where none are counted."""
    counted = re.search(
        r"(?P<years>[两二三四五六七八九十])年(来|间|共)?[^，。；]{0,6}(累计|共|合计)", mention.lead
    )
    return (
        int(numeral(counted["years"])) if counted and re.search(r"年均|平均每年|每年", mention.label) else 0
    )


def _of_years(mention: Mention, total: Mention, years: int) -> Claim:
    one = Decimal(1) / years
    allowed, named = scaled(of(total.quantity), one), (f"{years}年",)
    return claim_of(
        Claimed.MEAN, mention.quantity, (total.quantity,), total.quantity.value * one, allowed, named=named
    )


def _later(at: Around, like: tuple[Kind, str]) -> list[Mention]:
    """每个网格平均43家，全区8600家、200个网格: the total may be told behind."""
    return [
        one
        for one in at.after
        if one.sentence == at.mention.sentence and one.like == like and one.role not in _NO_TOTAL
    ][:1]


def _in_sentence(at: Around, claim: Claim) -> bool:
    places = {one.quantity.start for one in at.near if one.sentence == at.mention.sentence}
    return all(one.start in places for one in claim.operands)


def _counts(at: Around, one: Mention) -> bool:
    """Whether this may be the number of those that the mean is over."""
    if (
        one.kind not in (Kind.COUNT, Kind.OTHER)
        or not one.quantity.value
        or one.role in (*_NO_TOTAL, Role.BASE)
    ):
        return False
    named = _PER.search(at.mention.label)
    noun = (named["noun"] or "") if named else ""
    small = one.like == at.mention.like and one.quantity.high < at.mention.quantity.low
    if small and not (noun and noun in one.tail):
        return False
    return named is None or _per(named, one, at.mention)


def _per(named: "re.Match[str]", one: Mention, mean: Mention) -> bool:
    """平均每户 is over 户, 村均 over 村, 平均每个街道 over what 街道 stands beside."""
    unit, noun = named["unit"] or named["short"] or named["yield"] or "", named["noun"] or ""
    if named["short"] in _NOUNS:
        return _NOUNS[unit] in one.tail[:4] or one.quantity.unit == unit
    if unit == "人":
        return one.quantity.unit in ("人", "名")
    same = not unit or any({unit, one.quantity.unit} <= names for names in ({unit}, *_ALIKE))
    return same and (noun in one.label + one.tail or one.like != mean.like)


def _over(mention: Mention, total: Mention, count: Mention) -> Claim | None:
    allowed = divided(of(total.quantity), of(count.quantity))
    if allowed is None or total is count:
        return None
    operands = (total.quantity, count.quantity)
    if mention.quantity.exact:  # 场均124人次 has been rounded to whole ones
        allowed = (allowed[0] - Decimal("0.5"), allowed[1] + Decimal("0.5"))
    return claim_of(
        Claimed.MEAN, mention.quantity, operands, total.quantity.value / count.quantity.value, allowed
    )


def _monthly(at: Around, totals: list[Mention]) -> Claim | None:
    """月均: the total of the period over its months, as they are counted or named."""
    mention, made = at.mention, []
    counted = next((int(one.quantity.value) for one in reversed(at.here) if one.quantity.unit == "个月"), 0)
    for total in totals:
        first, last = total.period or mention.period or (1, counted)
        months = counted or last - first + 1
        if months > 1:
            one = Decimal(1) / months
            made.append(
                claim_of(
                    Claimed.MEAN, mention.quantity, (total.quantity,), total.quantity.value * one,
                    scaled(of(total.quantity), one), named=(f"{months}个月",),
                )
            )  # fmt: skip
    return next((one for one in made if one.held), None) or next(iter(made), None)
