"""编手续目录的草稿：起草，添、改、删一项，发布，丢掉。"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.permits import actions_catalogue as actions
from xushi.permits import selectors_catalogue as selectors
from xushi.permits.catalogue import Entry, differences, needed_by
from xushi.permits.catalogue import whole as digest_of
from xushi.permits.forms_catalogue import PermitForm, typed
from xushi.permits.models import Catalogue
from xushi.permits.policy_catalogue import can_keep_catalogue
from xushi.permits.views_catalogue import whole
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person
from xushi.units.districts import denied
from xushi.units.models import Unit
from xushi.units.views_districts import asked_district


def ask_keeper(request: HttpRequest) -> dict[str, Any]:
    """Who acts and when, as the actions take it."""
    if not can_keep_catalogue(person(request), _district(request)):
        raise PermissionDenied(
            denied(person(request), "手续目录由区重大办编，您的角色可以查看现行的和旧的各版。")
        )
    return {"actor": Actor.of(request), "now": clock.now()}


def _district(request: HttpRequest) -> Unit | None:
    """Whose catalogue is drafted: one's own district's, of the office of all the common one or ?district=…"""
    return asked_district(person(request), request.GET.get("district", ""))


def _back(request: HttpRequest, name: str = "permits:draft") -> HttpResponse:
    """To a page of the same catalogue."""
    return redirect(reverse(name) + _tail(request))


def _tail(request: HttpRequest) -> str:
    """What the addresses of the draft's pages end in."""
    asked = request.GET.get("district", "")
    return f"?{urlencode({'district': asked})}" if asked else ""


def _draft(request: HttpRequest) -> Catalogue:
    held = selectors.draft(_district(request))
    if held is None:
        raise Http404("没有草稿，可能刚被发布或丢掉了。")
    return held


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    how = ask_keeper(request)
    _told(request, lambda: actions.begin_draft(district=_district(request), **how))
    return _back(request)


def _told(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Do it; whoever was slower is told and sees what stands now."""
    try:
        act()
    except (Conflict, Refused) as problem:
        messages.error(request, str(problem))
        return False
    return True


@require_safe
def draft(request: HttpRequest) -> HttpResponse:
    ask_keeper(request)
    if selectors.draft(_district(request)) is None:
        return _back(request, "permits:catalogue")
    return _page(request)


def _page(request: HttpRequest, reason: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    held = _draft(request)
    before = selectors.published(held.district)
    told = whole(held)
    context = {
        **told, "now": clock.now(), "before": before, "digest": digest_of(told["entries"]), "reason": reason,
        "moved": differences(selectors.entries_of(before) if before else [], told["entries"]), "problem": problem,
        "tail": _tail(request),
    }  # fmt: skip
    return render(request, "permits/catalogue_draft.html", context, status=status)


@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    how, reason = ask_keeper(request), request.POST.get("reason", "")
    held = selectors.draft(_district(request))
    if held is None:
        messages.error(request, actions.GONE)
        return _back(request, "permits:catalogue")
    try:
        made = actions.publish_catalogue(held, reason, seen=request.POST.get("seen", "")[:40], **how)
    except Refused as refusal:
        return _page(request, reason, str(refusal), 422)
    except Conflict as conflict:
        if selectors.draft(_district(request)) is None:
            messages.error(request, str(conflict))
            return _back(request, "permits:catalogue")
        return _page(request, reason, str(conflict), 409)
    messages.success(request, f"已发布{made}，新项目照它办；在办的项目仍用原来的一版，可在项目的手续页上换。")
    return _back(request, "permits:catalogue")


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    how = ask_keeper(request)
    held = selectors.draft(_district(request))
    if held is None:
        messages.error(request, actions.GONE)
    elif _told(request, lambda: actions.discard_draft(held, **how)):
        messages.success(request, "草稿丢掉了，现行的一版没有动。")
    return _back(request, "permits:catalogue")


@require_POST
def give_up(request: HttpRequest) -> HttpResponse:
    """不再用自己的: a district goes by the common catalogue again."""
    how, district = ask_keeper(request), _district(request)
    if district is None:
        messages.error(request, "各区共用的目录不能不用，要改就起草新版。")
    elif _told(request, lambda: actions.give_up(district, **how)):
        messages.success(request, f"{district.name}的新项目用回各区共用的目录；在办的项目仍用原来的一版。")
    return redirect(reverse("permits:catalogue") + _tail(request))


@require_http_methods(["GET", "POST"])
def permit(request: HttpRequest, code: str = "") -> HttpResponse:
    """One permit of the draft; without a code a new one."""
    how = ask_keeper(request)
    held = _draft(request)
    entries = selectors.entries_of(held)
    entry = next((one for one in entries if one.code == code), None)
    if code and entry is None:
        raise Http404("草稿里没有这一项，可能刚被删掉了。")
    first = typed(entry) if entry else {"needed_for_start": True}
    others = [one for one in entries if one.code != code]
    form = PermitForm(code, others, selectors.departments(held.district), request.POST or None, initial=first)
    overtaken = ""
    if request.method == "POST" and form.is_valid():
        try:
            seen = {code: request.POST.get("seen", "")[:40]} if code else {}
            actions.save_permits(held, [form.entry], seen=seen, **how)
        except Refused as refusal:
            _lay_on(form, refusal)
        except Conflict as conflict:
            overtaken = str(conflict)
        else:
            messages.success(request, f"“{form.entry.name}”已记进草稿，发布后才算数。")
            return _back(request)
    status = 409 if overtaken else 422 if form.errors else 200
    context = _form_page(held, entry, entries, form) | {"overtaken": overtaken, "tail": _tail(request)}
    return render(request, "permits/catalogue_permit.html", context, status=status)


def _form_page(
    held: Catalogue, entry: Entry | None, entries: list[Entry], form: PermitForm
) -> dict[str, Any]:
    stages = [
        (name, [line.entry for line in own if entry is None or line.entry.code != entry.code])
        for name, own in selectors.by_stage(entries)
    ]
    waiting = needed_by(entry.code, entries) if entry else []
    ticked = {str(code) for code in form["needs"].value() or ()}
    return {
        "held": held,
        "entry": entry,
        "form": form,
        "stages": stages,
        "waiting": waiting,
        "ticked": ticked,
    }


@require_POST
def remove(request: HttpRequest, code: str) -> HttpResponse:
    how = ask_keeper(request)
    held = _draft(request)
    if _told(request, lambda: actions.remove_permits(held, [code], **how)):
        messages.success(request, "已从草稿里删掉，发布后才算数。")
    return _back(request)


def _lay_on(form: Form, refusal: Refused) -> None:
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
