"""同一刻：六个人定同一件，只成一个决定、一个项目；六次交同一张申报，只成一件；同名的两张，后一张说清。"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tests.admission.builders import answered, decision, department, row
from tests.factories import NOW
from xushi.admission import actions, deciding
from xushi.admission.models import Application, Decision, Promise
from xushi.admission.table import Outcome
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def all_at_once(act: Callable[[int], Any]) -> list[Any]:
    """Run act(0…5) in threads that start together; refusals are returned."""
    start = Barrier(AT_ONCE)

    def run(i: int) -> Any:
        start.wait()
        try:
            return act(i)
        except (Conflict, Refused) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


@pytest.fixture
def scene(district: Unit, subdistrict: Unit, office_user: User) -> SimpleNamespace:
    unit = department(district, "区环保局").unit
    return SimpleNamespace(town=subdistrict, office=office_user, units=[unit])


def test_six_who_decide_at_once_make_one_decision_and_one_project(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    outcomes = (Outcome.CONDITIONAL, Outcome.REFUSED)

    def decide(i: int) -> Decision:
        given = decision(outcomes[i % 2])
        return deciding.decide({made.pk: made.version}, given, actor=Actor(by=scene.office), now=NOW)

    found = all_at_once(decide)
    [kept] = [one for one in found if isinstance(one, Decision)]
    assert sum(isinstance(one, Conflict) for one in found) == AT_ONCE - 1
    assert Decision.objects.get() == kept
    admitted = kept.taken.lets_in
    assert (Project.objects.count(), Promise.objects.count()) == ((1, 6) if admitted else (0, 0))


def test_one_form_sent_six_times_is_one_application(scene: SimpleNamespace) -> None:
    given = row(scene.town)
    found = all_at_once(lambda _: actions.apply([given], actor=Actor(by=scene.office), now=NOW))
    assert {one.pk for [one] in found} == {Application.objects.get().pk}


def test_a_form_whose_twin_lands_while_it_is_being_read_is_that_application(
    scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow one has looked for its twin and found none; where writers queue, the twin waits for it instead."""
    given = row(scene.town)
    looked, landed = Event(), Event()
    cleaned = actions.files.cleaned

    def read(uploads: Sequence[Any]) -> list[Any]:
        if not looked.is_set():
            looked.set()
            landed.wait(3)
        return cleaned(uploads)

    def slow() -> list[Application]:
        try:
            return actions.apply([given], actor=Actor(by=scene.office), now=NOW)
        finally:
            connection.close()

    monkeypatch.setattr(actions.files, "cleaned", read)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(slow)
        assert looked.wait(10)
        [twin] = actions.apply([given], actor=Actor(by=scene.office), now=NOW)
        landed.set()
        [again] = sent.result()
    assert twin == again == Application.objects.get()


def test_one_project_in_six_forms_is_one_application_and_five_refusals(scene: SimpleNamespace) -> None:
    rows = [row(scene.town) for _ in range(AT_ONCE)]
    found = all_at_once(lambda i: actions.apply([rows[i]], actor=Actor(by=scene.office), now=NOW))
    assert Application.objects.count() == 1
    refusals = [str(one) for one in found if isinstance(one, Refused)]
    assert len(refusals) == AT_ONCE - 1
    assert all("已有一件在审的申请" in said for said in refusals)
