"""一件督办单的页：来龙去脉、能做的事、照片、印单。"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.supervision import acting, naming, policy, thread
from xushi.supervision.acting import FEEDBACK, Act, Given
from xushi.supervision.actions import Conflict, NotAllowed, Refused
from xushi.supervision.engine import once
from xushi.supervision.forms import StepForm
from xushi.supervision.models import OrderPhoto, SupervisionOrder
from xushi.supervision.printing import sheets
from xushi.supervision.table import BY_VERB as STEPS
from xushi.supervision.table import OPEN, State
from xushi.units.access import person

RELATED = ("lead__successor", "office", "project__territory", "instruction__author", "drafted_by")
PRINTED_AT_MOST = 200
UNDONE = "刚签发即撤回，重新拟"
UNDO_SECONDS = 30


def seen_order(request: HttpRequest, pk: int) -> SupervisionOrder:
    """The order, or 404 for who may not see it."""
    seen = SupervisionOrder.objects.visible_to(person(request))
    rows = seen.select_related(*RELATED).prefetch_related("helpers__unit__successor")
    found: SupervisionOrder = get_object_or_404(rows, pk=pk)
    return found


@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, seen_order(request, pk))


def _page(
    request: HttpRequest,
    found: SupervisionOrder,
    *,
    failed: StepForm | None = None,
    act: Act | None = None,
    sentence: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page with a form for every step; the one that failed keeps what was typed and stands open."""
    now = clock.now()
    user = person(request)
    page, near = thread.order_page(found, user, now), naming.reach_on(user, found)
    shown = [one for one in page.offered.all if one.verb != FEEDBACK]
    if act and act.verb != FEEDBACK and act.verb not in [one.verb for one in shown]:
        shown.append(act)  # no longer allowed: its words are still there to be copied
    steps = [
        {
            "act": one,
            "form": failed if act and failed and one.verb == act.verb else acting.form_of(one, found, near),
            "open": act is not None and one.verb == act.verb,
        }
        for one in shown
    ]
    feedback = page.offered.feedback or (act if act and act.verb == FEEDBACK else None)
    form = failed if act and act.verb == FEEDBACK else feedback and acting.form_of(feedback, found, near)
    context = {
        "page": page,
        "order": found,
        "steps": steps,
        "feedback": feedback,
        "feedback_form": form,
        "sentence": sentence,
        "undo": _undo(request, found),
        "now": now,
        "may_put": policy.can_run_meetings(user) and found.state in OPEN,
        "may_instruct": policy.can_instruct(user) and found.serial is not None,
    }
    return render(request, "supervision/order.html", context, status=status)


def _undo(request: HttpRequest, found: SupervisionOrder) -> bool:
    """Whether this page follows the issue by a moment, so that it can be taken back in one tap."""
    if found.state != State.ISSUED or request.GET.get("issued") != "1" or found.issued_at is None:
        return False
    return (clock.now() - found.issued_at).total_seconds() <= UNDO_SECONDS


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step of the table; whatever is refused comes back with its sentence and everything typed.

    The address of a refused form, opened again, is the order's page.
    """
    if request.method == "GET":
        return redirect("supervision:order", pk=pk)
    found, now = seen_order(request, pk), clock.now()
    parts = policy.parts_of(person(request), found, local_day(now))
    wanted = acting.act_of(verb, found, parts)
    if wanted is None:
        raise Http404
    near = naming.reach_on(person(request), found)
    form = acting.form_of(wanted, found, near, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, failed=form, act=wanted, status=422)
    given = Given(form.cleaned_data, Actor.of(request), now)
    token = form.cleaned_data["token"]
    failure = _take(lambda: once(found, token, lambda: wanted.run(found, given)), form)
    if failure is not None:
        now_as_it_is = seen_order(request, pk)
        sentence, status = failure
        if status == 409 and not _ever(wanted, parts):
            status = 403
        form.data = _with_version(form.data, now_as_it_is)
        return _page(request, now_as_it_is, failed=form, act=wanted, sentence=sentence, status=status)
    messages.success(request, wanted.done or "已办。")
    response = redirect("supervision:order", pk=pk)
    response["Location"] += f"?done={verb}" + ("&issued=1" if verb == "issue" else "")
    return response


def _take(run: Callable[[], Any], form: StepForm) -> tuple[str, int] | None:
    """None where it was done; else the sentence for the head of the form and the status of the answer."""
    try:
        with transaction.atomic():
            run()
    except Refused as refused:
        form.refuse(refused.problems)
        return "", 422
    except (NotAllowed, Conflict) as refused:
        return str(refused), 409
    except PermissionDenied as refused:
        return str(refused), 403
    return None


def _with_version(data: Any, order: SupervisionOrder) -> Any:
    """What was typed, now upon the order as it stands: sent again, it is meant."""
    kept = data.copy()
    kept["seen"] = str(order.version)
    return kept


def _ever(act: Act, parts: Any) -> bool:
    """Whether this person takes such a step at all, in another state."""
    names = ("report", "assist") if act.verb == FEEDBACK else (act.verb,)
    return any(not set(parts).isdisjoint(STEPS[name].who) for name in names)


@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """附图, for who sees the order."""
    seen = SupervisionOrder.objects.visible_to(person(request)).values("pk")
    found = get_object_or_404(OrderPhoto, pk=pk, order__in=seen)
    try:
        return FileResponse(found.file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as gone:
        raise Http404 from gone


@require_safe
def print_order(request: HttpRequest, pk: int) -> HttpResponse:
    """印单: one order on its sheet."""
    return _printed(request, [seen_order(request, pk)])


@require_safe
def print_orders(request: HttpRequest) -> HttpResponse:
    """成批印单: the orders named in the address, those in sight, one sheet each."""
    ids = [number for text in request.GET.getlist("id") if (number := row_number(text)) is not None]
    seen = SupervisionOrder.objects.visible_to(person(request)).filter(pk__in=ids[:PRINTED_AT_MOST])
    rows = seen.select_related(*RELATED).prefetch_related("helpers__unit").order_by("year", "serial", "pk")
    found = list(rows)
    if not found:
        raise Http404
    return _printed(request, found)


def _printed(request: HttpRequest, orders: list[SupervisionOrder]) -> HttpResponse:
    context = {"sheets": sheets(orders, person(request), clock.now())}
    return render(request, "supervision/print.html", context)
