"""一次例会里的动作：开会、散会、补提、加项、调次序、答复、认话、议定。"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.text import row_number
from xushi.duties.reach import EVERYWHERE, Reach
from xushi.journal.actions import Actor
from xushi.supervision import meeting_pages as pages
from xushi.supervision import meetings, naming, policy, sitting
from xushi.supervision.engine import Conflict, NotAllowed, Refused
from xushi.supervision.forms_instructions import lay_on
from xushi.supervision.forms_meetings import DecisionForm, ItemForm, decision_initial
from xushi.supervision.meeting_replies import write_reply
from xushi.supervision.models_meetings import AgendaItem, Decision, Meeting
from xushi.supervision.recognising import pieces
from xushi.supervision.subjects import offered_units, understood
from xushi.supervision.views_meetings import show, visible
from xushi.units.access import person

TYPED_AT_MOST, AT_ONCE = 2000, 500


def _item(request: HttpRequest, pk: int) -> AgendaItem:
    """An item of a meeting within sight, that this person may see; 404 for any other."""
    user = person(request)
    rows = AgendaItem.objects.filter(meeting__in=Meeting.objects.visible_to(user).values("pk"))
    related = ("meeting__office", "unit__successor", "project")
    found: AgendaItem = get_object_or_404(rows.select_related(*related), pk=pk)
    if not pages.sees_item(user, found):
        raise Http404
    return found


def _seen(request: HttpRequest) -> int | None:
    return row_number(request.POST.get("seen", ""))


def _back(meeting: Meeting, done: str = "") -> HttpResponse:
    """To the page of the meeting; done names the form whose draft is no longer wanted."""
    return redirect(reverse("supervision:meeting", args=[meeting.pk]) + (f"?done={done}" if done else ""))


def _try(
    request: HttpRequest,
    meeting: Meeting,
    act: Callable[[], Any],
    said: str = "",
    done: str = "",
    **typed: Any,
) -> HttpResponse:
    """Do it and go back to the meeting; what is refused is said on the meeting's page, with what was typed."""
    try:
        act()
    except Refused as refused:
        return show(request, visible(request, meeting.pk), 400, odd=str(refused), **typed)
    except (Conflict, NotAllowed) as problem:
        return show(request, visible(request, meeting.pk), 409, odd=str(problem), **typed)
    if said:
        messages.success(request, said)
    return _back(meeting, done)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """begin, end, refresh, add, drop (several)."""
    meeting, actor, now = visible(request, pk), Actor.of(request), clock.now()
    if verb == "add":
        return _add(request, meeting)
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "begin": (lambda: sitting.begin_meeting(meeting, actor=actor, now=now), "开会了，从第1项议起。"),
        "end": (
            lambda: sitting.end_meeting(meeting, actor=actor, now=now, seen=_seen(request)),
            "已散会，议定的督办单已全部签发。",
        ),
        "drop": (lambda: _drop(request, meeting), "勾上的已从议程里去掉。"),
        "refresh": (lambda: meetings.refresh_agenda(meeting, actor=actor, now=now), "议程已按最新变化补齐。"),
    }
    if verb not in acts:
        raise Http404
    return _try(request, meeting, *acts[verb])


def _drop(request: HttpRequest, meeting: Meeting) -> None:
    keys = [pk for text in request.POST.getlist("item")[:AT_ONCE] if (pk := row_number(text))]
    if not keys:
        raise NotAllowed("没有勾选要去掉的事项，请先勾。")
    meetings.drop_items(meeting, keys, actor=Actor.of(request), now=clock.now(), seen=_seen(request))


