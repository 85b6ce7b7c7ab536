"""一个项目上的服务：请部门先看、答复、转正式受理、撤回，签承诺、核查，套餐一起报。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.kit.amounts import cn_date
from xushi.permits import committing, packaging, policy, policy_services, rehearsing
from xushi.permits import forms_services as forms
from xushi.permits.models import Commitment, Package, PermitStep, Rehearsal
from xushi.permits.selectors_services import OF_PERMIT, OF_STEP
from xushi.permits.services_acting import address
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person

Perform = Callable[[dict[str, Any], dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One act as its page offers it: what happens, what it is called, what was said before it."""

    title: str
    button: str
    consequence: str
    form: type[forms.ActForm]
    perform: Perform
    back: str
    facts: tuple[tuple[str, str], ...] = ()
    version: int | None = None


def _page(request: HttpRequest, act: Act) -> HttpResponse:
    """The form, and what comes of it; whoever was slower keeps what they typed."""
    today = local_day(clock.now())
    posted = request.method == "POST"
    form = act.form(request.POST, request.FILES, today=today) if posted else act.form(today=today)
    overtaken = ""
    if posted and form.is_valid():
        how = {"actor": Actor.of(request), "now": clock.now()}
        try:
            act.perform(form.cleaned_data, how)
        except Refused as refusal:
            for one in refusal.problems:
                form.add_error(one.field if one.field in form.fields else None, one.sentence)
        except Conflict as conflict:
            overtaken = str(conflict)
        else:
            messages.success(request, f"{act.title}：记下了。")
            return redirect(act.back)
    status = 409 if overtaken else 422 if posted else 200
    context = {"act": act, "form": form, "overtaken": overtaken}
    return render(request, "permits/service_act.html", context, status=status)


def _seen(request: HttpRequest, row: PermitStep | Rehearsal | Commitment) -> dict[int, int | None]:
    """The version the person looked at: of the form, else as it stands."""
    text = request.POST.get("version", "")
    return {row.pk: row_number(text) if text else row.version}


def _step(request: HttpRequest, pk: int) -> PermitStep:
    rows = PermitStep.objects.visible_to(person(request)).select_related(*OF_PERMIT)
    held: PermitStep = get_object_or_404(rows, pk=pk)
    return held


@require_http_methods(["GET", "POST"])
def rehearse(request: HttpRequest, pk: int) -> HttpResponse:
    """请部门先看."""
    step = _step(request, pk)
    if not policy_services.of_side(person(request), step):
        raise PermissionDenied("模拟审批由项目单位、属地或区重大办来提，办理部门来看。")
    seen = _seen(request, step)

    def perform(data: dict[str, Any], how: dict[str, Any]) -> object:
        return rehearsing.ask_rehearsal(seen, data["words"], data["on"], uploads=data["uploads"], **how)

    return _page(request, Act(
        f"{step.permit.name}：模拟审批", "请部门先看",
        "办理部门5个工作日内看过；不算报件，也不算批准，前面的一办完就转正式受理。",
        forms.RehearseForm, perform, address(step), _of(step), step.version,
    ))  # fmt: skip


