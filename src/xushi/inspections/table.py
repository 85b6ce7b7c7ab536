"""整改的流转表：哪个状态、谁、可以做什么、做完成什么；表里没有的一概不许。"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from xushi.inspections.words import AT_UNIT, OPEN, FindingState


class Who(StrEnum):
    """Who may take a step; what it means for one person and one finding is decided in policy.parts_of."""

    UNIT = "unit"
    OFFICE = "office"
    INSPECTOR = "inspector"
    VERIFIER = "verifier"

    @property
    def label(self) -> str:
        return {
            "unit": "整改单位", "office": "区重大办", "inspector": "督查组",
            "verifier": "区重大办或督查室里不是报整改的人",
        }[self.value]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step; target None leaves the state as it is. needs: words, photos, due, unit."""

    verb: str
    name: str
    sources: frozenset[FindingState]
    target: FindingState | None
    who: tuple[Who, ...]
    needs: tuple[str, ...] = ()
    done: str = ""
    consequence: str = ""


def _s(
    verb: str,
    name: str,
    sources: Collection[FindingState],
    target: FindingState | None,
    who: tuple[Who, ...],
    needs: tuple[str, ...],
    done: str,
    consequence: str,
) -> Step:
    return Step(verb, name, frozenset(sources), target, who, needs, done, consequence)


S = FindingState
DESK = (Who.OFFICE, Who.INSPECTOR)
TABLE: tuple[Step, ...] = (
    _s("fix", "报整改", AT_UNIT, S.FIXED, (Who.UNIT,), ("words", "photos"),
       "已报整改，督查室3个工作日内复核。", "报了以后期限停下，由督查室复核；没改好会退回来。"),
    _s("verify", "复核通过", [S.FIXED], S.VERIFIED, (Who.VERIFIER,), (),
       "已复核销号。", "销号后整改单位的这一条办结；有反复可以重开。"),
    _s("return", "退回再改", [S.FIXED], S.RETURNED, (Who.VERIFIER,), ("words", "due"),
       "已退回，期限从头来过。", "退回后整改单位的期限和提醒从头来过。"),
    _s("note", "写进展", OPEN, None, (Who.UNIT, *DESK), ("words",), "进展已记下。", ""),
    _s("extend", "改期限", AT_UNIT, None, DESK, ("due", "words"), "期限已改。", "整改单位马上听到，提醒从头来过。"),
    _s("hand", "改派", AT_UNIT, None, (Who.OFFICE,), ("unit", "words"), "已改派。", "由新的单位整改，期限不变。"),
    _s("problem", "转问题", AT_UNIT, None, (Who.OFFICE,), ("words",),
       "已转成问题，等区重大办分办。", "整改照旧；牵涉别的部门的，按问题事项分办。"),
    _s("withdraw", "撤回", [S.OPEN], S.WITHDRAWN, DESK, ("words",), "已撤回。", "撤回后不用整改，记录保留。"),
    _s("reopen", "重开", [S.VERIFIED], S.OPEN, DESK, ("words", "due"), "已重开。", "整改单位重新办，期限从头来过。"),
)  # fmt: skip
BY_VERB = {step.verb: step for step in TABLE}


def steps_from(state: FindingState, parts: Collection[Who] | None = None) -> list[Step]:
    """What can be done in a state, by whoever plays these parts (by anybody where None), in the table's order."""
    wanted = None if parts is None else set(parts)
    return [
        step
        for step in TABLE
        if state in step.sources and (wanted is None or not wanted.isdisjoint(step.who))
    ]


def refusal(verb: str, state: FindingState, parts: Collection[Who], called: str) -> str:
    """Why a step is refused now: what is allowed in this state, and who may do it. "" where it is allowed."""
    step = BY_VERB[verb]
    if state in step.sources and not set(parts).isdisjoint(step.who):
        return ""
    if state in step.sources:
        return f"{called}现在是“{state.label}”，“{step.name}”要由{_whos(step)}来做。"
    can = [f"{other.name}（{_whos(other)}）" for other in steps_from(state)]
    now = f"现在可以：{'、'.join(can)}。" if can else "已经没有下一步。"
    return f"{called}现在是“{state.label}”，不能“{step.name}”。{now}"


def _whos(step: Step) -> str:
    return "或".join(who.label for who in step.who)
