"""各页：主人、外人、领导；表单不靠脚本；后到的人看到新的、填的还在；照片各样；导出与打印。"""

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from tests.factories import NOW
from tests.problems.builders import WORDS, Town, given, kind, photo, report, seen
from xushi.journal.actions import SYSTEM, Actor
from xushi.problems import actions
from xushi.problems import actions_office as office
from xushi.problems.models import Problem, ProblemDraft, ProblemPhoto
from xushi.problems.rules import Assignment
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
DESK = "/problems/"


@pytest.fixture
def reporter(territory_user: User, signed_in: SignIn) -> Client:
    return signed_in(territory_user)


@pytest.fixture
def desk(office_user: User, signed_in: SignIn) -> Client:
    return signed_in(office_user)


def form(town: Town, number: int = 0) -> str:
    return reverse("problems:report", args=[town.projects[number].pk])


def page_of(problem: Problem) -> str:
    return reverse("problems:problem", args=[problem.pk])


def sent(**more: object) -> dict[str, object]:
    return {"act": "submit", "kind": str(kind("demolition").pk), "words": WORDS} | more


def test_reporting_in_one_post_without_script(town: Town, reporter: Client) -> None:
    answer = reporter.post(form(town), sent(photos=[photo()]), follow=True)
    problem = Problem.objects.get()
    assert (problem.title, str(problem.problem_class)) == ("K2+300处10千伏线杆未迁", "拆迁")
    assert ProblemPhoto.objects.get().problem == problem
    assert not ProblemDraft.objects.exists()
    text = answer.content.decode()
    assert "区重大办1个工作日内分办" in text
    assert f'data-draft-clear="problem-{town.projects[0].pk}"' in text


def test_the_subclass_counts_only_under_its_class(town: Town, reporter: Client) -> None:
    sub = kind("demolition-4")
    reporter.post(form(town), sent(sub=str(sub.pk)))
    assert Problem.objects.get().problem_class == sub
    reporter.post(form(town, 1), sent(kind=str(kind("funds").pk), sub=str(sub.pk)))
    assert Problem.objects.latest("pk").problem_class == kind("funds")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"kind": ""}, "先选一类，只选最要紧的。"),
        ({"words": "嗯"}, "写清卡在哪、要谁办"),
        ({"words": "字" * 2001}, "写了2001字"),
    ],
)
def test_a_mistake_has_its_sentence_and_loses_nothing(
    town: Town, reporter: Client, typed: dict[str, str], says: str
) -> None:
    page = reporter.post(form(town), sent(photos=[photo()]) | typed)
    assert page.status_code == 422 and says in page.content.decode()
    assert not Problem.objects.exists()
    draft = ProblemDraft.objects.get()
    assert draft.photos.count() == 1 and draft.typed["words"] == typed.get("words", WORDS)
    assert draft.typed["words"] in reporter.get(form(town)).content.decode()


def test_the_draft_is_kept_at_each_field_and_finds_what_is_alike(
    town: Town, reporter: Client, territory_user: User
) -> None:
    problem = given(town.projects[0], town.land, words="路网二期线杆迁改，供电没有定时间")
    url = reverse("problems:draft", args=[town.projects[0].pk])
    text = reporter.post(url, {"kind": str(kind("demolition").pk), "words": WORDS}).content.decode()
    assert "草稿8:30已存" in text and 'hx-swap-oob="true"' in text
    assert "杆线迁改" in text  # the subclasses of what was chosen
    assert problem.title in text and "并进去" in text
    reporter.post(form(town), {"words": WORDS, "join": str(problem.pk)})
    assert Problem.objects.count() == 1
    assert problem.notes.last().words == WORDS and problem.notes.last().by == territory_user


def test_each_person_has_their_own_draft(town: Town, reporter: Client, desk: Client) -> None:
    reporter.post(form(town), {"act": "stay", "words": "街道写的", "photos": [photo()]})
    desk.post(form(town), {"act": "stay", "words": "重大办写的"})
    assert "街道写的" in reporter.get(form(town)).content.decode()
    assert "街道写的" not in desk.get(form(town)).content.decode()
    picture = reverse("problems:photo", args=[ProblemPhoto.objects.get().pk])
    assert reporter.get(picture).status_code == 200 and desk.get(picture).status_code == 404
    reporter.post(form(town), {"act": "discard"})
    assert ProblemDraft.objects.count() == 1 and not ProblemPhoto.objects.exists()


