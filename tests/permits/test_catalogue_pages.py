"""目录的页：谁看得到，谁改得了；填错了留着填的；慢的一个听说；导出、印；查询数不随项数长。"""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import NOW
from tests.progress.builders import add_project
from xushi.journal.actions import Actor
from xushi.permits import actions_catalogue as actions
from xushi.permits.catalogue import Entry
from xushi.permits.catalogue_standard import STANDARDS
from xushi.permits.models import Catalogue, Permit, Track
from xushi.permits.selectors_catalogue import draft, entries_of, published
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
DESIGN = {
    "name": "设计方案审查", "stage": "2", "legal_days": "20", "promised_days": "10", "needed_for_start": "on",
    "needs": ["land_permit"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def september(settings: Any) -> None:
    settings.XUSHI_NOW = NOW


@pytest.fixture
def how(office_user: User) -> dict[str, Any]:
    return {"actor": Actor(by=office_user), "now": NOW}


@pytest.fixture
def drafted(how: dict[str, Any]) -> Catalogue:
    return actions.begin_draft(**how)


@pytest.fixture
def office(office_user: User, signed_in: SignIn) -> Client:
    return signed_in(office_user)


def entry(held: Catalogue, code: str) -> Entry:
    return next(one for one in entries_of(held) if one.code == code)


def second(how: dict[str, Any], **changed: Any) -> Catalogue:
    """A version 2 whose 设计方案审查 is otherwise."""
    made = draft() or actions.begin_draft(**how)
    actions.save_permits(made, [replace(entry(made, "design"), **(changed or {"promised_days": 10}))], **how)
    return actions.publish_catalogue(made, "按文件压缩时限", **how)


def get(client: Client, name: str, /, *args: Any, query: str = "") -> str:
    answer = client.get(f"{reverse(f'permits:{name}', args=args)}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, page: str, /, *args: Any, **body: Any) -> HttpResponse:
    answer: HttpResponse = client.post(reverse(f"permits:{page}", args=args), body)
    return answer


@pytest.mark.parametrize(
    "name", ["leader_user", "inspector_user", "statistics_user", "department_user", "territory_user"]
)
def test_everybody_of_the_district_reads_and_none_of_them_edits(
    name: str, drafted: Catalogue, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(name))
    text = get(client, "catalogue")
    assert f"共{len(STANDARDS)}项" in text
    assert "照承诺时限最快：审批类" in text
    assert "起草新版" not in text
    assert "第2版草稿" not in text
    for page in ("catalogue_compare", "catalogue_print", "catalogue_export"):
        assert client.get(reverse(f"permits:{page}")).status_code == 200
    for page, args in (("draft", ()), ("draft_new", ()), ("draft_permit", ("design",))):
        assert client.get(reverse(f"permits:{page}", args=args)).status_code == 403
    for page, args in (("draft_begin", ()), ("draft_publish", ()), ("draft_discard", ()),
                       ("draft_new", ()), ("draft_permit", ("design",)), ("draft_remove", ("completion",))):  # fmt: skip
        assert post(client, page, *args, **DESIGN, reason="假").status_code == 403
    assert drafted.permits.count() == len(STANDARDS)
    assert published() != draft() == drafted


@pytest.mark.parametrize("name", ["owner_user", "system_admin", "security_admin", "auditor"])
def test_owners_and_administrators_are_told_where_to_look(
    name: str, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(name))
    for page in (
        "catalogue",
        "catalogue_compare",
        "catalogue_print",
        "catalogue_export",
        "draft",
        "draft_new",
    ):
        assert client.get(reverse(f"permits:{page}")).status_code == 403
    assert client.get(reverse("permits:catalogue_version", args=[1])).status_code == 403


def test_the_page_says_each_permit_its_place_and_the_picture(office: Client) -> None:
    text = get(office, "catalogue")
    assert text.count('<tr id="permit-') == len(STANDARDS)
    assert text.count('class="permit-box') == len(STANDARDS)
    assert '<a class="link" href="#permit-land_permit">建设用地规划许可证</a>' in text
    assert "3个月，可延2次" in text
    assert f"{len(STANDARDS)}项没定办理部门" in text
    assert reverse("permits:bottlenecks") in text
    assert reverse("permits:catalogue") in office.get(reverse("permits:bottlenecks")).content.decode()


def test_versions_old_and_new_and_how_many_projects_follow(
    office: Client, how: dict[str, Any], subdistrict: Any
) -> None:
    first = published()
    Track.objects.create(project=add_project(subdistrict, "一期"), catalogue=first, moved_at=NOW)
    second(how)
    text = get(office, "catalogue")
    assert "第2版（现行）" in text
    assert "第1版" in text
    assert "1个项目" in text
    assert "按文件压缩时限" in text
    old = get(office, "catalogue_version", 1)
    assert "这是旧版，现行的是第2版" in old
    assert office.get(reverse("permits:catalogue_version", args=[3])).status_code == 404
    actions.begin_draft(**how)
    assert office.get(reverse("permits:catalogue_version", args=[3])).status_code == 404  # 草稿不是一版


def test_two_versions_side_by_side(office: Client, how: dict[str, Any]) -> None:
    assert "只有一版，没有可比的" in get(office, "catalogue_compare")
    second(how)
    second(how, promised_days=8, name="设计方案联审")
    text = get(office, "catalogue_compare")
    assert "第2版到第3版动了1项" in text
    assert "10天" in text
    assert "15天" not in text
    text = get(office, "catalogue_compare", query="from=1&to=3")
    assert "第1版到第3版动了1项" in text
    assert "15天" in text
    assert "没有不同" in get(office, "catalogue_compare", query="from=2&to=2")
    assert "第2版到第3版" in get(office, "catalogue_compare", query="from=x&to=99999999999999999999")


def test_the_whole_way_of_a_new_version(office: Client, how: dict[str, Any]) -> None:
    answer = post(office, "draft_begin")
    assert answer["Location"] == reverse("permits:draft")
    assert "和现行的还没有不同" in get(office, "draft")
    seen = entry(draft(), "design").digest  # type: ignore[arg-type]
    assert post(office, "draft_permit", "design", **DESIGN, seen=seen).status_code == 302
    new = DESIGN | {"name": "绿色图审", "stage": "3", "kinds": ["filing"], "needs": ["design"]}
    assert post(office, "draft_new", **new).status_code == 302
    assert post(office, "draft_remove", "completion").status_code == 302
    text = get(office, "draft")
    assert "动了3项" in text
    assert "绿色图审" in text
    digest = text.split('name="seen" value="')[1].split('"')[0]
    refused = post(office, "draft_publish", reason="", seen=digest)
    assert refused.status_code == 422
    assert "写一句改了什么" in refused.content.decode()
    assert post(office, "draft_publish", reason="按文件压缩", seen=digest)["Location"] == reverse(
        "permits:catalogue"
    )
    held = published()
    assert held is not None
    assert (held.version, held.permits.count()) == (2, len(STANDARDS))
    assert held.permits.get(name="绿色图审").kinds == ["filing"]
    assert not held.permits.filter(code="completion").exists()


def test_a_bad_form_keeps_what_was_typed_and_says_why(office: Client, drafted: Catalogue) -> None:
    seen = entry(drafted, "design").digest
    bad = DESIGN | {"name": "我改的名", "promised_days": "30", "legal_days": "二十", "valid_months": "x"}
    answer = post(office, "draft_permit", "design", **bad, seen=seen)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="我改的名"' in text
    assert "填整数，如10。" in text
    ring = post(office, "draft_permit", "design", **DESIGN | {"needs": ["planning_permit"]}, seen=seen)
    assert ring.status_code == 422
    text = ring.content.decode()
    assert "前置手续绕成了圈：" in text
    assert 'value="planning_permit" checked' in text
    gone = post(office, "draft_permit", "design", **DESIGN | {"needs": ["gone"]}, seen=seen)
    assert "已经删掉的手续" in gone.content.decode()
    assert entry(drafted, "design").promised_days == 15


def test_the_slower_one_sees_what_stands_now(office: Client, drafted: Catalogue, how: dict[str, Any]) -> None:
    seen = entry(drafted, "design").digest
    actions.save_permits(drafted, [replace(entry(drafted, "design"), promised_days=12)], **how)
    answer = post(office, "draft_permit", "design", **DESIGN, seen=seen)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "刚被人改过" in text
    assert 'value="10"' in text  # 填的还在
    assert entry(drafted, "design").digest in text  # 看过了再存就成
    assert entry(drafted, "design").promised_days == 12
    stale = post(office, "draft_publish", reason="压缩", seen="不是这一份")
    assert stale.status_code == 409
    assert draft() == drafted


def test_a_draft_that_is_gone_is_said_not_broken(
    office: Client, drafted: Catalogue, how: dict[str, Any]
) -> None:
    assert office.get(reverse("permits:draft_permit", args=["nothing"])).status_code == 404
    assert post(office, "draft_remove", "design").status_code == 302
    assert drafted.permits.filter(code="design").exists()  # 别的在等它
    assert post(office, "draft_discard")["Location"] == reverse("permits:catalogue")
    assert draft() is None
    for name in ("draft_publish", "draft_discard"):
        answer = office.post(reverse(f"permits:{name}"), {"reason": "x"}, follow=True)
        assert "这份草稿刚被人发布或丢掉了" in answer.content.decode()
    assert office.get(reverse("permits:draft")).status_code == 302
    assert office.get(reverse("permits:draft_new")).status_code == 404


def test_export_and_print_say_the_same(office: Client, how: dict[str, Any]) -> None:
    second(how, name="=cmd()")
    answer = office.get(reverse("permits:catalogue_export"))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    rows = list(sheet.values)
    assert rows[0][:3] == ("阶段", "手续名称", "代号")
    assert len(rows) == len(STANDARDS) + 2
    by_code = {row[2]: row for row in rows[1:]}
    assert by_code["design"][1] == "'=cmd()"
    assert by_code["construction"][4:6] == (15, 7)
    assert "建设工程规划许可证" in by_code["construction"][9]
    assert "第2版" in sheet["A1"].comment.text
    text = get(office, "catalogue_print", query="version=1")
    assert "第1版" in text
    assert text.count("<tr>") == len(STANDARDS) + 1
    assert office.get(reverse("permits:catalogue_print") + "?version=9").status_code == 404


def test_without_any_version_the_page_says_so(office: Client) -> None:
    Catalogue.objects.all().delete()
    assert "还没有发布手续目录" in get(office, "catalogue")
    assert office.get(reverse("permits:catalogue_export")).status_code == 404
    post(office, "draft_begin")
    assert Permit.objects.count() == len(STANDARDS)


def test_the_queries_do_not_grow_with_permits_and_versions(office: Client, how: dict[str, Any]) -> None:
    def asked(name: str) -> int:
        get(office, name)
        with CaptureQueriesContext(connection) as found:
            get(office, name)
        return len(found)

    actions.begin_draft(**how)
    few = {name: asked(name) for name in ("catalogue", "draft", "catalogue_print", "draft_new")}
    made = draft()
    assert made
    actions.save_permits(
        made, [Entry("", f"新{n}", 3, 5, 5, needs=("filing", "design")) for n in range(30)], **how
    )
    actions.publish_catalogue(made, "添", **how)
    second(how)
    actions.begin_draft(**how)
    assert {name: asked(name) for name in few} == few
