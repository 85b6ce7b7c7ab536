"""预警页与阈值页。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xushi.alerts import actions, lists
from xushi.alerts.forms import ThresholdForm
from xushi.alerts.models import ThresholdSet
from xushi.alerts.policy import can_set_thresholds
from xushi.alerts.rules import THRESHOLD_LABELS, Level, Thresholds, ThresholdsRefused, as_values
from xushi.alerts.thresholds import book_at, thresholds_at
from xushi.alerts.words import AGES
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.kit.filters import Select
from xushi.units.districts import denied, own_district
from xushi.units.inherited import COMMON
from xushi.units.models import Unit, User
from xushi.units.views_districts import apart, asked_district

HISTORY = 50
FROM_ABOVE = "同上级"


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the middleware lets nobody else in
    return request.user


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """预警清单：by cause, filtered and grouped, the worst first; 400 with a sentence where the address is odd."""
    wanted, odd = lists.Wanted(), ""
    try:
        wanted = lists.read(request.GET)
    except ValueError as problem:
        odd = str(problem)
    user, now = _who(request), clock.now()
    found = lists.listed(user, wanted, local_day(now))
    context = {
        "found": found,
        "wanted": wanted,
        "odd": odd,
        "selects": _selects(user, wanted),
        "thresholds": thresholds_at(now, own_district(user)),
        "may_set": can_set_thresholds(user),
        "last": None if found.groups else lists.last_cleared(user),
        "now": now,
    }
    return render(request, "alerts/list.html", context, status=400 if odd else 200)


def _selects(user: User, wanted: lists.Wanted) -> list[Select]:
    """The filters worth showing: one with a single choice is left out unless it is chosen."""
    units = {
        name: [(str(pk), label) for pk, label in options] for name, options in lists.choices(user).items()
    }
    selects = [
        Select("territory", "属地", units["territory"], str(wanted.territory or "")),
        Select("unit", "责任单位", units["unit"], str(wanted.unit or "")),
        Select("leader", "挂钩领导", units["leader"], str(wanted.leader or "")),
        Select("level", "级别", Level.choices(), wanted.level),
        Select("age", "时间", [(age.key, age.label) for age in AGES], wanted.age),
        Select("group", "分组", list(lists.GROUPINGS.items()), wanted.group, blank=False),
    ]
    return [select for select in selects if len(select.options) > 1 or select.chosen]


@require_http_methods(["GET", "HEAD", "POST"])
def thresholds(request: HttpRequest) -> HttpResponse:
    """预警阈值：what is in force, every change so far, and for the office the form; a district's where it has its own."""
    user, now = _who(request), clock.now()
    if not can_set_thresholds(user):
        raise PermissionDenied(denied(user, "预警阈值由区重大办调整。"))
    district = asked_district(user, request.GET.get("district", ""))
    book, path = book_at(now), district.path if district else COMMON
    form = ThresholdForm(request.POST or None, held=book.of(path))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            written = actions.set_thresholds(
                form.values(), reason, actor=Actor.of(request), now=now, district=district
            )
        except ThresholdsRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "阈值已调整，预警随后重算。" if written else "阈值没有变化。")
            return redirect(request.get_full_path())
    context = {
        "form": form, "history": _history(district), "district": district,
        "own": [THRESHOLD_LABELS[name] for name in book.own(path)],
        "districts": apart(book) if district is None else [],
    }  # fmt: skip
    return render(request, "alerts/thresholds.html", context, status=400 if form.errors else 200)


def _history(district: Unit | None) -> list[tuple[ThresholdSet, list[tuple[str, object, object]]]]:
    """The changes so far, the latest first, each with what it changed: (label, before, after)."""
    sets = list(
        ThresholdSet.objects.filter(district=district).select_related("by").order_by("effective_at", "pk")
    )
    before: dict[str, object] = {} if district else as_values(Thresholds())
    told = []
    for one in sets:
        after = one.values if district else before | one.values
        names = [name for name in THRESHOLD_LABELS if before.get(name) != after.get(name)]
        moved = [(THRESHOLD_LABELS[n], before.get(n, FROM_ABOVE), after.get(n, FROM_ABOVE)) for n in names]
        told.append((one, moved))
        before = after
    return told[::-1][:HISTORY]
