"""指标，给 Prometheus；拿着口令的才读得到。"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from xushi.config import clock
from xushi.operations.metrics import exposition

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """404 where no token is set, and to whoever does not hold it: nobody learns that there is something here."""
    held = settings.XUSHI_METRICS_TOKEN
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if not held or scheme != "Bearer" or not constant_time_compare(given, held):
        raise Http404("没有这一页。")
    return HttpResponse(exposition(clock.real()), content_type=TEXT)
