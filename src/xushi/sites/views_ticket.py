"""领票：页面要看直播，先在这里问许不许；许了记一笔，给一张 30 秒的票。"""

import secrets

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.sites.live.tickets import path_of, ticket
from xushi.sites.live.viewings import begin_viewing
from xushi.sites.models import Camera
from xushi.units.access import person


@require_POST
def live_ticket(request: HttpRequest, pk: int) -> JsonResponse:
    """A ticket for one camera. 404 for whom it is not, as if it were not there; 409 while it is out of use."""
    camera = get_object_or_404(Camera.objects.visible_to(person(request)).select_related("project"), pk=pk)
    if not camera.active:
        return JsonResponse({"error": "这一路停用了，没有直播。"}, status=409)
    grant = begin_viewing(
        camera=camera,
        user=person(request),
        session_key=request.session.session_key or "",
        key=secrets.token_urlsafe(16),
        sub=request.POST.get("sub") == "1",
        by=Actor.of(request),
        now=clock.now(),
    )
    told = {
        "ticket": ticket(grant),
        "path": path_of(camera.pk),
        "now": round(clock.real().timestamp() * 1000),
    }
    return JsonResponse(told, headers={"Cache-Control": "no-store"})
