"""一个现场、一路、两天对比、一张画面：只给看得到项目的人。"""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Refused
from xushi.registry.models import Project
from xushi.sites import actions, comparing, policy, selectors, store
from xushi.sites.models import Camera, Outage, Snapshot
from xushi.sites.strips import axis_of, strips_of
from xushi.sites.views_wall import ask_watcher, day_in, standstills
from xushi.units.access import person

CALENDAR = timedelta(days=34)


@require_safe
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """一个现场的全部摄像头, one under the other."""
    ask_watcher(request)
    user, now = person(request), clock.now()
    seen = Project.objects.visible_to(user).select_related("territory")
    found: Project = get_object_or_404(seen, pk=pk)
    cameras = selectors.of_project(user, found)
    tiles = selectors.tiles(cameras, now)
    strips = {strip.camera.pk: strip for strip in strips_of(cameras, local_day(now), now)}
    context = {
        "project": found, "now": now, "today": local_day(now), "office": policy.can_keep(user),
        "shown": [(tile, strips[tile.camera.pk]) for tile in tiles], "may_repair": policy.can_repair(user),
        "in_use": sum(one.active for one in cameras), "out": sum(bool(tile.outage) for tile in tiles),
        "may_hold": policy.can_hold(user), "axis": axis_of(cameras, local_day(now), now),
    }  # fmt: skip
    return render(request, "sites/project.html", context | standstills(request, now, found))


def visible(request: HttpRequest, pk: int) -> Camera:
    """404 for whom it is not, as if it were not there."""
    ask_watcher(request)
    rows = Camera.objects.visible_to(person(request))
    related = ("project__territory", "health__last_snapshot")
    held: Camera = get_object_or_404(rows.select_related(*related), pk=pk)
    return held


@require_safe
def camera(request: HttpRequest, pk: int) -> HttpResponse:
    """一路: what it shows now, its day, the days before."""
    held, user, now = visible(request, pk), person(request), clock.now()
    today = local_day(now)
    first = selectors.first_day([held]) or today
    day = day_in(request, today, first)
    [tile], [strip] = selectors.tiles([held], now), strips_of([held], today, now)
    [of_day] = [strip] if day == today else strips_of([held], day, now)
    days = selectors.days_of(held, today - CALENDAR, today)
    counted = days.get(day) or selectors.days_of(held, day, day).get(day)
    calendar = [
        (one, days.get(one)) for one in (today - CALENDAR + timedelta(n) for n in range(CALENDAR.days + 1))
    ]
    context = {
        "held": held, "tile": tile, "strip": strip, "of_day": of_day, "counted": counted,
        "day": day, "today": today, "now": now, "calendar": calendar,
        "pictures": selectors.snapshots_of(held, day), "outages": held.outages.all()[:8],
        "office": policy.can_keep(user), "may_hold": policy.can_hold(user), "may_repair": policy.can_repair(user),
        "viewings": held.viewings.all()[:8] if policy.can_see_viewings(user) else (),
        "axis": axis_of([held], today, now), "day_axis": axis_of([held], day, now),
        "day_before": day - timedelta(days=1) if day > first else None,
        "day_after": day + timedelta(days=1) if day < today else None,
    }  # fmt: skip
    return render(request, "sites/camera.html", context)


@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """比两天."""
    held, now = visible(request, pk), clock.now()
    pair = comparing.pair_of(held, request.GET, local_day(now))
    may_hold = policy.can_hold(person(request))
    context = {"held": held, "pair": pair, "today": local_day(now), "now": now, "may_hold": may_hold}
    return render(request, "sites/compare.html", context)


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One picture; it never changes, so the browser may keep it for a day."""
    ask_watcher(request)
    found: Snapshot = get_object_or_404(selectors.visible_snapshot(person(request)), pk=pk)
    try:
        made = FileResponse(store.opened(found), content_type="image/jpeg")
    except OSError as gone:
        raise Http404("这张画面的文件不在了。") from gone
    made["Cache-Control"] = "private, max-age=86400"
    made["X-Content-Type-Options"] = "nosniff"
    return made


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """存证截图."""
    ask_watcher(request)
    rows = selectors.visible_snapshot(person(request)).select_related("camera__project")
    found: Snapshot = get_object_or_404(rows, pk=pk)
    words = request.POST.get("words", "")
    try:
        held = actions.hold_snapshot(found, words, actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已存证，SHA-256 {held.sha256[:16]}…，一直保留。")
    return redirect("sites:camera", found.camera_id)


@require_POST
def hold_pair(request: HttpRequest, pk: int) -> HttpResponse:
    """存进督查记录: both pictures of a comparison, or neither."""
    camera = visible(request, pk)
    keys = [row_number(request.POST.get(name, "")) for name in ("a", "b")]
    pair = list(camera.snapshots.filter(pk__in=[key for key in keys if key]).order_by("taken_at"))
    if len(pair) != len(keys):
        messages.error(request, "要存的两张画面没找到，请重新选两天。")
        return redirect("sites:compare", camera.pk)
    actions.hold_pair(pair, actor=Actor.of(request), now=clock.now())
    messages.success(request, "两张画面都已存证，一直保留，SHA-256 记进了日志。")
    days = urlencode({name: one.day.isoformat() for name, one in zip("ab", pair, strict=True)})
    return redirect(f"{reverse('sites:compare', args=[camera.pk])}?{days}")


@require_POST
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """报修."""
    ask_watcher(request)
    rows = Outage.objects.visible_to(person(request)).select_related("camera")
    found: Outage = get_object_or_404(rows, pk=pk)
    try:
        actions.ask_repair(found, request.POST.get("words", ""), actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已报修，区重大办和项目单位马上听到。")
    return redirect("sites:camera", found.camera_id)
