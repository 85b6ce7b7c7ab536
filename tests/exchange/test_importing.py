"""入库与撤回：整批一个事务、一条日志；有错一行不写；后来没人动过的能整批退回。"""

import csv
import io
import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from tests.exchange.conftest import WAN, midyear_workbook, workbook
from tests.factories import NOW
from xushi.exchange.checks import compared_pairs, revision_disagreements
from xushi.exchange.importing import NotReady, commit_import, undo_import
from xushi.exchange.models import ImportBatch
from xushi.exchange.preview import Preview
from xushi.exchange.sheets import Refused
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event, EventRow
from xushi.progress.models import MonthlyReport
from xushi.registry.actions import amend_projects, list_projects
from xushi.registry.models import AnnualPlan, Listing, Project, ProjectRevision
from xushi.registry.rules import ListingInput, ProjectInput

Look = Callable[..., Preview]


def batch_of(kind: str) -> ImportBatch:
    batch = ImportBatch(kind=kind, file_name="中期调整表.xlsx", at=NOW)
    batch.file.save("t.xlsx", ContentFile(b"x"), save=False)
    batch.save()
    return batch


def commit(seen: Preview, kind: str) -> ImportBatch:
    batch = batch_of(kind)
    commit_import(seen, batch, actor=SYSTEM, now=NOW)
    return batch


NEW_ROWS = [
    ["项目名称", "类别", "属地", "总投资（亿元）"],
    ["博郡项目", "产业", "开发区", 70],
    ["新材料基地", "产业项目", "汤泉", 12.5],
    ["数据中心", "产业", "桥林", 3],
]


def test_one_transaction_one_event_with_its_rows(look: Look, registry: dict[str, Project]) -> None:
    before = Event.objects.count()
    batch = commit(look(NEW_ROWS, "projects"), "projects")
    assert Event.objects.count() == before + 1
    event = Event.objects.get(pk=batch.event_id)
    assert event.verb == "exchange.import.committed"
    names = set(EventRow.objects.filter(event=event).values_list("subject_name", flat=True))
    assert names == {"博郡项目", "新材料基地", "数据中心"}
    assert Project.objects.get(name="新材料基地").total_investment == 1_250_000_000
    assert Project.objects.get(name="博郡项目").total_investment == 7_000_000_000


def test_nothing_is_written_while_one_cell_is_wrong(look: Look, registry: dict[str, Project]) -> None:
    before = Project.objects.count(), Event.objects.count()
    seen = look([*NEW_ROWS, ["坏的", "产业", "桥林", "很多"]], "projects")
    with pytest.raises(NotReady, match="一行也没入库"):
        commit(seen, "projects")
    assert (Project.objects.count(), Event.objects.count()) == before


def test_undo_puts_everything_back(look: Look, registry: dict[str, Project]) -> None:
    batch = commit(look(NEW_ROWS, "projects"), "projects")
    undo_import(batch, actor=SYSTEM, now=NOW + timedelta(days=29))
    assert not Project.objects.filter(name__in=["新材料基地", "数据中心"]).exists()
    assert Project.objects.get(name="博郡项目").total_investment == 680_000 * WAN
    assert ImportBatch.objects.get(pk=batch.pk).state == ImportBatch.State.UNDONE
    with pytest.raises(Refused, match="已经撤回"):
        undo_import(batch, actor=SYSTEM, now=NOW)


def test_undo_names_what_was_touched_since(look: Look, registry: dict[str, Project]) -> None:
    batch = commit(look(NEW_ROWS, "projects"), "projects")
    made = Project.objects.get(name="新材料基地")
    list_projects([ListingInput(made.pk, 2018, "district", 1)], actor=SYSTEM, now=NOW)
    with pytest.raises(Refused, match="新材料基地”：列入名单"):
        undo_import(batch, actor=SYSTEM, now=NOW)
    assert Project.objects.filter(name="数据中心").exists()


