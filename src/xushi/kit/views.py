"""样式与脚本的合并文件、显示设置、出错页、组件页。"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from xushi.kit import samples
from xushi.kit.assets import KINDS, bundle
from xushi.kit.context import SIZES, THEMES

ONE_YEAR = 365 * 24 * 3600


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
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the sentence of the refusal is shown when there is one."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: needs no context, no session and no database."""
    from django.template.loader import get_template

    return HttpResponse(get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's ticket has expired: what was typed is still in this browser."""
    return render(request, "csrf.html", status=403)
