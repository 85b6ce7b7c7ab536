"""准入的台面：待审、已准入、缓议、不准入各多少，一页清单；并排比；导出。"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.admission import comparing, exporting, policy, selectors
from xushi.admission.drawing import LINE
from xushi.admission.models import WAITING_NOW, Application
from xushi.admission.models_standards import Industry
from xushi.admission.selectors import TABS, Wanted
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.duties.reach import places_for
from xushi.registry.containers import of_several
from xushi.units.access import person
from xushi.units.views_exporting import hand_out

MOST_BESIDE = 6


def ask_reader(request: HttpRequest) -> None:
    if not policy.can_read(person(request)):
        raise PermissionDenied("准入会审由属地、部门和区重大办办，您的角色不看这一页。")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The page of all applications; an odd address gets those waiting and a sentence."""
    ask_reader(request)
    user, now = person(request), clock.now()
    odd = ""
    try:
        wanted = Wanted.read(request.GET)
    except ValueError as wrong:
        wanted, odd = Wanted(), str(wrong)
    counts = selectors.tab_counts(user)
    page = selectors.page_of(user, wanted, now)
    coming = selectors.coming_sittings(user, now)[:2]
    seen = Industry.objects.seen_from(held.scope for held in user.appointments_in_force)
    context = {
        "wanted": wanted, "odd": odd, "now": now, "today": local_day(now), "page": page,
        "rows": [comparing.listed(one) for one in page.object_list],
        "tabs": [(tab, label, counts[tab]) for tab, (label, _) in TABS.items()], "counts": counts,
        "owed": selectors.owed_opinions(user).count(), "sittings": coming,
        "several": of_several(coming),
        "industries": list(seen.filter(retired=False)), "query": request.GET.urlencode(),
        "territories": places_for(user),
        "may_apply": policy.is_applicant(user), "office": policy.can_keep(user), "most": MOST_BESIDE,
    }  # fmt: skip
    return render(request, "admission/desk.html", context, status=400 if odd else 200)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is narrowed, as xlsx."""
    ask_reader(request)
    user, now = person(request), clock.now()
    try:
        wanted = Wanted.read(request.GET)
    except ValueError as wrong:
        return HttpResponse(str(wrong), status=400, content_type="text/plain; charset=utf-8")
    return hand_out(request, exporting.answer(selectors.found(user, wanted, now), now))


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """并排比: those asked for (of=1&of=2), else those of a sitting, else those waiting; at most six."""
    ask_reader(request)
    user, now = person(request), clock.now()
    seen = Application.objects.visible_to(user)
    if keys := [key for key in map(row_number, request.GET.getlist("of")) if key]:
        seen = seen.filter(pk__in=keys[:MOST_BESIDE])
    elif sitting := row_number(request.GET.get("sitting", "")):
        seen = seen.filter(sitting=sitting)
    else:
        seen = seen.filter(WAITING_NOW)
    rows = seen.select_related("industry", "territory", "criteria").prefetch_related(
        "criteria__criteria", "claims", "opinions", "decisions"
    )
    applications = list(rows.order_by("submitted_at", "pk")[:MOST_BESIDE])
    if keys and not applications:
        raise Http404
    year, places = local_day(now).year, [one.territory for one in applications]
    context: dict[str, Any] = {
        "applications": applications, "today": local_day(now), "now": now, "most": MOST_BESIDE,
        "lines": comparing.side_by_side(applications, selectors.medians(year, places)),
        "figures": comparing.figures(applications), "answers": comparing.answers(applications),
        "admitted": selectors.admitted_count(year, places), "line": LINE,
    }  # fmt: skip
    return render(request, "admission/compare.html", context)
