"""储备与年度计划的判断：一条储备写得对不对，续建的明年还剩多少，明年比今年多还是少。"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from xushi.core.money import YUAN_PER_WAN, half_up, yi
from xushi.core.months import Month
from xushi.registry.rules import Problem, problems_of_amount


class Maturity(IntEnum):
    """成熟度; what an entry of each still needs before it is ripe is said in NEEDS."""

    IDEA = 1
    SCHEME = 2
    PREPARING = 3
    RIPE = 4

    @property
    def label(self) -> str:
        return {1: "构想", 2: "策划", 3: "前期", 4: "成熟"}[self.value]


NEEDS = {
    Maturity.IDEA: "定投资主体和大致选址",
    Maturity.SCHEME: "定建设方案和资金来源",
    Maturity.PREPARING: "办立项、用地、规划手续",
    Maturity.RIPE: "可以列入年度计划",
}


@dataclass(frozen=True, slots=True)
class ReserveInput:
    """One entry of the reserve as it comes. Units, people, project by primary key; category by code; money in 元."""

    name: str
    category: str
    territory: int
    responsible_unit: int
    total_investment: int
    first_year_investment: int
    maturity: int
    expected_start: Month | None = None
    lacking: str = ""
    content: str = ""
    project: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A project within the year before the programme; money in 元, completion as planned."""

    total: int
    invested_before: int
    planned: int
    completion: Month | None


@dataclass(frozen=True, slots=True)
class Share:
    """What a project brings into a programme: planned in its year, invested before it (元)."""

    planned: int
    invested_before: int


def problems_of_reserve(row: ReserveInput) -> Iterator[Problem]:
    if not row.name.strip():
        yield Problem("name", "项目名称是空的，请填上。")
    yield from problems_of_amount("total_investment", "总投资", row.total_investment)
    yield from problems_of_amount("first_year_investment", "首年计划投资", row.first_year_investment)
    if row.first_year_investment > max(row.total_investment, 0):
        yield Problem("first_year_investment", "首年计划投资超过总投资，请核对是不是填反了。")
    if row.maturity not in Maturity._value2member_map_:
        yield Problem("maturity", "成熟度只能选构想、策划、前期、成熟。")
    elif row.maturity == Maturity.RIPE:
        if row.expected_start is None:
            yield Problem("expected_start", "成熟的项目要写预计哪个月开工，写不出就先列为前期。")
    elif not row.lacking.strip():
        yield Problem("lacking", f"还不成熟，请写明还缺什么，如“{NEEDS[Maturity(row.maturity)]}”。")


def carried(standing: Standing, year: int) -> Share | None:
    """续建: the rest spread evenly over the years left to the planned completion; None: it is due within year − 1.

    The year before is taken as done by its plan. Without a planned completion the pace of that year goes on.
    Whole 万元, rounded up, so that the years never fall short of the rest.
    """
    completion = standing.completion
    if completion and completion.year == year - 1:
        return None
    done = standing.invested_before + standing.planned
    rest = max(standing.total - done, 0)
    if completion is None:
        planned = min(standing.planned, rest)
    else:
        years = max(completion.year - year + 1, 1)
        planned = min(-(-rest // (years * YUAN_PER_WAN)) * YUAN_PER_WAN, rest)
    return Share(planned, done)


@dataclass(frozen=True, slots=True)
class Side:
    """One year of a scope: how many, and how much is planned in that year (元)."""

    count: int = 0
    planned: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """明年比今年: one scope in both years; rows is the query of the list behind the new year's side."""

    label: str
    new: Side
    old: Side
    rows: str = ""

    @property
    def more(self) -> int:
        return self.new.count - self.old.count

    @property
    def more_planned(self) -> int:
        return self.new.planned - self.old.planned

    @property
    def above(self) -> bool:
        """数量、体量都高于去年."""
        return self.more > 0 and self.more_planned > 0


def more_or_less(number: int, unit: str) -> str:
    if number == 0:
        return "持平"
    return f"{'多' if number > 0 else '少'}{abs(number):,}{unit}"


def yi_more_or_less(yuan: int) -> str:
    amount = half_up(yi(abs(yuan)), 1)
    return "持平" if not amount else f"{'多' if yuan > 0 else '少'}{amount:,}亿元"


def conclusion(whole: Comparison, upper: Comparison, year: int) -> str:
    """先说结论: is there more than this year, in number and in volume; 省市重大 with its own sentence."""
    counts, amounts = more_or_less(whole.more, "个"), yi_more_or_less(whole.more_planned)
    end = "都高于今年" if upper.above else "还没有都高于今年"
    said = f"{year}年计划{whole.new.count:,}个、{half_up(yi(whole.new.planned), 1):,}亿元，"
    said += f"个数比{year - 1}年{counts}，计划投资{amounts}；"
    return said + f"省市重大{upper.new.count}个（{more_or_less(upper.more, '个')}），数量和体量{end}"
