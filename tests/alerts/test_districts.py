"""一棵树两个区各定各的阈值：没定的用上级的，上级改了跟着改；甲区的重大办改不了乙区的。"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tests.factories import UnitFactory, UserFactory, appoint
from xushi.alerts.actions import set_thresholds
from xushi.alerts.models import Alert, ThresholdSet
from xushi.alerts.rules import Cause, Level, ThresholdsRefused
from xushi.alerts.thresholds import book_at, thresholds_at
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.progress.warnings import refresh_alerts
from xushi.registry.actions import list_projects, register_projects, set_plans
from xushi.registry.models import Category
from xushi.registry.rules import ListingInput, PlanInput, ProjectInput
from xushi.units.models import Role, Unit

pytestmark = pytest.mark.django_db
Kind = Unit.Kind
NOW = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def city():
    root = UnitFactory(name="某市", kind=Kind.DISTRICT)
    made = {"root": root, "office": appoint(UserFactory(), Role.OFFICE, unit=root)}
    for name in "甲乙":
        made[name] = UnitFactory(name=f"{name}区", kind=Kind.DISTRICT, parent=root)
        made[f"{name}街道"] = UnitFactory(name=f"{name}街道", kind=Kind.SUBDISTRICT, parent=made[name])
        made[f"{name}办"] = appoint(UserFactory(), Role.OFFICE, unit=made[name])
    return made


def test_a_district_keeps_what_it_set_and_follows_the_rest(city):
    by = Actor(by=city["甲办"])
    set_thresholds(
        {"slipping_yellow": "3", "report_due_day": 6}, "从严", actor=by, now=NOW, district=city["甲"]
    )
    set_thresholds(
        {"report_due_day": 8, "slipping_red": "20"}, "全市", actor=Actor(by=city["office"]), now=LATER
    )
    first, second = (thresholds_at(LATER, city[name]) for name in ("甲街道", "乙街道"))
    assert (first.slipping_yellow, first.report_due_day, first.slipping_red) == (3, 6, 20)
    assert (second.report_due_day, second.slipping_red) == (8, 20)
    assert second.slipping_yellow != 3
    assert thresholds_at(LATER).report_due_day == 8
    assert ThresholdSet.objects.get(district=city["甲"]).values == {
        "slipping_yellow": "3",
        "report_due_day": 6,
    }


def test_set_as_above_it_is_no_longer_its_own(city):
    common = thresholds_at(NOW).report_due_day
    for day, moment in ((6, NOW), (common, LATER)):
        set_thresholds({"report_due_day": day}, "改", actor=SYSTEM, now=moment, district=city["甲"])
    assert book_at(LATER).own(city["甲"].path) == {}
    assert not book_at(LATER).apart
    assert book_at(NOW).own(city["甲"].path) == {"report_due_day": 6}


def test_nobody_sets_another_district_s_nor_the_common_ones(client, city):
    for district in (city["乙"], None):
        with pytest.raises(PermissionDenied, match="管全部的重大办"):
            set_thresholds(
                {"report_due_day": 6}, "越权", actor=Actor(by=city["甲办"]), now=NOW, district=district
            )
    assert not ThresholdSet.objects.exists()
    client.force_login(city["甲办"])
    address = f"{reverse('alerts:thresholds')}?district={city['乙'].pk}"
    page = client.get(address).content.decode()
    assert "甲区的现行阈值" in page  # what the address asks for is the office of all's to ask
    assert "乙区" not in page


def test_the_office_of_all_sets_for_one_district_by_the_page(client, city):
    client.force_login(city["office"])
    address = f"{reverse('alerts:thresholds')}?district={city['乙'].pk}"
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields} | {"report_due_day": "9", "reason": "乙区晚"}
    assert client.post(address, typed).status_code == 302
    assert ThresholdSet.objects.get().values == {"report_due_day": 9}
    assert "1项自己定" in client.get(reverse("alerts:thresholds")).content.decode()
    assert client.get(f"{reverse('alerts:thresholds')}?district=999").status_code == 404


def test_what_is_new_above_must_go_with_what_a_district_keeps(city):
    set_thresholds({"slipping_yellow": "9"}, "放宽", actor=SYSTEM, now=NOW, district=city["甲"])
    with pytest.raises(ThresholdsRefused, match="甲区自己定的阈值"):
        set_thresholds({"slipping_yellow": "1", "slipping_red": "2"}, "从严", actor=SYSTEM, now=LATER)
    assert thresholds_at(LATER, city["甲"]).slipping_yellow == Decimal(9)


def test_each_project_is_judged_by_its_own_district(city, django_assert_max_num_queries):
    """Both should have started three months ago; what that means is each district's own."""
    Category.objects.create(code="infrastructure", name="基础设施", path="0001.")
    rows = [
        ProjectInput(
            name=f"{name}项目", category="infrastructure", territory=city[f"{name}街道"].pk,
            responsible_unit=city[f"{name}街道"].pk, total_investment=10**9,
        )
        for name in "甲乙"
    ]  # fmt: skip
    projects = register_projects(rows, actor=SYSTEM, now=NOW)
    list_projects([ListingInput(one.pk, 2018, "district", 1) for one in projects], actor=SYSTEM, now=NOW)
    plans = [
        PlanInput(one.pk, 2018, planned_investment=10**8, start_month=Month.of(date(2018, 6, 1)))
        for one in projects
    ]
    set_plans(plans, actor=SYSTEM, now=NOW)
    for name, months in (("甲", 1), ("乙", 12)):
        set_thresholds(
            {"overdue_start_red_months": months}, "各定各的", actor=SYSTEM, now=NOW, district=city[name]
        )
    refresh_alerts(now=LATER)
    found = Alert.objects.open().filter(cause=Cause.OVERDUE_START)
    levels = dict(found.values_list("subject_name", "level"))
    assert levels == {"甲项目": Level.RED, "乙项目": Level.YELLOW}
