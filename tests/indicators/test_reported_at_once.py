"""同一个数两个人在同一刻报：都收下，后报的有效，先报的留着；没有人得到“系统出了错”。"""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection

from tests.factories import NOW
from xushi.indicators import actions
from xushi.indicators.actions import ObservationInput, observe
from xushi.indicators.models import Indicator, Observation, Participant, System
from xushi.journal.actions import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("first", [None, 60.0])
def test_two_who_report_the_same_figure_leave_one_standing(
    monkeypatch: pytest.MonkeyPatch, first: float | None
) -> None:
    system = System.objects.create(code="city", name="市考")
    own = Participant.objects.create(system=system, name="本区", own=True)
    card = Indicator.objects.create(system=system, code="air", name="空气优良天数比例")
    reached, go, whole = Signal(), Signal(), actions._replaced

    def send(value: float) -> list[Observation]:
        try:
            row = ObservationInput(
                indicator=card.pk, participant=own.pk, period="2018-06", low=value, high=value
            )
            return observe([row], actor=SYSTEM, now=NOW)
        finally:
            connection.close()

    def slow(*given: Any) -> Any:
        before = whole(*given)
        reached.set()
        assert go.wait(20)
        return before

    if first is not None:
        send(first)
    monkeypatch.setattr(actions, "_replaced", slow)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(send, 61.0)
        assert reached.wait(20)
        monkeypatch.setattr(actions, "_replaced", whole)
        other = pool.submit(send, 62.0)
        wait_for([other], 1)
        go.set()
        one.result(20), other.result(20)
    assert Observation.objects.standing().get().low == 62.0
    assert Observation.objects.count() == (2 if first is None else 3)
