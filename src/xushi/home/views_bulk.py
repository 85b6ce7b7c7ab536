"""选中几行之后：盯办、催报、派督办、导出；视图的存、改名、删。"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.home import actions
from xushi.home.exporting import KINDS
from xushi.home.months import choose
from xushi.journal.actions import Actor
from xushi.progress.actions import remind_reporters
from xushi.progress.closing import must_report
from xushi.registry.models import Project, SavedView
from xushi.units.models import Role

BULK_AT_MOST = 1000


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """What the bulk bar asks for over the chosen projects, those within sight only."""
    user: Any = request.user
    ticked = request.POST.getlist("id")
    ids = [number for text in ticked if (number := row_number(text)) is not None][:BULK_AT_MOST]
    act = request.POST.get("act", "")
    if act.removeprefix("export-") in KINDS:
        query = urlencode([*_pairs(request), *(("id", pk) for pk in ids)])
        return HttpResponseRedirect(f"{reverse('home:export', args=[act.removeprefix('export-')])}?{query}")
    chosen = list(Project.objects.visible_to(user).filter(pk__in=ids))
    if act == "order" and chosen:
        picked = ",".join(str(project.pk) for project in chosen)
        return HttpResponseRedirect(f"{reverse('supervision:new_order')}?projects={picked}")
    if not chosen:
        messages.error(request, "没有选中看得到的项目，请先勾选。")
    elif act == "watch":
        added = actions.watch_projects(projects=chosen, actor=Actor.of(request), now=clock.now())
        messages.success(request, f"盯上了{added}个项目，在“我盯的”里。" if added else "这些项目早就盯着了。")
    elif act == "unwatch":
        gone = actions.unwatch_projects(projects=chosen, actor=Actor.of(request), now=clock.now())
        messages.success(request, f"不再盯{gone}个项目。")
    elif act == "remind":
        _remind(request, chosen)
    else:
        messages.error(request, "没有这种操作。")
    return _back(request)


def _remind(request: HttpRequest, chosen: list[Project]) -> None:
    user: Any = request.user
    if not user.has_role(Role.OFFICE):
        raise PermissionDenied("只有区重大办能催报。")
    now = clock.now()
    month = choose(user, None, local_day(now)).open_month
    owing = list(must_report(month).filter(pk__in=[project.pk for project in chosen]))
    count = len(remind_reporters(owing, month, actor=Actor.of(request), now=now))
    done = f"已催报{count}个项目的{month.label}月报。"
    messages.success(request, done if count else f"选中项目的{month.label}月报都已报，或今天已经催过。")


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    try:
        query = urlencode([pair for pair in _pairs(request) if pair[0] not in ("month", "page")])
        view = actions.save_view(
            name=request.POST.get("name", ""), query=query, actor=Actor.of(request), now=clock.now()
        )
        messages.success(request, f"已存为视图“{view.name}”。")
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request)


@require_POST
def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or delete one of one's own views."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    actor, now = Actor.of(request), clock.now()
    try:
        if request.POST.get("act") == "delete":
            actions.delete_view(view=view, actor=actor, now=now)
            messages.success(request, f"删去了视图“{view.name}”。")
        else:
            actions.rename_view(view=view, name=request.POST.get("name", ""), actor=actor, now=now)
            messages.success(request, f"视图改名为“{view.name}”。")
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request)


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """The list's query string, carried by the form as one field."""
    from django.http import QueryDict

    carried = QueryDict(request.POST.get("query", "")[: actions.QUERY_AT_MOST * 2])
    return [(name, value) for name, values in carried.lists() for value in values if name != "id"]


def _back(request: HttpRequest) -> HttpResponse:
    query = urlencode(_pairs(request))
    return HttpResponseRedirect(f"{reverse('home:projects')}?{query}")
