"""清单：每个数打开的清单，个数与合计都等于这个数；谁看得到什么。查询次数不随项目数变，见 test_lists_growing.py。"""

import csv
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests.home.standing import (  # noqa: F401 - fixtures
    the_built,
    the_district,
    the_here,
    the_owner_user,
    the_stood,
    the_subdistrict,
)
from tests.home.world import World
from xushi.core.figure import FigureUnit
from xushi.core.money import YUAN_PER_YI
from xushi.core.months import Month
from xushi.home import lists, wanted
from xushi.home.columns import COLUMNS
from xushi.progress import figures
from xushi.progress.scope import LEVELS
from xushi.progress.specs import SPECS
from xushi.registry.models import SavedView, Watch
from xushi.units.models import User

SignIn = Callable[[User], Client]
SUMS = {
    "total_investment": "total_investment",
    "preliminary_investment": "total_investment",
    "annual_plan": "annual_plan",
    "completed_investment": "cumulative",
    "completed_total_investment": "completed_total_investment",
    "completed_invested_to_date": "completed_invested_to_date",
}


GROUPINGS: tuple[tuple[str, ...], ...] = (
    (), ("category",), ("territory",), ("unit",), ("owner_kind",), ("category", "territory"),
)  # fmt: skip


def test_every_figure_equals_the_list_it_opens(here: World, office_user: User) -> None:
    checked, opened = 0, Opened(office_user)
    for month in (Month(2018, 8), Month(2018, 5), Month(2018, 9)):
        for by in GROUPINGS:
            checked += _all_hold(opened, month, by)
    assert checked > 1000
    assert len(opened) > 1000


class Opened(dict[str, dict[str, int]]):
    """What the list of an address adds up to; several figures open the same one, which is looked up once."""

    def __init__(self, user: User) -> None:
        self.user = user

    def __missing__(self, rows: str) -> dict[str, int]:
        query = QueryDict(rows)
        found = lists.find(self.user, Month.parse(query["month"]), wanted.read(query.dict()))
        self[rows] = found.totals(self.user)
        return self[rows]


def _all_hold(opened: Opened, month: Month, by: tuple[str, ...]) -> int:
    checked = 0
    for level in LEVELS:
        for group in figures.portfolio(opened.user, month, filters=figures.Filters(level=level), by=by):
            checked += sum(_holds(opened, group.figure(name), name) for name in SPECS)
    return checked


def _holds(opened: Opened, figure: Any, name: str) -> int:
    if figure.unit is FigureUnit.COUNT:
        assert opened[figure.rows]["projects"] == figure.value, (name, figure.rows)
        return 1
    if name in SUMS:
        assert opened[figure.rows][SUMS[name]] == figure.value * YUAN_PER_YI, (name, figure.rows)
        return 1
    return 0


def test_a_territory_sees_its_own_projects_and_nobody_elses(
    here: World, signed_in: SignIn, territory_user: User, stranger: User, leader_user: User
) -> None:
    own = sum(project.territory == here.places[0] for project in here.projects)
    assert _count(signed_in(territory_user).get("/projects/")) == own
    assert _count(signed_in(leader_user).get("/projects/")) == len(here.projects)
    assert _count(signed_in(stranger).get("/projects/")) == 0


def test_an_owner_sees_its_one_project(here: World, signed_in: SignIn, owner_user: User) -> None:
    page = signed_in(owner_user).get("/projects/").content.decode()
    assert here.projects[0].name in page
    assert here.projects[1].name not in page


def _count(response: Any) -> int:
    assert response.status_code == 200
    found = re.search(r"合计<b>([\d,]+)</b>个项目", response.content.decode())
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("words", ["江浦", "jiangpu", "jpjd", "街道 第3", "ＪＰＪＤ"])
def test_words_pinyin_and_initials_find(here: World, office_user: User, words: str) -> None:
    found = lists.find(office_user, Month(2018, 8), wanted.read({"q": words}))
    names = list(found.rows.values_list("project_name", flat=True))
    assert names
    assert all("江浦街道" in name for name in names)


@pytest.mark.parametrize(
    "query",
    [
        "level=municipal", "stage=preliminary", "category=industrial", "state=behind", "size=10",
        "alert=overdue_start", "alert=any", "start=2018-09", "owner_kind=private", "sort=-total", "sort=name",
        "columns=total&columns=start&columns=leader", "month=2018-09&sort=rate", "page=9", "watched=1",
    ],
)  # fmt: skip
def test_every_filter_answers(here: World, signed_in: SignIn, office_user: User, query: str) -> None:
    assert signed_in(office_user).get(f"/projects/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("month=2030-01", "2030年1月没有数"),
        ("month=abc", "看不懂月份"),
        ("sort=bad", "不能按“bad”排序"),
        ("territory=x", "不是编号"),
        ("alert=x", "没有“x”这种预警"),
        ("level=x", "没有“x”这个级别"),
    ],
)
def test_a_bad_address_gets_a_sentence(
    here: World, signed_in: SignIn, office_user: User, query: str, sentence: str
) -> None:
    answer = signed_in(office_user).get(f"/projects/?{query}")
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("sort", ["gap", "-gap", "rate", "-done", "start"])
def test_rows_without_a_value_come_last_either_way(here: World, office_user: User, sort: str) -> None:
    asked = wanted.read({"sort": sort})
    found = lists.find(office_user, Month(2018, 3), asked)
    keys = list(lists.ordered(found, asked).values_list("pk", flat=True))
    assert len(keys) == len(set(keys)) == found.totals(office_user)["projects"]


