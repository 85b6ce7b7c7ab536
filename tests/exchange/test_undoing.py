"""撤回：千行的一批和百行的一批问库里同样多次；记下的样子与 Django 的写法一样；改过的标签也退得回。"""

import json
from collections.abc import Callable
from datetime import date

import pytest
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange.conftest import WAN
from tests.exchange.test_importing import commit
from tests.factories import NOW
from xushi.core.months import Month
from xushi.exchange.importing import undo_import
from xushi.exchange.models import ImportBatch
from xushi.exchange.preview import Preview
from xushi.exchange.sheets import Refused
from xushi.exchange.undoing import snapshot
from xushi.journal.actions import SYSTEM
from xushi.journal.models import EventRow
from xushi.progress.actions import submit_reports
from xushi.progress.models import MonthlyReport
from xushi.progress.rules_report import ReportInput
from xushi.registry.actions import list_projects
from xushi.registry.models import AnnualPlan, Listing, Project
from xushi.registry.rules import ListingInput

Look = Callable[..., Preview]
FEW, MANY = 300, 900


def undone(batch: ImportBatch) -> int:
    """How many queries it took to take the batch back."""
    with CaptureQueriesContext(connection) as queries:
        undo_import(batch, actor=SYSTEM, now=NOW)
    return len(queries)


def projects(look: Look, numbers: range, total: int) -> ImportBatch:
    rows = [[f"新材料基地第{n}号", "产业", "桥林", total + n] for n in numbers]
    return commit(look([["项目名称", "类别", "属地", "总投资"], *rows], "projects"), "projects")


def reports(look: Look, numbers: range, amount: int) -> ImportBatch:
    rows = [[f"新材料基地第{n}号", "2018年1月", amount + n] for n in numbers]
    return commit(look([["项目名称", "月份", "累计完成投资"], *rows], "reports"), "reports")


def test_new_projects_go_in_as_many_queries_however_many(look: Look, registry: dict[str, Project]) -> None:
    few = undone(projects(look, range(FEW), 5_000))
    many = undone(projects(look, range(MANY), 5_000))
    assert many == few
    assert Project.objects.count() == len(registry)


def test_changed_projects_go_back_in_as_many_queries(look: Look, registry: dict[str, Project]) -> None:
    projects(look, range(MANY), 5_000)
    few = undone(projects(look, range(FEW), 6_000))
    batch = projects(look, range(MANY), 7_000)
    assert undone(batch) == few
    assert Project.objects.get(name="新材料基地第7号").total_investment == 5_007 * WAN
    assert Project.objects.get(name="新材料基地第899号").version == 3
    told = EventRow.objects.filter(subject_name="新材料基地第7号").latest("pk")
    assert told.changes["total_investment"] == [7_007 * WAN, 5_007 * WAN]


def test_reports_go_back_in_as_many_queries(look: Look, registry: dict[str, Project]) -> None:
    projects(look, range(MANY), 5_000)
    made = Project.objects.exclude(pk__in=[p.pk for p in registry.values()])
    list_projects([ListingInput(p.pk, 2018, "district", 1) for p in made], actor=SYSTEM, now=NOW)
    few = undone(reports(look, range(FEW), 10))
    first = reports(look, range(MANY), 10)
    changed_few = undone(reports(look, range(FEW), 20))
    changed = reports(look, range(MANY), 20)
    assert undone(changed) == changed_few
    report = MonthlyReport.objects.get(project__name="新材料基地第7号")
    assert (report.cumulative, report.version) == (17 * WAN, 1)
    assert undone(first) == few
    assert not MonthlyReport.objects.exists()


def test_many_touched_rows_are_counted_and_three_are_named(look: Look, registry: dict[str, Project]) -> None:
    batch = projects(look, range(FEW), 5_000)
    batch = projects(look, range(FEW), 6_000)
    Project.objects.filter(name__contains="新材料基地").update(total_investment=1)
    with CaptureQueriesContext(connection) as queries, pytest.raises(Refused, match=f"等{FEW}处"):
        undo_import(batch, actor=SYSTEM, now=NOW)
    assert len(queries) < 20


def test_tags_go_back_too(look: Look, registry: dict[str, Project]) -> None:
    head = ["项目名称", "标签"]
    commit(look([head, ["紫光项目", "PPP、重点"], ["博郡项目", "PPP"]], "projects"), "projects")
    batch = commit(look([head, ["紫光项目", "外资"], ["博郡项目", "PPP、龙头"]], "projects"), "projects")
    undo_import(batch, actor=SYSTEM, now=NOW)
    assert {tag.name for tag in registry["紫光项目"].tags.all()} == {"PPP", "重点"}
    assert {tag.name for tag in registry["博郡项目"].tags.all()} == {"PPP"}


def test_rows_are_kept_as_the_serialisers_write_them(look: Look, registry: dict[str, Project]) -> None:
    one = registry["紫光项目"]
    Project.objects.filter(pk=one.pk).update(longitude="118.612000", started_on=date(2017, 3, 1))
    list_projects([ListingInput(one.pk, 2018, "district", 1)], actor=SYSTEM, now=NOW)
    commit(look([["项目名称", "标签"], ["紫光项目", "PPP、重点"]], "projects"), "projects")
    submit_reports([ReportInput(one.pk, Month(2018, 8), 5 * WAN)], actor=SYSTEM, now=NOW)
    for kind, model in (
        ("projects", Project),
        ("listings", Listing),
        ("plans", AnnualPlan),
        ("reports", MonthlyReport),
    ):
        rows = model.objects.filter(**{"pk" if model is Project else "project_id": one.pk})
        [row] = json.loads(json.dumps(serializers.serialize("python", rows), cls=DjangoJSONEncoder))
        assert snapshot(kind, [one.pk], {}) == {row["model"]: {str(row["pk"]): row["fields"]}}
