"""接口乱测：照接口说明生成请求（合规的、边上的、故意不合规的），一部分换上区里真有的号，看答得对不对。

Every operation that the description names is asked as several service accounts. Whatever comes, the answer is one that
the description names: its status, content type and shape; never 5xx, never a trace of the program, there within five
seconds. What was written is rolled back, and a write that is sent again gets the answer that it got.

    XUSHI_HOME=… python -m tests.api.fuzz --requests 10000 --seed 1
"""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

SLOWEST = 5.0  # seconds of the processor: other work on the machine does not count
KNOWN_SHARE = 0.7  # of the well-formed requests: they name something of the district
GOOD_SHARE = 0.5  # of these, where the operation writes
CHECKS = [
    schemathesis.checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_headers_conformance, checks.response_schema_conformance,
]  # fmt: skip
NOBODY, NOBODY_SHARE = "nobody", 0.2  # asks seldom, against 1 of each of the others
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(frozen=True)
class Good:
    """A write that would be done: who sends it, what its address names, its rows."""

    account: str
    places: dict[str, Any]
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class World:
    """tokens: by whose name they were given; known: what the district has, by the name that a request gives it;
    good: by operation."""

    tokens: dict[str, str]
    known: dict[str, list[Any]]
    good: dict[str, list[Good]]


class Fuzz:
    """Sends generated requests; wrong says what was not answered as it should be."""

    def __init__(self, world: World, chance: int) -> None:
        from django.core.wsgi import get_wsgi_application

        from xushi.api.views_v1 import api

        described = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
        self.schema = schemathesis.openapi.from_dict(described, config=SchemathesisConfig())
        self.schema.app = get_wsgi_application()
        self.operations = [one.ok() for one in self.schema.get_all_operations()]
        self.world, self.seed, self.dice = world, chance, random.Random(chance)
        self.wrong: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.asked: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.slowest = (0.0, "")

    @property
    def never_done(self) -> list[str]:
        """The operations that were only ever refused: of what lies behind them nothing was tried."""
        return sorted(one.label for one in self.operations if not self.done[one.label])

    def edges(self, most: int | None = None) -> None:
        """The edges of what the description allows, and just beyond: each operation's first ones, or all."""
        config = self.schema.config.generation_for()
        for operation in self.operations:
            cases = self.schema.iter_coverage_cases(
                operation, generation_modes=list(MODES), generation_config=config
            )
            for case in islice(cases, most):
                self._ask(case)

    def blow(self, requests: int) -> None:
        """At least so many more, the operations in turn, by what hypothesis makes of the description."""
        goal = self.asked.total() + requests
        each = max(requests // (len(self.operations) * len(MODES)), 1)
        for turn in count():
            for operation in self.operations:
                for mode in MODES:
                    self._generated(operation, mode, min(each, 100), turn)
                    if self.asked.total() >= goal:
                        return

    def _generated(self, operation: Any, mode: GenerationMode, examples: int, turn: int) -> None:
        @seed(self.seed * 1000 + turn)
        @settings(
            max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode))
        def each(case: Any) -> None:
            account = ""
            if mode.is_positive and self.dice.random() < KNOWN_SHARE:
                good = self.world.good.get(case.operation.label)
                if good and self.dice.random() < GOOD_SHARE:
                    account = self._nearly_good(case, self.dice.choice(good))
                else:
                    self._name_what_is_there(case)
            self._ask(case, account)

        try:
            each()
        except Unsatisfiable:  # nothing of it can be made wrong
            return

    def _name_what_is_there(self, case: Any) -> None:
        """Put numbers and codes of this district in place of the made-up ones, so that more than 404 is reached."""
        case.path_parameters = self._named(case.path_parameters)
        case.query = {
            name: value for name, value in self._named(case.query).items() if self.dice.random() < 0.4
        }
        if isinstance(case.body, dict):
            case.body = self._named(case.body)

    def _nearly_good(self, case: Any, good: Good) -> str:
        """Send a write that would be done, every second time with one field of a row as it was made up."""
        case.path_parameters = dict(good.places)
        if good.rows:
            row, made = dict(self.dice.choice(good.rows)), case.body["rows"][0]
            if self.dice.random() < 0.5:
                name = self.dice.choice(sorted(made))
                row[name] = made[name]
            case.body = {"rows": [row]}
        return good.account

    def _named(self, given: Any) -> Any:
        if isinstance(given, list):
            return [self._named(one) for one in given[: self.dice.choice((1, 1, 3))]]
        if not isinstance(given, dict):
            return given
        return {
            name: self.dice.choice(self.world.known[name])
            if self.world.known.get(name) and self.dice.random() < 0.9
            else self._named(value)
            for name, value in given.items()
        }

    def _ask(self, case: Any, name: str = "") -> None:
        from django.db import transaction

        if not name:
            names = sorted(self.world.tokens)
            [name] = self.dice.choices(names, [NOBODY_SHARE if one == NOBODY else 1 for one in names])
        token = self.world.tokens[name]
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        began = time.process_time()
        with transaction.atomic():
            answer = case.call(headers=headers)
            took = time.process_time() - began
            again = (
                case.call(headers=headers) if case.method == "POST" and answer.status_code == 200 else answer
            )
            transaction.set_rollback(True)
        self.asked[case.operation.label] += 1
        self.statuses[answer.status_code] += 1
        self.done[case.operation.label] += answer.status_code == 200
        self.slowest = max(self.slowest, (took, case.operation.label))
        for words in self._amiss(case, answer, again, took):
            self.wrong.append(f"{words}（{name}）\n    {case.as_curl_command()[:1500]}")

    def _amiss(self, case: Any, answer: Any, again: Any, took: float) -> Iterator[str]:
        label = f"{case.method} {case.operation.path}：{answer.status_code}"
        try:
            case.validate_response(answer, checks=_checks_of(case))
        except FailureGroup as group:
            yield from (
                f"{label} {one.title}：{one.message[:400]}"
                for one in group.exceptions
                if isinstance(one, Failure)
            )
        if took > SLOWEST:
            yield f"{label} {took:.1f}秒"
        if b"Traceback (most recent" in answer.content:
            yield f"{label} 答里有程序的痕迹"
        if (again.status_code, again.content) != (answer.status_code, answer.content):
            yield f"{label} 同一个去重号再发，答的不一样：{again.status_code}"


