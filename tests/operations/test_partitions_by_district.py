"""分区再按区（PostgreSQL）：每年里一个区一块，行、约束照旧；新的区、新的年夜里备好；一个区的一块拆得下、装得回。"""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tests.factories import NOW, UnitFactory
from tests.operations.test_partitions import FACTS, definitions, divide
from tests.progress.district import build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.operations import checks_data, dumping, partitioning, partitions
from xushi.operations.findings import Grade
from xushi.operations.partitions import ask, locks_short, standings
from xushi.operations.rebuilding import CannotDivide
from xushi.progress.closing import close_month
from xushi.progress.models import MonthClosing, ProjectMonth
from xushi.progress.standing import fact_rows, facts_in_sight
from xushi.units.models import Unit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="只有 PostgreSQL 分区"),
]
JANUARY, FEBRUARY, MARCH = Month(2018, 1), Month(2018, 2), Month(2018, 3)
APRIL_8 = datetime(2018, 4, 8, 9, tzinfo=BEIJING)


@pytest.fixture
def city() -> tuple[Unit, Unit]:
    """甲区 and 乙区 of a city, six projects each, January and February closed, March reported; nothing pending."""
    root = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    districts = [UnitFactory(name=f"{name}区", kind=Unit.Kind.DISTRICT, parent=root) for name in "甲乙"]
    for one in districts:
        UnitFactory(name=f"{one.name}某街道", kind=Unit.Kind.SUBDISTRICT, parent=one)
    build()
    settled()
    return districts[0], districts[1]


def settled() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def by_district(now: datetime = NOW) -> list[str]:
    said: list[str] = []
    partitioning.divide_by_district(actor=SYSTEM, now=now, say=said.append)
    return said


def facts() -> list[Any]:
    return list(ProjectMonth.objects.order_by("pk").values())


def names() -> dict[str, list[str]]:
    """The parts of the facts by the part of their year, without the table's name."""
    (one,) = (one for one in standings() if one.plan == FACTS)
    own = len(FACTS.table) + 1
    return {part.name[own:]: [below.name[own:] for below in part.parts] for part in one.parts}


def leaf(year: int, district: Unit) -> str:
    return FACTS.part(year, district.pk)


def count(part: str) -> int:
    return int(ask(f'SELECT COUNT(*) FROM "{part}"')[0][0])


def test_each_district_has_its_part_of_a_year_and_the_table_its_promises(city: tuple[Unit, Unit]) -> None:
    first, second = city
    before, rows = definitions(FACTS.table), facts()
    assert by_district() == [f"月度事实按年、年里按区分开了，{len(rows)}行"]
    assert facts() == rows
    assert names() == {
        "2018": [f"2018_{first.pk}", f"2018_{second.pk}", "2018_rest"], "2019": ["2019_rest"], "rest": [],
    }  # fmt: skip
    assert count(leaf(2018, first)) == count(leaf(2018, second)) == len(rows) / 2
    changed = {name: text for name, text in definitions(FACTS.table).items() if before.get(name) != text}
    assert {name for name in changed if not name.endswith("_pkey")} == {"one_fact_per_closing"}
    assert "(closing_id, project_id, month, district_id)" in changed["one_fact_per_closing"]
    assert by_district() == [], "a second time there is nothing to do"
    assert "progress_projectmonth" not in " ".join(divide()), "it is divided by year as well"
    partitioning.join(actor=SYSTEM, now=NOW, say=lambda _: None)
    assert facts() == rows and definitions(FACTS.table) == before


def test_a_table_divided_by_year_goes_on_to_districts(city: tuple[Unit, Unit]) -> None:
    divide()
    rows = facts()
    assert [words.partition("，")[0] for words in by_district()] == [
        "月度事实合回了一张表",
        "月度事实按年、年里按区分开了",
    ]
    assert facts() == rows and count(leaf(2018, city[1])) == len(rows) / 2
    assert all(one.is_divided for one in standings())


