"""写：与页面同一套动作；每个写入都带去重号，整批成、整批不成。"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Path

from xushi.api import reading, schemas
from xushi.api.once import once
from xushi.api.views_access import Caller
from xushi.config import clock
from xushi.permits.actions_office import StepReport, report_steps
from xushi.problems.reporting import report_problems
from xushi.problems.rules import ProblemInput
from xushi.progress.actions import ReportInput, submit_reports
from xushi.supervision import actions as supervision
from xushi.supervision.models import SupervisionOrder

Told = dict[str, Any]
CallerOf = Callable[[HttpRequest, str], Caller]
KEYED = {
    "parameters": [
        {
            "in": "header", "name": "Idempotency-Key", "required": True, "description": "去重号：每件事一个",
            "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{8,80}$", "examples": ["sp-2018-000123"]},
        }
    ]
}  # fmt: skip


def add_to(api: NinjaAPI, caller_of: CallerOf, refusals: Any) -> None:
    """The writing addresses, beside the reading ones."""
    answers = {200: schemas.Written, **refusals}

    @api.post("/reports", response=answers, openapi_extra=KEYED, summary="报月报", tags=["写入"])
    def reports(request: HttpRequest, body: schemas.ReportsIn) -> Told:
        return _reports(request, caller_of(request, "write:reports"), body)

    @api.post("/problems", response=answers, openapi_extra=KEYED, summary="报问题", tags=["写入"])
    def problems(request: HttpRequest, body: schemas.ProblemsIn) -> Told:
        return _problems(request, caller_of(request, "write:problems"), body)

    @api.post("/permit-steps", response=answers, openapi_extra=KEYED, summary="报手续进度", tags=["写入"])
    def steps(request: HttpRequest, body: schemas.StepsIn) -> Told:
        return _steps(request, caller_of(request, "write:permits"), body)

    @api.post(
        "/orders/{order}/acknowledge",
        response=answers,
        openapi_extra=KEYED,
        summary="签收督办单",
        tags=["写入"],
    )
    def acknowledge(request: HttpRequest, order: Path[schemas.Number]) -> Told:
        return _acknowledge(request, caller_of(request, "write:orders"), order)

    @api.post(
        "/orders/{order}/reply", response=answers, openapi_extra=KEYED, summary="答复督办单", tags=["写入"]
    )
    def reply(request: HttpRequest, order: Path[schemas.Number], body: schemas.ReplyIn) -> Told:
        return _reply(request, caller_of(request, "write:orders"), order, body)


def _reports(request: HttpRequest, caller: Caller, body: schemas.ReportsIn) -> Told:
    now = clock.now()

    def act() -> Told:
        rows = [_report(row) for row in body.rows]
        made = submit_reports(rows, actor=caller.actor, now=now)
        return {"sentence": f"报送{len(made)}个项目的月报。", "ids": [one.pk for one in made]}

    return once(request, caller, now, act)


def _report(row: schemas.ReportIn) -> ReportInput:
    plain = ReportInput(row.project, reading.month_of(row.month), row.cumulative)
    more = row.dict(exclude={"project", "month", "cumulative", "difficulty_kinds"})
    return replace(plain, difficulty_kinds=tuple(row.difficulty_kinds), **more)


def _problems(request: HttpRequest, caller: Caller, body: schemas.ProblemsIn) -> Told:
    now = clock.now()

    def act() -> Told:
        rows = [ProblemInput(**row.dict()) for row in body.rows]
        made = report_problems(rows, actor=caller.actor, now=now)
        return {"sentence": f"报了{len(made)}个问题，等重大办分办。", "ids": [one.pk for one in made]}

    return once(request, caller, now, act)


def _steps(request: HttpRequest, caller: Caller, body: schemas.StepsIn) -> Told:
    now = clock.now()

    def act() -> Told:
        made = report_steps([StepReport(**row.dict()) for row in body.rows], actor=caller.actor, now=now)
        said = f"更新{len(made)}步手续，{len(body.rows) - len(made)}步没有变化。"
        return {"sentence": said, "ids": [one.pk for one in made]}

    return once(request, caller, now, act)


def _order(caller: Caller, number: int) -> SupervisionOrder:
    found: SupervisionOrder | None = (
        SupervisionOrder.objects.visible_to(caller.user).filter(pk=number).first()
    )
    if found is None:
        raise reading.missing("督办单")
    return found


def _acknowledge(request: HttpRequest, caller: Caller, number: int) -> Told:
    now = clock.now()

    def act() -> Told:
        [held] = supervision.acknowledge_orders([_order(caller, number)], actor=caller.actor, now=now)
        return {"sentence": f"{held.number}已签收。", "ids": [held.pk]}

    return once(request, caller, now, act)


def _reply(request: HttpRequest, caller: Caller, number: int, body: schemas.ReplyIn) -> Told:
    now = clock.now()

    def act() -> Told:
        order = _order(caller, number)
        supervision.reply_order(order, body.words, seen=body.version, actor=caller.actor, now=now)
        return {"sentence": f"{order.number}已答复，由单位负责人签发后生效。", "ids": [order.pk]}

    return once(request, caller, now, act)