def _checks_of(case: Any) -> list[Any]:
    """All, and that what is wrong was refused; not where the wrong was in the headers, which ours replaced."""
    header = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    if header is not None and header.mode.is_negative:
        return CHECKS
    return [*CHECKS, checks.negative_data_rejection]


def world_of_demonstration() -> World:
    """Service accounts in the demonstration district, and what it has to be asked about."""
    from tests.api.world import account_of, token_of
    from xushi.units.models import Role, Unit, User

    def like(account: str, role: str, *scopes: str) -> str:
        held = User.objects.get(username=account).appointments.get(role=role, ended_at=None)
        return token_of(account_of(f"{account}的系统", role, unit=held.unit, scope=held.scope), *scopes)

    assert Unit.objects.exists()
    tokens = {
        "office": like("office", Role.OFFICE), "leader": like("leader", Role.LEADER),
        "department": like("department", Role.DEPARTMENT), "territory": like("territory", Role.TERRITORY),
        "narrow": like("leader", Role.LEADER, "read:alerts", "write:orders"), NOBODY: "xushi_x",
    }  # fmt: skip
    return World(tokens, _known(), _good())


def _known() -> dict[str, list[Any]]:
    from xushi.alerts.rules import Cause
    from xushi.indicators.models import System
    from xushi.permits.models import PermitStep
    from xushi.problems.models import ProblemClass
    from xushi.problems.table import State as ProblemState
    from xushi.registry.models import Project
    from xushi.supervision.models import SupervisionOrder
    from xushi.supervision.table import State as OrderState
    from xushi.units.models import Unit

    steps = PermitStep.objects.order_by("pk")
    return {
        "project": list(Project.objects.order_by("pk").values_list("pk", flat=True)[:60]),
        "order": list(SupervisionOrder.objects.order_by("-pk").values_list("pk", flat=True)[:40]),
        "problem_class": list(ProblemClass.objects.values_list("pk", flat=True)),
        "code": sorted(set(steps.values_list("permit__code", flat=True))),
        "month": ["2018-08", "2018-07", "2018-09", "2018-01", "2017-12"], "period": ["2018-08", "2018-06"],
        "system": list(System.objects.values_list("code", flat=True)),
        "by": ["level", "category,territory", "unit", "leader,level"],
        "cause": [cause.value for cause in Cause],
        "state": [*OrderState, *ProblemState, *PermitStep.State.values],
        "level": ["yellow", "red", "province", "city", "district"],
        "territory": [str(pk) for pk in Unit.objects.values_list("pk", flat=True)[:20]],
        "unit": [str(pk) for pk in Unit.objects.values_list("pk", flat=True)[:20]],
        "version": [1, 2, 3, None], "based_on_version": [0, 1, None], "cumulative": [0, 120_000_000, 10**12],
        "q": ["桥林", "ql", "%", "_", "'"], "limit": [1, 50], "submitted_on": ["2018-08-01", None],
        "decided_on": ["2018-08-20", None], "accepted_on": ["2018-08-02", None],
    }  # fmt: skip


