"""卡在哪的页：每种人看到什么、办得了什么；图形和清单对得上数；派督办、导出、印。"""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, UserFactory, appoint
from tests.permits.test_bottlenecks import ago, queue_of_three
from tests.permits.waiting import Tracks, accepted
from xushi.calendars.selectors import calendar
from xushi.permits.expected import reckon
from xushi.permits.models import PermitStep
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGES = ("bottlenecks", "bottlenecks_export", "bottlenecks_print")


@pytest.fixture(autouse=True)
def september(settings: Any) -> None:
    settings.XUSHI_NOW = NOW


@pytest.fixture
def three(tracks: Tracks, subdistrict: Unit, other_subdistrict: Unit) -> list[Project]:
    return queue_of_three(tracks, subdistrict, other_subdistrict)


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"{reverse('permits:bottlenecks')}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def listed(text: str) -> list[str]:
    """The projects of the list, in its order."""
    return re.findall(r'class="rowlink" href="[^"?]*">([^<]+)</a></td>', text)


def test_the_conclusion_the_plot_and_the_worst_queues_list(
    three: list[Project], office_user: User, signed_in: SignIn
) -> None:
    text = page(signed_in(office_user))
    assert "3个未开工项目里，2个已超承诺时限，都卡在征地拆迁" in text
    assert text.count('<use href="#queue-within"') == 2 + 1  # 一个在键里
    assert text.count('<use href="#queue-long_past"') == 1 + 1
    for project in three:
        assert (
            f'<a href="{reverse("permits:steps", args=[project.pk])}" tabindex="-1"><title>{project.name}，'
            in text
        )
    assert listed(text) == ["过了很久的", "过了的", "刚报的"]
    assert "60天" in text
    assert ">30天</td>" in text.replace("\n", "")


