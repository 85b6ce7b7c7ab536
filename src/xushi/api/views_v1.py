"""第一版接口：网址、权限、调哪个房间的读法和动作。"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import NinjaAPI, Path, Query
from ninja.renderers import JSONRenderer

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.api import errors, reading, schemas, telling, views_writing
from xushi.api.rules import ApiRefused, refuse_unlisted
from xushi.api.views_access import Bearer, Caller
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.duties import selectors as duties
from xushi.indicators import policy as indicators
from xushi.indicators.reading_board import room_of
from xushi.permits.models import Permit, PermitStep
from xushi.problems.models import Problem
from xushi.problems.table import State as ProblemState
from xushi.progress import figures
from xushi.progress.closed import closings_for
from xushi.progress.scope import Filters
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.table import State as OrderState

Told = dict[str, Any]
MOST_DIMENSIONS = 2
REFUSALS = {frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 503}): schemas.Error}
LINES = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "description": "OK"}


class Readable(JSONRenderer):
    """Chinese as it is, not as escapes."""

    json_dumps_params: Mapping[str, Any] = MappingProxyType({"ensure_ascii": False})


api = NinjaAPI(
    renderer=Readable(),
    title="序时接口",
    version="1",
    description=schemas.UNITS + "时间带时区。看得到什么、办得了什么，随服务账号的任职。",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-v1",
    auth=Bearer(),
)
errors.install(api)


def _caller(request: HttpRequest, scope: str) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.ask(scope)
    return caller


@api.get(
    "/projects",
    response={200: schemas.Page[schemas.ProjectOut], **REFUSALS},
    summary="项目清单",
    tags=["项目"],
)
def projects(request: HttpRequest, query: Query[schemas.ProjectQuery]) -> Told:
    caller = _caller(request, "read:projects")
    reading.known(request, schemas.ProjectQuery)
    return reading.projects(caller, query.dict(exclude={"cursor", "limit"}), query, local_day(clock.now()))


@api.get(
    "/projects/{project}", response={200: schemas.ProjectOut, **REFUSALS}, summary="一个项目", tags=["项目"]
)
def project(request: HttpRequest, project: Path[schemas.Number], month: str | None = None) -> Told:
    caller = _caller(request, "read:projects")
    reading.known(request, ("month",))
    return reading.project(caller, project, month, local_day(clock.now()))


@api.get("/months", response={200: list[schemas.MonthOut], **REFUSALS}, summary="关了账的月份", tags=["月份"])
def months(request: HttpRequest) -> list[Told]:
    caller = _caller(request, "read:projects")
    reading.known(request, ())
    found = closings_for(caller.user)
    return [{"month": str(one.month), "version": one.version, "closed_at": one.closed_at} for one in found]


@api.get(
    "/months/{month}/figures",
    response={200: list[schemas.GroupOut], **REFUSALS},
    summary="一个月的数",
    tags=["月份"],
)
def month_figures(
    request: HttpRequest, month: str, by: str | None = None, level: str | None = None
) -> list[Told]:
    """The sums of a closed month; by groups them: level, category, territory, unit …"""
    caller = _caller(request, "read:projects")
    reading.known(request, ("by", "level"))
    wanted = reading.month_of(month)
    reading.closing_of(caller.user, wanted)
    names = [name for name in (by or "").split(",") if name]
    if len(names) > MOST_DIMENSIONS or len(set(names)) < len(names):
        raise ApiRefused(
            422, "bad_filter", f"最多按{MOST_DIMENSIONS}样不同的分组，写了“{(by or '')[:60]}”，没有照着算。", field="by",
            how="每次写一样或两样，用逗号隔开；要更多样，分几次读。",
        )  # fmt: skip
    try:
        filters = Filters.from_query({"level": level})
        groups = figures.portfolio(caller.user, wanted, filters=filters, by=names)
    except ValueError as problem:
        raise ApiRefused(
            422, "bad_filter", str(problem), how=f"最多按{MOST_DIMENSIONS}样分组，用逗号隔开。"
        ) from problem
    return [telling.group(one) for one in groups]


@api.get(
    "/months/{month}/projects",
    response=REFUSALS,
    summary="整月逐个项目（一行一个JSON）",
    tags=["月份"],
    openapi_extra={"responses": {200: LINES}},
)
def month_projects(request: HttpRequest, month: str) -> StreamingHttpResponse:
    caller = _caller(request, "read:projects")
    reading.known(request, ())
    lines = reading.month_lines(caller, reading.month_of(month), clock.now())
    return StreamingHttpResponse(lines, content_type="application/x-ndjson; charset=utf-8")


@api.get(
    "/alerts",
    response={200: schemas.Page[schemas.AlertOut], **REFUSALS},
    summary="现在开着的预警",
    tags=["预警"],
)
def alerts(request: HttpRequest, query: Query[schemas.AlertQuery]) -> Told:
    caller = _caller(request, "read:alerts")
    reading.known(request, schemas.AlertQuery)
    refuse_unlisted("cause", query.cause, [cause.value for cause in Cause])
    rows = Alert.objects.open().visible_to(caller.user)
    return reading.page(
        _narrowed(rows, cause=query.cause, level=query.level), query, telling.alert, of="alerts"
    )


@api.get(
    "/orders", response={200: schemas.Page[schemas.OrderOut], **REFUSALS}, summary="督办单", tags=["督办"]
)
def orders(request: HttpRequest, query: Query[schemas.OrderQuery]) -> Told:
    caller = _caller(request, "read:orders")
    reading.known(request, schemas.OrderQuery)
    refuse_unlisted("state", query.state, [state.value for state in OrderState])
    rows = SupervisionOrder.objects.visible_to(caller.user).select_related("lead")
    return reading.page(
        _narrowed(rows, state=query.state, project=query.project), query, telling.order, of="orders"
    )


@api.get(
    "/duties",
    response={200: schemas.Page[schemas.DutyOut], **REFUSALS},
    summary="本账号的待办",
    tags=["待办"],
)
def todo(request: HttpRequest, query: Query[schemas.Paging]) -> Told:
    caller = _caller(request, "read:duties")
    reading.known(request, schemas.Paging)
    return reading.page(duties.todo(caller.user, local_day(clock.now())), query, telling.duty, of="duties")


@api.get(
    "/problems",
    response={200: schemas.Page[schemas.ProblemOut], **REFUSALS},
    summary="问题事项",
    tags=["问题"],
)
def problems(request: HttpRequest, query: Query[schemas.ProblemQuery]) -> Told:
    caller = _caller(request, "read:problems")
    reading.known(request, schemas.ProblemQuery)
    refuse_unlisted("state", query.state, [state.value for state in ProblemState])
    rows = Problem.objects.visible_to(caller.user).select_related("problem_class", "lead")
    return reading.page(
        _narrowed(rows, state=query.state, project=query.project), query, telling.problem, of="problems"
    )


@api.get(
    "/permit-steps",
    response={200: schemas.Page[schemas.StepOut], **REFUSALS},
    summary="前期手续",
    tags=["手续"],
)
def permit_steps(request: HttpRequest, query: Query[schemas.StepQuery]) -> Told:
    caller = _caller(request, "read:permits")
    reading.known(request, schemas.StepQuery)
    refuse_unlisted("state", query.state, list(PermitStep.State.values))
    rows = PermitStep.objects.visible_to(caller.user).select_related("permit")
    refuse_unlisted("code", query.code, sorted(set(Permit.objects.values_list("code", flat=True))))
    narrowed = _narrowed(rows, project=query.project, state=query.state, permit__code=query.code)
    return reading.page(narrowed, query, telling.step, of="steps")


@api.get(
    "/indicators/{system}", response={200: schemas.BoardOut, **REFUSALS}, summary="指标得分", tags=["指标"]
)
def scores(request: HttpRequest, system: str, period: str | None = None) -> Told:
    """The scores of the version in use, for the newest month with figures or the one asked for."""
    caller = _caller(request, "read:indicators")
    reading.known(request, ("period",))
    if not indicators.can_read(caller.user):
        raise ApiRefused(403, "not_yours", "指标得分由重大办、领导、部门和工作组的账号读取。")
    room = room_of(caller.user, system)
    wanted = str(reading.month_of(period)) if period else ""
    names = {code: node.name or code for code, node in room.spec.nodes.items()}
    return telling.board(room.scored(wanted), names)


def _narrowed(rows: Any, **wanted: Any) -> Any:
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


views_writing.add_to(api, _caller, REFUSALS)
