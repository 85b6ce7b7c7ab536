"""招商签约的判断：走到哪一步、停了多久、一行写得对不对；日子都由外面给。"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from stdnum.cn import uscc

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
