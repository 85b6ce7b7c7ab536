"""招商签约的判断：走到哪一步、停了多久、一行写得对不对；日子都由外面给。"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from stdnum.cn import uscc

from xushi.core.money import half_up, yi
from xushi.registry.rules import Problem, problems_of_amount

LONGEST_WORDS = 500


class Stage(IntEnum):
    """走到哪一步; the last three follow from the registry's project and nobody enters them here."""

    SIGNED = 1
    COMPANY = 2
    LAND = 3
    ADMITTED = 4
    LISTED = 5
    STARTED = 6
    COMPLETED = 7

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def waiting(self) -> str:
        """What one that stays here waits for: 已注册，等地."""
        return _WAITING[self]

    @property
    def following(self) -> "Stage | None":
        return Stage(self + 1) if self < Stage.COMPLETED else None

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        return [(stage.value, stage.label) for stage in cls]


_LABELS = {
    Stage.SIGNED: "签约",
    Stage.COMPANY: "注册公司",
    Stage.LAND: "拿地",
    Stage.ADMITTED: "准入",
    Stage.LISTED: "列入计划",
    Stage.STARTED: "开工",
    Stage.COMPLETED: "竣工",
}
_WAITING = {
    Stage.SIGNED: "等注册",
    Stage.COMPANY: "等地",
    Stage.LAND: "等准入",
    Stage.ADMITTED: "等列入",
    Stage.LISTED: "等开工",
    Stage.STARTED: "在建",
    Stage.COMPLETED: "已竣工",
}
BY_HAND = (Stage.COMPANY, Stage.LAND, Stage.ADMITTED)
OF_PROJECT = (Stage.LISTED, Stage.STARTED, Stage.COMPLETED)
FOLLOWED = (Stage.SIGNED, Stage.COMPANY, Stage.LAND, Stage.ADMITTED, Stage.LISTED)
# 到下一步的目标，日历天；区里可改，开工到竣工各项目自己有计划，不设
DEFAULT_LIMITS: Mapping[Stage, int] = {
    Stage.SIGNED: 45,
    Stage.COMPANY: 60,
    Stage.LAND: 30,
    Stage.ADMITTED: 15,
    Stage.LISTED: 60,
}


@dataclass(frozen=True, slots=True)
class SigningInput:
    """One signed project as it comes. Event, units, people by primary key; category by code; amount in 元."""

    event: int
    name: str
    enterprise: str
    amount: int
    category: str
    territory: int
    responsible_unit: int
    signed_on: date
    kind: str = "domestic"
    credit_code: str = ""
    follower: int | None = None
    leader: int | None = None
    content: str = ""
    next_on: date | None = None


def problems_of_signing(row: SigningInput, today: date) -> Iterator[Problem]:
    if not row.name.strip():
        yield Problem("name", "项目名称是空的，请填上。")
    if not row.enterprise.strip():
        yield Problem("enterprise", "签约企业是空的，请填上。")
    if row.amount == 0:
        yield Problem("amount", "签约投资额是0，请填协议上的数。")
    yield from problems_of_amount("amount", "签约投资额", row.amount)
    if row.signed_on > today:
        yield Problem("signed_on", f"签约日期{row.signed_on}还没到，签了再记。")
    if row.next_on and row.next_on < today:
        yield Problem("next_on", f"下次跟进{row.next_on}已经过了，请填今天或以后。")
    yield from problems_of_code(row.credit_code)


def problems_of_code(code: str) -> Iterator[Problem]:
    """统一社会信用代码: 18 characters, the last of which checks the others; an empty one is not yet known."""
    if not code:
        return
    compact = uscc.compact(code)
    if len(compact) != 18:
        yield Problem(
            "credit_code", f"统一社会信用代码要18位，现在是{len(compact)}位，请照营业执照再录一遍。"
        )
    elif not uscc.is_valid(compact):
        yield Problem("credit_code", "统一社会信用代码的校验位对不上，请照营业执照再核一遍有没有录错的字。")


def waited(stage_on: date, today: date) -> int:
    """Calendar days at a stage, as the signed contracts count them."""
    return (today - stage_on).days


def over(days: int, limit: int | None) -> int:
    """By how many days a wait exceeds its limit; 0 where there is none."""
    return max(days - limit, 0) if limit is not None else 0


