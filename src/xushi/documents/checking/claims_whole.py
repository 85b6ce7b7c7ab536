"""合计的：分三期、分两批的，几个部门合计的——别的读法没认领时，按说的有几个去数。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from xushi.documents.checking.binding import OPERANDS, sum_of
from xushi.documents.checking.claims_any import AROUND, comes_near
from xushi.documents.checking.judging import Claim
from xushi.documents.checking.quantities import numeral
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_SLIP = Decimal("0.35")  # of what is printed: further off, the parts are of something else
_FEW = 24  # numbers
_SPLIT = re.compile(
    r"分(?:为|成|作)?(?P<many>[两二三四五六七八])(?:期|批|类|块|部分|个?阶段|个?标段|个?片区|次)"
)
_PARTS = re.compile(
    r"^(?P<many>[两二三四五六七八])(?:个?部门|项|类|个?街道|个?园区|个?片区|家单位|个?单位|者|家|个)[\u4e00-\u9fff]{0,2}?(?:合计|共计|总计|共)(?P<what>[\u4e00-\u9fff]{0,8})$"
)


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """Totals whose parts the text counts; told: where other readers have said what a number is of."""
    for near in text.paragraphs:
        for place, mention in enumerate(near):
            if mention.quantity.start in told or mention.quantity.hedged:
                continue
            pool = [*near[max(0, place - AROUND) : place], *near[place + 1 : place + 1 + AROUND]]
            found = _split(mention, pool) or _together(mention, near[max(0, place - _FEW) : place])
            if found:
                yield found


def _split(mention: Mention, pool: Sequence[Mention]) -> Claim | None:
    """分三期建设：一期12亿元，二期8.5亿元，三期6.5亿元，总投资27亿元; 64个，分两批实施，第一批38个，第二批26个."""
    if mention.kind not in OPERANDS or mention.role in (Role.CHANGE, Role.MEAN):
        return None
    like = [one for one in pool if one.like == mention.like and one.sentence == mention.sentence]
    behind = [one for one in like if mention.before(one)]
    before = [one for one in like if one.before(mention)]
    for parts, words in ((behind, behind[0].lead if behind else ""), (before, mention.lead)):
        told = _SPLIT.search(words)
        if told is None:
            continue
        many = int(numeral(told["many"]))
        fitting = parts[:many] if parts is behind else parts[-many:]
        whole = parts is before or len(behind) == many
        if (
            len(fitting) == many > 1
            and whole
            and all(one.quantity.value <= mention.quantity.value for one in fitting)
        ):
            return _sum(mention, fitting)
    return None


def _sum(total: Mention, parts: Sequence[Mention]) -> Claim | None:
    made = sum_of(total, parts)
    return made if comes_near(made, _SLIP) else None


def _together(total: Mention, before: Sequence[Mention]) -> Claim | None:
    """发改局牵头18项，已完成12项；建设局牵头15项，已完成9项；两部门合计33项，已完成21项: each by its place in the row."""
    opening = next(
        (one for one in reversed(before) if one.sentence == total.sentence and _PARTS.match(one.label)), None
    )
    opens = total if _PARTS.match(total.label) else opening
    if opens is None or total.kind not in OPERANDS or total.clause - opens.clause > 3:
        return None
    told = _PARTS.match(opens.label)
    many = int(numeral(told["many"])) if told else 0
    earlier = [one for one in before if one.before(opens)]
    if opens is total:
        what = told["what"] if told else ""
        rows = [
            one for one in earlier if one.like == total.like and (what[-2:] in one.phrase if what else True)
        ]
        width = len(rows) // many if many else 0
        rows = rows[0::width] if width and len(rows) == width * many else []
    else:
        rows = [one for one in earlier if one.like == total.like and one.label == total.label]
    if many < 2 or len(rows) != many or any(one.role in (Role.CHANGE, Role.MEAN) for one in rows):
        return None
    return _sum(total, rows)
