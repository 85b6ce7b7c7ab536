"""拟督办单：从预警、问题、项目来，或凭空；一件或一批；存拟稿或直接签发。"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xushi.alerts.models import Alert
from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.duties.words import WEEKDAYS, day_words
from xushi.journal.actions import Actor
from xushi.registry.models import Project
from xushi.supervision import actions, naming, policy
from xushi.supervision.actions import Conflict, NotAllowed, OrderInput, Refused
from xushi.supervision.engine import terms_at
from xushi.supervision.forms import DraftForm
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.rules import Urgency
from xushi.supervision.subjects import PROJECT, Subject, subject_of, units_for
from xushi.supervision.table import Who
from xushi.supervision.views_order import seen_order
from xushi.units.access import person
from xushi.units.districts import own_district
from xushi.units.models import Unit, User

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Term:
    """What an urgency means today: 10个工作日，9月26日周三17:00."""

    urgency: str
    label: str
    words: str


def terms_today(now: datetime, unit: Unit | None = None) -> list[Term]:
    """The three urgencies with the deadline each would have if issued now."""
    terms, days, today = terms_at(now, unit), calendar(), local_day(now)
    made = []
    for value, label in Urgency.choices():
        count = terms.reply_days(value)
        due = days.add(today, count)
        sure = "（暂定）" if days.is_provisional(due) else ""
        words = f"{count}个工作日，{day_words(due, today)}周{WEEKDAYS[due.weekday()]}17:00{sure}"
        made.append(Term(value, label, words))
    return made


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """拟督办单: about one subject, or one order for each of several projects with a shared demand."""
    user, now = person(request), clock.now()
    if not policy.can_draft(user):
        raise PermissionDenied("督办单由区重大办拟；区领导写批示，可直接成单。")
    many = _many(request, user)
    subject = Subject() if many else subject_of(user, request.GET, now)
    form = DraftForm(
        request.POST or None,
        many=len(many) > 1,
        near=naming.led(naming.reach_for(user), user, subject.project),
        now=now,
        initial=_initial(subject, many) | _asked_lead(request),
        use_required_attribute=False,
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            answer = _save(request, form, subject, many, now)
            if answer is not None:
                return answer
        status = 422
    return _page(request, form, status=status, subject=subject, many=many, now=now)


def _page(
    request: HttpRequest, form: DraftForm, *, status: int = 200, now: datetime, **more: Any
) -> HttpResponse:
    terms = terms_today(now, own_district(person(request)))
    context = {"form": form, "terms": terms, "action": request.get_full_path(), "now": now} | more
    return render(request, "supervision/draft.html", context, status=status)


def _many(request: HttpRequest, user: User) -> list[Project]:
    """The projects that the address names, by themselves or by their alerts; those in sight, in the order given."""
    ids = _numbers(request.GET.get("projects", ""))
    if alerts := _numbers(request.GET.get("alerts", "")):
        warned = Alert.objects.visible_to(user).filter(pk__in=alerts, subject_kind=PROJECT)
        ids += list(warned.order_by("pk").values_list("subject_id", flat=True))
    if not ids:
        return []
    rows = Project.objects.visible_to(user).select_related(
        "territory__successor", "responsible_unit__successor"
    )
    found = rows.in_bulk(ids[:AT_ONCE])
    projects = [found[pk] for pk in dict.fromkeys(ids) if pk in found]
    if not projects:
        raise Http404
    return projects


def _numbers(text: str) -> list[int]:
    return [number for part in text.split(",") if (number := row_number(part)) is not None]


def _initial(subject: Subject, many: Sequence[Project]) -> dict[str, Any]:
    lead, helpers = (subject.lead, subject.co_handlers) if not many else (None, ())
    if len(many) == 1:
        lead, helpers = units_for(many[0])
    return {
        "token": uuid4().hex[:32],
        "lead": lead.pk if lead else None,
        "co_handlers": [unit.pk for unit in helpers],
        "demand": "",
        "urgency": Urgency.ORDINARY,
    }


def _asked_lead(request: HttpRequest) -> dict[str, Any]:
    """The unit that the address names to lead: whose step it is that the projects wait for."""
    pk = row_number(request.GET.get("lead", ""))
    return {"lead": pk} if pk and Unit.objects.standing().filter(pk=pk).exists() else {}


def _save(
    request: HttpRequest, form: DraftForm, subject: Subject, many: Sequence[Project], now: datetime
) -> HttpResponse | None:
    """Draft, or issue as well; None where it was refused, the sentences laid on the form."""
    actor, issue = Actor.of(request), request.POST.get("act") == "issue"
    write = actions.draft_and_issue if issue else actions.draft_orders
    try:
        rows = _rows(form, subject, many)
        try:
            orders = write(rows, actor=actor, now=now)
        except IntegrityError:  # the same form, sent twice at the same moment: the other one has won
            orders = write(rows, actor=actor, now=now)
    except Refused as refused:
        form.refuse(refused.problems)
        return None
    return _saved(request, orders, issue=issue)


def _rows(form: DraftForm, subject: Subject, many: Sequence[Project]) -> list[OrderInput]:
    if len(many) > 1:
        return [_row_for(form, project, n) for n, project in enumerate(many)]
    project = many[0] if many else subject.project
    kind, pk, name = (subject.kind, subject.id, subject.name) if subject.kind != PROJECT else ("", None, "")
    return [_row(form, form.cleaned_data["lead"], project, (kind, pk, name), form.cleaned_data["token"])]


def _row_for(form: DraftForm, project: Project, n: int) -> OrderInput:
    """One of many: its own unit leads unless the form names one for all; its name stands before the title."""
    lead = form.cleaned_data["lead"] or units_for(project)[0]
    if lead is None:
        raise Refused([actions.RowProblem(n, "lead", f"{project.name}没有填责任单位，请选一个主办单位。")])
    token = form.cleaned_data["token"]
    row = _row(form, lead, project, ("", None, ""), f"{token[:24]}-{project.pk}" if token else "")
    return replace(row, title=f"{project.name}：{row.title}")


def _row(
    form: DraftForm, lead: Unit, project: Project | None, source: tuple[str, int | None, str], token: str
) -> OrderInput:
    given = form.cleaned_data
    return OrderInput(
        title=given["title"],
        lead=lead,
        demand=given["demand"],
        urgency=given["urgency"],
        co_handlers=tuple(unit for unit in given["co_handlers"] if unit.pk != lead.pk),
        due_on=form.day(),
        project=project,
        source_kind=source[0],
        source_id=source[1],
        source_name=source[2],
        token=token,
    )


def _saved(request: HttpRequest, orders: Sequence[SupervisionOrder], *, issue: bool) -> HttpResponse:
    if len(orders) == 1:
        messages.success(request, f"{orders[0].called}已签发。" if issue else "拟稿已存。")
        address = reverse("supervision:order", args=[orders[0].pk])
        return redirect(f"{address}?done=new" + ("&issued=1" if issue else ""))
    said = (
        f"已签发{len(orders)}件：督办{orders[0].serial}号到{orders[-1].serial}号。"
        if issue
        else f"已存{len(orders)}件拟稿。"
    )
    messages.success(request, said)
    return redirect(f"{reverse('supervision:orders')}?{'sort=number' if issue else 'tab=draft'}")


@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """改拟稿: until it is issued."""
    found, now = seen_order(request, pk), clock.now()
    parts = policy.parts_of(person(request), found, local_day(now))
    if Who.ISSUER not in parts:
        raise PermissionDenied("拟稿由区重大办来改。")
    held = _held(found)
    form = DraftForm(
        request.POST or None,
        near=naming.reach_on(person(request), found),
        held={"lead": held["lead"], "helpers": held["co_handlers"]},
        now=now,
        initial=held,
        use_required_attribute=False,
    )
    sentence, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sentence = _amend(request, form, found, now)
            if not sentence and not form.errors:
                return redirect("supervision:order", pk=pk)
    return _page(request, form, status=status, now=now, order=found, sentence=sentence)


def _amend(request: HttpRequest, form: DraftForm, found: SupervisionOrder, now: datetime) -> str:
    """ "" where it was done; else the sentence for the head of the form."""
    row = _row(form, form.cleaned_data["lead"], found.project, ("", None, ""), "")
    try:
        actions.amend_draft(found, row, actor=Actor.of(request), now=now, seen=form.cleaned_data["seen"])
    except Refused as refused:
        form.refuse(refused.problems)
    except (NotAllowed, Conflict) as refused:
        return str(refused)
    else:
        messages.success(request, "拟稿已改。")
    return ""


def _held(order: SupervisionOrder) -> dict[str, Any]:
    return {
        "title": order.title,
        "lead": order.lead_id,
        "co_handlers": [helper.unit_id for helper in order.helpers.all()],
        "demand": order.demand,
        "urgency": order.urgency,
        "due_on": order.due_on,
        "seen": order.version,
    }
