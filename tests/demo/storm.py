"""乱填：把各页的表单和查询条件收来，每一格换上坏东西再交，看有没有哪一处答不上话。

Every form and every list of the demonstration district is read as each person, then sent back with its fields spoilt:
emptied, doubled, far too long, of another kind, with control characters, with files that are not what they say. Whatever
comes, the answer is below 500 and there within five seconds. What was written is rolled back.

    XUSHI_HOME=… python -m tests.demo.storm --requests 10000 --seed 1
"""

import argparse
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.demo.matrix import LEFT_OUT, NOT_YET, Walk, routes

SLOWEST = 5.0  # seconds of the processor: other work on the machine does not count
NOT_SENT = ("/clock/", "/logout")  # the whole district's day, one's own session
VALUES = (
    "", " ", "\x00", "a\x00b", "\u202e右到左", "<script>alert(1)</script>", "=1+1", "'; DROP TABLE x; --", "{{ 7*7 }}",
    "{% debug %}", "../../etc/passwd", "%s%n%x", "-1", "0", "9" * 30, "9" * 400, "1e308", "NaN", "Infinity", "-0.0",
    "١٢٣", "①②③", "一百二十三", "2018-02-30", "2018-13", "0001-01-01", "9999-12-31", "2018-09", "1.5.6", "None",
    "[]", '{"a": [', "😀" * 50, "字" * 100_000, "a" * 70_000, "\r\n\r\n注入: 1", "//evil.example/", "javascript:alert(1)",
    "2018-09-12T08:30", "99:99", "1,234.5", "１２３", "0x1F", "1_000", "+1", "1/0", "\ufeff", "e\u0301" * 40,
)  # fmt: skip
FILES = (
    ("空.xlsx", b""), ("坏.xlsx", b"PK\x03\x04" + b"\x00" * 64), ("假.jpg", b"<svg onload=alert(1)>"),
    ("截.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), ("\u202egpj.exe", b"MZ" + b"\x90" * 200),
    ("长" * 300 + ".pdf", b"%PDF-1.7\n%%EOF"),
    ("坏.docx", b"PK\x05\x06" + b"\x00" * 18), ("乱.csv", bytes(range(256)) * 20), ("x.yaml", b"a: &a [*a, *a]\n" * 20),
)  # fmt: skip


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page, with the values its fields offer."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.found = address, list[Form]()
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = told.get("action") or told.get("hx-post") or self.address
            self._open = Form(action, told.get("method", "get").lower())
            self.found.append(self._open)
        elif self._open is None:
            return
        elif tag in ("input", "textarea", "select", "button") and told.get("name"):
            if told.get("type") == "file":
                self._open.files.append(told["name"])
            else:
                self._open.fields.setdefault(told["name"], []).append(told.get("value", ""))
            self._select = told["name"] if tag == "select" else ""
        elif tag == "option" and self._select:
            self._open.fields[self._select].append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


class Storm:
    """Sends spoilt forms; wrong says what was not answered as it should be."""

    def __init__(self, walk: Walk, seed: int) -> None:
        self.walk, self.dice = walk, random.Random(seed)
        self.wrong: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.slowest = (0.0, "")
        self.forms: list[tuple[str, Form]] = []

    def gather(self, people: Sequence[str], pages: int | None = None) -> None:
        """Read every page as these people, or so many of them by chance, and keep the forms that are on it."""
        known: set[tuple[str, str, str]] = set()
        asked = [(route, account) for route in routes() if route.name not in LEFT_OUT for account in people]
        for route, account in asked if pages is None else self.dice.sample(asked, min(pages, len(asked))):
            user, _ = self.walk.clients[account]
            for subject in self.walk._subjects(route, user)[0][:1]:
                for form in self._forms_of(account, route, subject):
                    key = (account, form.action.partition("?")[0], form.method)
                    if (
                        key not in known
                        and form.action.startswith("/")
                        and not form.action.startswith(NOT_SENT)
                    ):
                        known.add(key)
                        self.forms.append((account, form))

    def _forms_of(self, account: str, route: Any, subject: Any) -> Iterator[Form]:
        from django.urls import NoReverseMatch, reverse

        values = {name: self.walk.values.get(name, 1) for name in route.takes}
        values |= {name: subject for name in ("pk", "project_id", "key") if name in values and subject}
        try:
            address = reverse(route.name, kwargs=values)
        except NoReverseMatch:
            return
        answer = self._send(account, "get", address, {}, {})
        if answer is None or answer.streaming or "html" not in answer.get("Content-Type", ""):
            return
        page = Forms(address)
        page.feed(answer.content.decode("utf-8", "replace"))
        yield from page.found

    def blow(self, requests: int) -> None:
        for _ in range(requests):
            account, form = self.dice.choice(self.forms)
            fields = {name: self._value(offered) for name, offered in form.fields.items()}
            for name in self.dice.sample(
                sorted(fields), min(len(fields), self.dice.choice((0, 1, 1, 1, 2, 4)))
            ):
                self._spoil(fields, name)
            files = {name: self._file() for name in form.files if self.dice.random() < 0.8}
            self._send(account, "post" if form.method == "post" else "get", form.action, fields, files)

    def _value(self, offered: list[str]) -> Any:
        return self.dice.choice(offered) if offered else ""

    def _spoil(self, fields: dict[str, Any], name: str) -> None:
        way = self.dice.random()
        if way < 0.1:
            del fields[name]
        elif way < 0.2:
            fields[name] = [self.dice.choice(VALUES), self.dice.choice(VALUES)]
        elif way < 0.25:
            fields[f"{name}[]"] = fields.pop(name)
        else:
            fields[name] = self.dice.choice(VALUES)

    def _file(self) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        name, data = self.dice.choice(FILES)
        return SimpleUploadedFile(name, data)

    def _send(
        self, account: str, method: str, address: str, fields: dict[str, Any], files: dict[str, Any]
    ) -> Any:
        from django.db import transaction

        _, client = self.walk.clients[account]
        headers = {"HX-Request": "true"} if self.dice.random() < 0.2 else {}
        began = time.process_time()
        with transaction.atomic():
            answer = getattr(client, method)(address, {**fields, **files}, headers=headers)
            transaction.set_rollback(True)
        took = time.process_time() - began
        status = int(answer.status_code)
        self.statuses[status] += 1
        self.slowest = max(self.slowest, (took, f"{method} {address}"))
        told = (
            f"{method} {address}（{account}，{ {name: str(value)[:60] for name, value in fields.items()} }）"
        )
        if status >= 500 and status != NOT_YET:
            why = getattr(answer, "exc_info", None)
            self.wrong.append(f"{told}：{status} {why[1]!r}" if why else f"{told}：{status}")
        elif took > SLOWEST:
            self.wrong.append(f"{told}：{took:.1f}秒")
        elif not answer.streaming and b"Traceback (most recent" in answer.content:
            self.wrong.append(f"{told}：答里有程序的痕迹")
        return answer


def storm(requests: int, seed: int, people: Sequence[str], pages: int | None = None) -> Storm:
    """So many spoilt forms from every page of these people, or from so many pages by chance."""
    found = Storm(Walk(), seed)
    found.gather(people, pages)
    found.blow(requests)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="把演示区的每张表单乱填一遍又一遍")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core import signals
    from django.db import close_old_connections

    settings.ALLOWED_HOSTS = ["*"]
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    from tests.demo.matrix import PEOPLE

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = storm(options.requests, options.seed, PEOPLE)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    lines = [
        *made.wrong, f"{len(made.forms)}张表单，{sum(made.statuses.values())}次：{dict(sorted(made.statuses.items()))}",
        f"最慢{made.slowest[0]:.2f}秒：{made.slowest[1]}；内存多{grown} MB；答不上的{len(made.wrong)}次",
    ]  # fmt: skip
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(1 if made.wrong else 0)
