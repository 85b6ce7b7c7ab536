"""准入会审的一生：到哪一步、能办哪一步、办了到哪、谁来办。"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REVIEWING = "reviewing"
    ADMITTED = "admitted"
    CONDITIONAL = "conditional"
    DEFERRED = "deferred"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATES[self][0]

    @property
    def mark(self) -> str:
        return _STATES[self][1]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in cls]


_STATES = {
    State.SUBMITTED: ("待受理", "pending"),
    State.RETURNED: ("退回补正", "needs_coordination"),
    State.REVIEWING: ("会审中", "working"),
    State.ADMITTED: ("准入", "passed"),
    State.CONDITIONAL: ("附条件准入", "passed"),
    State.DEFERRED: ("缓议", "not_due"),
    State.REFUSED: ("不准入", "error"),
    State.WITHDRAWN: ("已撤回", "closed"),
}
OPEN = (State.SUBMITTED, State.RETURNED, State.REVIEWING, State.DEFERRED)
WAITING = (State.SUBMITTED, State.REVIEWING)  # 待审
IN = (State.ADMITTED, State.CONDITIONAL)


class Outcome(StrEnum):
    """会审决定; each is also the state it leads to."""

    ADMITTED = "admitted"
    CONDITIONAL = "conditional"
    DEFERRED = "deferred"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _OUTCOMES[self]

    @property
    def state(self) -> State:
        return State(self.value)

    @property
    def lets_in(self) -> bool:
        return self.state in IN

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(outcome.value, outcome.label) for outcome in cls]


_OUTCOMES = {
    Outcome.ADMITTED: "准入",
    Outcome.CONDITIONAL: "附条件",
    Outcome.DEFERRED: "缓议",
    Outcome.REFUSED: "不准入",
}


class Answer(StrEnum):
    """部门意见; SILENT is what the rule made of no answer."""

    WAITING = "waiting"
    AGREED = "agreed"
    CONDITIONAL = "conditional"
    OPPOSED = "opposed"
    SILENT = "silent"

    @property
    def label(self) -> str:
        return _ANSWERS[self][0]

    @property
    def mark(self) -> str:
        return _ANSWERS[self][1]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(answer.value, answer.label) for answer in cls]


_ANSWERS = {
    Answer.WAITING: ("待答复", "pending"),
    Answer.AGREED: ("同意", "passed"),
    Answer.CONDITIONAL: ("附条件", "needs_coordination"),
    Answer.OPPOSED: ("不同意", "error"),
    Answer.SILENT: ("超时未答", "overdue"),
}
GIVEN = (Answer.AGREED, Answer.CONDITIONAL, Answer.OPPOSED)


class Side(StrEnum):
    """Who takes a step."""

    APPLICANT = "applicant"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from which states, by whom, to which state (None: stays); said on its button and in the history."""

    verb: str
    label: str
    side: Side
    states: tuple[State, ...]
    to: State | None
    consequence: str


STEPS = {
    step.verb: step
    for step in (
        Step("send", "送部门答复", Side.OFFICE, (State.SUBMITTED, State.REVIEWING), State.REVIEWING,
             "所选单位马上听到，各自计时；到期未答的按规则计。"),
        Step("return", "退回补正", Side.OFFICE, (State.SUBMITTED,), State.RETURNED,
             "申请单位马上听到，补正后重新受理。"),
        Step("judge", "核定三项", Side.OFFICE, (State.SUBMITTED, State.REVIEWING), None,
             "主导产业、环境准入、违约责任由重大办按部门意见核定，会审表上照此计达标。"),
        Step("sit", "排会次", Side.OFFICE, (State.SUBMITTED, State.REVIEWING, State.DEFERRED), None,
             "排进这一次会审，同一次的可以并排比。"),
        Step("renew", "改用新门槛", Side.OFFICE, (State.SUBMITTED, State.REVIEWING, State.DEFERRED), None,
             "按现行门槛重新对照，部门意见不变。"),
        Step("decide", "形成决定", Side.OFFICE, (State.REVIEWING,), None,
             "决定时的申报、门槛、意见存档；准入的转为项目，承诺每年核对。"),
        Step("resume", "恢复会审", Side.OFFICE, (State.DEFERRED,), State.REVIEWING,
             "重新会审；门槛、意见照旧，要重新征求的再送部门答复。"),
        Step("withdraw", "撤回申请", Side.APPLICANT, OPEN, State.WITHDRAWN,
             "申请不再会审，经过留着；要再报另提一件。"),
        Step("amend", "修改申报", Side.APPLICANT, (State.SUBMITTED, State.RETURNED, State.DEFERRED), None,
             "按新的数重新对照门槛，退回的重新送审。"),
    )
}  # fmt: skip


def may_follow(verb: str, state: State) -> bool:
    return state in STEPS[verb].states


def cannot(verb: str, name: str, state: State) -> str:
    """The sentence that refuses a step in a wrong state, made of the table."""
    step = STEPS[verb]
    states = "、".join(f"“{one.label}”" for one in step.states)
    return f"“{name}”现在是“{state.label}”，{step.label}只能在{states}时办。"