def test_an_address_reads_back_as_itself() -> None:
    query = "level=municipal&stage=under_way&q=jp&alert=any&sort=-total&columns=total,start&watched=1&month=2018-08"
    asked = QueryDict(query)
    once = wanted.read(asked.dict(), asked.getlist("columns"))
    again = QueryDict(wanted.address(once, Month(2018, 8)))
    assert wanted.read(again.dict(), again.getlist("columns")) == once


def test_export_is_exactly_what_is_shown(here: World, signed_in: SignIn, office_user: User) -> None:
    client = signed_in(office_user)
    query = "stage=under_way&alert=overdue_start&columns=total&columns=territory&sort=name"
    answer = client.get(f"/projects/export.csv?{query}")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    shown = re.findall(
        r'class="rowlink"[^>]*>([^<]+)</a>', client.get(f"/projects/?{query}").content.decode()
    )
    assert lines[0] == "项目,属地,总投资（亿元）"
    assert [line.split(",")[0] for line in lines[1:-1]] == shown
    assert "周敏（区重大办）2018-09-12 08:30在127.0.0.1导出" in lines[-1]
    assert client.get("/projects/export.pdf").status_code == 400


@pytest.mark.parametrize(
    "month", ["2018-08", "2018-07", "2018-09"]
)  # the last closed, an older one, the open one
def test_a_column_exported_alone_says_what_it_says_among_all(
    here: World, signed_in: SignIn, office_user: User, month: str
) -> None:
    """An export reads only what its columns are made of."""
    client = signed_in(office_user)

    def exported(keys: list[str]) -> list[list[str]]:
        answer = client.get("/projects/export.csv", {"month": month, "columns": keys})
        return list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))[:-1]

    keys = [key for key, column in COLUMNS.items() if column.kind != "bar"]
    whole = exported(keys)
    assert len(whole) > 20
    for at, key in enumerate(keys, start=1):
        assert exported([key]) == [[row[0], row[at]] for row in whole], key


def test_bulk_watch_and_saved_views_leave_a_trace(here: World, signed_in: SignIn, leader_user: User) -> None:
    client = signed_in(leader_user)
    ids = [project.pk for project in here.projects[:3]]
    client.post("/projects/bulk", {"act": "watch", "id": ids, "query": ""})
    assert Watch.objects.filter(user=leader_user).count() == 3
    client.post("/projects/bulk", {"act": "unwatch", "id": ids[:1], "query": ""})
    assert _count(client.get("/projects/?watched=1")) == 2
    client.post("/projects/views/save", {"name": "我的", "query": "alert=any&month=2018-08"})
    view = SavedView.objects.get(user=leader_user)
    assert view.query == "alert=any"
    client.post(f"/projects/views/{view.pk}", {"name": "新名", "act": "rename", "query": ""})
    view.refresh_from_db()
    assert view.name == "新名"
    client.post(f"/projects/views/{view.pk}", {"act": "delete", "query": ""})
    assert not SavedView.objects.exists()


def test_a_stranger_changes_nothing(
    here: World, signed_in: SignIn, leader_user: User, stranger: User, territory_user: User
) -> None:
    view = SavedView.objects.create(user=leader_user, name="我的", query="")
    outsider = signed_in(stranger)
    assert outsider.post(f"/projects/views/{view.pk}", {"act": "delete"}).status_code == 404
    outsider.post("/projects/bulk", {"act": "watch", "id": [here.projects[0].pk]})
    assert not Watch.objects.exists()
    reminded = {"act": "remind", "id": [here.projects[0].pk]}
    assert signed_in(territory_user).post("/projects/bulk", reminded).status_code == 403


def test_the_workbook_holds_numbers_and_says_who_took_it(
    here: World, signed_in: SignIn, office_user: User
) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    answer = signed_in(office_user).get(
        "/projects/export.xlsx?stage=under_way&columns=plan&columns=rate&sort=plan"
    )
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("项目", "年度计划（亿元）", "完成率")
    assert len(rows) - 2 == figures.total(office_user, Month(2018, 8)).under_way
    plans = [row[1] for row in rows[1:-1]]
    assert plans == sorted(plans)
    assert all(isinstance(plan, float) for plan in plans)
    assert "周敏" in sheet["A1"].comment.text


def test_chosen_rows_alone_are_exported(here: World, signed_in: SignIn, office_user: User) -> None:
    client = signed_in(office_user)
    ids = [project.pk for project in here.projects[:2]]
    answer = client.post(
        "/projects/bulk", {"act": "export-csv", "id": ids, "query": "columns=total"}, follow=True
    )
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert {line.split(",")[0] for line in lines[1:-1]} == {project.name for project in here.projects[:2]}


def test_only_those_who_owe_a_report_are_reminded(here: World, signed_in: SignIn, office_user: User) -> None:
    from xushi.progress.models_reports import Reminder

    ids = [project.pk for project in here.projects[:5]]
    page = signed_in(office_user).post(
        "/projects/bulk", {"act": "remind", "id": ids, "query": ""}, follow=True
    )
    assert Reminder.objects.count() == 4  # the fifth is 前期工作 and owes none
    assert "已催报4个项目的2018年9月月报" in page.content.decode()