def test_photos_of_every_kind(town: Town, reporter: Client) -> None:
    url = reverse("problems:photos", args=[town.projects[0].pk])
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif.get_ifd(0x8825)[1] = "N"
    reporter.post(url, {"photos": photo(size=(64, 48), exif=exif)})
    with ProblemPhoto.objects.get().file.open() as file:
        stored = Image.open(io.BytesIO(file.read()))
    assert stored.size == (48, 64) and not stored.getexif()
    fake = SimpleUploadedFile("病毒.jpg", b"<script>alert(1)</script>", "image/jpeg")
    assert "“病毒.jpg”不是照片或已损坏" in reporter.post(url, {"photos": fake}).content.decode()
    huge = SimpleUploadedFile("大.jpg", b"0" * (50 * 1024 * 1024), "image/jpeg")
    assert "“大.jpg”有50.0MB，超过10MB" in reporter.post(url, {"photos": huge}).content.decode()
    many = [photo(f"{n}.jpg", size=(10 + n, 10)) for n in range(9)]
    assert "最多9张照片" in reporter.post(url, {"photos": many}).content.decode()
    assert ProblemPhoto.objects.count() == 1
    reporter.post(url, {"photos": photo(size=(64, 48), exif=exif)})  # the same again
    assert ProblemPhoto.objects.count() == 1


def test_who_may_report_where(
    town: Town, stranger: User, leader_user: User, reporter: Client, signed_in: SignIn
) -> None:
    assert signed_in(stranger).get(form(town)).status_code == 404
    assert signed_in(stranger).post(form(town), sent()).status_code == 404
    assert signed_in(leader_user).get(form(town)).status_code == 403
    assert signed_in(leader_user).get(reverse("problems:new")).status_code == 403
    assert "第1号工程" in reporter.get(reverse("problems:new"), {"q": "第1号"}).content.decode()
    assert "没有叫这个名字的项目" in reporter.get(reverse("problems:new"), {"q": "月球"}).content.decode()


def test_a_problem_by_owner_stranger_and_leader(
    town: Town, reporter: Client, stranger: User, leader_user: User, territory_user: User, signed_in: SignIn
) -> None:
    problem = given(town.projects[0], town.land, by=territory_user)
    for name in ("problem", "step"):
        args = [problem.pk] + (["note"] if name == "step" else [])
        client = signed_in(stranger)
        url = reverse(f"problems:{name}", args=args)
        assert (client.get(url) if name == "problem" else client.post(url)).status_code == 404
    leader = signed_in(leader_user).get(page_of(problem)).content.decode()
    assert "报办结" not in leader and "改派" not in leader
    assert "写进展" in reporter.get(page_of(problem)).content.decode()
    lead = signed_in(town.land_user).get(page_of(problem)).content.decode()
    assert "报办结" in lead and "退回改派" in lead and "核实销号" not in lead
    refused = reporter.post(
        reverse("problems:step", args=[problem.pk, "solve"]), {"words": "我来", "version": "2"}
    )
    assert refused.status_code == 409
    assert "“报办结”要由主办单位来做" in refused.content.decode()
    assert "我来" in refused.content.decode()
    assert reporter.post(reverse("problems:step", args=[problem.pk, "paint"])).status_code == 404


def test_the_units_way_on_its_own_page(town: Town, desk: Client, signed_in: SignIn) -> None:
    problem = report(town.projects[0])
    step = lambda verb: reverse("problems:step", args=[problem.pk, verb])  # noqa: E731
    given_to = {"version": "1", "lead": str(town.land.pk), "due_on": "2018-09-21", "person": "征地科 周工"}
    assert "已分办" in desk.post(step("assign"), given_to, follow=True).content.decode()
    lead = signed_in(town.land_user)
    bad = lead.post(step("solve"), {"version": "2", "words": "线杆已迁"})
    assert bad.status_code == 422 and "办结要有凭证" in bad.content.decode()
    assert "线杆已迁</textarea>" in bad.content.decode()
    lead.post(step("solve"), {"version": "2", "words": "线杆已迁", "photos": [photo()]})
    text = desk.get(page_of(problem)).content.decode()
    assert "核实销号" in text and "线杆已迁" in text
    desk.post(step("verify_close"), {"version": "3", "words": "看过"})
    problem.refresh_from_db()
    assert problem.state == "closed"
    assert (
        "已经过了"
        in desk.post(
            step("reopen"), {"version": "5", "words": "又立了", "due_on": "2018-09-01"}
        ).content.decode()
    )


def picks(*problems: Problem) -> list[str]:
    return [f"{pk}:{version}" for pk, version in seen(*problems).items()]


