"""率、占比：部分除以全部。哪个是部分、哪个是全部，先看词，再看远近；有一种说得通就不作声。"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from xushi.documents.checking.binding import (
    OPERANDS,
    PAST,
    UNFIT,
    Around,
    around,
    best,
    may_hold,
    ratio,
    respective,
    run_before,
    same_matter,
    shares_words,
    together,
)
from xushi.documents.checking.judging import Claim
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_WHOLES = (Role.UNDER_WAY, Role.PLANNED_START, Role.LISTED, Role.OTHER, Role.SUM, Role.REST)
_STEM = re.compile(r"([\u4e00-\u9fff]{2,10}?)(?:率|面|进度)[^，]{0,5}$")
_OF = re.compile(
    r"占(?P<whole>[^，]*?)(?:总数|总量|总额|总的)?的?(?:比重|比例|比)?(?:约|达|为|超|是|近|了)*$"
)
_FILLED = re.compile(r"(?P<whole>(?:全年|年度|当年|本年|既定|市定)*(?:计划|任务|目标|预算)[^，]{0,6}?)的?$")
_NAMED = (
    (Role.PLAN, re.compile(r"计划|任务|预算")),
    (Role.TOTAL, re.compile(r"总投资")),
    (Role.DONE, re.compile(r"完成投资|完成额")),
    (Role.UNDER_WAY, re.compile(r"实施|在建")),
    (Role.LISTED, re.compile(r"全部|总数|项目|一半|总")),
)
_ELSEWHERE = re.compile(r"全市|全省|全国|同期|GDP|生产总值|世界|(?<!安)全区$|同类|各区|国内")
_OF_NONE = re.compile(r"(?:总投资|总额|总量|总数)中([\u4e00-\u9fff]{2,8})占$")
_WHOLE_OF_ALL = re.compile(r"总额|核定|应[\u4e00-\u9fff]")
_ANY = re.compile(r"^(全部|全线|总数|总量|总额|其|总[\u4e00-\u9fff]{1,2}|全部[\u4e00-\u9fff]{1,4})$")
_ROUGH = re.compile(r"(不含|除(?!险)|剔除|扣除)")
_BARE = re.compile(r"^(已|已经|已达|达到?|刚|完成了?|约|近|超|为|不足|接近|突破|仅|只有|仅为|目前)*$")
_REACHING = re.compile(r"(提高|上升|提升|升|降|下降|增长|增加)(到|至)")
_FILLING = re.compile(r"分别|其中|约|已|共|个数|数量|投资|均|各|仅|合计")
_SHARE_OF = re.compile(r"^([\u4e00-\u9fff]{2,10}?)(?:比例|比重)")
_INTENDED = re.compile(r"(计划|目标|预算|任务)[^|，已]{0,6}$")
_NOT_THAT = re.compile(r"非[\u4e00-\u9fff]{2}")
_INSIDE = re.compile(r"^(当中|其中|中|里)的?$")
_BY_CONVENTION = {
    Role.DONE: (Role.PLAN, Role.TARGET),
    Role.STARTED: (Role.UNDER_WAY, Role.LISTED, Role.OTHER),
}
_DOINGS = ("完成", "建成", "完工", "压减", "竣工", "收储", "供应", "到位", "实现")
_FAMILIES = (
    ("开工", "进场", "施工", "动工"),
    ("竣工", "完工", "建成"),
    ("办结", "解决", "销号", "化解", "办理完毕"),
    ("反馈", "回复", "答复"),
    ("支出", "使用", "拨付", "支付", "执行"),
    ("签约", "实签", "签订"),
    ("履约", "落地", "注册"),
    ("到账", "到位"),
    ("通过", "过会"),
    ("回收", "收回"),
    ("出席", "实到", "到会"),
    ("破案", "破获", "侦破"),
)


def claims(text: Text) -> Iterator[Claim]:
    """Every rate and share whose operands the paragraph holds."""
    for near in text.paragraphs:
        for one in around(near):
            if one.mention.kind in (Kind.PERCENT, Kind.TIMES):
                found = _of_the_last(one) or (_rate(one) if one.mention.kind is Kind.PERCENT else None)
                if found:
                    yield found


def _rate(at: Around) -> Claim | None:
    role = at.mention.role
    if _ROUGH.search(at.mention.label) or role in (Role.CHANGE, Role.TARGET, Role.DUE, Role.BASE):
        return None
    return _one_of_many(at) or _READERS.get(role, _bare)(at)


def _start_rate(at: Around) -> Claim | None:
    return _of_roles(at, Role.STARTED, _WHOLES) or _counted(at)


def _done_rate(at: Around) -> Claim | None:
    return _of_roles(at, Role.DONE, (Role.PLAN, Role.TARGET)) or _counted(at) or _filled(at)


def _of_the_last(at: Around) -> Claim | None:
    """为年度计划25亿元的52.6%, 是24家的3倍: the whole stands right before, the part is the last like it before that."""
    mention, whole = at.mention, at.last
    if mention.label not in ("的", "的约", "的近") or whole is None:
        return None
    if whole.clause != mention.clause or whole.kind not in OPERANDS:
        return None
    parts = [one for one in at.here[:-1] if one.like == whole.like and one.role not in UNFIT]
    return ratio(mention, parts[-1], whole) if parts and parts[-1].role is not Role.BASE else None


def _one_of_many(at: Around) -> Claim | None:
    """开工率分别为90%、80%: the first is of the first of each enumeration before, or of one whole for all."""
    place = respective(at.mention, at.here, at.after)
    if place is None:
        return None
    which, many = place
    if pairs := _pairs_by_clause(at.here, many):
        whole, part = pairs[which]
        return ratio(at.mention, part, whole)
    start = at.mention.quantity.start - len(at.mention.lead) + at.mention.lead.rindex("分别")
    parts = run_before(start, at.here, many)
    told = at.mention.lead[: at.mention.lead.rindex("分别")][-14:]
    stem = _STEM.search(told)
    if (
        not parts
        or _REACHING.search(at.mention.lead[-30:])
        or (stem and not _says(parts[which], _kin(stem[1])))
    ):
        return None
    part = parts[which]
    earlier = [one for one in at.here if one.before(parts[0]) and one.like == part.like]
    later = [one for one in at.after if one.sentence == part.sentence and one.role is Role.SUM]
    single = [one for one in (*reversed(earlier), *later) if may_hold(one, part)][:1]
    paired = earlier[-many:][which : which + 1] if len(earlier) >= many else []
    return best([ratio(at.mention, part, whole) for whole in (*paired, *single, together(parts))])


def _pairs_by_clause(here: Sequence[Mention], many: int) -> list[tuple[Mention, Mention]]:
    """去年监测68项达标51项，今年监测72项达标63项，达标率分别为: a whole and its part in each clause; else none."""
    clauses: dict[int, list[Mention]] = {}
    for one in here:
        if one.kind is Kind.COUNT and one.role is not Role.CHANGE:
            clauses.setdefault(one.clause, []).append(one)
    told = [(ones[0], ones[1]) for ones in clauses.values() if len(ones) == 2 and may_hold(ones[0], ones[1])]
    return told if len(told) == many == len(clauses) else []


def _of_roles(at: Around, part: Role, wholes: tuple[Role, ...]) -> Claim | None:
    """The nearest part before; the nearest whole of the first role there is, first within its own 其中."""
    parts = _parts_of(at, part)
    if not parts:
        return None
    chosen = parts[-1]
    candidates = [
        one
        for role in wholes
        for one in at.nearest(chosen)
        if one.role is role
        and one.like == chosen.like
        and one is not chosen
        and _may_be_whole(one, chosen, role)
        and same_matter(one, chosen)
        and not _is_part(one, at)
        and not (
            one.paragraph == chosen.paragraph and one.scope < chosen.scope and one.sentence < chosen.sentence
        )
    ]  # what stands before 其中, sentences back, is the whole of all
    fits = (
        candidates
        if at.mention.role is Role.DONE_RATE
        else [one for one in candidates if _close(one, chosen)]
    )
    return best(
        [ratio(at.mention, chosen, one) for one in fits[:1]], [ratio(at.mention, chosen, one) for one in candidates]
    )  # fmt: skip


def _parts_of(at: Around, role: Role) -> list[Mention]:
    """Those of the role in the sentence, else in the one before where this one has no numbers yet, else what follows."""
    told = [one for one in at.here if one.kind in OPERANDS]
    since = at.mention.sentence - (not told)
    parts = [one for one in at.before if one.role is role and one.sentence >= since]
    return (
        parts
        or [one for one in at.after if one.role is role and one.sentence <= at.mention.sentence + (not told)][
            :1
        ]
    )


def _close(whole: Mention, part: Mention) -> bool:
    return part.sentence - whole.sentence <= 1


def _is_part(one: Mention, at: Around) -> bool:
    """Whether a share or a rate follows it: then it is a part itself."""
    if one.sentence == at.mention.sentence:
        return False
    following = next((other for other in at.before if one.before(other)), None)
    return following is not None and following.role in (
        Role.SHARE,
        Role.RATE,
        Role.START_RATE,
        Role.DONE_RATE,
    )


def _may_be_whole(one: Mention, part: Mention, role: Role) -> bool:
    if role in (Role.OTHER, Role.SUM, Role.LISTED, Role.REST):
        return one.quantity.high >= part.quantity.low and one.before(part)
    return True


def _share(at: Around) -> Claim | None:
    """占…: what it is of is named, or it is the nearest bigger one before."""
    mention = at.mention
    parts = [one for one in at.here if one.kind in OPERANDS and one.role is not Role.MEAN]
    named = _OF.search(mention.label)
    if not parts or mention.tail.startswith(("以上", "以下")):
        return None
    if of_none := _OF_NONE.search(mention.label):  # 总投资中设备投资约占六成: what is told is not the 设备
        words = re.sub(r"投资|资金|项目|约", "", of_none[1])
        if len(words) > 1 and not any(words in one.label for one in parts):
            return None
    part = _named_part(mention, parts)
    if part and re.search(r"(?:这|上述|以上)$", part.label) and re.search(r"[中里]$", part.tail):
        return None  # 这136件建议中，A类占八成: told again as the whole of a part that is not told
    if part is None or part.role is Role.BASE or PAST.search(part.label) or part.role is Role.CHANGE:
        return None
    bigger = [one for one in at.nearest(part) if may_hold(one, part) and not mention.before(one)]
    words = (named["whole"] if named else "").replace("分别", "").removeprefix("比")
    everything = [ratio(mention, part, one) for one in bigger]
    everything += [ratio(mention, together(told), whole) for told, whole in _several(parts, bigger)]
    if not words:
        return best([ratio(mention, part, one) for one in _by_convention(part, bigger)], everything)
    return best([ratio(mention, part, one) for one in _meant(words, part, bigger)], everything)


def _several(parts: Sequence[Mention], bigger: Sequence[Mention]) -> Iterator[tuple[list[Mention], Mention]]:
    """博士84人、硕士512人，硕士及以上占25.3%: the parts told since the whole, taken together."""
    for whole in bigger[:3]:
        since = [one for one in parts if whole.before(one) and one.like == whole.like]
        for start in range(max(0, len(since) - 5), len(since) - 1):
            yield since[start:], whole


def _meant(words: str, part: Mention, bigger: Sequence[Mention]) -> list[Mention]:
    """What the text names as the whole, among those that may be; of what stands elsewhere nothing."""
    if _ELSEWHERE.search(words):
        return [one for one in bigger if len(words) > 4 and shares_words(words.replace("全市", ""), one)][:1]
    wanted = next((role for role, pattern in _NAMED if pattern.search(words)), None)
    planned = (Role.PLAN, Role.TARGET) if wanted is Role.PLAN else (wanted,)
    fitting = [one for one in bigger if one.role in planned]
    if fitting:
        return fitting
    alike = [one for one in bigger if shares_words(words, one)]
    if wanted is Role.PLAN:
        return [one for one in alike if re.search(r"计划|任务|目标|应|安排|下达|批准|核定|预算", one.phrase)][
            :1
        ]
    if alike:
        return alike
    if _ANY.match(words):
        return [one for one in bigger if one.before(part)][:1]
    return [one for one in bigger if one.role in (Role.LISTED, Role.SUM)]


def _named_part(mention: Mention, parts: Sequence[Mention]) -> Mention | None:
    """税收占比 is of 税收收入: the last that shares words with what stands before 占; the last where nothing is named."""
    named = re.search(r"([\u4e00-\u9fff]{2,8})占比?", mention.label) or _SHARE_OF.search(mention.label)
    if not named or _FILLING.sub("", named[1]) == "":
        return parts[-1]
    pairs = [named[1][at : at + 2] for at in range(len(named[1]) - 1)]
    told = [_NOT_THAT.sub("", one.label) + one.tail for one in parts]  # 非税收入 is no 税收
    shared = [sum(pair in words for pair in pairs) for words in told]
    most = max(shared)
    return (
        next(one for one, many in zip(reversed(parts), reversed(shared), strict=True) if many == most)
        if most
        else None
    )


def _by_convention(part: Mention, bigger: Sequence[Mention]) -> list[Mention]:
    """占62.5% without more: what is done is held to the plan, what is started to what is under way, else the nearest."""
    wanted = _BY_CONVENTION.get(part.role)
    if wanted:
        roles = [one for role in wanted for one in bigger if one.role is role]
        if roles or part.role is Role.DONE:
            return roles
    return [one for one in bigger if one.before(part)][:1]


def _kin(stem: str) -> tuple[str, ...]:
    """办结率 is of what was 办结; words that mean the same go together."""
    if stem.endswith("完成"):
        return _DOINGS
    words = [word for family in _FAMILIES if stem.endswith(family) for word in family]
    return (*words, stem[-2:])


def _counted(at: Around) -> Claim | None:
    """A rate by its name: so many were 办结 of so many."""
    stem = _STEM.search(at.mention.label)
    words = _kin(stem[1]) if stem else ("完成",)
    before = [
        one
        for one in at.before
        if one.kind in OPERANDS and one.sentence >= at.mention.sentence - 1 and one.role not in UNFIT
    ]
    parts = [one for one in before if _says(one, words) and one.role is not Role.BASE]
    if not parts:
        return None
    part = parts[-1]
    wholes = [
        one
        for one in reversed(before)
        if may_hold(one, part)
        and one.role is not Role.BASE
        and (same_matter(one, part) or _WHOLE_OF_ALL.search(one.phrase))
        and not _is_part(one, at)
        and (one.before(part) or one.role in (Role.SUM, Role.TARGET, Role.PLANNED_START, Role.PLAN))
    ]
    earlier = [one for one in wholes if one.before(part)]
    if _INSIDE.match(part.label):  # 142项中的128项
        return best([ratio(at.mention, part, one) for one in earlier[:1]])
    chosen = [one for one in earlier if not _says(one, words)] or [
        one for one in wholes if not _says(one, words)
    ]
    return best(
        [ratio(at.mention, part, one) for one in chosen[:1]],
        [ratio(at.mention, p, w) for p in _beside(parts[-3:], before) for w in before if may_hold(w, p)]
        + [ratio(at.mention, p, w) for w, p in pairwise(before[-3:]) if may_hold(w, p)],
    )


def _beside(parts: Sequence[Mention], before: Sequence[Mention]) -> list[Mention]:
    """已获批7个批次1985亩: what stands in one clause with a part may be what is meant as well."""
    clauses = {one.clause for one in parts if one.sentence == parts[-1].sentence}
    return [
        one
        for one in before
        if one in parts or (one.clause in clauses and one.sentence == parts[-1].sentence)
    ]


def _says(one: Mention, words: tuple[str, ...]) -> bool:
    """Whether a word stands beside the number as something done, not as something to be done.

    网办率 is of what was 网上办理: both of its characters there, in order, are the word as well.
    """
    beside = one.phrase if _INSIDE.match(one.label) else one.words
    done = (
        found
        for word in words
        for found in re.finditer(rf"(?<![未应需拟待]){word}(?!率|任务|目标|计划|项目计划)", beside)
    )
    return any(
        not _INTENDED.search(beside[max(0, found.start() - 9) : found.start()]) for found in done
    ) or bool(re.search(rf"(?<![未应需拟待]){words[-1][0]}[\u4e00-\u9fff]{{1,3}}{words[-1][-1]}", one.label))


def _filled(at: Around) -> Claim | None:
    """完成全年任务的85%, where the task and what has come of it are told before."""
    if not _FILLED.search(at.mention.label):
        return None
    unfit = (*UNFIT, Role.BASE, Role.TARGET, Role.PLAN, Role.TOTAL, Role.LISTED, Role.PLANNED_START)
    parts = [one for one in at.here if one.kind in OPERANDS and one.role not in unfit]
    if not parts or parts[-1].clause < at.mention.clause - 2:
        return None
    part = parts[-1]
    plans = [
        one
        for one in reversed(at.before)
        if one.like == part.like and one is not part and one.sentence >= part.sentence - 1
        and (one.role in (Role.PLAN, Role.TARGET, Role.PLANNED_START) or re.search(r"计划|任务|目标", one.phrase))
        and same_matter(one, part)
    ]  # fmt: skip
    return best([ratio(at.mention, part, one) for one in plans])


def _bare(at: Around) -> Claim | None:
    """…62个地块，已交付39个，超过七成: the two numbers right before, where no other word says what it is of."""
    mention, part = at.mention, at.last
    if mention.tail and not mention.tail.startswith(("以上", "左右", "的进度")):
        return None
    if not _BARE.match(mention.label) or part is None or part.kind not in OPERANDS:
        return None
    if part.role in (*UNFIT, Role.BASE) or mention.clause - part.clause > 1 or len(at.here) < 2:
        return None
    whole = at.here[-2]
    if not may_hold(whole, part) or whole.role is Role.BASE:
        return None
    return ratio(mention, part, whole)


_READERS = {
    Role.START_RATE: _start_rate,
    Role.DONE_RATE: _done_rate,
    Role.SHARE: _share,
    Role.RATE: _counted,
}
