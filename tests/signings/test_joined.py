"""与别的房连起来：项目一动签约跟着动，到期提醒，跟进的人听到，从签约派督办，项目页上看得到。"""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW, UnitFactory
from tests.progress.builders import add_project
from tests.signings.builders import seen, signing, summit
from xushi.config import clock
from xushi.duties.models import Duty
from xushi.duties.rules import Step
from xushi.flow.clocks import remind
from xushi.flow.duties import nightly
from xushi.journal import worker
from xushi.journal.actions import SYSTEM, Actor
from xushi.notices.models import Notice
from xushi.registry.actions import amend_projects, list_projects
from xushi.registry.models import Project
from xushi.registry.rules import ListingInput, ProjectInput
from xushi.signings import actions
from xushi.signings.linking import link
from xushi.signings.models import Signing
from xushi.signings.rules import Stage
from xushi.units.actions import end_appointment
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Appointment, Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def one(subdistrict: Unit, territory_user: User, office_user: User) -> Signing:
    return signing(summit(), subdistrict)


def reacted() -> None:
    while worker.work(NOW):
        pass


def test_what_happens_to_the_project_happens_to_its_signing(one: Signing, subdistrict: Unit) -> None:
    project = add_project(subdistrict, "射频芯片产业园一期", listed=False)
    link(seen(one), project, actor=SYSTEM, now=NOW)
    list_projects([ListingInput(project.pk, 2018, "district", 1)], actor=SYSTEM, now=NOW)
    reacted()
    one.refresh_from_db()
    assert (one.stage, one.stage_on) == (Stage.LISTED, date(2018, 9, 12))
    row = ProjectInput(
        project.name, "industrial", subdistrict.pk, subdistrict.pk, project.total_investment,
        started_on=date(2018, 9, 12),
    )  # fmt: skip
    amend_projects([(project.pk, row)], actor=SYSTEM, now=NOW)
    reacted()
    one.refresh_from_db()
    assert one.stage == Stage.STARTED
    assert not Duty.objects.open().about(one).exists()


def test_the_night_sees_what_no_event_told(one: Signing, subdistrict: Unit) -> None:
    project = add_project(subdistrict, "射频芯片产业园一期", listed=False)
    link(seen(one), project, actor=SYSTEM, now=NOW)
    Project.objects.filter(pk=project.pk).update(started_on=date(2018, 9, 1))
    nightly(NOW)
    one.refresh_from_db()
    assert one.stage == Stage.STARTED


def test_a_follow_up_that_is_late_is_reminded_of_once(one: Signing, territory_user: User) -> None:
    later = NOW + timedelta(days=15)  # due on the 26th
    remind(later)
    duty = Duty.objects.open().about(one).get()
    assert duty.warned == Step.OVERDUE
    assert remind(later) == 0
    actions.follow_up(seen(one), "谈过了", date(2018, 10, 8), actor=Actor(by=territory_user), now=later)
    duty.refresh_from_db()
    assert (duty.warned, duty.done_at) == (Step.NONE, None)


def test_who_follows_up_hears_and_so_does_the_office(
    one: Signing, territory_user: User, office_user: User
) -> None:
    reacted()
    assert set(Notice.objects.values_list("reader__name", flat=True)) == {"王街道"}
    Notice.objects.all().delete()
    actions.lapse(seen(one), "site", "地没谈成", actor=Actor(by=territory_user), now=NOW)
    reacted()
    notice = Notice.objects.get()
    assert notice.reader == office_user
    assert "地没谈成" in f"{notice.title}{notice.words}"


def test_a_dissolved_unit_and_a_person_who_leaves(
    one: Signing, subdistrict: Unit, district: Unit, territory_user: User
) -> None:
    actions.hand_to(seen(one), subdistrict, territory_user, "定到人", actor=SYSTEM, now=NOW)
    reacted()
    held = Appointment.objects.get(user=territory_user)
    end_appointment(appointment=held, reason="调离", actor=SYSTEM, now=NOW)
    reacted()
    assert [(duty.unit, duty.person) for duty in Duty.objects.open().about(one)] == [(subdistrict, None)]
    heir = UnitFactory(name="江北街道", kind=Unit.Kind.SUBDISTRICT, parent=district)
    dissolve_unit(unit=subdistrict, successor=heir, actor=SYSTEM, now=NOW)
    reacted()
    one.refresh_from_db()
    assert (one.responsible_unit, [duty.unit for duty in Duty.objects.open().about(one)]) == (heir, [heir])


def test_an_order_is_drafted_from_it_and_its_project_shows_it(
    one: Signing, subdistrict: Unit, office_user: User, signed_in: object
) -> None:
    client: Client = signed_in(office_user)  # type: ignore[operator]
    page = client.get(reverse("supervision:new_order"), {"signing": one.pk})
    assert page.status_code == 200
    assert "签约125天，等注册" in page.content.decode()
    project = add_project(subdistrict, "射频芯片产业园一期")
    link(seen(one), project, actor=SYSTEM, now=NOW)
    assert "集成电路峰会" in client.get(reverse("home:project", args=[project.pk])).content.decode()