def _good() -> dict[str, list[Good]]:
    """What each service account could really write on the demonstration's day."""
    from xushi.core.months import Month
    from xushi.permits.models import PermitStep
    from xushi.problems.models import ProblemClass
    from xushi.progress.models import MonthlyReport
    from xushi.registry.models import Project
    from xushi.supervision.models import SupervisionOrder
    from xushi.supervision.table import State
    from xushi.units.models import User

    street, bureau = (User.objects.get(username=name) for name in ("territory", "department"))
    land = bureau.appointments.get(ended_at=None).unit
    held = MonthlyReport.objects.filter(
        project__in=Project.objects.visible_to(street), month=Month(2018, 8)
    ).order_by("pk")[:20]
    reports = [
        {"project": one.project_id, "month": "2018-09", "cumulative": one.cumulative + 1_000_000,
         "physical_progress": "主体施工。"} for one in held
    ]  # fmt: skip
    kind = ProblemClass.objects.order_by("pk")[0].pk
    problems = [
        {
            "project": one.project_id,
            "problem_class": kind,
            "words": "红线内高压线一条未迁改，影响桩基进场施工。",
        }
        for one in held
    ]
    steps = PermitStep.objects.visible_to(bureau).filter(state=PermitStep.State.PLANNED).order_by("pk")[:200]
    rows = [
        {"project": one.project_id, "code": one.permit.code, "state": "submitted", "submitted_on": "2018-09-10"}
        for one in steps.select_related("permit")
    ]  # fmt: skip
    orders = SupervisionOrder.objects.visible_to(bureau).filter(lead=land)
    issued, working = (
        [Good("department", {"order": pk}) for pk in orders.filter(state=state).values_list("pk", flat=True)]
        for state in (State.ISSUED, State.WORKING)
    )
    return {
        "POST /api/v1/reports": [Good("territory", {}, tuple(reports))],
        "POST /api/v1/problems": [Good("territory", {}, tuple(problems))],
        "POST /api/v1/permit-steps": [Good("department", {}, tuple(rows))],
        "POST /api/v1/orders/{order}/acknowledge": issued, "POST /api/v1/orders/{order}/reply": working,
    }  # fmt: skip


def fuzzed(world: World, requests: int, chance: int, *, edges: int | None = None) -> Fuzz:
    """Ask the edges of each operation (so many at most), then at least so many generated requests."""
    from django.test import override_settings

    found = Fuzz(world, chance)
    with override_settings(XUSHI_API_PER_MINUTE=10**9, ALLOWED_HOSTS=["*"]), _connection_kept():
        found.edges(edges)
        found.blow(requests)
    return found


@contextmanager
def _connection_kept() -> Iterator[None]:
    """A request's end leaves the connection open, which is in a transaction that goes on."""
    from django.core import signals
    from django.db import close_old_connections

    both = (signals.request_started, signals.request_finished)
    for one in both:
        one.disconnect(close_old_connections)
    try:
        yield
    finally:
        for one in both:
            one.connect(close_old_connections)


def told(found: Fuzz) -> str:
    return "\n".join(
        [
            *found.wrong,
            f"{len(found.operations)}种操作，{found.asked.total()}次：{dict(sorted(found.statuses.items()))}",
            f"从没办成过的操作：{'、'.join(found.never_done) or '没有'}",
            f"最慢{found.slowest[0]:.2f}秒：{found.slowest[1]}；答得不对的{len(found.wrong)}处",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="照接口说明生成请求，对演示区发一遍")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edges", type=int, default=None)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():
        found = fuzzed(world_of_demonstration(), options.requests, options.seed, edges=options.edges)
        transaction.set_rollback(True)
    sys.stdout.write(told(found) + "\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
