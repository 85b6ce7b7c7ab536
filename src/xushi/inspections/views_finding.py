"""一条发现：整改前后、经过，和这个人现在能做的几步。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.text import row_number
from xushi.duties.followed import followed
from xushi.inspections import policy, rectifying, selectors
from xushi.inspections.acting import RELATED, NotAllowed
from xushi.inspections.models import Finding
from xushi.inspections.table import BY_VERB, Step, Who, steps_from
from xushi.inspections.words import AT_UNIT
from xushi.journal.actions import Actor
from xushi.problems.forms import day_of
from xushi.problems.rules import Horizon
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.units.access import person
from xushi.units.models import Role, Unit


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent for one step."""

    request: HttpRequest
    seen: dict[int, int | None]
    now: datetime

    @property
    def words(self) -> str:
        return self.request.POST.get("words", "")

    @property
    def files(self) -> list[Any]:
        return self.request.FILES.getlist("photos")

    @property
    def how(self) -> dict[str, Any]:
        return {"actor": Actor.of(self.request), "now": self.now}

    @property
    def day(self) -> date:
        try:
            found = day_of(self.request.POST.get("due_on", ""))
        except ValueError as wrong:
            raise Refused([RowProblem(0, "due_on", str(wrong))]) from wrong
        if found is None:
            raise Refused([RowProblem(0, "due_on", "选一个期限。")])
        return found

    @property
    def unit(self) -> Unit:
        unit: Unit | None = Unit.objects.filter(pk=row_number(self.request.POST.get("unit", "")) or 0).first()
        if unit is None:
            raise Refused([RowProblem(0, "unit", "选一个单位。")])
        return unit


DOING: dict[str, Callable[[Posted], Any]] = {
    "fix": lambda p: rectifying.report_fixed(p.seen, p.words, p.files, **p.how),
    "verify": lambda p: rectifying.verify(p.seen, p.words, **p.how),
    "return": lambda p: rectifying.send_back(p.seen, p.words, p.day, **p.how),
    "note": lambda p: rectifying.add_note(p.seen, p.words, p.files, **p.how),
    "extend": lambda p: rectifying.extend(p.seen, p.day, p.words, **p.how),
    "hand": lambda p: rectifying.hand_to(p.seen, p.unit, p.words, **p.how),
    "problem": lambda p: rectifying.to_problem(p.seen, p.words, **p.how),
    "withdraw": lambda p: rectifying.withdraw(p.seen, p.words, **p.how),
    "reopen": lambda p: rectifying.reopen(p.seen, p.words, p.day, **p.how),
}


def ask_reader(request: HttpRequest) -> None:
    if not policy.can_read(person(request)):
        raise PermissionDenied("现场督查由区重大办、督查室和被督查的单位看，您的角色不看这一页。")


def _visible(request: HttpRequest, pk: int) -> Finding:
    ask_reader(request)
    rows = Finding.objects.visible_to(person(request)).select_related(*RELATED, "problem", "fixed_by")
    found: Finding = get_object_or_404(rows, pk=pk)
    return found


@require_safe
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding; 404 for those who may not see it."""
    return _page(request, _visible(request, pk))


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step; who was slower, or is not the one to do it, sees what is true now and keeps what they typed."""
    held = _visible(request, pk)
    doing = DOING.get(verb)
    if doing is None:
        raise Http404(f"没有“{verb}”这一步。")
    posted = Posted(request, {pk: row_number(request.POST.get("version", "")) or 0}, clock.now())
    try:
        doing(posted)
    except Refused as refused:
        errors = {wrong.field: wrong.sentence for wrong in refused.problems}
        return _page(request, held, verb=verb, errors=errors, status=422)
    except (Conflict, NotAllowed) as overtaken:
        return _page(request, _visible(request, pk), verb=verb, overtaken=str(overtaken), status=409)
    messages.success(request, BY_VERB[verb].done)
    return redirect("inspections:finding", pk)


def _page(
    request: HttpRequest,
    held: Finding,
    *,
    verb: str = "",
    errors: dict[str, str] | None = None,
    overtaken: str = "",
    status: int = 200,
) -> HttpResponse:
    user, now = person(request), clock.now()
    working = calendar()
    horizon = Horizon.at(now, working)
    parts = policy.parts_of(user, held)
    offered: list[Step] = steps_from(held.status, parts)
    if held.problem_id:
        offered = [step for step in offered if step.verb != "problem"]
    late = held.status in AT_UNIT and held.due_on < horizon.late_before
    context = {
        "finding": held, "now": now, "today": horizon.today, "late": late,
        "late_days": (horizon.today - held.due_on).days, "thread": selectors.thread(held), "offered": offered,
        "verb": verb, "typed": _typed(request, verb), "errors": errors or {}, "overtaken": overtaken,
        "usual_due": working.add(horizon.today, 5),
        "units": selectors.mending_units(user, held.unit_id) if Who.OFFICE in parts else [],
        "order": followed(user, [held]).get(held.pk), "may_order": user.has_role(Role.OFFICE) and held.is_open,
        "sees_visit": policy.sees_plan(user) or held.visit.state == "done",
    }  # fmt: skip
    return render(request, "inspections/finding.html", context, status=status)


def _typed(request: HttpRequest, verb: str) -> dict[str, str]:
    return {name: request.POST.get(name, "")[:2000] for name in ("words", "due_on", "unit")} if verb else {}
