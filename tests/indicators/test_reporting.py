"""报数日历：月份一过各单位一件待办，数齐了办结，退回又开，待审的归牵头组；没报的和预警一样；一格点开是它数的；谁看哪几行。"""

import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.factories import NOW, UnitFactory
from tests.indicators.district import District
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.calendars.rules import closing_of
from xushi.core.clock import BEIJING, local_day
from xushi.core.months import Month
from xushi.duties.actions import transfer_duties
from xushi.duties.models import Duty
from xushi.duties.rules import Step
from xushi.flow.clocks import remind
from xushi.indicators import actions
from xushi.indicators.actions import ObservationInput
from xushi.indicators.actions_reporting import REPORT, REVIEW, follow_reports
from xushi.indicators.alerting import INDICATOR, in_use, judge_all
from xushi.indicators.models import Indicator, Observation, Participant, System, Version
from xushi.indicators.reporting import AHEAD, IN, LATE, OPEN, OVERDUE, WAITING, Item, Told, items_of
from xushi.journal import worker
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.units.models import Unit, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
JUDGED = True
SignIn = Callable[[User], Client]
TODAY = local_day(NOW)


def city() -> Version:
    held: Version = Version.objects.select_related("system").get(system__code="city")
    return held


def owed_by(unit: Unit, kind: str) -> Duty:
    found: Duty = Duty.objects.open().about(city().system).get(unit=unit, kind=kind)
    return found


def environment(place: District) -> list[Indicator]:
    """What the bureau reports of August: its two monthly figures."""
    unit = place.people.units["区环保局"]
    return list(Indicator.objects.filter(system__code="city", lead=unit, pace="month").exclude(kind="task"))


def reported(cards: list[Indicator], by: Actor = SYSTEM, *, waiting: bool = False) -> list[Observation]:
    own = Participant.objects.get(system__code="city", own=True)
    rows = [
        ObservationInput(
            indicator=one.pk, participant=own.pk, period="2018-08", low=60.0, high=60.0, source="月通报"
        )
        for one in cards
    ]
    return actions.observe(rows, actor=by, now=NOW, waiting=waiting)


@pytest.mark.parametrize(
    ("month", "told", "today", "state"),
    [
        (9, None, date(2018, 9, 12), AHEAD),  # not over yet
        (8, None, date(2018, 9, 15), OPEN),  # its day itself is in time
        (8, None, date(2018, 9, 16), OVERDUE),
        (7, None, date(2018, 9, 16), OVERDUE),
        (2, None, date(2018, 12, 31), OVERDUE),  # however many have become due since
        (8, "accepted", date(2018, 9, 20), IN),
        (7, "accepted", date(2018, 9, 20), LATE),  # came on 15 September, was due on 15 August
        (8, "waiting", date(2018, 9, 20), WAITING),
        (8, "returned", date(2018, 9, 15), OPEN),
    ],
)
def test_how_far_a_figure_has_come(month: int, told: str | None, today: date, state: str) -> None:
    first = datetime(2018, 9, 15, 16, tzinfo=BEIJING)
    card = Indicator(pace="month", due_day=15)
    item = Item(card, Month(2018, month), Told(first, told) if told else None, today)
    assert item.state == state
    assert item.returned == (told == "returned")


def test_a_unit_owes_its_month_once_and_again_when_it_is_returned(place: District) -> None:
    unit, cards = place.people.units["区环保局"], environment(place)
    assert len(cards) == 2
    duty = owed_by(unit, f"{REPORT}2018-08")
    assert duty.title == "报8月的2项指标"
    assert (duty.due_at, duty.role) == (closing_of(date(2018, 9, 15)), "department")
    assert local_day(duty.since) == date(2018, 9, 1)
    reporter = Actor(by=place.people.users["environment"])
    reported(cards[:1], reporter, waiting=True)
    worker.work(NOW)
    duty.refresh_from_db()
    assert (duty.done_at, duty.title) == (None, "报8月的2项指标")
    assert duty.note == f"还差1项：{cards[1].name}"
    made = reported(cards[1:], reporter, waiting=True)
    worker.work(NOW)
    duty.refresh_from_db()
    assert duty.done_at is not None
    actions.review(
        made[0], accept=False, words="和通报不一致", actor=Actor(by=place.people.users["indicator"]), now=NOW
    )
    worker.work(NOW)
    again = owed_by(unit, f"{REPORT}2018-08")
    assert (again.state, again.due_at, again.clock) == ("有退回", duty.due_at, duty.clock)
    assert again.note == f"还差1项：{cards[1].name}"


