"""只读副本：落后多少怎么量，哪一页去哪个库，写了就整页改读主库。真的副本见 tests/e2e/test_several_machines.py。"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.db import OperationalError, router
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from xushi.config import environment
from xushi.operations import middleware_replica, replica, replica_lag
from xushi.operations.middleware_replica import MARK, UNKNOWN, FromReplica
from xushi.operations.replica import Router, WantsPrimaryError, asked_of, is_reading
from xushi.operations.replica_lag import AGAIN, EVERY, Gauge, Progress
from xushi.registry.models import Project
from xushi.units.middleware import BACKGROUND
from xushi.units.models import User


def test_the_lag_is_how_long_ago_the_primary_was_where_the_replica_is() -> None:
    progress = Progress()
    assert progress.lag(0) is None
    progress.note(10.0, written=500, replayed=400)
    assert progress.lag(11.0) is None  # nothing of what was asked for has come yet
    progress.note(12.0, written=900, replayed=500)
    assert progress.lag(12.5) == 2.5  # all that was there at 10.0
    progress.note(13.0, written=900, replayed=900)
    assert progress.lag(13.0) == 0
    progress.note(
        14.0, written=1000, replayed=800
    )  # another thread's answer came late: what is known stays known
    assert progress.replayed == 900 and progress.lag(14.0) == 1.0


class Servers:
    """Both servers as the gauge sees them; problem: the replica does not answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.written, self.replayed, self.problem, self.looks = 100.0, 1000, 1000, "", 0
        monkeypatch.setattr(replica_lag, "written_to", lambda: (self.written, self.written))
        monkeypatch.setattr(replica_lag, "replayed_to", self._replayed)
        monkeypatch.setattr(
            replica_lag, "connections", {replica_lag.ALIAS: SimpleNamespace(close=lambda: None)}
        )
        self.gauge = Gauge(lambda: self.now)

    def _replayed(self) -> int:
        self.looks += 1
        if self.problem:
            raise OperationalError(self.problem)
        return self.replayed


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Servers:
    return Servers(monkeypatch)


def test_it_is_looked_at_four_times_a_second_at_most(servers: Servers) -> None:
    for _ in range(10):
        assert servers.gauge.holds(0, 2.0)
        servers.now += EVERY / 5
    assert servers.looks == 2


def test_what_lags_too_far_or_has_not_come_to_the_mark_is_not_read(servers: Servers) -> None:
    gauge = servers.gauge
    assert gauge.holds(1000, 2.0) and not gauge.holds(1001, 2.0)
    servers.written = 2000  # written, and not replayed
    servers.now += 1.9
    assert gauge.holds(0, 2.0) and not gauge.holds(2000, 2.0)
    servers.now += 0.2
    assert not gauge.holds(0, 2.0)
    servers.replayed = 2000
    servers.now += EVERY
    assert gauge.holds(2000, 2.0)


def test_a_replica_that_is_gone_is_left_alone_for_a_while(servers: Servers) -> None:
    servers.problem = "connection refused\nmore"
    assert not servers.gauge.holds(0, 2.0) and servers.gauge.problem == "connection refused"
    servers.problem = ""
    servers.now += AGAIN - 0.1
    assert not servers.gauge.holds(0, 2.0) and servers.looks == 1
    servers.now += 0.1
    assert servers.gauge.holds(0, 2.0) and servers.gauge.problem == ""
    servers.gauge.failed()
    assert not servers.gauge.holds(0, 2.0)


def test_a_replica_ahead_of_the_primary_is_of_another_one(servers: Servers) -> None:
    servers.replayed = 5000
    assert not servers.gauge.holds(0, 2.0) and "主库换过" in servers.gauge.problem


@pytest.mark.parametrize(
    ("method", "room", "by_itself", "expected"),
    [
        ("GET", "home", False, True),
        ("HEAD", "registry", False, True),
        ("POST", "home", False, False),
        ("GET", "units", False, False),  # accounts and rights
        ("GET", "operations", False, False),
        ("GET", "api", False, False),  # its callers cannot remember how far they have written
        ("GET", "", False, False),  # healthz, metrics
        ("GET", "notices", True, False),  # fetched anew because something was written just now
    ],
)
def test_what_is_a_reading_page(method: str, room: str, by_itself: bool, expected: bool) -> None:
    assert is_reading(method, room, by_itself=by_itself) is expected


