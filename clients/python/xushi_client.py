"""序时接口的 Python 客户端，第1版。由 generate.py 从 openapi.json 写出，不要手改。

    xushi = Client("https://序时", token)
    for order in xushi.every(xushi.orders, state="working"):
        ...

Only the standard library. Amounts are whole 元, ratios are decimal text, moments carry their zone.
"""

import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import IO, Any

TRIES = 4
CUT_OFF = "没有收到末一行，这个月没取全，请重取。"
TIMEOUT = 60.0
CUT = (OSError, http.client.HTTPException)  # the line is gone, before the answer or in the middle of it


class Refused(Exception):
    """What was asked for was not done: a code for programs, a sentence for people, how to mend it.

    key: that of a write, under which it may be sent again; empty for what only reads.
    """

    def __init__(self, status: int, said: dict[str, Any], key: str = "") -> None:
        self.status, self.key = status, key
        self.code = str(said.get("code", "unknown"))
        self.sentence = str(said.get("sentence", f"对方答{status}"))
        self.field, self.how = str(said.get("field", "")), str(said.get("how", ""))
        self.rows: list[dict[str, Any]] = said.get("rows") or []
        super().__init__(self.sentence)


class Unanswered(urllib.error.URLError):
    """However often it was asked, no whole answer came. A write may have been done: send it again with this key."""

    def __init__(self, reason: BaseException, key: str = "") -> None:
        self.key = key
        super().__init__(reason)


class Incomplete(Exception):
    """A month that broke off before its end line: read it again."""


def verified(secret: str, header: str, body: bytes, now: float, within: float = 300.0) -> bool:
    """Whether a webhook was signed with this secret, not long ago. header: X-Xushi-Signature."""
    said = dict(part.partition("=")[::2] for part in header.split(","))
    at, given = said.get("t", ""), said.get("v1", "")
    if not at.isdecimal() or abs(now - int(at)) > within:
        return False
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, given)


def _part(value: object) -> str:
    return urllib.parse.quote(str(value), safe="")


