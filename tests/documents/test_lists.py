"""通报用的表和成套的材料：数与清单一致，限定阅读的不进，别人的单位印不到。"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from tests.factories import NOW, appoint
from tests.progress.district import District, build
from xushi.alerts.models import Alert
from xushi.alerts.tally import recount
from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.documents import packs
from xushi.documents.lists_units import light
from xushi.documents.named import Figures, figures_of
from xushi.documents.project_pictures import CURVE_WIDE, HIGH, WIDE, _glance
from xushi.documents.sourced import Sourced
from xushi.documents.tree import Document, Paragraph, Picture, Run, Table
from xushi.documents.writing import text_of, write_pdf
from xushi.journal.models import Event
from xushi.kit.pacing import METER
from xushi.problems.models import Problem, ProblemClass
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import Meeting
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
FEBRUARY = Month(2018, 2)


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def world(district: Unit, subdistrict: Unit, other_subdistrict: Unit) -> District:
    return build()


def lists(user: User, month: Month = FEBRUARY) -> Figures:
    return figures_of(user, month, now=NOW)


@pytest.mark.parametrize(
    ("gap", "word"), [("0", "绿"), ("12", "绿"), ("-0.01", "黄"), ("-10", "黄"), ("-10.01", "红")]
)
def test_the_light_goes_by_the_unrounded_gap(gap: str, word: str) -> None:
    assert light(Decimal(gap), Decimal(10)) == word


def test_units_are_ranked_by_the_gap_and_every_number_opens_its_list(
    world: District, office_user: User, signed_in: SignIn
) -> None:
    rows = lists(office_user).lists["unit_ranks"]
    assert {str(row["name"]) for row in rows} == {str(one) for one in world.territories}
    gaps = [row["gap"].value for row in rows if isinstance(row["gap"], Sourced)]
    assert gaps == sorted(gaps, reverse=True)
    ranks = [row["rank"].printed for row in rows if isinstance(row["rank"], Sourced)]
    assert ranks[0] == "1"
    client = signed_in(office_user)
    for row in rows:
        counted = row["under_way"]
        assert isinstance(counted, Sourced) and counted.closed and counted.as_of == "2018-02"
        page = client.get(counted.rows)
        assert page.status_code == 200 and f"{counted.value}个" in page.content.decode()


def test_ahead_are_those_whose_gap_is_above_nothing(world: District, office_user: User) -> None:
    ranked, ahead = lists(office_user).lists["unit_ranks"], lists(office_user).lists["units_ahead"]
    expected = [str(r["name"]) for r in ranked if isinstance(r["gap"], Sourced) and (r["gap"].value or 0) > 0]
    assert [str(row["name"]) for row in ahead] == expected


def alert(world: District, n: int, cause: str, level: str = "yellow", **fields: Any) -> Alert:
    project = world.projects[n]
    return Alert.objects.create(
        subject_kind="registry.project", subject_id=project.pk, subject_name=project.name, cause=cause, level=level,
        since=date(2018, 2, 1), opened_at=fields.pop("opened_at", NOW), changed_at=NOW, territory=project.territory,
        responsible_unit=project.responsible_unit, **fields,
    )  # fmt: skip


def test_alerts_are_counted_by_responsible_unit(world: District, office_user: User) -> None:
    alert(world, 0, "overdue_start", "red")
    alert(world, 2, "slipping")
    alert(world, 1, "slipping")
    alert(world, 3, "anomaly")  # of another cause: not told here
    first, second = lists(office_user).lists["unit_alerts"]
    words = {name: one.printed if isinstance(one, Sourced) else one for name, one in first.items()}
    assert words == {
        "name": str(world.projects[0].responsible_unit), "overdue": "1个", "slipping": "1个", "red": "1个",
        "projects": "第0号项目、第2号项目",
    }  # fmt: skip
    assert isinstance(second["slipping"], Sourced) and second["slipping"].printed == "1个"


def test_the_alerts_of_a_unit_open_exactly_their_list(
    world: District, office_user: User, signed_in: SignIn
) -> None:
    alert(world, 0, "overdue_start", "red")
    alert(world, 2, "slipping")
    alert(world, 1, "slipping")
    recount()
    first = lists(office_user).lists["unit_alerts"][0]
    client = signed_in(office_user)
    for column, names in {"overdue": [0], "slipping": [2], "red": [0]}.items():
        told = first[column]
        assert isinstance(told, Sourced) and told.value == len(names)
        page = client.get(told.rows).content.decode()
        shown = [n for n in range(3) if f"第{n}号项目" in page]
        assert shown == names, column


def order(world: District, n: int, **fields: Any) -> SupervisionOrder:
    given = {
        "title": f"第{n}件", "number": f"浦重大督〔2018〕{n}号", "year": 2018, "serial": n, "state": "closed",
        "office": world.root, "lead": world.territories[0], "drafted_at": NOW, "project": world.projects[0],
        "issued_at": datetime(2018, 2, 1, 9, tzinfo=BEIJING), "due_at": datetime(2018, 2, 14, 18, tzinfo=BEIJING),
        "replied_at": datetime(2018, 2, 9, 9, tzinfo=BEIJING), "verified_at": datetime(2018, 2, 10, 9, tzinfo=BEIJING),
        "on_time": True,
    }  # fmt: skip
    return SupervisionOrder.objects.create(**{**given, **fields})


def test_orders_ahead_of_their_day_are_praised_but_none_of_limited_readers(
    world: District, office_user: User
) -> None:
    order(world, 1)
    order(world, 2, confidential=True)
    order(world, 3, returns=1)
    order(world, 4, replied_at=datetime(2018, 2, 14, 9, tzinfo=BEIJING))  # on its day: not ahead
    order(world, 5, replied_at=datetime(2018, 3, 1, 9, tzinfo=BEIJING))  # of another month
    (row,) = lists(office_user).lists["orders_early"]
    days = row["days"]
    assert row["number"] == "浦重大督〔2018〕1号"
    assert isinstance(days, Sourced) and days.printed == "4个工作日"  # 2月11日（周日）补班
    assert days.rows.startswith("/supervision/orders/")


def test_late_orders_of_limited_readers_are_never_printed(world: District, office_user: User) -> None:
    late = {"on_time": False, "replied_at": datetime(2018, 2, 20, 9, tzinfo=BEIJING)}
    order(world, 1, **late)
    order(world, 2, confidential=True, **late)
    assert [row["number"] for row in lists(office_user).lists["late_orders"]] == ["浦重大督〔2018〕1号"]


def test_problems_closed_in_the_month_are_told_with_their_days(world: District, office_user: User) -> None:
    kind = ProblemClass.objects.filter(parent=None).first()
    for n, closed in enumerate(
        (datetime(2018, 2, 20, 9, tzinfo=BEIJING), datetime(2018, 3, 2, 9, tzinfo=BEIJING))
    ):
        Problem.objects.create(
            project=world.projects[n], problem_class=kind, title=f"问题{n}", words="等着", state="closed",
            reported_at=datetime(2018, 2, 1, 9, tzinfo=BEIJING), assigned_at=datetime(2018, 2, 5, 9, tzinfo=BEIJING),
            closed_at=closed, state_at=NOW, changed_at=NOW, lead=world.territories[0], token=str(n),
        )  # fmt: skip
    (row,) = lists(office_user).lists["problems_solved"]
    assert row["title"] == "问题0"
    assert isinstance(row["days"], Sourced) and row["days"].printed == "15天"


# ---- 成套的材料


def address(kind: str, pk: int, form: str = "pdf", month: str = "2018-02") -> str:
    return reverse("documents:pack", args=[kind, pk, form]) + f"?month={month}"


def test_a_units_sheet_tells_its_projects_slowest_first(world: District, office_user: User) -> None:
    unit = world.territories[0]
    made = packs.pack("unit", office_user, unit.pk, now=NOW, month=FEBRUARY)
    assert made is not None
    words = text_of(made.document)
    assert f"{unit.name}负责的区级重点项目当年实施" in words and "第0号项目" in words
    assert "第1号项目" not in words  # of the other town
    assert "投资数截至2018年2月底，已关账" in words
    tables = [one for one in made.document.blocks if isinstance(one, Table) and "各项目进展" in one.caption]
    money = ["".join(run.words for run in row[at].runs) for row in tables[0].rows for at in (2, 3)]
    assert money and all(re.fullmatch(r"\d+\.\d\d|—", said) for said in money), money
    for one in made.document.figures.values():
        assert one.as_of.startswith("2018-02"), one


def test_who_prints_which_unit(
    world: District, subdistrict: Unit, other_subdistrict: Unit, office_user: User, leader_user: User,
    territory_user: User, owner_user: User, statistics_user: User, signed_in: SignIn,
) -> None:  # fmt: skip
    for user in (office_user, leader_user):
        assert signed_in(user).get(address("unit", subdistrict.pk, "docx")).status_code == 200
    assert signed_in(territory_user).get(address("unit", subdistrict.pk, "docx")).status_code == 200
    assert signed_in(territory_user).get(address("unit", other_subdistrict.pk, "docx")).status_code == 404
    for user in (owner_user, statistics_user):
        assert signed_in(user).get(address("unit", subdistrict.pk, "docx")).status_code == 403
    assert Client().get(address("unit", subdistrict.pk)).status_code == 302


def test_who_took_a_pack_is_in_the_journal_and_too_many_wait(
    world: District, subdistrict: Unit, office_user: User, leader_user: User, signed_in: SignIn,
    settings: LazySettings,
) -> None:  # fmt: skip
    METER.forget()
    settings.XUSHI_LIMITS = {"print": (2, 3600)}
    client, sheet = signed_in(office_user), address("unit", subdistrict.pk, "docx")
    assert client.get(sheet).status_code == 200
    [told] = Event.objects.filter(verb="documents.pack.downloaded")
    assert (told.actor_id, told.subject_id) == (office_user.pk, subdistrict.pk)
    assert told.summary.startswith("下载“") and told.summary.endswith("”（docx）")
    assert "江浦街道" in told.summary and "2018年2月" in told.summary
    assert client.get(address("unit", subdistrict.pk, "docx", month="2019-01")).status_code == 400
    assert Event.objects.filter(verb="documents.pack.downloaded").count() == 1  # nothing was handed out
    late = client.get(sheet)
    assert late.status_code == 429 and "印材料一小时最多2次，请" in late.content.decode()
    assert 0 < int(late["Retry-After"]) <= 3600
    assert Event.objects.filter(verb="documents.pack.downloaded").count() == 1
    assert signed_in(leader_user).get(sheet).status_code == 200


def test_the_page_of_sheets_lists_what_one_may_print(
    world: District, office_user: User, territory_user: User, owner_user: User, signed_in: SignIn
) -> None:
    both = signed_in(office_user).get(reverse("documents:sheets")).content.decode()
    own = signed_in(territory_user).get(reverse("documents:sheets")).content.decode()
    assert "江浦街道" in both and "桥林街道" in both
    assert "江浦街道" in own and "桥林街道" not in own
    assert signed_in(owner_user).get(reverse("documents:sheets")).status_code == 403
    assert signed_in(office_user).get(reverse("documents:sheets"), {"month": "2019-01"}).status_code == 400


def test_a_brief_of_a_project_leaves_out_orders_of_limited_readers(
    world: District, office_user: User, territory_user: User, signed_in: SignIn
) -> None:
    order(world, 1, state="working", title="看得到的")
    order(world, 2, state="working", title="看不到的", confidential=True)
    alert(world, 0, "slipping")
    made = packs.pack("project", office_user, world.projects[0].pk, now=NOW, month=FEBRUARY)
    assert made is not None
    words = text_of(made.document)
    assert "看得到的" in words and "看不到的" not in words and "进度滞缓" in words
    assert "还没有现场照片" in words
    assert len(PdfReader(BytesIO(write_pdf(made.document))).pages) == 1
    assert signed_in(territory_user).get(address("project", world.projects[0].pk)).status_code == 403


def test_a_leader_of_some_projects_gets_no_brief_of_others(
    world: District, stranger: User, other_subdistrict: Unit, signed_in: SignIn
) -> None:
    """A leader whose remit is one town: the project of another is out of sight."""
    appoint(stranger, Role.LEADER, unit=other_subdistrict)
    theirs, other = world.projects[1], world.projects[0]
    assert {theirs.territory, other.territory} == set(world.territories)
    seen = theirs if theirs.territory == other_subdistrict else other
    hidden = other if seen is theirs else theirs
    client = signed_in(stranger)
    assert client.get(address("project", seen.pk, "docx")).status_code == 200
    assert client.get(address("project", hidden.pk, "docx")).status_code == 404


def test_a_meetings_papers(
    world: District, office_user: User, territory_user: User, signed_in: SignIn
) -> None:
    meeting = Meeting.objects.create(held_at=NOW, office=world.root, made_at=NOW, made_by=office_user)
    meeting.items.create(
        place=1, why="进度滞缓", title="第0号项目慢了", project=world.projects[0], now_is="黄色"
    )
    long = "区外来人口集中登记点的钥匙一直没有交到施工单位手里，协调两次没有结果"
    held = SupervisionOrder.objects.filter(pk=order(world, 3, title=f"{long[:20]}…").pk)
    held.update(demand=f"{long}。请抓紧。")
    meeting.items.create(
        place=2, why="督办单逾期", title=f"{long[:20]}…", subject_id=held.get().pk,
        subject_kind=SupervisionOrder._meta.label_lower,
    )  # fmt: skip
    made = packs.pack("meeting", office_user, meeting.pk, now=NOW, month=FEBRUARY)
    assert made is not None
    words = text_of(made.document)
    assert (
        "一、第0号项目慢了" in words
        and f"二、{long}" in words
        and "…" not in words
        and "现在黄色" in words
        and "项目：第0号项目，年度计划投资1.00亿元" in words
    )
    assert signed_in(office_user).get(address("meeting", meeting.pk, "docx")).status_code == 200
    assert signed_in(territory_user).get(address("meeting", meeting.pk, "docx")).status_code == 403
    assert signed_in(office_user).get(address("meeting", 999_999, "docx")).status_code == 404


@pytest.mark.parametrize("month", ["2018-03", "x", "2018-13"])
def test_a_month_that_is_not_closed_is_said(
    world: District, office_user: User, signed_in: SignIn, month: str
) -> None:
    answer = signed_in(office_user).get(address("unit", world.territories[0].pk, "docx", month))
    assert answer.status_code == 400
    assert "月" in answer.content.decode()


def test_no_such_kind_or_form(world: District, office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    assert client.get(reverse("documents:pack", args=["order", 1, "pdf"])).status_code == 404
    assert client.get(reverse("documents:pack", args=["unit", 1, "exe"])).status_code == 404


@pytest.mark.parametrize(("paragraphs", "expected"), [(2, 156), (15, 116), (40, 76)])
def test_the_curve_of_a_brief_is_as_large_as_its_page_allows(paragraphs: int, expected: int) -> None:
    curve = BytesIO()
    Image.new("RGB", (900, 380), "navy").save(curve, "PNG")
    photo = Image.new("RGB", (WIDE, HIGH), "grey")
    glance = _glance(Picture(curve.getvalue(), "曲线"), [photo, photo])
    assert glance is not None
    with Image.open(BytesIO(glance.data)) as drawn:
        assert drawn.width < 1.4 * CURVE_WIDE  # the curve has more than 7 tenths of the row
    said = tuple(Paragraph((Run("各单位。"),)) for _ in range(paragraphs))
    made = packs.on_one_page(Document(title=("一页纸",), blocks=(*said, glance)))
    [drawn_at] = [one.width_mm for one in made.blocks if isinstance(one, Picture)]
    assert drawn_at == expected
    assert len(PdfReader(BytesIO(write_pdf(made))).pages) == 1 or paragraphs == 40
