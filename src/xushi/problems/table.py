"""问题事项的流转表：哪个状态、谁、可以做什么、做完成什么；表里没有的一概不许。"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    REPORTED = "reported"
    SENT_BACK = "sent_back"
    ASSIGNED = "assigned"
    SOLVED = "solved"
    VERIFIED = "verified"
    CLOSED = "closed"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in cls]


STATE_LABELS = {
    State.REPORTED: "待分办",
    State.SENT_BACK: "退回补充",
    State.ASSIGNED: "办理中",
    State.SOLVED: "待核实",
    State.VERIFIED: "待销号",
    State.CLOSED: "已销号",
    State.MERGED: "已合并",
    State.WITHDRAWN: "已撤回",
}
MARKS = {
    State.REPORTED: "pending",
    State.SENT_BACK: "needs_coordination",
    State.ASSIGNED: "working",
    State.SOLVED: "disputed",
    State.VERIFIED: "passed",
    State.CLOSED: "closed",
    State.MERGED: "closed",
    State.WITHDRAWN: "not_due",
}
AT_UNIT = frozenset({State.ASSIGNED})  # the lead unit's clock runs
AT_OFFICE = frozenset({State.REPORTED, State.SOLVED, State.VERIFIED})  # the office's own clock runs
OPEN = AT_UNIT | AT_OFFICE | {State.SENT_BACK}
ENDED = frozenset({State.CLOSED, State.MERGED, State.WITHDRAWN})


class Who(StrEnum):
    """Who may take a step; what it means for one person and one problem is decided in policy.parts_of."""

    OFFICE = "office"
    LEAD = "lead"
    CO = "co"
    REPORTER = "reporter"
    READER = "reader"
    VERIFIER = "verifier"

    @property
    def label(self) -> str:
        return WHO_LABELS[self]


WHO_LABELS = {
    Who.OFFICE: "区重大办",
    Who.LEAD: "主办单位",
    Who.CO: "协办单位",
    Who.REPORTER: "报送单位",
    Who.READER: "提请到的领导",
    Who.VERIFIER: "区重大办里不是报办结的人",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: verb is its name in code and in events; target None leaves the state as it is.

    needs names what has to be given: words, unit and due, leader, evidence.
    """

    verb: str
    name: str
    sources: frozenset[State]
    target: State | None
    who: tuple[Who, ...]
    needs: tuple[str, ...] = ()


def _s(
    verb: str,
    name: str,
    sources: Collection[State],
    target: State | None,
    *who: Who,
    needs: tuple[str, ...] = (),
) -> Step:
    return Step(verb, name, frozenset(sources), target, who, needs)


S = State
TABLE: tuple[Step, ...] = (
    _s("classify", "改类别", OPEN, None, Who.OFFICE),
    _s("assign", "分办", [S.REPORTED, S.ASSIGNED], S.ASSIGNED, Who.OFFICE, needs=("unit", "due")),
    _s("send_back", "退回报送人", [S.REPORTED], S.SENT_BACK, Who.OFFICE, needs=("words",)),
    _s("amend", "补充再报", [S.SENT_BACK], S.REPORTED, Who.REPORTER, needs=("words",)),
    _s("withdraw", "撤回", [S.REPORTED, S.SENT_BACK], S.WITHDRAWN, Who.REPORTER, needs=("words",)),
    _s("merge", "合并", [S.REPORTED, S.ASSIGNED, S.SENT_BACK], S.MERGED, Who.OFFICE),
    _s("batch", "编批次", OPEN, None, Who.OFFICE),
    _s("raise", "提请区领导", OPEN, None, Who.OFFICE, needs=("leader", "words")),
    _s("read", "阅", OPEN, None, Who.READER),
    _s("note", "写进展", OPEN, None, Who.OFFICE, Who.LEAD, Who.CO, Who.REPORTER, needs=("words",)),
    _s("solve", "报办结", [S.ASSIGNED], S.SOLVED, Who.LEAD, needs=("words", "evidence")),
    _s("decline", "退回改派", [S.ASSIGNED], S.REPORTED, Who.LEAD, needs=("words",)),
    _s("return", "退回重办", [S.SOLVED, S.VERIFIED], S.ASSIGNED, Who.OFFICE, needs=("words",)),
    _s("verify", "核实", [S.SOLVED], S.VERIFIED, Who.VERIFIER),
    _s("close", "销号", [S.VERIFIED], S.CLOSED, Who.OFFICE),
    _s("reopen", "重开", [S.CLOSED], S.ASSIGNED, Who.OFFICE, needs=("words", "due")),
)
BY_VERB = {step.verb: step for step in TABLE}


def steps_from(state: State, parts: Collection[Who] | None = None) -> list[Step]:
    """What can be done in a state, by whoever plays these parts (by anybody where None), in the table's order."""
    wanted = None if parts is None else set(parts)
    return [
        step
        for step in TABLE
        if state in step.sources and (wanted is None or not wanted.isdisjoint(step.who))
    ]


def refusal(verb: str, state: State, parts: Collection[Who], called: str) -> str:
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
