"""项目库的判断：一行项目、名单、计划、调整写得对不对，只看所给的字。"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from xushi.core.months import Month

MOST_YUAN = 10**13  # 十万亿元：再大只能是单位填错
_CODE = re.compile(r"^\d{4}-\d{6}-\d{2}-\d{2}-\d{5,6}$")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, as a sentence that says how to mend it. A warning does not refuse."""

    field: str
    sentence: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """A project as it comes. Units and people by primary key; category by code; money in 元."""

    name: str
    category: str
    territory: int
    responsible_unit: int
    total_investment: int
    owner_unit: int | None = None
    code: str = ""
    kind: str = "filing"
    chain: str = ""
    tags: tuple[str, ...] = ()
    responsible_person: str = ""
    leader: int | None = None
    owner_kind: str = ""
    content: str = ""
    scale: str = ""
    address: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    permit_on: date | None = None
    started_on: date | None = None
    statistics_entered_on: date | None = None
    planned_completion_on: date | None = None
    completed_on: date | None = None
    accepted_on: date | None = None
    production_on: date | None = None
    capacity_on: date | None = None
    difficulty: str = ""


@dataclass(frozen=True, slots=True)
class ListingInput:
    """project: primary key. stage: 1 当年实施, 2 前期工作."""

    project: int
    year: int
    level: str
    stage: int


@dataclass(frozen=True, slots=True)
class PlanInput:
    """A year's plan of one project; money in 元; curve: 12 cumulative shares as text, None for linear."""

    project: int
    year: int
    planned_investment: int
    invested_before: int = 0
    start_month: Month | None = None
    completion_month: Month | None = None
    goals: str = ""
    curve: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RevisionInput:
    """What a project was said to cost and end on, as of a day; stated_change is the source's own figure (元)."""

    project: int
    as_of: date
    total_investment: int | None = None
    planned_completion_on: date | None = None
    stated_change: int | None = None
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CeremonyInput:
    kind: str
    title: str
    held_on: date
    projects: tuple[int, ...] = field(default=())
    rank_by_investment: int | None = None
    rank_by_count: int | None = None


def problems_of_project(project: ProjectInput) -> Iterator[Problem]:
    if not project.name.strip():
        yield Problem("name", "项目名称是空的，请填上。")
    yield from problems_of_amount("total_investment", "总投资", project.total_investment)
    if project.code and not _CODE.match(project.code):
        yield Problem(
            "code", f"项目代码“{project.code}”不是4-6-2-2-6位的写法，请对照赋码单核一下。", warning=True
        )
    yield from _dates_in_order(project)


def problems_of_amount(name: str, label: str, yuan: int) -> Iterator[Problem]:
    if yuan < 0:
        yield Problem(name, f"{label}不能是负数，请核对正负号。")
    elif yuan > MOST_YUAN:
        yield Problem(name, f"{label}超过10万亿元，多半是单位填错了，请核对是万元还是元。")


_LIFE = (
    ("started_on", "开工"),
    ("completed_on", "竣工"),
    ("accepted_on", "竣工验收"),
    ("capacity_on", "达产"),
)


def _dates_in_order(project: ProjectInput) -> Iterator[Problem]:
    known = [(name, label, day) for name, label in _LIFE if (day := getattr(project, name))]
    for (_, earlier, before), (name, later, after) in itertools.pairwise(known):
        if after < before:
            yield Problem(name, f"{later}日期{after}早于{earlier}日期{before}，请核对这两个日期。")
    if project.completed_on and not project.started_on:
        yield Problem("started_on", "填了竣工日期却没有开工日期，请补上开工日期。")


def problems_of_plan(plan: PlanInput) -> Iterator[Problem]:
    yield from problems_of_amount("planned_investment", "年度计划", plan.planned_investment)
    yield from problems_of_amount("invested_before", "至上年底累计", plan.invested_before)
    start, completion = plan.start_month, plan.completion_month
    if start and completion and completion < start:
        yield Problem("completion_month", f"计划竣工{completion.label}早于计划开工{start.label}，请核对。")
    if plan.curve is not None:
        yield from _problems_of_curve(plan.curve)


def _problems_of_curve(curve: tuple[str, ...]) -> Iterator[Problem]:
    try:
        shares = [Decimal(share) for share in curve]
    except InvalidOperation:
        yield Problem("curve", "序时曲线要填12个0到1之间的数。")
        return
    if len(shares) != 12:
        yield Problem("curve", f"序时曲线要12个数，现在有{len(shares)}个。")
    elif not all(share.is_finite() for share in shares) or shares[0] < 0 or shares[-1] != 1:
        yield Problem("curve", "序时曲线从不小于0的数开始，12月必须是1（全年计划的100%）。")
    elif any(later < earlier for earlier, later in itertools.pairwise(shares)):
        yield Problem("curve", "序时曲线是累计数，只能一月比一月大或持平。")
