"""交出一张导出的表：限次、要批的先批、签名、记一笔。各房的导出页都从这里交出。"""

from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.db import router
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.kit.sheets import TYPES, Export, Signed, TooLong
from xushi.kit.views_limits import refuse, too_often
from xushi.units import actions_exports
from xushi.units.access import person
from xushi.units.models_exports import ExportRequest
from xushi.units.rules import Refused

SALT = "xushi.export"
LONGEST_ADDRESS = 4000


def hand_out(request: HttpRequest, export: Export) -> HttpResponseBase:
    """The file, signed and journaled; a page to ask with where it is large or shows numbers in full.

    Rows are those that whoever asks may see now, also where the export was granted before.
    """
    if wait := too_often(request, "export"):
        return refuse(request, wait)
    router.db_for_write(
        Event
    )  # every export is journaled: a reading replica hands over before the work, not after
    user, now, address = person(request), clock.now(), request.get_full_path()
    granted = ExportRequest.objects.ready(now).filter(by=user, address=address).first()
    if export.personal and granted is None:
        return ask_page(request, export.title, address, personal=True)
    signed = Signed(user.name, user.unit_name, now, request.META.get("REMOTE_ADDR", ""))
    try:
        written = export.write(signed, None if granted else settings.XUSHI_EXPORT_ROWS)
    except TooLong:
        return ask_page(request, export.title, address)
    try:
        actions_exports.take(
            granted=granted, title=export.title, address=address, rows=written.rows, personal=export.personal,
            actor=Actor.of(request), now=now,
        )  # fmt: skip
    except Refused as refused:
        written.file.close()
        return ask_page(request, export.title, address, personal=export.personal, problem=str(refused))
    made = FileResponse(written.file, content_type=TYPES[export.kind])
    name = f"{export.named or export.title}.{export.kind}"
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    made["Cache-Control"] = "private, no-store"
    return made


def ask_page(
    request: HttpRequest,
    title: str,
    address: str,
    *,
    personal: bool = False,
    problem: str = "",
    typed: str = "",
) -> HttpResponse:
    """要批: why, and the form to ask with. 403, since nothing was handed out."""
    waiting = ExportRequest.objects.waiting().filter(by=person(request), address=address).first()
    ticket = signing.dumps(
        {"title": title[:120], "address": address, "personal": personal, "by": person(request).pk}, salt=SALT
    )
    context = {
        "title": title, "personal": personal, "problem": problem, "typed": typed, "ticket": ticket,
        "waiting": waiting, "most": settings.XUSHI_EXPORT_ROWS, "too_long": len(address) > LONGEST_ADDRESS,
    }  # fmt: skip
    return render(request, "units/export_ask.html", context, status=403)
