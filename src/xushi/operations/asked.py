"""这一次请求的编号：日志里、出错页上、响应头里是同一个。"""

import re
import secrets
from contextvars import ContextVar

_GOOD = re.compile(r"[A-Za-z0-9._-]{8,64}")
_number: ContextVar[str] = ContextVar("request", default="")


def asked_as() -> str:
    return _number.get()


def begin(given: str) -> str:
    """The number that the proxy gave, where it is one; else one of our own."""
    number = given if _GOOD.fullmatch(given) else secrets.token_hex(8)
    _number.set(number)
    return number
