"""写一次：同一个去重号只办一次，答复与所办的事同在一个事务里。"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.request import RawPostDataException

from xushi.api.models import Handled
from xushi.api.rules import KEY, ApiRefused, request_digest
from xushi.api.views_access import Caller


def once(
    request: HttpRequest, caller: Caller, now: datetime, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What act answers, or what it answered to this key before; a refused request leaves its key free.

    Two at once: the second waits for the first's commit at the unique key, and is given the first's answer.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise ApiRefused(
            400, "key_missing", "写入要带去重号，好让重发不会办两次。", field="Idempotency-Key",
            how="请求头写 Idempotency-Key，8到80个英文字母、数字或符号；每件事一个，重发用同一个。",
        )  # fmt: skip
    digest = request_digest(request.method or "", request.path, _body(request))
    with transaction.atomic():
        try:
            with transaction.atomic():
                mine = Handled.objects.create(account=caller.account, key=key, digest=digest, at=now)
        except IntegrityError:
            return _before(caller, key, digest)
        answer = act()
        mine.answer = answer
        mine.save(update_fields=["answer"])
    return answer


def _body(request: HttpRequest) -> bytes:
    """What was sent; a form with files was read as one before it came here, and is none of ours."""
    try:
        return request.body
    except RawPostDataException as problem:
        raise ApiRefused(
            400, "unreadable", "请求正文看不懂。", how="正文写成 UTF-8 的 JSON，不要用表单。"
        ) from problem


def _before(caller: Caller, key: str, digest: str) -> dict[str, Any]:
    held = Handled.objects.get(account=caller.account, key=key)
    if held.digest != digest:
        raise ApiRefused(
            409, "key_reused", "这个去重号已经用在另一个请求上，这次没有办。", field="Idempotency-Key",
            how="内容变了就换一个新的去重号。",
        )  # fmt: skip
    answer: dict[str, Any] = held.answer
    return answer
