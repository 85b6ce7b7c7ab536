"""现场停工：提示、预警、由人认定、又动了就结束；不在建的、看不清的不提；谁能认定。"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.sites.builders import add_snapshot, site
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Level
from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.checking import Conflict, Refused
from xushi.sites import standstill
from xushi.sites.models import Camera, CameraDay, Snapshot, Standstill
from xushi.sites.rules import Standing, Verdict
from xushi.sites.selectors_standstill import Card, Reported, cards
from xushi.sites.standstill import judge_sites
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
YESTERDAY = NOW.astimezone(BEIJING).date() - timedelta(days=1)
WORDS = {"a": Verdict.ACTIVE, "s": Verdict.STILL, "u": Verdict.UNKNOWN}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def lived(camera: Camera, row: str, last: date = YESTERDAY) -> None:
    """A camera's days, the last letter is the last day; with a picture of each."""
    for n, sign in enumerate(reversed(row)):
        day, verdict = last - timedelta(days=n), WORDS[sign]
        CameraDay.objects.update_or_create(
            camera=camera, day=day, defaults={"looked": 144, "active": 50 * (sign == "a"), "verdict": verdict}
        )
        at = datetime(day.year, day.month, day.day, 10, tzinfo=BEIJING)
        if not Snapshot.objects.filter(camera=camera, taken_at=at).exists():
            add_snapshot(camera, at, verdict, keeper=True)


@pytest.fixture
def idle(subdistrict: Unit) -> Camera:
    """A site under way since the spring, nine days without activity."""
    [camera] = site(subdistrict, "桥林新城路网二期")
    begun(camera)
    lived(camera, "aaa" + "s" * 9)
    return camera


def begun(camera: Camera, **more: Any) -> None:
    for name, value in ({"started_on": date(2018, 3, 1)} | more).items():
        setattr(camera.project, name, value)
    camera.project.save()


def alert() -> Alert | None:
    found: Alert | None = Alert.objects.open().filter(cause=Cause.SITE_IDLE).first()
    return found


def verbs() -> list[str]:
    found = Event.objects.filter(verb__startswith="sites.standstill").order_by("pk")
    return [one.rpartition(".")[2] for one in found.values_list("verb", flat=True)]


def test_nine_idle_days_are_a_hint_with_two_pictures(idle: Camera) -> None:
    assert judge_sites(now=NOW) == 1
    held = Standstill.objects.get()
    assert (held.days, held.since, held.state) == (9, YESTERDAY - timedelta(days=8), Standing.HINT)
    assert held.last_active is not None
    assert held.latest is not None
    assert held.last_active.day == YESTERDAY - timedelta(days=9)
    assert held.last_active.verdict == Verdict.ACTIVE
    assert held.latest.day == YESTERDAY
    found = alert()
    assert found is not None
    assert (found.level, found.since, found.subject_id) == (Level.YELLOW, held.since, idle.project_id)
    assert "待核" in found.note
    assert verbs() == ["noticed"]


def test_judging_again_says_nothing_new(idle: Camera) -> None:
    judge_sites(now=NOW)
    before = Event.objects.count()
    judge_sites(now=NOW)
    assert Event.objects.count() == before
    assert Standstill.objects.count() == 1


def test_it_turns_red_and_ends_when_work_is_seen(idle: Camera) -> None:
    judge_sites(now=NOW)
    lived(idle, "s" * 5, YESTERDAY + timedelta(days=5))
    judge_sites(now=NOW + timedelta(days=5))
    found = alert()
    assert found is not None
    assert found.level == Level.RED
    lived(idle, "a", YESTERDAY + timedelta(days=6))
    assert judge_sites(now=NOW + timedelta(days=6)) == 0
    assert alert() is None
    assert Standstill.objects.get().ended_on == YESTERDAY + timedelta(days=6)
    assert verbs() == ["noticed", "ended"]


def test_a_camera_that_goes_blind_neither_raises_nor_ends_it(idle: Camera) -> None:
    judge_sites(now=NOW)
    lived(idle, "u" * 20, YESTERDAY + timedelta(days=20))
    judge_sites(now=NOW + timedelta(days=20))
    held = Standstill.objects.get()
    assert (held.days, held.ended_on) == (9, None)
    found = alert()
    assert found is not None
    assert found.level == Level.YELLOW


