"""怪表：随机拼出的表头、行、格、编码，走一遍交表、预览、答复、入库、撤回；不许出错页，不许写了一半。

Most cells are such as a unit sends, some are such as nobody should; what matters is that the page says something and
that an import is whole or not at all. XUSHI_ODD_SHEETS=2000 takes that many, another sample each time.
"""

import csv
import io
import os
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from xushi.exchange.kinds import KINDS, Field, Kind
from xushi.exchange.models import ImportBatch
from xushi.journal.models import Event, EventRow
from xushi.permits.models import PermitStep
from xushi.progress.models import MonthlyReport
from xushi.registry.models import AnnualPlan, Listing, Project, ProjectRevision
from xushi.units.models import User

MANY = int(os.environ.get("XUSHI_ODD_SHEETS", "0"))
WRITTEN = (Project, ProjectRevision, Listing, AnnualPlan, MonthlyReport, PermitStep)
NAMES = (
    "紫光项目",
    "博郡项目",
    "汤泉文旅\n体验园",
    "桥林新城路网2期工程建设",
    "新材料基地",
    "数据中心",
    "永宁停车及慢行系统",
)
AMOUNTS = ("6.0万元", "68亿元", "８５０００", "1,234.5", "64000", 240_000, 12.5, 0)
DAYS = ("2018-10-01", "2018.4", "2017年10月", "2019年3月5日", date(2018, 6, 1), 43_000)
UNITS = ("桥林", "开发区", "汤泉街道", "永宁街道", "农创园")
FIT: dict[str, tuple[Any, ...]] = {
    "amount": AMOUNTS, "signed": (*AMOUNTS, -500, "-1,000"), "day": DAYS, "month": DAYS, "unit": UNITS,
    "category": ("产业", "基础设施", "产业项目"), "integer": ("2018", "2018年", 2018, 2019),
}  # fmt: skip
KNOWN = (
    "小计",
    "合计",
    "其中：",
    "是",
    "否",
    "√",
    "—",
    "（120）",
    "30%",
    "在建",
    "A",
    "省重大",
    *NAMES,
    *UNITS,
    *AMOUNTS,
    *DAYS,
)
ODD = (
    "", " ", "　", "\u200b", "\ufeff", "0", "-1", "1e400", "nan", "inf", "-inf", "9" * 30, "0.0000001", "1" + "," * 50,
    "=1/0", "=SUM(A1:A9)", "@cmd", "+1", "-", "#REF!", "#N/A", "TRUE", "0000-00-00", "9999-99-99", "10000年1月",
    "2018.13", "2018年2月30日", "x" * 400, "项" * 2100, "🏗️", "\u202e反", "a\tb", "'; DROP TABLE", "<script>", "{{ 7*7 }}",
    "１２３亿万元", "二〇一八年", "－５", "٣", "½", "null", "None", "\\N",
)  # fmt: skip
RAW = ["\x00", "\x07", "\x1b[31m", "\r"]  # only a text file can hold them
odd = st.one_of(
    st.sampled_from(KNOWN), st.sampled_from(ODD), st.integers(-(10**20), 10**20), st.text(max_size=12), st.none(),
    st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Kind, str, bytes]:
    """(kind, file name, bytes); a third are such as a unit sends, a third have a few odd cells, a third are odd."""
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    share = draw(st.sampled_from([0, 1, 10]))  # of ten cells, those that are odd
    needed = [one for one in kind.fields if one.required]
    columns = needed + draw(
        st.lists(st.sampled_from(kind.fields), max_size=5, unique_by=lambda one: one.name)
    )
    columns = list({one.name: one for one in columns}.values()) if share < 10 else columns
    head: list[Any] = [draw(st.sampled_from((one.label, *one.synonyms))) for one in columns]
    rows = [["浦口区2018年度表"], ["单位：万元"]][: draw(st.integers(0, 2))] + [head]
    for _ in range(draw(st.integers(0, 6))):
        rows.append([draw(odd if draw(st.integers(0, 9)) < share else _fit(one)) for one in columns])
    if share == 10:
        rows[-1] = [*rows[-1], *draw(st.lists(odd, max_size=3))]
        head.insert(
            draw(st.integers(0, len(head))), draw(st.one_of(st.sampled_from(ODD), st.text(max_size=8)))
        )
    if draw(st.booleans()):
        return kind, "表.xlsx", _workbook(rows, merged=share == 10)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    rows += [RAW] if share == 10 else []
    return (
        kind,
        draw(st.sampled_from(["表.csv", "表.txt", "表.xls"])),
        _text(rows, encoding, draw(st.sampled_from(",;\t"))),
    )


