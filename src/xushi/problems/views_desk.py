"""问题事项：类别 × 单位、一个决定放行多少、清单与成批办；导出、印清单、类别。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.kit.filters import Select
from xushi.problems import board as boards
from xushi.problems import classes, exporting, policy, selectors, steps
from xushi.problems.acting import NotAllowed
from xushi.problems.forms import ClassForm, picked
from xushi.problems.holding import held_by
from xushi.problems.models import Batch, ProblemClass
from xushi.problems.rules import PRESSING, Horizon
from xushi.problems.wanted import NO_BATCH, STATES, Wanted, address, read
from xushi.problems.words import AGES, weekday
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person
from xushi.units.districts import denied, keeps_whole, own_district
from xushi.units.models import Role, Unit, User
from xushi.units.views_exporting import hand_out

KEPT = ("lead", "person", "due_on", "raise_words", "leader", "batch", "batch_title", "words", "also_raise")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The page of problems; 400 with a sentence where the address is odd."""
    return _desk(request, request.GET)


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """One step for the chosen rows; whoever was slower sees the new state and keeps what they typed."""
    verb = request.POST.get("act", "")
    if verb not in steps.IN_BULK:
        return _desk(request, _query(request), odd="不知道要办什么，请用页上的按钮。")
    try:
        posted = steps.Posted(picked(request.POST), request.POST, [], Actor.of(request), clock.now())
        steps.DOING[verb](posted)
    except ValueError as none:
        return _desk(request, _query(request), verb=verb, errors={"problem": str(none)})
    except Refused as refused:
        errors = {wrong.field: wrong.sentence for wrong in refused.problems}
        return _desk(request, _query(request), verb=verb, errors=errors)
    except (Conflict, NotAllowed) as overtaken:
        return _desk(request, _query(request), verb=verb, overtaken=str(overtaken))
    messages.success(request, f"{len(posted.seen)}项：{steps.DONE[verb]}")
    back = request.POST.get("query", "")
    return redirect(
        f"{reverse('problems:desk')}?{address(_read(_query(request))[0])}" if back else "problems:desk"
    )


def _query(request: HttpRequest) -> Any:
    """The list the form stood under, as its address had it."""
    return QueryDict(request.POST.get("query", ""))


def _read(query: Any) -> tuple[Wanted, str]:
    try:
        return read(query), ""
    except ValueError as problem:
        return Wanted(), str(problem)


def _desk(
    request: HttpRequest,
    query: Any,
    *,
    verb: str = "",
    errors: dict[str, str] | None = None,
    overtaken: str = "",
    odd: str = "",
) -> HttpResponse:
    user, now = person(request), clock.now()
    wanted, strange = _read(query)
    working = calendar()
    horizon = Horizon.at(now, working)
    board = boards.build(user, wanted, horizon)
    boards.explain(board, user)
    rows, place = selectors.page(user, wanted, horizon, board)
    office = policy.can_handle(user)
    usual = working.add(horizon.today, 7)
    batches = selectors.batches()
    context = {
        "board": board, "wanted": wanted, "rows": rows, "page": place, "now": now, "odd": odd or strange,
        "batch": next((b for b in batches if str(b.number) == wanted.batch), None),
        "pressing_words": PRESSING, "selects": _selects(wanted, batches), "address": address(wanted),
        "cell": _cell(board, wanted), "office": office, "may_report": policy.is_reporter(user),
        "usual_due": usual, "usual_weekday": weekday(usual), "verb": verb, "errors": errors or {},
        "overtaken": overtaken, "batches": batches, "typed": _typed(request), "picked": _picked(request),
        "units": selectors.assignable_units(user) if office else [], "leaders": selectors.leaders(user) if office else [],
    }  # fmt: skip
    status = 409 if overtaken else 422 if errors else 400 if odd or strange else 200
    return render(request, "problems/desk.html", context, status=status)


def _typed(request: HttpRequest) -> dict[str, Any]:
    typed: dict[str, Any] = {name: request.POST.get(name, "")[:2000] for name in KEPT}
    return typed | {"co_units": request.POST.getlist("co_units")}


def _picked(request: HttpRequest) -> set[str]:
    """The rows that were chosen, by key: they stay chosen, at their present version."""
    return {text.partition(":")[0] for text in request.POST.getlist("pick")}


def _selects(wanted: Wanted, batches: list[Batch]) -> list[Select]:
    numbered = [(str(batch.number), str(batch)) for batch in batches]
    return [
        Select("batch", "批次", [*numbered, (NO_BATCH, "还没编批次")], wanted.batch),
        Select("age", "时间", [(age.key, age.label) for age in AGES], wanted.age),
        Select("pressing", "期限", list(PRESSING.items()), wanted.pressing),
        Select("state", "状态", list(STATES.items()), wanted.state, blank=False),
    ]


def _cell(board: boards.Board, wanted: Wanted) -> str:
    """拆迁 · 区国土分局: the heading of the list; "" where no cell narrows it."""
    kind = next((str(kind) for kind, _, _ in board.rows if kind.path == wanted.kind), "")
    column = next((column.label for column in board.columns if column.key == wanted.unit), "")
    return " · ".join(word for word in (kind, column) if word)


