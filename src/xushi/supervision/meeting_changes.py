"""自上次例会以来：督办单、问题、预警、批示、关账，各读几次库，交给 meeting_agenda 判断。"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min
from django.urls import reverse

from xushi.alerts.actions import CHANGED
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Level
from xushi.alerts.words import amount_of, mark_of
from xushi.core.clock import local_day
from xushi.duties.words import deadline_words
from xushi.journal.models import Event, EventRow
from xushi.kit.amounts import fast_slow, pct, yi
from xushi.problems.models import Problem, Raising
from xushi.problems.table import AT_UNIT as PROBLEM_AT_UNIT
from xushi.problems.table import State as ProblemState
from xushi.progress.closed import closing_for, last_closing_for
from xushi.progress.figures import total
from xushi.progress.models import MonthClosing
from xushi.supervision.meeting_agenda import (
    AlertFacts,
    Matter,
    OrderFacts,
    ProblemFacts,
    Why,
    of_alert,
    of_order,
    of_problem,
)
from xushi.supervision.models import Extension, OrderStep, SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.subjects import OFFERED, PROJECT
from xushi.supervision.table import AT_UNIT, State
from xushi.supervision.whole_titles import cut_short
from xushi.units.districts import Offices, keeps_whole
from xushi.units.models import Unit, User

if TYPE_CHECKING:
    from xushi.core.months import Month

YELLOW = Level.YELLOW.label


def changes(user: User, since: datetime, now: datetime) -> list[Matter]:
    """Everything under way that this person sees, judged against the last meeting; a fixed number of queries.

    Nothing confidential; of a district in a larger tree nothing of the others.
    """
    found = [of_order(order, since, now) for order in orders(since, _seen(SupervisionOrder, user))]
    found += [of_problem(problem, since, now) for problem in problems(since, _seen(Problem, user))]
    found += [of_alert(alert, since) for alert in alerts(since, now, _seen(Alert, user))]
    return [*found, *_unrouted(now, user), *_closed(user, since)]


def _seen(rows: Any, user: User) -> Any:
    """The keys of the rows of a district's own, None for all of them."""
    return None if keeps_whole(user) else rows.objects.visible_to(user).values("pk")


def orders(since: datetime, only: Collection[int] | None = None) -> Iterator[OrderFacts]:
    rows = SupervisionOrder.objects.open().filter(confidential=False).exclude(state=State.SUSPENDED)
    rows = rows if only is None else rows.filter(pk__in=only)
    asked = dict(Extension.objects.filter(state=Extension.State.ASKED).values_list("order", "wanted"))
    steps = OrderStep.objects.filter(at__gt=since)
    returned = _last(steps.filter(verb__in=("return", "send_back")))
    stuck = _last(steps.filter(detail="需协调"))
    moved = _due_then(steps.filter(due_before__isnull=False))
    for order in rows.order_by("pk"):
        assert order.issued_at is not None
        yield OrderFacts(
            pk=order.pk,
            called=order.called,
            title=order.title,
            url=reverse("supervision:order", args=[order.pk]),
            unit=order.lead_id,
            project=order.project_id,
            issued_at=order.issued_at,
            due_at=order.due_at,
            due_then=moved.get(order.pk, order.due_at),
            at_unit=order.state in AT_UNIT,
            unsigned_from=order.acknowledge_by if order.state == State.ISSUED else None,
            returned_at=returned.get(order.pk),
            asked_until=asked.get(order.pk),
            stuck_at=stuck.get(order.pk),
        )


def _last(steps: Any) -> dict[int, datetime]:
    """Order → when such a step was taken last; the row of the journal decides, not the state."""
    return dict(steps.values_list("order").annotate(last=Max("at")))


def _due_then(steps: Any) -> dict[int, datetime]:
    """Order → the deadline before the first change since: the one the last meeting knew."""
    first = list(steps.values_list("order").annotate(first=Min("pk")).values_list("first", flat=True))
    rows = OrderStep.objects.filter(pk__in=first).values_list("order", "due_before")
    return {order: before for order, before in rows if before}


def problems(since: datetime, only: Collection[int] | None = None) -> Iterator[ProblemFacts]:
    rows = Problem.objects.open() if only is None else Problem.objects.open().filter(pk__in=only)
    raised = {
        one.problem_id: one
        for one in Raising.objects.filter(at__gt=since).select_related("by").order_by("at")
    }
    related = ("batch", "project__territory", "lead__successor", "reported_unit__successor")
    for problem in rows.select_related(*related).order_by("pk"):
        raising = raised.get(problem.pk)
        unit = _answering(problem.lead or problem.reported_unit or problem.project.territory)
        yield ProblemFacts(
            pk=problem.pk,
            title=problem.title,
            number=problem.list_number,
            url=reverse("problems:problem", args=[problem.pk]),
            unit=unit,
            project=problem.project_id,
            place_name=str(problem.project.territory),
            reported_at=problem.reported_at,
            due_on=problem.due_on,
            at_unit=problem.status in PROBLEM_AT_UNIT,
            meetings=problem.meetings,
            raised_at=raising.at if raising else None,
            raised_by=raising.by.unit_name if raising and raising.by else "",
        )


