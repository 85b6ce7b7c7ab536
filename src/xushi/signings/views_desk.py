"""签约储备的台面：结论、走到每一步的个数金额、各次活动、清单；导出、印、目标天数。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.kit import beside
from xushi.registry.checking import Refused
from xushi.registry.containers import of_several
from xushi.signings import exporting, figures, policy, recording, selectors
from xushi.signings.forms import LimitsForm
from xushi.signings.rules import Stage, conclusion, further
from xushi.signings.wanted import Wanted
from xushi.units.access import person
from xushi.units.views_exporting import hand_out

MOST_PRINTED = 500


def ask_reader(request: HttpRequest) -> None:
    if not policy.can_read(person(request)):
        raise PermissionDenied("招商签约由部门、属地和区重大办跟，您的角色不看这一页。")


def ask_keeper(request: HttpRequest) -> None:
    if not policy.can_keep(person(request)):
        raise PermissionDenied("签约活动和目标天数由区重大办定。")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The funnel with the list behind the number that was tapped."""
    ask_reader(request)
    user, now = person(request), clock.now()
    today, wanted, limits = local_day(now), Wanted.read(request.GET), recording.limits()
    funnel = figures.funnel(user, wanted, limits, today)
    rows = selectors.found(user, wanted, limits, today)
    events = figures.events(user, wanted, limits, today)
    page = selectors.page_of(rows, request.GET.get("page", "1"))
    lapsing = wanted.state == "lapsed"
    context = {
        "cards": beside.cards("signings", user, today),
        "now": now, "today": today, "wanted": wanted, "funnel": funnel, "said": conclusion(funnel.steps),
        "more": further(funnel.steps), "events": events, "page": page, "several": of_several(row.event for row in events),
        "lines": selectors.lines(page.object_list, limits, today), "sums": selectors.summed(rows),
        "causes": selectors.causes(user) if lapsing else [], "lapsing": lapsing, "choices": selectors.choices(user),
        "title": title_of(wanted), "limit": limits.get(wanted.at_stage) if wanted.at_stage else None,
        "may_sign": policy.can_sign(user), "office": policy.can_keep(user), "query": wanted.address,
    }  # fmt: skip
    return render(request, "signings/index.html", context)


def title_of(wanted: Wanted) -> str:
    """已注册公司，等地 / 流失 / 走到拿地 / 签约项目."""
    number = int(wanted.reached) if wanted.reached.isdecimal() and len(wanted.reached) == 1 else 0
    if wanted.state == "lapsed":
        return f"走到{wanted.at_stage.label}后流失" if wanted.at_stage else "流失"
    if wanted.at_stage:
        return f"走到{wanted.at_stage.label}，{wanted.at_stage.waiting}"
    if wanted.late:
        return "超目标"
    if wanted.due:
        return "跟进逾期"
    return f"走到{Stage(number).label}" if 1 <= number <= len(Stage) else "签约项目"


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is narrowed, as xlsx."""
    ask_reader(request)
    user, now = person(request), clock.now()
    today, limits = local_day(now), recording.limits()
    rows = selectors.found(user, Wanted.read(request.GET), limits, today)
    return hand_out(request, exporting.answer(rows, limits, now))


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The funnel and the list as they are narrowed, to be printed."""
    ask_reader(request)
    user, now = person(request), clock.now()
    today, wanted, limits = local_day(now), Wanted.read(request.GET), recording.limits()
    funnel = figures.funnel(user, wanted, limits, today)
    rows = selectors.found(user, wanted, limits, today)
    context = {
        "cards": beside.cards("signings", user, today),
        "now": now, "today": today, "wanted": wanted, "funnel": funnel, "said": conclusion(funnel.steps),
        "more": further(funnel.steps), "lines": selectors.lines(rows[:MOST_PRINTED], limits, today),
        "sums": selectors.summed(rows), "title": title_of(wanted), "most": MOST_PRINTED, "user": user,
    }  # fmt: skip
    return render(request, "signings/print.html", context)


@require_http_methods(["GET", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """目标天数 of each stage."""
    ask_keeper(request)
    held = {f"stage{stage.value}": days for stage, days in recording.limits().items()}
    form = LimitsForm(request.POST or None, initial=held)
    if request.method == "POST" and form.is_valid():
        how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
        try:
            recording.set_limits(form.days(), **how)
        except Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, "目标天数已改，清单和漏斗照新的算。")
            return redirect("signings:index")
    return render(request, "signings/limits.html", {"form": form}, status=422 if form.errors else 200)


def lay_on(form: Any, refusal: Refused) -> None:
    """Each problem by its field, else on top."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
