"""分区（PostgreSQL）：分了、合了，行、约束、编号、触发器、权限都还是那些；新年备好；后来的升级照走。"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.factories import NOW
from tests.progress.district import build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event, EventRow
from xushi.operations import checks_data, dumping, partitioning, rebuilding
from xushi.operations.findings import Grade
from xushi.operations.partitions import DIVIDED, ask, standings
from xushi.operations.rebuilding import CannotDivide
from xushi.progress.models import MonthClosing, ProjectMonth, StatisticsEntry
from xushi.progress.standing import fact_rows

pytestmark = pytest.mark.django_db
postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="只有 PostgreSQL 分区")
FACTS = DIVIDED[0]
LAST_YEAR = datetime(2017, 12, 30, 9, tzinfo=BEIJING)


@pytest.fixture
def world() -> Iterator[Any]:
    """A district with two closed months, statistics of two years, and a journal over the turn of a year."""
    district = build(months=2)
    project = district.projects[0]
    for month in (Month(2017, 12), Month(2018, 1)):
        StatisticsEntry.objects.create(project=project, month=month, recorded=5, at=NOW)
    for at in (LAST_YEAR, NOW):
        event = Event.objects.create(verb="test.done", at=at, actor_name="系统", summary="办了")
        EventRow.objects.create(event=event, subject_kind="project", subject_id=project.pk, subject_name="一")
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # what is pending would keep tables from being changed
    return district


def divide(now: datetime = NOW) -> list[str]:
    said: list[str] = []
    partitioning.divide(actor=SYSTEM, now=now, say=said.append)
    return said


def definitions(table: str) -> dict[str, str]:
    """Everything a table promises, by name."""
    rows = ask(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
        " UNION ALL SELECT indexrelid::regclass::text,"
        " regexp_replace(pg_get_indexdef(indexrelid), ' ON (ONLY )?', ' ON ')"
        " FROM pg_index WHERE indrelid = %s::regclass"
        " UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal"
        " UNION ALL SELECT 'sequence', pg_get_serial_sequence(%s, 'id')"
        " UNION ALL SELECT 'granted', relacl::text FROM pg_class WHERE oid = %s::regclass"
        " UNION ALL SELECT a.attname, format_type(a.atttypid, a.atttypmod) || a.attnotnull::text || a.attidentity::text"
        " FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped",
        [table] * 6,
    )
    return dict(rows)


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values()) for model in (ProjectMonth, StatisticsEntry, EventRow)
    ]


@postgres
def test_divided_and_joined_a_table_holds_the_same_rows_and_promises(world: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON progress_projectmonth TO PUBLIC")
        cursor.execute(
            "CREATE TRIGGER ring AFTER INSERT ON progress_projectmonth FOR EACH STATEMENT EXECUTE FUNCTION xushi_ring()"
        )
    before, rows = {plan.table: definitions(plan.table) for plan in DIVIDED}, everything()
    said = divide()
    assert said[0] == f"月度事实按年分了区，{ProjectMonth.objects.count()}行" and len(said) == len(DIVIDED)
    assert everything() == rows
    changed = {
        name: text for name, text in definitions(FACTS.table).items() if before[FACTS.table].get(name) != text
    }
    assert {name for name in changed if not name.endswith("_pkey")} == {"one_fact_per_closing"}
    assert changed["progress_projectmonth_pkey"].endswith("USING btree (id, month)")
    assert "(closing_id, project_id, month)" in changed["one_fact_per_closing"]
    assert not divide(), "a second time there is nothing to do"
    assert partitioning.join(actor=SYSTEM, now=NOW, say=said.append) == len(DIVIDED)
    assert everything() == rows
    assert {plan.table: definitions(plan.table) for plan in DIVIDED} == before
    assert Event.objects.filter(verb=partitioning.DIVIDED_NOW).count() == len(DIVIDED)
    assert Event.objects.filter(verb=partitioning.JOINED).count() == len(DIVIDED)


@postgres
def test_rows_lie_by_year_and_go_on_being_written_and_numbered(world: Any) -> None:
    highest = EventRow.objects.latest("pk").pk
    divide()
    parts = {one.plan.table: [part.name.rpartition("_")[2] for part in one.parts] for one in standings()}
    assert parts["progress_projectmonth"] == ["2018", "2019", "rest"]
    assert parts["progress_statisticsentry"] == ["2017", "2018", "2019", "rest"]
    assert parts["journal_eventrow"] == ["2017", "2018"]
    counts = ask(
        "SELECT tableoid::regclass::text, COUNT(*) FROM progress_statisticsentry GROUP BY 1 ORDER BY 1"
    )
    assert counts == [("progress_statisticsentry_2017", 1), ("progress_statisticsentry_2018", 1)]
    event = Event.objects.latest("pk")
    made = EventRow.objects.create(event=event, subject_kind="project", subject_id=1, subject_name="二")
    assert made.pk > highest
    assert ask("SELECT COUNT(*) FROM journal_eventrow_2018 WHERE id = %s", [made.pk]) == [(1,)]


@postgres
def test_the_same_project_twice_in_a_closing_is_refused_as_before(world: Any) -> None:
    divide()
    fact = ProjectMonth.objects.first()
    fact.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        fact.save()


@postgres
def test_a_closed_month_reads_its_year_alone(world: Any) -> None:
    divide()
    closing = MonthClosing.objects.get(month=Month(2018, 2))
    plan = fact_rows(closing).explain()
    assert "progress_projectmonth_2018" in plan
    assert "progress_projectmonth_2019" not in plan and "progress_projectmonth_rest" not in plan


@postgres
def test_the_night_makes_the_years_and_takes_strays_home(world: Any, settings: Any) -> None:
    settings.XUSHI_NOW = NOW
    divide()
    assert checks_data.partitions(NOW).grade is Grade.OK
    StatisticsEntry.objects.create(project=world.projects[0], month=Month(2031, 1), recorded=7, at=NOW)
    found = checks_data.partitions(NOW)
    assert found.grade is Grade.WARN and found.says == "入统有行落在兜底的一块里"
    later = settings.XUSHI_NOW = NOW + timedelta(days=366)
    found = checks_data.partitions(later)
    assert found.says.startswith("缺分区progress_projectmonth_2020") and "journal_eventrow_2019" in found.says
    added = partitioning.add_years(actor=SYSTEM, now=later)
    assert added == [
        "progress_projectmonth_2020", "progress_statisticsentry_2020", "progress_statisticsentry_2031",
        "sites_cameraday_2020", "journal_eventrow_2019",
    ]  # fmt: skip
    assert checks_data.partitions(later).grade is Grade.OK
    assert ask("SELECT COUNT(*) FROM progress_statisticsentry_2031") == [(1,)]
    event = Event.objects.create(verb="test.done", at=later, actor_name="系统", summary="办了")
    EventRow.objects.create(event=event, subject_kind="project", subject_id=1, subject_name="三")
    assert ask("SELECT COUNT(*) FROM journal_eventrow_2019 WHERE event_id = %s", [event.pk]) == [(1,)]
    assert partitioning.add_years(actor=SYSTEM, now=later) == []


@postgres
def test_a_later_migration_goes_through_there_and_back(world: Any) -> None:
    """A column comes and goes, another grows wider, an index and a constraint come and go, as migrations do it."""
    divide()
    state = ProjectState.from_apps(apps)
    model = state.apps.get_model("progress", "ProjectMonth")
    wide = models.CharField(max_length=400)
    wide.set_attributes_from_name("project_name")
    wide.model = model
    extra = models.IntegerField(default=3)
    extra.set_attributes_from_name("extra")
    narrow, index = (
        model._meta.get_field("project_name"),
        models.Index(fields=["started_on"], name="later_index"),
    )
    check = models.CheckConstraint(condition=models.Q(cumulative__gte=-1), name="later_check")
    unique = next(one for one in model._meta.constraints if one.name == "one_fact_per_closing")
    with connection.schema_editor() as editor:
        editor.alter_field(model, narrow, wide)
        editor.add_field(model, extra)
        editor.add_index(model, index)
        editor.add_constraint(model, check)
    assert ask("SELECT COUNT(*) FROM progress_projectmonth_2018 WHERE extra = 3")[0][0] > 0
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, check)
        editor.remove_index(model, index)
        editor.remove_field(model, extra)
        editor.alter_field(model, wide, narrow)
        editor.remove_constraint(model, unique)
    assert "one_fact_per_closing" not in definitions(FACTS.table)


@postgres
def test_the_last_migration_of_the_closings_goes_back_and_forth(world: Any) -> None:
    divide()
    rows, graph = everything(), MigrationLoader(connection).graph
    (last,) = graph.leaf_nodes("progress")
    (before,) = (node.key for node in graph.node_map[last].parents if node.key[0] == "progress")
    call_command("migrate", *before, verbosity=0)
    assert ProjectMonth._meta.db_table in connection.introspection.table_names()
    call_command("migrate", *last, verbosity=0)
    assert everything() == rows and all(one.is_divided for one in standings())


@postgres
def test_a_backup_takes_a_divided_table_whole(world: Any) -> None:
    divide()
    with connection.cursor() as cursor:
        found = dumping.columns_by_table(cursor)
        rows = b""
        query = dumping.selected(FACTS.table, found[FACTS.table])
        with cursor.copy(f"COPY ({query}) TO STDOUT") as copied:
            rows = b"".join(bytes(piece) for piece in copied)
    assert not [table for table in found if "_2018" in table or table.endswith("_rest")]
    assert rows.count(b"\n") == ProjectMonth.objects.count()


@postgres
def test_a_table_that_something_points_at_stays_as_it_is(world: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pointing (fact bigint REFERENCES progress_projectmonth (id))")
    with pytest.raises(CannotDivide, match="有外键指着：pointing"):
        divide()


@postgres
def test_where_somebody_goes_on_reading_the_table_stays_as_it_is(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PATIENCE", "1s")
    reader = connection.copy()
    with reader.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE progress_statisticsentry IN ACCESS SHARE MODE")
        with pytest.raises(CannotDivide, match="等了1秒，表还有人占着"), transaction.atomic():
            divide()
    reader.close()
    assert not any(one.is_divided for one in standings())


@postgres
def test_the_command_says_how_it_stands(world: Any, settings: Any) -> None:
    settings.XUSHI_NOW = NOW
    said = StringIO()
    call_command("partition", "--list", stdout=said)
    assert "月度事实（progress_projectmonth）：没有分区" in said.getvalue()
    said = StringIO()
    call_command("partition", stdout=said)
    assert "progress_projectmonth_2019  FOR VALUES FROM (201901) TO (202001)" in said.getvalue()
    assert "月度事实（progress_projectmonth）：3块" in said.getvalue()
    call_command("partition", "--undo", stdout=said)
    assert said.getvalue().endswith(
        f"日志明细（journal_eventrow）：没有分区，约{EventRow.objects.count()}行\n"
    )


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="SQLite 的一句话")
def test_sqlite_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("partition")
    assert "SQLite 不用分区" in capsys.readouterr().out
    assert checks_data.partitions(NOW).says == "SQLite 不用分区"
    assert partitioning.add_years(actor=SYSTEM, now=NOW) == []
