"""升级的旧数据：从前各区共用的（督查批次、会审、签约活动、集中仪式），里面的东西都在一个区，旁边另有一个区。"""

from datetime import UTC, date, datetime
from typing import Any

AT = datetime(2018, 9, 1, 8, tzinfo=UTC)
DAY = date(2018, 9, 1)


def fill_shared(apps: Any, *, unit: Any, person: Any, project: Any) -> None:
    """Of each one that holds something of the unit, and a round that holds nothing yet."""
    apps.get_model("units.Unit").objects.create(name="江宁区", kind="district", path="0002/")
    ceremony = apps.get_model("registry.Ceremony").objects.create(kind="start", title="集中开工", held_on=DAY)
    ceremony.projects.add(project.pk)
    rounds = apps.get_model("inspections.Round").objects
    held = rounds.create(month="2018-09", year=2018, serial=1, planned_at=AT, planned_by_id=person.pk)
    rounds.create(month="2018-10", year=2018, serial=2, planned_at=AT, planned_by_id=person.pk)
    apps.get_model("inspections.Visit").objects.create(
        round_id=held.pk, project_id=project.pk, kind="start", changed_at=AT
    )
    place = {"territory_id": unit.pk, "responsible_unit_id": unit.pk, "category_id": project.category_id}
    event = apps.get_model("signings.SigningEvent").objects.create(
        name="金秋签约", name_key="金秋签约", held_on=DAY
    )
    apps.get_model("signings.Signing").objects.create(
        event_id=event.pk, name="锂电", name_key="锂电", enterprise="甲公司", amount=100_000_000, signed_on=DAY,
        stage_on=DAY, recorded_at=AT, **place,
    )  # fmt: skip
    _apply(apps, place)


def _apply(apps: Any, place: dict[str, int]) -> None:
    """An application that is down for a sitting."""
    sitting = apps.get_model("admission.Sitting").objects.create(at=AT, year=2018, month=9, number=1)
    industry = apps.get_model("admission.Industry").objects.create(code="old", name="旧行业")
    criteria = apps.get_model("admission.CriterionSet").objects.create(
        industry_id=industry.pk, year=2018, version=1, reason="试行", by_name="周敏", at=AT
    )
    apps.get_model("admission.Application").objects.create(
        name="锂电", name_key="锂电", enterprise="甲公司", credit_code="91320111MA1XXXXX00", investment=100_000_000,
        land=1000, output=1, tax=1, energy=0, rnd=0, production="2019-09", capacity_year=2020, breach_clause="退地",
        state="reviewing", submitted_at=AT, state_at=AT, changed_at=AT, criteria_id=criteria.pk,
        industry_id=industry.pk, sitting_id=sitting.pk, **place,
    )  # fmt: skip
