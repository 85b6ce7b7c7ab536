"""Python 客户端：从接口说明写出来的，与说明一字不差；真的连上来读、写、验签。"""

import http.client
import importlib.util
import io
import socket
import sys
import threading
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client as DjangoClient

from tests.api.world import account_of, token_of
from tests.factories import NOW
from tests.progress.builders import WAN, given_year
from xushi.api import rules_webhooks, views_access
from xushi.api.models import Handled
from xushi.progress.models import MonthlyReport
from xushi.units.models import Role, Unit

PLACE = Path(__file__).parents[2] / "clients" / "python"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"clients_{name}", PLACE / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


client = loaded("xushi_client")


def test_the_module_is_what_the_description_says() -> None:
    described = DjangoClient().get("/api/v1/openapi.json").json()
    text = (PLACE / "xushi_client.py").read_text("utf-8")
    generate, call = loaded("generate"), "\n        return self._"
    assert generate.written(described) == text
    calls = text.count(call) - generate.HEAD.read_text("utf-8").count(call)
    assert sum(len(ways) for ways in described["paths"].values()) == calls


def test_a_signature_is_checked() -> None:
    body, at = b'{"delivery":1}', int(NOW.timestamp())
    header = rules_webhooks.signature("whsec_x", body, at)
    assert client.verified("whsec_x", header, body, at + 10)
    assert not client.verified("whsec_y", header, body, at)
    assert not client.verified("whsec_x", header, body + b" ", at)
    assert not client.verified("whsec_x", header, body, at + 301)
    assert not client.verified("whsec_x", "t=,v1=", body, at) and not client.verified("whsec_x", "", body, at)


def failed(status: int, **headers: str) -> urllib.error.HTTPError:
    told = Message()
    for name, value in headers.items():
        told[name.replace("_", "-")] = value
    return urllib.error.HTTPError("http://x", status, "", told, io.BytesIO(b'{"code": "too_many"}'))


def test_it_waits_when_told_to_and_sends_a_write_again_with_its_key() -> None:
    answers: list[Any] = [
        failed(429, Retry_After="7"),
        urllib.error.URLError("gone"),
        io.BytesIO(b'{"ids": [3]}'),
    ]
    asked, slept = [], []

    def opener(request: Any, timeout: float) -> Any:
        asked.append((request.headers["Idempotency-key"], request.data))
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    xushi = client.Client("http://x/", "t", opener=opener, sleep=slept.append)
    assert xushi.post_acknowledge(5) == {"ids": [3]}
    assert slept[0] == 7.0 and len(asked) == 3 and len(set(asked)) == 1


def test_a_month_that_breaks_off_is_told() -> None:
    lines = b'{"kind": "month"}\n{"kind": "project"}\n'
    xushi = client.Client("http://x", "t", opener=lambda *_args, **_more: io.BytesIO(lines))
    with pytest.raises(client.Incomplete):
        list(xushi.month_projects("2018-08"))


@contextmanager
def wire(*answers: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server that says exactly these bytes, one connection each, and hangs up; with the keys that it was sent."""
    keys: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for answer in answers:
                line, _ = listening.accept()
                with line, line.makefile("rb") as asked:
                    headers = client_headers(asked)
                    asked.read(int(headers.get("Content-Length") or 0))
                    keys.append(headers.get("Idempotency-Key", ""))
                    line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", keys
        thread.join(5)


def client_headers(asked: Any) -> Message:
    asked.readline()
    return http.client.parse_headers(asked)


OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = OK + b'Content-Length: 12\r\n\r\n{"ids": [3]}'
SHORT = OK + b'Content-Length: 12\r\n\r\n{"id'
UNSAID = OK + b'\r\n{"id'
GONE = b""


@pytest.mark.parametrize("cut", [SHORT, UNSAID, CHUNKED + b'c\r\n{"id', GONE], ids=["短", "断", "块", "无"])
def test_a_write_whose_answer_is_cut_is_sent_again_with_its_key(cut: bytes) -> None:
    with wire(cut, WHOLE) as (address, keys):
        assert client.Client(address, "t", sleep=lambda _: None).post_acknowledge(5) == {"ids": [3]}
    assert len(keys) == 2 and len(set(keys)) == 1 and keys[0]


def test_a_write_that_nothing_answers_hands_out_its_key() -> None:
    with wire(*[SHORT] * client.TRIES) as (address, keys):
        xushi = client.Client(address, "t", sleep=lambda _: None)
        with pytest.raises(client.Unanswered) as unanswered:
            xushi.post_acknowledge(5)
    assert keys == [unanswered.value.key] * client.TRIES and keys[0]
    assert isinstance(unanswered.value, urllib.error.URLError)  # what was caught before is caught still
    with wire(WHOLE) as (address, keys):
        client.Client(address, "t").post_acknowledge(5, key=unanswered.value.key)
    assert keys == [unanswered.value.key]


def test_a_refused_write_hands_out_its_key() -> None:
    broken = b"HTTP/1.1 500 X\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{"
    with wire(broken) as (address, keys), pytest.raises(client.Refused) as refused:
        client.Client(address, "t").post_acknowledge(5)
    assert (refused.value.status, refused.value.key) == (500, keys[0])


FIRST = b'{"kind": "month"}\n'


@pytest.mark.parametrize(
    "cut",
    [
        OK + b"\r\n" + FIRST + b'{"kind": "pro',
        CHUNKED + b"12\r\n" + FIRST + b"\r\n40\r\n" + b'{"kind": "pro',
        CHUNKED + b"12\r\n" + FIRST + b"\r\n",
        OK + b"Content-Length: 999\r\n\r\n" + FIRST,
        OK + b"\r\n" + FIRST + b"\xe4\xb8",
    ],
    ids=["行内", "块内", "块间", "没到头", "字内"],
)
def test_a_month_cut_anywhere_is_incomplete(cut: bytes) -> None:
    with wire(cut) as (address, _), pytest.raises(client.Incomplete, match="没取全"):
        list(client.Client(address, "t").month_projects("2018-08"))


@pytest.mark.django_db(transaction=True)
def test_over_a_real_server(live_server: Any, subdistrict: Unit, settings: Any) -> None:
    settings.XUSHI_NOW = NOW
    views_access.forget_pace()
    project = given_year(subdistrict)
    token = token_of(
        account_of("街道系统", Role.TERRITORY, unit=subdistrict), "read:projects", "write:reports"
    )
    xushi = client.Client(live_server.url, token)
    row = {
        "project": project.pk,
        "month": "2018-08",
        "cumulative": 16_000 * WAN,
        "physical_progress": "封顶。",
    }
    first = xushi.post_reports({"rows": [row]}, key="report-2018-08-1")
    assert xushi.post_reports({"rows": [row]}, key="report-2018-08-1") == first
    assert (Handled.objects.count(), MonthlyReport.objects.filter(month="2018-08").count()) == (1, 1)
    assert [one["id"] for one in xushi.every(xushi.projects, limit=1)] == [project.pk]
    assert xushi.months() == []
    with pytest.raises(client.Refused) as refused:
        xushi.orders()
    assert (refused.value.status, refused.value.code) == (403, "scope_missing")
    with pytest.raises(client.Refused) as stranger:
        client.Client(live_server.url, "xushi_no").months()
    assert stranger.value.status == 401
