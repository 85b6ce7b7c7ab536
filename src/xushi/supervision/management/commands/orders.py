"""xushi orders：督办单的清单（表或 JSON），或流转表。"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from xushi.core.clock import BEIJING
from xushi.supervision.models import OrderQuerySet, SupervisionOrder
from xushi.supervision.printing import table_markdown
from xushi.supervision.table import NOT_ISSUED, State
from xushi.units.models import Unit

COLUMNS = ("number", "state", "project", "lead", "issued_at", "due_at", "replied_at", "on_time")
HEADS = ("文号", "状态", "项目", "主办", "派发", "期限", "反馈", "按期")
YES_NO = {True: "是", False: "否", None: ""}


class Command(BaseCommand):
    help = "列出督办单：[--state working] [--unit 区国土分局] [--json]；--table 印出流转表"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--state", help=f"只看一种状态：{','.join(State)}；不写是签发过的全部")
        parser.add_argument("--unit", help="只看一个主办单位：名称、简称、其中几个字（如 国土）或编号")
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.add_argument(
            "--table", action="store_true", help="印出流转表（Markdown），即 docs/督办流转.md"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["table"]:
            self.stdout.write(table_markdown(), ending="")
            return
        try:
            orders = chosen(options["state"], options["unit"])
        except ValueError as problem:
            raise CommandError(str(problem), returncode=2) from problem
        rows = list(told(orders))
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
        else:
            self.table(rows)

    def table(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            self.stdout.write("没有督办单。")
            return
        self.stdout.write("\t".join(HEADS))
        for row in rows:
            said = row | {"state": State(row["state"]).label, "on_time": YES_NO[row["on_time"]]}
            days = {name: (row[name] or "")[:10] for name in ("issued_at", "due_at", "replied_at")}
            self.stdout.write("\t".join(str((said | days)[name] or "") for name in COLUMNS))
        self.stdout.write(f"共{len(rows)}件。")


def chosen(state: str | None, unit: str | None) -> OrderQuerySet:
    """The orders asked for, by number, drafts by time; ValueError says what is not understood."""
    orders: OrderQuerySet = SupervisionOrder.objects.select_related("project", "lead")
    if state:
        if state not in set(State):
            raise ValueError(f"没有“{state}”这种状态，可用：{'、'.join(State)}。")
        orders = orders.filter(state=state)
    if not state or state not in NOT_ISSUED:
        orders = orders.filter(serial__isnull=False)
    if unit:
        orders = orders.filter(lead=_unit(unit))
    return orders.order_by("year", "serial", "drafted_at", "pk")


def _unit(text: str) -> Unit:
    named = Q(name=text) | Q(short_name=text)
    if text.isdecimal() and len(text) < 12:
        named |= Q(pk=int(text))
    found: Unit | None = Unit.objects.filter(named).order_by("dissolved_on", "pk").first()
    if found is not None:
        return found
    like = list(Unit.objects.filter(Q(name__contains=text) | Q(short_name__contains=text)).order_by("pk")[:6])
    if len(like) > 1:
        names = "、".join(unit.name for unit in like[:5]) + (" …" if len(like) > 5 else "")
        raise ValueError(f"名称里有“{text}”的单位有好几家：{names}，请写全。")
    if not like:
        raise ValueError(f"没有“{text}”这个单位，请写单位的名称或简称。")
    return like[0]


def told(orders: OrderQuerySet) -> Iterator[dict[str, Any]]:
    """One order in the published form: moments in Beijing time, on_time null until the first reply."""
    for order in orders.iterator(chunk_size=2000):
        yield {
            "number": order.number,
            "state": order.state,
            "project": order.project.name if order.project else None,
            "lead": order.lead.name,
            "issued_at": _moment(order.issued_at),
            "due_at": _moment(order.due_at),
            "replied_at": _moment(order.replied_at),
            "on_time": order.on_time,
        }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(BEIJING).isoformat(timespec="minutes") if at else None