def test_undo_sees_a_later_change_of_a_changed_row(look: Look, registry: dict[str, Project]) -> None:
    batch = commit(look(NEW_ROWS[:2], "projects"), "projects")
    held = Project.objects.get(name="博郡项目")
    later = ProjectInput("博郡项目", "industrial", held.territory_id, held.territory_id, 71 * 10**8)
    amend_projects([(held.pk, later)], actor=SYSTEM, now=NOW)
    with pytest.raises(Refused, match="博郡项目”的项目改了总投资"):
        undo_import(batch, actor=SYSTEM, now=NOW)


def test_undo_within_thirty_days_only(look: Look, registry: dict[str, Project]) -> None:
    batch = commit(look(NEW_ROWS, "projects"), "projects")
    with pytest.raises(Refused, match="超过30天"):
        undo_import(batch, actor=SYSTEM, now=NOW + timedelta(days=31))


def test_changed_plans_wait_for_a_decision(look: Look, registry: dict[str, Project]) -> None:
    answers = {"G9": "2018-10", "F10": "25,600", "F11": "64000", "E12": "!ok"}
    answers["B14"] = f"!is:{registry['桥林新城路网二期'].pk}"
    batch = commit(look(midyear_workbook(), "plans", answers=answers), "plans")
    proposed = AnnualPlan.objects.get(project=registry["博郡项目"], state="proposed")
    assert proposed.planned_investment == 160_000 * WAN
    assert (
        AnnualPlan.objects.get(project=registry["博郡项目"], state="in_force").planned_investment
        == 180_000 * WAN
    )
    assert batch.found["disputed"][0]["cell"] == "E12"
    undo_import(batch, actor=SYSTEM, now=NOW)
    assert not AnnualPlan.objects.filter(state="proposed").exists()


def test_listings_and_their_undo(look: Look, registry: dict[str, Project]) -> None:
    rows = [
        ["项目名称", "年度", "级别", "阶段"],
        ["紫光项目", 2018, "区级", "当年实施"],
        ["博郡项目", 2018, "市级", "前期工作"],
    ]
    batch = commit(look(rows, "listings"), "listings")
    assert Listing.objects.count() == 2
    undo_import(batch, actor=SYSTEM, now=NOW)
    assert Listing.objects.count() == 0


def test_reports_with_the_phones_doubts(look: Look, registry: dict[str, Project]) -> None:
    names = ["紫光项目", "博郡项目"]
    given = [ListingInput(registry[name].pk, 2018, "district", 1) for name in names]
    list_projects(given, actor=SYSTEM, now=NOW)
    rows = [
        ["2018年8月重点项目进度表"],
        ["项目名称", "1-8月累计完成投资", "形象进度"],
        ["紫光项目", 150_000, "主体"],
        ["博郡项目", 1_900_000, "桩基"],
    ]
    seen = look(rows, "reports")
    assert [problem.address for problem in seen.problems] == ["B4"]
    assert "超过全年计划" in seen.problems[0].sentence
    done = look(rows, "reports", answers={"B4": "190000万元"})
    assert [p.address for p in done.problems] == ["B4"]
    batch = commit(look(rows, "reports", answers={"B4": "120000"}), "reports")
    report = MonthlyReport.objects.get(project=registry["紫光项目"])
    assert (str(report.month), report.cumulative, report.state) == ("2018-08", 150_000 * WAN, "submitted")
    undo_import(batch, actor=SYSTEM, now=NOW)
    assert not MonthlyReport.objects.exists()


def run(*arguments: str) -> tuple[dict[str, Any], int]:
    out = io.StringIO()
    code = 0
    try:
        call_command("import", *arguments, "--json", stdout=out)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return json.loads(out.getvalue()), code


