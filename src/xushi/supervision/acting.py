"""督办单页上能做的事：每一步要填什么、按下去会怎样、调哪个动作。哪些人现在能做，只问流转表。"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms as django_forms

from xushi.duties.reach import Reach
from xushi.journal.actions import Actor
from xushi.supervision import actions
from xushi.supervision.actions import Evidence
from xushi.supervision.forms import (
    StepForm,
    UnitField,
    UnitsField,
    day_field,
    grade_field,
    offer_only,
    photos_field,
    words_field,
)
from xushi.supervision.models import Extension, SupervisionOrder
from xushi.supervision.table import ANSWERS, State, Who, steps_from

Fields = dict[str, django_forms.Field]
# 反馈办理情况 是一张表：已办结即答复（协办即办完），推进中、需协调即报进展（协办反馈）
HOW = {"done": "已办结", "going": "推进中", "stuck": "需协调"}
FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Given:
    """What a step was sent with."""

    cleaned: Mapping[str, Any]
    actor: Actor
    now: datetime

    @property
    def words(self) -> str:
        return str(self.cleaned.get("words") or "")

    @property
    def evidence(self) -> Evidence:
        return Evidence(tuple(self.cleaned.get("photos") or ()))

    @property
    def who(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now}

    @property
    def seen(self) -> dict[str, Any]:
        return self.who | {"seen": self.cleaned.get("seen")}


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do on the page: its button, its fields, what follows, and the action it calls."""

    verb: str
    button: str
    consequence: str
    run: Callable[[SupervisionOrder, Given], Any]
    fields: Callable[[], Fields] = dict
    done: str = ""
    icon: str = "flag"
    danger: bool = False

    @property
    def title(self) -> str:
        return self.button


def _why(label: str = "理由", hint: str = "") -> Callable[[], Fields]:
    return lambda: {"words": words_field(label, hint)}


def _due(label: str = "新期限") -> Fields:
    return {"due_on": day_field(label, "不填就按时限算。")}


def _report(order: SupervisionOrder, given: Given, *, lead: bool) -> Any:
    """反馈办理情况 by the lead or a co-handler."""
    how, more = given.cleaned["how"], {**given.who, "evidence": given.evidence}
    if lead and how == "done":
        return actions.reply_order(order, given.words, seen=given.cleaned.get("seen"), **more)
    if lead:
        return actions.report_progress(order, given.words, stuck=how == "stuck", **more)
    return actions.assist(order, given.words, done=how == "done", stuck=how == "stuck", **more)


def _feedback_fields() -> Fields:
    return {
        "how": django_forms.ChoiceField(
            label="办到哪里",
            choices=list(HOW.items()),
            widget=django_forms.RadioSelect,
            initial="going",
            error_messages={"required": "请选已办结、推进中或需协调。"},
        ),
        "words": words_field("办理情况", rows=3),
        "photos": photos_field(),
    }


def feedback(lead: bool) -> Act:
    follows = "已办结的由单位负责人签发后算答复。" if lead else "协办反馈记在单子上，不计完成率。"
    return Act(
        FEEDBACK,
        "提交反馈",
        follows,
        lambda order, given: _report(order, given, lead=lead),
        _feedback_fields,
        "反馈已提交。",
        "send",
    )


