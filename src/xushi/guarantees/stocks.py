"""盘子的动作：定一年的总量、从中承诺、定分工。锁住那一行，承诺的和永远不超过总量。"""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Sum

from xushi.core.clock import local_day
from xushi.guarantees import policy
from xushi.guarantees.models import Allocation, Provider, ResourceRequest, Stock, StockChange
from xushi.guarantees.rules import STOCKED, Kind, below_promised, over_stock, shown
from xushi.journal.actions import Actor, record
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.units.districts import denied
from xushi.units.models import Unit


@transaction.atomic
def set_stock(
    kind: Kind, year: int, total: int, source: str, *, actor: Actor, now: datetime, seen: int | None = None
) -> Stock:
    """定盘子. Refused below what is promised, saying by how much and to whom; seen: the version looked at."""
    _ask_keeper(actor)
    _check(kind, year, total, source, now)
    Stock.objects.bulk_create(
        [Stock(kind=kind, year=year, total=0, source="", set_at=now, version=0)], ignore_conflicts=True
    )
    stock = Stock.objects.select_for_update().get(kind=kind, year=year)
    if seen is not None and stock.version != seen:
        raise Conflict(f"{stock}刚被别人改成{stock.said('total')}（{stock.source}），请看过再决定。")
    if sentence := below_promised(kind, year, total, stock.promised, promised_to(stock)):
        raise Refused([RowProblem(0, "total", sentence)])
    before = stock.total if stock.version else None
    stock.total, stock.source, stock.set_at = total, source.strip()[:200], now
    stock.version += 1
    stock.save()
    StockChange.objects.create(
        stock=stock, before=before, total=total, source=stock.source, by=actor.by, at=now,
        by_name=actor.by.name if actor.by else "系统",
    )  # fmt: skip
    told = [None if before is None else shown(kind, before), shown(kind, total)]
    record(
        "guarantees.stock.set", actor=actor, now=now, subject=stock, changes={"共有": told},
        summary=f"定{stock}盘子：{shown(kind, total)}",
    )  # fmt: skip
    return stock


def _check(kind: Kind, year: int, total: int, source: str, now: datetime) -> None:
    problems = []
    if kind not in STOCKED:
        names = "、".join(one.label for one in STOCKED)
        problems.append(RowProblem(0, "kind", f"{kind.label}没有盘子，有盘子的是{names}。"))
    if not 2000 <= year <= local_day(now).year + 5:
        problems.append(RowProblem(0, "year", f"{year}年不合理，请核对年份。"))
    if total < 0:
        problems.append(RowProblem(0, "total", "总量不能小于0。"))
    if not source.strip():
        problems.append(RowProblem(0, "source", "写明依据，如市里下达计划的文号。"))
    if problems:
        raise Refused(problems)


def promised_to(stock: Stock) -> list[tuple[str, int]]:
    """Which projects hold what of a stock, the largest first."""
    sums = stock.allocations.values("request__project__name").annotate(held=Sum("amount"))
    rows = [(one["request__project__name"], one["held"]) for one in sums.order_by() if one["held"]]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def allocate(request: ResourceRequest, more: int, *, actor: Actor, now: datetime) -> Allocation | None:
    """Promise more of the stock of the request's year (or take back); nothing for kinds without a stock.

    The stock's row is locked: of two who promise at once, the second sees what the first has left.
    """
    kind = request.of_kind
    if kind not in STOCKED or not more:
        return None
    stock = Stock.objects.select_for_update().filter(kind=kind, year=request.year).first()
    if stock is None:
        said = f"{request.year}年{kind.label}还没定盘子，请区重大办先录入总量，再承诺。"
        raise Refused([RowProblem(0, "amount", said)])
    if sentence := over_stock(kind, stock.year, stock.total, stock.promised, more):
        raise Refused([RowProblem(0, "amount", sentence)])
    Stock.objects.filter(pk=stock.pk).update(promised=F("promised") + more)
    return Allocation.objects.create(stock=stock, request=request, amount=more, by=actor.by, at=now)


@transaction.atomic
def set_providers(units: Mapping[Kind, Unit], *, actor: Actor, now: datetime) -> None:
    """定分工: which unit provides a kind from now on; what is asked already stays where it is."""
    _ask_keeper(actor)
    for unit in units.values():
        if unit.dissolved_on or unit.kind in (Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT):
            raise Refused([RowProblem(0, "unit", f"{unit.name}不能保障要素，请选在册的部门、街道或园区。")])
    held = {one.kind: str(one.unit) for one in Provider.objects.select_related("unit")}
    changes = {
        kind.label: [held.get(kind), str(unit)] for kind, unit in units.items() if held.get(kind) != str(unit)
    }
    if not changes:
        return
    for kind, unit in units.items():
        Provider.objects.update_or_create(kind=kind, defaults={"unit": unit})
    record(
        "guarantees.provider.set", actor=actor, now=now, summary=f"定要素保障分工{len(changes)}项",
        subject_name="要素保障分工", changes=changes,
    )  # fmt: skip


def _ask_keeper(actor: Actor) -> None:
    if actor.by is not None and not policy.can_keep_stocks(actor.by):
        raise PermissionDenied(denied(actor.by, "盘子和分工由区重大办定，您的角色可以查看。"))