def _said(problem: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        said = json.load(problem)
    except (ValueError, *CUT):
        return {}
    return said if isinstance(said, dict) else {}


class Client:
    """One installation and one token. opener: what opens a request, for tests and for proxies of one's own."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        opener: Callable[..., IO[bytes]] = urllib.request.urlopen,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address, self._token = address.rstrip("/"), token
        self._opener, self._sleep = opener, sleep

    def every(self, read: Callable[..., Any], **query: Any) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page: every(client.orders, state="working")."""
        cursor = None
        while True:
            page = read(cursor=cursor, **query)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def _read(self, path: str, query: dict[str, Any]) -> Any:
        asked = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        return self._asked(f"{path}?{asked}" if asked else path)

    def _write(self, path: str, body: dict[str, Any], key: str | None) -> Any:
        """Sent again with the same key where no whole answer came: it is done once all the same."""
        return self._asked(path, json.dumps(body).encode(), key or str(uuid.uuid4()))

    def _lines(self, path: str) -> Iterator[dict[str, Any]]:
        kind = ""
        with self._tried(self._sent, path) as answer:
            try:
                for line in answer:
                    row = json.loads(line)
                    kind = row["kind"]
                    yield row
            except (ValueError, *CUT) as problem:
                raise Incomplete(CUT_OFF) from problem
        if kind != "end":
            raise Incomplete(CUT_OFF)

    def _asked(self, path: str, body: bytes | None = None, key: str = "") -> Any:
        return self._tried(self._whole, path, body, key)

    def _whole(self, path: str, body: bytes | None, key: str) -> Any:
        with self._sent(path, body, key) as answer:
            try:
                return json.load(answer)
            except ValueError as problem:
                raise http.client.HTTPException("答复断在半中间，或不是 JSON。") from problem

    def _sent(self, path: str, body: bytes | None = None, key: str = "") -> IO[bytes]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        asked = urllib.request.Request(self._address + path, data=body, headers=headers)  # noqa: S310
        return self._opener(asked, timeout=TIMEOUT)

    def _tried(self, ask: Callable[..., Any], path: str, body: bytes | None = None, key: str = "") -> Any:
        """What is answered, asked up to TRIES times; a cut answer is none, and it is the same write each time."""
        for left in reversed(range(TRIES)):
            try:
                return ask(path, body, key)
            except urllib.error.HTTPError as problem:
                wait = problem.headers.get("Retry-After", "")
                if left and problem.code in (429, 503) and wait.isdecimal():
                    self._sleep(float(wait))
                    continue
                raise Refused(problem.code, _said(problem), key) from problem
            except CUT as problem:
                if not left:
                    raise Unanswered(problem, key) from problem
                self._sleep(float(TRIES - left))
        raise AssertionError

    def projects(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        month: str | None = None,
        q: str | None = None,
        level: str | None = None,
        stage: str | None = None,
        category: str | None = None,
        territory: str | None = None,
        unit: str | None = None,
        leader: str | None = None,
        chain: str | None = None,
        owner_kind: str | None = None,
        size: str | None = None,
        state: str | None = None,
        alert: str | None = None,
        tag: str | None = None,
        ceremony: str | None = None,
        start: str | None = None,
    ) -> Any:
        """项目清单"""
        return self._read(
            "/api/v1/projects",
            {
                "cursor": cursor,
                "limit": limit,
                "month": month,
                "q": q,
                "level": level,
                "stage": stage,
                "category": category,
                "territory": territory,
                "unit": unit,
                "leader": leader,
                "chain": chain,
                "owner_kind": owner_kind,
                "size": size,
                "state": state,
                "alert": alert,
                "tag": tag,
                "ceremony": ceremony,
                "start": start,
            },
        )

    def project(
        self,
        project: int,
        *,
        month: str | None = None,
    ) -> Any:
        """一个项目"""
        return self._read(f"/api/v1/projects/{_part(project)}", {"month": month})

    def months(self) -> Any:
        """关了账的月份"""
        return self._read("/api/v1/months", {})

    def month_figures(
        self,
        month: str,
        *,
        by: str | None = None,
        level: str | None = None,
    ) -> Any:
        """一个月的数"""
        return self._read(f"/api/v1/months/{_part(month)}/figures", {"by": by, "level": level})

    def month_projects(
        self,
        month: str,
    ) -> Iterator[dict[str, Any]]:
        """整月逐个项目（一行一个JSON）"""
        return self._lines(f"/api/v1/months/{_part(month)}/projects")

    def alerts(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        cause: str | None = None,
        level: str | None = None,
    ) -> Any:
        """现在开着的预警"""
        return self._read(
            "/api/v1/alerts",
            {
                "cursor": cursor,
                "limit": limit,
                "cause": cause,
                "level": level,
            },
        )

    def orders(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: str | None = None,
        project: int | None = None,
    ) -> Any:
        """督办单"""
        return self._read(
            "/api/v1/orders",
            {
                "cursor": cursor,
                "limit": limit,
                "state": state,
                "project": project,
            },
        )

    def todo(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Any:
        """本账号的待办"""
        return self._read("/api/v1/duties", {"cursor": cursor, "limit": limit})

    def problems(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: str | None = None,
        project: int | None = None,
    ) -> Any:
        """问题事项"""
        return self._read(
            "/api/v1/problems",
            {
                "cursor": cursor,
                "limit": limit,
                "state": state,
                "project": project,
            },
        )

    def post_problems(
        self,
        body: dict[str, Any],
        *,
        key: str | None = None,
    ) -> Any:
        """报问题"""
        return self._write("/api/v1/problems", body, key)

    def permit_steps(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        project: int | None = None,
        state: str | None = None,
        code: str | None = None,
    ) -> Any:
        """前期手续"""
        return self._read(
            "/api/v1/permit-steps",
            {
                "cursor": cursor,
                "limit": limit,
                "project": project,
                "state": state,
                "code": code,
            },
        )

    def post_steps(
        self,
        body: dict[str, Any],
        *,
        key: str | None = None,
    ) -> Any:
        """报手续进度"""
        return self._write("/api/v1/permit-steps", body, key)

    def scores(
        self,
        system: str,
        *,
        period: str | None = None,
    ) -> Any:
        """指标得分"""
        return self._read(f"/api/v1/indicators/{_part(system)}", {"period": period})

    def post_reports(
        self,
        body: dict[str, Any],
        *,
        key: str | None = None,
    ) -> Any:
        """报月报"""
        return self._write("/api/v1/reports", body, key)

    def post_acknowledge(
        self,
        order: int,
        *,
        key: str | None = None,
    ) -> Any:
        """签收督办单"""
        return self._write(f"/api/v1/orders/{_part(order)}/acknowledge", {}, key)

    def post_reply(
        self,
        order: int,
        body: dict[str, Any],
        *,
        key: str | None = None,
    ) -> Any:
        """答复督办单"""
        return self._write(f"/api/v1/orders/{_part(order)}/reply", body, key)