def test_assigning_several_at_once(town: Town, desk: Client) -> None:
    problems = [report(project) for project in town.projects]
    posted = {
        "act": "assign", "pick": picks(*problems), "lead": str(town.land.pk), "due_on": "2018-09-21",
        "person": "征地科 周工", "co_units": [str(town.place.pk)], "query": "state=",
    }  # fmt: skip
    answer = desk.post(reverse("problems:act"), posted, follow=True)
    assert "3项：已分办" in answer.content.decode()
    assert set(Problem.objects.values_list("lead", "due_on")) == {(town.land.pk, date(2018, 9, 21))}


def test_the_second_official_sees_the_new_state_and_loses_nothing(
    town: Town, desk: Client, office_user: User
) -> None:
    problem, other = report(town.projects[0]), report(town.projects[1])
    old = picks(problem, other)
    office.assign(
        seen(problem), Assignment(town.land.pk, date(2018, 9, 21)), actor=Actor(by=office_user), now=NOW
    )
    posted = {
        "act": "assign", "pick": old, "lead": str(town.finance.pk), "due_on": "2018-09-25", "person": "预算科 罗工",
    }  # fmt: skip
    answer = desk.post(reverse("problems:act"), posted)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "刚由周敏于9月12日8:30分办：主办区国土分局" in text
    assert 'value="预算科 罗工"' in text and 'value="2018-09-25"' in text
    assert f'<option value="{town.finance.pk}" selected>' in text
    fresh = picks(problem, other)
    assert all(f'value="{pick}" data-pick' in text for pick in fresh) and text.count(" checked>") >= 2
    assert Problem.objects.get(pk=other.pk).state == "reported"  # all or nothing
    assert desk.post(reverse("problems:act"), posted | {"pick": fresh}).status_code == 302
    assert set(Problem.objects.values_list("lead", flat=True)) == {town.finance.pk}


@pytest.mark.parametrize(
    ("posted", "says"),
    [
        ({"act": "assign"}, "还没选问题"),
        ({"act": "assign", "pick": "x:y"}, "选的行看不懂"),
        ({"act": "fly", "pick": "1:1"}, "不知道要办什么"),
    ],
)
def test_odd_posts_get_a_sentence(town: Town, desk: Client, posted: dict[str, str], says: str) -> None:
    answer = desk.post(reverse("problems:act"), posted)
    assert answer.status_code in (400, 422) and says in answer.content.decode()


def test_only_the_office_handles(town: Town, reporter: Client, leader_user: User, signed_in: SignIn) -> None:
    problem = report(town.projects[0])
    posted = {"act": "assign", "pick": picks(problem), "lead": str(town.land.pk), "due_on": "2018-09-21"}
    for client in (reporter, signed_in(leader_user)):
        assert client.post(reverse("problems:act"), posted).status_code == 409
        assert client.get(reverse("problems:kinds")).status_code == 403
        assert 'name="pick"' not in client.get(DESK).content.decode()
    problem.refresh_from_db()
    assert problem.state == "reported"


def test_each_number_of_the_desk_opens_its_list(town: Town, desk: Client) -> None:
    given(town.projects[0], town.land)
    given(town.projects[2], town.land)
    text = desk.get(DESK).content.decode()
    assert "区国土分局一次定下拆迁，可放行2个项目、4.0亿元" in text
    behind = desk.get(reverse("problems:freed"), {"kind": "0001.", "unit": town.land.pk}).content.decode()
    assert "2个项目，年度计划4.0亿元" in behind
    assert behind.index("第3号工程") < behind.index("第1号工程") and "第2号工程" not in behind
    chosen = desk.get(reverse("problems:freed_by"), {"pick": picks(*Problem.objects.all())}).content.decode()
    assert "合计可放行2个、4.0亿元" in chosen


def test_empty_and_odd_lists(town: Town, desk: Client, reporter: Client) -> None:
    assert "没有未结的问题" in desk.get(DESK).content.decode()
    assert desk.get(DESK, {"age": "x"}).status_code == 400
    assert desk.get(reverse("problems:export"), {"age": "x"}).status_code == 400
    report(town.projects[0])
    assert "没有符合这些条件的问题" in desk.get(DESK, {"q": "月球"}).content.decode()
    assert "K2+300" in reporter.get(DESK, {"q": "gongcheng"}).content.decode()


