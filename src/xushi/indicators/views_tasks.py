"""任务台账：重点任务和“1+8”一步步做，过期的在前，记做完、派督办。"""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.duties.followed import Follow, followed
from xushi.indicators import actions_tasks, policy
from xushi.indicators.alerting import INDICATOR
from xushi.indicators.models import System
from xushi.indicators.models_tasks import Task, TaskStep
from xushi.indicators.refusals import Refused
from xushi.indicators.views import order_address, reader
from xushi.journal.actions import Actor
from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Way:
    """What is done about an overdue task: the order that runs about it, or where one is written."""

    order: Follow | None
    url: str


@require_http_methods(["GET", "POST"])
def tasks(request: HttpRequest) -> HttpResponse:
    """重点任务和“1+8”: each with its steps; what is overdue first; a step is finished here with its evidence."""
    user, now = reader(request), clock.now()
    problem = ""
    if request.method == "POST":
        problem = _finish(request, user, now)
        if not problem:
            return redirect(request.get_full_path())
    today = local_day(now)
    rows = list(
        Task.objects.filter(system__in=System.objects.visible_to(user))
        .select_related("group", "lead", "indicator").prefetch_related("steps")
    )  # fmt: skip
    ways = _ways(user, rows)
    told = [
        (task, _steps(task, today), sum(_late(step, today) for step in task.steps.all()), ways[task.pk])
        for task in rows
    ]
    told.sort(key=lambda one: (one[0].kind, -one[2]))
    kinds = [
        (value, label, [one for one in told if one[0].kind == value]) for value, label in Task.Kind.choices
    ]
    context = {
        "kinds": [one for one in kinds if one[2]], "today": today, "problem": problem,
        "late": sum(one[2] for one in told), "may": policy.can_keep(user),
    }  # fmt: skip
    return render(request, "indicators/tasks.html", context, status=422 if problem else 200)


def _late(step: TaskStep, today: date) -> bool:
    return step.done_on is None and step.due_on < today


def _steps(task: Task, today: date) -> list[tuple[TaskStep, str]]:
    def mark(step: TaskStep) -> str:
        if step.done_on:
            return "closed" if step.done_on <= step.due_on else "slipping"
        return "overdue" if step.due_on < today else "not_due"

    return [(step, mark(step)) for step in task.steps.all()]


def _finish(request: HttpRequest, user: User, now: datetime) -> str:
    rows = TaskStep.objects.filter(task__system__in=System.objects.visible_to(user))
    step = get_object_or_404(
        rows, pk=request.POST.get("step") if str(request.POST.get("step", "")).isdigit() else 0
    )
    try:
        done = date.fromisoformat(request.POST.get("done_on", ""))
    except ValueError:
        return "日期看不懂，请写成 2018-09-10 这样。"
    try:
        actions_tasks.finish_steps(
            [step], done, request.POST.get("evidence", ""), actor=Actor.of(request), now=now
        )
    except Refused as refusal:
        return str(refusal)
    return ""


def _ways(user: User, rows: list[Task]) -> dict[int, Way]:
    """By task; an order is written about the alert of the indicator it is scored by, else to whoever answers for it.

    Two queries.
    """
    wanted = {task.indicator_id: task.pk for task in rows if task.indicator_id}
    behind = (
        Alert.objects.open().visible_to(user).filter(subject_kind=INDICATOR, cause=Cause.INDICATOR_BEHIND)
    )
    alerts = {wanted[one.subject_id]: one for one in behind.filter(subject_id__in=wanted)}
    orders, address = followed(user, list(alerts.values())), order_address(user)
    made = {}
    for task in rows:
        alert, unit = alerts.get(task.pk), task.lead_id or task.group_id
        query = f"?alert={alert.pk}" if alert else f"?lead={unit}" if unit else ""
        made[task.pk] = Way(orders.get(alert.pk) if alert else None, f"{address}{query}" if address else "")
    return made
