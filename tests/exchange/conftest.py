"""导入测试的夹具：一个小区的库，和照实际样子做的来表。"""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest

from tests.factories import NOW, UnitFactory
from xushi.exchange.kinds import KINDS
from xushi.exchange.maps import SheetMap
from xushi.exchange.preview import Preview, preview
from xushi.exchange.reading import open_sheet
from xushi.journal.actions import SYSTEM
from xushi.registry.actions import register_projects, set_plans
from xushi.registry.models import Category, Project
from xushi.registry.rules import PlanInput, ProjectInput
from xushi.units.models import Unit

TODAY = date(2018, 9, 12)
WAN = 10_000
PROJECTS = (
    ("紫光项目", "桥林街道", 3_200_000, 260_000),
    ("博郡项目", "开发区", 680_000, 180_000),
    ("汤泉文旅体验园", "汤泉街道", 520_000, 85_000),
    ("极光片羽科技体验园", "汤泉街道", 300_000, 60_000),
    ("农创园二期", "农创园", 165_000, 32_000),
    ("依维柯新能源整车技改", "开发区", 210_000, 64_000),
    ("桥林新城路网二期", "桥林街道", 240_000, 58_000),
    ("城南河综合整治", "顶山街道", 68_000, 24_000),
    ("永宁停车及慢行系统", "永宁街道", 44_000, 6_000),
)


@pytest.fixture
def registry(district: Unit) -> dict[str, Project]:
    """Nine projects in six territories, each with its plan of 2018."""
    Category.objects.create(code="industrial", name="产业", path="0001.")
    Category.objects.create(code="infrastructure", name="基础设施", path="0002.")
    units = {}
    for _, name, _, _ in PROJECTS:
        if name not in units:
            kind = Unit.Kind.SUBDISTRICT if name.endswith("街道") else Unit.Kind.PARK
            units[name] = UnitFactory(name=name, kind=kind, parent=district)
    made = register_projects(
        [ProjectInput(n, "industrial", units[t].pk, units[t].pk, total * WAN) for n, t, total, _ in PROJECTS],
        actor=SYSTEM,
        now=NOW,
    )
    plans = [PlanInput(p.pk, 2018, amount * WAN) for p, (_, _, _, amount) in zip(made, PROJECTS, strict=True)]
    set_plans(plans, actor=SYSTEM, now=NOW)
    return {project.name: project for project in made}


def midyear_workbook() -> bytes:
    """The sheet of picture 31: titles, merged headers, sections, and every writing the field knows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "中期调整"
    rows: list[list[Any]] = [
        ["浦口区2018年度重点项目投资计划中期调整表"],
        [None, None, None, None, None, None, "单位：万元"],
        ["序号", "项目名称", "所在地", "总投资", "2018年投资计划", None, "开工时间"],
        [None, None, None, None, "年初", "调整后", None],
        ["一", "产业项目（6个）", None, 5_075_000, 681_000, None, None],
        [1, "紫光项目", "桥林", 3_200_000, 260_000, 260_000, 2018.4],
        [2, "博郡项目", "开发区", "68亿元", 180_000, 160_000, 2017.11],
        [3, "汤泉文旅\n体验园", "汤泉", 520_000, 85_000, "８５０００", 2018.6],
        [4, "极光片羽科技体验园", "汤泉", 300_000, 60_000, "6.0万元", 2018.1],
        [5, "农创园二期", "农创园", 165_000, 32_000, "=E10*0.8", 2018.3],
        [6, "依维柯新能源整车技改", "开发区", 210_000, 64_000, 640_000, 2018.9],
        [None, "小计", None, None, 683_000, None, None],
        ["二", "基础设施（3个）", None, None, None, None, None],
        [7, "桥林新城路网2期工程建设", "桥林", 240_000, 58_000, 58_000, 2018.2],
        [8, "城南河综合整治", "顶山", 68_000, 24_000, 24_000, "2017年10月"],
        [9, "永宁停车及慢行系统", "永宁", 44_000, 6_000, "—", 2018.11],
    ]
    for row in rows:
        sheet.append(row)
    for area in ("A1:G1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:G4"):
        sheet.merge_cells(area)
    return _bytes(book)


def workbook(rows: list[list[Any]], title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return _bytes(book)


def _bytes(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def look() -> Callable[..., Preview]:
    """Preview bytes or rows as one kind."""

    def see(
        data: bytes | list[list[Any]], kind: str, *, told: SheetMap | None = None, **given: Any
    ) -> Preview:
        content = workbook(data) if isinstance(data, list) else data
        name = given.pop("name", "表.xlsx")
        return preview(open_sheet(content, name), KINDS[kind], told or SheetMap(), today=TODAY, **given)

    return see
