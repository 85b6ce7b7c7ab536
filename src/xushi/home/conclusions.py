"""结论：先说结论，一句话说清哪里不对、差多少。全是纯规则。"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xushi.core.money import half_up
from xushi.core.months import Month
from xushi.kit.amounts import yi_or_wan

GATHERED_SHARE = Decimal("0.25")
ENDINGS = ("街道", "经济开发区", "场", "镇")


@dataclass(frozen=True, slots=True)
class Place:
    """A territory and how many alerted projects it has."""

    name: str
    alerted: int


def fast_or_slow(gap_points: Decimal | None) -> str:
    """快0.6个百分点 / 慢8.3个百分点 / 与序时持平; rounded only here."""
    if gap_points is None:
        return "没有年度计划可比"
    rounded = half_up(gap_points, 1)
    if rounded == 0:
        return "与序时持平"
    return f"比序时{'快' if rounded > 0 else '慢'}{abs(rounded):,}个百分点"


def headline(rate: Decimal | None, gap_points: Decimal | None, alerted: int) -> str:
    """The sentence a page opens with: how much is done, against the schedule, how many to watch."""
    if rate is None:
        first = "还没有可比的年度计划"
    else:
        first = f"完成年度投资{half_up(rate * 100, 1)}%，{fast_or_slow(gap_points)}"
    return f"{first}；{alerted:,}个项目要盯紧" if alerted else f"{first}；没有要盯的项目"


def where(places: Sequence[Place], alerted: int, blocks: Sequence[str], among: int = 0) -> str:
    """Where the alerted projects gather and what blocks them; empty where nothing stands out.

    The fewest places, at most two, that each hold a notable share (a quarter together at least). among is of how
    many projects the blocks were counted, 0 for all.
    """
    parts = [part for part in (_gathering(places, alerted), _blocked(blocks, among)) if part]
    return "；".join(parts) + "。" if parts else ""


def _gathering(places: Sequence[Place], alerted: int) -> str:
    top = sorted((place for place in places if place.alerted), key=lambda place: -place.alerted)[:2]
    held = sum(place.alerted for place in top)
    if not top or not alerted or Decimal(held) / alerted < GATHERED_SHARE:
        return ""
    names = _joined([place.name for place in top])
    share = half_up(Decimal(held) / alerted * 100, 0)
    return f"{names}有{held:,}个预警项目，占全部{share}%"


def _joined(names: list[str]) -> str:
    """桥林街道、汤泉街道 → 桥林、汤泉两街道"""
    if len(names) == 2:
        for ending in ENDINGS:
            if all(name.endswith(ending) and len(name) > len(ending) for name in names):
                return "、".join(name[: -len(ending)] for name in names) + f"两{ending}"
    return "、".join(names)


def _blocked(blocks: Sequence[str], among: int) -> str:
    whose = f"最该盯的{among:,}个项目，" if among else ""
    return f"{whose}卡点以{'、'.join(blocks[:2])}为主" if blocks else ""


@dataclass(frozen=True, slots=True)
class Point:
    """A month of a curve: cumulative and due in 元."""

    month: Month
    cumulative: int
    due: int


def slowing_since(points: Sequence[Point]) -> Month | None:
    """The first month of the unbroken run, up to the last point, in which cumulative stayed below due."""
    since: Month | None = None
    for point in points:
        since = since or point.month if point.cumulative < point.due else None
    return since


def needed_per_month(plan: int, cumulative: int, month: Month) -> int | None:
    """元 to invest in each month left of the year to meet the plan, rounded up; None when met or no month is left."""
    left, missing = 12 - month.number, plan - cumulative
    return None if missing <= 0 or left == 0 else -(-missing // left)


def slippage(points: Sequence[Point], plan: int) -> str:
    """6月起放缓，差2.7亿元；完成全年需月均2.2亿元 — for the last point of a project's curve."""
    if not points:
        return "还没有月报。"
    last = points[-1]
    parts = []
    since = slowing_since(points)
    if since:
        short = "".join(yi_or_wan(last.due - last.cumulative))
        parts.append(f"{since.number}月起慢于序时，差{short}")
    needed = needed_per_month(plan, last.cumulative, last.month)
    if needed:
        parts.append(f"完成全年需月均{''.join(yi_or_wan(needed, 2))}")
    elif plan and last.cumulative >= plan:
        parts.append("年度计划已经完成")
    return "；".join(parts)