def _add(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    form = ItemForm(request.POST, near=naming.reach_for(person(request)))
    if not form.is_valid():
        return show(request, meeting, 400, item_form=form)
    data = form.cleaned_data

    def add() -> None:
        meetings.add_item(
            meeting,
            data["title"],
            unit=data["unit"],
            minutes=data["minutes"],
            actor=Actor.of(request),
            now=clock.now(),
        )

    return _try(request, meeting, add, "已加到议程最后。", "added", item_form=form)


@require_POST
def act_on_item(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """up, down, drop, take, ask (who answers and for how long)."""
    item, actor, now = _item(request, pk), Actor.of(request), clock.now()
    seen = _seen(request)
    acts: dict[str, Callable[[], Any]] = {
        "up": lambda: meetings.move_item(item, -1, actor=actor, now=now, seen=seen),
        "down": lambda: meetings.move_item(item, 1, actor=actor, now=now, seen=seen),
        "drop": lambda: meetings.drop_item(item, actor=actor, now=now),
        "take": lambda: sitting.take_item(item, actor=actor, now=now, seen=seen),
        "ask": lambda: _ask(request, item),
    }
    if verb not in acts:
        raise Http404
    return _try(request, item.meeting, acts[verb])


def _ask(request: HttpRequest, item: AgendaItem) -> None:
    pk, minutes = row_number(request.POST.get("unit", "")), row_number(request.POST.get("minutes", ""))
    unit = offered_units(EVERYWHERE).filter(pk=pk).first() if pk else None
    meetings.change_item(item, unit=unit, minutes=minutes or 0, actor=Actor.of(request), now=clock.now())


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """书面答复."""
    item, words = _item(request, pk), request.POST.get("words", "")

    def write() -> None:
        write_reply(item, words, actor=Actor.of(request), now=clock.now())

    return _try(
        request, item.meeting, write, "书面答复已交。", str(item.pk), replying=item.pk, reply_words=words
    )


@require_POST
def recognised(request: HttpRequest) -> HttpResponse:
    """What the typed words hold, as tokens under the field."""
    if not policy.can_run_meetings(person(request)):
        raise Http404
    text = request.POST.get("words", "")[:TYPED_AT_MOST]
    found = understood(text, clock.now(), calendar(), naming.reach_for(person(request)))
    context = {"pieces": list(pieces(text, found)), "found": found}
    return render(request, "supervision/_recognised.html", context)


@require_POST
def decide_item(request: HttpRequest, pk: int) -> HttpResponse:
    """议定一条 on this item."""
    item = _item(request, pk)
    form = DecisionForm(request.POST, project=item.project, near=_near(request, item))
    if not form.is_valid():
        sentence = "".join(str(sentence) for found in form.errors.values() for sentence in found)
        return _sentence(sentence) if _alone(request) else show(request, item.meeting, 400, form=form)

    def write() -> None:
        row = form.input(clock.now(), calendar())
        sitting.decide(item, row, actor=Actor.of(request), now=clock.now())

    if not _alone(request):
        return _try(request, item.meeting, write, form=form)
    try:
        write()
    except (Refused, Conflict, NotAllowed) as refused:
        return _sentence(str(refused))
    return _back(item.meeting)


def _near(request: HttpRequest, item: AgendaItem) -> Reach:
    """Whom this person can give something to do about an item."""
    user = person(request)
    return naming.led(naming.reach_for(user), user, item.project)


def _alone(request: HttpRequest) -> bool:
    """Sent by the page's script, which keeps the words and takes a refusal as one sentence."""
    return bool(request.headers.get("HX-Request"))


def _sentence(words: str) -> HttpResponse:
    return HttpResponse(
        words, status=HTTPStatus.UNPROCESSABLE_ENTITY, content_type="text/plain; charset=utf-8"
    )


def _decision(request: HttpRequest, pk: int) -> Decision:
    seen = Meeting.objects.visible_to(person(request)).values("pk")
    rows = Decision.objects.filter(item__meeting__in=seen, dropped_at=None)
    found: Decision = get_object_or_404(rows.select_related("item__meeting__office", "item__project"), pk=pk)
    if not policy.can_run(person(request), found.item.meeting):
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """改议定."""
    decision = _decision(request, pk)
    form = DecisionForm(
        request.POST or None,
        initial=decision_initial(decision),
        project=decision.item.project,
        near=_near(request, decision.item),
    )
    odd = ""
    if request.method == "POST" and form.is_valid():
        try:
            row = form.input(clock.now(), calendar())
            sitting.change_decision(decision, row, actor=Actor.of(request), now=clock.now())
        except Refused as refused:
            lay_on(form, refused)
        except NotAllowed as problem:
            odd = str(problem)
        else:
            return redirect(f"{reverse('supervision:meeting', args=[decision.item.meeting_id])}#decisions")
    context = {"form": form, "decision": decision, "odd": odd}
    status = 409 if odd else 400 if form.errors else 200
    return render(request, "supervision/decision.html", context, status=status)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)

    def remove() -> None:
        sitting.drop_decision(decision, actor=Actor.of(request), now=clock.now())

    return _try(request, decision.item.meeting, remove, "这一条议定已删去。")
