"""例会的页：清单、安排、一次会、会前材料、纪要；把督办单、问题、预警列入下一次。"""

from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.alerts.models import Alert
from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.clock import BEIJING, local_day
from xushi.core.text import row_number
from xushi.duties.reach import EVERYWHERE
from xushi.journal.actions import Actor
from xushi.kit.addresses import own_path
from xushi.problems.models import Problem
from xushi.supervision import meeting_pages as pages
from xushi.supervision import naming, policy
from xushi.supervision.engine import NotAllowed, Refused
from xushi.supervision.forms_instructions import lay_on
from xushi.supervision.forms_meetings import DecisionForm, ItemForm, MeetingForm
from xushi.supervision.meeting_steps import called
from xushi.supervision.meetings import plan_meeting, put_on_agenda
from xushi.supervision.minutes import ROLL, minutes_of
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem, Meeting
from xushi.supervision.whole_titles import whole_titles
from xushi.units.access import person
from xushi.units.look import called as district_called

PER_PAGE, AT_ONCE = 30, 100
AHEAD = (Meeting.State.PLANNED, Meeting.State.SITTING)
PUT = {
    "order": SupervisionOrder,
    "id": SupervisionOrder,
    "problem": Problem,
    "pick": Problem,
    "alert": Alert,
}  # what the lists call their boxes


def visible(request: HttpRequest, pk: int) -> Meeting:
    rows = Meeting.objects.visible_to(person(request)).select_related("office")
    found: Meeting = get_object_or_404(rows, pk=pk)
    return found


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    user, now = person(request), clock.now()
    page = Paginator(pages.listed(user), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(one, pages.meeting_day(one), called(one)) for one in page]
    ahead = [row for row in rows if row[0].state in AHEAD]
    context = {
        "page": page,
        "rows": rows,
        "ahead": ahead,
        "may_run": policy.can_run_meetings(user),
        "now": now,
    }
    return render(request, "supervision/meetings.html", context)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """安排例会: the next usual one is filled in."""
    if not policy.can_run_meetings(person(request)):
        raise PermissionDenied("例会由区重大办安排和记录。")
    now = clock.now()
    form = MeetingForm(request.POST or None, initial=_usual(now))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            meeting = plan_meeting(
                kind=data["kind"],
                held_at=form.held_at(),
                minutes=data["minutes"],
                place=data["place"],
                actor=Actor.of(request),
                now=now,
            )
        except Refused as refused:
            at_fields(refused)
            lay_on(form, refused)
        else:
            messages.success(request, f"{called(meeting)}已安排，议程{meeting.items.count()}项，请核对次序。")
            return redirect(f"{reverse('supervision:meeting', args=[meeting.pk])}?done=planned")
    return render(
        request, "supervision/meeting_plan.html", {"form": form}, status=400 if form.errors else 200
    )


def at_fields(refused: Refused) -> None:
    """held_at is typed as a day and an hour."""
    refused.problems = [
        type(one)(one.row, "day" if one.field == "held_at" else one.field, one.sentence)
        for one in refused.problems
    ]


def _usual(now: datetime) -> dict[str, Any]:
    """As the last one was: same weekday, hour, place and length; else Wednesday 15:00."""
    last = Meeting.objects.filter(kind=Meeting.Kind.WEEKLY).order_by("-held_at").first()
    held = last.held_at.astimezone(BEIJING) if last else None
    weekday, at = (held.weekday(), held.time()) if held else (2, time(15))
    today = local_day(now)
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    if datetime.combine(day, at, tzinfo=BEIJING) <= now or (
        last and last.state == "planned" and day == local_day(last.held_at)
    ):
        day += timedelta(days=7)
    day = calendar().add(day, 0)
    return {
        "kind": Meeting.Kind.WEEKLY,
        "day": day,
        "at": at,
        "minutes": last.minutes if last else 60,
        "place": last.place if last else "",
    }


@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible(request, pk))


def show(request: HttpRequest, found: Meeting, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a meeting: before, during and after it; more keeps what was typed."""
    user, now = person(request), clock.now()
    if status >= HTTPStatus.BAD_REQUEST and request.headers.get("HX-Request"):
        status = HTTPStatus.UNPROCESSABLE_ENTITY  # what htmx puts on the page
    page = pages.page_of(user, found, now)
    current = page.current
    may_run = policy.can_run(user, found)
    kind = _class_of(current.item) if current and may_run else None
    near = naming.reach_for(user) if may_run else EVERYWHERE
    context = {
        "meeting": found,
        "page": page,
        "day": pages.meeting_day(found),
        "called": called(found),
        "may_run": may_run,
        "facts": pages.facts_of(current.item) if current else None,
        "item_form": ItemForm(near=near) if may_run and found.state in AHEAD else None,
        "form": DecisionForm(
            initial={"problem_class": kind},
            project=current.item.project,
            near=naming.led(near, user, current.item.project),
        )
        if current and may_run
        else None,
        "ahead": found.state in AHEAD,
        "now": now,
    } | more
    return render(request, "supervision/meeting.html", context, status=status)


def _class_of(item: AgendaItem) -> int | None:
    """The class a problem that comes of this item most likely has: the discussed one's, else the project's last."""
    rows = Problem.objects.all()
    if item.subject_kind == Problem._meta.label_lower:
        rows = rows.filter(pk=item.subject_id or 0)
    else:
        rows = rows.filter(project=item.project_id)
    found: int | None = rows.order_by("-pk").values_list("problem_class", flat=True).first()
    return found


@require_safe
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    """会前材料: only what changed."""
    found = visible(request, pk)
    page = pages.page_of(person(request), found, clock.now())
    titles = whole_titles(row.item for row in page.rows)
    for row in page.rows:
        row.item.title = titles[row.item.pk]  # as it is printed; nothing is saved here
    context = {"meeting": found, "page": page, "day": pages.meeting_day(found)}
    return render(request, "supervision/meeting_pack.html", context)


def _whole(request: HttpRequest, pk: int) -> pages.Page:
    page = pages.page_of(person(request), visible(request, pk), clock.now())
    if not page.whole:
        raise PermissionDenied("纪要由区重大办印发；本单位的议定事项在例会页上。")
    return page


@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """纪要."""
    page = _whole(request, pk)
    made = minutes_of(page, district_called(page.meeting.office))
    context = {"meeting": page.meeting, "minutes": made, "roll": ROLL}
    return render(request, "supervision/meeting_minutes.html", context)


@require_POST
def to_meeting(request: HttpRequest) -> HttpResponse:
    """列入例会: what is chosen and within sight goes on the next agenda."""
    user = person(request)
    subjects: dict[str, list[int]] = {}
    for name, model in PUT.items():
        keys = [
            pk for text in request.POST.getlist(name)[:AT_ONCE] if (pk := row_number(text.partition(":")[0]))
        ]
        if keys:
            seen = model.objects.visible_to(user).filter(pk__in=keys)  # type: ignore[attr-defined]
            subjects.setdefault(model._meta.label_lower, []).extend(seen.values_list("pk", flat=True))
    safe = own_path(request.POST.get("next", ""))
    if not any(subjects.values()):
        messages.error(request, "没有选中要上会的事项，请先选。")
        return redirect(safe or "supervision:meetings")
    try:
        held, added = put_on_agenda(subjects, actor=Actor.of(request), now=clock.now())
    except NotAllowed as refused:
        messages.error(request, str(refused))
        return redirect("supervision:meetings")
    messages.success(
        request, f"已列入{called(held)}{added}项。" if added else f"已经在{called(held)}的议程上。"
    )
    return redirect(safe) if safe else redirect("supervision:meeting", held.pk)
