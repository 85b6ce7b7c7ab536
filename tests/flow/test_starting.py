"""手续动了、项目改了，预计开工跟着重算；每夜连各步用时一起重算。"""

from datetime import date, timedelta

import pytest
from django.db import transaction

from tests.factories import NOW
from tests.permits import waiting
from tests.permits.test_expected import held_up
from xushi.flow.actions import begin_day
from xushi.flow.starting import MOVED
from xushi.journal import worker
from xushi.journal.actions import SYSTEM, RowChange, record
from xushi.permits.models import ExpectedStart, PermitStep
from xushi.registry.models import Project
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(district: Unit, subdistrict: Unit) -> Project:
    return held_up(waiting.catalogue(district), subdistrict)


def approve(project: Project, verb: str = "permits.step.approved") -> None:
    """The relocation, with its event as an action would leave it."""
    with transaction.atomic():
        step = PermitStep.objects.get(project=project, permit__code="relocation")
        PermitStep.objects.filter(pk=step.pk).update(state="approved", decided_on=date(2018, 9, 12))
        record(verb, subject=step, summary="批准", actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("verb", MOVED)
def test_a_step_that_moves_moves_the_start(project: Project, verb: str) -> None:
    begin_day(now=NOW)
    worker.work(NOW)
    before = ExpectedStart.objects.get(project=project)
    assert before.critical_step is not None
    approve(project, verb)
    worker.work(NOW + timedelta(minutes=1))
    after = ExpectedStart.objects.get(project=project)
    assert after.likely < before.likely
    assert after.critical_step is not None
    assert after.critical_step.permit.code == "supply"


def test_many_steps_of_one_event(project: Project, subdistrict: Unit) -> None:
    tracks = waiting.Tracks(project.track.catalogue, {}, {})
    others = [tracks.project(subdistrict, f"同批{n}", {}) for n in range(3)]
    with transaction.atomic():
        rows = [RowChange(step, str(step)) for step in PermitStep.objects.filter(project=project)]
        rows += [RowChange(other, other.name) for other in others[:2]]
        record("permits.step.submitted", rows=rows, summary="成批报件", actor=SYSTEM, now=NOW)
    worker.work(NOW)
    told = set(ExpectedStart.objects.values_list("project", flat=True))
    assert told == {project.pk, others[0].pk, others[1].pk}


def test_a_project_that_begins_has_no_expected_start_any_more(project: Project) -> None:
    begin_day(now=NOW)
    worker.work(NOW)
    assert ExpectedStart.objects.count() == 1
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(started_on=date(2018, 9, 12))
        record("registry.project.amended", subject=project, summary="开工", actor=SYSTEM, now=NOW)
    worker.work(NOW + timedelta(minutes=1))
    assert ExpectedStart.objects.count() == 0


def test_every_night_the_start_moves_on_with_the_day(project: Project) -> None:
    begin_day(now=NOW)
    worker.work(NOW)
    before = ExpectedStart.objects.get(project=project)
    later = NOW + timedelta(days=60)
    begin_day(now=later)
    worker.work(later)
    after = ExpectedStart.objects.get(project=project)
    assert after.computed_on == date(2018, 11, 11)
    assert after.likely > before.likely