ACTS: tuple[Act, ...] = (
    Act("issue", "签发并下发", "签发时取文号，主办、协办单位同时收到提醒，时限从现在算。",
        lambda o, g: actions.issue_orders([o], **g.who), done="已签发。", icon="send"),
    Act("approve", "审定", "审定后等签发。", lambda o, g: actions.approve_orders([o], **g.who), done="已审定。"),
    Act("acknowledge", "签收", "签收后开始办理，期限不变。",
        lambda o, g: actions.acknowledge_orders([o], **g.who), done="已签收。", icon="check"),
    Act("misroute", "退回改派", "退给区重大办改派，本单位的时限停下。",
        lambda o, g: actions.misroute_order(o, g.words, **g.seen),
        _why("退回理由", "为什么不归本单位，建议派给谁。"), "已退回改派。", "undo"),
    Act("reroute", "改派", "新的主办单位从现在重新计时，提醒重排。",
        lambda o, g: actions.reroute_orders([o], g.cleaned["unit"], g.words, due_on=g.cleaned["due_on"], **g.seen),
        lambda: {"unit": UnitField(label="改派给"), "words": words_field("理由"), **_due()}, "已改派。", "send"),
    Act("insist", "维持原派", "仍由原单位办，时限重新计。",
        lambda o, g: actions.insist_on_lead(o, g.words, **g.seen), _why(), "已维持原派。"),
    Act("share", "改协办", "新的协办单位收到提醒，去掉的不再有待办。",
        lambda o, g: actions.share_order(o, list(g.cleaned["units"]), **g.who),
        lambda: {"units": UnitsField(label="协办单位")}, "协办已改。", "people"),
    Act("plan", "报办理计划", "计划记在单子上，期限不变。",
        lambda o, g: actions.file_plan(o, g.words, evidence=g.evidence, **g.who),
        lambda: {"words": words_field("办理计划", "分几步、每步几时办完。"), "photos": photos_field()},
        "计划已报。", "steps"),
    Act("ask_extension", "申请延期", "同意之前原期限照算。",
        lambda o, g: actions.ask_extension(o, progress=g.cleaned["progress"], reason=g.cleaned["reason"],
                                           wanted=g.cleaned["due"], **g.who),
        lambda: {"due": day_field("请延至", required=True), "progress": words_field("已经办到哪里", rows=3),
                 "reason": words_field("延期理由", rows=3)}, "延期申请已送区重大办。", "calendar"),
    Act("recall", "收回答复", "收回后可以改了再报。", lambda o, g: actions.recall_reply(o, **g.seen),
        done="答复已收回。", icon="undo"),
    Act("sign", "负责人签发", "签发后算答复，按现在判是否按期。",
        lambda o, g: actions.sign_reply(o, **g.seen), done="已签发答复。", icon="check"),
    Act("decline", "不予签发", "退给经办人重写，期限不变。",
        lambda o, g: actions.decline_reply(o, g.words, **g.seen), _why(), "已退给经办人。", "undo"),
    Act("verify", "核验通过", "核验通过后销号；批示来的由作出批示的领导阅结。",
        lambda o, g: actions.verify_order(o, words=g.words, **g.seen),
        lambda: {"words": words_field("核验意见", required=False, rows=3)}, "核验通过。", "check"),
    Act("return", "退回重办", "单位的时限和提醒重新走。",
        lambda o, g: actions.return_order(o, g.words, due_on=g.cleaned["due_on"], **g.seen),
        lambda: {"words": words_field("退回理由", "差在哪里、要办成什么样。"), **_due("重办期限")},
        "已退回重办。", "undo"),
    Act("close", "销号", "销号后单子办结，可以评价。", lambda o, g: actions.close_order(o, words=g.words, **g.seen),
        lambda: {"words": words_field("销号意见", required=False, rows=3)}, "已销号。", "check"),
    Act("send_back", "不同意销号", "退给主办单位重办，时限重新走。",
        lambda o, g: actions.send_back_order(o, g.words, due_on=g.cleaned["due_on"], **g.seen),
        lambda: {"words": words_field("还要办什么"), **_due("重办期限")}, "已退回重办。", "undo"),
    Act("rate", "评价", "评价进考核表，每次销号评一回。",
        lambda o, g: actions.rate_order(o, g.cleaned["grade"], words=g.words, **g.who),
        lambda: {"grade": grade_field(), "words": words_field("评语", required=False, rows=3)}, "已评价。", "star"),
    Act("grant_extension", "同意延期", "期限改到新日子，提醒重排，记延期一次。",
        lambda o, g: actions.grant_extension(o, words=g.words, until=g.cleaned["until"], **g.who),
        lambda: {"until": day_field("延至", "不填就按所请的日子。"),
                 "words": words_field("答复", required=False, rows=3)}, "已同意延期。", "check"),
    Act("refuse_extension", "不同意延期", "原期限照算。",
        lambda o, g: actions.refuse_extension(o, g.words, **g.who), _why("不同意的理由"), "已答复不同意延期。"),
    Act("remind", "催办", "主办、协办单位马上收到提醒，催办记在单子上。",
        lambda o, g: actions.remind_orders([o], words=g.words, **g.who),
        lambda: {"words": words_field("催办的话", required=False, rows=3)}, "已催办。", "bell"),
    Act("criticise", "通报批评", "记入单位表现。", lambda o, g: actions.criticise([o], g.words, **g.who),
        _why("通报内容"), "已记通报批评。", "alert"),
    Act("talk", "约谈", "记在单子上。", lambda o, g: actions.talk(o, g.words, **g.who),
        _why("约谈谁、谈什么"), "已记约谈。", "chat"),
    Act("suspend", "暂停", "时限停走，恢复后按停了几个工作日顺延。",
        lambda o, g: actions.suspend_order(o, g.words, **g.seen), _why(), "已暂停。", "pause"),
    Act("resume", "恢复", "回到暂停前的状态，期限顺延。",
        lambda o, g: actions.resume_order(o, g.words, **g.seen), _why(), "已恢复。", "play"),
    Act("reopen", "重开", "重新办理到新期限。",
        lambda o, g: actions.reopen_order(o, g.words, due_on=g.cleaned["due_on"], **g.seen),
        lambda: {"words": words_field("重开理由"), "due_on": day_field("新期限", required=True)}, "已重开。", "refresh"),
    Act("withdraw", "撤回", "单位的待办一并撤下；文号不再用。",
        lambda o, g: actions.withdraw_orders([o], g.words, **g.seen), _why(), "已撤回。", "trash", danger=True),
)  # fmt: skip
BY_VERB: dict[str, Act] = {act.verb: act for act in ACTS}
# 每个状态里摆在底部按钮条上的，至多两个，先主后次
MAIN: dict[State, tuple[str, ...]] = {
    State.DRAFTED: ("issue",),
    State.APPROVED: ("issue",),
    State.ISSUED: ("acknowledge", "remind"),
    State.WORKING: ("remind",),
    State.RETURNED: ("remind",),
    State.SIGNING: ("sign", "decline", "recall"),
    State.MISROUTED: ("reroute", "insist"),
    State.REPLIED: ("verify", "return"),
    State.VERIFIED: ("close", "send_back"),
    State.SUSPENDED: ("resume",),
    State.CLOSED: ("rate",),
}


