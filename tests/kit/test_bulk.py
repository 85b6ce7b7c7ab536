"""成批写入：与 bulk_create 写下同样的行，主键接着往下排。"""

from datetime import timedelta

import pytest
from django.db.models import ProtectedError

from tests.factories import NOW
from xushi.core.months import Month
from xushi.journal.models import Event, EventRow
from xushi.kit.bulk import FEW, delete_all, insert_all, maker, update_all
from xushi.registry.models import AnnualPlan, Category, Listing, Project, ProjectRevision, Tag
from xushi.units.models import Unit


def projects(count: int, unit: Unit, category: Category, start: int = 0) -> list[Project]:
    return [
        Project(
            name=f"项目{i}", name_key=f"项目{i}", category=category, territory=unit, responsible_unit=unit,
            total_investment=i, content="一\t二\n三\\N", started_on=NOW.date() + timedelta(days=i), latitude="31.050000",
        )
        for i in range(start, start + count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, FEW + 50])
def test_rows_come_back_as_they_went_in(district: Unit, count: int) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    made = projects(count, district, category)
    insert_all(made)
    held = {project.pk: project for project in Project.objects.all()}
    assert len(held) == count
    for project in made:
        twin = held[project.pk]
        assert (twin.name, twin.content, twin.started_on, str(twin.latitude)) == (
            project.name, project.content, project.started_on, "31.050000",
        )  # fmt: skip
        assert not project._state.adding


def test_keys_go_on_after_other_ways_of_writing(district: Unit) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    insert_all(projects(FEW, district, category))
    single = projects(1, district, category, start=FEW)[0]
    single.save()
    insert_all(projects(FEW, district, category, start=FEW + 1))
    assert Project.objects.count() == 2 * FEW + 1
    assert Project.objects.order_by("-pk")[0].pk > single.pk


def test_months_moments_and_json(district: Unit) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    made = projects(FEW, district, category)
    insert_all(made)
    curve = ["0"] * 11 + ["1"]
    plans = [
        AnnualPlan(
            project=p,
            year=2018,
            planned_investment=1,
            start_month=Month(2018, 8),
            curve=curve,
            proposed_at=NOW,
        )
        for p in made
    ]
    insert_all(plans)
    held = AnnualPlan.objects.get(pk=plans[-1].pk)
    assert (held.start_month, held.curve, held.proposed_at) == (Month(2018, 8), curve, NOW)
    event = Event.objects.create(verb="x", at=NOW, summary="x")
    changes = {"开工": [None, NOW.date()]}
    insert_all(
        [
            EventRow(event=event, subject_kind="a", subject_id=i, subject_name="甲", changes=changes)
            for i in range(FEW)
        ]
    )
    assert EventRow.objects.filter(event=event).first().changes == {"开工": [None, NOW.date().isoformat()]}


def test_a_maker_makes_what_the_model_makes(district: Unit) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    columns = {"name": "项目", "name_key": "项目", "category_id": category.pk, "territory_id": district.pk,
               "responsible_unit_id": district.pk, "total_investment": 1}  # fmt: skip
    made, twin = maker(Project)(columns), Project(**columns)
    own = {name: value for name, value in twin.__dict__.items() if name != "_state"}
    assert {name: value for name, value in made.__dict__.items() if name != "_state"} == own
    made.save()
    assert Project.objects.get() == made


def test_defaults_that_can_change_are_not_shared() -> None:
    make = maker(EventRow)
    one, other = make({}), make({})
    one.changes["甲"] = [1, 2]
    assert other.changes == {}


def test_rows_are_changed_each_to_its_own(district: Unit) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    insert_all(projects(3, district, category))
    first, second, third = Project.objects.order_by("pk")
    first.total_investment, first.started_on, first.content = 7, None, "不写"
    second.total_investment, second.started_on = 8, NOW.date()
    update_all([first, second], ["total_investment", "started_on"])
    held = {project.pk: project for project in Project.objects.all()}
    assert (held[first.pk].total_investment, held[first.pk].started_on) == (7, None)
    assert (held[second.pk].total_investment, held[second.pk].started_on) == (8, NOW.date())
    assert held[third.pk].total_investment == third.total_investment
    assert held[first.pk].content != "不写"  # a field that was not named stays


def test_months_and_json_are_changed(district: Unit) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    [project] = projects(1, district, category)
    project.save()
    plan = AnnualPlan.objects.create(project=project, year=2018, planned_investment=1, proposed_at=NOW)
    plan.start_month, plan.curve, plan.decided_at = Month(2018, 8), ["0"] * 11 + ["1"], NOW
    update_all([plan], ["start_month", "curve", "decided_at"])
    held = AnnualPlan.objects.get()
    assert (held.start_month, held.curve, held.decided_at) == (plan.start_month, plan.curve, NOW)


def test_what_hangs_on_a_row_goes_with_it(district: Unit) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    kept, gone = projects(2, district, category)
    for project in (kept, gone):
        project.save()
        project.tags.add(Tag.objects.get_or_create(name="PPP")[0])
        ProjectRevision.objects.create(project=project, as_of=NOW.date())
    delete_all(Project, [gone.pk])
    assert list(Project.objects.all()) == [kept]
    assert [revision.project_id for revision in ProjectRevision.objects.all()] == [kept.pk]
    assert Tag.objects.get().projects.count() == 1


def test_what_must_stay_keeps_its_row(district: Unit) -> None:
    category = Category.objects.create(code="a", name="甲", path="0001.")
    [project] = projects(1, district, category)
    project.save()
    listing = Listing.objects.create(project=project, year=2018, level="district", stage=1)
    with pytest.raises(ProtectedError) as refusal:
        delete_all(Project, [project.pk])
    assert refusal.value.protected_objects == {listing}
    assert Project.objects.exists()
