"""Time importing 10,000 rows against its floor: reading the file with calamine, inserting the same rows in bulk."""

import io
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import xlsxwriter
from django.db import transaction
from python_calamine import load_workbook

from bench.district import CATEGORIES, NOW, TOWNS
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.exchange.importing import commit_import
from xushi.exchange.kinds import KINDS
from xushi.exchange.maps import SheetMap
from xushi.exchange.models import ImportBatch
from xushi.exchange.preview import preview
from xushi.exchange.reading import open_sheet
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.kit.bulk import insert_all
from xushi.progress.models import MonthlyReport
from xushi.registry.models import AnnualPlan, Listing, Project

ROWS = 10_000
_PROJECT_HEAD = (
    "项目名称", "项目代码", "类别", "属地", "总投资", "责任单位", "责任人", "投资主体", "建设内容", "地点",
    "开工日期", "计划竣工日期",
)  # fmt: skip


_CHARACTERS = (
    "华安博创德恒宏华佳嘉金景凯康科力联美能诺鹏奇启仁瑞润盛世泰天通同伟欣新信兴雅亿益永友宇元源远云泽展振正志智中众卓紫"
    "光海江河湖山林森峰岭春夏秋冬晨曦明辉星辰月阳东南西北城乡镇路桥港湾洲浦汤泉桥永宁星甸顶珠石汇文成章书画琴棋"
)
_TRADES = (
    "新能源汽车零部件生产", "集成电路封装测试基地", "智能制造产业园", "生物医药研发中心", "新材料", "冷链物流",
    "数据中心", "污水处理厂提标改造", "中学新建", "道路改扩建", "安置房", "河道综合整治", "总部大厦", "文旅小镇",
    "标准厂房", "停车场",
)  # fmt: skip


def projects_file(seed: int) -> bytes:
    """10,000 projects nobody has yet, twelve columns, as a district would send them."""
    chance = random.Random(seed)
    rows = {row[0]: row for row in (_project(n, chance) for n in range(ROWS + ROWS // 10))}
    return _workbook(_PROJECT_HEAD, list(rows.values())[:ROWS])


def _project(n: int, chance: random.Random) -> tuple[Any, ...]:
    """Names as districts write them: a firm's two or three own characters, what it makes, a phase or a number."""
    town = chance.choice(TOWNS)
    firm = "".join(chance.choices(_CHARACTERS, k=chance.choice((2, 2, 3))))
    phase = chance.choice(("", "", "二期", "（三期）", f"第{n + 200_000}号", f"{n % 40 + 1}号地块"))
    end = chance.choice(("项目", "工程", "技改", ""))
    return (
        f"{chance.choice((town, '南京', ''))}{firm}{_TRADES[n % len(_TRADES)]}{phase}{end}",
        f"2018-320111-47-03-{500000 + n}",
        chance.choice(CATEGORIES),
        town,
        chance.randint(1_000, 900_000) + (0.5 if n % 10 == 0 else 0),
        town,
        "".join(chance.choices(_CHARACTERS, k=3)),
        chance.choice(("民企", "国企", "外资", "央企")),
        f"新建厂房{chance.randint(1, 90)}万平方米，配套道路、管网、绿化及附属设施，年产{n % 31 + 1}万套",
        f"{town}{''.join(chance.choices(_CHARACTERS, k=2))}路{n % 300 + 1}号",
        date(2016, 1, 4) + timedelta(days=n * 7 % 900) if n % 3 else None,
        date(2019, 1, 10) + timedelta(days=n * 11 % 1200),
    )


def reports_file(names: list[str]) -> bytes:
    """One January report for each of 10,000 projects of the district."""
    head = ("项目名称", "月份", "累计完成投资", "形象进度", "当月情况", "存在问题")
    rows = (
        (
            name,
            "2019年1月",
            n % 20,
            f"主体施工至{n % 30 + 1}层",
            f"完成桩基{n % 90}根",
            "" if n % 4 else "征地未完",
        )
        for n, name in enumerate(names)
    )
    return _workbook(head, rows)


def _workbook(head: tuple[str, ...], rows: Any) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("来表"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, head)
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)  # type: ignore[arg-type]
                elif cell is not None:
                    sheet.write(at, column, cell)
    return target.getvalue()


def measure(runs: int = 5) -> dict[str, Any]:
    """Medians in seconds: the whole import, and what its floors cost in the same database.

    Every run reads another file. All of it is rolled back, the import as its floors, so none counts its commit.
    """
    files = [projects_file(seed) for seed in range(runs + 1)]
    found = {"projects": _measured("projects", files, Project)}
    if names := _listed():
        found["reports"] = _measured("reports", [reports_file(names)] * (runs + 1), MonthlyReport)
    return found


def _listed() -> list[str]:
    """Put the first 10,000 projects on next year's list with a plan, so that January can be reported."""
    held = list(Project.objects.order_by("pk")[:ROWS])
    if len(held) < ROWS:
        return []
    year = NOW.year
    with transaction.atomic():
        insert_all([Listing(project=p, year=year, level="district", stage=1) for p in held])
        insert_all(
            [
                AnnualPlan(
                    project=p,
                    year=year,
                    planned_investment=p.total_investment // 4,
                    start_month=Month(year, 1),
                    proposed_at=NOW,
                )
                for p in held
            ]
        )
    return [p.name for p in held]


def _measured(kind: str, files: list[bytes], model: Any) -> dict[str, Any]:
    spent: dict[str, list[float]] = {"import_s": [], "read_s": [], "insert_s": [], "bulk_create_s": []}
    for data in files:
        name_key.cache_clear()
        rows: list[Any] = []
        spent["import_s"].append(_rolled_back(partial(run_import, kind, data), model, rows))
        spent["read_s"].append(_rolled_back(partial(_read_alone, data)))
        spent["insert_s"].append(_rolled_back(partial(insert_all, _anew(rows))))
        spent["bulk_create_s"].append(_rolled_back(partial(model.objects.bulk_create, _anew(rows))))
    # the first run warms what any server has warm: the phrases of pinyin, prepared statements
    told = {name: round(statistics.median(values[1:]), 3) for name, values in spent.items()}
    told["ratio"] = round(told["import_s"] / (told["read_s"] + told["insert_s"]), 2)
    told["ratio_bulk_create"] = round(told["import_s"] / (told["read_s"] + told["bulk_create_s"]), 2)
    return told


def _rolled_back(call: Callable[[], Any], model: Any = None, kept: list[Any] | None = None) -> float:
    """Seconds of a call within a transaction that is then undone; kept takes the newest rows of a model before that."""
    with transaction.atomic():
        began = time.perf_counter()
        call()
        spent = time.perf_counter() - began
        if kept is not None:
            kept += model.objects.order_by("-pk")[:ROWS]
        transaction.set_rollback(True)
    return spent


def _anew(rows: list[Any]) -> list[Any]:
    """The same rows, to be inserted once more."""
    for row in rows:
        row.pk, row._state.adding = None, True
    return rows


def run_import(kind: str, data: bytes) -> ImportBatch:
    """What xushi import does: open, understand, compare, write, journal, keep what an undo needs."""
    sheet = open_sheet(data, "来表.xlsx")
    seen = preview(sheet, KINDS[kind], SheetMap(), today=local_day(NOW))
    if seen.problems:
        raise RuntimeError(seen.problems[0].sentence)
    batch = ImportBatch.objects.create(kind=kind, file_name="来表.xlsx", at=NOW)
    commit_import(seen, batch, actor=Actor(channel=Event.Channel.COMMAND), now=NOW)
    return batch


def _read_alone(data: bytes) -> int:
    return len(load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python())
