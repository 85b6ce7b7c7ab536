"""单位表现与督办时限的页。"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.supervision import exporting, terms
from xushi.supervision.engine import term_book
from xushi.supervision.figures import COUNTS, SPANS, unit_rows
from xushi.supervision.forms import TermsForm
from xushi.supervision.policy import can_rank_units, can_set_terms
from xushi.supervision.rules import TERM_LABELS, TermsRefused
from xushi.supervision.wanted import issued_in
from xushi.units.access import person
from xushi.units.districts import denied
from xushi.units.inherited import COMMON
from xushi.units.views_districts import apart, asked_district
from xushi.units.views_exporting import hand_out


def _period(request: HttpRequest, today: date) -> tuple[str, str]:
    """The period that the address asks for, this year where it asks for none; and what was wrong with it."""
    text = request.GET.get("period", "").strip() or str(today.year)
    try:
        issued_in(text)
    except ValueError as problem:
        return str(today.year), str(problem)
    return text, ""


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """单位表现 of a year or a month; every number opens the list it counts."""
    user, now = person(request), clock.now()
    if not can_rank_units(user):
        raise PermissionDenied("单位表现由区重大办、区领导、督查室看。")
    today = local_day(now)
    period, odd = _period(request, today)
    rows, total = unit_rows(user, period, now)
    context = {
        "rows": rows,
        "total": total,
        "period": period,
        "odd": odd,
        "periods": _periods(today, period),
        "counts": list(COUNTS),
        "spans": list(SPANS),
        "may_set": can_set_terms(user),
        "now": now,
    }
    return render(request, "supervision/units.html", context, status=400 if odd else 200)


def _periods(today: date, chosen: str) -> list[tuple[str, str]]:
    """This year and the last with their months so far, the latest first."""
    found = [(str(today.year), f"{today.year}年")]
    found += [
        (f"{today.year}-{month:02d}", f"{today.year}年{month}月") for month in range(today.month, 0, -1)
    ]
    last = today.year - 1
    found += [
        (str(last), f"{last}年"),
        *((f"{last}-{month:02d}", f"{last}年{month}月") for month in range(12, 0, -1)),
    ]
    return found if chosen in dict(found) else [(chosen, chosen), *found]


@require_safe
def units_export(request: HttpRequest) -> HttpResponseBase:
    """考核表."""
    user, now = person(request), clock.now()
    if not can_rank_units(user):
        raise PermissionDenied("考核表由区重大办、区领导、督查室看。")
    period, _ = _period(request, local_day(now))
    rows, total = unit_rows(user, period, now)
    return hand_out(request, exporting.units_book(rows, total, period))


@require_http_methods(["GET", "HEAD", "POST"])
def set_terms(request: HttpRequest) -> HttpResponse:
    """督办时限: what is in force, every change so far, and the form."""
    if not can_set_terms(person(request)):
        raise PermissionDenied(denied(person(request), "督办时限由区重大办调整。"))
    user, now = person(request), clock.now()
    district = asked_district(user, request.GET.get("district", ""))
    book, path = term_book(now), district.path if district else COMMON
    form = TermsForm(request.POST or None, held=book.of(path))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        how: dict[str, Any] = {"actor": Actor.of(request), "now": now, "district": district}
        try:
            written = terms.set_terms(form.values(), reason, **how)
        except TermsRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "时限已调整，以后签发的照新的算。" if written else "时限没有变化。")
            return redirect(request.get_full_path())
    context = {
        "form": form, "history": terms.history(district), "district": district,
        "own": [TERM_LABELS[name] for name in book.own(path)],
        "districts": apart(book) if district is None else [],
    }  # fmt: skip
    return render(request, "supervision/terms.html", context, status=400 if form.errors else 200)
