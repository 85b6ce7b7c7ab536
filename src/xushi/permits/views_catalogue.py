"""手续目录：现行的和旧的各版，两版差在哪，导出、印。编草稿在 views_draft。"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
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
from xushi.units.districts import home_district
from xushi.units.models import Unit, User
from xushi.units.views_districts import COMMON_ASKED, OWN_ASKED, shown_district
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
    user = ask_reader(request)
    home = home_district(user)
    shelf = shelf_of(request, home)
    held = next((one for one in shelf.versions if wanted in (None, one.version)), None)
    if wanted is not None and held is None:
        raise Http404(f"没有第{wanted}版。")
    keeps = can_keep_catalogue(user, shelf.district)
    context = {
        "shelf": shelf, "versions": shelf.versions, "now": clock.now(), "office": keeps,
        "running": selectors.running(home),
        "draft": selectors.draft(shelf.district), "newest": shelf.in_force,
        "apart": selectors.apart() if home is None else [], **(whole(held) if held else {}),
    }  # fmt: skip
    return render(request, "permits/catalogue.html", context)


def shelf_of(request: HttpRequest, home: Unit | None) -> selectors.Shelf:
    """Whose versions a page shows: ?district= as shown_district reads it; own: also those given up."""
    asked = request.GET.get("district", "")
    return selectors.shelf(shown_district(home, asked), asked, given_up=asked == OWN_ASKED or home is None)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """两版差在哪: ?from=1&to=2; without them the newest against the one before. A district's may be held against
    the common ones: common-2."""
    shelf = shelf_of(request, home_district(ask_reader(request)))
    common = selectors.versions() if shelf.owner else []
    chosen = {str(one.version): one for one in shelf.versions}
    chosen |= {f"common-{one.version}": one for one in common}
    newest = shelf.versions[0] if shelf.versions else None
    after = chosen.get(request.GET.get("to", ""), newest)
    older = [one for one in shelf.versions if after and one.version < after.version] + common
    before = chosen.get(request.GET.get("from", ""), older[0] if older else None)
    if common and request.GET.get("from") == COMMON_ASKED:
        before = common[0]
    moved = differences(selectors.entries_of(before), selectors.entries_of(after)) if before and after else []
    context = {
        "shelf": shelf, "chosen": chosen, "before": before, "after": after, "moved": moved, "now": clock.now(),
        "several": len(chosen) > 1,
    }  # fmt: skip
    return render(request, "permits/catalogue_compare.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    user = ask_reader(request)
    return hand_out(request, answer(_wanted(request, user)))


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    user = ask_reader(request)
    told = whole(_wanted(request, user))
    context = {**told, "lines": selectors.lines(told["entries"]), "now": clock.now(), "user": user}
    return render(request, "permits/catalogue_print.html", context)


def _wanted(request: HttpRequest, user: User) -> Catalogue:
    """?version=2; without it the newest. 404 where there is none."""
    shelf, asked = shelf_of(request, home_district(user)), request.GET.get("version", "")
    wanted = row_number(asked) if asked else None
    held = next((one for one in shelf.versions if not asked or one.version == wanted), None)
    if held is None:
        raise Http404("没有这一版手续目录。")
    return held