def test_the_list_behind_each_number(three: list[Project], office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    unit = PermitStep.objects.filter(permit__code="relocation").values_list("permit__department", flat=True)[
        0
    ]
    assert listed(page(client, f"step=relocation&unit={unit}&over=1")) == ["过了很久的", "过了的"]
    assert listed(page(client, f"step=relocation&unit={unit}&over=long")) == ["过了很久的"]
    assert listed(page(client, f"step=relocation&unit={unit}&over=0")) == ["刚报的"]
    assert listed(page(client, "step=relocation&days=0-10")) == ["刚报的"]
    assert len(listed(page(client, "step=all"))) == 4
    assert listed(page(client, "step=all&over=long")) == ["过了很久的"]
    assert listed(page(client, "step=nothing")) == []
    assert listed(page(client, "step=all&days=9-1")) == []
    assert len(listed(page(client, "step=all&days=x&over=y&page=99&unit="))) == 4


def test_more_than_a_page_and_a_crowded_place(
    tracks: Tracks, subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    for n in range(60):
        tracks.project(subdistrict, f"同一天的{n:02d}号", {"relocation": accepted(ago(3), ago(-27))})
    client = signed_in(office_user)
    text = page(client)
    assert len(listed(text)) == 50
    assert len(listed(page(client, "page=2"))) == 10
    assert '<text y="4">60</text>' in text
    assert "挤在一处的合成一个数字，共60个" in text
    [address] = re.findall(r'href="\?([^"]*days=3-3[^"]*)#list"', text)
    assert len(listed(page(client, address.replace("&amp;", "&")))) == 50


def test_who_may_look(
    three: list[Project], tracks: Tracks, signed_in: SignIn, office_user: User, leader_user: User,
    inspector_user: User, statistics_user: User, territory_user: User, stranger: User, owner_user: User,
    department_user: User, system_admin: User, security_admin: User, auditor: User,
) -> None:  # fmt: skip
    seen = {office_user: 3, leader_user: 3, inspector_user: 3, statistics_user: 3, territory_user: 2, stranger: 1,
            department_user: 0}  # fmt: skip
    for user, count in seen.items():
        names = {project.name for project in three if project.name in page(signed_in(user), "step=all")}
        assert len(names) == count, user
    for user in (owner_user, system_admin, security_admin, auditor):
        for name in PAGES:
            assert signed_in(user).get(reverse(f"permits:{name}")).status_code == 403, (user, name)
        assert signed_in(user).post(reverse("permits:bottlenecks_order")).status_code == 403
    for name in (*PAGES, "bottlenecks_order"):
        assert Client().get(reverse(f"permits:{name}")).status_code in (302, 405)


def test_a_department_sees_its_own_steps(three: list[Project], tracks: Tracks, signed_in: SignIn) -> None:
    land = appoint(UserFactory(), Role.DEPARTMENT, unit=tracks.departments["land"])
    text = page(signed_in(land), "step=all")
    assert len(listed(text)) == 3
    assert "施工许可" not in re.sub(r"<td data-label=\"下一步\">[^<]*", "", text)


def test_orders_for_the_ticked_and_for_all_past_their_limit(
    three: list[Project], tracks: Tracks, office_user: User, signed_in: SignIn
) -> None:
    client = signed_in(office_user)
    land = tracks.departments["land"].pk
    query = f"step=relocation&unit={land}"
    new = reverse("supervision:new_order")

    def asked(**body: Any) -> str:
        answer = client.post(reverse("permits:bottlenecks_order"), {"query": query, **body})
        assert answer.status_code == 302
        return answer["Location"]

    just, past, long = (project.pk for project in three)
    assert asked(act="overdue") == f"{new}?projects={long},{past}&lead={land}"
    assert asked(act="order", id=[just, long]) == f"{new}?projects={long},{just}&lead={land}"
    assert asked(one=just, act="") == f"{new}?projects={just}&lead={land}"
    assert asked(act="order") == f"{reverse('permits:bottlenecks')}?step=relocation&unit={land}"
    assert (
        asked(act="order", id=["x", "999999"])
        == f"{reverse('permits:bottlenecks')}?step=relocation&unit={land}"
    )
    draft = client.get(asked(act="overdue")).content.decode()
    assert "过了的" in draft
    assert f'<option value="{land}" selected>' in draft


@pytest.mark.parametrize("who", ["leader_user", "territory_user", "department_user", "inspector_user"])
def test_only_the_office_drafts_orders(
    three: list[Project], request: pytest.FixtureRequest, signed_in: SignIn, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert "派督办" not in page(client, "step=all")
    assert client.post(reverse("permits:bottlenecks_order"), {"act": "overdue"}).status_code == 403


def test_the_export_is_the_list(three: list[Project], office_user: User, signed_in: SignIn) -> None:
    reckon(None, now=NOW)
    answer = signed_in(office_user).get(f"{reverse('permits:bottlenecks_export')}?step=relocation&over=1")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][:3] == ("项目名称", "属地", "总投资（万元）")
    told = dict(zip(rows[0], rows[1], strict=True))
    assert (told["项目名称"], told["环节"], told["等了（工作日）"], told["超时限（工作日）"]) == (
        "过了很久的", "征地拆迁", 60, 30,
    )  # fmt: skip
    assert told["多半开工"].date() > date(2018, 9, 12)
    assert len(rows) == 4  # heads, two, who took them


def test_an_empty_export_has_its_heads(office_user: User, signed_in: SignIn) -> None:
    answer = signed_in(office_user).get(reverse("permits:bottlenecks_export"))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert next(book.active.iter_rows(values_only=True))[0] == "项目名称"  # type: ignore[union-attr]


def test_the_paper(three: list[Project], office_user: User, signed_in: SignIn) -> None:
    text = signed_in(office_user).get(reverse("permits:bottlenecks_print")).content.decode()
    assert "重大项目前期手续办理情况" in text
    assert text.count("<td>征地拆迁</td>") == 1 + 3


def test_nothing_waits(office_user: User, signed_in: SignIn) -> None:
    assert "没有项目在等前期手续" in page(signed_in(office_user))
    assert "这个范围里没有项目在等手续" in page(signed_in(office_user), "kind=approval")


def test_as_many_queries_for_many_as_for_few(
    tracks: Tracks, subdistrict: Unit, office_user: User, signed_in: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    client, counts = signed_in(office_user), []
    for count in (3, 30):
        for n in range(count):
            tracks.project(subdistrict, f"{count}-{n}", {"relocation": accepted(ago(n), ago(n - 30))})
        reckon(None, now=NOW)
        calendar()
        page(client)
        with django_assert_num_queries(1000, exact=False) as captured:
            page(client)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 26