def test_unseen_days_are_never_idle(subdistrict: Unit) -> None:
    [camera] = site(subdistrict)
    begun(camera)
    lived(camera, "a" + "u" * 40)
    assert judge_sites(now=NOW) == 0
    assert not Standstill.objects.exists()


def test_one_camera_that_sees_work_is_enough(subdistrict: Unit) -> None:
    first, second = site(subdistrict, cameras=2)
    begun(first)
    lived(first, "s" * 20)
    lived(second, "a" * 20)
    assert judge_sites(now=NOW) == 0


@pytest.mark.parametrize("more", [{"started_on": None}, {"completed_on": date(2018, 8, 1)}])
def test_only_sites_under_way_are_expected_to_move(idle: Camera, more: dict[str, Any]) -> None:
    begun(idle, **more)
    assert judge_sites(now=NOW) == 0


def test_a_site_that_is_completed_or_unwatched_ends_its_hint(idle: Camera) -> None:
    judge_sites(now=NOW)
    Camera.objects.update(active=False)
    judge_sites(now=NOW)
    assert alert() is None
    assert Standstill.objects.get().ended_on is not None


def test_confirmed_the_alert_stays_and_says_so(idle: Camera, office_user: User) -> None:
    judge_sites(now=NOW)
    held = standstill.confirm(
        Standstill.objects.get(), "去看过", seen=1, actor=Actor(by=office_user), now=NOW
    )
    assert (held.state, held.decided_by, held.decided_name) == (
        Standing.CONFIRMED,
        office_user,
        office_user.name,
    )
    found = alert()
    assert found is not None
    assert "已确认停工" in found.note
    assert verbs() == ["noticed", "confirmed"]


def test_refuted_the_alert_goes_and_comes_back_after_a_week(idle: Camera, office_user: User) -> None:
    judge_sites(now=NOW)
    standstill.refute(Standstill.objects.get(), "室内装修", seen=1, actor=Actor(by=office_user), now=NOW)
    assert alert() is None
    for later, again in ((6, False), (8, True)):
        lived(idle, "s" * later, YESTERDAY + timedelta(days=later))
        judge_sites(now=NOW + timedelta(days=later))
        assert (alert() is not None) is again
    assert Standstill.objects.filter(state=Standing.REFUTED).get().ended_on is not None
    assert Standstill.objects.open().get().days == 7  # NOW's own day was vouched for


def test_a_refutation_says_how_one_knows(idle: Camera, office_user: User) -> None:
    judge_sites(now=NOW)
    with pytest.raises(Refused, match="怎么知道在施工"):
        standstill.refute(Standstill.objects.get(), "  ", seen=1, actor=Actor(by=office_user), now=NOW)


def test_who_saw_an_older_version_is_told(idle: Camera, office_user: User) -> None:
    judge_sites(now=NOW)
    held = Standstill.objects.get()
    standstill.confirm(held, "", seen=1, actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Conflict, match=office_user.name):
        standstill.refute(held, "在施工", seen=1, actor=Actor(by=office_user), now=NOW)


def test_what_has_ended_is_not_judged_any_more(idle: Camera) -> None:
    judge_sites(now=NOW)
    Standstill.objects.update(ended_on=YESTERDAY)
    with pytest.raises(Refused, match="已经结束"):
        standstill.confirm(Standstill.objects.get(), "", seen=1, actor=SYSTEM, now=NOW)


def test_only_office_and_inspectors_say(idle: Camera, leader_user: User, territory_user: User) -> None:
    judge_sites(now=NOW)
    for person in (leader_user, territory_user):
        with pytest.raises(PermissionDenied):
            standstill.confirm(Standstill.objects.get(), "", seen=1, actor=Actor(by=person), now=NOW)
        with pytest.raises(PermissionDenied):
            standstill.ask_visit(Standstill.objects.get(), actor=Actor(by=person), now=NOW)


def test_the_page_shows_the_hint_and_takes_the_answer(
    idle: Camera, office_user: User, leader_user: User, stranger: User, signed_in: SignIn
) -> None:
    judge_sites(now=NOW)
    held = Standstill.objects.get()
    page = reverse("sites:project", args=[idle.project_id])
    assert "像是停工" in signed_in(leader_user).get(page).content.decode()
    assert "误报" not in signed_in(leader_user).get(page).content.decode()
    client = signed_in(office_user)
    assert "误报" in client.get(page).content.decode()
    assert "像是停工" in client.get(reverse("sites:wall")).content.decode()
    address = reverse("sites:standstill", args=[held.pk, "refute"])
    assert signed_in(stranger).post(address, {"words": "在", "version": 1}).status_code in (403, 404)
    assert signed_in(leader_user).post(address, {"words": "在", "version": 1}).status_code == 403
    assert client.post(address, {"words": "电话问过", "version": 1}).status_code == 302
    assert Standstill.objects.get().state == Standing.REFUTED
    assert client.post(reverse("sites:standstill", args=[held.pk, "nonsense"])).status_code == 404
    assert client.get(address).status_code == 405


