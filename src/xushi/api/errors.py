"""出错：一律答 code、sentence、field、how；谁也看不到回溯。"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from xushi.api.rules import ApiRefused
from xushi.api.views_access import unauthorised
from xushi.indicators.refusals import Refused as Indicators
from xushi.kit.views import TRY_AGAIN, passing
from xushi.registry.checking import Conflict, Refused
from xushi.supervision.engine import NotAllowed
from xushi.units.rules import Refused as NotDone

log = logging.getLogger(__name__)
Made = Callable[[Any], ApiRefused]
_WORDS = {
    "missing": "没有填，请补上。",
    "extra_forbidden": "没有这一项，请去掉或核对名称。",
    "string_too_long": "太长了，请精简。",
    "string_too_short": "不能空着。",
    "too_long": "一次太多了，请分批。",
    "too_short": "至少要有一行。",
    "int_parsing": "要填整数。",
    "greater_than_equal": "小于允许的最小值。",
    "less_than_equal": "大于允许的最大值。",
    "string_pattern_mismatch": "写法不对，月份请写成2018-08。",
    "literal_error": "不是允许的值。",
}


def install(api: NinjaAPI) -> None:
    """Every refusal of every room, told in the one shape."""
    table: tuple[tuple[type[Exception], Made], ...] = (
        (ApiRefused, lambda refused: refused),
        (AuthenticationError, lambda _: unauthorised()),
        (ValidationError, _wrong_shape),
        (Refused, _refused_rows),
        (Indicators, lambda problem: ApiRefused(422, "refused", str(problem))),
        (NotDone, lambda problem: ApiRefused(422, "refused", str(problem))),
        (Conflict, lambda problem: ApiRefused(409, "conflict", str(problem), how="读新的，再改再报。")),
        (NotAllowed, lambda problem: ApiRefused(409, "not_now", str(problem))),
        (
            PermissionDenied,
            lambda problem: ApiRefused(403, "not_yours", str(problem) or "这件事不归这个账号办。"),
        ),
        (Http404, lambda _: ApiRefused(404, "not_found", "没有这个，或者它不归这个账号看。")),
        (HttpError, _unreadable),
        (RequestDataTooBig, lambda _: too_large()),
        (Exception, _broken),
    )
    for kind, make in table:
        api.exception_handler(kind)(_handler(api, make))


def _handler(api: NinjaAPI, make: Made) -> Callable[[HttpRequest, Any], HttpResponse]:
    def handle(request: HttpRequest, problem: Any) -> HttpResponse:
        return told(api, request, make(problem))

    return handle


def told(api: NinjaAPI, request: HttpRequest, refused: ApiRefused) -> HttpResponse:
    body = {
        "code": refused.code, "sentence": refused.sentence, "field": refused.field, "how": refused.how,
        "rows": refused.more,
    }  # fmt: skip
    answer = api.create_response(request, body, status=refused.status)
    if refused.retry_after:
        answer["Retry-After"] = str(refused.retry_after)
    if refused.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def _wrong_shape(problem: ValidationError) -> ApiRefused:
    rows = list(_mistakes(problem.errors))
    first = rows[0] if rows else {"field": "", "sentence": "请求看不懂。"}
    refused = ApiRefused(
        422, "wrong_shape", f"{first['field']}：{first['sentence']}", field=str(first["field"]),
        how="各项的写法见 /api/v1/openapi.json。",
    )  # fmt: skip
    refused.more = rows[:50]
    return refused


def _mistakes(errors: Iterable[dict[str, Any]]) -> Iterable[dict[str, object]]:
    for one in errors:
        place = [str(part) for part in one.get("loc", ())]
        row = next((int(part) for part in place if part.isdecimal()), 0)
        sentence = _WORDS.get(str(one.get("type")), "写法不对，请对照接口说明。")
        yield {"row": row, "field": place[-1][:60] if place else "", "sentence": sentence}


def _refused_rows(problem: Refused) -> ApiRefused:
    first = problem.problems[0]
    refused = ApiRefused(
        422, "refused", first.sentence, field=first.field,
        how="整批都没有写；改好再报，去重号可以照用。",
    )  # fmt: skip
    refused.more = [
        {"row": one.row, "field": one.field, "sentence": one.sentence} for one in problem.problems[:1000]
    ]
    return refused


def _unreadable(problem: HttpError) -> ApiRefused:
    return ApiRefused(problem.status_code, "unreadable", "请求正文看不懂。", how="正文写成 UTF-8 的 JSON。")


def too_large() -> ApiRefused:
    """413: the same body will never be taken, however often it is sent."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
    return ApiRefused(
        413, "too_large", f"请求正文超过{most}MB，这次没有写入。",
        how="请分批：每批少几行，各用一个去重号；原样再发还是不收。",
    )  # fmt: skip


def _broken(problem: Exception) -> ApiRefused:
    """500; or 503 where the machine is at fault and it will pass."""
    log.error("接口出错", exc_info=problem)
    if words := passing(problem):
        refused = ApiRefused(
            503, "unavailable", f"{words[0]}，这次没有写入。", how=f"{words[1]}再试用同一个去重号。"
        )
        refused.retry_after = TRY_AGAIN
        return refused
    return ApiRefused(
        500, "broken", "系统出错了，已记下；这次没有写入。", how="稍后用同一个去重号再试；还不行请找管理员。"
    )
