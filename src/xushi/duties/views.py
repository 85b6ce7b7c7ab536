"""待办页与请假委托页。"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.duties import actions_leave, rows, selectors
from xushi.duties.forms import LeaveForm
from xushi.duties.models import Delegation
from xushi.journal.actions import Actor
from xushi.units.access import person as person_of
from xushi.units.rules import Refused

PER_PAGE = 50


@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """待办: what is owed, nearest deadline first, or what was done with; the same list as the badge counts."""
    user, now = person_of(request), clock.now()
    today = local_day(now)
    counts = selectors.counts(user, now)
    context: dict[str, Any] = {
        "counts": counts,
        "conclusion": rows.conclusion(counts),
        "leaves": [leave for leave in selectors.leaves(user, today) if leave.first <= today],
        "now": now,
    }
    if request.GET.get("tab") == "done":
        ended = selectors.done(user, today)
        total = ended.order_by().count()  # grows for years: counted only where it is looked at
        page = _page(request, ended.select_related("done_by", "person"), total)
        context |= {
            "tab": "done",
            "page": page,
            "done_count": total,
            "done_rows": rows.done_rows(page, user, now),
        }
    else:
        page = _page(request, selectors.Todo(user, today), counts.total)
        context |= {"tab": "todo", "page": page, "groups": list(rows.groups(page, user, now))}
    return render(request, "duties/list.html", context)


def _page(request: HttpRequest, found: Any, total: int) -> Page:
    paginator = Paginator(found, PER_PAGE)
    paginator.count = total  # counted already
    return paginator.get_page(request.GET.get("page"))


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """请假委托: one's own and those of others to oneself; a new one."""
    user, now = person_of(request), clock.now()
    today = local_day(now)
    form = LeaveForm(request.POST or None, user=user, initial={"first": today, "last": today})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions_leave.delegate(**form.cleaned_data, user=user, actor=Actor.of(request), now=now)
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"已委托给{made.to.name}。")
            return redirect("duties:leave")
    context = {
        "form": form,
        "leaves": selectors.leaves(user, today),
        "past": selectors.past_leaves(user, today),
        "now": now,
        "me": user,
    }
    return render(request, "duties/leave.html", context, status=400 if form.errors else 200)


@require_POST
def end_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """提前结束; somebody else's is not found."""
    mine = Delegation.objects.filter(user=person_of(request)).select_related("user", "to")
    delegation = get_object_or_404(mine, pk=pk)
    try:
        actions_leave.end_delegation(delegation, actor=Actor.of(request), now=clock.now())
    except Refused as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"给{delegation.to.name}的委托已经结束。")
    return redirect("duties:leave")