@require_http_methods(["GET", "POST"])
def rehearsal(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """答复、转正式受理、撤回."""
    rows = Rehearsal.objects.visible_to(person(request)).select_related(*OF_STEP)
    held: Rehearsal = get_object_or_404(rows, pk=pk)
    if verb not in ("answer", "take_up", "withdraw"):
        raise Http404
    allowed = policy_services.of_side if verb == "withdraw" else policy_services.of_hall
    if not allowed(person(request), held.step):
        raise PermissionDenied("模拟审批由办理部门看，由提的一边撤回。")
    seen, step = _seen(request, held), held.step
    facts = (*_of(step), ("报了什么", held.words), ("提出", _said(held.asked_on)), ("意见", held.opinion))

    def perform(data: dict[str, Any], how: dict[str, Any]) -> object:
        if verb == "answer":
            return rehearsing.answer_rehearsal(seen, data["state"], data["opinion"], data["on"], **how)
        if verb == "take_up":
            return rehearsing.take_up(seen, data["on"], **how)
        return rehearsing.withdraw_rehearsal(seen, **how)

    title, button, consequence, form = REHEARSAL_ACTS[verb]
    act = Act(
        f"{step.permit.name}：{title}", button, consequence, form, perform, address(step), facts, held.version
    )
    return _page(request, act)


REHEARSAL_ACTS: dict[str, tuple[str, str, str, type[forms.ActForm]]] = {
    "answer": ("模拟意见", "记下意见", "项目单位马上听到；不算批准。", forms.AnswerForm),
    "take_up": ("转正式受理", "转正式受理", "从这天起算承诺时限，记上看过什么。", forms.TakeUpForm),
    "withdraw": ("撤回模拟审批", "撤回", "部门不用再看。", forms.ActForm),
}


@require_http_methods(["GET", "POST"])
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """签承诺."""
    step = _step(request, pk)
    if not policy.parts_of(person(request), step):
        raise PermissionDenied("信用承诺由项目单位、属地、办理部门或区重大办录入。")
    seen = _seen(request, step)

    def perform(data: dict[str, Any], how: dict[str, Any]) -> object:
        given = (data["signer"], data["words"], data["check_by"], data["on"])
        return committing.commit(seen, *given, uploads=data["uploads"], **how)

    return _page(request, Act(
        f"{step.permit.name}：信用承诺", "以承诺办结",
        "这一步先算办完，等它的可以往下办；到期部门核查，没履行的退回重办，记在这一步上。",
        forms.CommitForm, perform, address(step), _of(step), step.version,
    ))  # fmt: skip


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """核查承诺."""
    rows = Commitment.objects.visible_to(person(request)).select_related(*OF_STEP)
    held: Commitment = get_object_or_404(rows, pk=pk)
    if not policy_services.of_hall(person(request), held.step):
        raise PermissionDenied("承诺由办理部门或区重大办核查。")
    seen = _seen(request, held)

    def perform(data: dict[str, Any], how: dict[str, Any]) -> object:
        return committing.check_commitment(seen, data["kept"] == "kept", data["words"], data["on"], **how)

    facts = (*_of(held.step), ("承诺人", held.signer), ("承诺了什么", held.words), ("签字", _said(held.signed_on)),
             ("最迟核查", _said(held.check_by)))  # fmt: skip
    return _page(request, Act(
        f"{held.step.permit.name}：核查承诺", "记下核查", "已履行的留着；没履行的这一步退回待报件，等它的重新等它。",
        forms.CheckForm, perform, address(held.step), facts, held.version,
    ))  # fmt: skip


@require_http_methods(["GET", "POST"])
def submit_package(request: HttpRequest, pk: int, package_id: int) -> HttpResponse:
    """套餐报件: all its steps in one act."""
    user = person(request)
    project = get_object_or_404(Project.objects.visible_to(user), pk=pk)
    offered = Package.objects.at(project.territory.path).filter(retired_at=None)
    held = get_object_or_404(offered, pk=package_id)
    steps = packaging.to_submit(held, project, Actor.of(request))
    names = "、".join(step.permit.name for step in steps) or "没有了，都报过或不用办"

    def perform(data: dict[str, Any], how: dict[str, Any]) -> object:
        return packaging.submit_package(held, project, data["on"], words=data["words"], **how)

    return _page(request, Act(
        f"套餐报件：{held.name}", "一起报", "几步一起报，有一步报不了就都不报；办理部门马上听到。",
        forms.SubmitPackageForm, perform, reverse("permits:steps", args=[project.pk]),
        (("项目", project.name), ("要报的", names)),
    ))  # fmt: skip


def _of(step: PermitStep) -> tuple[tuple[str, str], ...]:
    department = policy.holder(step)
    return ("项目", step.project.name), ("办理部门", str(department or "没定"))


def _said(day: date) -> str:
    """9月12日, with the year when it is not this one's."""
    return cn_date(day, local_day(clock.now()))
