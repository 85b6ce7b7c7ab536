"""权限总表：网址表里的每一条，每种角色，读与写，自己看得到的与看不到的，一格一格走一遍。

routes.toml says for every route who may read and who may write; where one address does several things ("write adopt",
"read plans"), who may do each. A route that is not in it fails the build, and so does one that nobody reaches. To add
one, `python -m tests.demo.matrix` asks the demonstration district about those that are not in the table yet; after a
rule was changed on purpose, take its line out first. What was written is read in the diff before it is committed.
"""

import os
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.demo import laid, live, samples
from tests.demo.subjects import NUMBERS, Subjects

TABLE = Path(__file__).with_name("routes.toml")
PEOPLE = (
    "office", "leader", "inspector", "statistics", "department", "territory", "owner", "indicator", "sysadmin",
    "secadmin", "auditor",
)  # fmt: skip
REFUSED = {401, 403, 404}
BAD, NOT_SO, OVERTAKEN = 400, 405, 409
BROKEN, NOT_YET = 500, 503  # a film still in the making answers 503
# 走不得的：退出要丢会话，推进时钟要动全区，大屏凭链接，组件一览只在开发时有；各有自己的测试
LEFT_OUT = {"units:logout", "clock", "home:wall", "kit:components"}
BY_TOKEN = "api:v1:"
LONGEST = 20 * 60  # seconds a walk may take
Rule = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    takes: tuple[str, ...]

    @property
    def room(self) -> str:
        return self.name.partition(":")[0]


def routes() -> list[Route]:
    """Those of Django, then the streams that stand in front of it."""
    from django.urls import URLResolver, get_resolver

    def walk(resolver: Any, spaces: tuple[str, ...]) -> Iterator[Route]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from walk(one, (*spaces, one.namespace) if one.namespace else spaces)
            else:
                yield Route(":".join((*spaces, one.name or "?")), tuple(one.pattern.converters))

    return [*walk(get_resolver(), ()), *(Route(name, takes) for name, takes in live.STREAMS.items())]