def test_the_export_holds_what_is_shown(town: Town, desk: Client, stranger: User, signed_in: SignIn) -> None:
    given(town.projects[0], town.land)
    given(town.projects[1], town.finance, "funds", words="资金没有着落")
    answer = desk.get(reverse("problems:export"), {"kind": kind("funds").path})
    rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.values)
    assert len(rows) == 3
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["问题"], row["主办"], row["年度计划（亿元）"], row["办结即放行"]) == (
        "资金没有着落", "区财政局", 2.0, "是",
    )  # fmt: skip
    assert row["期限"].date() == date(2018, 9, 21)
    nothing = signed_in(stranger).get(reverse("problems:export"))
    [heads, said] = load_workbook(io.BytesIO(b"".join(nothing))).active.values
    assert heads == rows[0] and said[0].endswith("，共0行")


def test_the_printed_list_of_a_batch(town: Town, desk: Client) -> None:
    problem = given(town.projects[0], town.land)
    batch = office.open_batch(actor=SYSTEM, now=NOW, title="6月梳理")
    office.put_into_batch(seen(problem), batch, actor=SYSTEM, now=NOW)
    given(town.projects[1], town.land, words="不在清单里的事")
    text = desk.get(reverse("problems:print"), {"batch": "1"}).content.decode()
    assert "重大项目第一批问题清单" in text and "共1项（6月梳理）" in text
    assert "1-01" in text and "不在清单里的事" not in text


def test_the_classes_are_kept_on_their_page(town: Town, desk: Client) -> None:
    url = reverse("problems:kinds")
    assert "“资金”已经有了" in desk.post(url, {"name": "资金"}).content.decode()
    desk.post(url, {"name": "道口", "parent": str(kind("energy").pk)})
    added = kind("energy").children.get(name="道口")
    change = reverse("problems:change_kind", args=[added.pk])
    desk.post(change, {"name": "铁路道口", "short_name": "道口"})
    desk.post(change, {"retired": "1"})
    added.refresh_from_db()
    assert (added.name, added.short_name, added.retired) == ("铁路道口", "道口", True)


def test_a_merged_double_points_to_the_kept_one(town: Town, desk: Client) -> None:
    first, second = given(town.projects[0], town.land), report(town.projects[0], words="还是线杆没有迁的事")
    desk.post(reverse("problems:act"), {"act": "merge", "pick": picks(first, second)})
    text = desk.get(page_of(second)).content.decode()
    assert "已并入" in text and page_of(first) in text
    assert "写在并入的“还是线杆没有迁的事”上" in desk.get(page_of(first)).content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_queries_of_the_pages_do_not_grow(town: Town, desk: Client, office_user: User) -> None:
    problem = given(town.projects[0], town.land)
    desk.get(DESK)
    before = [queries(desk, DESK), queries(desk, page_of(problem))]
    for project in town.projects:
        for n in range(5):
            other = given(project, town.land, words=f"第{n}件不同的事情")
            office.put_into_batch(
                seen(other), office.open_batch(actor=SYSTEM, now=NOW), actor=SYSTEM, now=NOW
            )
    me = Actor(by=office_user)
    for n in range(5):
        files = [photo(size=(9, n + 1))]
        actions.add_note(seen(problem), f"第{n}次进展", actor=me, now=NOW, files=files)
    assert [queries(desk, DESK), queries(desk, page_of(problem))] == before


def test_a_stale_page_of_one_problem_keeps_what_was_typed(
    town: Town, desk: Client, signed_in: SignIn, office_user: User
) -> None:
    problem = given(town.projects[0], town.land)
    old = str(problem.version)
    actions.add_note(seen(problem), "先去看了", actor=Actor(by=office_user), now=NOW)
    lead = signed_in(town.land_user)
    url = reverse("problems:step", args=[problem.pk, "decline"])
    answer = lead.post(url, {"version": old, "words": "应归供电公司"})
    text = answer.content.decode()
    assert answer.status_code == 409 and "刚由周敏于9月12日8:30写进展" in text
    assert "应归供电公司</textarea>" in text
    fresh = str(Problem.objects.get(pk=problem.pk).version)
    assert f'name="version" value="{fresh}"' in text
    assert lead.post(url, {"version": fresh, "words": "应归供电公司"}).status_code == 302
    assert lead.post(url, {"words": "没有版本"}).status_code in (
        404,
        409,
    )  # no longer theirs, or looked at nothing


@pytest.mark.parametrize("who", ["office_user", "leader_user", "territory_user", "department_user"])
def test_the_desk_of_an_empty_district_opens(
    signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    for query in (
        {},
        {"state": "all"},
        {"state": "closed", "pressing": "overdue"},
        {"unit": "none"},
        {"batch": "1"},
    ):
        answer = client.get(DESK, query)
        assert answer.status_code == 200
        assert "没有" in answer.content.decode()
    for name in ("problems:export", "problems:print", "problems:freed"):
        assert client.get(reverse(name)).status_code == 200
