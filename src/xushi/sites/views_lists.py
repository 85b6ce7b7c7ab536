"""中断的台账与导出；谁看过直播。"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.sites import exporting, policy, selectors
from xushi.sites.models import Viewing
from xushi.sites.views_wall import ask_watcher
from xushi.units.access import person
from xushi.units.views_exporting import hand_out

PER_PAGE = 50
STATES = {"open": "还没恢复的", "all": "全部"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of outages is narrowed to."""

    state: str = "open"
    camera: int | None = None
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        state = query.get("state", "")
        return cls(
            state if state in STATES else "open", row_number(query.get("camera", "")),
            row_number(query.get("page", "")) or 1,
        )  # fmt: skip

    @property
    def condition(self) -> Q:
        wanted = Q(ended_at=None) if self.state == "open" else Q()
        return wanted & Q(camera=self.camera) if self.camera else wanted


@require_safe
def outages(request: HttpRequest) -> HttpResponse:
    ask_watcher(request)
    wanted, now = Wanted.read(request.GET), clock.now()
    rows = selectors.outages(person(request)).filter(wanted.condition)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(wanted.page), "wanted": wanted, "states": STATES.items(),
        "now": now, "today": local_day(now), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "sites/outages.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is narrowed, as xlsx."""
    ask_watcher(request)
    rows = selectors.outages(person(request)).filter(Wanted.read(request.GET).condition)
    return hand_out(request, exporting.answer(rows, clock.now()))


@require_safe
def viewings(request: HttpRequest) -> HttpResponse:
    """谁看过直播: everybody's for the office and the inspectors."""
    ask_watcher(request)
    user = person(request)
    if not policy.can_see_viewings(user):
        raise PermissionDenied("看直播的记录由区重大办和督查室查。")
    rows = Viewing.objects.visible_to(user).select_related("camera__project")
    number = row_number(request.GET.get("page", "")) or 1
    context = {"page": Paginator(rows, PER_PAGE).get_page(number), "today": local_day(clock.now())}
    return render(request, "sites/viewings.html", context)
