"""xushi figures：某月的数，给人看或给机器读。"""

import json
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.core.figure import FigureUnit
from xushi.core.money import half_up, plain, yi
from xushi.core.months import Month
from xushi.progress.figures import DIMENSIONS, SPECS, Group, portfolio, rows, words
from xushi.progress.models import MonthClosing
from xushi.progress.scope import Filters
from xushi.progress.standing import last_closed_month
from xushi.progress.system import WHOLE_DISTRICT
from xushi.registry.models import Category
from xushi.units.models import Unit

COUNTS = (
    "listed",
    "under_way",
    "preliminary",
    "started",
    "completed_projects",
    "at_least_10",
    "at_least_50",
    "at_least_100",
)
AMOUNTS = (
    "total_investment",
    "preliminary_investment",
    "annual_plan",
    "completed_total_investment",
    "completed_invested_to_date",
)
NUMBERED = ("territory", "unit", "leader", "chain")  # 库里只有编号的：给名称，编号另给
RATES = ("under_way", "planned_this_year", "planned_by_now")


class Command(BaseCommand):
    help = "打印某月的数字：--as-of 2018-08 [--json] [--by level,territory] [--list]"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", help="月份，如 2018-08；默认最近关账的月份")
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.add_argument(
            "--by",
            default="",
            help=f"分组，最多两个：{','.join(DIMENSIONS)}。"
            "JSON 里属地、单位、领导、产业链给名称，另给编号（territory_id 等）",
        )
        parser.add_argument("--list", action="store_true", help="逐个项目列出")
        parser.add_argument("--level", default=None, help="只看一个级别")
        parser.add_argument("--category", default=None, help="只看一个类别（代号）")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month = self.month(options["as_of"])
            if options["list"]:
                return self.list_rows(month, options)
            by = [name.strip() for name in options["by"].split(",") if name.strip()]
            groups = self.groups(month, by, options)
        except ValueError as problem:
            raise CommandError(str(problem), returncode=2) from problem
        if options["json"]:
            named = {name: words(name) for name in by if name in NUMBERED}
            self.emit(
                {
                    "as_of": str(month),
                    "scheduled_share": self.share(month, groups),
                    "closed": groups[0].closed if groups else False,
                    "groups": [as_json(group, named) for group in groups],
                }
            )
        else:
            self.table(month, groups)
        return None

    def month(self, text: str | None) -> Month:
        month = Month.parse(text) if text else last_closed_month()
        if month is None:
            raise ValueError("还没有关过账的月份；请用 --as-of 2018-08 指明月份。")
        if not (MonthClosing.objects.filter(month=month).exists() or _has_plans(month)):
            raise ValueError(f"库里没有{month.label}的数：既没有关账，也没有当年的名单。")
        return month

    def groups(self, month: Month, by: list[str], options: dict[str, Any]) -> list[Group]:
        if len(by) > 2:
            raise ValueError("最多按两项交叉分组。")
        filters = Filters(level=options["level"] or "district", category=options["category"])
        filters.check()
        if by:
            return portfolio(WHOLE_DISTRICT, month, filters=filters, by=by)
        whole = ["level"] if not options["level"] else []
        found = portfolio(WHOLE_DISTRICT, month, filters=filters, by=whole)
        if not options["category"]:
            found += portfolio(WHOLE_DISTRICT, month, filters=filters, by=[*whole, "category"])
        return found

    def share(self, month: Month, groups: list[Group]) -> str:
        """The district's own schedule: twelfths of the year gone, as a share with six places."""
        return str(half_up(Decimal(month.number) / 12, 6))

    def list_rows(self, month: Month, options: dict[str, Any]) -> None:
        filters = Filters(level=options["level"] or "district", category=options["category"])
        filters.check()
        found = rows(WHOLE_DISTRICT, month, filters).order_by("project_name")
        codes = dict(Category.objects.values_list("pk", "code"))
        places = {unit.pk: str(unit) for unit in Unit.objects.all()}
        listed = [
            row_json(row, filters, codes[row.category_id], places[row.territory_id])
            for row in found.iterator(chunk_size=2000)
        ]
        if options["json"]:
            return self.emit({"as_of": str(month), "rows": listed})
        for row in listed:
            self.stdout.write("\t".join(str(value) for value in row.values()))
        return None

    def table(self, month: Month, groups: list[Group]) -> None:
        self.stdout.write(
            f"{month.period}（{'已关账' if groups and groups[0].closed else '未关账'}），金额亿元"
        )
        for group in groups:
            parts = [
                f"{SPECS[name].label}{group.figure(name).text()}"
                for name in ("under_way", "started", "annual_plan", "completed_investment", "completion_rate")
            ]
            self.stdout.write(f"{group.label}：" + "，".join(parts))

    def emit(self, data: Any) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=1))


def _has_plans(month: Month) -> bool:
    from xushi.registry.models import Listing

    return Listing.objects.filter(year=month.year).exists()


def as_json(group: Group, named: dict[str, dict[Any, str]]) -> dict[str, Any]:
    """One group in the published form: amounts 亿元 and shares (6 places) as decimal strings.

    A territory, unit, leader or chain is given by name, its number beside it as territory_id …; 0 is 未填.
    """
    filters = group.filters
    data: dict[str, Any] = {"level": filters.level, "category": filters.category}
    for name, value in group.key.items():
        if name in named:
            data |= {name: named[name].get(value, str(value)), f"{name}_id": value}
        else:
            data.setdefault(name, value)
    data["label"] = group.label
    data |= {name: int(getattr(group, name)) for name in COUNTS}
    data |= {name: plain(yi(getattr(group, name))) for name in AMOUNTS}
    data["completed_investment"] = plain(yi(group.cumulative))
    data["start_rate"] = {name: _six(getattr(group, f"start_rate_{name}")) for name in RATES}
    data["completion_rate"] = _six(group.completion_rate)
    data["scheduled_share"] = _six(group.scheduled_share)
    data["gap_points"] = _six(group.gap_points)
    data["gap_yi"] = _six(group.gap_yuan / 10**8)
    data["disputed"] = {
        name: {
            "published": plain(dispute.value),
            "source": dispute.source,
            "unit": "share" if SPECS[name].unit is FigureUnit.SHARE else SPECS[name].unit,
        }
        for name, dispute in group.published.items()
    }
    return data


def _six(value: Decimal | None) -> str | None:
    return None if value is None else str(half_up(value, 6))


def row_json(row: Any, filters: Filters, category: str, territory: str) -> dict[str, Any]:
    """One project's row behind the figures."""
    stage = getattr(row, filters.stage_column)
    start = row.start_month if isinstance(row.start_month, Month | None) else Month.from_key(row.start_month)
    return {
        "project": row.project_name,
        "stage": {1: "under_way", 2: "preliminary"}[stage],
        "category": category,
        "territory": territory,
        "total_investment": plain(yi(row.total_investment)),
        "annual_plan": plain(yi(row.annual_plan)),
        "completed_investment": plain(yi(row.cumulative)),
        "invested_to_date": plain(yi(row.invested_before + row.cumulative)),
        "scheduled_investment": _six(Decimal(row.due_twelfths) / 12 / 10**8),
        "start_month": str(start) if start else None,
        "started": bool(row.started),
        "completed": bool(row.completed),
    }
