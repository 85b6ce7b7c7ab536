"""类别 × 单位与放行：每个数打开的清单与它相等；看不见的问题也拖着项目；查询次数不随数量涨。"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, UserFactory, appoint
from tests.problems.builders import DUE, Town, given, report, seen
from xushi.calendars.selectors import calendar
from xushi.journal.actions import SYSTEM
from xushi.problems import actions_office as office
from xushi.problems import board as boards
from xushi.problems.rules import Horizon
from xushi.problems.selectors import found, page
from xushi.problems.wanted import Wanted, address, read
from xushi.units.models import Role, User

pytestmark = pytest.mark.django_db
YI = 10**8


def horizon() -> Horizon:
    return Horizon.at(NOW, calendar())


def built(user: User, wanted: Wanted | None = None) -> boards.Board:
    return boards.build(user, wanted or Wanted(), horizon())


def test_each_cell_counts_frees_and_opens_its_own_list(town: Town, office_user: User) -> None:
    one, two, three = town.projects
    given(one, town.land)
    given(one, town.land, words="同一格里的另一件事")
    given(two, town.land)
    given(two, town.finance, "funds", words="资金没有着落")
    given(three, town.place, words="街道自己办的")
    report(three, "statistics", words="还没人认领的事")
    board = built(office_user)
    assert [(column.label, column.count) for column in board.columns] == [
        ("区国土分局", 3), ("区财政局", 1), ("属地", 1), ("待分办", 1),
    ]  # fmt: skip
    assert [(str(kind), count) for kind, _, count in board.rows] == [("拆迁", 4), ("资金", 1), ("入统", 1)]
    cells = {
        (str(c.kind), c.column.label): (c.count, len(c.projects), c.amount) for c in board.cells.values()
    }
    assert cells == {
        ("拆迁", "区国土分局"): (3, 1, 1 * YI),  # 第2号 also waits for money
        ("资金", "区财政局"): (1, 0, 0),
        ("拆迁", "属地"): (1, 0, 0),  # 第3号 waits to be assigned elsewhere
        ("入统", "待分办"): (1, 0, 0),
    }
    for cell in board.cells.values():
        wanted = read({name: value for name, _, value in (p.partition("=") for p in cell.query.split("&"))})
        assert found(office_user, wanted, horizon()).count() == cell.count
    assert board.count == found(office_user, Wanted(), horizon()).count() == 6


def test_what_one_does_not_see_still_holds_a_project_back(town: Town) -> None:
    given(town.projects[0], town.land)
    given(town.projects[1], town.land)
    given(town.projects[0], town.finance, "funds", words="资金没有着落")
    board = built(town.land_user)
    [cell] = board.cells.values()
    assert (cell.count, cell.projects, cell.amount) == (2, {town.projects[1].pk}, 2 * YI)
    rows, _ = page(town.land_user, Wanted(), horizon(), board)
    assert [(row.frees, row.problem.project_id) for row in rows] == [
        (None, town.projects[0].pk), (2 * YI, town.projects[1].pk),
    ]  # fmt: skip


def test_another_batch_still_holds_a_project_back(town: Town, office_user: User) -> None:
    first, second = given(town.projects[0], town.land), given(town.projects[0], town.finance, "funds")
    for problem in (first, second):
        batch = office.open_batch(actor=SYSTEM, now=NOW)
        office.put_into_batch(seen(problem), batch, actor=SYSTEM, now=NOW)
    board = built(office_user, Wanted(batch="2"))
    [cell] = board.cells.values()
    assert (cell.count, cell.projects) == (1, set())


def test_the_chosen_rows_say_what_they_free(town: Town, office_user: User) -> None:
    land = given(town.projects[1], town.land)
    money = given(town.projects[1], town.finance, "funds")
    assert boards.freed_of([land.pk], office_user, 2018) == (set(), 0)
    assert boards.freed_of([land.pk, money.pk], office_user, 2018) == ({town.projects[1].pk}, 2 * YI)
    assert boards.freed_of([], office_user, 2018) == (set(), 0)


def test_the_decision_is_named_by_what_a_leader_was_asked(
    town: Town, office_user: User, leader_user: User
) -> None:
    problem = given(town.projects[0], town.land, words="两户没有签约，进不了场")
    board = built(office_user)
    boards.explain(board, office_user)
    assert board.decisions[0].words == "两户没有签约，进不了场"
    office.raise_to_leader(seen(problem), leader_user, "请定复核口径", actor=SYSTEM, now=NOW)
    boards.explain(board, office_user)
    assert board.decisions[0].words == "请定复核口径"


def counted(user: User) -> int:
    with CaptureQueriesContext(connection) as captured:
        board = built(user)
        boards.explain(board, user)
        page(user, Wanted(), horizon(), board)
    return len(captured)


def test_queries_do_not_grow(town: Town, office_user: User) -> None:
    given(town.projects[0], town.land)
    counted(office_user)  # the calendar of this database is read once
    few = counted(office_user)
    for project in town.projects:
        for n in range(6):
            given(project, town.land, words=f"第{n}件不同的事情")
    assert counted(office_user) == few


def test_addresses_are_read_back_or_refused() -> None:
    wanted = Wanted(kind="0001.", unit="territory", batch="2", age="30", pressing="soon", q="线杆")
    pairs = dict(pair.split("=") for pair in address(wanted).split("&"))
    assert read(pairs | {"q": "线杆"}) == wanted
    for odd in (
        {"age": "1"},
        {"state": "x"},
        {"pressing": "x"},
        {"unit": "²"},
        {"batch": "x"},
        {"kind": "x"},
    ):
        with pytest.raises(ValueError, match="请从页上"):
            read(odd)


def test_filters_by_pressing_and_age_count_what_the_marks_say(town: Town, office_user: User) -> None:
    given(town.projects[0], town.land, due_on=NOW.date())
    given(town.projects[1], town.land, due_on=DUE)
    report(town.projects[2])
    board = built(office_user)
    for name, count in board.pressing.items():
        assert found(office_user, Wanted(pressing=name), horizon()).count() == count
    assert dict(board.pressing) == {"soon": 1, "fine": 1, "waiting": 1}
    assert found(office_user, Wanted(age="7"), horizon()).count() == 3
    assert not found(office_user, Wanted(age="30"), horizon()).exists()


def test_who_sees_what(
    town: Town, territory_user: User, stranger: User, leader_user: User, indicator_lead: User
) -> None:
    problem = given(town.projects[0], town.land, by=territory_user)
    seeing = [
        user for user in (territory_user, town.land_user, leader_user, town.finance_user, stranger, indicator_lead)
        if type(problem).objects.visible_to(user).exists()
    ]  # fmt: skip
    assert seeing == [territory_user, town.land_user, leader_user]


@pytest.fixture
def indicator_lead(district) -> User:
    return appoint(UserFactory(name="冯立"), Role.INDICATOR_LEAD, unit=district)


def test_the_decision_is_told_by_a_project_that_it_frees(
    town: Town, office_user: User, leader_user: User
) -> None:
    given(town.projects[0], town.land, words="两户没有签约，进不了场")
    held = given(town.projects[1], town.land, words="坟地三座未迁")
    given(town.projects[1], town.finance, code="funds", words="还欠资金")
    office.raise_to_leader(seen(held), leader_user, "坟地请定", actor=SYSTEM, now=NOW)
    board = built(office_user)
    boards.explain(board, office_user)
    [land] = [cell for cell in board.decisions if cell.column.label == "区国土分局"]
    assert land.projects == {town.projects[0].pk}
    assert land.words == "两户没有签约，进不了场等2项"