def test_a_closing_writes_into_its_district_and_the_same_project_twice_is_refused(
    city: tuple[Unit, Unit],
) -> None:
    first, second = city
    by_district()
    held = count(leaf(2018, second))
    closing = close_month(MARCH, actor=SYSTEM, now=APRIL_8, district=second)
    assert count(leaf(2018, second)) == held + 6 and count("progress_projectmonth_2018_rest") == 0
    fact = closing.facts.first()
    fact.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        fact.save()


def test_who_knows_the_district_reads_its_part_alone(city: tuple[Unit, Unit]) -> None:
    by_district()
    own = MonthClosing.objects.get(month=FEBRUARY, district=city[0])
    plan = fact_rows(own).explain()
    assert leaf(2018, city[0]) in plan
    assert leaf(2018, city[1]) not in plan and "_rest" not in plan
    seen = facts_in_sight(own).explain()  # a project may have been fixed in the other: both, of the one year
    assert leaf(2018, city[1]) in seen and "2019" not in seen
    whole = MonthClosing.objects.get(month=FEBRUARY, district=None)
    assert fact_rows(whole).count() == 12


def test_the_night_makes_new_years_and_new_districts_and_settles_what_lies_between(
    city: tuple[Unit, Unit], settings: Any
) -> None:
    settings.XUSHI_NOW = NOW
    divide()
    by_district()
    assert checks_data.partitions(NOW).grade is Grade.OK
    assert "月度事实年里还按区" in checks_data.partitions(NOW).says
    third = UnitFactory(name="丙区", kind=Unit.Kind.DISTRICT, parent=city[0].parent)
    found = checks_data.partitions(NOW)
    assert found.grade is Grade.WARN and found.says.startswith(f"缺分区{leaf(2018, third)}，")
    ProjectMonth.objects.filter(closing__month=JANUARY, closing__district=city[0]).update(
        district_id=third.pk
    )
    ProjectMonth.objects.filter(closing__month=FEBRUARY, closing__district=city[0]).update(district_id=0)
    ProjectMonth.objects.filter(closing__month=JANUARY, closing__district=city[1]).update(
        month=Month(2031, 1)
    )
    assert (count("progress_projectmonth_2018_rest"), count("progress_projectmonth_rest")) == (12, 6)
    settled()
    assert partitioning.add_years(actor=SYSTEM, now=NOW) == [
        "progress_projectmonth_2031", "progress_projectmonth_2018_0", leaf(2018, third),
    ]  # fmt: skip
    assert (count("progress_projectmonth_2018_0"), count(leaf(2018, third))) == (6, 6)
    assert names()["2031"] == [f"2031_{city[1].pk}", "2031_rest"] and count(leaf(2031, city[1])) == 6
    assert checks_data.partitions(NOW).grade is Grade.OK
    later = settings.XUSHI_NOW = NOW + timedelta(days=366)
    assert "等" not in checks_data.partitions(later).says
    added = partitioning.add_years(actor=SYSTEM, now=later)
    assert added[0] == "progress_projectmonth_2020"
    assert {leaf(2019, one) for one in (*city, third)} < set(added)
    assert partitioning.add_years(actor=SYSTEM, now=later) == []
    assert Event.objects.filter(verb=partitioning.YEARS_ADDED, subject_name=FACTS.table).count() == 2


def test_many_new_districts_are_told_by_their_number(city: tuple[Unit, Unit]) -> None:
    divide()
    by_district()
    for number in range(13):
        UnitFactory(name=f"新{number}区", kind=Unit.Kind.DISTRICT, parent=city[0].parent)
    assert checks_data.partitions(NOW).says.endswith("等13块，新的行先落在兜底的一块里")
    assert len(partitioning.add_years(actor=SYSTEM, now=NOW)) == 13
    assert Event.objects.get(verb=partitioning.YEARS_ADDED).summary.endswith("等13块")
    assert checks_data.partitions(NOW).grade is Grade.OK


