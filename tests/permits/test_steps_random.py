"""随机的人在随机的日子办随机的一步：状态、日子、时限都不出流转表之外，拒绝的什么也没动。"""

from collections.abc import Callable
from datetime import date, datetime
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.permits.world import FIRST, World, at, build, later
from xushi.duties.models import Duty
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.permits import actions
from xushi.permits.models import PermitStep, Supplement
from xushi.permits.rules import Place, open_before, ready_on
from xushi.permits.table import BY_VERB, Who
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE = ("owner", "town", "land", "hall", "office", "leader", "stranger")
CODES = ("filing", "environment", "relocation", "supply", "construction")
Do = Callable[[dict[int, int | None], date, Actor, datetime], Any]
MOVES: dict[str, Do] = {
    "plan": lambda s, d, a, n: actions.plan(s, later(d, 3), actor=a, now=n),
    "submit": lambda s, d, a, n: actions.submit(s, d, actor=a, now=n),
    "accept": lambda s, d, a, n: actions.accept(s, d, actor=a, now=n),
    "ask_supplement": lambda s, d, a, n: actions.ask_supplement(s, "缺图", d, actor=a, now=n),
    "answer_supplement": lambda s, d, a, n: actions.answer_supplement(s, d, actor=a, now=n),
    "approve": lambda s, d, a, n: actions.approve(s, d, actor=a, now=n),
    "refuse": lambda s, d, a, n: actions.refuse_step(s, "不行", d, actor=a, now=n),
    "accept_lacking": lambda s, d, a, n: actions.accept_lacking(s, "后补", later(d, 20), d, actor=a, now=n),
    "settle_lacking": lambda s, d, a, n: actions.settle_lacking(s, d, actor=a, now=n),
    "extend": lambda s, d, a, n: actions.extend_validity(s, "再等等", actor=a, now=n),
    "not_needed": lambda s, d, a, n: actions.not_needed(s, "不占林地", actor=a, now=n),
    "confirm": lambda s, d, a, n: actions.confirm(s, actor=a, now=n),
    "take_back": lambda s, d, a, n: actions.take_back(s, "填错", actor=a, now=n),
}
FORWARD = ("submit", "accept", "approve", "answer_supplement")
HALL = {"filing", "environment", "construction"}


def test_every_act_of_the_table_is_tried() -> None:
    assert set(MOVES) == set(BY_VERB)


def parts(name: str, code: str) -> set[Who]:
    """Who a person is, told once more in plain words, apart from the product's own policy."""
    if name == "office":
        return {Who.OFFICE}
    if name in ("owner", "town"):
        return {Who.SIDE}
    mine = (name == "hall" and code in HALL) or (name == "land" and code not in HALL)
    return {Who.DEPARTMENT} if mine else set()


def picture() -> tuple[Any, ...]:
    steps = list(PermitStep.objects.order_by("pk").values_list())
    return (
        steps,
        list(Duty.objects.order_by("pk").values_list("pk", "done_at", "due_at")),
        Event.objects.count(),
    )


def check(world: World, today: date) -> None:
    """What must hold of every step of the project at any time."""
    needs = {code: list(told[2]) for code, told in _land().items()}
    steps = {
        one.permit.code: one
        for one in PermitStep.objects.filter(project=world.project).select_related("permit")
    }
    places = {code: Place(code, one.state, one.decided_on) for code, one in steps.items()}
    for code in CODES:
        step = steps[code]
        days = [one for one in (step.submitted_on, step.accepted_on, step.decided_on) if one]
        assert days == sorted(days)
        assert all(one <= today for one in days)
        owed = Supplement.objects.filter(step=step, answered_on=None).count()
        assert owed == (step.state == "supplement")
        if step.state in ("planned", "refused"):
            assert step.ready_since == ready_on(code, needs, places, step.ready_since or FIRST)
        if step.state in ("submitted", "accepted", "supplement", "approved"):
            assert step.submitted_on
            assert step.due_on
        if step.state in (
            "accepted",
            "supplement",
        ):  # what runs was ready, or is owed for, or lost what it stood on
            assert step.ready_since or step.lacking or open_before(code, needs, places)
        kinds = set(Duty.objects.open().about(step).values_list("kind", flat=True))
        assert ("permit.accept" in kinds) == (step.state == "submitted")
        assert ("permit.decide" in kinds) == (step.state == "accepted")
        assert ("permit.supplement" in kinds) == (step.state == "supplement")
        assert ("permit.lacking" in kinds) == (step.lacking_until is not None)


def _land() -> dict[str, Any]:
    from tests.permits.waiting import LAND

    return LAND


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_random_life(seed: int, district: Unit, subdistrict: Unit) -> None:
    with transaction.atomic():
        _live(Random(seed), build(district, subdistrict))
        transaction.set_rollback(True)


def _live(chance: Random, world: World) -> None:
    day = FIRST
    for _ in range(45):
        day = later(day, chance.choice((1, 1, 2, 5)))
        code, name = chance.choice(CODES), chance.choice(PEOPLE)
        verb = chance.choice(FORWARD) if chance.random() < 0.6 else chance.choice(list(MOVES))
        step, before = world.step(code), picture()
        try:
            with transaction.atomic():
                MOVES[verb](world.seen(code), day, world.by(name), at(day))
        except (Refused, Conflict):
            assert picture() == before
            continue
        act = BY_VERB[verb]
        assert step.state in act.sources
        assert parts(name, code) & set(act.who), (name, code, verb)
        after = world.step(code)
        assert after.version == step.version + 1
        if act.target and verb != "answer_supplement":
            assert after.state == act.target
        elif verb != "answer_supplement":
            assert after.state == step.state
        check(world, day)
