"""覆盖：各属地一格的方块图，和它背后的清单。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.duties.reach import places_for
from xushi.inspections import coverage, policy
from xushi.inspections.rules import Age
from xushi.inspections.tiles import LONGEST_FIRST, board
from xushi.inspections.views_finding import ask_reader
from xushi.inspections.views_lists import PER_PAGE, findings
from xushi.units.access import person
from xushi.units.models import User

SEEN = {"": "60天没人看过", "1": "60天内看过", "all": "看没看过都算"}
TITLES = {"": "60天没人看过的在建项目", "1": "60天内看过的在建项目", "all": "在建的项目"}


@dataclass(frozen=True)
class Wanted:
    """What of the projects under way is listed: unseen for sixty days, seen within them, or all."""

    seen: str = ""  # "1" within sixty days, "all" whether seen or not
    territory: int = 0
    alarmed: bool = False
    age: Age | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        seen, age = query.get("seen", ""), query.get("age", "")
        if seen not in SEEN:
            raise ValueError(f"没有“{seen[:20]}”这一类，请从筛选里选。")
        if age and age not in list(Age):
            raise ValueError(f"没有“{age[:20]}”这一档，请从筛选里选。")
        return cls(
            seen, row_number(query.get("territory", "")) or 0, bool(query.get("alarmed")),
            Age(age) if age and not seen else None,
        )  # fmt: skip

    def rows(self, user: User, today: date) -> Any:
        month = Month.of(today)
        if self.seen == "all":
            rows = coverage.all_under_way(user, month)
        elif self.seen:
            rows = coverage.seen(user, month, today)
        else:
            rows = coverage.unseen(user, month, today, self.age)
        if self.territory:
            rows = rows.filter(territory=self.territory)
        if self.alarmed:
            rows = rows.filter(is_alarmed=True)
        return rows.order_by(*((F("last_seen").desc(nulls_last=True), "pk") if self.seen else LONGEST_FIRST))


@require_safe
def tiles(request: HttpRequest) -> HttpResponse:
    """各属地看过没有: a tile a territory; the desk takes it in when it comes into sight."""
    ask_reader(request)
    user, now = person(request), clock.now()
    if not policy.sees_plan(user):
        return findings(request)
    today = local_day(now)
    context = {"board": board(user, Month.of(today), today), "now": now, "today": today}
    return render(request, "inspections/tiles.html", context)


@require_safe
def unseen(request: HttpRequest) -> HttpResponse:
    """60天没人看过的: under way and unseen, the alarmed first, then those seen longest ago; or those that were seen."""
    ask_reader(request)
    user, now = person(request), clock.now()
    if not policy.sees_plan(user):
        return findings(request)
    odd = ""
    try:
        wanted = Wanted.read(request.GET)
    except ValueError as wrong:
        wanted, odd = Wanted(), str(wrong)
    today = local_day(now)
    pages = Paginator(wanted.rows(user, today), PER_PAGE)
    context = {
        "page": pages.get_page(row_number(request.GET.get("page", "")) or 1), "now": now, "today": today,
        "wanted": wanted, "ages": list(Age), "each": SEEN.items(), "title": TITLES[wanted.seen],
        "territories": places_for(user), "office": policy.can_plan(user), "odd": odd,
    }  # fmt: skip
    return render(request, "inspections/unseen.html", context, status=400 if odd else 200)