def test_what_waits_is_the_leading_group_s_until_it_is_reviewed(place: District) -> None:
    group = place.people.units["生态环境组"]
    made = reported(environment(place), Actor(by=place.people.users["environment"]), waiting=True)
    worker.work(NOW)
    duty = owed_by(group, REVIEW)
    assert (duty.title, duty.role, duty.limit_days) == ("审2个报来的指标数", "indicator_lead", 3)
    assert local_day(duty.due_at) == date(2018, 9, 17)  # 12日是周三
    lead = place.people.users["indicator"]
    assert duty in Duty.objects.open().of(lead, TODAY)
    for one in made:
        actions.review(one, accept=True, words="", actor=Actor(by=lead), now=NOW)
    worker.work(NOW)
    duty.refresh_from_db()
    assert duty.done_at is not None


def test_a_second_look_says_nothing_new(place: District) -> None:
    told = Event.objects.filter(verb="indicators.report.asked")
    assert {one.summary[-5:] for one in told} == {"个单位报数"}
    events, duties = Event.objects.count(), list(Duty.objects.order_by("pk").values())
    follow_reports(NOW)
    assert Event.objects.count() == events
    assert list(Duty.objects.order_by("pk").values()) == duties


def test_what_is_overdue_is_what_the_alerts_say(place: District) -> None:
    for now in (NOW, NOW + timedelta(days=10), NOW + timedelta(days=40)):
        judge_all(now)
        open_alerts = Alert.objects.open().filter(subject_kind=INDICATOR, cause=Cause.INDICATOR_LATE)
        overdue = {
            one.card.pk
            for version in in_use()
            for one in items_of(version, local_day(now))
            if one.state == OVERDUE and one.target is None
        }
        assert set(open_alerts.values_list("subject_id", flat=True)) == overdue
        assert overdue


def test_a_month_that_was_missed_is_owed_beside_those_that_come_after_it(place: District) -> None:
    unit = place.people.units["区环保局"]
    later = NOW + timedelta(days=40)  # 10月22日：9月的过期了，8月的还欠着
    follow_reports(later)
    mine = Duty.objects.open().about(city().system).filter(unit=unit)
    assert {f"{REPORT}2018-08", f"{REPORT}2018-09"} <= set(mine.values_list("kind", flat=True))
    august, september = (owed_by(unit, f"{REPORT}2018-{month}") for month in ("08", "09"))
    assert september.title.startswith("报9月的") and september.due_at == closing_of(date(2018, 10, 15))
    assert august.due_at == closing_of(date(2018, 9, 15))
    reported(environment(place))
    follow_reports(later)
    august.refresh_from_db()
    assert august.done_at == later


def test_the_duties_room_reminds_of_it(place: District) -> None:
    duty = owed_by(place.people.units["区环保局"], f"{REPORT}2018-08")
    remind(NOW + timedelta(days=2))
    duty.refresh_from_db()
    assert duty.warned == Step.SOON
    remind(NOW + timedelta(days=8))
    duty.refresh_from_db()
    assert duty.warned == Step.OFFICE


def test_a_dissolved_unit_s_months_are_its_successor_s(place: District) -> None:
    unit = place.people.units["区环保局"]
    duty = owed_by(unit, f"{REPORT}2018-08")
    new = UnitFactory(
        name="区生态环境局", kind=Unit.Kind.DEPARTMENT, parent=Unit.objects.get(pk=unit.parent_id)
    )
    Unit.objects.filter(pk=unit.pk).update(successor=new, dissolved_on=TODAY)
    transfer_duties(unit, new, now=NOW)
    follow_reports(NOW)
    assert owed_by(new, f"{REPORT}2018-08").pk == duty.pk
    assert not Duty.objects.open().filter(unit=unit, kind__startswith=REPORT).exists()


def test_a_figure_that_does_not_exist_is_reported_too(place: District) -> None:
    card = environment(place)[0]
    own = Participant.objects.get(system__code="city", own=True)
    row = ObservationInput(
        indicator=card.pk, participant=own.pk, period="2018-08", status="missing", source="没有数"
    )
    actions.observe([row], actor=SYSTEM, now=NOW)
    found = [one for one in items_of(city(), TODAY) if one.key == (card.pk, None, "2018-08")]
    assert [one.state for one in found] == [IN]


