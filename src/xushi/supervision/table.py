"""督办单的流转表：哪个状态、谁、可以做什么、做完成什么；表里没有的一概不许。

This is data: docs/督办流转.md is printed from it, the engine asks it, the tests walk it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    DRAFTED = "drafted"
    APPROVED = "approved"
    ISSUED = "issued"
    MISROUTED = "misrouted"
    WORKING = "working"
    SIGNING = "signing"
    REPLIED = "replied"
    RETURNED = "returned"
    VERIFIED = "verified"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in cls]


STATE_LABELS = {
    State.DRAFTED: "拟稿",
    State.APPROVED: "待签发",
    State.ISSUED: "待签收",
    State.MISROUTED: "退回改派",
    State.WORKING: "办理中",
    State.SIGNING: "待负责人签发",
    State.REPLIED: "待核验",
    State.RETURNED: "退回重办",
    State.VERIFIED: "待销号",
    State.CLOSED: "已销号",
    State.SUSPENDED: "暂停",
    State.WITHDRAWN: "已撤回",
}

NOT_ISSUED = frozenset({State.DRAFTED, State.APPROVED})
AT_UNIT = frozenset({State.ISSUED, State.WORKING, State.SIGNING, State.RETURNED})  # the unit's clock runs
AT_OFFICE = frozenset({State.MISROUTED, State.REPLIED, State.VERIFIED})  # the office's own clock runs
RUNNING = AT_UNIT | AT_OFFICE
OPEN = RUNNING | {State.SUSPENDED}
ENDED = frozenset({State.CLOSED, State.WITHDRAWN})
ISSUED_ONES = OPEN | {State.CLOSED}


class Who(StrEnum):
    """Who may take a step; what it means for one person and one order is decided in policy.parts_of."""

    OFFICE = "office"
    ISSUER = "issuer"
    LEAD = "lead"
    HEAD = "head"
    CO = "co"
    VERIFIER = "verifier"
    CLOSER = "closer"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return WHO_LABELS[self]


WHO_LABELS = {
    Who.OFFICE: "区重大办",
    Who.ISSUER: "区重大办或作出批示的领导",
    Who.LEAD: "主办单位",
    Who.HEAD: "主办单位负责人",
    Who.CO: "协办单位",
    Who.VERIFIER: "区重大办或督查室里不是答复人的人",
    Who.CLOSER: "区重大办（批示来的由作出批示的领导）",
    Who.SYSTEM: "系统",
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: verb is its name in code and in events; target None leaves the state as it is.

    needs names what has to be given: words (a reason or the text itself), unit, due, reply, grade.
    """

    verb: str
    name: str
    sources: frozenset[State]
    target: State | None
    who: tuple[Who, ...]
    needs: tuple[str, ...] = ()

    def moves(self) -> bool:
        return self.target is not None


def _t(
    verb: str,
    name: str,
    sources: Collection[State],
    target: State | None,
    *who: Who,
    needs: tuple[str, ...] = (),
) -> Transition:
    return Transition(verb, name, frozenset(sources), target, who, needs)