def test_asking_for_a_visit_is_told_to_the_journal(
    idle: Camera, office_user: User, signed_in: SignIn
) -> None:
    judge_sites(now=NOW)
    held = Standstill.objects.get()
    client, address = signed_in(office_user), reverse("sites:standstill", args=[held.pk, "visit"])
    assert "几秒后写在这条提示里" in client.post(address, follow=True).content.decode()
    assert verbs() == ["noticed", "visit_asked"]
    standstill.answer_visit(idle.project, "没能排进督查：没有组", actor=SYSTEM, now=NOW)
    shown = client.get(reverse("sites:project", args=[idle.project_id])).content.decode()
    assert "没能排进督查：没有组。" in shown
    assert f"{reverse('inspections:visits')}?q=" in shown
    assert address not in shown
    assert "要再看一次" in client.post(address, follow=True).content.decode()


def test_a_visit_is_asked_for_once_and_the_card_says_what_became_of_it(
    idle: Camera, office_user: User, signed_in: SignIn
) -> None:
    judge_sites(now=NOW)
    held, client = Standstill.objects.get(), signed_in(office_user)
    address, page = (
        reverse("sites:standstill", args=[held.pk, "visit"]),
        reverse("sites:project", args=[held.project_id]),
    )
    assert address in client.get(page).content.decode()
    client.post(address)
    standstill.answer_visit(held.project, "已排进第10次联合督查", actor=Actor(by=office_user), now=NOW)
    shown = client.post(address, follow=True).content.decode()
    assert "已排进第10次联合督查；要再看一次" in shown
    assert "已排进第10次联合督查。" in shown
    assert address not in shown
    assert verbs().count("visit_asked") == 1


def test_confirmed_the_wall_says_so_and_asks_no_more(
    idle: Camera, office_user: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_sites(now=NOW)
    held = Standstill.objects.get()
    told = Reported(Month(2018, 8), 5_000_000_00, None)
    monkeypatch.setattr(Card, "contradicted", property(lambda _: True))
    monkeypatch.setattr("xushi.sites.selectors_standstill._reported", lambda _: {idle.project_id: told})
    client = signed_in(office_user)
    assert "请核实" in client.get(reverse("sites:wall")).content.decode()
    standstill.confirm(held, "", seen=1, actor=Actor(by=office_user), now=NOW)
    shown = client.get(reverse("sites:wall")).content.decode()
    assert "已确认停工9天" in shown
    assert "已确认停工1<" in shown
    assert "请核实" not in shown


def test_words_that_are_too_long_are_refused(idle: Camera, office_user: User) -> None:
    judge_sites(now=NOW)
    with pytest.raises(Refused, match="写了301个字，最多300个字"):
        standstill.confirm(Standstill.objects.get(), "字" * 301, seen=1, actor=Actor(by=office_user), now=NOW)


def test_cards_cost_the_same_for_one_site_as_for_three(
    subdistrict: Unit, office_user: User, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        [camera] = site(subdistrict, f"工地{number}")
        begun(camera)
        lived(camera, "aa" + "s" * (8 + number))
    judge_sites(now=NOW)
    office_user.has_role("office")
    with django_assert_num_queries(4):
        found = cards(office_user, NOW)
    assert [card.held.days for card in found] == [10, 9, 8]
    assert len(found[0].days) == 22  # twelve days before it, those of no row unknown


@pytest.mark.parametrize(("added", "since", "expected"), [
    (5_000_000_00, date(2018, 8, 13), True),
    (0, date(2018, 8, 13), False),
    (5_000_000_00, date(2018, 8, 20), False),  # worked through the better half of the month
])  # fmt: skip
def test_reported_progress_against_an_idle_month(added: int, since: date, expected: bool) -> None:
    held = Standstill(since=since, days=20)
    assert Card(held, (), Reported(Month(2018, 8), added, None)).contradicted is expected
