"""与别的房连起来：签约走到准入、挂上项目；谁听到什么；夜里没答的按规则计；单位撤并；项目页看得到承诺。"""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from tests.admission.builders import CODE, answered, applied, decided, department, sent
from tests.factories import NOW, UnitFactory
from tests.signings.builders import seen, signing, summit
from xushi.admission import actions
from xushi.admission.models import Opinion
from xushi.config import clock
from xushi.duties.models import Duty
from xushi.flow.duties import nightly
from xushi.journal import worker
from xushi.journal.actions import SYSTEM, Actor
from xushi.notices.models import Notice
from xushi.registry.models import Project
from xushi.signings.actions import lapse
from xushi.signings.models import SigningStage
from xushi.signings.rules import Stage
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def scene(district: Unit, subdistrict: Unit, office_user: User, territory_user: User) -> SimpleNamespace:
    people = [department(district, name) for name in ("区环保局", "区经信局")]
    return SimpleNamespace(
        town=subdistrict, office=office_user, applicant=territory_user, people=people,
        units=[person.unit for person in people],
    )  # fmt: skip


def reacted(now: datetime = NOW) -> None:
    while worker.work(now):
        pass


def heard(now: datetime = NOW) -> set[str]:
    """Who has heard since the last look."""
    reacted(now)
    names = set(Notice.objects.values_list("reader__name", flat=True))
    Notice.objects.all().delete()
    return names


def test_a_signing_is_admitted_and_linked_by_the_decision(scene: SimpleNamespace) -> None:
    one = signing(summit(), scene.town, name="宁芯先进封测基地", credit_code=CODE)
    made = answered(scene.town, scene.office, scene.units)
    assert made.signing == one
    decided(made, scene.office)
    one.refresh_from_db()
    made.refresh_from_db()
    stage = SigningStage.objects.get(signing=one, stage=Stage.ADMITTED)
    assert (stage.reached_on, stage.words) == (date(2018, 9, 12), "准入会审通过")
    assert (one.reached, one.project) == (Stage.ADMITTED, made.project)
    assert Project.objects.count() == 1


def test_a_lapsed_signing_stays_where_it_is(scene: SimpleNamespace) -> None:
    one = signing(summit(), scene.town, name="宁芯先进封测基地", credit_code=CODE)
    made = answered(scene.town, scene.office, scene.units)
    lapse(seen(one), "site", "地没谈成", actor=SYSTEM, now=NOW)
    decided(made, scene.office)
    one.refresh_from_db()
    assert (one.reached, one.project) == (Stage.SIGNED, None)


def test_who_hears_of_what(scene: SimpleNamespace, leader_user: User) -> None:
    made = applied(scene.town, scene.applicant)
    assert heard() == {"周敏"}
    actions.send_for_opinions({made.pk: None}, scene.units, actor=Actor(by=scene.office), now=NOW)
    assert heard() == {"区环保局的人", "区经信局的人"}
    late = made.opinions.first().due_at + timedelta(days=14)
    nightly(late)
    assert heard(late) == {"周敏", "区环保局的人", "区经信局的人"}
    assert set(Opinion.objects.values_list("answer", flat=True)) == {"silent"}
    made.refresh_from_db()
    decided(made, scene.office)
    assert heard() == {"王街道", "陈区长", "区环保局的人", "区经信局的人"}


def test_what_a_dissolved_unit_is_asked_its_successor_answers(scene: SimpleNamespace, district: Unit) -> None:
    made = sent(scene.town, scene.office, scene.units)
    heir = UnitFactory(name="区生态环境局", kind=Unit.Kind.DEPARTMENT, parent=district)
    dissolve_unit(unit=scene.units[0], successor=heir, actor=SYSTEM, now=NOW)
    reacted()
    assert made.opinions.filter(unit=heir, answer="waiting").count() == 1
    open_ones = Duty.objects.open().filter(kind="admission.opinion")
    assert {str(duty.unit) for duty in open_ones} == {"区生态环境局", "区经信局"}


def test_the_projects_page_shows_what_was_promised(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    decided(made, scene.office)
    made.refresh_from_db()
    client = Client()
    client.force_login(scene.applicant, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(reverse("home:project", args=[made.project_id])).content.decode()
    assert "准入与承诺" in shown
    assert "3,080万元" in shown
    assert reverse("admission:application", args=[made.pk]) in shown