def _fit(known: Field) -> st.SearchStrategy[Any]:
    """What a unit would write there."""
    if known.name == "name":
        return st.sampled_from(NAMES)
    if known.choices:
        return st.sampled_from([label for _, label in known.choices])
    return st.sampled_from(FIT.get(known.read, ("无", known.example or "一期")))


def _workbook(rows: list[list[Any]], *, merged: bool) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            try:
                page.cell(at, column, value)
            except (IllegalCharacterError, ValueError):
                page.cell(at, column, "坏字")
    if merged and len(rows) > 1:
        page.merge_cells(start_row=1, end_row=2, start_column=1, end_column=1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(rows: list[list[Any]], encoding: str, separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(
        [["" if value is None else str(value) for value in row] for row in rows]
    )
    return out.getvalue().encode(encoding, "replace")


def counted() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in (*WRITTEN, Event, EventRow)}


@pytest.fixture
def office(signed_in: Callable[[User], Client], office_user: User, registry: dict[str, Project]) -> Client:
    return signed_in(office_user)


@settings(
    max_examples=MANY or 60, deadline=None, derandomize=not MANY, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(
    sheet=sheets(),
    answers=st.lists(st.sampled_from([*map(str, KNOWN), *ODD, "!ok", "!new", "!is:1", "!is:x"]), max_size=6),
)
def test_any_sheet_is_taken_whole_or_refused_in_a_sentence(
    office: Client, sheet: tuple[Kind, str, bytes], answers: list[str]
) -> None:
    with transaction.atomic():
        _walk(office, sheet, answers)
        transaction.set_rollback(True)


def _walk(office: Client, sheet: tuple[Kind, str, bytes], answers: list[str]) -> None:
    kind, name, data = sheet
    before = counted()
    handed = office.post(
        reverse("exchange:imports"),
        {"kind": kind.key, "file": SimpleUploadedFile(name, data), "year": "2018"},
    )
    if handed.status_code == 400:
        assert "field-error" in handed.content.decode() and counted() == before
        return
    assert handed.status_code == 302
    batch = ImportBatch.objects.latest("pk")
    seen = _looked(office, batch)
    for cell, answer in zip([one.address for one in seen.problems] if seen else [], answers, strict=False):
        office.post(reverse("exchange:answer", args=[batch.pk]), {"cell": cell, "answer": answer})
    seen = _looked(office, batch)
    assert office.get(reverse("exchange:errors", args=[batch.pk])).status_code < 500
    assert counted() == before, "只看一看就写了"
    mark = seen.fingerprint if seen else "x"
    assert office.post(reverse("exchange:commit", args=[batch.pk]), {"seen": mark}).status_code == 302
    batch.refresh_from_db()
    if batch.state != ImportBatch.State.COMMITTED:
        assert counted() == before, "没有入库却写了"
        return
    assert seen and seen.ready and Event.objects.filter(pk=batch.event_id).exists()
    assert office.get(reverse("exchange:preview", args=[batch.pk])).status_code == 200
    assert office.post(reverse("exchange:undo", args=[batch.pk])).status_code == 302
    batch.refresh_from_db()
    if batch.state == ImportBatch.State.UNDONE:
        after = counted()
        assert [after[model.__name__] for model in (Project, Listing, AnnualPlan, MonthlyReport)] == [
            before[model.__name__] for model in (Project, Listing, AnnualPlan, MonthlyReport)
        ]


def _looked(office: Client, batch: ImportBatch) -> Any:
    """The preview, or None where the sheet is refused in a sentence."""
    page = office.get(reverse("exchange:preview", args=[batch.pk]))
    assert page.status_code in (200, 400)
    return page.context["seen"] if page.status_code == 200 else None