@require_safe
def freed(request: HttpRequest) -> HttpResponse:
    """放行的项目 behind one cell: as many as the cell says, with the same sum."""
    user, now = person(request), clock.now()
    wanted, odd = _read(request.GET)
    board = boards.build(user, wanted, Horizon.at(now, calendar()))
    cell = board.cells.get((wanted.kind, wanted.unit))
    pks = cell.projects if cell else set()
    projects = Project.objects.visible_to(user).filter(pk__in=pks).select_related("territory", "category")
    steps = held_by(pks)
    rows = sorted(
        ((project, board.plans.get(project.pk), steps.get(project.pk, "")) for project in projects),
        key=lambda row: -(row[1] or 0),
    )
    context = {"cell": cell, "rows": rows, "wanted": wanted, "now": now, "odd": odd, "back": address(wanted)}
    return render(request, "problems/freed.html", context, status=400 if odd else 200)


@require_safe
def freed_by(request: HttpRequest) -> HttpResponse:
    """What settling the chosen rows frees, as the panel says it."""
    user, now = person(request), clock.now()
    try:
        chosen = list(picked(request.GET))
    except ValueError:
        chosen = []
    projects, amount = boards.freed_of(chosen, user, Horizon.at(now, calendar()).today.year)
    context = {"count": len(chosen), "projects": len(projects), "amount": amount}
    return render(request, "problems/_freed_by.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is filtered, every page of it, as a spreadsheet."""
    return _told(request, _sheet)


@require_safe
def printed(request: HttpRequest) -> HttpResponseBase:
    """印清单: the list as it is filtered, for paper."""
    return _told(request, _paper)


def _told(request: HttpRequest, telling: Any) -> HttpResponseBase:
    user, now = person(request), clock.now()
    wanted, odd = _read(request.GET)
    if odd:
        return _desk(request, request.GET)
    horizon = Horizon.at(now, calendar())
    board = boards.build(user, wanted, horizon)
    found = selectors.found(user, wanted, horizon).select_related(*selectors.LISTED, "reported_unit")
    found = found.prefetch_related("co_handlers__unit")
    answer: HttpResponseBase = telling(request, user, wanted, found, board, horizon, now)
    return answer


def _sheet(request: HttpRequest, user: User, *told: Any) -> HttpResponseBase:
    return hand_out(request, exporting.answer(*told))


def _paper(
    request: HttpRequest,
    user: User,
    wanted: Wanted,
    found: Any,
    board: boards.Board,
    horizon: Horizon,
    now: Any,
) -> HttpResponse:
    batch = Batch.objects.filter(number=wanted.batch).first() if wanted.batch.isdecimal() else None
    ordered = found.order_by("batch__number", "number", "reported_at")[: exporting.MOST_ON_PAPER]
    rows = [selectors.row_of(problem, horizon, board) for problem in ordered]
    context = {"rows": rows, "batch": batch, "wanted": wanted, "now": now, "board": board, "user": user}
    return render(request, "problems/print.html", context)


@require_http_methods(["GET", "POST"])
def kinds(request: HttpRequest) -> HttpResponse:
    """问题类别: the tree; an office of one district keeps its own subclasses and sets common classes aside."""
    district = _keeper_of(request)
    form = ClassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        parent = ProblemClass.objects.beside(district).filter(pk=data["parent"]).first()
        named: dict[str, Any] = {"short_name": data["short_name"], "parent": parent, "district": district}
        try:
            classes.add_class(data["name"], **named, actor=Actor.of(request), now=clock.now())
        except Refused as refused:
            for wrong in refused.problems:
                form.add_error(wrong.field, wrong.sentence)
        else:
            messages.success(request, f"类别添了“{data['name']}”。")
            return redirect("problems:kinds")
    held = selectors.kept_classes(district)
    roots = [kind for kind in held if not kind.parent_id]
    context = {"form": form, "kinds": held, "roots": roots, "district": district}
    return render(request, "problems/kinds.html", context, status=422 if form.errors else 200)


def _keeper_of(request: HttpRequest) -> Unit | None:
    """The district whose classes this person keeps, None for all; PermissionDenied for everybody else."""
    user = person(request)
    if not policy.can_keep_classes(user):
        raise PermissionDenied(denied(user, "问题类别由区重大办维护。"))
    return None if keeps_whole(user) else own_district(user, Role.OFFICE)


@require_POST
def change_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, retire or take back one class; a district sets a common one aside or takes it up again."""
    district = _keeper_of(request)
    held = get_object_or_404(selectors.kept_classes(district), pk=pk)
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    try:
        if "aside" in request.POST and district:
            wanted = row_number(request.POST["aside"]) == 1
            classes.set_class_aside(held, wanted, district=district, **how)
        elif "retired" in request.POST:
            classes.set_class_retired(held, row_number(request.POST["retired"]) == 1, **how)
        else:
            classes.rename_class(
                held, request.POST.get("name", ""), request.POST.get("short_name", ""), **how
            )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{held.name}”已改。")
    return redirect("problems:kinds")
