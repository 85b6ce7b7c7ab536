"""各属地一格：每个数开得出它数的清单，多久没看认得准，块数有限、查询数不长，给谁看。"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW, UnitFactory
from tests.inspections.builders import add_round, add_visit
from tests.progress.builders import add_project
from xushi.alerts.actions import apply_findings
from xushi.alerts.rules import Cause, Level, SubjectInfo
from xushi.alerts.rules import Finding as Alarm
from xushi.config import clock
from xushi.core.months import Month
from xushi.inspections import tiles
from xushi.inspections.rules import Age, age_of, unseen
from xushi.inspections.words import VisitState
from xushi.registry.models import Project
from xushi.units.models import Unit, User

SignIn = Callable[[User], Client]
TODAY = NOW.date()
SEPTEMBER = Month.of(TODAY)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, None), (59, None), (60, Age.SHORT), (89, Age.SHORT), (90, Age.MIDDLE), (179, Age.MIDDLE), (180, Age.LONG),
        (900, Age.LONG), (None, Age.NEVER),
    ],
)  # fmt: skip
def test_how_long_nobody_looked(days: int | None, age: Age | None) -> None:
    last = None if days is None else TODAY - timedelta(days=days)
    assert age_of(last, TODAY) == age
    assert unseen(last, TODAY) is (age is not None)


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def looked_at(territory: Unit, name: str, *days: int) -> Project:
    """A project under way that was looked at so many days ago."""
    project: Project = add_project(territory, name, started_on=date(2017, 5, 1))
    for n, ago in enumerate(days):
        at = NOW - timedelta(days=ago)
        held = add_round(ago * 10 + n + 1, state="ended", at=at)
        add_visit(project, held, state=VisitState.DONE, done_at=at)
    return project


def warn(project: Project) -> None:
    subject = SubjectInfo(Project._meta.label_lower, project.pk, project.name, project.territory_id)
    apply_findings({subject: [Alarm(Cause.SLIPPING, Level.RED, TODAY)]}, causes=[Cause.SLIPPING], now=NOW)


@pytest.fixture
def places(subdistrict: Unit) -> tuple[Unit, Unit]:
    """A 街道 with one project of each age and one that was seen, and a 园区 with one never looked at."""
    park = UnitFactory(name="科学城", kind=Unit.Kind.PARK, parent=subdistrict.parent)
    for name, days in (("看过", [59, 300]), ("两月", [60]), ("三月", [90, 400]), ("半年", [180])):
        looked_at(subdistrict, name, *days)
    looked_at(subdistrict, "从没")
    looked_at(park, "园里的")
    looked_at(subdistrict, "今天才看", 0)
    return subdistrict, park


@pytest.mark.django_db
def test_a_tile_a_territory_and_a_square_a_project(places: tuple[Unit, Unit], office_user: User) -> None:
    street, park = places
    warn(Project.objects.get(name="两月"))
    board = tiles.board(office_user, SEPTEMBER, TODAY)
    assert [(kind, [one.unit for one in held]) for kind, held in board.groups] == [
        ("街道", [street]),
        ("园区", [park]),
    ]
    [first, second] = board.tiles
    assert (first.seen, first.unseen, first.alarmed, first.more) == (2, 4, 1, 0)
    assert [(one.name, one.age, one.days, one.alarmed) for one in first.squares] == [
        ("两月", Age.SHORT, 60, True),  # alarmed first, then what was looked at longest ago
        ("从没", Age.NEVER, None, False), ("半年", Age.LONG, 180, False), ("三月", Age.MIDDLE, 90, False),
    ]  # fmt: skip
    assert [one.told for one in second.squares] == ["园里的：从没看过"]
    assert first.squares[0].told == "两月：60天没人看过，有预警"
    assert dict(board.ages) == {Age.NEVER: 2, Age.LONG: 1, Age.MIDDLE: 1, Age.SHORT: 1}
    assert board.headline == "在建7个里5个60天没人看过，其中2个从没看过"


@pytest.mark.django_db
def test_every_number_opens_its_list(places: tuple[Unit, Unit], office_user: User, signed_in: SignIn) -> None:
    warn(Project.objects.get(name="两月"))
    client, board = signed_in(office_user), tiles.board(office_user, SEPTEMBER, TODAY)

    def listed(**query: Any) -> list[str]:
        answer = client.get(reverse("inspections:unseen"), query)
        assert answer.status_code == 200
        return [one.name for one in answer.context["page"].paginator.object_list]

    assert (len(listed()), len(listed(seen="1")), listed(alarmed="1")) == (board.unseen, board.seen, ["两月"])
    for tile in board.tiles:
        assert len(listed(territory=tile.unit.pk)) == tile.unseen
        assert len(listed(territory=tile.unit.pk, seen="1")) == tile.seen
        assert [one.name for one in tile.squares] == listed(territory=tile.unit.pk)
    for age, n in board.ages:
        assert len(listed(age=age)) == n
    assert sum(n for _, n in board.ages) == board.unseen
    assert client.get(reverse("inspections:unseen"), {"age": "61"}).status_code == 400


@pytest.mark.django_db
def test_squares_are_bounded_and_the_rest_is_said(
    subdistrict: Unit, office_user: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST", 3)
    for n in range(5):
        looked_at(subdistrict, f"项目{n}")
    [tile] = tiles.board(office_user, SEPTEMBER, TODAY).tiles
    assert (len(tile.squares), tile.unseen, tile.more) == (3, 5, 2)
    assert "还有2个" in signed_in(office_user).get(reverse("inspections:tiles")).content.decode()


@pytest.mark.django_db
def test_the_same_number_of_questions_however_many_rows(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    client = signed_in(office_user)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("inspections:tiles")).status_code == 200
        return len(caught)

    looked_at(subdistrict, "项目", 70)
    asked()
    few = asked()
    for n in range(8):
        looked_at(
            UnitFactory(name=f"街道{n}", kind=Unit.Kind.SUBDISTRICT, parent=subdistrict.parent),
            f"新{n}",
            61 + n,
        )
    assert asked() == few


@pytest.mark.django_db
def test_who_is_looked_at_sees_no_tiles(
    places: tuple[Unit, Unit],
    leader_user: User,
    inspector_user: User,
    territory_user: User,
    signed_in: SignIn,
) -> None:
    for person in (leader_user, inspector_user):
        told = signed_in(person).get(reverse("inspections:tiles")).content.decode()
        assert "园里的：从没看过" in told
        assert reverse("home:project", args=[Project.objects.get(name="园里的").pk]) in told
    told = signed_in(territory_user).get(reverse("inspections:tiles")).content.decode()
    assert "从没看过" not in told


@pytest.mark.django_db
def test_the_desk_of_another_year_tells_coverage_as_of_today(
    places: tuple[Unit, Unit], office_user: User, signed_in: SignIn
) -> None:
    """Coverage is what nobody has looked at until today, whatever month the plan shown is of."""
    over = signed_in(office_user).get(reverse("inspections:desk"), {"month": "2017-09"}).context["over"]
    assert (over.under_way, over.unseen) == (7, 5)
