"""请去看停工的现场：排进没结束的督查，没有就排进下个月的，排过的不重复。"""

from datetime import date

import pytest

from tests.factories import NOW
from tests.inspections.builders import add_round, add_visit
from tests.progress.builders import add_project
from tests.sites.builders import add_camera
from xushi.core.months import Month
from xushi.flow.visiting import put_into_round
from xushi.inspections.models import Round, Visit
from xushi.inspections.words import RoundState, VisitState
from xushi.journal.actions import Actor
from xushi.journal.models import Event, Reaction
from xushi.registry.models import Project
from xushi.sites import standstill
from xushi.sites.models import Standstill
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(subdistrict: Unit, office_user: User) -> Event:
    project = add_project(subdistrict, "桥林新城路网二期")
    camera = add_camera(project)
    held = Standstill.objects.create(
        project=project, camera=camera, since=date(2018, 8, 13), days=28, noticed_at=NOW
    )
    standstill.ask_visit(held, actor=Actor(by=office_user), now=NOW)
    return Event.objects.get(verb=standstill.VISIT_ASKED)


def test_without_a_round_it_goes_into_next_month(asked: Event) -> None:
    assert Reaction.objects.filter(event=asked, name__endswith="visit_what_stands_still").exists()
    assert put_into_round(asked)
    visit = Visit.objects.get()
    assert visit.project_id == asked.subject_id
    assert visit.round.month == Month(2018, 10)
    assert visit.reasons == [{"kind": "alert", "words": "现场28天没有施工动静"}]


def test_a_round_that_is_open_takes_it_and_takes_it_once(asked: Event, office_user: User) -> None:
    held = Round.objects.create(
        month=Month(2018, 9), year=2018, serial=9, planned_by=office_user, planned_at=NOW
    )
    assert put_into_round(asked)
    assert not put_into_round(asked)
    assert Visit.objects.get().round == held
    assert (
        standstill.visit_words(Standstill.objects.all())[visit_of(asked).project_id]
        == "已经排在第9次联合督查里"
    )


def visit_of(asked: Event) -> Visit:
    visit: Visit = Visit.objects.get(project=asked.subject_id)
    return visit


def test_a_round_that_has_looked_already_is_passed_over(asked: Event) -> None:
    project = Project.objects.get(pk=asked.subject_id)
    add_visit(project, add_round(9), state=VisitState.DONE, done_at=NOW)
    tenth = add_round(10, state=RoundState.PLANNED)
    assert put_into_round(asked)
    assert Visit.objects.get(state=VisitState.PLANNED).round == tenth
    told = standstill.visit_words(Standstill.objects.all())[project.pk]
    assert told.startswith("已排进2018年9月的第10次联合督查")


def test_what_was_looked_at_in_the_only_round_goes_into_next_month(asked: Event) -> None:
    project = Project.objects.get(pk=asked.subject_id)
    add_visit(project, add_round(9), state=VisitState.DONE, done_at=NOW)
    assert put_into_round(asked)
    assert Visit.objects.get(state=VisitState.PLANNED).round.month == Month(2018, 10)
