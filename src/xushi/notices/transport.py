"""往外发的那一下：交给 apprise，再问对方收没收；说得清的失败给一句话。"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from json import loads
from types import ModuleType
from typing import Any
from urllib.parse import quote

import requests

from xushi.notices.channels import Channel
from xushi.units.models import User

_heard = threading.local()


class Undelivered(Exception):
    """The other side has certainly not taken the message; says why, without any secret."""


def deliver(channel: Channel, reader: User | None, title: str, body: str, *, key: str) -> None:
    """Send one message; Undelivered where it was not taken. key names the message, the same at every try."""
    from apprise import Apprise

    _listen()
    plugin = Apprise.instantiate(_address(channel, reader, key))
    if plugin is None:
        raise Undelivered("地址写得不对，apprise 不认得这种通道。")
    with _warnings() as said:
        _heard.answer = b""
        taken = plugin.notify(body=body, title=title)
    if not taken:
        raise Undelivered(channel.redact(_in_words(" ".join(said)))[:300])
    if refusal := _refusal(_heard.answer):
        raise Undelivered(channel.redact(refusal)[:300])


def _address(channel: Channel, reader: User | None, key: str) -> str:
    address = channel.address
    if reader:
        address = address.replace("{phone}", quote(reader.phone)).replace(
            "{username}", quote(reader.username)
        )
    if channel.idempotent:
        address += f"{'&' if '?' in address else '?'}+Idempotency-Key={key}"
    return address


def _in_words(said: str) -> str:
    """What apprise says of a failure, as far as it can be told in Chinese."""
    if "onnection error" in said:
        return "连不上对方：网络不通，或地址不对。"
    if code := re.search(r"error=(\d{3})", said):
        return f"对方答{code[1]}，没有收。"
    return f"对方没有收。{said}"


def _refusal(answer: bytes) -> str:
    """钉钉、企业微信 answer 200 and refuse inside: {"errcode": 130101, "errmsg": …}."""
    try:
        told = loads(answer)
        code, words = told.get("errcode", 0), told.get("errmsg", "")
    except (ValueError, AttributeError):
        return ""
    return f"对方不收：{words}（{code}）" if code else ""


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """What apprise says in this thread while it fails; kept from the log, since it may name the address."""
    said: list[str] = []
    here = threading.get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == here:
                said.append(record.getMessage())

    listener, log = Listener(logging.WARNING), logging.getLogger("apprise")
    log.propagate = False
    log.addHandler(listener)
    try:
        yield said
    finally:
        log.removeHandler(listener)


class _Requests(ModuleType):
    """requests, as the robots' plugins use it, with the answer of the last post kept for this thread."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    @staticmethod
    def post(*args: Any, **kwargs: Any) -> requests.Response:
        response = requests.post(*args, **kwargs)  # noqa: S113 - the plugins give a timeout
        _heard.answer = response.content[:2000]
        return response


def _listen() -> None:
    """apprise counts every 200 as taken, but these robots refuse with 200: their answer has to be read."""
    from apprise.plugins import dingtalk, wecombot

    for plugin in (dingtalk, wecombot):
        if not isinstance(vars(plugin)["requests"], _Requests):
            vars(plugin)["requests"] = _Requests("requests")
