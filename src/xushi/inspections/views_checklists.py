"""检查单的页：四种各一张，重大办逐项改，存一次出一版。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.core.text import row_number
from xushi.inspections.checklists import ItemInput, in_force_at, set_checklist
from xushi.inspections.models import Checklist
from xushi.inspections.views_plan import ask_planner
from xushi.inspections.words import FindingClass, Kind, Severity
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.inherited import COMMON
from xushi.units.views_districts import Whose

SPARE = 2  # empty rows at the end


@require_http_methods(["GET", "POST"])
def checklists(request: HttpRequest, kind: str = Kind.START) -> HttpResponse:
    """One kind's list; an emptied name drops the item."""
    ask_planner(request)
    if kind not in Kind.values:
        return redirect("inspections:checklists")
    whose = Whose.of(request)
    held = in_force_at(whose.district.path if whose.district else COMMON).get(kind)
    rows = (
        [ItemInput(one.name, one.hint, one.finding_class, one.severity) for one in held.items.all()]
        if held
        else []
    )
    problem, status = "", 200
    if request.method == "POST":
        rows, seen = _typed(request), row_number(request.POST.get("version", "")) or 0
        try:
            made = set_checklist(
                kind, rows, seen=seen, district=whose.district, actor=Actor.of(request), now=clock.now()
            )
        except (Refused, Conflict) as refused:
            problem, status = str(refused), 409 if isinstance(refused, Conflict) else 422
        else:
            follows = "和共用的一样，以后的点位用共用的。" if not made.in_force else "以后的点位用这一版。"
            messages.success(request, f"{made}已定，{follows}")
            return redirect(reverse("inspections:checklist", args=[kind]) + whose.ask)
    own = Checklist.objects.kept_by(whose.district).filter(kind=kind)
    context = {
        "kind": kind, "held": held, "rows": [*rows, *[ItemInput("")] * SPARE], "kinds": Kind.choices,
        "groups": FindingClass.choices, "severities": Severity.choices, "problem": problem,
        "last": max((one.version for one in own), default=0), "whose": whose,
    }  # fmt: skip
    return render(request, "inspections/checklists.html", context, status=status)


def _typed(request: HttpRequest) -> list[ItemInput]:
    columns = [request.POST.getlist(name) for name in ("name", "hint", "class", "severity")]
    return [
        ItemInput(name, hint, group, row_number(severity) or 0)
        for name, hint, group, severity in zip(*columns, strict=False)
        if name.strip()
    ]
