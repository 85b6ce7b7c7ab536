"""为企服务的台面：容缺、模拟审批、信用承诺、代办员、套餐各一张清单；定代办员，编套餐。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.kit.addresses import own_path
from xushi.kit.listed import listed
from xushi.permits import officers, packaging, policy_services
from xushi.permits import selectors_services as selectors
from xushi.permits.forms_services import OfficerForm, PackageForm
from xushi.permits.models import Commitment, Package, Rehearsal
from xushi.permits.selectors_catalogue import names_of_permits
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.access import person
from xushi.units.districts import denied, home_district, own_district
from xushi.units.models import Role, User
from xushi.units.views_districts import asked_district

WHO = {"": "没开工的", "mine": "我代办的", "none": "还没代办员的"}
MOST_AT_ONCE = 500


def ask_reader(request: HttpRequest) -> User:
    user = person(request)
    if not policy_services.can_read_services(user):
        raise PermissionDenied(
            "为企服务由部门、属地和区重大办办；您的项目的代办、模拟、承诺在项目的手续页上。"
        )
    return user


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user, now = ask_reader(request), clock.now()
    today = local_day(now)
    tabs = selectors.tabs(user, today)
    chosen = request.GET.get("list", "")
    if chosen not in selectors.LISTS:
        chosen = next((one.key for one in tabs if one.late or one.count), "lacking")
    context: dict[str, Any] = {
        "tabs": tabs, "said": selectors.said(tabs), "chosen": chosen, "now": now, "today": today,
        "office": _keeps(user), "template": f"permits/_services_{chosen}.html",
        **_list(request, user, chosen),
    }  # fmt: skip
    return render(request, "permits/services.html", context)


def _keeps(user: User) -> bool:
    """Whether this person keeps any packages: a district's own, or those of all."""
    return policy_services.can_keep_packages(user, own_district(user, Role.OFFICE))


def _list(request: HttpRequest, user: User, chosen: str) -> dict[str, Any]:
    number, state = request.GET.get("page", "1"), request.GET.get("state", "")
    match chosen:
        case "lacking":
            return {"page": selectors.page_of(selectors.lacking(user), number)}
        case "rehearsals":
            rows = selectors.page_of(selectors.rehearsals(user, state), number)
            return {"page": rows, "state": state, "states": Rehearsal.State.choices}
        case "commitments":
            rows = selectors.page_of(selectors.commitments(user, state), number)
            return {"page": rows, "state": state, "states": Commitment.State.choices[1:]}
        case "officers":
            return _officers(request, user, number)
    return {"packages": _packages(user)}


def _packages(user: User) -> list[tuple[Package, list[str], bool]]:
    """Each package with the names of its permits where it is used, and whether this person may change it."""
    found, home = selectors.packages(user), home_district(user)
    names = {place: names_of_permits(place) for place in {one.district or home for one in found}}
    keeps = {
        place: policy_services.can_keep_packages(user, place) for place in {one.district for one in found}
    }
    return [
        (one, [names[one.district or home].get(code, code) for code in one.codes], keeps[one.district])
        for one in found
    ]


def _officers(request: HttpRequest, user: User, number: str) -> dict[str, Any]:
    today, who = local_day(clock.now()), request.GET.get("who", "")
    page = selectors.page_of(selectors.served(user, today, who), number)
    loads = selectors.loads(page.object_list, today)
    rows = [(one, loads.get(one.pk, selectors.Load())) for one in page.object_list]
    return {"page": page, "rows": rows, "who": who, "whos": WHO.items(), "people": selectors.people_for(user)}


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """定代办员 of the ticked projects, or of one."""
    user = ask_reader(request)
    form = OfficerForm(list(policy_services.may_serve(user)), request.POST)
    keys = {pk for text in request.POST.getlist("id")[:MOST_AT_ONCE] if (pk := row_number(text)) is not None}
    related = ("territory__successor", "responsible_unit__successor")
    rows = Project.objects.visible_to(user).filter(listed("pk", sorted(keys))).select_related(*related)
    projects = list(rows.order_by("pk")) if keys else []
    if not projects:
        messages.error(request, "没有选中项目，请先勾选。")
    elif not form.is_valid():
        messages.error(request, "代办员请从名单里选。")
    else:
        chosen = User.objects.filter(pk=form.cleaned_data["person"] or 0).first()
        _assign(request, projects, chosen)
    return redirect(_back(request))


def _assign(request: HttpRequest, projects: list[Project], chosen: User | None) -> None:
    try:
        changed = officers.assign_officers(projects, chosen, actor=Actor.of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{changed}个项目的代办员：{chosen.name if chosen else '没有了'}。")


def _back(request: HttpRequest) -> str:
    """Where the form stood: this room's own pages only."""
    return own_path(request.POST.get("back", "")) or f"{reverse('permits:services')}?list=officers"


def _seen(user: User) -> QuerySet[Package]:
    found: QuerySet[Package] = Package.objects.seen_from(held.scope for held in user.appointments_in_force)
    return found.filter(retired_at=None).select_related("district")


@require_http_methods(["GET", "POST"])
def package(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """编套餐; without a key a new one."""
    user = ask_reader(request)
    held: Package | None = get_object_or_404(_seen(user), pk=pk) if pk else None
    district = held.district if held else asked_district(user, request.GET.get("district", ""))
    if not policy_services.can_keep_packages(user, district):
        raise PermissionDenied(denied(user, "套餐由区重大办编，您的角色可以查看。"))
    first = {"name": held.name, "note": held.note, "codes": held.codes} if held else {}
    names = names_of_permits(district)
    form, overtaken = PackageForm(names, request.POST or None, initial=first), ""
    if request.method == "POST" and form.is_valid():
        try:
            seen = row_number(request.POST.get("version", "")) if held else None
            data = form.cleaned_data
            how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
            packaging.save_package(
                held, data["name"], data["codes"], note=data["note"], seen=seen, district=district, **how
            )
        except Refused as refusal:
            for one in refusal.problems:
                form.add_error(one.field if one.field in form.fields else None, one.sentence)
        except Conflict as conflict:
            overtaken = str(conflict)
            held = Package.objects.filter(pk=pk).first()
        else:
            messages.success(request, f"套餐“{data['name']}”记下了。")
            return redirect(f"{reverse('permits:services')}?list=packages")
    context = {"held": held, "form": form, "overtaken": overtaken, "district": district}
    return render(
        request, "permits/package.html", context, status=409 if overtaken else 422 if form.errors else 200
    )


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(_seen(ask_reader(request)), pk=pk)
    try:
        seen = row_number(request.POST.get("version", ""))
        packaging.retire_package(held, seen=seen, actor=Actor.of(request), now=clock.now())
    except Conflict as conflict:
        messages.error(request, str(conflict))
    else:
        messages.success(request, f"套餐“{held.name}”停用了，报过的照办。")
    return redirect(f"{reverse('permits:services')}?list=packages")
