"""数字：汇总格、事实、现状三处算出来的必须一样，每个数都能打开与它相等的清单。"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UserFactory
from tests.progress.district import YI, build
from xushi.core.figure import FigureUnit
from xushi.core.months import Month
from xushi.progress import kept
from xushi.progress.figures import SPECS, Filters, portfolio, rows, total, totals
from xushi.progress.models import PublishedFigure
from xushi.progress.standing import current_closing, live_standings
from xushi.progress.system import WHOLE_DISTRICT
from xushi.registry.models import Project
from xushi.units.models import Role

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = Month(2018, 2), Month(2018, 3)
CUTS = [
    [],
    ["level"],
    ["category"],
    ["territory"],
    ["level", "category"],
    ["level", "territory"],
    ["category", "territory"],
    ["leader"],
    ["chain", "owner_kind"],
]


def _comparable(groups):
    return [replace(group, closed=True, published={}) for group in groups]


@pytest.mark.parametrize("by", CUTS, ids="-".join)
def test_cells_say_what_the_rows_say(by, monkeypatch):
    build()
    from_cells = portfolio(WHOLE_DISTRICT, FEBRUARY, by=by)
    monkeypatch.setattr("xushi.progress.sources.counted", lambda user: None)
    kept.forget()
    from_facts = portfolio(WHOLE_DISTRICT, FEBRUARY, by=by)
    for group in from_facts:
        group.whole = True
    key = lambda group: group.label  # noqa: E731
    assert sorted(_comparable(from_cells), key=key) == sorted(_comparable(from_facts), key=key)
    assert sum(group.listed for group in from_cells) > 0


def test_the_open_month_is_counted_from_live_rows():
    build()
    group = total(WHOLE_DISTRICT, MARCH)
    expected = [s for s in live_standings(MARCH) if s.district_stage == 1]
    assert not group.closed
    assert group.under_way == len(expected) == 10
    assert group.cumulative == sum(s.cumulative for s in expected)
    assert group.due_twelfths == sum(s.due_twelfths for s in expected)


def test_a_closed_month_does_not_move_and_says_what_would_come_out_now():
    from datetime import datetime

    from xushi.core.clock import BEIJING
    from xushi.progress.drift import refresh_drift

    district = build()
    before = total(WHOLE_DISTRICT, FEBRUARY)
    changed = district.projects[0]
    Project.objects.filter(pk=changed.pk).update(
        total_investment=changed.total_investment + YI, started_on=date(2018, 1, 3)
    )
    assert refresh_drift(now=datetime(2018, 3, 9, tzinfo=BEIJING), project_ids=[changed.pk]) == 2
    after = total(WHOLE_DISTRICT, FEBRUARY)
    assert (after.total_investment, after.started) == (before.total_investment, before.started)
    assert after.figure("started").recounted == before.started + 1
    assert after.figure("total_investment").recounted == Decimal(before.total_investment + YI) / YI
    assert after.figure("annual_plan").recounted is None


def _opened(address, month):
    """What the list of an address adds up to."""
    query = dict(parse_qsl(address))
    assert Month.parse(query.pop("month")) == month
    return totals(rows(WHOLE_DISTRICT, month, Filters.from_query(query)), month)


@pytest.mark.parametrize("month", [FEBRUARY, MARCH], ids=["closed", "open"])
@pytest.mark.parametrize("by", CUTS, ids="-".join)
def test_every_number_opens_a_list_that_equals_it(month, by):
    build()
    opened = {}  # several figures open the same list
    for group in portfolio(WHOLE_DISTRICT, month, by=by):
        for name, spec in SPECS.items():
            address = group.figure(name).rows
            sums = opened[address] = opened.get(address) or _opened(address, month)
            if name.startswith("start_rate.planned"):
                column = "planned_start_this_year" if "year" in name else "planned_start_by_now"
                assert sums["projects"] == getattr(group, column)
            elif spec.unit is FigureUnit.COUNT:
                assert sums["projects"] == spec.value(group), name
            elif name == "completed_invested_to_date":
                assert sums["completed_invested_to_date"] == group.completed_invested_to_date
            elif spec.unit is FigureUnit.YI and name != "gap_yi":
                column = {
                    "completed_investment": "cumulative",
                    "preliminary_investment": "total_investment",
                    "completed_total_investment": "total_investment",
                }.get(name, name)
                assert Decimal(sums[column]) / YI == spec.value(group), name
            else:
                assert sums["cumulative"] == group.cumulative
                assert sums["annual_plan"] == group.annual_plan


def test_a_territory_counts_its_own_projects_only():
    district = build()
    town = district.territories[0]
    person = UserFactory(role=Role.TERRITORY, unit=town)
    mine = total(person, FEBRUARY)
    of_town = portfolio(WHOLE_DISTRICT, FEBRUARY, filters=Filters(territory=town.pk))[0]
    assert mine.under_way == of_town.under_way == 6
    assert mine.cumulative == of_town.cumulative
    assert total(UserFactory(role=Role.AUDITOR, unit=district.root), FEBRUARY).listed == 0


def test_joint_level_is_the_union_of_two_lists():
    build()
    levels = {g.key["level"]: g for g in portfolio(WHOLE_DISTRICT, FEBRUARY, by=["level"])}
    assert (levels["municipal"].listed, levels["provincial"].listed) == (4, 3)
    assert levels["provincial_municipal"].listed == 6
    assert levels["provincial_municipal"].under_way == 4


def test_start_rates_name_their_denominators():
    build()
    group = total(WHOLE_DISTRICT, FEBRUARY)
    standings = [s for s in live_standings(FEBRUARY) if s.district_stage == 1]
    this_year = [s for s in standings if s.start_month.year == 2018]
    assert group.start_rate_under_way == Decimal(sum(s.started for s in standings)) / len(standings)
    assert group.start_rate_planned_this_year == Decimal(sum(s.started for s in this_year)) / len(this_year)
    assert group.figure("start_rate.under_way").denominator == f"当年实施{len(standings)}个"


def test_published_values_that_disagree_are_shown_beside():
    build()
    rate = total(WHOLE_DISTRICT, FEBRUARY).start_rate_under_way
    right = str((rate * 100).quantize(Decimal("0.1")))
    for value, source in ((right, "对的"), ("99.9", "错的")):
        PublishedFigure.objects.create(
            month=FEBRUARY, level="district", name="start_rate.under_way", value=value, source=source
        )
    figure = total(WHOLE_DISTRICT, FEBRUARY).figure("start_rate.under_way")
    assert figure.disputed and figure.published == Decimal("0.999") and figure.published_source == "错的"
    assert figure.value == rate


@pytest.mark.parametrize("count", [6, 60])
def test_queries_do_not_grow_with_the_district(count):
    build(count=count)
    with CaptureQueriesContext(connection) as captured:
        portfolio(WHOLE_DISTRICT, FEBRUARY, by=["level", "territory"])
    assert len(captured) == 9


def test_unknown_grouping_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="不能按“colour”分组"):
        portfolio(WHOLE_DISTRICT, FEBRUARY, by=["colour"])
    assert current_closing(FEBRUARY) is None
