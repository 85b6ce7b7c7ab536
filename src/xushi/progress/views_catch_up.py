"""追赶页：落后的今后每月要投多少，先补哪几个。"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.core.months import Month
from xushi.duties.reach import places_for
from xushi.progress.catch_up import catch_up, months_left, usual_target
from xushi.progress.closed import last_month_for
from xushi.progress.scope import LEVELS, Filters
from xushi.registry.models import Category
from xushi.units.models import User

SCOPE = ("level", "category", "territory", "leader")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """追赶测算 of the last closed month; 400 with a sentence where the address is odd."""
    assert isinstance(request.user, User)  # the middleware lets nobody else in
    month = last_month_for(request.user)
    if month is None:
        return render(request, "progress/catch_up_none.html")
    filters, by, odd = Filters(), usual_target(month), ""
    try:
        filters = Filters.from_query({name: request.GET.get(name) for name in SCOPE})
        by = _target(request.GET.get("by", ""), month)
    except ValueError as problem:
        odd = str(problem)
    number = request.GET.get("page", "")
    made = catch_up(
        request.user,
        month,
        by,
        filters=filters,
        page=int(number) if number.isdecimal() and len(number) < 7 else 1,
    )
    context = {
        "made": made,
        "odd": odd,
        "filters": filters,
        "selects": _selects(request.user, filters, month, by),
    }
    return render(request, "progress/catch_up.html", context, status=400 if odd else 200)


def _target(text: str, month: Month) -> Month:
    """The month by which to be back on schedule, within the rest of the year."""
    if not text:
        return usual_target(month)
    by = Month.parse(text)
    left = months_left(month)
    if by not in left:
        if not left:
            raise ValueError(f"{month.year}年已经过完，没有剩下的月份可补。")
        raise ValueError(f"只能选{left[0].label}到12月之间的月份。")
    return by


def _selects(user: User, filters: Filters, month: Month, by: Month) -> list[dict[str, Any]]:
    """The filters of the page: name, label, options, what is chosen, and whether "不限" is offered."""
    tops = Category.objects.filter(parent=None).values_list("code", "name")
    offered = (
        ("level", "级别", list(LEVELS.items()), filters.level, False),
        ("category", "类别", list(tops), filters.category or "", True),
        (
            "territory",
            "属地",
            [(str(unit.pk), str(unit)) for unit in places_for(user)],
            str(filters.territory or ""),
            True,
        ),
        (
            "by",
            "回到序时",
            [(str(m), f"到{m.number}月底回到序时") for m in months_left(month)],
            str(by),
            False,
        ),
    )
    names = ("name", "label", "options", "chosen", "blank")
    return [dict(zip(names, values, strict=True)) for values in offered if values[2]]
