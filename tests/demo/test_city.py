"""演示市：件是真签真收的，和是逐个项目加出来的，缺的、更正的都在。"""

import pytest
from django.core.management import call_command

from xushi.core.months import Month
from xushi.demo import city
from xushi.federation.models import Received, ReceivedSum
from xushi.units.models import User

pytestmark = pytest.mark.django_db
AUGUST = Month(2018, 8)
FEW = (("320102", "玄武区", 12, 1.0, 6, 2), ("320116", "六合区", 9, 0.9, None, 0))


@pytest.fixture(autouse=True)
def few(monkeypatch, settings):
    monkeypatch.setattr(city, "DISTRICTS", FEW)
    settings.XUSHI_TIER = "city"


def test_months_numbers_and_sums():
    city.build(lambda sentence: None)
    assert city.is_built()
    assert Received.objects.in_force().filter(district__name="玄武区").count() == 8
    assert Received.objects.in_force().filter(district__name="六合区").count() == 7
    newest = Received.objects.in_force().get(district__name="玄武区", month=AUGUST)
    assert (newest.number, newest.reason) == (3, "补报2个项目的8月月报")
    works = city.made_up(1, 12, 1.0)
    whole = newest.sums.get(level="district", category="")
    counted = [city.standing_of(work, AUGUST) for work in works]
    counted = [one for one in counted if one.district_stage == 1]
    assert whole.under_way == len(counted)
    assert whole.cumulative == sum(one.cumulative for one in counted)
    assert whole.annual_plan == sum(one.annual_plan for one in counted)
    first = ReceivedSum.objects.get(received__number=1, received__month=AUGUST, level="district", category="",
                                    received__district__name="玄武区")  # fmt: skip
    assert first.cumulative <= whole.cumulative


def test_the_leader_of_the_city_walks_it(signed_in, settings):
    from xushi.config.environment import moment
    from xushi.demo.management.commands.demo import MOMENT

    settings.XUSHI_NOW = moment(MOMENT)
    city.build(lambda sentence: None)
    page = signed_in(User.objects.get(username="leader")).get("/districts/").content.decode()
    assert "六合8月数没到" in page and "没报，逾2天" in page and "更正2号" in page


def test_other_data_is_not_touched(district):
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="已有别的数据"):
        call_command("demo", "--city", "--build-only")
