"""履约：承诺和兑现一年一核，违约了结。"""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import CharField, Form, TextInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.admission import performing, policy, promising, selectors
from xushi.admission.models import Application, Breach, Promise
from xushi.admission.promising import DeliveryInput
from xushi.admission.standards import terms_book, terms_now
from xushi.admission.table import IN
from xushi.admission.views_apply import lay_on
from xushi.admission.views_desk import ask_reader
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Refused
from xushi.units.access import person
from xushi.units.districts import home_district
from xushi.units.inherited import COMMON


class CheckForm(Form):
    """What came of each promise in a year; an empty one is not checked yet."""

    def __init__(self, promises: list[Promise], *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.promises = {one.item: one for one in promises}
        for one in promises:
            label = f"{one.of_item.label}（{one.of_item.unit}），承诺{one.amount_text}"
            widget = TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            self.fields[one.item] = CharField(label=label, required=False, max_length=20, widget=widget)
        self.fields["source"] = CharField(
            label="依据", max_length=200, error_messages={"required": "写明依据，如“税务局2020年入库数”。"}
        )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        for item, promise in self.promises.items():
            if typed := data.get(item):
                try:
                    data[item] = promise.of_item.amount_of(typed)
                except ValueError as wrong:
                    self.add_error(item, str(wrong))
        return data

    @property
    def rows(self) -> list[DeliveryInput]:
        data = self.cleaned_data
        return [DeliveryInput(one.pk, data[item]) for item, one in self.promises.items() if data[item] != ""]


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """履约台面 of a year: whose promises are due, what came of them, who is short; last year where none is given."""
    ask_reader(request)
    user, today = person(request), local_day(clock.now())
    year = _year(request.GET.get("year", ""), today)
    found = selectors.promises_due(user, year)
    page = Paginator(found, selectors.PER_PAGE).get_page(request.GET.get("page"))
    book = terms_book()
    home = home_district(user)
    terms = book.of(home.path if home else COMMON)
    context = {
        "year": year, "years": range(today.year + 1, today.year - 5, -1), "page": page, "terms": terms, "today": today,
        "rows": [
            performing.standing_of(one, year, book.of_unit(one.territory_id), today.year)
            for one in page.object_list
        ],
        "breaches": performing.open_breaches(user), "office": policy.can_keep(user),
    }  # fmt: skip
    return render(request, "admission/promises.html", context)


def _year(typed: str, today: date) -> int:
    year = row_number(typed)
    return year if year and 2000 <= year <= 2100 else today.year - 1


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """核对 one application's promises for a year."""
    ask_reader(request)
    user, today = person(request), local_day(clock.now())
    rows = Application.objects.visible_to(user).filter(state__in=[one.value for one in IN])
    held: Application = get_object_or_404(rows.select_related("territory", "project"), pk=pk)
    due = list(
        held.promises.filter(first_year__lte=year).prefetch_related("deliveries", "breaches").order_by("pk")
    )
    if request.method == "POST" and not policy.can_change(user, held):
        raise PermissionDenied(f"履约由{held.territory}或区重大办核对，您的角色可以查看。")
    first = {
        promise.item: promise.of_item.number(one.amount)
        for promise in due
        for one in promise.deliveries.all()
        if one.year == year
    }
    form = CheckForm(due, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            source = form.cleaned_data["source"]
            promising.check_delivery(held, year, form.rows, source, actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, f"{held}：{year}年履约已核对。")
            return redirect("admission:application", pk)
    context = {
        "held": held, "year": year, "form": form, "due": due, "today": today, "may": policy.can_change(user, held),
        "lines": performing.lines_of(held, due, terms_now(held.territory), today.year),
        "invested": performing.invested(held, year) if held.project_id else None,
    }  # fmt: skip
    return render(request, "admission/check.html", context, status=422 if form.errors else 200)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """违约了结."""
    ask_reader(request)
    seen = Application.objects.visible_to(person(request)).values("pk")
    rows = Breach.objects.filter(promise__application__in=seen).select_related("promise__application")
    held: Breach = get_object_or_404(rows, pk=pk)
    try:
        promising.settle_breach(
            held, request.POST.get("words", "")[:300], actor=Actor.of(request), now=clock.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "违约已记了结。")
    return redirect("admission:application", held.promise.application_id)
