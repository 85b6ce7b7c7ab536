"""一件督办单的来龙去脉：步骤与批示按时间排成一条线；这一页要的其余。"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties.words import clock_words, day_words
from xushi.supervision import acting, policy
from xushi.supervision.acting import Offered
from xushi.supervision.engine import terms_at
from xushi.supervision.models import Extension, OrderPhoto, OrderStep, SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.rules import Urgency, can_still_ask
from xushi.supervision.table import BY_VERB, State, Who
from xushi.supervision.words import Said, banner, moment_words
from xushi.units.models import User

ORDER = SupervisionOrder._meta.label_lower
NAMES = {"draft": "拟稿", "issue": "派发"}
MARKS = {
    "draft": "not_due",
    "amend": "not_due",
    "approve": "not_due",
    "plan": "working",
    "report": "working",
    "assist": "working",
    "reply": "working",
    "misroute": "needs_coordination",
    "return": "needs_coordination",
    "send_back": "needs_coordination",
    "decline": "needs_coordination",
    "refuse_extension": "needs_coordination",
    "ask_extension": "pending",
    "remind": "due_soon",
    "criticise": "warning",
    "talk": "warning",
    "suspend": "not_due",
    "withdraw": "not_due",
    "verify": "passed",
}
STUCK = "需协调"


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; instruction is the leader's words where it is one."""

    at: datetime
    when: str
    mark: str
    who: str
    by: str
    what: str
    words: str = ""
    notes: tuple[str, ...] = ()
    photos: tuple[OrderPhoto, ...] = ()
    instruction: Instruction | None = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything the page of one order shows to one person."""

    order: SupervisionOrder
    banner: Said
    moments: list[Moment]
    offered: Offered
    parts: set[Who]
    pending: Extension | None

    @property
    def urgency(self) -> str:
        return Urgency(self.order.urgency).label

    @property
    def helpers(self) -> list[Any]:
        return list(self.order.helpers.all())

    @property
    def decides(self) -> bool:
        """Whether this person answers the extension that waits."""
        return self.pending is not None and any(act.verb == "grant_extension" for act in self.offered.all)

    @property
    def may_extend(self) -> bool:
        return any(act.verb == "ask_extension" for act in self.offered.more)

    @property
    def issuer(self) -> str:
        """Who sent it out, by the name it had then: as the thread says it."""
        sent = [moment.who for moment in self.moments if moment.what == NAMES["issue"]]
        return sent[-1] if sent else self.order.office.name

    @property
    def amendable(self) -> bool:
        return self.order.serial is None and Who.ISSUER in self.parts and self.order.state != State.WITHDRAWN

    @property
    def has_bar(self) -> bool:
        return bool(self.offered.main or self.amendable)

    @property
    def reads(self) -> Instruction | None:
        """The instruction whose author reads the feedback and so closes the order."""
        ready = self.order.state == State.VERIFIED and Who.CLOSER in self.parts
        return self.order.instruction if ready else None


def order_page(order: SupervisionOrder, user: User, now: datetime) -> OrderPage:
    """A fixed number of queries, however long the thread."""
    parts = policy.parts_of(user, order, local_day(now))
    pending = order.asked_extensions.filter(state=Extension.State.ASKED).first()
    rated = bool(order.closed_at and order.ratings.filter(at__gte=order.closed_at).exists())
    may_ask = can_still_ask(order.due_at, order.extensions, now, terms_at(now, order.office), calendar())
    return OrderPage(
        order=order,
        banner=banner(order, now),
        moments=moments_of(order, user, now),
        offered=acting.offered(order, parts, pending, rated, may_ask),
        parts=parts,
        pending=pending,
    )


def moments_of(order: SupervisionOrder, user: User, now: datetime) -> list[Moment]:
    """The steps and the instructions in sight, oldest first."""
    photos: dict[int, list[OrderPhoto]] = defaultdict(list)
    for photo in order.photos.order_by("pk"):
        photos[photo.step_id].append(photo)
    steps = list(order.steps.order_by("at", "pk"))
    written = Q(orders=order.pk) | Q(subject_kind=ORDER, subject_id=order.pk)
    words = Instruction.objects.visible_to(user).filter(
        pk__in=Instruction.objects.filter(written).values("pk")
    )
    found = [_moment(step, tuple(photos[step.pk]), now) for step in _told(steps)]
    said = [_said(one, now) for one in words]
    told = {moment.words for moment in said}
    # an order that says nothing but the leader's words does not say them again
    said += [replace(moment, words="") if moment.words in told else moment for moment in found]
    return sorted(said, key=lambda moment: (moment.at, moment.instruction is None))


def _told(steps: Sequence[OrderStep]) -> Iterator[OrderStep]:
    """Without what says nothing: a draft issued in the same minute lends its words to the issue."""
    draft = next((step for step in steps if step.verb == "draft"), None)
    issue = next((step for step in steps if step.verb == "issue"), None)
    for step in steps:
        if issue and step.verb in ("approve", "draft") and step.at == issue.at:
            continue
        if step is issue and draft and not step.words and draft.at == issue.at:
            step.words = draft.words
        yield step


def _moment(step: OrderStep, photos: tuple[OrderPhoto, ...], now: datetime) -> Moment:
    name = NAMES.get(step.verb) or (BY_VERB[step.verb].name if step.verb in BY_VERB else step.verb)
    mark = MARKS.get(step.verb, "closed")
    if step.detail == STUCK:
        mark = "needs_coordination"
    notes = [step.detail] if step.detail else []
    if step.due_after and step.due_before:
        today = local_day(now)
        notes.append(f"期限由{_due(step.due_before, today)}改为{_due(step.due_after, today)}")
    elif step.due_after:
        notes.append(f"期限{_due(step.due_after, local_day(now))}")
    return Moment(
        at=step.at,
        when=moment_words(step.at, now),
        mark=mark,
        who=step.unit_name or step.by_name,
        by=step.by_name if step.unit_name else "",
        what=name,
        words=step.words,
        notes=tuple(notes),
        photos=photos,
    )


def _due(moment: datetime, today: date) -> str:
    return f"{day_words(local_day(moment), today)}{clock_words(moment)}"


def _said(instruction: Instruction, now: datetime) -> Moment:
    return Moment(
        at=instruction.written_at,
        when=moment_words(instruction.written_at, now),
        mark="instruction",
        who=instruction.author_title or instruction.author_name,
        by=instruction.author_name if instruction.author_title else "",
        what="批示",
        words=instruction.words,
        instruction=instruction,
    )
