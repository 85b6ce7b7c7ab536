"""待开的例会：改期、取消。"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.supervision import policy
from xushi.supervision.engine import Conflict, NotAllowed, Refused
from xushi.supervision.forms_instructions import lay_on
from xushi.supervision.forms_meetings import CallingOffForm, MovingForm
from xushi.supervision.meeting_steps import called
from xushi.supervision.meetings_moving import call_off_meeting, move_meeting
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.views_meetings import at_fields, visible
from xushi.units.access import person


@require_http_methods(["GET", "POST"])
def moving(request: HttpRequest, pk: int) -> HttpResponse:
    """One page with two forms; what is refused is said at its field, and what was typed stays."""
    if not policy.can_run_meetings(person(request)):
        raise PermissionDenied("例会由区重大办安排和记录。")
    meeting = visible(request, pk)
    off = request.POST.get("act") == "off"
    how = {"actor": Actor.of(request), "now": clock.now(), "seen": row_number(request.POST.get("seen", ""))}
    move = MovingForm(request.POST if request.POST and not off else None, initial=_as_it_is(meeting))
    call_off = CallingOffForm(request.POST if off else None, prefix="off")
    form: forms.Form = call_off if off else move
    act = _calling_off(meeting, call_off, how) if off else _moving(meeting, move, how)
    status = 200
    if request.method == "POST":
        status = _tried(form, act)
        if not status:
            said = f"{called(meeting)}已取消。" if off else "已改，要答复的单位会收到消息。"
            messages.success(request, said)
            return redirect("supervision:meeting", meeting.pk)
    context = {"meeting": meeting, "called": called(meeting), "form": move, "off": call_off}
    return render(request, "supervision/meeting_moving.html", context, status=status)


def _tried(form: forms.Form, act: Callable[[], Meeting]) -> int:
    """0 where it was done; else the status to answer with, the sentence laid on the form."""
    if not form.is_valid():
        return 400
    try:
        act()
    except Refused as refused:
        at_fields(refused)
        lay_on(form, refused)
        return 400
    except (Conflict, NotAllowed) as problem:
        form.add_error(None, str(problem))
        return 409
    return 0


def _moving(meeting: Meeting, form: MovingForm, how: dict[str, Any]) -> Callable[[], Meeting]:
    return lambda: move_meeting(
        meeting,
        held_at=form.held_at(),
        minutes=form.cleaned_data["minutes"],
        place=form.cleaned_data["place"],
        reason=form.cleaned_data["reason"],
        **how,
    )


def _calling_off(meeting: Meeting, form: CallingOffForm, how: dict[str, Any]) -> Callable[[], Meeting]:
    return lambda: call_off_meeting(meeting, reason=form.cleaned_data["reason"], **how)


def _as_it_is(meeting: Meeting) -> dict[str, Any]:
    held = meeting.held_at.astimezone(BEIJING)
    return {"day": held.date(), "at": held.time(), "minutes": meeting.minutes, "place": meeting.place}
