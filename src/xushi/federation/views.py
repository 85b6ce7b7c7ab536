"""页面：本区上报、收件口、一个区报来的一件、验签记录。"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from xushi.config import clock
from xushi.core.months import Month
from xushi.federation import policy, selectors
from xushi.federation.actions import send_again, sign_month, take_in
from xushi.federation.identity import identity, own_mark, private_key
from xushi.federation.keys import UnusableKey
from xushi.federation.models import Received, Sent
from xushi.federation.rules import LARGEST, NOT_A_FILING, Envelope, RefusedFiling
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.progress.asking import Request
from xushi.units.rules import Refused


@require_GET
def desk(request: Request) -> HttpResponse:
    """本区上报: closed months, what was signed of each, whether it arrived."""
    _reader(request)
    owed = selectors.months_to_send(own_mark())
    context = {
        "months": owed,
        "waiting": [one for one in owed if one.newest is None or one.stale],
        "refused": [one for one in owed if one.refused],
        "on_the_way": [one for one in owed if one.newest and not one.newest.delivered_at],
        "may_sign": policy.can_sign(request.user),
        "to": settings.XUSHI_FEDERATION_TO,
        "code": settings.XUSHI_FEDERATION_CODE,
    }
    return render(request, "federation/desk.html", context)


@require_POST
def sign(request: Request, month: str) -> HttpResponse:
    """签报一个月: the closing in force, signed with this installation's key; or 再送 what of it has not arrived."""
    if not policy.can_sign(request.user):
        raise PermissionDenied("向上级签报由重大办办理。")
    onward = "，正在往上送" if settings.XUSHI_FEDERATION_TO else "，请下载后交上级"
    told: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now()}
    try:
        told |= {"identity": identity(), "key": private_key()}
        if request.POST.get("again"):
            again = send_again(_month(month), **told)
            messages.success(request, f"{again[0].month.label}的{len(again)}件已用现在的钥匙重签{onward}。")
        else:
            made = sign_month(_month(month), reason=request.POST.get("reason", "")[:300], **told)
            messages.success(request, f"{made.month.label}{made.name}已签名{onward}。")
    except (Refused, UnusableKey) as problem:
        messages.error(request, str(problem))
    return redirect("federation:desk")


@require_GET
def sent_file(request: Request, month: str, number: int) -> HttpResponse:
    """The envelope as a file, to be carried where no line leads."""
    _reader(request)
    sent = get_object_or_404(Sent, month=_month(month), number=number)
    return _file(Envelope(sent.body, sent.key, sent.signature), f"xushi-{month}-{number}.json")


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest) -> JsonResponse:
    """收件口: no login; the signature says who it is. The same filing again is answered as the first time."""
    if not policy.gathers():
        raise Http404
    actor = Actor(channel=Event.Channel.API, address=request.META.get("REMOTE_ADDR", ""))
    try:
        taken = take_in(_text(request), actor=actor, now=clock.now())
    except RefusedFiling as refused:
        return JsonResponse({"code": refused.code, "sentence": refused.sentence}, status=refused.status)
    one = taken.received
    said = f"{one.district}{one.month.label}{one.name}{'早已收到，没有再收' if taken.already else '收到，已验签'}"
    return JsonResponse(
        {"digest": one.digest, "sentence": said, "already": taken.already},
        status=200 if taken.already else 201,
    )


def _text(request: HttpRequest) -> bytes:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > LARGEST:
            raise RequestDataTooBig
        return request.body
    except (RequestDataTooBig, ValueError) as problem:
        raise RefusedFiling("too_large", f"汇交件超过{LARGEST // 1024 // 1024}MB，没有收。", 413) from problem
    except RawPostDataException as problem:  # a form with files: read as one before it came here
        raise RefusedFiling("unreadable", NOT_A_FILING, 400) from problem


@require_GET
def filing(request: Request, code: str, month: str, number: int) -> HttpResponse:
    """What a district sent for a month, one number of it, with the others beside."""
    return render(
        request,
        "federation/filing.html",
        {"page": selectors.page_of(_received(request, code, month, number))},
    )


@require_GET
def filing_file(request: Request, code: str, month: str, number: int) -> HttpResponse:
    """The very text that was signed, with its signature: anybody with the public key can verify it."""
    one = _received(request, code, month, number)
    return _file(Envelope(one.body, one.key.key, one.signature), f"{code}-{month}-{number}.json")


@require_GET
def records(request: Request) -> HttpResponse:
    """验签记录: what was taken and what was refused, and why."""
    _gatherer(request)
    return render(request, "federation/records.html", selectors.records())


def _received(request: Request, code: str, month: str, number: int) -> Received:
    _gatherer(request)
    rows = Received.objects.select_related("district", "key")
    return get_object_or_404(rows, district__code=code, month=_month(month), number=number)  # type: ignore[no-any-return]


def _file(envelope: Envelope, name: str) -> HttpResponse:
    return HttpResponse(
        envelope.text(),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _reader(request: Request) -> None:
    if not policy.can_read(request.user):
        raise PermissionDenied("向上级报的数由重大办签报，区领导、督查、统计可以看。")


def _gatherer(request: Request) -> None:
    if not policy.gathers():
        raise Http404
    if not policy.can_read(request.user):
        raise PermissionDenied("各区报来的数由重大办、领导、督查、统计查看。")


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as problem:
        raise Http404(str(problem)) from problem
