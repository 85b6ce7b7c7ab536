"""导入的页：重大办、属地、外人各看见什么；从交表到撤回走一遍。"""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.exchange.conftest import midyear_workbook, workbook
from xushi.exchange.models import ColumnMap, ImportBatch
from xushi.registry.models import AnnualPlan, Project
from xushi.units.models import User

SignIn = Callable[[User], Client]


def hand_in(
    client: Client, data: bytes, kind: str = "plans", name: str = "中期调整表.xlsx"
) -> ImportBatch | None:
    answer = client.post(
        reverse("exchange:imports"),
        {"kind": kind, "file": SimpleUploadedFile(name, data), "sender": "发改局"},
    )
    if answer.status_code != 302:
        return None
    return ImportBatch.objects.latest("pk")


def test_the_whole_way_of_the_picture(
    signed_in: SignIn, office_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, midyear_workbook())
    assert batch is not None
    page = client.get(reverse("exchange:preview", args=[batch.pk])).content.decode()
    assert "9行还有4处错、1处要核；没改完，一行也不入库" in page
    assert "disabled>改完再入库" in page and "整批入库9行" not in page
    assert "亿元。" not in page and 'class="total"' not in page  # what it would come to cannot be said yet
    assert "跳过标题、小计等7行" in page
    assert "就是它" in page and "改为64,000" in page
    refused = client.post(reverse("exchange:commit", args=[batch.pk]), {"seen": "x"}, follow=True)
    assert "请再看一遍差别" in refused.content.decode()
    given = {"G9": "2018-10", "F10": "25,600", "F11": "64000", "E12": "!ok"}
    given["B14"] = f"!is:{registry['桥林新城路网二期'].pk}"
    for cell, text in given.items():
        client.post(reverse("exchange:answer", args=[batch.pk]), {"cell": cell, "answer": text})
    response = client.get(reverse("exchange:preview", args=[batch.pk]))
    seen = response.context["seen"]
    assert seen.ready
    assert "整批入库9行" in response.content.decode() and 'class="total"' in response.content.decode()
    assert "已改5/5" in response.content.decode()
    done = client.post(reverse("exchange:commit", args=[batch.pk]), {"seen": seen.fingerprint}, follow=True)
    assert "已整批入库" in done.content.decode()
    assert "待核的小计" in done.content.decode()
    assert AnnualPlan.objects.filter(state="proposed").count() == 8
    assert ColumnMap.objects.get(sender="发改局").columns["columns"]["开工时间"] == "start_month"
    back = client.post(reverse("exchange:undo", args=[batch.pk]), follow=True)
    assert "已撤回" in back.content.decode()
    assert "入库时" in done.content.decode() and "曾由" not in done.content.decode()
    assert "曾由" in back.content.decode()
    assert not AnnualPlan.objects.filter(state="proposed").exists()


def test_an_answer_can_be_taken_back_and_typed(
    signed_in: SignIn, office_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, midyear_workbook())
    assert batch is not None
    url = reverse("exchange:answer", args=[batch.pk])
    client.post(url, {"cell": "F11", "typed": "63000", "answer": ""})
    batch.refresh_from_db()
    assert batch.answers == {"F11": "63000"}
    client.post(url, {"cell": "F11"})
    batch.refresh_from_db()
    assert batch.answers == {}


def test_columns_can_be_chosen_by_hand(
    signed_in: SignIn, office_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(office_user)
    data = workbook([["项目名称", "投资多少"], ["紫光项目", 3_000_000]])
    batch = hand_in(client, data, kind="projects")
    assert batch is not None
    form = {
        "column-0": "name", "was-0": "name", "label-0": "项目名称",
        "column-1": "total_investment", "was-1": "", "label-1": "投资多少", "unit": "万元", "sheet": "",
    }  # fmt: skip
    client.post(reverse("exchange:columns", args=[batch.pk]), form)
    response = client.get(reverse("exchange:preview", args=[batch.pk]))
    assert [(d.old, d.new) for d in response.context["seen"].differences] == [("3,200,000", "3,000,000")]


def test_a_file_that_is_no_sheet_comes_back_with_a_sentence(signed_in: SignIn, office_user: User) -> None:
    client = signed_in(office_user)
    answer = client.post(
        reverse("exchange:imports"), {"kind": "projects", "file": SimpleUploadedFile("a.png", b"\x89PNG\x00")}
    )
    assert answer.status_code == 400
    assert "这不是电子表格" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_error_workbook_and_templates(
    signed_in: SignIn, office_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(office_user)
    batch = hand_in(client, midyear_workbook())
    assert batch is not None
    assert client.get(reverse("exchange:errors", args=[batch.pk])).content[:2] == b"PK"
    for kind in ("projects", "listings", "plans", "reports", "revisions", "permits"):
        assert client.get(reverse("exchange:template", args=[kind])).content[:2] == b"PK"


def test_territories_import_reports_and_permits_only(
    signed_in: SignIn, territory_user: User, registry: dict[str, Project]
) -> None:
    client = signed_in(territory_user)
    assert hand_in(client, midyear_workbook(), kind="plans") is None
    assert client.get(reverse("exchange:template", args=["plans"])).status_code == 404
    rows = [["2018年8月"], ["项目名称", "累计完成投资"], ["紫光项目", 1000]]
    batch = hand_in(client, workbook(rows), kind="reports")
    assert batch is not None
    page = client.get(reverse("exchange:preview", args=[batch.pk]))
    assert "不在管辖范围" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["leader_user", "owner_user", "system_admin", "statistics_user"])
def test_nobody_else_imports(request: pytest.FixtureRequest, signed_in: SignIn, person: str) -> None:
    client = signed_in(request.getfixturevalue(person))
    assert client.get(reverse("exchange:imports")).status_code == 403


def test_batches_of_others_are_not_found(
    signed_in: SignIn, office_user: User, territory_user: User, registry: dict[str, Project]
) -> None:
    batch = hand_in(signed_in(office_user), midyear_workbook())
    assert batch is not None
    assert signed_in(territory_user).get(reverse("exchange:preview", args=[batch.pk])).status_code == 404
    assert Client().get(reverse("exchange:imports")).status_code == 302