class Walk:
    """Asks every route as every person; what is not there to be asked for is left out."""

    def __init__(self) -> None:
        from django.apps import apps

        from xushi.units.models import User

        laid.lay()
        reporting = (
            apps.get_model("indicators.Target")._default_manager.order_by("pk").values_list("unit", flat=True)
        )
        self.values = samples.ANYTHING | {"unit": reporting.first() or 1}
        self.subjects = Subjects()
        self.addressed: dict[str, dict[str, Any]] = {}
        self.guarded = cache(laid.guarded)
        self.bodies = samples.Bodies()
        self.clients = {account: _client(User.objects.get(username=account)) for account in PEOPLE}
        self.bearers = {"office": laid.bearer(self.clients["office"][0])}
        self.strangers = [
            (stranger, *_client(User.objects.get(username=stranger.account))) for stranger in laid.strangers()
        ]

    def may(self, route: Route) -> tuple[Rule, list[str]]:
        """Who is let in to each of a route's ways, and what went wrong on the way whatever a table says."""
        rule: Rule = {}
        wrong: list[str] = []
        for way, method, _ in samples.ways(route.name):
            rule[way] = []
            for account in self.clients:
                statuses = self._asked(route, way, account)
                wrong += _odd(f"{method} {route.name} {way}", account, statuses)
                if any(self._in(route, way, status) for status in statuses):
                    rule[way].append(account)
        return rule, wrong + self._leaks(route, rule)

    def broken(self, route: Route, rule: Rule) -> list[str]:
        """Where the product does not answer as the table says, asked by everybody; pages are drawn for the first of
        those who may, the others' stay undrawn."""
        wrong = self._amiss_in_table(route, rule)
        for way, method, _ in samples.ways(route.name):
            allowed = rule.get(way, [])
            for account in self.clients:
                first = account in allowed[:1]
                with _drawn(first or (account not in allowed and not way.startswith("write "))):
                    statuses = self._asked(route, way, account)
                if not allowed and statuses == [NOT_SO]:
                    break  # a method that a view does not have, it has for nobody
                told = f"{method} {route.name} {way}"
                if account in allowed and not any(self._in(route, way, status) for status in statuses):
                    wrong.append(f"{told}：{account}得到{statuses}，表里许")
                if account not in allowed and any(self._in(route, way, status) for status in statuses):
                    wrong.append(f"{told}：{account}得到{statuses}，表里不许")
                wrong += _odd(told, account, statuses)
        return wrong + self._leaks(route, rule)

    def closed(self, route: Route, rule: Rule) -> list[str]:
        """Where the first of those who may does not get in: each page and each form once, which asks every query."""
        wrong = []
        for way, method, _ in samples.ways(route.name):
            for account in rule.get(way, [])[:1]:
                statuses = self._asked(route, way, account)
                if not any(self._in(route, way, status) for status in statuses):
                    wrong.append(f"{method} {route.name} {way}：{account}得到{statuses}")
                wrong += _odd(f"{method} {route.name} {way}", account, statuses)
        return wrong

    def _amiss_in_table(self, route: Route, rule: Rule) -> list[str]:
        """Ways that the table does not state, or that are none; a route that nobody reaches."""
        ways = [way for way, _, _ in samples.ways(route.name)]
        wrong = [f"{route.name}：表里没有“{way}”" for way in ways if way not in rule]
        wrong += [f"{route.name}：没有“{way}”这一样" for way in rule if way not in ways]
        reached = any(rule.values())
        if reached == (route.name in samples.UNREACHED):
            wrong.append(f"{route.name}：{'走得到，不必写理由' if reached else '谁也走不到，也没写为什么'}")
        return wrong

    def _leaks(self, route: Route, rule: Rule) -> list[str]:
        """Where somebody is let in to what is out of their sight, or is no business of theirs; ways that nobody has are
        no ways."""
        if route.name in samples.OPEN_TO_STRANGERS:
            shut = not self._let_in(route, rule, strange=True)
            return self._let_in(route, rule, strange=False) + (
                [f"{route.name}：外区的人已经进不去，请从samples.OPEN_TO_STRANGERS里去掉"] if shut else []
            )
        return self._let_in(route, rule, strange=False) + self._let_in(route, rule, strange=True)

    def _let_in(self, route: Route, rule: Rule, *, strange: bool) -> list[str]:
        outsiders = self._unrelated if strange else self._out_of_sight
        wrong = []
        held = [(way, method) for way, method, _ in samples.ways(route.name) if rule.get(way)]
        for kind in ("get", "post"):
            ways = [way for way, method in held if method == kind]
            # what an address that does several things names is looked up the same way: each outsider tries another
            for turn, (account, client, subjects) in enumerate(outsiders(route, ways[0]) if ways else ()):
                way = ways[turn % len(ways)]
                for subject in subjects:
                    status = self._ask(client, route, kind, subject, way)
                    if self._in(route, way, status) and not self._harmless(route, kind, status):
                        wrong.append(f"{kind} {route.name} {way}：{account}看不到的那件{subject}也答{status}")
        return wrong

    def _out_of_sight(self, route: Route, way: str) -> Iterator[tuple[str, Any, list[Any]]]:
        """The district's own people, with what each does not see, and what is confidential."""
        for account, (user, client) in self.clients.items():
            foreign, guarded = self._subjects(route, user, way)[1], list[int]()
            if account not in laid.IN_ON_IT and any(one in route.takes for one in NUMBERS):
                guarded = self.guarded(self.subjects.label(route.name))
            asking = self._as_asked(route, account, user, client)
            yield account, asking, [*foreign, *(pk for pk in guarded if pk not in foreign)]

    def _unrelated(self, route: Route, way: str) -> Iterator[tuple[str, Any, list[Any]]]:
        """People of another district and of units below, with what is another's who has the same role."""
        if self.subjects.bound(route.name, route.takes):
            for stranger, user, client in self.strangers:
                asking = self._as_asked(route, stranger.account, user, client)
                yield stranger.account, asking, self._subjects(route, self.clients[stranger.like][0], way)[0]

    def _as_asked(self, route: Route, account: str, user: Any, client: Any) -> Any:
        """The interface is asked with a token of their roles, all else by who is logged in."""
        if not route.name.startswith(BY_TOKEN):
            return client
        if account not in self.bearers:
            self.bearers[account] = laid.bearer(user)
        return self.bearers[account]

    def _in(self, route: Route, way: str, status: int) -> bool:
        """A step that is sent whole was let in when it was done: a conflict, or a field found wrong, was not for this
        person, or not for now."""
        whole = way.startswith("write ") or (way == "write" and route.name.startswith(BY_TOKEN))
        return status < BAD if whole else status not in REFUSED | {NOT_SO}

    def _harmless(self, route: Route, method: str, status: int) -> bool:
        """A step asked for by address is led back to its page, which then refuses; a phone that does not say whose
        it is gets the same answer whatever it asks for."""
        return (method == "get" and status == 302) or (status == OVERTAKEN and route.room == "inspections")

    def _asked(self, route: Route, way: str, account: str) -> list[int]:
        user, client = self.clients[account]
        client = self._as_asked(route, account, user, client)
        method = "get" if way.startswith("read") else "post"
        return [self._ask(client, route, method, one, way) for one in self._subjects(route, user, way)[0]]

    def _ask(self, client: Any, route: Route, method: str, subject: Any, way: str = "") -> int:
        from django.db import transaction
        from django.urls import NoReverseMatch, reverse

        if route.name in live.STREAMS:
            with _that_day(), transaction.atomic():
                status = live.ask(route.name, client, method, subject)
                transaction.set_rollback(True)
            return status
        values = {name: value for name, value in self._values(route).items() if name in route.takes}
        values |= {name: subject for name in NUMBERS if name in route.takes and subject is not None}
        values |= next((more for name, _, more in samples.ways(route.name) if name == way), {})
        try:
            address = reverse(route.name, kwargs=values)
        except NoReverseMatch:
            return 404
        body: dict[str, Any] = {}
        if method == "get":
            address += samples.query_of(route.name)
        elif route.name.startswith(BY_TOKEN):
            body = self.bodies.sent(route.name)
        elif way.startswith("write "):
            body = {
                "data": self.bodies.whole(self.subjects.label(route.name), subject, way.partition(" ")[2])
            }
        else:
            body = {"data": self.bodies.plain(route.name)}
        with _that_day(), transaction.atomic():
            answer = getattr(client, method)(address, **body)
            transaction.set_rollback(True)
        return int(answer.status_code)

    def _values(self, route: Route) -> dict[str, Any]:
        if route.name not in self.addressed:
            self.addressed[route.name] = (
                self.values | samples.values_of(route.name) | samples.looked_up(route.name)
            )
        return dict(self.addressed[route.name])

    def _subjects(self, route: Route, user: Any, way: str = "") -> tuple[list[Any], list[Any]]:
        """One this person may see, one this person may not; [None] where the route names none."""
        return self.subjects.of(route.name, route.takes, way, user)