S = State
IN_HAND = (S.WORKING, S.RETURNED)
TABLE: tuple[Transition, ...] = (
    _t("amend", "改拟稿", NOT_ISSUED, S.DRAFTED, Who.ISSUER),
    _t("approve", "审定", [S.DRAFTED], S.APPROVED, Who.ISSUER),
    _t("issue", "签发", [S.APPROVED], S.ISSUED, Who.ISSUER),
    _t("acknowledge", "签收", [S.ISSUED], S.WORKING, Who.LEAD),
    _t("misroute", "退回改派", [S.ISSUED, S.WORKING], S.MISROUTED, Who.LEAD, needs=("words",)),
    _t("reroute", "改派", [S.ISSUED, S.MISROUTED, *IN_HAND], S.ISSUED, Who.OFFICE, needs=("unit", "words")),
    _t("insist", "维持原派", [S.MISROUTED], S.ISSUED, Who.OFFICE, needs=("words",)),
    _t("share", "改协办", AT_UNIT | {S.MISROUTED}, None, Who.OFFICE, needs=("units",)),
    _t("plan", "报办理计划", IN_HAND, None, Who.LEAD, needs=("words",)),
    _t("report", "报进展", IN_HAND, None, Who.LEAD, needs=("words",)),
    _t("assist", "协办反馈", [S.ISSUED, *IN_HAND, S.SIGNING], None, Who.CO, needs=("words",)),
    _t("reply", "答复", IN_HAND, S.SIGNING, Who.LEAD, needs=("words",)),
    _t("recall", "收回答复", [S.SIGNING], S.WORKING, Who.LEAD),
    _t("decline", "不予签发", [S.SIGNING], S.WORKING, Who.HEAD, needs=("words",)),
    _t("sign", "负责人签发", [S.SIGNING], S.REPLIED, Who.HEAD),
    _t("return", "退回重办", [S.REPLIED], S.RETURNED, Who.VERIFIER, needs=("words",)),
    _t("verify", "核验通过", [S.REPLIED], S.VERIFIED, Who.VERIFIER),
    _t("send_back", "不同意销号，重办", [S.VERIFIED], S.RETURNED, Who.CLOSER, needs=("words",)),
    _t("close", "销号", [S.VERIFIED], S.CLOSED, Who.CLOSER),
    _t("rate", "评价", [S.CLOSED], None, Who.OFFICE, needs=("grade",)),
    _t("ask_extension", "申请延期", IN_HAND, None, Who.LEAD, needs=("words", "due")),
    _t("grant_extension", "同意延期", [*IN_HAND, S.SIGNING], None, Who.OFFICE),
    _t("refuse_extension", "不同意延期", [*IN_HAND, S.SIGNING], None, Who.OFFICE, needs=("words",)),
    _t("remind", "催办", AT_UNIT, None, Who.OFFICE),
    _t("criticise", "通报批评", AT_UNIT | {S.SUSPENDED}, None, Who.OFFICE, needs=("words",)),
    _t("talk", "约谈", AT_UNIT | {S.SUSPENDED}, None, Who.OFFICE, needs=("words",)),
    _t("suspend", "暂停", RUNNING, S.SUSPENDED, Who.OFFICE, needs=("words",)),
    _t("resume", "恢复", [S.SUSPENDED], None, Who.OFFICE, needs=("words",)),
    _t("withdraw", "撤回", NOT_ISSUED | OPEN, S.WITHDRAWN, Who.ISSUER, needs=("words",)),
    _t("reopen", "重开", [S.CLOSED], S.WORKING, Who.CLOSER, needs=("words", "due")),
    _t("inherit", "职责承接", NOT_ISSUED | OPEN, None, Who.SYSTEM, needs=("unit",)),
    _t("take_over", "接手", NOT_ISSUED | OPEN, None, Who.SYSTEM),
)
BY_VERB = {step.verb: step for step in TABLE}
# 日志里的动作名
EVENTS = {
    "amend": "supervision.order.amended",
    "approve": "supervision.order.approved",
    "issue": "supervision.order.issued",
    "acknowledge": "supervision.order.acknowledged",
    "misroute": "supervision.order.misrouted",
    "reroute": "supervision.order.rerouted",
    "insist": "supervision.order.insisted",
    "share": "supervision.order.shared",
    "plan": "supervision.order.planned",
    "report": "supervision.order.reported",
    "assist": "supervision.order.assisted",
    "reply": "supervision.order.replied",
    "recall": "supervision.order.recalled",
    "decline": "supervision.order.declined",
    "sign": "supervision.order.signed",
    "return": "supervision.order.returned",
    "verify": "supervision.order.verified",
    "send_back": "supervision.order.sent_back",
    "close": "supervision.order.closed",
    "rate": "supervision.order.rated",
    "ask_extension": "supervision.extension.asked",
    "grant_extension": "supervision.extension.granted",
    "refuse_extension": "supervision.extension.refused",
    "remind": "supervision.order.reminded",
    "criticise": "supervision.order.criticised",
    "talk": "supervision.order.talked",
    "suspend": "supervision.order.suspended",
    "resume": "supervision.order.resumed",
    "withdraw": "supervision.order.withdrawn",
    "reopen": "supervision.order.reopened",
    "inherit": "supervision.order.inherited",
    "take_over": "supervision.order.taken_over",
}
# 有人申请了延期才谈得上的答复
ANSWERS = ("grant_extension", "refuse_extension")
# 恢复回到暂停前的状态，是表里唯一看历史的一步
RESUMES_TO = RUNNING


def steps_from(state: State, parts: Collection[Who] | None = None) -> list[Transition]:
    """What can be done in a state, by who plays these parts (by anybody where None), in the table's order."""
    wanted = None if parts is None else set(parts)
    return [
        step
        for step in TABLE
        if state in step.sources and (wanted is None or not wanted.isdisjoint(step.who))
    ]


def refusal(verb: str, state: State, parts: Collection[Who], called: str, *, asked: bool = False) -> str:
    """Why a step is refused now: what is allowed in this state, and who may do it. "" where it is allowed.

    asked: an extension waits for its answer.
    """
    step = BY_VERB[verb]
    if state in step.sources and not set(parts).isdisjoint(step.who):
        return ""
    if state in step.sources:
        return f"{called}现在是“{state.label}”，“{step.name}”要由{_whos(step)}来做。"
    open_now = [
        one for one in steps_from(state) if one.who != (Who.SYSTEM,) and (asked or one.verb not in ANSWERS)
    ]
    can = [f"{other.name}（{_whos(other)}）" for other in open_now]
    now = f"现在可以：{'、'.join(can)}。" if can else "已经没有下一步。"
    return f"{called}现在是“{state.label}”，不能“{step.name}”。{now}"


def _whos(step: Transition) -> str:
    return "或".join(who.label for who in step.who)