def pressing(days: int, limit: int | None) -> str:
    """The mark of a wait: red at more than twice its limit, amber past it, else in hand."""
    if limit is None or days <= limit:
        return "working"
    return "overdue" if days > 2 * limit else "needs_coordination"


Days = Mapping[Stage, date | None]


def furthest(days: Days) -> Stage:
    """The furthest stage that has a day; a stage passed over has none."""
    return max((stage for stage, day in days.items() if day), default=Stage.SIGNED)


def through(days: Days) -> dict[Stage, date]:
    """When each dated stage was behind it with all before: what came earlier than the one before held nothing up."""
    made: dict[Stage, date] = {}
    latest: date | None = None
    for stage in sorted(days):
        if day := days[stage]:
            latest = max(day, latest) if latest else day
            made[stage] = latest
    return made


def took(days: Days) -> dict[Stage, int]:
    """Calendar days from each dated stage to the next one, where both are dated."""
    passed = through(days)
    return {
        stage: (passed[stage.following] - day).days
        for stage, day in passed.items()
        if stage.following in passed
    }


def problems_of_reaching(stage: Stage, on: date, days: Days, today: date) -> Iterator[Problem]:
    """on: the day of a stage that is entered by hand; days: those it has been at, passed over ones without a day."""
    if stage not in BY_HAND:
        yield Problem("stage", f"“{stage.label}”跟着库里的项目走，挂上项目就会自己到，不用手填。")
        return
    if days.get(stage):
        yield Problem("stage", f"“{stage.label}”已经在{days[stage]}走到了，记错了请先退回再记。")
    if on > today:
        yield Problem("on", f"{on}还没到，走到了再记。")
    signed, company = days.get(Stage.SIGNED), days.get(Stage.COMPANY)
    if signed and on < signed:
        yield Problem("on", f"{on}早于签约日期{signed}，请核对。")
    elif stage == Stage.LAND and company and on < company:
        yield Problem("on", f"拿地{on}早于注册公司{company}，请核对这两个日期。")


def derived(listed_on: date | None, started_on: date | None, completed_on: date | None) -> dict[Stage, date]:
    """What a project of the registry says of its signing: 列入计划、开工、竣工."""
    known = {Stage.LISTED: listed_on, Stage.STARTED: started_on, Stage.COMPLETED: completed_on}
    return {stage: day for stage, day in known.items() if day}


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the funnel, as the conclusion needs it: amounts in 元, days as calendar days."""

    stage: Stage
    count: int
    amount: int
    stay: int
    stay_amount: int
    lost: int
    lost_amount: int
    late: int
    median: int | None
    limit: int | None

    @property
    def excess(self) -> int:
        """By how many days the median exceeds the limit; below 0 within it."""
        return self.median - self.limit if self.median is not None and self.limit is not None else 0


def slowest(steps: Iterable[Step]) -> Step | None:
    """Whose median exceeds its limit by most; None where none does."""
    found = max(steps, key=lambda step: step.excess, default=None)
    return found if found and found.excess > 0 else None


def conclusion(steps: Sequence[Step]) -> str:
    """先说结论: how many started, and where it is slowest."""
    signed, started = steps[0].count, steps[Stage.STARTED - 1].count
    if not signed:
        return "还没有记下签约项目"
    said = f"{signed:,}个签约项目开工{started:,}个；"
    worst = slowest(steps)
    if worst is None:
        return said + "各步的中位天数都在目标以内"
    return said + f"最慢在{worst.stage.waiting}，中位{worst.median}天，超目标{worst.excess}天"


def further(steps: Sequence[Step]) -> str:
    """What is held where most wait past the limit, and what was lost."""
    waiting = [step for step in steps if step.stage in FOLLOWED and step.stay]
    worst = slowest(waiting) or max(waiting, key=lambda step: (step.late, step.stay), default=None)
    parts = []
    if worst:
        held = half_up(yi(worst.stay_amount), 1)
        said = f"走到{worst.stage.label}的{worst.count:,}个里{worst.stay:,}个还在{worst.stage.waiting}，压着{held:,}亿元"
        parts.append(said + (f"，其中{worst.late:,}个超目标" if worst.late else ""))
    lost = sum(step.lost for step in steps)
    if lost:
        amount = half_up(yi(sum(step.lost_amount for step in steps)), 1)
        parts.append(f"流失{lost:,}个、{amount:,}亿元，都写了原因")
    return "；".join(parts) + "。" if parts else ""
