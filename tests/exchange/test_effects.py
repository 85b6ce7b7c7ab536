"""入库前看效果：计划或月报一改，完成率、比序时和总数变成多少；看了不写一个字。"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.exchange.conftest import WAN, workbook
from tests.exchange.test_pages import hand_in
from tests.factories import NOW
from xushi.config import clock
from xushi.core.months import Month
from xushi.exchange.effects import Effects, effects_of
from xushi.exchange.preview import Preview
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.progress import figures
from xushi.progress.closing import close_month
from xushi.progress.models import MonthlyReport
from xushi.registry.actions import list_projects
from xushi.registry.models import AnnualPlan, Project
from xushi.registry.rules import ListingInput
from xushi.units.models import User

Look = Callable[..., Preview]
JULY, AUGUST = Month(2018, 7), Month(2018, 8)
PLANS = [
    ["2018年计划调整"],
    ["项目名称", "年度计划"],
    ["博郡项目", 160_000],
    ["紫光项目", 260_000],
    ["农创园二期", 40_000],
]


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def august(registry: dict[str, Project]) -> dict[str, Project]:
    """Every project under way; 93,000 万元 of 博郡项目, 农创园二期 completed; July closed."""
    rows = [ListingInput(project.pk, 2018, "district", 1) for project in registry.values()]
    list_projects(rows, actor=SYSTEM, now=NOW)
    Project.objects.update(started_on="2018-01-10")
    Project.objects.filter(name="农创园二期").update(completed_on="2018-06-30")
    for project in registry.values():
        amount = {"博郡项目": 93_000, "农创园二期": 32_000}.get(project.name, 1_000)
        MonthlyReport.objects.create(
            project=project, month=JULY, cumulative=amount * WAN, state="accepted", submitted_at=NOW
        )
    close_month(JULY, actor=SYSTEM, now=NOW)
    return registry


def seen_effects(seen: Preview, user: User) -> Effects:
    return effects_of(seen, user, [row.number for row in seen.found.rows])


def test_a_plan_changes_completion_and_schedule(
    look: Look, august: dict[str, Project], office_user: User
) -> None:
    effects = seen_effects(look(PLANS, "plans"), office_user)
    assert (effects.month, effects.projects) == (JULY, 9)
    effect = effects.rows[2]
    assert effect.before is not None
    assert (effect.before.rate, effect.after.rate) == (Decimal(93) / 180, Decimal(93) / 160)
    assert (effect.before.quick, effect.after.quick) == ("慢6.7", "慢0.2")  # 58.3% is due
    assert effects.rows[4].word == "已竣工"
    assert 3 not in effects.rows  # 紫光项目 stays as it is


def test_the_whole_is_what_it_becomes_once_committed_and_approved(
    look: Look, august: dict[str, Project], office_user: User
) -> None:
    effects = seen_effects(look(PLANS, "plans"), office_user)
    assert effects.whole is not None
    before = figures.total(office_user, JULY)
    assert effects.totals == (before.annual_plan, before.annual_plan - 12_000 * WAN, -12_000 * WAN)
    for name, amount in (("博郡项目", 160_000), ("农创园二期", 40_000)):
        AnnualPlan.objects.filter(project=august[name]).update(planned_investment=amount * WAN)
    MonthlyReport.objects.update(month=AUGUST)
    after = figures.total(office_user, AUGUST)  # still open: it reads the plans as they are now
    assert (effects.whole.after.plan, effects.whole.after.cumulative) == (after.annual_plan, after.cumulative)
    assert effects.whole.after.due * 8 == after.due_twelfths * 7


def test_reports_change_the_month(look: Look, august: dict[str, Project], office_user: User) -> None:
    rows = [["2018年8月"], ["项目名称", "累计完成投资"], ["博郡项目", 120_000], ["永宁停车及慢行系统", 1_400]]
    effects = seen_effects(look(rows, "reports", user=office_user), office_user)
    assert effects.month == AUGUST
    assert effects.rows[2].after.rate == Decimal(120) / 180
    assert effects.rows[2].after.quick == "持平"  # 66.7% is due by August
    assert effects.totals[2] == 27_400 * WAN
    assert effects.totals[0] == figures.total(office_user, AUGUST).cumulative


def test_without_a_closed_month_there_is_nothing_to_compare(
    look: Look, registry: dict[str, Project], office_user: User
) -> None:
    assert seen_effects(look(PLANS, "plans"), office_user).month is None


def test_the_page_shows_them_and_writes_nothing(
    august: dict[str, Project], office_user: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, workbook(PLANS))
    assert batch is not None
    events = Event.objects.count()
    page = client.get(reverse("exchange:preview", args=[batch.pk])).content.decode()
    assert "完成率随之" in page
    assert '<span class="t-ink2">51.7%</span> → <b>58.1%</b>' in page
    assert '<b class="t-amber">慢0.2</b>' in page
    assert "−20,000" in page
    assert "当年实施9个" in page
    assert "入库并批准后2018年度计划由76.9变为75.7亿元" in page
    assert Event.objects.count() == events
    assert not AnnualPlan.objects.filter(state="proposed").exists()


def test_lists_and_projects_have_no_such_columns(
    august: dict[str, Project], office_user: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, workbook([["项目名称", "总投资"], ["博郡项目", 700_000]]), kind="projects")
    assert batch is not None
    page = client.get(reverse("exchange:preview", args=[batch.pk])).content.decode()
    assert "完成率随之" not in page
    assert "+20,000" in page


def test_queries_do_not_grow(
    august: dict[str, Project], office_user: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(office_user)

    def count(rows: list[list[object]]) -> int:
        batch = hand_in(client, workbook(rows))
        assert batch is not None
        address = reverse("exchange:preview", args=[batch.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    head: list[list[object]] = [["2018年计划调整"], ["项目名称", "年度计划"]]
    many: list[list[object]] = [[name, 30_000 + i] for i, name in enumerate(august)]
    assert count([*head, *many[:3]]) == count([*head, *many])
