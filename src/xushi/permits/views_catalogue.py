"""手续目录：现行的和旧的各版，两版差在哪，导出、印。编草稿在 views_draft。"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.text import row_number
from xushi.permits import selectors_catalogue as selectors
from xushi.permits.catalogue import differences
from xushi.permits.catalogue_export import answer
from xushi.permits.catalogue_lengths import lengths, said
from xushi.permits.catalogue_svg import draw
from xushi.permits.models import Catalogue
from xushi.permits.policy_catalogue import can_keep_catalogue, can_read_catalogue
from xushi.units.access import person
from xushi.units.models import User
from xushi.units.views_exporting import hand_out


def ask_reader(request: HttpRequest) -> User:
    user = person(request)
    if not can_read_catalogue(user):
        raise PermissionDenied(
            "手续目录由部门、属地、区领导和区重大办看；您的项目要办哪些，在项目的手续页上。"
        )
    return user


def whole(held: Catalogue) -> dict[str, Any]:
    """One version as the pages say it: by stage, as a picture, how long each kind takes."""
    entries = selectors.entries_of(held)
    found = lengths(entries)
    longest = max(found, key=lambda one: one.promised)
    return {
        "held": held, "count": len(entries), "stages": selectors.by_stage(entries), "lengths": found,
        "said": said(found), "picture": draw(entries, longest.chain), "longest": longest,
        "open": [one.name for one in entries if not one.department], "entries": entries,
    }  # fmt: skip


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """现行的一版; before the first is published an empty page says so."""
    return _page(request, None)


@require_safe
def version(request: HttpRequest, version: int) -> HttpResponse:
    return _page(request, version)


def _page(request: HttpRequest, wanted: int | None) -> HttpResponse:
    user, versions = ask_reader(request), selectors.versions()
    held = next((one for one in versions if wanted in (None, one.version)), None)
    if wanted is not None and held is None:
        raise Http404(f"没有第{wanted}版。")
    context = {
        "versions": versions, "now": clock.now(), "office": can_keep_catalogue(user), "draft": selectors.draft(),
        "newest": versions[0] if versions else None, "running": selectors.running(),
        **(whole(held) if held else {}),
    }  # fmt: skip
    return render(request, "permits/catalogue.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """两版差在哪: ?from=1&to=2; without them the newest against the one before."""
    ask_reader(request)
    versions = selectors.versions()
    chosen = {one.version: one for one in versions}
    newest = versions[0] if versions else None
    after = chosen.get(row_number(request.GET.get("to", "")) or 0, newest)
    older = [one for one in versions if after and one.version < after.version]
    before = chosen.get(row_number(request.GET.get("from", "")) or 0, older[0] if older else None)
    moved = differences(selectors.entries_of(before), selectors.entries_of(after)) if before and after else []
    context = {"versions": versions, "before": before, "after": after, "moved": moved, "now": clock.now()}
    return render(request, "permits/catalogue_compare.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    ask_reader(request)
    return hand_out(request, answer(_wanted(request)))


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    user = ask_reader(request)
    told = whole(_wanted(request))
    context = {**told, "lines": selectors.lines(told["entries"]), "now": clock.now(), "user": user}
    return render(request, "permits/catalogue_print.html", context)


def _wanted(request: HttpRequest) -> Catalogue:
    """?version=2; without it the newest. 404 where there is none."""
    rows = Catalogue.objects.filter(published_at__isnull=False).order_by("-version")
    asked = request.GET.get("version", "")
    held: Catalogue = get_object_or_404(rows.filter(version=row_number(asked) or 0) if asked else rows[:1])
    return held
