"""要盯的指标成预警：看得出来就开，补上了就解除；不混进项目的数里；能派督办；谁看得到。"""

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW, appoint
from tests.indicators.district import District
from xushi.alerts import tally
from xushi.alerts.lists import INDICATORS, listed, read
from xushi.alerts.models import Alert
from xushi.alerts.rules import OF_INDICATORS, Cause
from xushi.core.clock import local_day
from xushi.demo.indicators import AIR
from xushi.home.context import nav
from xushi.home.nav import Item
from xushi.indicators import actions
from xushi.indicators.actions import ObservationInput
from xushi.indicators.alerting import INDICATOR, in_use, judge_all
from xushi.indicators.models import Indicator, Participant
from xushi.indicators.reporting import OVERDUE, items_of
from xushi.journal import worker
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.progress.warnings import refresh_alerts
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
JUDGED = True
SignIn = Callable[[User], Client]


def open_of(code: str, cause: Cause, system: str = "city") -> Alert:
    held = Indicator.objects.get(code=code, system__code=system)
    found: Alert = Alert.objects.open().get(subject_kind=INDICATOR, subject_id=held.pk, cause=cause)
    return found


def test_each_kind_of_concern_is_an_alert_of_its_indicator(place: District) -> None:
    found = Counter(Alert.objects.open().values_list("cause", flat=True))
    assert set(found) <= set(OF_INDICATORS)
    assert (
        found[Cause.INDICATOR_PENDING] == 18
    )  # five of the city, thirteen of the province, as the report says
    assert found[Cause.INDICATOR_VOLATILE] == 2
    behind = open_of(AIR, Cause.INDICATOR_BEHIND)
    assert "目标" in behind.note and behind.subject_name == Indicator.objects.get(code=AIR).name


def test_a_movement_is_told_with_its_series(place: District) -> None:
    notes = list(Alert.objects.open().filter(cause=Cause.INDICATOR_VOLATILE).values_list("note", flat=True))
    assert len(notes) == 2 and all(note.count(" → ") >= 3 for note in notes)
    assert any("10.7 → 6.5" in note for note in notes)


def test_a_second_look_says_nothing_new(place: District) -> None:
    before = Event.objects.count()
    done = judge_all(NOW)
    assert (done.opened, done.relevelled, done.updated, done.cleared) == (0, 0, 0, 0)
    assert Event.objects.count() == before


def test_a_reported_figure_clears_what_was_not_reported(place: District, users: dict[str, User]) -> None:
    late = Alert.objects.open().filter(cause=Cause.INDICATOR_LATE).order_by("pk").first()
    assert late is not None
    held = Indicator.objects.select_related("system").get(pk=late.subject_id)
    own = Participant.objects.get(system=held.system, own=True)
    version = next(one for one in in_use() if one.system_id == held.system_id)
    owed = [one for one in items_of(version, local_day(NOW)) if one.card == held and one.state == OVERDUE]
    rows = [
        ObservationInput(indicator=held.pk, participant=own.pk, period=one.period, low=1.0, high=1.0)
        for one in owed
    ]
    actions.observe(rows[:1], actor=SYSTEM, now=NOW)
    worker.work(NOW)
    late.refresh_from_db()
    assert (late.cleared_at is None) == (len(rows) > 1)  # the other months are still owed
    actions.observe(rows[1:] or rows, actor=SYSTEM, now=NOW)
    worker.work(NOW)
    late.refresh_from_db()
    assert late.cleared_at is not None


def test_projects_judged_anew_leave_them_alone_and_are_not_mixed_with_them(
    place: District, users: dict[str, User]
) -> None:
    before = Alert.objects.open().count()
    refresh_alerts(now=NOW)
    assert Alert.objects.open().count() == before
    found = listed(users["office_user"], read({}), local_day(NOW))
    assert found.watched == 0
    assert {tab.cause: tab.count for tab in found.shown_tabs}[INDICATORS] == before
    own = listed(users["office_user"], read({"cause": INDICATORS}), local_day(NOW))
    assert own.page.paginator.count == before
    assert sum(group.count for group in own.groups) >= before - 50
    assert listed(users["office_user"], read({"cause": "any"}), local_day(NOW)).page.paginator.count == 0


