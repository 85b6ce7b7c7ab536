"""一个签约：记、看、改、走一步。"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import name_key, row_number
from xushi.journal.actions import Actor
from xushi.kit.amounts import cn_date
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.registry.models import Project
from xushi.signings import acting, actions, linking, policy, recording, selectors
from xushi.signings.forms import SigningForm, StepForm
from xushi.signings.models import Signing
from xushi.signings.rules import BY_HAND, FOLLOWED, OF_PROJECT
from xushi.signings.views_desk import ask_reader, lay_on
from xushi.units.access import person
from xushi.units.models import Unit, User

LABELS = {
    "follow": "记跟进", "reach": "走到一步", "lapse": "记流失", "restore": "恢复", "hand": "换人跟进",
    "link": "挂到项目", "register": "转成项目", "unlink": "摘下项目", "take_back": "退回一步",
}  # fmt: skip
CONSEQUENCES = {
    "follow": "到下次跟进那天提醒；列在清单的“卡在哪”里。",
    "reach": "签约的进度和天数当时就改；列入计划、开工、竣工跟着库里的项目走，不用手填。",
    "lapse": "留在走到的这一步里算流失，不再提醒；区重大办可以恢复。",
    "restore": "从原来走到的那一步接着等，两周后提醒跟进。",
    "hand": "待办转给新的单位或人，他们马上听到。",
    "link": "项目列入计划、开工、竣工，这里跟着走。",
    "register": "在项目库里新建一个同名项目，以后走到哪跟着项目走。",
    "unlink": "跟着项目走到的几步一并撤下，手填的留着。",
    "take_back": "退回最后手填的一步，跟进照旧。",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One step this person may take now."""

    verb: str
    form: StepForm
    label: str
    consequence: str


def ask_signer(request: HttpRequest) -> None:
    if not policy.can_sign(person(request)):
        raise PermissionDenied("签约由部门、属地和区重大办记，领导、督查、统计查看。")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """记一个签约."""
    ask_signer(request)
    user = person(request)
    initial = {"event": request.GET.get("event", ""), "signed_on": local_day(clock.now())}
    form = SigningForm(user, request.POST or None, initial=initial | _own_places(user))
    if request.method == "POST" and form.is_valid():
        try:
            [made] = recording.sign([form.input()], actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, f"“{made}”已记下，{cn_date(made.next_on, clock.now())}前跟进一次。")
            return redirect("signings:signing", made.pk)
    return render(request, "signings/form.html", {"form": form}, status=422 if form.errors else 200)


def _own_places(user: User) -> dict[str, Any]:
    """A territory's own signing comes to itself; a department's own is followed up by itself."""
    if policy.can_keep(user):
        return {}
    held = next(one for one in user.appointments_in_force if one.role in policy.WORKING)
    own = {"responsible_unit": held.unit_id}
    return own | ({"territory": held.unit_id} if held.unit.kind in Unit.TERRITORY_KINDS else {})


