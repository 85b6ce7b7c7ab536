"""旧月份的预警：关账那天开着的那些，不是今天的；数与清单相等，慢多少按当时的关账数。"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.factories import NOW
from tests.home.standing import (  # noqa: F401 - fixtures
    the_built,
    the_district,
    the_here,
    the_owner_user,
    the_stood,
    the_subdistrict,
)
from tests.home.world import World
from xushi.alerts import tally
from xushi.alerts.models import Alert
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.home import alarms, lists, wanted
from xushi.home.months import Choice, choose
from xushi.progress.models import MonthClosing
from xushi.progress.system import WHOLE_DISTRICT
from xushi.units.models import User

SignIn = Callable[[User], Client]
JULY = Month(2018, 7)


@pytest.fixture
def past(here: World) -> World:
    """Each month closed on the 8th of the next; in July two alerts stood that stand no more, the present ones did not."""
    for closing in MonthClosing.objects.all():
        closing.closed_at = datetime(2018, closing.month.number + 1, 8, 9, 0, tzinfo=BEIJING)
        closing.save(update_fields=["closed_at"])
    for project, cause in ((here.projects[0], "slipping"), (here.projects[1], "overdue_start")):
        Alert.objects.create(
            subject_kind="registry.project", subject_id=project.pk, subject_name=project.name, cause=cause,
            level="red", since=datetime(2018, 7, 31, tzinfo=BEIJING).date(), points=-99,
            opened_at=datetime(2018, 8, 8, 10, 0, tzinfo=BEIJING), changed_at=NOW,
            cleared_at=datetime(2018, 9, 8, 10, 0, tzinfo=BEIJING),
            territory=project.territory, responsible_unit=project.responsible_unit,
        )  # fmt: skip
    tally.recount()
    return here


def july() -> Choice:
    return choose(WHOLE_DISTRICT, "2018-07", NOW.date())


def test_the_last_closed_month_goes_by_the_alerts_of_today(past: World) -> None:
    assert choose(WHOLE_DISTRICT, None, NOW.date()).stood is None
    assert choose(WHOLE_DISTRICT, "2018-09", NOW.date()).stood is None


def test_an_older_month_goes_by_the_day_it_was_closed(past: World) -> None:
    stood = july().stood
    assert stood == datetime(2018, 8, 9, tzinfo=BEIJING) - timedelta(microseconds=1)


def test_a_month_closed_on_the_day_of_the_next_goes_by_the_time_between(past: World) -> None:
    moment = datetime(2018, 8, 8, 15, 0, tzinfo=BEIJING)
    MonthClosing.objects.filter(month=Month(2018, 8)).update(closed_at=moment)
    assert july().stood == moment - timedelta(microseconds=1)


def test_the_counts_of_an_older_month_are_those_of_then(past: World, office_user: User) -> None:
    then = alarms.alarms(office_user, july(), NOW)
    assert then.counts == {"slipping": 1, "overdue_start": 1}
    assert then.change == {"slipping": 1, "overdue_start": 1}
    for cause, count in then.counts.items():
        asked = wanted.read({"stage": "under_way", "alert": cause})
        assert lists.find(office_user, JULY, asked, july().stood).totals(office_user)["projects"] == count


def test_the_worst_of_then_slipped_as_the_facts_of_then_say(past: World, office_user: User) -> None:
    late, slow = alarms.worst(office_user, july(), NOW, 6)
    assert (late.name, late.amount) == (past.projects[1].name, "逾8天")
    assert slow.name == past.projects[0].name
    # 计划3×1237万，七月累计3×1237×7×60/1200万：完成35.0%，序时58.3%
    assert slow.amount == "慢23.3个百分点"


def test_the_page_of_an_older_month_says_whose_alerts_it_shows(
    past: World, signed_in: SignIn, office_user: User, stranger: User
) -> None:
    client = signed_in(office_user)
    page = client.get("/overview/?month=2018-07").content.decode()
    assert "2个项目要盯紧" in page
    assert "预警是8月8日关账时的" in page
    tiles = re.findall(r'class="tile [^"]*" href="(/projects/[^"]+)"', page)
    assert len(set(tiles)) == 2
    for address in set(tiles):
        assert "合计<b>1</b>个项目" in client.get(address.replace("&amp;", "&")).content.decode()
    shown = client.get("/projects/?month=2018-07&alert=slipping").content.decode()
    assert "慢23.3个百分点" in shown
    assert "还没有你看得到的项目" in signed_in(stranger).get("/overview/?month=2018-07").content.decode()
