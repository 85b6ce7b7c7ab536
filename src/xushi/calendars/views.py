"""工作日历页：一年的样子，载入一年的通知。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xushi.calendars import policy, selectors
from xushi.calendars.actions import load_notice
from xushi.calendars.forms import NoticeForm
from xushi.calendars.models import NoticeYear
from xushi.calendars.reading import write_notice
from xushi.calendars.year import year_of
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.units.access import person as person_of
from xushi.units.districts import denied
from xushi.units.rules import Refused

FIRST, LAST = 2004, 2100


@require_safe
def this_year(request: HttpRequest) -> HttpResponse:
    return redirect("calendars:year", local_day(clock.now()).year)


@require_safe
def year(request: HttpRequest, number: int) -> HttpResponse:
    """一年十二个月: 休, 班 and 暂定 by word and shape."""
    _ask_year(number)
    today = local_day(clock.now())
    context = {
        "year": year_of(number, today),
        "may_load": policy.can_load_notice(person_of(request)),
        "before": number - 1 if number > FIRST else None,
        "after": number + 1 if number < LAST else None,
        "this_year": today.year,
    }
    return render(request, "calendars/year.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """载入通知: all lines or none; what was typed stays where a line is wrong."""
    _ask_year(number)
    if not policy.can_load_notice(person_of(request)):
        raise PermissionDenied(denied(person_of(request), "放假通知由区重大办载入。"))
    form = NoticeForm(request.POST or None, year=number, initial=_initial(number))
    if request.method == "POST" and form.is_valid():
        source, now = form.cleaned_data["source"], clock.now()
        try:
            written = load_notice(number, form.days, source=source, actor=Actor.of(request), now=now)
        except Refused as problem:
            form.add_error("lines", str(problem))
        else:
            done = f"{number}年的通知已载入，按工作日算的期限随后重算。"
            messages.success(request, done if written else "与现在的日历一样，没有变化。")
            return redirect("calendars:year", number)
    context = {"form": form, "number": number}
    return render(request, "calendars/notice.html", context, status=400 if form.errors else 200)


def _initial(number: int) -> dict[str, str]:
    """What stands for the year now, to be mended; nothing where its notice has not been out."""
    held = NoticeYear.objects.filter(year=number).first()
    return {"source": held.source, "lines": write_notice(selectors.special_days(number))} if held else {}


def _ask_year(number: int) -> None:
    if not FIRST <= number <= LAST:
        raise Http404(f"工作日历从{FIRST}年到{LAST}年。")