def said(client: Client, name: str = "calendar", **query: str) -> str:
    answer = client.get(reverse(f"indicators:{name}"), query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


def test_every_number_of_the_calendar_opens_the_list_it_counts(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    client, items = signed_in(users["office_user"]), items_of(city(), TODAY)
    page = said(client)
    for state, word in ((OVERDUE, "过期没报"), (OPEN, "要报"), (AHEAD, "没到时候")):
        count = sum(one.state == state for one in items)
        assert f"{word}{count}</a>" in page
        assert f'<span class="card-note">{count}项</span>' in said(client, state=state)
    assert f"{sum(one.state == OVERDUE for one in items)}项过了日子没报" in page
    assert "还有" in page and "最早的9月15日前" in page
    unit = place.people.units["区环保局"]
    cells = re.findall(rf"unit={unit.pk}&amp;period=2018-08#list\">.*?0/(\d)", page)
    assert cells == ["2"]
    opened = said(client, unit=str(unit.pk), period="2018-08")
    assert '<span class="card-note">2项</span>' in opened
    card = environment(place)[0]
    assert f"{reverse('indicators:report', args=[card.pk])}?period=2018-08" in opened
    assert "报数日历" in said(client, "board")


def test_a_unit_sees_its_own_row_and_the_group_what_it_reviews(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    leader = said(signed_in(users["leader_user"]))
    bureau = said(signed_in(place.people.users["environment"]))
    group = said(signed_in(place.people.users["indicator"]))
    assert "区发改局" in leader and "区环保局" in leader
    assert "区环保局" in bureau and "区发改局" not in bureau
    assert "区环保局" in group and "经济发展组" not in group
    assert ">报数</a>" not in said(signed_in(users["leader_user"]), state=OPEN)
    # straight away, nothing to look for on a phone: two of August, and three of the first quarter that nobody waived
    assert bureau.count(">报数</a>") == 5 and "现在要报的" in bureau
    assert "现在要报的" not in leader
    reported(environment(place), Actor(by=place.people.users["environment"]), waiting=True)
    assert "审过选的" in said(signed_in(place.people.users["indicator"]))
    waits = said(signed_in(place.people.users["environment"]))
    assert "待审的数" in waits and "审过选的" not in waits


def test_who_comes_in(place: District, users: dict[str, User], signed_in: SignIn) -> None:
    inside = ("office_user", "leader_user", "department_user", "inspector_user", "statistics_user")
    for name, user in users.items():
        for page in ("calendar", "calendar_export"):
            status = signed_in(user).get(reverse(f"indicators:{page}")).status_code
            assert status == (200 if name in inside else 403), (name, page)
    office = signed_in(users["office_user"])
    assert office.get(reverse("indicators:calendar"), {"system": "没有"}).status_code == 404
    assert "没有这样的数" in said(office, unit="99999999", period="x")


def test_the_sheet_says_what_the_page_says(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    answer = signed_in(users["office_user"]).get(reverse("indicators:calendar_export"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    told = Event.objects.get(verb="units.export.taken")
    assert told.actor == users["office_user"] and "报数日历" in told.summary
    head, *rows, _ = book.get_sheet_by_index(0).to_python()
    asked, overdue = head.index("应报"), head.index("过期没报")
    items = items_of(city(), TODAY)
    assert sum(row[asked] for row in rows) == len(items)
    assert sum(row[overdue] for row in rows) == sum(one.state == OVERDUE for one in items)
    found = [row for row in rows if row[:2] == ["区环保局", "2018-08"]]
    assert [(row[asked], row[head.index("要报")]) for row in found] == [(2, 2)]


def test_the_page_asks_as_much_however_much_there_is(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    client = signed_in(users["office_user"])

    def queries() -> int:
        said(client, state=OPEN)
        with CaptureQueriesContext(connection) as seen:
            said(client, state=OPEN)
        return len(seen)

    reported(environment(place)[:1], Actor(by=place.people.users["environment"]), waiting=True)
    before = queries()
    base = list(Indicator.objects.filter(system__code="city", kind="base"))
    reported(base, Actor(by=users["office_user"]), waiting=True)
    assert queries() == before
    assert before < 20


def test_the_duties_ask_as_much_however_many_figures_there_are(place: District) -> None:
    system = System.objects.get(code="province")
    with CaptureQueriesContext(connection) as one:
        follow_reports(NOW)
    Indicator.objects.filter(system=system).update(pace="month")
    with CaptureQueriesContext(connection) as more:
        follow_reports(NOW)
    assert len(more) < len(one) + 8  # opening and telling, not one query a figure
    assert len(one) < 36
