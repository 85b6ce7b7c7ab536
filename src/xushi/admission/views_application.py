"""一件准入申请：看、办一步、答复；决定在 views_decide。"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from xushi.admission import actions, deciding, opinions, performing, policy, selectors
from xushi.admission.drawing import LIMIT_LINE, LINE
from xushi.admission.forms import (
    DecideForm,
    JudgeForm,
    OpinionForm,
    SendForm,
    SitForm,
    WordsForm,
    numbers_typed,
)
from xushi.admission.measures import Item
from xushi.admission.models import Application, Opinion, Sitting
from xushi.admission.page import ApplicationPage, build, offered, votes_text
from xushi.admission.table import STEPS, Answer, Outcome, Side, State, Step
from xushi.admission.views_apply import lay_on
from xushi.admission.views_desk import ask_reader
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person
from xushi.units.models import User

ELSEWHERE = ("amend", "decide")  # pages and forms of their own
TOLD = ("outcome", "reasons", "words")


@dataclass(frozen=True, slots=True)
class Offered:
    """One step with its form, which rises from the foot of the page."""

    step: Step
    form: Form


def visible(request: HttpRequest, pk: int) -> Application:
    ask_reader(request)
    rows = Application.objects.visible_to(person(request)).select_related(
        "industry", "criteria__industry", "territory", "responsible_unit", "project", "signing", "sitting", "category",
        "submitted_by",
    )  # fmt: skip
    held: Application = get_object_or_404(rows.prefetch_related("criteria__criteria", "claims"), pk=pk)
    return held


@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible(request, pk))


def show(
    request: HttpRequest,
    held: Application,
    *,
    verb: str = "",
    posted: Form | None = None,
    overtaken: str = "",
    opinion: int | None = None,
) -> HttpResponse:
    """The page, with the form that was refused laid on where it was."""
    user, now = person(request), clock.now()
    page = build(held, now)
    steps = offered(user, page)
    verbs = {step.verb for step in steps}
    mine = [one.opinion for one in page.asked if policy.can_answer(user, one.opinion)]
    forms = [
        Offered(step, posted if posted and step.verb == verb else _blank(user, step.verb, held))
        for step in steps
        if step.verb not in ELSEWHERE
    ]
    context = {
        **_facts(held, page), "now": now, "today": local_day(now), "verb": verb, "overtaken": overtaken,
        "steps": forms,
        "bar_steps": [] if "decide" in verbs else forms[:2], "other_steps": forms if "decide" in verbs else forms[2:],
        "own": [] if policy.can_keep(user) or held.status != State.REVIEWING else mine,
        "may_amend": "amend" in verbs, "office": policy.can_keep(user), "may_meet": policy.can_change(user, held),
        "decide": _decide_form(request, page, posted if verb == "decide" else None) if "decide" in verbs else None,
        "answering": [(one, posted if posted and one.pk == opinion else _opinion_form(one)) for one in mine]
        if held.status == State.REVIEWING else [],
        "lost": _lost(posted) if overtaken and verb and verb not in verbs else [],
        "opinion": opinion, "beside": selectors.beside(user, held), **_promised(held, page, local_day(now).year),
    }  # fmt: skip
    status = 409 if overtaken else 422 if posted else 200
    return render(request, "admission/application.html", context, status=status)


def _facts(held: Application, page: ApplicationPage) -> dict[str, Any]:
    """What the page shows to everybody who sees it."""
    middle = f"，三角是已准入{page.admitted}个的中位" if page.admitted else ""
    return {
        "held": held, "page": page, "line": LINE, "limit_line": LIMIT_LINE,
        "criteria_note": f"{held.criteria}；门槛对齐到一条线{middle}",
        "items": [(item.label, item.number(held.numbers.of(item)), item.unit) for item in Item],
        "files": list(held.files.order_by("pk")), "notes": list(held.notes.order_by("at", "pk")),
        "existing": deciding.existing(held) if held.project_id is None and held.is_open else None,
        "votes": votes_text(page.decision) if page.decision else "",
    }  # fmt: skip


def _lost(posted: Form | None) -> list[tuple[str, str]]:
    """What was typed into a form that is offered no more, so that it can still be read."""
    if posted is None:
        return []
    typed = [(str(field.label), str(field.value() or "")) for field in posted if field.name in TOLD]
    typed += [
        (str(field.label), str(field.value() or ""))
        for field in posted
        if field.name.startswith("condition_")
    ]
    return [(label, said) for label, said in typed if said]


def _promised(held: Application, page: ApplicationPage, this_year: int) -> dict[str, Any]:
    """What was promised and what came of it; check_year: last year, where something of it is due."""
    promises = list(held.promises.prefetch_related("deliveries", "breaches").order_by("pk"))
    due = any(one.first_year < this_year for one in promises)
    return {
        "promised": performing.lines_of(held, promises, page.terms, this_year),
        "check_year": this_year - 1 if due else None,
    }


def _opinion_form(one: Opinion) -> OpinionForm:
    first = (
        {"answer": one.answer, "words": one.words}
        if one.answer not in (Answer.WAITING, Answer.SILENT)
        else {}
    )
    return OpinionForm(prefix=f"o{one.pk}", initial=first)


def _blank(user: User, verb: str, held: Application, data: Any = None) -> Form:
    """The form of a step, what is most often meant filled in."""
    if verb == "send":
        usual = [] if held.status == State.REVIEWING else [str(one.pk) for one in selectors.usual_units(held)]
        return SendForm(selectors.offered_units(held), data, prefix=verb, initial={"units": usual})
    if verb == "judge":
        known = {True: "1", False: "0", None: ""}
        first = {measure.value: known[judged.holds] for measure, judged in held.judged.items()}
        return JudgeForm(data, prefix=verb, initial=first)
    if verb == "sit":
        return SitForm(selectors.offered_sittings(user, held, clock.now()), data, prefix=verb)
    return WordsForm(data, prefix=verb, needed=verb in ("return", "withdraw"))


def _decide_form(request: HttpRequest, page: ApplicationPage, posted: Form | None) -> Form:
    """As applied for; or with the way that was chosen written into it (use=land …)."""
    if posted is not None:
        return posted
    held = page.application
    first: dict[str, Any] = dict(numbers_typed(held.numbers))
    used = request.GET.get("use", "")
    ways = [*([page.land] if page.land else []), *page.others]
    way = next((one for one in ways if f"{one.measure.value}-{one.item.value}" == used), None)
    if way:
        first[way.item.value] = way.item.number(way.after)
        said = "核减" if way.cuts else "提高"
        change = f"{way.item.label}由{way.item.said(way.before)}{said}为{way.item.said(way.after)}"
        first |= {"outcome": Outcome.CONDITIONAL.value, "condition_1": change}
    return DecideForm(prefix="decide", initial=first)


@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step; whoever was slower sees the new state and keeps what they typed."""
    held = visible(request, pk)
    if verb not in STEPS or verb in ELSEWHERE:
        raise Http404
    ask_side(person(request), held, STEPS[verb])
    form = _blank(person(request), verb, held, request.POST)
    if not form.is_valid():
        return show(request, held, verb=verb, posted=form)
    try:
        _stepped(request, held, verb, form)
    except Refused as refusal:
        lay_on(form, refusal)
        return show(request, held, verb=verb, posted=form)
    except Conflict as conflict:
        return show(request, visible(request, pk), verb=verb, posted=form, overtaken=str(conflict))
    messages.success(request, f"{held}：{STEPS[verb].label}已办。")
    return redirect("admission:application", pk)


