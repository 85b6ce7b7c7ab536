"""手续目录的规矩：一项手续填得对不对，前置有没有绕成圈，两版差在哪。不碰数据库。"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass

from xushi.permits.path import CatalogueCycle, graph_of

MOST_DAYS = 999
MOST_MONTHS = 120
STAGES = {0: "并联办理", 1: "立项用地规划许可", 2: "工程建设许可", 3: "施工许可", 4: "竣工验收"}
KINDS = {"approval": "审批类", "verification": "核准类", "filing": "备案类"}
ACCEPTANCE = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """一项手续 as it stands in a version: days are working days, no kinds means all, needs are codes."""

    code: str
    name: str
    stage: int
    legal_days: int
    promised_days: int
    department: int | None = None
    department_name: str = ""
    kinds: tuple[str, ...] = ()
    needed_for_start: bool = True
    valid_months: int | None = None
    max_extensions: int = 0
    needs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Tells whether the entry somebody changes is still the one they looked at."""
        return _digest(astuple(self))


@dataclass(frozen=True, slots=True)
class Wrong:
    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One permit that differs: what (添、删、改), and each line of it before and after."""

    what: str
    name: str
    lines: tuple[tuple[str, str, str], ...]


def whole(entries: Iterable[Entry]) -> str:
    """One word for a whole version as it stands."""
    return _digest(tuple(astuple(one) for one in entries))


def _digest(told: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def problems_of(entry: Entry, others: Sequence[Entry]) -> list[Wrong]:
    """What is wrong with one entry among the others of its version."""
    found = [*_of_itself(entry), *_of_days(entry)]
    if entry.name and any(one.name == entry.name for one in others):
        found.append(Wrong("name", f"这一版里已有“{entry.name}”，换个名称，或去改那一项。"))
    found += _of_needs(entry, {one.code: one for one in others})
    return found


def _of_itself(entry: Entry) -> list[Wrong]:
    found = []
    if not entry.name:
        found.append(Wrong("name", "填手续名称，如“施工许可证”。"))
    if entry.stage not in STAGES:
        found.append(Wrong("stage", "选一个阶段。"))
    if not set(entry.kinds) <= set(KINDS):
        found.append(Wrong("kinds", "办理类型只有审批、核准、备案三类。"))
    if entry.stage == ACCEPTANCE and entry.needed_for_start:
        found.append(Wrong("needed_for_start", "竣工验收阶段的手续在开工之后，去掉“办完才能开工”。"))
    return found


def _of_days(entry: Entry) -> list[Wrong]:
    found = []
    for field, label in (("legal_days", "法定时限"), ("promised_days", "承诺时限")):
        if not 1 <= getattr(entry, field) <= MOST_DAYS:
            found.append(Wrong(field, f"{label}填1到{MOST_DAYS}个工作日。"))
    if not found and entry.promised_days > entry.legal_days:
        found.append(
            Wrong("promised_days", f"承诺{entry.promised_days}天比法定{entry.legal_days}天还长，承诺不能超过法定。")
        )  # fmt: skip
    if entry.valid_months is not None and not 1 <= entry.valid_months <= MOST_MONTHS:
        found.append(Wrong("valid_months", f"有效期填1到{MOST_MONTHS}个月，长期有效就空着。"))
    if entry.max_extensions and entry.valid_months is None:
        found.append(Wrong("max_extensions", "长期有效的手续谈不上延期：填有效几个月，或把延期次数改成0。"))
    elif not 0 <= entry.max_extensions <= 9:
        found.append(Wrong("max_extensions", "延期次数填0到9。"))
    return found


def _of_needs(entry: Entry, others: Mapping[str, Entry]) -> list[Wrong]:
    if entry.code in entry.needs:
        return [Wrong("needs", f"“{entry.name}”不能是自己的前置。")]
    missing = [code for code in entry.needs if code not in others]
    if missing:
        return [Wrong("needs", "选的前置里有这一版已经删掉的手续，刷新后重选。")]
    late = [others[code].name for code in entry.needs if not others[code].needed_for_start]
    if entry.needed_for_start and late:
        return [
            Wrong(
                "needs", f"“{entry.name}”办完才能开工，前置{_names(late)}却是开工后办的，去掉它，或改一边。"
            )
        ]
    waiting = [one.name for one in others.values() if entry.code in one.needs and one.needed_for_start]
    if not entry.needed_for_start and waiting:
        said = f"{_names(waiting)}办完才能开工，前置是“{entry.name}”，它也得是开工前办的。"
        return [Wrong("needed_for_start", said)]
    cycle = cycle_of([*others.values(), entry])
    return [Wrong("needs", cycle)] if cycle else []


def cycle_of(entries: Iterable[Entry]) -> str:
    """The sentence that names a ring of permits by their names; empty where there is none."""
    names = {one.code: one.name or one.code for one in entries}
    needs = {one.code: one.needs for one in entries}
    try:
        graph_of(needs)
    except CatalogueCycle as cycle:
        return str(CatalogueCycle([names[code] for code in cycle.ring]))
    return ""


def needed_by(code: str, entries: Iterable[Entry]) -> list[str]:
    """Names of the permits that wait for this one."""
    return [one.name for one in entries if code in one.needs]


def differences(before: Sequence[Entry], after: Sequence[Entry]) -> list[Difference]:
    """What the second version has otherwise than the first: added, changed in its order; removed at the end."""
    old = {one.code: one for one in before}
    names = {one.code: one.name for one in (*before, *after)}
    found = []
    for one in after:
        was = old.pop(one.code, None)
        lines = _lines(was, one, names)
        if lines:
            found.append(Difference("改" if was else "添", one.name, lines))
    found += [Difference("删", one.name, _lines(one, None, names)) for one in old.values()]
    return found


def _lines(
    was: Entry | None, now: Entry | None, names: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    left, right = (_told(was, names) if was else {}), (_told(now, names) if now else {})
    return tuple(
        (label, left.get(label, ""), right.get(label, ""))
        for label in (right or left)
        if left.get(label) != right.get(label)
    )


def _told(entry: Entry, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "名称": entry.name,
        "阶段": STAGES.get(entry.stage, ""),
        "办理部门": entry.department_name or "没定",
        "法定时限": f"{entry.legal_days}天",
        "承诺时限": f"{entry.promised_days}天",
        "办理类型": kinds_text(entry.kinds),
        "办完才能开工": "是" if entry.needed_for_start else "否",
        "有效期": validity_text(entry),
        "前置": "、".join(sorted(names.get(code, code) for code in entry.needs)) or "没有",
    }


def kinds_text(kinds: Iterable[str]) -> str:
    held = set(kinds)
    return "、".join(label for kind, label in KINDS.items() if kind in held) if held else "三类都办"


def validity_text(entry: Entry) -> str:
    if entry.valid_months is None:
        return "长期"
    return f"{entry.valid_months}个月" + (f"，可延{entry.max_extensions}次" if entry.max_extensions else "")


def _names(names: Sequence[str]) -> str:
    return "、".join(f"“{name}”" for name in names)