def test_who_sees_them(place: District, users: dict[str, User]) -> None:
    every = Alert.objects.open().count()
    for name in ("office_user", "leader_user", "inspector_user", "statistics_user"):
        assert Alert.objects.open().visible_to(users[name]).count() == every, name
    for name in ("owner_user", "department_user", "system_admin", "security_admin", "auditor"):
        assert not Alert.objects.open().visible_to(users[name]).exists(), name
    assert not Alert.objects.open().visible_to(place.reporter("江浦街道")).exists()
    own = Alert.objects.open().visible_to(place.people.users["environment"])
    assert 0 < own.count() < every
    assert {alert.responsible_unit.name for alert in own} == {"区环保局"}


def test_who_leads_an_indicator_sees_its_alerts_and_no_others(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    lead, group = place.people.users["indicator"], place.people.units["生态环境组"]
    own = Alert.objects.open().visible_to(lead)
    assert {alert.group for alert in own} == {group}
    cards = Indicator.objects.filter(group=group).values("pk")
    every = Alert.objects.open().filter(subject_kind=INDICATOR, subject_id__in=cards)
    assert own.count() == every.count() > 3
    client = signed_in(lead)
    page = client.get(reverse("alerts:list"), {"cause": INDICATORS}).content.decode()
    assert f"{own.count()}条预警" in page and "指标预警" in page
    assert tally.open_counts(lead).total() == own.count()
    both = appoint(lead, Role.LEADER, unit=place.people.units["区发改局"], scope=group.parent)
    both = User.objects.get(pk=both.pk)
    assert Alert.objects.open().visible_to(both).count() == Alert.objects.open().count()


def test_the_badge_counts_projects_and_the_tab_of_indicators_is_in_front(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    found = listed(users["office_user"], read({}), local_day(NOW))
    assert found.shown_tabs[0].cause == INDICATORS
    nav = {item.key: item for item in _nav(users["office_user"])}
    assert nav["alerts"].count == 0 and nav["alerts"].badge is None
    assert "indicator_alerts" not in nav
    led = {item.key: item for item in _nav(place.people.users["indicator"])}
    assert (
        led["indicator_alerts"].count
        == Alert.objects.open().visible_to(place.people.users["indicator"]).count()
    )


def _nav(user: User) -> list[Item]:
    request = RequestFactory().get("/")
    request.user = user
    made: list[Item] = nav(request)["nav"]["items"]
    return made


def test_the_list_opens_the_indicator_and_an_order_comes_of_the_alert(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    warned = open_of(AIR, Cause.INDICATOR_BEHIND)
    office = signed_in(users["office_user"])
    page = office.get(reverse("alerts:list"), {"cause": "indicator_behind"}).content.decode()
    address = reverse("indicators:indicator", args=[warned.subject_id])
    assert f'href="{address}"' in page
    assert office.get(address).status_code == 200
    url = f"{reverse('supervision:new_order')}?alert={warned.pk}"
    assert url in office.get(reverse("indicators:watch")).content.decode()
    shown = office.get(url)
    assert shown.status_code == 200 and "指标落后" in shown.content.decode()
    environment = place.people.units["区环保局"]
    assert f'<option value="{environment.pk}" selected>' in shown.content.decode()  # who answers for it leads
    typed = {
        "token": "a" * 32,
        "lead": str(environment.pk),
        "title": "拿出整改办法",
        "urgency": "ordinary",
    }
    answer = office.post(url, typed | {"act": "draft"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    order = SupervisionOrder.objects.get()
    assert (order.source_kind, order.source_id) == (Alert._meta.label_lower, warned.pk)
    assert order.project is None and order.lead.name == "区环保局"


def test_a_person_who_does_not_see_it_cannot_write_about_it(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    warned = open_of(AIR, Cause.INDICATOR_BEHIND)
    url = f"{reverse('supervision:new_order')}?alert={warned.pk}"
    for user in (users["department_user"], users["owner_user"], place.reporter("江浦街道")):
        assert signed_in(user).get(url).status_code in (403, 404)


def test_the_watch_page_asks_no_more_for_more_alerts(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    office, counted = signed_in(users["office_user"]), []
    office.get(reverse("indicators:watch"))
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            office.get(reverse("indicators:watch"))
        counted.append(len(queries))
        Alert.objects.open().filter(cause=Cause.INDICATOR_LATE).update(cleared_at=NOW)
    assert counted[0] == counted[1]


def test_judging_asks_a_fixed_number_of_questions(place: District) -> None:
    systems = len(list(in_use()))
    with CaptureQueriesContext(connection) as queries:
        judge_all(NOW)
    assert systems == 2 and len(queries) <= 1 + systems * 12