@dataclass(frozen=True, slots=True)
class Offered:
    """What one person may do on one order now."""

    main: list[Act]
    more: list[Act]
    feedback: Act | None

    @property
    def all(self) -> list[Act]:
        return [*self.main, *self.more]


def offered(
    order: SupervisionOrder,
    parts: Collection[Who],
    pending: Extension | None,
    rated: bool,
    may_ask: bool,
) -> Offered:
    """The steps that the table allows, the main ones apart; what has its own condition only where that holds."""
    state = State(order.state)
    allowed = [step.verb for step in steps_from(state, parts)]
    if state == State.DRAFTED and "approve" in allowed:
        allowed.append("issue")  # approved on the way
    hidden = set(ANSWERS) if pending is None else set()
    if pending is not None or not may_ask:
        hidden.add("ask_extension")
    acts = [
        act for act in ACTS if act.verb in allowed and act.verb not in hidden | ({"rate"} if rated else set())
    ]
    wanted = MAIN.get(state, ())
    main = sorted((act for act in acts if act.verb in wanted), key=lambda act: wanted.index(act.verb))[:2]
    more = [act for act in acts if act not in main]
    lead, co = "report" in allowed, "assist" in allowed
    return Offered(main, more, feedback(lead) if lead or co else None)


def act_of(verb: str, order: SupervisionOrder, parts: Collection[Who]) -> Act | None:
    """The step that a form names; 反馈 is the lead's where the person acts for the lead unit."""
    return feedback(Who.LEAD in parts or Who.CO not in parts) if verb == FEEDBACK else BY_VERB.get(verb)


def form_of(act: Act, order: SupervisionOrder, near: Reach, data: Any = None, files: Any = None) -> StepForm:
    """The form of a step, with the units within reach of whoever takes it."""
    initial: dict[str, Any] = {"seen": order.version, "token": uuid4().hex}
    if act.verb == "share":
        initial["units"] = [helper.unit_id for helper in order.helpers.all()]
    given = act.fields()
    offer_only(given, near, helpers=initial.get("units", ()))
    return StepForm(
        data,
        files,
        given=given,
        initial=initial,
        auto_id=f"{act.verb}-%s",
        use_required_attribute=False,
    )
