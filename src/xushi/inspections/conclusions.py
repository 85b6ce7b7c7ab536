"""台面的话：一个点怎么样了，这个月看到了什么，哪里最久没人看。"""

from collections.abc import Sequence
from typing import Any

from xushi.core.clock import local_day
from xushi.core.money import half_up
from xushi.core.months import Month
from xushi.inspections.comparing import Compared
from xushi.inspections.coverage import Coverage
from xushi.inspections.models import Round, Visit
from xushi.inspections.rules import UNSEEN_AFTER, Agreement
from xushi.inspections.words import VISIT_MARKS, RoundState, VisitState


def state_of(visit: Visit, beside: Compared) -> tuple[str, str]:
    """(mark, word): 待看, 正在看, 没有真开工, 比月报慢, 与月报相符, 已看."""
    state = VisitState(visit.state)
    held = getattr(visit, "record", None)
    if state != VisitState.DONE or held is None:
        return VISIT_MARKS[state], state.label
    if held.really_started is False:
        return ("must_fix", "没有真开工") if said_started(visit) else ("needs_coordination", "还没开工")
    if held.really_started:
        return "passed", "是真开工"
    if beside.agreement == Agreement.UNKNOWN:
        return "closed", state.label
    return beside.agreement.mark, beside.agreement.label


def said_started(visit: Visit) -> bool:
    """The project was said to have started by the day it was looked at."""
    on, at = visit.project.started_on, visit.done_at
    return on is not None and at is not None and on <= local_day(at)


def headline(held: Round | None, plan: Sequence[Any], month: Month) -> str:
    """本月12个点看了4个；2个点现场比月报慢，最多慢18.0个百分点."""
    if held is None:
        return f"{month.label}还没排督查"
    done = sum(one.visit.state == VisitState.DONE for one in plan)
    behind = [one.beside.points for one in plan if one.beside.agreement == Agreement.SLOWER]
    parts = [f"{month.number}月{len(plan)}个点看了{done}个" if plan else f"{held}还没有点"]
    if behind:
        parts.append(f"{len(behind)}个点现场比月报慢，最多慢{half_up(-min(behind), 1)}个百分点")
    elif done:
        parts.append("现场与月报没有差过5个百分点的")
    return "；".join(parts)


def why(held: Round | None, over: Coverage) -> str:
    """第9次联合督查进行中。在建300个里41个60天没人看过，汤泉、永宁最多。"""
    said = f"{held}{RoundState(held.state).label}。" if held else ""
    if not over.under_way:
        return said
    worst = "、".join(str(place.unit) for place in over.worst)
    most = f"，{worst}最多" if worst else ""
    return f"{said}在建{over.under_way}个里{over.unseen}个{UNSEEN_AFTER}天没人看过{most}。"
