"""分解：合计要对，漏的、没签的、对不上的列得出；分下去的进待办、听得到，签了、收回了就没有了；谁能分。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.indicators.district import District
from xushi.demo.indicators import AIR
from xushi.duties.models import Duty
from xushi.indicators import actions
from xushi.indicators.actions import ObservationInput
from xushi.indicators.actions_targets import TargetInput, hand_down, sign_target, urge_targets
from xushi.indicators.models import Indicator, Participant
from xushi.indicators.models_tasks import Target
from xushi.indicators.refusals import Refused
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.notices.writing import write_notices
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
SignIn = Callable[[User], Client]
COAL = "煤炭消费削减量"


def coal() -> Indicator:
    found: Indicator = Indicator.objects.get(code=COAL)
    return found


def target_of_district() -> float:
    from xushi.indicators.figures import spec_kept
    from xushi.indicators.models import Version

    value = spec_kept(Version.objects.get(system__code="city")).nodes[COAL].references["target"]
    value = getattr(value, "units", {}).get("浦口区", value)
    assert isinstance(value, int | float)
    return float(value)


def handed(place: District, by: User, **values: float) -> list[Target]:
    rows = [TargetInput(place.people.units[name].pk, value) for name, value in values.items()]
    return hand_down(coal(), 2018, rows, total=sum(values.values()), actor=Actor(by=by), now=NOW)


def test_what_is_handed_down_is_owed_until_it_is_signed_for_or_taken_back(
    place: District, users: dict[str, User]
) -> None:
    by = users["office_user"]
    first, second = handed(place, by, 江浦街道=10, 桥林街道=8)
    owed = Duty.objects.open().filter(kind="indicators.sign")
    assert {one.unit_id for one in owed.about(first)} == {first.unit_id}
    assert owed.about(first).get().title == f"签收目标：{coal().name}"
    sign_target(first, actor=Actor(by=place.reporter("江浦街道")), now=NOW)
    assert not owed.about(first).exists()
    assert owed.about(second).exists()
    handed(place, by, 江浦街道=10, 顶山街道=8)
    assert not owed.about(second).exists()
    standing = {one.unit.name: one for one in coal().targets.filter(replaced_at=None).select_related("unit")}
    assert set(standing) == {"江浦街道", "顶山街道"}
    assert standing["江浦街道"].signed_at == NOW
    told = Event.objects.filter(verb="indicators.target.handed_down").latest("pk")
    assert told.changes == {"顶山街道": [None, "8"], "桥林街道": ["8", None]}
    assert "收回1个单位的" in told.summary


def test_a_figure_that_is_none_or_a_stranger_s_hand_is_refused(
    place: District, users: dict[str, User]
) -> None:
    unit = place.people.units["江浦街道"].pk
    by = Actor(by=users["office_user"])
    with pytest.raises(Refused, match="要是一个数"):
        hand_down(coal(), 2018, [TargetInput(unit, float("nan"))], total=None, actor=by, now=NOW)
    with pytest.raises(Refused, match="至少一个"):
        hand_down(coal(), 2018, [], total=None, actor=by, now=NOW)
    with pytest.raises(PermissionDenied):
        hand_down(
            coal(), 2018, [TargetInput(unit, 1)], total=None, actor=Actor(by=users["leader_user"]), now=NOW
        )
    assert not coal().targets.exists()


def test_those_who_have_not_signed_are_urged_once_a_day_and_hear_of_it(
    place: District, users: dict[str, User]
) -> None:
    by = Actor(by=users["office_user"])
    made = handed(place, users["office_user"], 江浦街道=10, 桥林街道=8)
    sign_target(made[0], actor=Actor(by=place.reporter("江浦街道")), now=NOW)
    keys = [one.pk for one in made]
    assert urge_targets(keys, actor=by, now=NOW) == [made[1]]
    heard = write_notices(Event.objects.get(verb="indicators.target.urged"))
    assert {one.reader_id for one in heard} == {place.reporter("桥林街道").pk}
    assert heard[0].title == f"催签目标：{coal().name}"
    with pytest.raises(Refused, match="今天已经催过"):
        urge_targets(keys, actor=by, now=NOW)
    assert len(urge_targets(keys, actor=by, now=NOW + timedelta(days=1))) == 1
    with pytest.raises(PermissionDenied):
        urge_targets(keys, actor=Actor(by=users["leader_user"]), now=NOW)


def test_the_list_says_what_is_not_handed_down_and_who_has_not_signed(
    office: Client, users: dict[str, User], signed_in: SignIn
) -> None:
    page = office.get(reverse("indicators:handing")).content.decode()
    every = Indicator.objects.filter(system__code="city").exclude(kind="task").count()
    for words in (
        f"{every}项指标分解了1项，{every - 1}项还没有",
        "1个目标没签收",
        "顶山街道",
        "9个单位，签了8个",
        "催签",
    ):
        assert words in page, words
    none = office.get(reverse("indicators:handing"), {"state": "none"}).content.decode()
    assert f"{every - 1}项，共{every}项" in none
    waiting = Target.objects.get(signed_at=None)
    answer = office.post(reverse("indicators:handing"), {"target": [str(waiting.pk)]})
    assert answer.status_code == 302
    again = office.post(reverse("indicators:handing"), {"target": [str(waiting.pk)]})
    assert again.status_code == 422
    assert "今天已经催过" in again.content.decode()
    leader = signed_in(users["leader_user"])
    read = leader.get(reverse("indicators:handing")).content.decode()
    assert "催签</button>" not in read
    assert leader.post(reverse("indicators:handing"), {"target": [str(waiting.pk)]}).status_code == 403


def test_a_split_that_does_not_come_to_the_district_s_target_is_refused_and_keeps_what_was_typed(
    place: District, office: Client
) -> None:
    address, whole = reverse("indicators:hand_down", args=[coal().pk]), target_of_district()
    one, two = (place.people.units[name].pk for name in ("江浦街道", "桥林街道"))
    body = {"adds_up": "1", f"v{one}": "1.5", f"p{one}": "副主任张", f"v{two}": "0.5"}
    short = office.post(address, body)
    assert short.status_code == 422
    said = short.content.decode()
    assert f"要正好等于{whole:g}" in said
    assert 'value="副主任张"' in said
    odd = office.post(address, body | {f"v{two}": "两"})
    assert odd.status_code == 422
    assert "“两”不是数" in odd.content.decode()
    assert "写了责任人，没写目标" in office.post(address, {f"p{one}": "张"}).content.decode()
    rest = body | {f"v{two}": f"{whole - 1.5:.6f}"}
    assert office.post(address, rest).status_code == 302
    assert coal().adds_up
    assert coal().targets.get(unit=one, replaced_at=None).person == "副主任张"
    assert 'value="1.5"' in office.get(address).content.decode()


def test_a_pending_target_is_not_split_as_an_amount(place: District, office: Client) -> None:
    held = Indicator.objects.get(code="家庭医生签约率")
    unit = place.people.units["江浦街道"].pk
    address = reverse("indicators:hand_down", args=[held.pk])
    refused = office.post(address, {"adds_up": "1", f"v{unit}": "30"})
    assert refused.status_code == 422
    assert "全区目标还没定，等市卫计委给了再分" in refused.content.decode()
    assert office.post(address, {f"v{unit}": "30"}).status_code == 302


def test_who_reported_a_figure_hears_that_it_is_returned(place: District) -> None:
    reporter, lead = place.people.users["environment"], place.people.users["indicator"]
    air = Indicator.objects.get(code=AIR)
    own = Participant.objects.get(system=air.system_id, own=True)
    row = ObservationInput(
        indicator=air.pk, participant=own.pk, period="2018-08", low=61.2, high=61.2, source="月通报"
    )
    made = actions.observe([row], actor=Actor(by=reporter), now=NOW, waiting=True)[0]
    actions.review(made, accept=False, words="和通报不一致", actor=Actor(by=lead), now=NOW)
    heard = write_notices(Event.objects.get(verb="indicators.observation.returned"))
    assert [(one.reader_id, one.title) for one in heard] == [(reporter.pk, f"报的数退回：{air.name}")]
    assert heard[0].words == "2018年1—8月61.2%。和通报不一致"


def test_only_the_office_hands_down(place: District, users: dict[str, User], signed_in: SignIn) -> None:
    unit = place.people.units["江浦街道"].pk
    address = reverse("indicators:hand_down", args=[coal().pk])
    for name, user in users.items():
        client = signed_in(user)
        want = 200 if name == "office_user" else 403
        assert client.get(address).status_code == want, name
        if name != "office_user":
            assert client.post(address, {f"v{unit}": "1"}).status_code == 403, name
    assert not coal().targets.exists()
    assert signed_in(place.reporter("江浦街道")).get(reverse("indicators:handing")).status_code == 403


def test_the_pages_ask_as_much_however_much_is_handed_down(
    place: District, office: Client, users: Any
) -> None:
    def queries(name: str, *args: Any) -> int:
        office.get(reverse(f"indicators:{name}", args=args))
        with CaptureQueriesContext(connection) as seen:
            office.get(reverse(f"indicators:{name}", args=args))
        return len(seen)

    air = Indicator.objects.get(code=AIR).pk
    before = queries("handing"), queries("hand_down", air)
    rows = [TargetInput(unit.pk, 1) for unit in place.people.units.values()]
    for held in Indicator.objects.filter(system__code="city", kind="base")[:20]:
        hand_down(held, 2018, rows, total=None, actor=Actor(by=users["office_user"]), now=NOW)
    assert (queries("handing"), queries("hand_down", air)) == before
    assert max(before) < 22