def test_where_the_router_reads_and_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    primary = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr(replica, "connections", {"default": primary})
    here = Router()
    assert here.db_for_read(Project) == here.db_for_write(Project) == "default"  # commands and the worker
    with asked_of("default") as asked:
        assert here.db_for_read(Project) == "default" and not asked.wrote
        assert here.db_for_write(Project) == "default" and asked.wrote
    with asked_of("replica"):
        assert here.db_for_read(Project) == "replica"
        assert {here.db_for_read(model) for model in (User, Session)} == {"default"}
        with pytest.raises(WantsPrimaryError):
            here.db_for_write(User)
        primary.in_atomic_block = True
        with pytest.raises(WantsPrimaryError):
            here.db_for_read(Project)
    assert here.db_for_read(Project) == "default"
    assert here.allow_migrate("default", "registry") and not here.allow_migrate("replica", "registry")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Callable[..., HttpResponse]]:
    """Ask a view through the middleware, with a replica that holds everything up to position 1000."""
    monkeypatch.setattr(replica_lag, "configured", lambda: True)
    monkeypatch.setattr(middleware_replica, "_written", lambda: 0xABC)
    for module in (replica, middleware_replica):
        monkeypatch.setattr(module, "connections", {"default": SimpleNamespace(in_atomic_block=False)})
    gauge = SimpleNamespace(holds=lambda mark, bound: mark <= 1000, failed=lambda: failures.append(1))
    failures: list[int] = []
    monkeypatch.setattr(replica_lag, "gauge", gauge)
    settings.DATABASE_ROUTERS = ["xushi.operations.replica.Router"]
    monkeypatch.setattr(router, "routers", [Router()])
    middleware = FromReplica(lambda request: HttpResponse())

    def ask(view: Callable[[HttpRequest], HttpResponse], method: str = "GET", **named: Any) -> HttpResponse:
        request = getattr(RequestFactory(headers=named.get("headers")), method.lower())("/projects/")
        request.COOKIES = named.get("cookies", {})
        request.resolver_match = SimpleNamespace(namespaces=[named.get("room", "home")])
        middleware.get_response = lambda request: middleware.process_view(request, view, (), {})
        return middleware(request)  # type: ignore[return-value]

    ask.failures = failures  # type: ignore[attr-defined]
    yield ask


def reads(request: HttpRequest) -> HttpResponse:
    return HttpResponse(router.db_for_read(Project))


def test_a_reading_page_reads_from_the_replica_and_says_so(asked: Any) -> None:
    response = asked(reads)
    assert response.content == b"replica" and response.headers["Server-Timing"] == 'db;desc="replica"'
    assert MARK not in response.cookies


def test_what_one_has_written_is_read_where_it_is(asked: Any) -> None:
    response = asked(reads, "POST")
    assert response.content == b"default" and response.cookies[MARK].value == "abc"
    assert response.cookies[MARK]["httponly"] and response.cookies[MARK]["max-age"] == 60
    assert asked(reads, cookies={MARK: f"{1001:x}"}).content == b"default"
    assert asked(reads, cookies={MARK: f"{1000:x}"}).content == b"replica"
    for nonsense in ("-", "zz", f"{UNKNOWN:x}"):
        assert asked(reads, cookies={MARK: nonsense}).content == b"default"


def test_what_is_fetched_by_itself_and_what_is_not_a_page_is_read_on_the_primary(asked: Any) -> None:
    assert asked(reads, headers={BACKGROUND: "1"}).content == b"default"
    assert asked(reads, room="units").content == b"default"


def test_a_page_that_writes_is_asked_again_from_its_beginning_on_the_primary(asked: Any) -> None:
    seen: list[str] = []

    def writes(request: HttpRequest) -> HttpResponse:
        seen.append(router.db_for_read(Project))
        try:
            seen.append(router.db_for_write(Project))
        except Exception:  # noqa: BLE001 - as careless as a view may be
            seen.append("swallowed")
        return HttpResponse(seen[-2])

    response = asked(writes)
    assert seen == ["replica", "default", "default"] and response.content == b"default"
    assert response.cookies[MARK].value == "abc"  # it has written: what comes next is to see it
    assert asked(writes).content == b"default" and seen[3:] == ["default", "default"]  # known by now


def test_a_replica_that_breaks_halfway_costs_nobody_the_page(asked: Any) -> None:
    def breaks(request: HttpRequest) -> HttpResponse:
        if router.db_for_read(Project) == "replica":
            raise OperationalError("canceling statement due to conflict with recovery")
        return HttpResponse("whole")

    assert asked(breaks).content == b"whole" and asked.failures == [1]


def test_a_page_that_is_not_there_is_not_there_on_either(asked: Any) -> None:
    def missing(request: HttpRequest) -> HttpResponse:
        raise Http404

    with pytest.raises(Http404):
        asked(missing)
    assert asked.failures == []


def test_without_a_replica_there_is_nothing_in_the_way() -> None:
    with pytest.raises(MiddlewareNotUsed):
        FromReplica(lambda request: HttpResponse())


def test_the_address_of_the_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    primary = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"connect_timeout": 5}, "NAME": "xushi"}
    primary["DISABLE_SERVER_SIDE_CURSORS"] = True
    monkeypatch.delenv("XUSHI_REPLICA_URL", raising=False)
    assert environment.replica(primary) is None
    monkeypatch.setenv("XUSHI_REPLICA_URL", "postgres://u:p@10.0.0.2/xushi?sslmode=require")
    made = environment.replica(primary)
    assert made is not None
    assert (made["HOST"], made["DISABLE_SERVER_SIDE_CURSORS"]) == ("10.0.0.2", True)
    assert (made["OPTIONS"]["connect_timeout"], made["OPTIONS"]["sslmode"]) == (2, "require")
    with pytest.raises(ImproperlyConfigured, match="也要是 PostgreSQL"):
        environment.replica({"ENGINE": "django.db.backends.sqlite3"})
    monkeypatch.setenv("XUSHI_REPLICA_URL", "nonsense://x")
    with pytest.raises(ImproperlyConfigured, match="看不懂"):
        environment.replica(primary)
