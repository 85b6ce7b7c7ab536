"""个人信息的页：显示一个人的完整号码，导出人员名册。"""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.kit.sheets import Sheet, safe
from xushi.kit.views_limits import too_often
from xushi.units import actions_personal, selectors
from xushi.units.models import User
from xushi.units.rules import Refused
from xushi.units.views_exporting import hand_out
from xushi.units.views_people import ask_administrator, person_page, wanted_people

HEADS = ("姓名", "账号", "手机", "单位", "职务", "角色", "状态")


@require_POST
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """显示完整号码: on this one answer, which no browser keeps."""
    ask_administrator(request)
    user = get_object_or_404(User, pk=pk)
    if wait := too_often(request, "unmask"):
        return wait.on(person_page(request, user, problem=wait.sentence))
    try:
        shown = actions_personal.show_number(user=user, actor=Actor.of(request), now=clock.now())
    except Refused as refused:
        return person_page(request, user, problem=str(refused), status=400)
    answer = person_page(request, user, number=shown)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """人员名册 as the list is narrowed; ?numbers=1 with the numbers in full, which has to be granted first."""
    ask_administrator(request)
    full = request.GET.get("numbers") == "1"
    title = "人员名册（带完整号码）" if full else "人员名册"
    rows = _rows(selectors.people(wanted_people(request)), full=full)
    named = f"{title}{local_day(clock.now())}"
    return hand_out(request, Sheet(title, HEADS, rows, named=named, tab="人员名册", personal=full))


def _rows(people: Any, *, full: bool) -> Iterator[dict[str, Any]]:
    for one in people.iterator(chunk_size=500):
        unit = one.held[0].unit if one.held else one.home_unit
        values = (
            one.name, one.username if full else one.account_shown, one.phone if full else one.phone_shown,
            unit.name if unit else "", one.title, "、".join(held.get_role_display() for held in one.held),
            "在用" if one.is_active else "已停用",
        )  # fmt: skip
        yield dict(zip(HEADS, map(safe, values), strict=True))
