"""前期手续一步的流转表：哪个状态、谁、可以做什么、做完成什么；表里没有的一概不许。"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from xushi.permits.models import PermitStep

State = PermitStep.State
RUN, DECIDED = (State.SUBMITTED, State.ACCEPTED), (State.APPROVED, State.NOT_NEEDED)
MARKS = {
    State.PLANNED: "pending",
    State.SUBMITTED: "working",
    State.ACCEPTED: "half",
    State.SUPPLEMENT: "needs_coordination",
    State.APPROVED: "passed",
    State.REFUSED: "error",
    State.NOT_NEEDED: "closed",
}


class Who(StrEnum):
    """Who may take a step; what it means for one person and one project is decided in policy.parts_of."""

    SIDE = "side"
    DEPARTMENT = "department"
    OFFICE = "office"

    @property
    def label(self) -> str:
        return WHO_LABELS[self]


WHO_LABELS = {Who.SIDE: "项目单位或属地", Who.DEPARTMENT: "办理部门", Who.OFFICE: "区重大办"}


@dataclass(frozen=True, slots=True)
class Act:
    """One act: verb is its name in code, event in the journal; target None leaves the state as it is.

    needs names what has to be given: on (a day), words, until.
    """

    verb: str
    name: str
    event: str
    sources: frozenset[str]
    target: str | None
    who: tuple[Who, ...]
    needs: tuple[str, ...] = ()


def _a(
    verb: str, name: str, event: str, sources: Collection[str], target: str | None, *who: Who,
    needs: tuple[str, ...] = (),
) -> Act:  # fmt: skip
    return Act(verb, name, event, frozenset(sources), target, who, needs)


_ALL = (Who.SIDE, Who.DEPARTMENT, Who.OFFICE)
_HALL = (Who.DEPARTMENT, Who.OFFICE)
_S = State
TABLE: tuple[Act, ...] = (
    _a("submit", "报件", "submitted", [_S.PLANNED, _S.REFUSED], _S.SUBMITTED, *_ALL, needs=("on",)),
    _a("plan", "定计划报件日", "planned", [_S.PLANNED], None, Who.SIDE, Who.OFFICE, needs=("on",)),
    _a("accept", "受理", "accepted", [_S.SUBMITTED], _S.ACCEPTED, *_ALL, needs=("on",)),
    _a("approve", "批准", "approved", RUN, _S.APPROVED, *_ALL, needs=("on",)),
    _a("ask_supplement", "要求补正", "supplement", RUN, _S.SUPPLEMENT, *_HALL, needs=("words", "on")),
    _a("answer_supplement", "补齐", "answered", [_S.SUPPLEMENT], _S.ACCEPTED, *_ALL, needs=("on",)),
    _a("refuse", "不予批准", "refused", RUN, _S.REFUSED, *_HALL, needs=("words", "on")),
    _a("accept_lacking", "容缺受理", "lacking", [_S.PLANNED, _S.REFUSED], _S.ACCEPTED, *_HALL,
       needs=("words", "until", "on")),
    _a("settle_lacking", "容缺补齐", "settled", [*RUN, _S.SUPPLEMENT, _S.APPROVED], None, *_ALL, needs=("on",)),
    _a("extend", "延期", "extended", [_S.APPROVED], None, *_HALL, needs=("words",)),
    _a("not_needed", "不用办", "not_needed", [_S.PLANNED], _S.NOT_NEEDED, *_ALL, needs=("words",)),
    _a("confirm", "确认", "confirmed", list(State.values), None, *_HALL),
    _a("take_back", "更正退回", "taken_back", [one for one in State.values if one != _S.PLANNED], _S.PLANNED,
       *_HALL, needs=("words",)),
)  # fmt: skip
BY_VERB = {act.verb: act for act in TABLE}


def acts_from(state: str, parts: Collection[Who] | None = None) -> list[Act]:
    """What can be done in a state, by whoever plays these parts (by anybody where None), in the table's order."""
    wanted = None if parts is None else set(parts)
    return [
        act for act in TABLE if state in act.sources and (wanted is None or not wanted.isdisjoint(act.who))
    ]


def refusal(verb: str, state: str, parts: Collection[Who], called: str) -> str:
    """Why an act is refused now: what is allowed in this state, and who may do it. "" where it is allowed."""
    act = BY_VERB[verb]
    if state in act.sources and not set(parts).isdisjoint(act.who):
        return ""
    label = State(state).label
    if state in act.sources:
        return f"{called}现在是“{label}”，“{act.name}”要由{_whos(act)}来做。"
    can = [f"{other.name}（{_whos(other)}）" for other in acts_from(state) if other.verb != "confirm"]
    return f"{called}现在是“{label}”，不能“{act.name}”。现在可以：{'、'.join(can)}。"


def _whos(act: Act) -> str:
    return "或".join(who.label for who in act.who)
