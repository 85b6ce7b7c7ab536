"""一年的盘子：共有、已承诺、还剩、给了谁；分工。"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.guarantees import policy, stocks
from xushi.guarantees.forms import ProvidersForm, StockForm
from xushi.guarantees.models import Provider, Stock
from xushi.guarantees.rules import Kind, shown
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person
from xushi.units.districts import denied
from xushi.units.models import Role, Unit


def ask_keeper(request: HttpRequest) -> None:
    if not policy.can_keep_stocks(person(request)):
        raise PermissionDenied(
            denied(person(request), "盘子和分工由区重大办定，您的角色可以在要素保障里看还剩多少。")
        )


@require_safe
def this_year(request: HttpRequest) -> HttpResponse:
    return redirect("guarantees:stock", local_day(clock.now()).year)


@require_http_methods(["GET", "POST"])
def year(request: HttpRequest, year: int) -> HttpResponse:
    """盘子 of a year, each with what was promised to whom; the office sets totals here, leaders read."""
    user = person(request)
    if request.method == "POST" or not user.has_role(Role.LEADER, Role.INSPECTOR):
        ask_keeper(request)
    if not 2000 <= year <= 2100:
        raise Http404
    form = StockForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
        try:
            seen = row_number(request.POST.get(f"version-{data['kind']}", "")) or 0
            stock = stocks.set_stock(
                Kind(data["kind"]), year, data["amount"], data["source"], seen=seen or None, **how
            )
        except (Refused, Conflict) as refusal:
            problem = str(refusal)
        else:
            return redirect(f"{request.path}#stock-{stock.kind}")
    status = 422 if problem or form.errors else 200
    return render(request, "guarantees/stock.html", _context(request, year, form, problem), status=status)


def _context(request: HttpRequest, year: int, form: StockForm, problem: str) -> dict[str, object]:
    held = Stock.objects.filter(year=year).prefetch_related("changes").order_by("kind")
    rows = [
        (stock, [(name, shown(Kind(stock.kind), amount)) for name, amount in stocks.promised_to(stock)])
        for stock in held
    ]
    known = {one.kind: str(one.unit_id) for one in Provider.objects.all()}
    return {
        "year": year, "rows": rows, "form": form, "problem": problem, "now": clock.now(),
        "office": policy.can_keep_stocks(person(request)), "providers": ProvidersForm(initial=known),
    }  # fmt: skip


@require_POST
def providers(request: HttpRequest) -> HttpResponse:
    """分工."""
    ask_keeper(request)
    today = local_day(clock.now())
    form = ProvidersForm(request.POST)
    if form.is_valid():
        chosen = {kind: form.cleaned_data[kind.value] for kind in Kind if form.cleaned_data[kind.value]}
        units = {kind: get_object_or_404(Unit, pk=pk) for kind, pk in chosen.items()}
        try:
            stocks.set_providers(units, actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            context = _context(request, today.year, StockForm(), str(refusal))
            return render(request, "guarantees/stock.html", context, status=422)
        return redirect("guarantees:stock", today.year)
    context = _context(request, today.year, StockForm(), "分工没有看懂，请从名单里选单位。")
    return render(request, "guarantees/stock.html", context, status=422)
