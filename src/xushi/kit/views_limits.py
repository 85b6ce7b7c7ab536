"""限次的答复：超了答429，说清多久以后再来；打的字还在。"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from xushi.config import clock
from xushi.kit.pacing import METER, Pace

TOO_MANY = 429
NAMES = {
    "search": "查找",
    "export": "导出",
    "check": "查稿子",
    "login": "登录",
    "unmask": "看完整号码",
    "key": "拿错的密钥来",
    "upload": "传文件",
    "print": "印材料",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Too often: what is said, and after how many seconds to come again."""

    sentence: str
    seconds: int

    def on(self, response: HttpResponse) -> HttpResponse:
        """The same answer as a 429 that tells programs, too, when to come again."""
        response.status_code = TOO_MANY
        response["Retry-After"] = str(self.seconds)
        return response


def too_often(request: HttpRequest, matter: str) -> Wait | None:
    """Counts once; None where this may go on. By person where somebody is signed in, and by address."""
    times, seconds = settings.XUSHI_LIMITS.get(matter, (0, 1))
    if not times:
        return None
    real, whole = clock.real(), Pace(times * settings.XUSHI_LIMITS_PER_ADDRESS, seconds)
    own = Pace(times, seconds)
    asked = [(f"{matter}@{request.META.get('REMOTE_ADDR', '')}"[:80], whole, "从这个地址")]
    if request.user.is_authenticated:
        asked.insert(0, (f"{matter}:{request.user.pk}", own, ""))
    for key, pace, whose in asked:
        if wait := METER.wait(key, pace, real):
            return Wait(f"{whose}{NAMES[matter]}{pace.words}，请{spoken(wait)}后再试。", wait)
    return None


class UploadsPaced:
    """Every form that brings files counts as one, whichever room it goes to; it is refused before anything is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        if request.content_type != "multipart/form-data" or not request.user.is_authenticated:
            return None
        if request.FILES and (wait := too_often(request, "upload")):
            return refuse(request, wait)
        return None


def spoken(seconds: int) -> str:
    """20秒, 3分钟: rounded up, so that nobody comes too early."""
    return f"{seconds}秒" if seconds < 90 else f"{-(-seconds // 60)}分钟"


def refuse(request: HttpRequest, wait: Wait) -> HttpResponse:
    """A page of its own that leads back to where one came from."""
    here = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(here, {request.get_host()}, request.is_secure())
    return wait.on(render(request, "429.html", {"sentence": wait.sentence, "back": here if safe else "/"}))
