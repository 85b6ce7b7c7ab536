"""手机上的督查：今天要看的点、一个点的表、送一份记录；表自带离线要用的一切。"""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.inspections import actions, policy
from xushi.inspections.entries import read_entry
from xushi.inspections.models import Visit, teams_of
from xushi.inspections.selectors_phone import pack, settled_entries
from xushi.inspections.words import Kind
from xushi.registry.checking import Refused
from xushi.units.access import person

WHO = "X-Xushi-Who"
SCRIPTS = tuple(
    f"inspections/js/phone/{name}.js"
    for name in ("store", "wire", "digest", "send", "photos", "sign", "form", "page")
)


SENDERS = ("store", "wire", "digest", "send", "worker")  # what the worker is made of
OWN = Path(__file__).parent / "static" / "inspections" / "js" / "phone"


def answered(said: dict[str, Any], status: int = 200) -> JsonResponse:
    """With our time, so that the phone learns how far its own clock is off."""
    answer = JsonResponse(said | {"now": clock.now().isoformat()}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def same_person(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """The phone says whose records it sends: another person's login never sends them."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **named: Any) -> JsonResponse:
        if request.headers.get(WHO) != str(person(request).pk):
            sentence = "现在登录的是另一个人；这些记录等记的人登录了再传，都还在手机里。"
            return answered({"error": sentence, "other": True}, 409)
        return view(request, *args, **named)

    return wrapped


def json_of(request: HttpRequest) -> Any:
    """What was sent, None where it cannot be read."""
    try:
        return json.loads(request.body, parse_constant=_no_number)
    except (ValueError, RecursionError, UnreadablePostError, RequestDataTooBig):
        return None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _ask_looker(request: HttpRequest) -> None:
    user = person(request)
    if not user.has_role(*policy.LOOKERS) and not teams_of(user).exists():
        raise PermissionDenied("现场督查由督查组来记；您不在组里，请重大办把您排进来。")


@require_safe
@never_cache
@ensure_csrf_cookie
def phone(request: HttpRequest) -> HttpResponse:
    """今天要看的点, with where each stands on this phone."""
    _ask_looker(request)
    user, now = person(request), clock.now()
    day = local_day(now)
    held = pack(user, day)
    today = [one for one in held["visits"] if one["today"]]
    later = [one for one in held["visits"] if not one["today"]]
    context = {"pack": held, "today": today, "later": later, "day": day, "settled": settled_entries(user)}
    return _page(request, "inspections/phone.html", context)


@require_safe
@never_cache
@ensure_csrf_cookie
def phone_visit(request: HttpRequest, key: UUID) -> HttpResponse:
    """一个点的表; 404 for who does not see it, 403 for who sees it and may not record it."""
    user, now = person(request), clock.now()
    visit = actions.visit_by_key(user, str(key))
    if visit is None:
        raise Http404
    if not policy.can_record(user, visit):
        raise PermissionDenied("这个点位由督查组来记；您不在这一组，请重大办把您排进来。")
    day = local_day(now)
    held = pack(user, day, only=visit)
    [one] = held["visits"]
    checklist = held["checklists"].get(visit.kind, {"version": 0, "items": []})
    chosen_at = reverse("inspections:visit", args=[visit.pk]) if policy.can_choose(user) else ""
    context = {
        "pack": held, "one": one, "items": checklist["items"], "day": day, "is_start": visit.kind == Kind.START,
        "entry": _entry(visit), "settled": settled_entries(user, visit), "chosen_at": chosen_at,
    }  # fmt: skip
    return _page(request, "inspections/phone_visit.html", context)


def _entry(visit: Visit) -> dict[str, Any]:
    """What stands recorded, as its phone sent it, to be changed from here; {} where nothing does."""
    record = getattr(visit, "record", None)
    return dict(record.entry.entry) if record is not None else {}


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {
        "server_now": clock.now().isoformat(), "clock_shown": clock.is_demonstration(), "scripts": SCRIPTS,
    }  # fmt: skip
    answer = render(request, template, context | shared)
    answer[WHO] = str(person(request).pk)
    return answer


@require_safe
def hello(request: HttpRequest) -> JsonResponse:
    """Who is logged in, our time, and the ticket for sending: what the phone asks before it sends."""
    user = person(request)
    return answered({"who": str(user.pk), "name": user.name, "csrf": get_token(request)})


@require_safe
def phone_pack(request: HttpRequest) -> JsonResponse:
    _ask_looker(request)
    return answered(pack(person(request), local_day(clock.now())))


@require_POST
@same_person
def record(request: HttpRequest, key: UUID) -> JsonResponse:
    """One record: taken, or kept beside what others wrote; the same sent twice is answered as the first time."""
    user = person(request)
    visit = actions.visit_by_key(user, str(key))
    if visit is None:
        return answered({"error": "这个点位不在了，或不再归您看；记录还在手机里。", "refused": True}, 404)
    device = request.headers.get("X-Xushi-Device", "")[:64]
    try:
        entry = read_entry(json_of(request))
        done = actions.record_visit(visit=visit, entry=entry, device=device, by=user, now=clock.now())
    except Refused as refused:
        return answered({"error": str(refused), "refused": True}, 422)
    except PermissionDenied as denied:
        return answered({"error": str(denied), "refused": True}, 403)
    return answered(done.as_json())


@require_safe
@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the foot of what it may keep; holds nothing of anybody, so it asks for no login."""
    body = "\n".join((OWN / f"{name}.js").read_text(encoding="utf-8") for name in SENDERS)
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
