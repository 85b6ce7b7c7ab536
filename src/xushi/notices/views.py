"""消息页：未读的在前，看过、都看过；我的提醒；谁会听到什么；角标与滚动提醒给脚本问。"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xushi.config import clock
from xushi.notices import actions, selectors
from xushi.notices.models import Notice
from xushi.notices.recipients import VERBS, heard
from xushi.notices.topics import BY_KEY, TOPICS, topic_of
from xushi.units.access import person

SHOWN = 100  # unread ones on the page; read ones are paged


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """消息: the reader's own, unread first, newest first in each part."""
    user = person(request)
    waiting = list(selectors.unread(user)[: SHOWN + 1])
    context = {
        "unread": waiting[:SHOWN],
        "more": len(waiting) > SHOWN,
        "newest": waiting[0].pk if waiting else 0,
        "page": Paginator(selectors.read(user), 30).get_page(request.GET.get("page")),
        "topics": BY_KEY,
    }
    return render(request, "notices/list.html", context)


@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """看过, and on to what it is about."""
    user = person(request)
    notice = get_object_or_404(Notice.objects.visible_to(user), pk=pk)
    actions.mark_read([notice.pk], reader=user, now=clock.now())
    return redirect(notice.url or "notices:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """都看过: as far as the page showed."""
    newest = request.POST.get("newest", "")
    up_to = int(newest) if newest.isdecimal() and len(newest) < 19 else 0
    read = actions.mark_all_read(reader=person(request), now=clock.now(), up_to=up_to)
    messages.success(request, f"{read}条都记为看过。" if read else "没有未读的了。")
    return redirect("notices:list")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """我的提醒: topics of which only what names me shall reach me."""
    user = person(request)
    if request.method == "POST":
        wanted = set(BY_KEY) - set(request.POST.getlist("hear"))
        actions.set_mutes(wanted, user=user)
        messages.success(request, "提醒已改。")
        return redirect("notices:preferences")
    muted = selectors.muted(user)
    context = {"topics": [(topic, topic.key not in muted) for topic in TOPICS]}
    return render(request, "notices/preferences.html", context)


@require_GET
def who_hears(request: HttpRequest) -> HttpResponse:
    """谁会听到: the very table that notices are written by."""
    parts = [
        (topic, [(label, heard(verb)) for verb, label in VERBS.items() if topic_of(verb) is topic])
        for topic in TOPICS
    ]
    return render(request, "notices/who.html", {"parts": [part for part in parts if part[1]]})


@require_GET
@never_cache
def badge(request: HttpRequest) -> HttpResponse:
    """What a page asks for where the live stream cannot be had."""
    return JsonResponse(selectors.pulse(person(request), clock.now()).told())


@require_GET
@never_cache
def rolling(request: HttpRequest) -> HttpResponse:
    """滚动提醒, as it stands now."""
    context = {"reminder": selectors.reminder(person(request), clock.now())}
    return render(request, "notices/_reminder.html", context)