def ask_side(user: User, held: Application, wanted: Step) -> None:
    """Who a step is not for is told whose it is."""
    if wanted.side == Side.OFFICE and not policy.can_keep(user):
        raise PermissionDenied(f"{wanted.label}由区重大办办，您的角色可以查看。")
    if wanted.side == Side.APPLICANT and not policy.can_change(user, held):
        raise PermissionDenied(f"{wanted.label}由{held.territory}或区重大办办，您的角色可以查看。")


def seen_in(request: HttpRequest, pk: int) -> dict[int, int | None]:
    return {pk: row_number(request.POST.get("version", "")) or 0}


def _stepped(request: HttpRequest, held: Application, verb: str, form: Form) -> None:
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    seen, words = seen_in(request, held.pk), form.cleaned_data.get("words", "")
    match verb, form:
        case "send", SendForm():
            actions.send_for_opinions(seen, form.chosen, words=words, **how)
        case "judge", JudgeForm():
            actions.judge(seen, form.verdicts, words=words, **how)
        case "sit", SitForm():
            sitting = get_object_or_404(
                Sitting.objects.visible_to(person(request)), pk=form.cleaned_data["sitting"]
            )
            actions.put_on(seen, sitting, **how)
        case "return", _:
            actions.send_back(seen, words, **how)
        case "withdraw", _:
            actions.withdraw(seen, words, **how)
        case "resume", _:
            actions.resume(seen, words=words, **how)
        case "renew", _:
            actions.renew_criteria(seen, **how)


@require_POST
def opine(request: HttpRequest, pk: int) -> HttpResponse:
    """答复 of one unit; a colleague who was faster is told of."""
    ask_reader(request)
    seen = Application.objects.visible_to(person(request)).values("pk")
    one: Opinion = get_object_or_404(
        Opinion.objects.filter(application__in=seen).select_related("unit__successor", "application"), pk=pk
    )
    if not policy.can_answer(person(request), one):
        raise PermissionDenied(f"这条意见由{one.unit}答复。")
    form = OpinionForm(request.POST, prefix=f"o{one.pk}")
    held = visible(request, one.application_id)
    if not form.is_valid():
        return show(request, held, posted=form, opinion=pk)
    data = form.cleaned_data
    try:
        opinions.give(
            one, Answer(data["answer"]), data["words"], actor=Actor.of(request), now=clock.now(),
            seen=request.POST.get("seen", ""),
        )  # fmt: skip
    except Refused as refusal:
        lay_on(form, refusal)
        return show(request, held, posted=form, opinion=pk)
    except Conflict as conflict:
        return show(request, visible(request, held.pk), posted=form, opinion=pk, overtaken=str(conflict))
    messages.success(request, f"{one.unit}的意见已答：{Answer(data['answer']).label}。")
    return redirect("admission:application", held.pk)