def test_a_year_that_no_night_has_made_gets_its_districts_at_once(city: tuple[Unit, Unit]) -> None:
    by_district()
    later = NOW + timedelta(days=3 * 365)
    partitioning.add_years(actor=SYSTEM, now=later)
    assert names()["2021"] == [f"2021_{city[0].pk}", f"2021_{city[1].pk}", "2021_rest"]
    assert names()["2022"] == ["2022_rest"]


def test_the_part_of_a_district_is_taken_out_and_put_back(city: tuple[Unit, Unit]) -> None:
    by_district()
    rows, part = facts(), leaf(2018, city[0])
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE progress_projectmonth_2018 DETACH PARTITION "{part}"')
        assert set(ProjectMonth.objects.values_list("district_id", flat=True)) == {city[1].pk}
        cursor.execute(
            f'ALTER TABLE progress_projectmonth_2018 ATTACH PARTITION "{part}" FOR VALUES IN ({city[0].pk})'
        )
    assert facts() == rows


def test_the_column_comes_to_a_table_divided_by_year_with_the_districts_of_before(
    city: tuple[Unit, Unit],
) -> None:
    divide()
    rows = facts()
    call_command("migrate", "progress", "0005", verbosity=0)
    call_command("migrate", "progress", verbosity=0)
    assert facts() == rows and len({one["district_id"] for one in rows}) == 2
    assert by_district()


def test_going_back_before_the_column_asks_for_one_table_first(city: tuple[Unit, Unit]) -> None:
    by_district()
    with pytest.raises(ProgrammingError, match="partition key"), transaction.atomic():
        call_command("migrate", "progress", "0005", verbosity=0)
    assert ProjectMonth.objects.exclude(district_id=0).count() == 24


def test_a_backup_takes_it_whole(city: tuple[Unit, Unit]) -> None:
    by_district()
    with connection.cursor() as cursor:
        found = dumping.columns_by_table(cursor)
        with cursor.copy(f"COPY ({dumping.selected(FACTS.table, found[FACTS.table])}) TO STDOUT") as copied:
            rows = b"".join(bytes(piece) for piece in copied)
    assert not [table for table in found if table.startswith(f"{FACTS.table}_")]
    assert rows.count(b"\n") == ProjectMonth.objects.count()


def test_more_parts_than_the_server_holds_locks_for_are_not_made(
    city: tuple[Unit, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locks_short(10) == 0
    by_district()
    monkeypatch.setattr(partitions, "LOCKS_A_PART", 10_000)
    assert locks_short(10) > 64
    found = checks_data.partitions(NOW)
    assert found.grade is Grade.WARN and found.says == "按区分开的块多，不挑区的查询可能锁不下"
    partitioning.join(actor=SYSTEM, now=NOW, say=lambda _: None)
    with pytest.raises(CannotDivide, match="max_locks_per_transaction 至少要设"):
        by_district()


def test_the_command_names_the_districts(city: tuple[Unit, Unit], settings: Any) -> None:
    settings.XUSHI_NOW = NOW
    said = StringIO()
    call_command("partition", "--by-district", stdout=said)
    lines = said.getvalue().splitlines()
    assert "月度事实（progress_projectmonth）：5块，约24行" in lines
    assert f"    {leaf(2018, city[0])}  甲区  约12行" in lines
    assert "    progress_projectmonth_2018_rest  DEFAULT  约0行" in lines
    assert any(line.startswith("  progress_statisticsentry_2018  ") for line in lines)
    call_command("partition", "--undo", stdout=said)
    assert not any(one.is_divided for one in standings())


def test_a_tree_of_one_district_is_divided_by_year() -> None:
    build()
    settled()
    with pytest.raises(CommandError, match="这里只有一个区，按年分就够了"):
        call_command("partition", "--by-district")
