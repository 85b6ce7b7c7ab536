"""样式与脚本的合并文件、显示设置、出错页、组件页。"""

import errno
import sys

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from xushi.kit import samples
from xushi.kit.assets import KINDS, bundle
from xushi.kit.context import SIZES, THEMES

ONE_YEAR = 365 * 24 * 3600
TRY_AGAIN = 15  # seconds: what a browser or a proxy is told to wait
FULL = ("disk is full", "No space left", "could not extend")


@require_GET
def serve_bundle(request: HttpRequest, digest: str, kind: str) -> HttpResponse:
    """The joined stylesheet, script or sprite; kept for ever only under the digest it really has."""
    if kind not in KINDS:
        raise Http404("没有这种文件。")
    made = bundle(kind)
    response = HttpResponse(made.body, content_type=KINDS[kind])
    lasting = digest == made.digest
    response["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable" if lasting else "no-cache"
    response["ETag"] = f'"{made.digest}"'
    return response


@require_POST
def set_display(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme and text size in this browser's cookies, then go back."""
    back = request.POST.get("next") or request.META.get("HTTP_REFERER") or "/"
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    for name, known in (("theme", THEMES), ("size", SIZES)):
        if (value := request.POST.get(name)) in known:
            response.set_cookie(name, value, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """The living sheet of components; only where developers or the demonstration look."""
    return render(request, "kit/components.html", {"sheet": samples.SHEET})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; or 503 where the session could not be kept because the database was away or full at that moment."""
    if isinstance(exception, SessionInterrupted) and (words := passing(_beneath(exception))):
        return _passes(request, words)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the sentence of the refusal is shown when there is one."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the machine is at fault and it will pass; needs no context, no session and no database."""
    from django.template.loader import get_template

    if words := passing(sys.exception()):
        return _passes(request, words)
    told = {"asked": getattr(request, "asked", "")}  # the number that the log has too
    return HttpResponse(get_template("500.html").render(told), status=500)


def _passes(request: HttpRequest, words: tuple[str, str]) -> HttpResponse:
    from django.template.loader import get_template

    told = dict(zip(("headline", "advice"), words, strict=True), back=_where_from(request))
    response = HttpResponse(get_template("503.html").render(told), status=503)
    response["Retry-After"] = str(TRY_AGAIN)
    return response


def _beneath(problem: BaseException) -> BaseException | None:
    """What the database said, beneath what Django made of it."""
    found = problem.__context__
    while found is not None and not isinstance(found, OperationalError | InterfaceError):
        found = found.__context__
    return found


def passing(problem: BaseException | None) -> tuple[str, str] | None:
    """(what is wrong, what to do) for a full disk and a database that is away or held; None for a fault of ours.

    A connection lost within a transaction makes other complaints of the database follow it: the first one counts.
    """
    if isinstance(problem, ProgrammingError | InternalError):
        problem = _beneath(problem) or problem
    full = isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or (isinstance(problem, OperationalError) and any(word in str(problem) for word in FULL)):
        return "服务器的磁盘满了", "请告诉系统管理员腾地方；腾出来之前能看，存不了。"
    if isinstance(problem, OperationalError | InterfaceError):
        return "数据库暂时没有答复", "多半一两分钟就好，请稍等再试；过了五分钟还这样，请告诉系统管理员。"
    return None


def _where_from(request: HttpRequest) -> str:
    """The page the form stood on, where it is one of ours."""
    here = request.META.get("HTTP_REFERER", "")
    return here if url_has_allowed_host_and_scheme(here, {_host(request)}, request.is_secure()) else "/"


def _host(request: HttpRequest) -> str:
    try:
        return request.get_host()
    except SuspiciousOperation:
        return ""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's ticket has expired: what was typed is still in this browser."""
    return render(request, "csrf.html", status=403)
