"""预警的账：随预警开、改级、移动、解除，总等于重数的。"""

from datetime import timedelta

import pytest
from django.db.models import Count, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.alerts.factories import late, slow, subject
from tests.factories import NOW, UnitFactory, UserFactory
from xushi.alerts import tally
from xushi.alerts.actions import apply_findings
from xushi.alerts.models import Alert, AlertTally
from xushi.alerts.rules import Cause, Level
from xushi.alerts.selectors import counts, open_by_territory
from xushi.units.models import Role, Unit

pytestmark = pytest.mark.django_db
BOTH = {Cause.OVERDUE_START, Cause.SLIPPING}
LEVELS = st.sampled_from([None, Level.YELLOW, Level.RED])
# 一步：对象 → （属地、责任单位各取第几个，应开未开、进度滞缓各是哪级）
STEPS = st.lists(
    st.dictionaries(
        st.integers(1, 4),
        st.tuples(st.integers(0, 2), st.integers(0, 2), LEVELS, LEVELS),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=6,
)


def kept():
    return {tuple(r[:-1]): r[-1] for r in rows(AlertTally.objects.all(), Sum("open")) if r[-1]}


def counted():
    return {tuple(r[:-1]): r[-1] for r in rows(Alert.objects.open(), Count("pk"))}


def rows(source, number):
    return source.order_by().values_list(*tally.KEY).annotate(n=number)


def apply(step, units, now):
    found = {
        subject(number, territory=units[place], responsible_unit=units[unit]): [
            *([late(start)] if start else []),
            *([slow(level=pace)] if pace else []),
        ]
        for number, (place, unit, start, pace) in step.items()
    }
    apply_findings(found, causes=BOTH, now=now)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_tally_equals_the_recount(steps, subdistrict, other_subdistrict):
    Alert.objects.all().delete()
    AlertTally.objects.all().delete()
    units = [None, subdistrict.pk, other_subdistrict.pk]
    for hour, step in enumerate(steps):
        apply(step, units, NOW + timedelta(hours=hour))
        assert kept() == counted()
    assert tally.recount() == 0
    assert kept() == counted()


def test_recounting_mends_and_says_how_much(subdistrict):
    apply({1: (0, 0, Level.RED, Level.YELLOW), 2: (1, 0, Level.RED, None)}, [None, subdistrict.pk], NOW)
    AlertTally.objects.filter(cause=Cause.SLIPPING).update(open=7)
    AlertTally.objects.create(cause=Cause.ANOMALY, level=Level.YELLOW, open=2)
    assert tally.recount() == 2
    assert kept() == counted()
    assert tally.recount() == 0


def test_two_rows_of_a_key_add_up(office_user):
    for _ in range(2):
        AlertTally.objects.create(cause=Cause.ANOMALY, level=Level.YELLOW, open=2)
    assert tally.open_counts(office_user).total() == 4
    assert counts(office_user, NOW)["anomaly"] == {"open": 4, "red": 0, "change": 0}


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.TERRITORY, Role.DEPARTMENT, Role.OWNER])
def test_everybody_reads_what_their_list_holds(role, subdistrict, other_subdistrict):
    units = [None, subdistrict.pk, other_subdistrict.pk]
    apply(
        {1: (1, 2, Level.RED, None), 2: (2, 2, Level.RED, Level.YELLOW), 3: (1, 1, None, Level.RED)},
        units,
        NOW,
    )
    person = UserFactory(role=role, unit=subdistrict)
    seen = Alert.objects.open().visible_to(person)
    assert tally.open_counts(person).total() == seen.count()
    assert sum(place.total for place in open_by_territory(person)) == seen.count()
    assert sum(cause["red"] for cause in counts(person, NOW).values()) == seen.filter(level="red").count()


def test_a_leader_of_one_district_of_a_city_reads_its_tally_and_what_they_lead_elsewhere(
    django_assert_num_queries,
):
    city = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    own, other = (UnitFactory(kind=Unit.Kind.DISTRICT, parent=city) for _ in range(2))
    here, there = (UnitFactory(kind=Unit.Kind.SUBDISTRICT, parent=one) for one in (own, other))
    person = UserFactory(role=Role.LEADER, unit=own)
    found = {
        subject(1, territory=here.pk): [late(Level.RED), slow()],
        subject(2, territory=here.pk, leader=person.pk): [late()],
        subject(3, territory=there.pk, leader=person.pk): [late(Level.RED)],
        subject(4, territory=None, leader=person.pk): [slow()],
        subject(5, territory=there.pk): [late()],
    }
    apply_findings(found, causes=BOTH, now=NOW)
    assert person.roles == {Role.LEADER}  # reads the appointments
    with django_assert_num_queries(1):
        assert tally.open_counts(person) == {Cause.OVERDUE_START: 3, Cause.SLIPPING: 2}
    assert Alert.objects.open().visible_to(person).count() == 5
    assert {place.territory: place.total for place in open_by_territory(person)} == {
        here.pk: 3, there.pk: 1, None: 1
    }  # fmt: skip
    assert sum(cause["red"] for cause in counts(person, NOW).values()) == 2
