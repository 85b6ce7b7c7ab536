"""读：每一份清单都是这个服务账号看得到的，翻页凭记号，按编号往下走。"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import HttpRequest

from xushi.api import telling
from xushi.api.actions import hand_out_month
from xushi.api.rules import ApiRefused, Cursor, refuse_repeated, refuse_unknown, refuse_unlisted
from xushi.api.schemas import Paging
from xushi.api.views_access import Caller
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.home import lists
from xushi.home.columns import COLUMNS
from xushi.home.months import Choice, choose
from xushi.home.wanted import Wanted, read
from xushi.progress import figures
from xushi.progress.closed import closing_for
from xushi.progress.models import MonthClosing
from xushi.progress.scope import NO_WORD, Filters
from xushi.registry.models import Category, Project
from xushi.units.models import User

Told = dict[str, Any]


def page(
    rows: "QuerySet[Any]", wanted: Paging, tell: Callable[[Any], Told], *, of: str = "", key: str = "pk"
) -> Told:
    """One page of rows by number, and the cursor of the next where there is one."""
    found = list(after(rows, wanted, of=of, key=key))
    shown = found[: wanted.limit]
    more = len(found) > wanted.limit
    return {"items": [tell(one) for one in shown], "next": str(Cursor(of, shown[-1].pk)) if more else None}


def after(rows: "QuerySet[Any]", wanted: Paging, *, of: str, key: str) -> "QuerySet[Any]":
    """The rows behind the cursor, one more than wanted: by it one sees whether the list goes on."""
    if wanted.cursor:
        rows = rows.filter(**{f"{key}__gt": Cursor.read(wanted.cursor, of).after})
    return rows.order_by(key)[: wanted.limit + 1]


def known(request: HttpRequest, names: "type[Any] | tuple[str, ...]") -> None:
    """Refuse query parameters that are not in a schema, or not among these, and those given more than once."""
    refuse_repeated(request.GET.lists())
    refuse_unknown(request.GET, names if isinstance(names, tuple) else tuple(names.model_fields))


def month_of(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as problem:
        raise ApiRefused(422, "bad_month", str(problem), field="month", how="月份写成2018-08。") from problem


def closing_of(user: User, month: Month) -> MonthClosing:
    """The closing in force; ApiRefused where the month is not closed."""
    closing = closing_for(user, month)
    if closing is None:
        raise ApiRefused(
            409, "month_open", f"{month.label}还没有关账，数还会变。", field="month",
            how="关了账的月份见 GET /months；没关账的用 GET /projects?month=。",
        )  # fmt: skip
    return closing


def asked(user: User, query: Told, today: date) -> tuple[Choice, Wanted]:
    """The month and the list that the query asks for; ApiRefused with the sentence of the page."""
    refuse_unlisted("owner_kind", query.get("owner_kind") or None, [*Project.OwnerKind.values, NO_WORD])
    if category := query.get("category"):
        refuse_unlisted("category", category, list(Category.objects.values_list("code", flat=True)))
    try:
        return choose(user, query.get("month"), today), read(
            {k: v for k, v in query.items() if v is not None}
        )
    except ValueError as problem:
        raise ApiRefused(422, "bad_filter", str(problem), how="可用的写法同项目清单的网址。") from problem


def projects(caller: Caller, query: Told, paging: Paging, today: date) -> Told:
    """A page of the list of projects, in the order of their numbers."""
    choice, wanted = asked(caller.user, query, today)
    found = lists.find(caller.user, choice.month, wanted, choice.stood)
    of = str(choice.month)
    numbers = list(after(found.rows, paging, of=of, key=found.key).values_list(found.key, flat=True))
    shown = numbers[: paging.limit]
    told = _told(found, wanted, shown, caller.user, today, closed=choice.closed)
    more = len(numbers) > paging.limit
    return {"items": told, "next": str(Cursor(of, shown[-1])) if more else None}


def project(caller: Caller, number: int, month: str | None, today: date) -> Told:
    """One project at a month's end; 404 where it is not this account's to see, or not listed in that year."""
    choice, wanted = asked(caller.user, {"month": month}, today)
    found = lists.find(caller.user, choice.month, wanted, choice.stood)
    told = _told(found, wanted, [number], caller.user, today, closed=choice.closed)
    if not told:
        raise missing("项目", f"它在{choice.month.label}的名单里才有数。")
    return told[0]


def _told(
    found: lists.Found, wanted: Wanted, numbers: list[int], user: User, today: date, *, closed: bool
) -> list[Told]:
    narrowed = lists.chosen(found, numbers)
    rows = lists.page(narrowed, replace(wanted, page=1), user, today)
    return [telling.project(row, closed=closed) for row in sorted(rows, key=lambda row: row.pk)]


def month_lines(caller: Caller, month: Month, now: datetime) -> Iterator[str]:
    """A closed month as lines of JSON: its head with the sums, a line a project, the end with how many there were.

    Read some at a time; whoever finds no end line has not got it all. Who took it stands in the journal and in the head.
    """
    today = local_day(now)
    closing = closing_of(caller.user, month)
    wanted = Wanted(columns=tuple(key for key in COLUMNS if key != "order"))
    stood = choose(caller.user, str(month), today).stood
    found = lists.find(caller.user, month, wanted, stood)
    head = {
        "kind": "month", "month": str(month), "version": closing.version, "closed_at": closing.closed_at,
        "given_to": str(caller.account), "given_at": now,
        **telling.group(figures.total(caller.user, month, Filters())),
    }  # fmt: skip
    hand_out_month(token=caller.token, month=month, version=closing.version, actor=caller.actor, now=now)
    return _lines(head, lists.every(found, wanted, caller.user, today, telling.NEEDED))


def _lines(head: Told, rows: Iterator[Any]) -> Iterator[str]:
    yield _line(head)
    told = 0
    for row in rows:
        yield _line({"kind": "project", **telling.project(row, closed=True)})
        told += 1
    yield _line({"kind": "end", "projects": told})


def _line(told: Told) -> str:
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def missing(what: str, how: str = "") -> ApiRefused:
    return ApiRefused(404, "not_found", f"没有这个{what}，或者它不归这个账号看。", how=how)
