"""问法记着，答案每次从库里来：换了人、换了日子，用的是同一句。"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, router
from django.db.models import Case, Count, IntegerField, Prefetch, Q, QuerySet, Sum, Value, When
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from xushi.core.clock import BEIJING
from xushi.duties.models import Duty
from xushi.kit import phrased
from xushi.kit.listed import listed
from xushi.kit.phrased import Key, Keys, add_up, ask
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
made: list[object] = []


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    made.clear()


def towns(letter: str) -> "QuerySet[Unit]":
    made.append(letter)
    return Unit.objects.filter(name__startswith=letter).order_by("pk")


def test_the_words_are_made_once_and_the_answer_is_of_now() -> None:
    assert ask(towns, "江") == []
    first = UnitFactory(name="江浦街道")
    UnitFactory(name="桥林街道")
    with CaptureQueriesContext(connection) as captured:
        assert ask(towns, "江") == [first]
    assert len(captured) == 1
    second = UnitFactory(name="江北街道")
    assert ask(towns, "江") == [first, second] == list(towns("江"))
    assert made == ["江", "江"], "once by itself, once for the comparison"
    assert ask(towns, "桥")[0].name == "桥林街道"


def visible(user: User) -> "QuerySet[Unit]":
    """The units that what this person sees may stand on."""
    made.append(user)
    wanted = Q(pk__in=[])
    for held in user.appointments_in_force:
        wanted |= (
            Q(pk__in=Unit.objects.answered_for_by(held.scope.path).values("pk"))
            if held.role == Role.TERRITORY
            else Q(pk=held.unit_id)
        )
    return Unit.objects.filter(wanted).order_by("pk")


def test_people_of_the_same_offices_ask_in_the_same_words_and_each_sees_their_own() -> None:
    district = UnitFactory(kind=Unit.Kind.DISTRICT)
    places = [UnitFactory(parent=district, kind=Unit.Kind.SUBDISTRICT) for _ in range(3)]
    people = [UserFactory(role=Role.TERRITORY, unit=one, scope=one) for one in places]
    for person, place in zip(people, places, strict=True):
        with CaptureQueriesContext(connection) as captured:
            assert ask(visible, person) == [place]
        assert len(captured) == 2, "the appointments and the question"
    assert len(made) == 1
    above = UserFactory(role=Role.TERRITORY, unit=district, scope=district)
    assert ask(visible, above) == [district, *places]
    assert len(made) == 2


def test_who_holds_two_offices_asks_for_both() -> None:
    district = UnitFactory(kind=Unit.Kind.DISTRICT)
    first, second = UnitFactory(parent=district), UnitFactory(parent=district)
    inner = UnitFactory(parent=first)
    for one, other in ((first, second), (first, inner), (inner, first), (second, first), (first, first)):
        person = UserFactory(role=Role.TERRITORY, unit=one, scope=one)
        appoint(person, Role.DEPARTMENT, unit=other)
        seen = ask(visible, person)
        assert seen == list(visible(person))
        assert {one, other} <= set(seen)


def before(day: date, moment: datetime) -> "QuerySet[Unit]":
    made.append(day)
    return Unit.objects.filter(
        Q(dissolved_on__lt=day) | Q(pk__in=Duty.objects.filter(due_at__lt=moment).values("unit"))
    )


def test_days_and_moments_are_put_in_their_places() -> None:
    unit, other = UnitFactory(dissolved_on=date(2018, 3, 5)), UnitFactory()
    Duty.objects.create(
        subject_kind="x",
        subject_id=1,
        kind="y",
        title="z",
        unit=other,
        since=NOW,
        due_at=datetime(2018, 3, 5, 9, tzinfo=BEIJING),
    )
    early = datetime(2018, 1, 1, tzinfo=BEIJING)
    for day, moment, expected in (
        (date(2018, 3, 5), early, set()),
        (date(2018, 3, 6), early, {unit}),
        (date(2018, 3, 6), datetime(2018, 3, 5, 9, tzinfo=BEIJING), {unit}),
        (date(2018, 3, 5), datetime(2018, 3, 5, 9, 0, 1, tzinfo=BEIJING), {other}),
    ):
        assert set(ask(before, day, moment)) == expected
    assert len(made) == 1


def reckoning(day: date) -> "QuerySet[Unit]":
    return Unit.objects.filter(dissolved_on__lt=day - timedelta(days=1))


def test_of_a_question_that_reckons_with_a_day_nothing_is_kept() -> None:
    unit = UnitFactory(dissolved_on=date(2018, 3, 5))
    assert ask(reckoning, date(2018, 3, 6)) == []
    assert ask(reckoning, date(2018, 3, 7)) == [unit]
    assert ask(reckoning, date(2018, 3, 6)) == []


def of_row(number: int, *others: int) -> "QuerySet[Unit]":
    made.append(number)
    return Unit.objects.filter(Q(pk=number) | Q(pk__in=others)).order_by("pk")


def due_in_the_year_of(day: date) -> "QuerySet[Duty]":
    made.append(day)
    return Duty.objects.filter(clock=day.year).order_by("pk")


def test_of_a_question_that_takes_the_year_of_a_day_nothing_is_kept() -> None:
    for _ in range(2):
        assert ask(due_in_the_year_of, NOW.date()) == []
    assert len(made) == 3 and made[-1] == NOW.date(), "with the stand-in once, then plainly each time"


def test_rows_are_asked_by_their_numbers() -> None:
    first, second = UnitFactory(), UnitFactory()
    assert [ask(of_row, Key(one.pk)) for one in (first, second, first)] == [[first], [second], [first]]
    assert len(made) == 1
    assert ask(of_row, Key(first.pk), Key(first.pk)) == [first]
    assert ask(of_row, Key(first.pk), Key(second.pk)) == [first, second]


def among(numbers: list[int]) -> "QuerySet[Unit]":
    made.append(numbers)
    return Unit.objects.filter(listed("pk", numbers)).order_by("pk")


@pytest.mark.parametrize("number", [2**63, 10**20, -1])
def test_a_number_that_no_row_can_have_is_no_row_s(number: int) -> None:
    assert ask(lambda pk: Unit.objects.filter(pk=pk), Key(number)) == []


def test_any_number_of_rows_is_asked_in_the_same_words() -> None:
    units = [UnitFactory() for _ in range(4)]
    for some in (units[:1], units[1:], [], units):
        assert ask(among, Keys([one.pk for one in some])) == some
    assert len(made) == 1


def inside(numbers: list[int]) -> "QuerySet[Unit]":
    return Unit.objects.filter(pk__in=numbers).order_by("pk")


def test_of_rows_asked_one_by_one_nothing_is_kept() -> None:
    units = [UnitFactory() for _ in range(3)]
    assert ask(inside, Keys([one.pk for one in units])) == units
    assert ask(inside, Keys([])) == []


def with_others(user: User) -> "QuerySet[Unit]":
    others = Unit.objects.filter(pk__in=[held.unit_id for held in user.appointments_in_force])
    return Unit.objects.filter(parent=None).prefetch_related(Prefetch("children", others)).order_by("pk")


def test_of_a_question_with_a_question_inside_nothing_is_kept() -> None:
    district = UnitFactory(kind=Unit.Kind.DISTRICT)
    for unit in (UnitFactory(parent=district), UnitFactory(parent=district)):
        person = UserFactory(role=Role.DEPARTMENT, unit=unit)
        assert [list(one.children.all()) for one in ask(with_others, person) if one == district] == [[unit]]


def test_the_same_number_of_two_things_is_not_taken_for_one() -> None:
    def both(user: User, number: int) -> "QuerySet[User]":
        return User.objects.filter(Q(pk=user.pk) | Q(home_unit=number)).order_by("pk")

    person = UserFactory()
    unit = UnitFactory(pk=person.pk)
    other = UserFactory()
    assert ask(both, person, Key(unit.pk)) == list(both(person, unit.pk))
    resident = UserFactory(home_unit=unit)
    assert ask(both, other, Key(unit.pk)) == [other, resident]


def asking(user: User) -> "QuerySet[Unit]":
    made.append(user)
    return Unit.objects.filter(pk__in=[one.pk for one in Unit.objects.all()]).order_by("pk")


def test_of_a_question_that_asks_itself_nothing_is_kept() -> None:
    person = UserFactory()
    first = ask(asking, person)
    more = UnitFactory()
    assert ask(asking, person) == [*first, more]


def nothing(user: User) -> "QuerySet[Unit]":
    return Unit.objects.filter(pk__in=[])


def test_who_asks_of_nothing_is_told_nothing_without_a_query() -> None:
    person = UserFactory()
    assert ask(nothing, person) == []
    with CaptureQueriesContext(connection) as captured:
        assert ask(nothing, person) == []
    assert len(captured) == 0


def tallied(user: User, word: str) -> "QuerySet[Unit]":
    rows = Unit.objects.order_by().annotate(key=Value(word)).values("key").annotate(n=Count("pk"))
    return rows.values_list("key", "n")


def test_rows_come_as_the_question_asks_for_them() -> None:
    person = UserFactory()
    assert (
        ask(tallied, person, "units") == list(tallied(person, "units")) == [("units", Unit.objects.count())]
    )
    assert ask(tallied, person, "others")[0][0] == "others"


def seen_by(user: User, letter: str) -> "tuple[QuerySet[Unit], dict[str, object]]":
    """What each row reckons itself, added up."""
    of_letter = Case(
        When(name__startswith=letter, then=Value(3)), default=Value(0), output_field=IntegerField()
    )
    return visible(user).annotate(worth=of_letter), {"n": Count("pk"), "sum": Sum("worth")}


def test_sums_are_asked_in_the_same_words_and_are_of_now() -> None:
    district = UnitFactory(kind=Unit.Kind.DISTRICT)
    first, second = (UnitFactory(name=name, parent=district) for name in ("江浦街道", "桥林街道"))
    people = [UserFactory(role=Role.TERRITORY, unit=one, scope=one) for one in (first, second)]
    assert [add_up(seen_by, one, "江") for one in people] == [{"n": 1, "sum": 3}, {"n": 1, "sum": 0}]
    UnitFactory(name="江水社区", parent=second)
    assert [add_up(seen_by, one, "江")["sum"] for one in people] == [3, 3]
    assert len(made) == 1
    with CaptureQueriesContext(connection) as captured:
        add_up(seen_by, people[0], "江")
    assert len(captured) == 1
    rows, sums = seen_by(people[1], "江")
    assert add_up(seen_by, people[1], "江") == rows.aggregate(**sums)


def nothing_at_all(letter: str) -> "tuple[QuerySet[Unit], dict[str, object]]":
    made.append(letter)
    return Unit.objects.filter(pk__in=[]), {"n": Count("pk"), "sum": Sum("pk")}


def test_sums_of_nothing_are_told_without_a_query() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert add_up(nothing_at_all, "江") == {"n": 0, "sum": None}
    assert not captured.captured_queries


def asks_first(letter: str) -> "tuple[QuerySet[Unit], dict[str, object]]":
    made.append(letter)
    some = list(Unit.objects.filter(name__startswith=letter).values_list("pk", flat=True))
    return Unit.objects.filter(pk__in=some), {"n": Count("pk")}


def test_of_sums_that_ask_while_they_are_made_nothing_is_kept() -> None:
    assert add_up(asks_first, "江") == {"n": 0}
    UnitFactory(name="江浦街道")
    assert add_up(asks_first, "江") == {"n": 1}


def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrased, "MOST", 3)
    for number in range(10):
        assert ask(towns, f"无{number}") == []
        assert len(phrased._phrases) <= 3


MORE = {
    "name": lambda user: user.name,
    "active": lambda user: user.is_active,
    "unit": lambda user: user.appointments_in_force[0].unit.name,
    "parent": lambda user: user.appointments_in_force[0].unit.parent_id,
    "successor": lambda user: user.appointments_in_force[0].scope.successor,
    "since": lambda user: user.appointments_in_force[0].started_at,
}


@pytest.mark.parametrize("look", MORE.values(), ids=MORE)
def test_who_looks_at_more_of_a_person_than_the_words_depend_on_is_answered_plainly(
    look: Callable[[User], object],
) -> None:
    def by_more(user: User) -> "QuerySet[Unit]":
        made.append(look(user))
        return Unit.objects.filter(pk__in=[held.unit_id for held in user.appointments_in_force])

    for _ in range(2):
        person = UserFactory(role=Role.DEPARTMENT, unit=UnitFactory())
        made.clear()
        assert ask(by_more, person) == [person.unit]
        assert made == [look(person)], "asked with the person, never with the stand-in"


def test_nobody_asks_where_to_write_while_words_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is read from the replica would be made again from the primary."""
    person = UserFactory(role=Role.TERRITORY, unit=UnitFactory())
    assert person.appointments_in_force
    asked_to_write = []
    monkeypatch.setattr(
        router, "db_for_write", lambda *what, **more: asked_to_write.append(what) or "default"
    )
    assert ask(visible, person) == list(visible(person))
    assert asked_to_write == []