def test_command_refuses_and_commits(registry: dict[str, Project], tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(
        "项目名称,类别,属地,总投资\n新厂,产业,桥林,1.2亿元\n坏厂,产业,桥林,很多\n".encode("gb18030")
    )
    errors = tmp_path / "错处.xlsx"
    told, code = run(str(path), "--kind", "projects", "--errors", str(errors))
    assert (code, told["committed"], told["problems"][0]["cell"]) == (1, False, "D3")
    assert errors.read_bytes()[:2] == b"PK"
    assert not Project.objects.filter(name="新厂").exists()
    told, code = run(str(path), "--kind", "projects", "--answer", "D3=500", "--dry-run")
    assert (code, told["committed"], told["new"]) == (0, False, 2)
    told, code = run(str(path), "--kind", "projects", "--answer", "D3=500")
    assert (code, told["committed"]) == (0, True)
    assert Project.objects.get(name="新厂").total_investment == 120_000_000
    assert ImportBatch.objects.get().state == "committed"


def test_command_says_what_is_wrong_with_the_file(db: None, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\x00\x01")
    assert run(str(path), "--kind", "projects") == (
        {
            "ok": False,
            "committed": False,
            "error": "这不是电子表格。请传 xlsx、xls、ods 或 csv 文件。",
            "problems": [],
        },
        1,
    )
    path.write_bytes(workbook([["甲", "乙"], [1, 2]]))
    told, code = run(str(path), "--kind", "plans")
    assert "找不到表头" in told["error"]
    assert code == 1


def test_map_mistakes_are_named(db: None, tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text("a,b\n1,2\n")
    told_map = tmp_path / "m.toml"
    told_map.write_text('kind = "projects"\n[columns]\n"a" = "nmae"\n')
    told, _ = run(str(sheet), "--map", str(told_map))
    assert "没有“nmae”这个字段" in told["error"]


SAMPLES = os.environ.get("XUSHI_SAMPLES", "")
NYC = Path(SAMPLES) / "nyc" / "nyc_capital_projects_20190901.csv"
needs_samples = pytest.mark.skipif(
    not SAMPLES or not NYC.exists(), reason="XUSHI_SAMPLES 没有指向样本，纽约表没试"
)


@needs_samples
def test_new_york_comes_in_through_its_map(db: None) -> None:
    told, code = run(str(NYC), "--map", "nyc")
    assert (code, told["committed"], told["rows"], told["new_projects"]) == (0, True, 2259, 378)
    assert Project.objects.count() == 378
    assert ProjectRevision.objects.count() == 2259
    assert Event.objects.count() == 1
    first = Project.objects.get(code="3")
    assert first.territory.name == "Brooklyn"
    held = ProjectRevision.objects.get(project=first, as_of=date(2015, 2, 1))
    assert (held.total_investment, held.stated_change) == (168_751_769, -14_229_191)
    assert held.planned_completion_on == date(2020, 7, 19)
    again, _ = run(str(NYC), "--map", "nyc")
    assert (again["unchanged"], again["new"], again["committed"]) == (2259, 0, False)


@needs_samples
def test_the_oracle_of_new_york_holds_on_the_revision_history(db: None) -> None:
    """The difference of two consecutive budgets is the stated change in 1,775 of 1,779 pairs."""
    run(str(NYC), "--map", "nyc")
    revisions = list(ProjectRevision.objects.all())
    assert sum(1 for _ in compared_pairs(revisions)) == 1779
    disputed = revision_disagreements(revisions)
    assert len(disputed) == 4
    codes = dict(Project.objects.values_list("pk", "code"))
    assert sorted(codes[item.project] for item in disputed) == ["314", "366", "449", "570"]


@needs_samples
def test_each_project_stands_at_its_latest_row(db: None) -> None:
    run(str(NYC), "--map", "nyc")
    latest: dict[str, str] = {}
    with NYC.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["Budget Forecast"] and float(row["Budget Forecast"]) >= 0:
                day = row["Date Reported As Of"]
                key = day[6:10] + day[:2]
                latest[row["PID"]] = max(latest.get(row["PID"], ""), f"{key} {row['Budget Forecast']}")
    held = dict(Project.objects.values_list("code", "total_investment"))
    for code, text in latest.items():
        assert abs(held[code] - float(text.split()[1])) <= 0.5, code
    assert {held[code] for code in held.keys() - latest.keys()} == {0}


@needs_samples
def test_new_york_can_be_taken_back(db: None) -> None:
    run(str(NYC), "--map", "nyc")
    undo_import(ImportBatch.objects.get(), actor=SYSTEM, now=ImportBatch.objects.get().committed_at)
    assert not Project.objects.exists()
    assert not ProjectRevision.objects.exists()