def _client(user: Any) -> tuple[Any, Any]:
    from django.test import Client

    from xushi.config import clock
    from xushi.units.middleware import OPENED, SEEN

    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    # 问一遍退一遍，会话上次动在几时也退回了：先写成往后的，几千次里就不必次次再写
    session, now = client.session, int(clock.real().timestamp())
    session.update({OPENED: now, SEEN: now + LONGEST})
    session.save()
    return user, client


def _odd(told: str, account: str, statuses: list[int]) -> list[str]:
    return [f"{told}：{account}得到{status}" for status in statuses if status >= BROKEN and status != NOT_YET]


@contextmanager
def _that_day() -> Iterator[None]:
    """The morning on which the district stands: what may be done hangs on the day."""
    from xushi.config import clock
    from xushi.demo.builder import NOW

    told = clock.now
    clock.now = lambda: NOW
    try:
        yield
    finally:
        clock.now = told


@contextmanager
def _drawn(whole: bool) -> Iterator[None]:
    """What a view decides without the page that shows it: who comes after the first sees the same templates."""
    from django.template import loader

    if whole:
        yield
        return
    draw = loader.render_to_string
    loader.render_to_string = lambda *_, **__: ""
    try:
        yield
    finally:
        loader.render_to_string = draw


def table() -> dict[str, Rule]:
    read: dict[str, Rule] = tomllib.loads(TABLE.read_text("utf-8"))
    return read


def found(known: dict[str, Rule]) -> tuple[dict[str, Rule], list[str]]:
    """The table with what the product answers of the new routes, and what is wrong with them whatever a table says."""
    walk, wrong = Walk(), list[str]()
    told: dict[str, Rule] = {}
    for route in routes():
        if route.name in LEFT_OUT or route.name in known:
            told |= {route.name: known[route.name]} if route.name in known else {}
            continue
        rule, bad = walk.may(route)
        held = told.get(route.name, {})  # an address that two views answer by their methods
        told[route.name] = {way: held.get(way) or who for way, who in rule.items()}
        wrong += bad
    return told, wrong


def written(told: dict[str, Rule]) -> str:
    lines = ["# 谁能读、谁能写：每条网址一行。怎么来的、怎么改，见 matrix.py", ""]
    for name, rule in told.items():
        ways = {
            (f'"{way}"' if " " in way else way): ", ".join(f'"{one}"' for one in who)
            for way, who in rule.items()
        }
        lines.append(f'"{name}" = {{ {", ".join(f"{way} = [{who}]" for way, who in ways.items())} }}')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core import signals
    from django.db import close_old_connections, transaction

    settings.ALLOWED_HOSTS, settings.XUSHI_API_PER_MINUTE = ["*"], 10**9
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    with transaction.atomic():
        answers, bad = found(table() if TABLE.exists() else {})
        transaction.set_rollback(True)
    TABLE.write_text(written(answers), "utf-8")
    sys.stdout.write("\n".join([*bad, f"{len(answers)}条网址写进{TABLE.name}"]) + "\n")
