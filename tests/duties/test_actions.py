"""待办的立、改、结、转。"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.duties.factories import owed
from tests.factories import NOW, UnitFactory
from xushi.duties.actions import DutyInput, end_duties, end_duties_of, set_duties, transfer_duties
from xushi.duties.models import Duty
from xushi.duties.rules import Step
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
DUE = NOW + timedelta(days=5)


def test_setting_twice_is_one_duty(subdistrict: Unit) -> None:
    first = owed(subdistrict, unit=subdistrict, due_at=DUE, title="腾地")
    again = owed(subdistrict, unit=subdistrict, due_at=DUE, title="腾地并交地")
    assert again.pk == first.pk
    assert Duty.objects.get().title == "腾地并交地"


def test_a_changed_deadline_starts_the_clock_anew(subdistrict: Unit) -> None:
    duty = owed(subdistrict, unit=subdistrict, due_at=DUE)
    Duty.objects.update(warned=Step.HEAD)
    later = NOW + timedelta(days=1)
    owed(subdistrict, unit=subdistrict, due_at=DUE, title="别的话", now=later)
    duty.refresh_from_db()
    assert (duty.warned, duty.clock, duty.since) == (Step.HEAD, 1, NOW)
    owed(subdistrict, unit=subdistrict, due_at=DUE + timedelta(days=3), now=later)
    duty.refresh_from_db()
    assert (duty.warned, duty.clock, duty.since) == (Step.NONE, 2, later)


def test_a_done_duty_stays_and_a_new_one_opens(subdistrict: Unit, office_user: User) -> None:
    first = owed(subdistrict, unit=subdistrict, due_at=DUE)
    Duty.objects.update(warned=Step.OVERDUE)
    assert end_duties(subdistrict, now=NOW, by=office_user) == 1
    assert end_duties(subdistrict, now=NOW, by=office_user) == 0
    second = owed(subdistrict, unit=subdistrict, due_at=DUE)
    assert second.pk != first.pk
    assert (second.warned, second.done_at) == (Step.NONE, None)
    first.refresh_from_db()
    assert (first.done_at, first.done_by) == (NOW, office_user)


def test_ending_by_kind_and_keeping(subdistrict: Unit, district: Unit) -> None:
    for kind in ("order.acknowledge", "order.reply", "order.verify"):
        owed(subdistrict, unit=subdistrict, kind=kind)
    owed(district, unit=subdistrict)
    assert end_duties(subdistrict, now=NOW, kinds=["order.acknowledge"]) == 1
    assert end_duties(subdistrict, now=NOW, keep=["order.verify"]) == 1
    left = set(Duty.objects.open().values_list("kind", "subject_id"))
    assert left == {("order.verify", subdistrict.pk), ("order.reply", district.pk)}


def test_a_duty_is_of_a_unit_or_of_a_person(subdistrict: Unit, office_user: User) -> None:
    with pytest.raises(ValueError, match="要么归一个单位"):
        owed(subdistrict)
    with pytest.raises(ValueError, match="要么归一个单位"):
        owed(subdistrict, unit=subdistrict, person=office_user)


@pytest.mark.parametrize("holder", ["unit", "person"])
def test_the_database_holds_one_open_duty_per_holder(
    holder: str, subdistrict: Unit, office_user: User
) -> None:
    of = {"unit": {"unit": subdistrict}, "person": {"person": office_user}}[holder]
    duty = owed(subdistrict, **of)
    duty.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        duty.save(force_insert=True)


def test_many_at_once_cost_a_fixed_number_of_queries(
    district: Unit,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    units = [UnitFactory(parent=district) for _ in range(30)]
    rows = [
        DutyInput(subject=unit, kind="order.reply", title="回复", due_at=DUE, unit=unit) for unit in units
    ]
    with django_assert_max_num_queries(5):
        made = set_duties(rows, now=NOW)
    assert [duty.unit_id for duty in made] == [unit.pk for unit in units]
    assert all(duty.pk for duty in made)
    with django_assert_max_num_queries(5):
        assert [duty.pk for duty in set_duties(rows, now=NOW)] == [duty.pk for duty in made]


def test_long_words_are_cut_not_refused(subdistrict: Unit) -> None:
    duty = owed(subdistrict, unit=subdistrict, quote="话" * 400, title="事" * 201)
    duty.refresh_from_db()
    assert len(duty.quote) == 300
    assert duty.title.endswith("…")


def test_a_dissolved_units_duties_pass_to_its_successor(subdistrict: Unit, other_subdistrict: Unit) -> None:
    moved = owed(subdistrict, unit=subdistrict, due_at=DUE)
    double = owed(other_subdistrict, unit=subdistrict, due_at=DUE)
    kept = owed(other_subdistrict, unit=other_subdistrict, due_at=DUE)
    assert transfer_duties(subdistrict, other_subdistrict, now=NOW) == 1
    moved.refresh_from_db()
    double.refresh_from_db()
    assert (moved.unit, moved.due_at, moved.done_at) == (other_subdistrict, DUE, None)
    assert double.done_at == NOW
    assert set(Duty.objects.open()) == {moved, kept}


def test_ending_many_but_those_that_stay(subdistrict: Unit, other_subdistrict: Unit) -> None:
    for unit in (subdistrict, other_subdistrict):
        for kind in ("order.reply", "order.assist", "problem.solve"):
            owed(unit, unit=subdistrict, kind=kind)
    keep = [(subdistrict.pk, "order.reply", subdistrict.pk, None)]
    ids, kinds = [subdistrict.pk, other_subdistrict.pk], ["order.reply", "order.assist"]
    assert end_duties_of(Unit, ids, kinds=kinds, keep=keep, now=NOW) == 3
    left = set(Duty.objects.open().values_list("subject_id", "kind"))
    assert left == {
        (subdistrict.pk, "order.reply"),
        (subdistrict.pk, "problem.solve"),
        (other_subdistrict.pk, "problem.solve"),
    }
