"""入统差额台账：一行一个项目，统计局就地填；合计就是这些行之和。"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xushi.config import clock
from xushi.core import money
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.duties.reach import places_for, reach_of
from xushi.journal.actions import Actor
from xushi.kit.sheets import Sheet
from xushi.progress import policy, statistics
from xushi.progress.asking import Request
from xushi.progress.closed import closing_for, last_month_for
from xushi.progress.forms import AmountField
from xushi.progress.models import StatisticsEntry
from xushi.progress.rules_report import wan
from xushi.progress.statistics import EVIDENCE, STATES, StatisticsInput
from xushi.progress.views_inbox import choices
from xushi.progress.views_report import month_of
from xushi.registry.actions import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User
from xushi.units.views_exporting import hand_out

PER_PAGE = 50
ORDER = "-gap"
HEADS = ("项目", "属地", "月报累计", "入统累计", "差额", "缺的依据", "帮办单位", "说明", "入统填到")


class EntryForm(forms.Form):
    """What statistics enters of one project: amount in 万元, the evidence at hand, who helps."""

    recorded = AmountField(
        label="入统累计", max_length=40, error_messages={"required": "填入统累计，还没有入统的填0。"}
    )
    held = forms.MultipleChoiceField(
        label="已有依据", choices=list(EVIDENCE.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    helper_unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(), label="帮办单位", required=False, empty_label="未定"
    )
    note = forms.CharField(label="说明", max_length=300, required=False)
    seen = forms.CharField(required=False)

    def __init__(self, *args: Any, user: User, kept: int | None = None, **kwargs: Any) -> None:
        """kept: the helper that the ledger has already, wherever it is."""
        super().__init__(*args, **kwargs)
        kinds = (Unit.Kind.OFFICE, Unit.Kind.DEPARTMENT, *Unit.TERRITORY_KINDS)
        field = self.fields["helper_unit"]
        assert isinstance(field, forms.ModelChoiceField)
        within = reach_of(user, Role.STATISTICS).units_or([kept])
        field.queryset = Unit.objects.standing().filter(within, kind__in=kinds)


def _month(request: Request, today: date) -> Month:
    text = request.GET.get("month")
    return month_of(text) if text else last_month_for(request.user) or Month.of(today)


def _allowed(request: Request) -> None:
    if not policy.can_read_statistics(request.user):
        raise PermissionDenied("入统差额台账由统计局填写，重大办、区领导和报送单位查看。")


def _rows(request: Request, month: Month, query: QueryDict) -> Any:
    found = statistics.ledger(request.user, month)
    return statistics.narrowed(found, query.get("state", ""), row_number(query.get("territory", "")))


@require_GET
def ledger(request: Request) -> HttpResponse:
    """The ledger of a month: totals over the rows chosen, the rows, and the year month by month."""
    _allowed(request)
    today = local_day(clock.now())
    month = _month(request, today)
    found = _rows(request, month, request.GET)
    page = Paginator(found.order_by(ORDER, "project_key"), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    context = {
        "month": month,
        "months": choices(month, today),
        "closed": closing_for(request.user, month) is not None,
        "totals": statistics.totals(found),
        "by_month": statistics.by_month(request.user, month),
        "page": page,
        "rows": _shown(rows, month),
        "states": STATES,
        "state": request.GET.get("state", ""),
        "territories": places_for(request.user, dissolved=True),
        "territory": request.GET.get("territory", ""),
        "recording": policy.can_record_statistics(request.user),
    }
    return render(request, "progress/statistics.html", context)


def _shown(rows: list[Any], month: Month) -> list[dict[str, Any]]:
    entries = statistics.entries_of(rows)
    units = {unit.pk: str(unit) for unit in Unit.objects.filter(pk__in={row.territory_id for row in rows})}
    return [_row(row, entries.get(row.entry), units.get(row.territory_id, ""), month) for row in rows]


def _row(row: Any, entry: StatisticsEntry | None, territory: str, month: Month) -> dict[str, Any]:
    return {
        "project": row.project_key,
        "name": row.project_name,
        "territory": territory,
        "reported": row.cumulative,
        "recorded": row.recorded,
        "gap": row.gap,
        "entry": entry,
        "old": entry is not None and entry.month != month,
        "evidence": [
            (label, entry is not None and key not in entry.missing) for key, label in EVIDENCE.items()
        ],
    }


@require_http_methods(["GET", "POST"])
def entry(request: Request, project_id: int, month: str) -> HttpResponse:
    """One project: its months, and for statistics the form; by htmx the row turns into the form and back."""
    _allowed(request)
    one = month_of(month)
    row = statistics.ledger(request.user, one).filter(project_key=project_id).first()
    if row is None:
        raise Http404("台账里没有这个项目。")
    recording = policy.can_record_statistics(request.user)
    if request.method == "POST":
        if not recording:
            raise PermissionDenied("入统由统计局填写。")
        return _saved(request, row, one)
    if request.headers.get("HX-Request"):
        name = "_statistics_edit" if recording and "cancel" not in request.GET else "_statistics_row"
        return render(request, f"progress/{name}.html", _entry_context(request, row, one))
    return render(request, "progress/statistics_entry.html", _entry_context(request, row, one))


def _entry_context(
    request: Request, row: Any, month: Month, form: EntryForm | None = None, problem: str = ""
) -> dict[str, Any]:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=row.project_key)
    shown = _shown([row], month)[0]
    held = StatisticsEntry.objects.filter(project=project, month=month).first()
    latest = shown["entry"]
    initial = {
        "recorded": wan(latest.recorded) if latest else "",
        "held": [key for key in EVIDENCE if latest and key not in latest.missing],
        "helper_unit": latest.helper_unit_id if latest else None,
        "note": latest.note if latest else "",
    }
    form = form or EntryForm(
        initial=initial, user=request.user, kept=latest.helper_unit_id if latest else None
    )
    return {
        "row": shown,
        "project": project,
        "month": month,
        "form": form,
        "problem": problem or "".join(str(found[0]) for found in form.errors.values()),
        "seen": held.at.isoformat() if held else "",
        "months_of_project": statistics.history_of(project, month),
        "recording": policy.can_record_statistics(request.user),
    }


def _saved(request: Request, row: Any, month: Month) -> HttpResponse:
    kept = statistics.entries_of([row]).get(row.entry)
    form = EntryForm(request.POST, user=request.user, kept=kept.helper_unit_id if kept else None)
    problem = ""
    if form.is_valid():
        problem = _record(request, row.project_key, month, form)
    swapping = bool(request.headers.get("HX-Request"))
    if problem or not form.is_valid():
        name = "_statistics_edit" if swapping else "statistics_entry"
        context = _entry_context(request, row, month, form, problem)
        return render(request, f"progress/{name}.html", context, status=200 if swapping else 422)
    if not swapping:
        messages.success(request, f"已填入统：{row.project_name}")
        return redirect(f"{reverse('progress:statistics')}?month={month}")
    fresh = statistics.ledger(request.user, month).get(project_key=row.project_key)
    query = QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    context = _entry_context(request, fresh, month) | {
        "totals": statistics.totals(_rows(request, month, query)),
        "swapped": True,
    }
    return render(request, "progress/_statistics_row.html", context)


def _record(request: Request, project: int, month: Month, form: EntryForm) -> str:
    """Empty where it is written, else the sentence of what stands against it."""
    data = form.cleaned_data
    helper = data["helper_unit"]
    row = StatisticsInput(
        project=project,
        month=month,
        recorded=data["recorded"],
        missing=tuple(key for key in EVIDENCE if key not in data["held"]),
        helper_unit=helper.pk if helper else None,
        note=data["note"],
    )
    try:
        seen = datetime.fromisoformat(data["seen"]) if data["seen"] else None
        statistics.record_statistics([row], actor=Actor.of(request), now=clock.now(), seen={project: seen})
    except (Refused, Conflict) as problem:
        return str(problem)
    except ValueError:
        return "这一行放得太久，请收起再打开填。"
    return ""


@require_GET
def export(request: Request) -> HttpResponseBase:
    """Exactly the rows that the list shows, as csv."""
    _allowed(request)
    month = _month(request, local_day(clock.now()))
    found = _rows(request, month, request.GET).order_by(ORDER, "project_key")
    sheet = Sheet(
        "入统差额台账", HEADS, _records(found), named=f"statistics-{month}", about=month.label, kind="csv",
        ahead=f"{month.period}入统差额台账（单位：万元）",
    )  # fmt: skip
    return hand_out(request, sheet)


def _records(found: Any) -> Iterator[dict[str, Any]]:
    units = {unit.pk: unit for unit in Unit.objects.all()}
    columns = StatisticsEntry.objects.values_list("pk", "helper_unit", "note", "missing", "month")
    for start in range(0, found.count(), 2000):
        rows = list(found[start : start + 2000])
        kept = {e[0]: e for e in columns.filter(pk__in=[row.entry for row in rows if row.entry])}
        for row in rows:
            _, helper, note, missing, filled = kept.get(row.entry, (None, None, "", list(EVIDENCE), None))
            values = (
                row.project_name, str(units.get(row.territory_id, "")), _plain(row.cumulative),
                _plain(row.recorded), _plain(row.gap), "、".join(EVIDENCE[key] for key in missing),
                str(units[helper]) if helper else "", note, str(filled or "未填"),
            )  # fmt: skip
            yield dict(zip(HEADS, values, strict=True))


def _plain(yuan: int) -> str:
    return money.plain(money.wan(yuan))
