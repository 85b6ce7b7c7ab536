"""督办清单：先说结论，分栏、筛选、期限轨；成批催办、改派、列入例会、印单；导出。"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.supervision import actions, choices, exporting, lists, naming, policy, selectors
from xushi.supervision.actions import NotAllowed, Refused
from xushi.supervision.engine import terms_at
from xushi.supervision.forms import StepForm, UnitField, day_field, offer_only, words_field
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.policy import parts_of
from xushi.supervision.rules import Urgency
from xushi.supervision.table import AT_UNIT, State, steps_from
from xushi.supervision.wanted import Wanted, read
from xushi.units.access import person
from xushi.units.districts import own_district
from xushi.units.models import Role
from xushi.units.views_exporting import hand_out

AT_ONCE = 200
ORDER = SupervisionOrder._meta.label_lower


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """督办清单; 400 with a sentence where the address is odd."""
    wanted, odd = Wanted(), ""
    try:
        wanted = read(request.GET)
    except ValueError as problem:
        odd = str(problem)
    user, now = person(request), clock.now()
    terms = terms_at(now, own_district(user))
    office = user.has_role(Role.OFFICE)
    clocks, more = selectors.own_clocks(user, now) if office else ([], 0)
    context = {
        "found": lists.listed(user, wanted, now),
        "wanted": wanted,
        "odd": odd,
        "sum": lists.summary(user, now),
        "selects": choices.selects(user, wanted),
        "years": choices.years(local_day(now)),
        "other_sort": lists.sorts(wanted),
        "project": lists.project_of(user, wanted),
        "lead": lists.lead_of(wanted),
        "office": office,
        "ranks": policy.can_rank_units(user),
        "bars": selectors.performance(user, now, terms) if policy.can_rank_units(user) else [],
        "limit": terms.reply_days(Urgency.ORDINARY),
        "terms": terms,
        "clocks": clocks,
        "clocks_more": more,
        "extensions": selectors.asked_extensions(user) if office else [],
        "meetings": meeting_url(),
        "now": now,
        "today": local_day(now),
    }
    return render(request, "supervision/orders.html", context, status=400 if odd else 200)


def meeting_url() -> str:
    """Where orders are put on the next meeting's agenda; "" while there is no such page."""
    try:
        return reverse("supervision:to_meeting")
    except NoReverseMatch:
        return ""


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """What the list shows, all pages of it, as xlsx."""
    try:
        wanted = read(request.GET)
    except ValueError as problem:
        return redirect(f"{reverse('supervision:orders')}?{urlencode({'q': str(problem)[:20]})}")
    user, now = person(request), clock.now()
    rows = lists.narrowed(user, wanted, now).select_related("lead", "project")
    found = rows.prefetch_related("helpers__unit").iterator(chunk_size=1000)
    return hand_out(request, exporting.orders_book(found))


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """What the bulk bar asks for over the chosen orders, those within sight only."""
    ids = [number for text in request.POST.getlist("id") if (number := row_number(text)) is not None][
        :AT_ONCE
    ]
    act = request.POST.get("act", "")
    chosen = list(
        SupervisionOrder.objects.visible_to(person(request)).filter(pk__in=ids).order_by("year", "serial")
    )
    picked = urlencode([("id", order.pk) for order in chosen])
    if not chosen:
        messages.error(request, "没有选中看得到的督办单，请先勾选。")
    elif act == "print":
        return redirect(f"{reverse('supervision:print_orders')}?{picked}")
    elif act == "reroute":
        return redirect(f"{reverse('supervision:reroute')}?{picked}")
    elif act == "remind":
        _remind(request, chosen)
    else:
        messages.error(request, "没有这种操作。")
    return _back(request)


def _remind(request: HttpRequest, chosen: list[SupervisionOrder]) -> None:
    """催办 those that are in a unit's hands; the others are told apart."""
    if not person(request).has_role(Role.OFFICE):
        raise PermissionDenied("只有区重大办能催办。")
    due = [order for order in chosen if order.state in AT_UNIT]
    rest = len(chosen) - len(due)
    try:
        done = actions.remind_orders(due, actor=Actor.of(request), now=clock.now()) if due else []
    except NotAllowed as refused:
        messages.error(request, str(refused))
        return
    said = f"已催办{len(done)}件。" if done else ""
    said += f"{rest}件不在单位手里，没有催。" if rest else ""
    (messages.success if done else messages.warning)(request, said)


def _back(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("query", "")[:2000]
    address = reverse("supervision:orders")
    return redirect(f"{address}?{query.lstrip('?')}" if query.strip("?") else address)


def reroute(request: HttpRequest) -> HttpResponse:
    """成批改派主办: all or none."""
    user, now = person(request), clock.now()
    ids = [number for text in request.GET.getlist("id") if (number := row_number(text)) is not None][:AT_ONCE]
    seen = SupervisionOrder.objects.visible_to(user).filter(pk__in=ids).order_by("year", "serial")
    chosen = list(
        seen.select_related("lead", "office", "instruction__author").prefetch_related("helpers__unit")
    )
    if not user.has_role(Role.OFFICE):
        raise PermissionDenied("只有区重大办能改派。")
    given: dict[str, Any] = {
        "unit": UnitField(label="改派给"),
        "words": words_field("理由"),
        "due_on": day_field("新期限", "不填就按各件的急缓重新算。"),
    }
    offer_only(given, naming.reach_for(user))
    form = StepForm(request.POST or None, given=given, use_required_attribute=False)
    sentence, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sentence = _reroute(request, form, chosen)
            if not sentence and not form.errors:
                return redirect("supervision:orders")
    today = local_day(now)
    able = {
        o.pk
        for o in chosen
        if "reroute" in [s.verb for s in steps_from(State(o.state), parts_of(user, o, today))]
    }
    context = {"form": form, "chosen": chosen, "able": able, "sentence": sentence, "now": now}
    return render(request, "supervision/reroute.html", context, status=status)


def _reroute(request: HttpRequest, form: StepForm, chosen: list[SupervisionOrder]) -> str:
    """ "" where it was done; else the sentence for the head of the form."""
    given = form.cleaned_data
    try:
        done = actions.reroute_orders(
            chosen,
            given["unit"],
            given["words"],
            actor=Actor.of(request),
            now=clock.now(),
            due_on=given["due_on"],
        )
    except Refused as refused:
        form.refuse(refused.problems)
        return ""
    except NotAllowed as refused:
        return str(refused)
    messages.success(request, f"已改派{len(done)}件给{given['unit']}。")
    return ""
