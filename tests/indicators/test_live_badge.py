"""待办的数随时跟着变：分下来、签了、报了、审了，实时通道看得到是谁的变了。"""

import pytest

from tests.factories import NOW
from tests.indicators.district import District
from xushi.demo.indicators import AIR
from xushi.indicators.actions import review_many
from xushi.indicators.actions_targets import TargetInput, hand_down, sign_target
from xushi.indicators.actions_units import MonthFigure, report_month
from xushi.indicators.models import Indicator, Version
from xushi.journal import worker
from xushi.journal.actions import Actor
from xushi.notices.watching import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
JUDGED = True


def test_a_duty_of_an_indicator_stirs_whoever_owes_it(place: District) -> None:
    unit, group = place.people.units["汤泉街道"], place.people.units["生态环境组"]
    office, town = Actor(by=place.people.users["office"]), Actor(by=place.reporter("汤泉街道"))
    card = Indicator.objects.get(code="煤炭消费削减量", system__code="city")
    watch = Watch()
    made = hand_down(card, 2018, [TargetInput(unit.pk, 5)], total=None, actor=office, now=NOW)
    assert unit.path in watch.look().paths
    sign_target(made[0], actor=town, now=NOW)
    assert unit.path in watch.look().paths
    air = Indicator.objects.get(code=AIR, system__code="city")
    version = Version.objects.get(system__code="city")
    row = MonthFigure(indicator=air.pk, carried=True, value=69.0)
    told = report_month(version, unit, "2018-08", [row], source="台账", actor=town, now=NOW)
    worker.work(NOW)
    assert {unit.path, group.path} <= watch.look().paths
    review_many([told[0].pk], accept=True, words="", actor=Actor(by=place.people.users["indicator"]), now=NOW)
    worker.work(NOW)
    assert group.path in watch.look().paths
    assert not watch.look().paths
