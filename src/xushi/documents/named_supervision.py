"""督办的数：派发、反馈、按期、逾期，各单位各几件；批示和例会各多少。"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db.models import Count, Q

from xushi.core.clock import local_day
from xushi.core.money import share
from xushi.documents.named_scope import Asked, Name, Part, Row, Rows, address, cell, number
from xushi.documents.sourced import Sourced
from xushi.supervision.models import OrderQuerySet, SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.table import AT_UNIT
from xushi.supervision.wanted import Wanted, issued_in
from xushi.units.models import Unit

ORDERS = (
    Name("issued", "派发督办单", "本年发出、没有撤回的督办单。"),
    Name("replied", "已反馈", "本年发出的督办单里已经答复过的。"),
    Name("on_time", "按期反馈", "已反馈的督办单里，每次答复都在期限内的。"),
    Name("late", "逾期反馈", "已反馈的督办单里，有一次答复过了期限的。"),
    Name("rate", "按期反馈率", "按期反馈占已反馈的比重。"),
    Name("closed", "已销号", "本年发出的督办单里已经销号的。"),
    Name("overdue", "逾期未反馈", "现在过了期限还没有答复的督办单。"),
    Name("units", "承办单位", "本年发出的督办单涉及的主办单位。"),
)
UNIT_COLUMNS = {"issued": "派发", "replied": "已反馈", "on_time": "按期反馈", "overdue": "逾期未反馈"}
FLAGS = {"issued": "", "replied": "replied", "on_time": "on_time", "late": "late", "overdue": "overdue"}
INSTRUCTIONS = (
    Name("sent", "领导批示", "本年区领导作出的批示，限定阅读的不算。"),
    Name("finished", "阅结", "本年的批示里领导已经阅结的。"),
)
MEETINGS = (
    Name("weekly", "周例会", "本年已经开过的周例会。"),
    Name("monthly", "月调度", "本年已经开过的月调度会。"),
)


def cohort(asked: Asked) -> OrderQuerySet:
    """Issued within the year up to the day and not withdrawn, as the figures of units count them."""
    seen = SupervisionOrder.objects.visible_to(asked.user).filter(issued_in(str(asked.year)))
    return seen.filter(issued_at__lte=asked.until).order_by()


def _answered(asked: Asked) -> Q:
    return Q(replied_at__isnull=False, replied_at__lte=asked.until)


def _overdue(asked: Asked) -> Q:
    return Q(state__in=AT_UNIT, due_at__lt=asked.now)


def _orders(asked: Asked) -> Mapping[str, Sourced]:
    replied = _answered(asked)
    counted = cohort(asked).aggregate(
        n_issued=Count("pk"), n_replied=Count("pk", filter=replied),
        n_on_time=Count("pk", filter=replied & Q(on_time=True)), n_late=Count("pk", filter=replied & Q(on_time=False)),
        n_closed=Count("pk", filter=Q(closed_at__lte=asked.until)), n_units=Count("lead", distinct=True),
        n_overdue=Count("pk", filter=_overdue(asked)),
    )  # fmt: skip
    values = {name.removeprefix("n_"): n for name, n in counted.items()} | {
        "rate": share(counted["n_on_time"], counted["n_replied"]),
        "overdue": counted["n_overdue"] if asked.latest else None,
    }
    units = {"rate": "%", "units": "个"}
    return {
        f"orders.{name.name}": number(
            asked, f"orders.{name.name}", name, values[name.name], unit=units.get(name.name, "件"),
            scope="督办单", rows=_behind(asked, name.name),
        )
        for name in ORDERS
    }  # fmt: skip


def _behind(asked: Asked, name: str, lead: int | None = None) -> str:
    flag = "on_time" if name == "rate" else FLAGS.get(name)
    if flag is None:
        return ""
    return address(
        "supervision:orders", Wanted(tab="all", period=str(asked.year), lead=lead).query(flag=flag)
    )


def _instructions(asked: Asked) -> Mapping[str, Sourced]:
    seen = Instruction.objects.visible_to(asked.user).filter(
        confidential=False, written_at__gte=asked.first_moment, written_at__lte=asked.until
    )
    counted = seen.aggregate(
        sent=Count("pk"),
        finished=Count("pk", filter=Q(state=InstructionState.READ, read_at__lte=asked.until)),
    )
    one = partial(number, asked, unit="件", scope="批示")
    return {f"instructions.{n.name}": one(f"instructions.{n.name}", n, counted[n.name]) for n in INSTRUCTIONS}


def _meetings(asked: Asked) -> Mapping[str, Sourced]:
    held = Meeting.objects.visible_to(asked.user).filter(
        state=Meeting.State.ENDED, held_at__gte=asked.first_moment, held_at__lte=asked.until
    )
    counted = dict(held.order_by().values_list("kind").annotate(n=Count("pk")))
    one = partial(number, asked, unit="次", scope="例会")
    return {f"meetings.{n.name}": one(f"meetings.{n.name}", n, counted.get(n.name, 0)) for n in MEETINGS}


def _units(asked: Asked) -> Iterable[tuple[str, Row]]:
    """承办单位, the most orders first."""
    replied = _answered(asked)
    grouped: Any = cohort(asked).values("lead").annotate(
        n_issued=Count("pk"), n_replied=Count("pk", filter=replied),
        n_on_time=Count("pk", filter=replied & Q(on_time=True)), n_overdue=Count("pk", filter=_overdue(asked)),
    )  # fmt: skip
    counted = list(grouped.order_by("-n_issued", "lead__path"))
    names = Unit.objects.in_bulk([row["lead"] for row in counted])
    for row in counted:
        unit = names[row["lead"]]
        cells: dict[str, Sourced | str] = {
            column: cell(
                asked, ("order_units", unit.pk, column), label, row[f"n_{column}"], unit="件", scope=str(unit),
                rows=_behind(asked, column, unit.pk),
            )
            for column, label in UNIT_COLUMNS.items()
        }  # fmt: skip
        yield str(unit.pk), {"name": str(unit), **cells}


def _late(asked: Asked) -> Iterable[tuple[str, Row]]:
    """逾期的督办单: past its day without a reply, or replied late; the longest past first; none of limited readers."""
    past = _overdue(asked) if asked.latest else Q(pk__in=[])
    found = (
        cohort(asked)
        .filter(confidential=False)
        .filter(past | (_answered(asked) & Q(on_time=False)))
        .select_related("lead", "project")
    )
    for order in found.order_by("due_at", "pk"):
        due = local_day(order.due_at) if order.due_at else None
        yield str(order.pk), {
            "number": order.number, "title": order.title, "unit": str(order.lead),
            "project": order.project.name if order.project else "",
            "due_on": f"{due.month}月{due.day}日" if due else "",
            "state": "逾期反馈" if order.on_time is False else "逾期未反馈",
        }  # fmt: skip


PARTS = (
    Part("orders", "督办单", ORDERS, _orders),
    Part("instructions", "批示", INSTRUCTIONS, _instructions),
    Part("meetings", "例会", MEETINGS, _meetings),
)
LISTS = (
    Rows(
        "order_units", "督办单承办单位",
        {"name": "单位", **UNIT_COLUMNS}, _units,
    ),
    Rows(
        "late_orders", "逾期的督办单",
        {"number": "文号", "title": "事项", "unit": "主办单位", "project": "项目", "due_on": "期限", "state": "情况"},
        _late,
    ),
)  # fmt: skip
