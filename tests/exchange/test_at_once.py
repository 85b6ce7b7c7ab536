"""导入时连点、别人先动、已经入了库：只入一次，不半写。"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.exchange.conftest import workbook
from tests.exchange.test_pages import hand_in
from tests.factories import NOW
from xushi.alerts.models import ThresholdSet
from xushi.exchange.models import ImportBatch
from xushi.exchange.preview import Preview
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.progress.models import MonthlyReport
from xushi.registry.actions import list_projects
from xushi.registry.models import AnnualPlan, Project
from xushi.registry.rules import ListingInput
from xushi.units.models import User

SignIn = Callable[[User], Client]
PLAN = [["2018年计划调整"], ["项目名称", "年度计划"], ["博郡项目", 160_000]]


def test_committing_twice_writes_once(
    signed_in: SignIn, office_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, workbook(PLAN))
    assert batch is not None
    seen = client.get(reverse("exchange:preview", args=[batch.pk])).context["seen"].fingerprint
    address = reverse("exchange:commit", args=[batch.pk])
    client.post(address, {"seen": seen})
    events = Event.objects.count()
    again = client.post(address, {"seen": seen}, follow=True)
    assert "这批已经入库了，没有再入一次" in again.content.decode()
    assert (AnnualPlan.objects.filter(state="proposed").count(), Event.objects.count()) == (1, events)
    undone = reverse("exchange:undo", args=[batch.pk])
    client.post(undone)
    assert "已经撤回" in client.post(undone, follow=True).content.decode()
    for name in ("commit", "answer", "columns"):
        answer = client.post(
            reverse(f"exchange:{name}", args=[batch.pk]), {"seen": seen, "cell": "B3", "answer": "1"}
        )
        assert answer.status_code == 403


def test_what_moved_since_the_preview_is_looked_at_again(
    signed_in: SignIn, office_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, workbook(PLAN))
    assert batch is not None
    seen = client.get(reverse("exchange:preview", args=[batch.pk])).context["seen"].fingerprint
    AnnualPlan.objects.filter(project=registry["博郡项目"]).update(planned_investment=10**9)
    page = client.post(
        reverse("exchange:commit", args=[batch.pk]), {"seen": seen}, follow=True
    ).content.decode()
    assert "库里的数在预览之后变了，请再看一遍差别" in page
    assert not AnnualPlan.objects.filter(state="proposed").exists()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("宏.xlsm", None, "带宏"),
        ("进度.xlsx", b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 90, "这不是电子表格"),
        ("空.csv", b"", "这个文件是空的"),
        (
            "二十万行.csv",
            "项目名称,总投资\n".encode() + "某项目,1\n".encode() * 200_000,
            "一次最多导入100,000行",
        ),
    ],
)
def test_what_cannot_be_imported_leaves_nothing(
    name: str, data: bytes | None, says: str, signed_in: SignIn, office_user: User
) -> None:
    from tests.exchange.test_reading import with_part

    content = with_part(workbook([["a"]]), "xl/vbaProject.bin", b"x") if data is None else data
    body = {"kind": "projects", "file": SimpleUploadedFile(name, content)}
    answer = signed_in(office_user).post(reverse("exchange:imports"), body)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("odd", ["²", "9" * 5000, "-1", "x"])
def test_odd_pages_show_the_first(
    odd: str, signed_in: SignIn, office_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, workbook(PLAN))
    assert batch is not None
    assert client.get(reverse("exchange:preview", args=[batch.pk]), {"rows": odd}).status_code == 200


def test_the_preview_asks_by_the_districts_own_factor(
    look: Callable[..., Preview], registry: dict[str, Project]
) -> None:
    """A district that takes six times the usual month is not asked at four, and the commit agrees."""
    project = registry["博郡项目"]
    list_projects([ListingInput(project.pk, 2018, "district", 1)], actor=SYSTEM, now=NOW)
    MonthlyReport.objects.create(
        project=project, month="2018-07", cumulative=7 * 10**7, state="accepted", submitted_at=NOW
    )
    rows = [["2018年8月"], ["项目名称", "累计完成投资"], ["博郡项目", 11_000]]
    assert "是上月的4.0倍" in look(rows, "reports").problems[0].sentence
    ThresholdSet.objects.create(
        effective_at=NOW, values={"anomaly_factor": str(Decimal(6))}, reason="区里另定"
    )
    assert look(rows, "reports").problems == []
