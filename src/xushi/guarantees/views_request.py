"""一件要素请求：提、看、办。"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.guarantees import actions, policy, selectors
from xushi.guarantees.forms import AskForm, StepForm
from xushi.guarantees.models import ResourceRequest, Stock
from xushi.guarantees.rules import STOCKED, number
from xushi.guarantees.views_desk import ask_reader
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person
from xushi.units.models import Unit, User

LABELS = {
    "promise": "承诺",
    "deliver": "落实",
    "refuse": "不能保障",
    "hand": "转别的单位",
    "withdraw": "撤回",
}
CONSEQUENCES = {
    "promise": "提出的单位马上听到；有盘子的从当年盘子里扣，承诺少了就退回盘子。",
    "deliver": "落实够数就办结，这一件的预警和待办一并解除。",
    "refuse": "提出的单位马上听到；没落实的承诺退回盘子。",
    "hand": "由新单位重新答复，期限不变。",
    "withdraw": "保障单位不用再办；没落实的承诺退回盘子。",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One step this person may take now."""

    verb: str
    form: StepForm
    label: str
    consequence: str


def ask_asker(request: HttpRequest) -> None:
    if not policy.is_asker(person(request)):
        raise PermissionDenied("要素请求由项目单位、属地和区重大办来提；部门答复，领导查看。")


@require_safe
def pick_project(request: HttpRequest) -> HttpResponse:
    """给哪个项目提."""
    ask_asker(request)
    words = request.GET.get("q", "").strip()[:60]
    context = {"q": words, "projects": selectors.projects_to_ask(person(request), words)}
    return render(request, "guarantees/pick_project.html", context)


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, project_id: int) -> HttpResponse:
    """提要素: one short form."""
    ask_asker(request)
    user = person(request)
    project = get_object_or_404(Project.objects.visible_to(user).select_related("territory"), pk=project_id)
    form = AskForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    token = request.POST.get("token", "")[:40] or uuid4().hex
    if request.method == "POST" and form.is_valid():
        try:
            row = form.input(project.pk, token)
            [made] = actions.ask_requests([row], actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            _lay_on(form, refusal)
        else:
            messages.success(request, f"已提{made.what}，{made.owner}5个工作日内答复。")
            return redirect("guarantees:request", made.pk)
    context = {"form": form, "project": project, "token": token, "asked": selectors.of_project(user, project)}
    return render(request, "guarantees/ask.html", context, status=422 if form.errors else 200)


def _visible(request: HttpRequest, pk: int) -> ResourceRequest:
    ask_reader(request)
    rows = ResourceRequest.objects.visible_to(person(request))
    related = ("project__territory", "owner__successor", "asked_by", "asked_unit")
    held: ResourceRequest = get_object_or_404(rows.select_related(*related), pk=pk)
    return held


@require_safe
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


def _page(
    request: HttpRequest, held: ResourceRequest, posted: StepForm | None = None, overtaken: str = ""
) -> HttpResponse:
    user, now = person(request), clock.now()
    stock = Stock.objects.filter(kind=held.kind, year=held.year).first() if held.of_kind in STOCKED else None
    context = {
        "held": held, "notes": list(held.notes.order_by("at", "pk")), "now": now, "today": local_day(now),
        "offered": offered(user, held, posted), "verb": posted.verb if posted else "", "overtaken": overtaken,
        "stock": stock, "gap": held.said("gap"), "office": policy.can_keep(user),
        "amounts": [(word, held.said(name)) for word, name in
                    (("要", "amount"), ("已承诺", "promised"), ("已落实", "met"))],
    }  # fmt: skip
    status = 409 if overtaken else 422 if posted else 200
    return render(request, "guarantees/request.html", context, status=status)


def offered(user: User, held: ResourceRequest, posted: StepForm | None = None) -> list[Offered]:
    """The steps this person may take now, the main one first."""
    if not held.is_open:
        return []
    verbs: list[str] = []
    if policy.can_decide(user, held):
        left = held.met < held.promised
        verbs += ["deliver", "promise", "refuse"] if left else ["promise", "refuse"]
    if policy.can_keep(user):
        verbs.append("hand")
    if policy.can_withdraw(user, held):
        verbs.append("withdraw")
    made = []
    for verb in verbs:
        form = posted if posted and posted.verb == verb else _blank(verb, held, user)
        made.append(Offered(verb, form, LABELS[verb], CONSEQUENCES[verb]))
    return made


def _blank(verb: str, held: ResourceRequest, user: User) -> StepForm:
    """What is most often meant stands in the form already."""
    kind, today = held.of_kind, local_day(clock.now())
    whole = held.amount if verb == "promise" else held.promised
    first = {"amount": number(kind, whole), "available_on": max(held.available_on or held.needed_by, today)}
    return StepForm(verb, kind, user=user, initial=first)


@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step; whoever was slower sees the new state and keeps what they typed."""
    held = _visible(request, pk)
    if verb not in LABELS:
        raise Http404
    form = StepForm(verb, held.of_kind, request.POST, user=person(request))
    if not form.is_valid():
        return _page(request, held, form)
    try:
        _stepped(request, held, form)
    except Refused as refusal:
        _lay_on(form, refusal)
        return _page(request, held, form)
    except Conflict as conflict:
        return _page(request, _visible(request, pk), form, str(conflict))
    messages.success(request, f"{held.what}：{LABELS[verb]}已记下。")
    return redirect("guarantees:request", pk)


def _stepped(request: HttpRequest, held: ResourceRequest, form: StepForm) -> None:
    data: dict[str, Any] = form.cleaned_data
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    seen = {held.pk: row_number(request.POST.get("version", "")) or 0}
    match form.verb:
        case "promise":
            actions.promise(seen, data["amount"], data["available_on"], words=data["words"], **how)
        case "deliver":
            actions.deliver(seen, data["amount"], words=data["words"], **how)
        case "refuse":
            actions.refuse_request(seen, data["words"], **how)
        case "withdraw":
            actions.withdraw(seen, data["words"], **how)
        case "hand":
            unit = get_object_or_404(Unit, pk=data["unit"])
            actions.hand_to(seen, unit, data["words"], **how)


def _lay_on(form: Form, refusal: Refused) -> None:
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
