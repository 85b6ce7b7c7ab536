"""像是停工的认定：确认停工，在施工·误报，排进督查。"""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.sites import standstill
from xushi.sites.models import Standstill
from xushi.sites.views_wall import ask_watcher
from xushi.units.access import person

_DECIDE: dict[str, tuple[Callable[..., Standstill], str]] = {
    "confirm": (standstill.confirm, "已确认停工，预警留着，到又有动静为止。"),
    "refute": (standstill.refute, "记下了：在施工。预警已解除，再有7天没有动静会重新提示。"),
}


@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One word of a person on one hint; back to the site's page."""
    ask_watcher(request)
    rows = Standstill.objects.visible_to(person(request)).select_related("project")
    held: Standstill = get_object_or_404(rows, pk=pk)
    try:
        messages.success(request, _done(request, held, verb))
    except (Refused, Conflict) as refusal:
        messages.error(request, str(refusal))
    return redirect("sites:project", held.project_id)


def _done(request: HttpRequest, held: Standstill, verb: str) -> str:
    actor, now = Actor.of(request), clock.now()
    if verb == "visit":
        standstill.ask_visit(held, actor=actor, now=now)
        return "已提请排进督查；排进了哪一次、没排进为什么，几秒后写在这条提示里。"
    if verb not in _DECIDE:
        raise Http404
    action, told = _DECIDE[verb]
    words, seen = request.POST.get("words", ""), row_number(request.POST.get("version", "")) or 0
    action(held, words, seen=seen, actor=actor, now=now)
    return told
