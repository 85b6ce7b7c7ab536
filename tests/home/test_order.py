"""清单的次序：走索引的与逐行算的一样，关账、重开、再关都一样；打开的数也一样。"""

from decimal import Decimal

import pytest
from django.db.models import F

from tests.factories import NOW
from tests.home.standing import (  # noqa: F401 - fixtures
    the_built,
    the_district,
    the_here,
    the_owner_user,
    the_stood,
    the_subdistrict,
)
from tests.home.world import AUGUST, World
from xushi.core.months import Month
from xushi.home import lists, wanted
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.models import MonthlyReport, ProjectMonth, ahead_of_schedule
from xushi.units.models import User

ASKED = (
    "",
    "stage=under_way",
    "stage=under_way&sort=-gap",
    "level=municipal",
    "stage=under_way&category=industrial",
)


def corrected(world: World) -> None:
    """August again, with one project that did nothing and one that did everything."""
    reopen_month(AUGUST, "两个项目报错了", actor=SYSTEM, now=NOW)
    for project, done in ((world.projects[0], 0), (world.projects[5], 10**12)):
        MonthlyReport.objects.filter(project=project, month=AUGUST).update(cumulative=done)
    close_month(AUGUST, actor=SYSTEM, now=NOW)


def test_every_fact_knows_how_far_it_is_ahead(here: World) -> None:
    corrected(here)
    facts = ProjectMonth.objects.annotate(live=ahead_of_schedule(F("month")))
    seen = [(fact.ahead, fact.live, gap_of(fact)) for fact in facts]
    assert {kept is None for kept, _, _ in seen} == {True, False}
    assert all(kept == live for kept, live, _ in seen)
    assert all((kept is None) == (gap is None) for kept, _, gap in seen)
    assert all(abs(kept - float(gap)) < 1e-9 for kept, _, gap in seen if gap is not None)


def gap_of(fact: ProjectMonth) -> Decimal | None:
    """In twelfths of the plan, exact, as the list prints it."""
    not_due = not fact.started and (fact.start_month is None or fact.start_month > fact.month)
    if not_due or not fact.annual_plan:
        return None
    return Decimal(fact.cumulative * 12 - fact.due_twelfths) / fact.annual_plan


@pytest.mark.parametrize("query", ASKED)
@pytest.mark.parametrize("month", [AUGUST, Month(2018, 5), Month(2018, 9)])
def test_the_order_is_that_of_the_gaps_shown(
    here: World, office_user: User, query: str, month: Month
) -> None:
    corrected(here)
    asked = wanted.read(dict(pair.split("=") for pair in query.split("&") if pair))
    found = lists.find(office_user, month, asked)
    rows = list(lists.every(found, asked, office_user, NOW.date()))
    gaps = [row.gap for row in rows if row.gap is not None]
    assert len(rows) == found.totals(office_user)["projects"] > 0
    assert gaps == sorted(gaps, reverse=asked.descending)
    assert all(row.gap is None for row in rows[len(gaps) :])
    assert [row.pk for row in lists.page(found, asked, office_user, NOW.date())] == [row.pk for row in rows][
        :50
    ]


def test_only_who_sees_everything_walks_the_index_of_the_month(
    here: World, office_user: User, territory_user: User
) -> None:
    plain, narrowed = wanted.read({"stage": "under_way"}), wanted.read({"q": "江浦"})
    assert lists.find(office_user, AUGUST, plain).unbounded
    assert not lists.find(office_user, AUGUST, narrowed).unbounded
    assert not lists.find(office_user, Month(2018, 9), plain).unbounded  # no facts yet
    assert not lists.find(territory_user, AUGUST, plain).unbounded
