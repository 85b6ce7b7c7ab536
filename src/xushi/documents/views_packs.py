"""成套的材料：会议材料、调研一页纸、单位情况表的文件。"""

from django.core.exceptions import PermissionDenied
from django.db import router
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.months import Month
from xushi.documents import packs
from xushi.documents.files import attachment
from xushi.documents.language_errors import TemplateProblem
from xushi.documents.months import closed_months, month_of
from xushi.documents.named import OpenMonth
from xushi.documents.policy_templates import may_print
from xushi.documents.writing import NoFont, Unset, write_docx, write_pdf
from xushi.documents.writing.docx_parts import CONTENT
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.kit.views_limits import refuse, too_often
from xushi.units.access import person
from xushi.units.models import Unit

PDF = "application/pdf"


@require_safe
def pack(request: HttpRequest, kind: str, pk: int, form: str) -> HttpResponse:
    """docx or pdf; ?month=2018-08, else the latest that is closed."""
    if kind not in packs.CODES or form not in ("docx", "pdf"):
        raise Http404("没有这种材料。")
    if wait := too_often(request, "print"):
        return refuse(request, wait)
    router.db_for_write(
        Event
    )  # who took it is noted: a reading replica hands over before the work, not after
    try:
        made = packs.pack(kind, person(request), pk, now=clock.now(), month=_month(request))
        if made is None:
            raise Http404("没有这一件，或不归您看。")
        data = write_pdf(made.document) if form == "pdf" else write_docx(made.document)
    except packs.NotYours as refused:
        raise PermissionDenied(str(refused)) from refused
    except (ValueError, OpenMonth, packs.NoMonth, TemplateProblem) as problem:
        return _not_printed(request, problem, 400)
    except (NoFont, Unset) as problem:
        return _not_printed(request, problem, 503)
    packs.note_pack(kind, pk, made.name, form, actor=Actor.of(request), now=clock.now())
    return attachment(data, f"{made.name}.{form}", PDF if form == "pdf" else CONTENT)


def _month(request: HttpRequest) -> Month | None:
    return month_of(request.GET.get("month", ""))


def _not_printed(request: HttpRequest, problem: Exception, status: int) -> HttpResponse:
    context = {"problem": problem, "name": "这份材料"}
    return render(request, "documents/not_printed.html", context, status=status)


@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """单位月度情况表: every unit that a project hangs on, one tap each."""
    user = person(request)
    if not may_print(user, "unit"):
        raise PermissionDenied("单位情况表由区重大办、区领导、督查室和各单位看，您的角色不看这一页。")
    months = closed_months(user)
    asked = request.GET.get("month", "")
    month = asked if asked in dict(months) else (months[0][0] if months else "")
    units = packs.units_with_sheets(user, Month.parse(month)) if month else list[Unit]()
    context = {"units": units, "months": months, "month": month, "odd": bool(asked) and asked != month}
    return render(request, "documents/sheets.html", context, status=400 if context["odd"] else 200)
