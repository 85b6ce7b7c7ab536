"""免报：没报的一直催，牵头组和重大办写明理由才免，免了又能要；报来的免不了，别人免不了。"""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.indicators.district import District
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.indicators.actions import ObservationInput, observe
from xushi.indicators.actions_reporting import REPORT
from xushi.indicators.actions_waiving import ask_again, waive
from xushi.indicators.alerting import INDICATOR
from xushi.indicators.models import Participant, Version
from xushi.indicators.models_reporting import Waiver
from xushi.indicators.refusals import Refused
from xushi.indicators.reporting import OVERDUE, WAIVED, Item, items_of
from xushi.journal import worker
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
JUDGED = True
SignIn = Callable[[User], Client]
WHY = "一季度市里没有考这几项"


def city() -> Version:
    held: Version = Version.objects.select_related("system").get(system__code="city")
    return held


def overdue(place: District, period: str = "2018-03") -> list[Item]:
    """What the bureau owes of the first quarter."""
    unit = place.people.units["区环保局"]
    items = items_of(city(), local_day(NOW))
    return [one for one in items if one.reporter == unit and one.period == period and one.state == OVERDUE]


def test_what_was_missed_stays_a_duty_and_an_alert_until_it_is_waived(
    place: District, users: dict[str, User]
) -> None:
    items, unit = overdue(place), place.people.units["区环保局"]
    assert len(items) == 3
    duty = Duty.objects.open().get(unit=unit, kind=f"{REPORT}2018-03")
    alerts = Alert.objects.open().filter(
        subject_kind=INDICATOR, subject_id__in=[one.card.pk for one in items], cause=Cause.INDICATOR_LATE
    )
    assert duty.title == "报3月的5项指标" and duty.note.startswith("还差3项")
    assert alerts.count() == 3
    keys = [one.key for one in items]
    made = waive(city(), keys, reason=WHY, actor=Actor(by=users["office_user"]), now=NOW)
    worker.work(NOW)
    duty.refresh_from_db()
    assert duty.done_at is not None
    assert not alerts.exists()
    assert {one.state for one in items_of(city(), local_day(NOW)) if one.key in keys} == {WAIVED}
    told = Event.objects.get(verb="indicators.report.waived")
    assert told.summary == f"免报3个指标数：{WHY}"
    assert told.rows.count() == 3
    ask_again([one.pk for one in made], actor=Actor(by=users["office_user"]), now=NOW)
    worker.work(NOW)
    assert Duty.objects.open().filter(unit=unit, kind=f"{REPORT}2018-03").exists()
    assert alerts.count() == 3
    again = waive(city(), keys[:1], reason=WHY, actor=Actor(by=users["office_user"]), now=NOW)
    assert Waiver.objects.filter(indicator=again[0].indicator).count() == 2  # what was said before is kept


def test_a_waiver_says_why_and_is_of_what_is_owed(place: District, users: dict[str, User]) -> None:
    items, by = overdue(place), Actor(by=users["office_user"])
    keys = [one.key for one in items]
    with pytest.raises(Refused, match="写明为什么不用报"):
        waive(city(), keys, reason=" ", actor=by, now=NOW)
    with pytest.raises(Refused, match="先选"):
        waive(city(), [], reason=WHY, actor=by, now=NOW)
    own = Participant.objects.get(system__code="city", own=True)
    row = ObservationInput(indicator=items[0].card.pk, participant=own.pk, period="2018-03", low=1, high=1)
    observe([row], actor=SYSTEM, now=NOW)
    with pytest.raises(Refused, match="刚报上来"):
        waive(city(), keys, reason=WHY, actor=by, now=NOW)
    ahead = items[0].card.pk, None, "2018-12"
    with pytest.raises(Refused, match="还没到报的时候"):
        waive(city(), [ahead], reason=WHY, actor=by, now=NOW)
    with pytest.raises(Refused, match="都已经再要过了"):
        ask_again([0], actor=by, now=NOW)
    assert not Waiver.objects.exists()


def test_the_group_waives_its_own_and_nobody_else_does(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    keys = [one.key for one in overdue(place)]
    for user in (place.people.users["environment"], users["leader_user"], place.reporter("江浦街道")):
        with pytest.raises(PermissionDenied):
            waive(city(), keys, reason=WHY, actor=Actor(by=user), now=NOW)
    address = reverse("indicators:calendar")
    body = {"act": "waive", "key": [one.key_text for one in overdue(place)], "words": WHY}
    assert signed_in(users["leader_user"]).post(address, body).status_code == 403
    assert signed_in(users["owner_user"]).post(address, body).status_code == 403
    group = signed_in(place.people.users["indicator"])
    assert "选几项不用报" in group.get(address).content.decode()
    assert group.post(address, body | {"words": ""}).status_code == 422
    assert group.post(address, body).status_code == 302
    assert Waiver.objects.count() == 3
    page = group.get(address, {"state": "waived"}).content.decode()
    assert WHY in page and "再要</button>" in page
    assert (
        "再要</button>"
        not in signed_in(users["leader_user"]).get(address, {"state": "waived"}).content.decode()
    )
    first = Waiver.objects.order_by("pk").first()
    assert first is not None
    assert group.post(address, {"again": first.pk}).status_code == 302
    assert Waiver.objects.filter(ended_at=None).count() == 2
    assert group.post(address, {"act": "没有"}).status_code == 404


def test_a_unit_s_own_figure_is_waived_alone(place: District, users: dict[str, User]) -> None:
    items = [one for one in items_of(city(), local_day(NOW)) if one.target is not None and one.owed]
    assert len(items) == 9
    waive(city(), [items[0].key], reason="撤并了站点", actor=Actor(by=users["office_user"]), now=NOW)
    after = [one for one in items_of(city(), local_day(NOW)) if one.target is not None and one.owed]
    assert {one.key for one in items} - {one.key for one in after} == {items[0].key}
