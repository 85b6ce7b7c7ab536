"""大屏：一条自己的链接；开通和停用归区重大办。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.home import actions
from xushi.home import walls as screens
from xushi.home.models import WallKey
from xushi.home.months import choose
from xushi.journal.actions import Actor
from xushi.kit.views_limits import refuse, too_often
from xushi.units.access import person
from xushi.units.districts import keeps_whole
from xushi.units.look import called, look_of
from xushi.units.models import Appointment, Role, Unit


@require_GET
def wall(request: HttpRequest, key: str) -> HttpResponse:
    """The display behind a key in force; it shows what the key's maker may see now. 404 for any other key."""
    found = WallKey.objects.select_related("made_by").filter(key=key, revoked_at=None).first()
    if found is None and (wait := too_often(request, "key")):
        return refuse(request, wait)
    if found is None or not found.made_by.is_active:
        raise Http404("没有这个大屏，或者它的链接已经停用。")
    now = clock.now()
    page = screens.build(found.made_by, choose(found.made_by, None, local_day(now)), now)
    context = {
        "page": page,
        "key": key,
        "now": now,
        "district": called(found.made_by.unit),
        "nav": {"district": called(found.made_by.unit), "look": look_of(found.made_by.unit)},
    }
    template = "home/_wall.html" if request.headers.get("HX-Request") else "home/wall.html"
    response = render(request, template, context)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
def walls(request: HttpRequest) -> HttpResponse:
    """The keys made so far, and a form for the next one."""
    _office_only(request)
    if request.method == "POST":
        try:
            made = actions.make_wall_key(
                name=request.POST.get("name", ""), actor=Actor.of(request), now=clock.now()
            )
            messages.success(request, f"开通了大屏“{made.name}”，链接在下面。")
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("home:walls"))
    keys = _keys(request).select_related("made_by").order_by("-made_at", "-pk")
    shown = [(key, request.build_absolute_uri(reverse("home:wall", args=[key.key]))) for key in keys]
    return render(request, "home/walls.html", {"keys": shown})


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    _office_only(request)
    key = get_object_or_404(_keys(request), pk=pk)
    try:
        actions.revoke_wall_key(key=key, actor=Actor.of(request), now=clock.now())
        messages.success(request, f"停用了“{key.name}”的链接。")
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("home:walls"))


def _keys(request: HttpRequest) -> QuerySet[WallKey]:
    """Whose links this office keeps: one district's those its own people made, since a link shows what they see."""
    user = person(request)
    if keeps_whole(user):
        return WallKey.objects.all()
    own = Unit.objects.under(*user.scope_paths(Role.OFFICE)).values("pk")
    held = Appointment.objects.filter(ended_at=None, unit__in=own)
    return WallKey.objects.filter(made_by__in=held.values("user"))


def _office_only(request: HttpRequest) -> None:
    user: Any = request.user
    if not user.has_role(Role.OFFICE):
        raise PermissionDenied("大屏链接由区重大办开通和停用。")