def _visible(request: HttpRequest, pk: int) -> Signing:
    ask_reader(request)
    rows = Signing.objects.visible_to(person(request)).select_related(*acting.RELATED, "leader")
    held: Signing = get_object_or_404(rows, pk=pk)
    return held


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """改签约时记的."""
    held, user = _visible(request, pk), person(request)
    if not policy.can_follow(user, held):
        raise PermissionDenied(f"“{held}”由{held.responsible_unit}、落地属地或区重大办改。")
    form = SigningForm(user, request.POST or None, initial=SigningForm.initial_of(held))
    status = 422
    if request.method == "POST" and form.is_valid():
        seen = {held.pk: row_number(request.POST.get("version", "")) or 0}
        try:
            recording.amend_signing(seen, form.input(), actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            lay_on(form, refusal)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            held, status = _visible(request, pk), 409
        else:
            messages.success(request, f"“{held}”已改。")
            return redirect("signings:signing", pk)
    context = {"form": form, "held": held}
    return render(request, "signings/form.html", context, status=status if form.errors else 200)


@require_safe
def signing(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


def _page(
    request: HttpRequest, held: Signing, posted: StepForm | None = None, overtaken: str = ""
) -> HttpResponse:
    user, now = person(request), clock.now()
    today, limits = local_day(now), recording.limits()
    office = policy.can_keep(user)
    context = {
        "held": held, "line": selectors.line_of(held, limits, today), "now": now, "today": today,
        "track": selectors.track(held, limits, today), "notes": list(held.notes.order_by("at", "pk")),
        "offered": offered(user, held, posted), "verb": posted.verb if posted else "", "overtaken": overtaken,
        "office": office, "may_follow": policy.can_follow(user, held),
        "alike": selectors.alike(held) if office and not held.project_id and not held.lapsed else [],
    }  # fmt: skip
    status = 409 if overtaken else 422 if posted else 200
    return render(request, "signings/signing.html", context, status=status)


def offered(user: User, held: Signing, posted: StepForm | None = None) -> list[Offered]:
    """The steps this person may take now, the main one first."""
    today = local_day(clock.now())
    blank = {"on": today, "next_on": acting.next_after(clock.now()), "stuck": held.stuck,
             "unit": str(held.responsible_unit_id), "person": held.follower_id}  # fmt: skip
    made = []
    for verb in _verbs(user, held):
        form = posted if posted and posted.verb == verb else StepForm(verb, held, user, initial=dict(blank))
        if verb == "reach" and form is not posted:
            form.initial["stage"] = min(held.stage + 1, BY_HAND[-1])
        made.append(Offered(verb, form, LABELS[verb], CONSEQUENCES[verb]))
    return made


def _verbs(user: User, held: Signing) -> list[str]:
    office = policy.can_keep(user)
    if held.lapsed:
        return ["restore"] if office else []
    verbs: list[str] = []
    if policy.can_follow(user, held):
        verbs += ["follow"]
        verbs += ["reach"] if held.reached not in OF_PROJECT or office else []
        verbs += ["lapse"] if held.reached in FOLLOWED else []
    if office:
        verbs += ["hand", *(("unlink",) if held.project_id else ("link", "register"))]
        verbs += ["take_back"] if held.stage > 1 else []
    return verbs


@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step; whoever was slower sees the new state and keeps what they typed."""
    held = _visible(request, pk)
    if verb not in LABELS:
        raise Http404
    form = StepForm(verb, held, person(request), request.POST)
    if not form.is_valid():
        return _page(request, held, form)
    try:
        said = _stepped(request, held, form)
    except Refused as refusal:
        for problem in refusal.problems:
            at = {"reason": "words", "follower": "person", "project": "name"}.get(
                problem.field, problem.field
            )
            form.add_error(at if at in form.fields else None, problem.sentence)
        return _page(request, held, form)
    except Conflict as conflict:
        return _page(request, _visible(request, pk), form, str(conflict))
    messages.success(request, said)
    return redirect("signings:signing", pk)


def _stepped(request: HttpRequest, held: Signing, form: StepForm) -> str:
    """Take the step; what to say of it."""
    data: dict[str, Any] = form.cleaned_data
    how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    seen = {held.pk: row_number(request.POST.get("version", "")) or 0}
    match form.verb:
        case "reach":
            actions.reach(seen, data["stage"], data["on"], words=data["words"], **how)
            return f"“{held}”走到{data['stage'].label}。"
        case "follow":
            actions.follow_up(seen, data["words"], data["next_on"], stuck=data["stuck"], **how)
        case "hand":
            unit = get_object_or_404(Unit, pk=data["unit"])
            follower = User.objects.filter(pk=data["person"]).first()
            actions.hand_to(seen, unit, follower, data["words"], **how)
        case "lapse":
            actions.lapse(seen, data["cause"], data["words"], on=data["on"], **how)
        case "restore":
            actions.restore(seen, data["words"], **how)
        case "take_back":
            actions.take_back(seen, data["words"], **how)
        case "link":
            linking.link(seen, _project(request, data["name"]), **how)
        case "unlink":
            linking.unlink(seen, data["words"], **how)
        case "register":
            linking.register(seen, **how)
    return f"“{held}”：{LABELS[form.verb]}已记下。"


def _project(request: HttpRequest, name: str) -> Project:
    found = Project.objects.visible_to(person(request)).filter(name_key=name_key(name)).first()
    if found is None:
        raise Refused([RowProblem(0, "name", f"项目库里没有“{name}”，请照库里的全名填，或转成新项目。")])
    return found