def alerts(since: datetime, now: datetime, only: Collection[int] | None = None) -> Iterator[AlertFacts]:
    rows = Alert.objects.open().filter(subject_kind=PROJECT)
    rows = rows if only is None else rows.filter(pk__in=only)
    worse = _was_yellow(rows, since)
    today, then = local_day(now), local_day(since)
    for alert in rows.select_related("territory", "responsible_unit__successor").order_by("pk"):
        before = worse.get((alert.subject_id, alert.cause), "")
        responsible = _answering(alert.responsible_unit)
        yield AlertFacts(
            pk=alert.pk,
            name=alert.subject_name,
            cause=alert.cause,
            cause_label=Cause(alert.cause).label,
            mark=mark_of(alert.cause),
            red=alert.level == Level.RED,
            red_then=not before,
            opened_at=alert.opened_at,
            amount=amount_of(alert, today),
            amount_then=amount_of(alert, then) if alert.points is None else before[:2],
            note=alert.note,
            url=reverse("home:project", args=[alert.subject_id]),
            unit=responsible or alert.territory_id,
            project=alert.subject_id,
            place=alert.territory_id,
            place_name=str(alert.territory or "未填属地"),
            weight=float(-alert.points) if alert.points is not None else float((today - alert.since).days),
        )


def _was_yellow(alerts: Any, since: datetime) -> dict[tuple[int, str], str]:
    """(project, cause) → what its alert said at the last meeting, of those that were yellow then and are red now."""
    wanted = alerts.filter(level=Level.RED, opened_at__lte=since, changed_at__gt=since)
    red = {(pk, Cause(cause).label): cause for pk, cause in wanted.values_list("subject_id", "cause")}
    subjects = [pk for pk, _ in red]
    rows = EventRow.objects.filter(
        event__verb=CHANGED, event__at__gt=since, subject_kind=PROJECT, subject_id__in=subjects
    )
    told: list[tuple[int | None, Any]] = list(
        rows.order_by("event__at", "pk").values_list("subject_id", "changes")
    )
    alone = Event.objects.filter(verb=CHANGED, at__gt=since, subject_kind=PROJECT, subject_id__in=subjects)
    told += list(alone.order_by("at").values_list("subject_id", "changes"))
    found: dict[tuple[int, str], str] = {}
    for pk, changed in told:
        for label, (before, _) in changed.items():
            if pk is not None and (pk, label) in red and str(before or "").startswith(YELLOW):
                found.setdefault((pk, red[pk, label]), str(before)[:60])
    return found


def _answering(unit: Unit | None) -> int | None:
    """The unit that can be asked: no enterprise, and the successor of a dissolved one."""
    unit = unit.successor if unit and unit.dissolved_on else unit
    return unit.pk if unit and unit.kind in OFFERED else None


def _unrouted(now: datetime, user: User | None = None) -> Iterator[Matter]:
    """批示 that the office has not passed on; its own delay stands before the meeting too."""
    offices = Offices()
    rows = Instruction.objects.filter(state=InstructionState.TO_ROUTE, confidential=False)
    rows = rows if user is None or keeps_whole(user) else rows.visible_to(user)
    for one in rows.select_related("author").order_by("written_at"):
        office = offices.of_person(one.author)
        yield Matter(
            why=Why.UNROUTED,
            kind=Instruction._meta.label_lower,
            id=one.pk,
            title=cut_short(one.words),
            note=" · ".join(filter(None, (f"{one.author_name}批示", one.subject_name)))[:300],
            url=reverse("supervision:instruction", args=[one.pk]),
            now_is=deadline_words(one.step_due_at, now),
            project=one.project_id,
            unit=office.pk if office else None,
        )


def _closed(user: User, since: datetime) -> Iterator[Matter]:
    """A month closed since: how the year stands against the schedule, beside the month before."""
    closing = last_closing_for(user)
    if closing is None or closing.closed_at <= since:
        return
    month: Month = closing.month
    group, before = total(user, month), None
    if month.number > 1 and closing_for(user, month.previous):
        before = total(user, month.previous)
    yield Matter(
        why=Why.MONTH,
        kind=MonthClosing._meta.label_lower,
        id=closing.pk,
        title=f"{month.number}月关账情况",
        note=f"完成{yi(group.cumulative)}亿元，比序时{fast_slow(group.gap_points)}",
        url=f"{reverse('home:overview')}?month={month}",
        was=pct(before.completion_rate) if before else "",
        now_is=pct(group.completion_rate),
    )


def facts_of(kind: str, keys: Collection[int], since: datetime, now: datetime) -> list[Matter]:
    """These orders, problems or alerts as matters for the agenda, changed or not."""
    if kind == SupervisionOrder._meta.label_lower:
        return [of_order(one, since, now) for one in orders(since, keys)]
    if kind == Problem._meta.label_lower:
        return [of_problem(one, since, now) for one in problems(since, keys)]
    if kind == Alert._meta.label_lower:
        return [of_alert(one, since) for one in alerts(since, now, keys)]
    if kind == Instruction._meta.label_lower:
        return [one for one in _unrouted(now) if one.id in keys]
    return []


def over_words(kind: str, keys: Collection[int]) -> dict[int, str]:
    """What has become of those that are no matter for a meeting any more: 暂停, 已撤回, 已销号; one query."""
    if not keys:
        return {}
    if kind == SupervisionOrder._meta.label_lower:
        rows = SupervisionOrder.objects.filter(pk__in=keys).values_list("pk", "state")
        return {pk: State(state).label for pk, state in rows}
    if kind == Problem._meta.label_lower:
        told = Problem.objects.filter(pk__in=keys).values_list("pk", "state")
        return {pk: ProblemState(state).label for pk, state in told}
    return dict.fromkeys(keys, "已解除") if kind == Alert._meta.label_lower else {}
