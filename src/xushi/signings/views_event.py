"""签约活动的页：各次活动，记一次，改一次。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.registry.containers import kept, may_begin, of_several
from xushi.signings import figures, policy, recording
from xushi.signings.forms import EventForm
from xushi.signings.models import SigningEvent
from xushi.signings.views_desk import ask_keeper, ask_reader, lay_on
from xushi.signings.wanted import Wanted
from xushi.units.access import person
from xushi.units.districts import denied


@require_http_methods(["GET", "POST"])
def events(request: HttpRequest) -> HttpResponse:
    """All events with their counts and sums; the office records a new one."""
    ask_reader(request)
    form = EventForm(request.POST or None)
    if request.method == "POST":
        if not may_begin(person(request)):
            raise PermissionDenied(denied(person(request), recording.NOT_YOURS))
        if form.is_valid():
            try:
                recording.hold_events([form.input()], actor=Actor.of(request), now=clock.now())
            except Refused as refusal:
                lay_on(form, refusal)
            else:
                messages.success(request, "活动已记下，可以往里记签约了。")
                return redirect("signings:events")
    user, today = person(request), local_day(clock.now())
    rows = figures.events(user, Wanted(), recording.limits(), today)
    held = [row.event for row in rows]
    context = {
        "form": form, "events": rows, "office": may_begin(user), "today": today, "kept": kept(user, held),
        "several": of_several(held),
    }  # fmt: skip
    return render(request, "signings/events.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, pk: int) -> SigningEvent:
    user = person(request)
    rows = SigningEvent.objects.visible_to(user).select_related("district")
    held: SigningEvent = get_object_or_404(rows, pk=pk)
    if not policy.can_amend_event(user, held):
        raise PermissionDenied(denied(user, recording.NOT_YOURS))
    return held


@require_http_methods(["GET", "POST"])
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """改一次活动."""
    ask_keeper(request)
    held = _kept(request, pk)
    form = EventForm(request.POST or None, initial=EventForm.initial_of(held))
    status = 200
    if request.method == "POST" and form.is_valid():
        how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
        try:
            seen = row_number(request.POST.get("version", "")) or 0
            recording.amend_event(held, form.input(), seen=seen, **how)
        except Refused as refusal:
            lay_on(form, refusal)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            held, status = _kept(request, pk), 409
        else:
            messages.success(request, f"“{held}”已改。")
            return redirect("signings:events")
    status = 422 if form.errors and status == 200 else status
    return render(request, "signings/event.html", {"form": form, "event": held}, status=status)
