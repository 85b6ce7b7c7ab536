"""某月底的样子：关了账的读事实，没关的读现状，出来是同一种行。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Round

from xushi.core.months import Month
from xushi.kit.listed import listed
from xushi.kit.phrased import Key, Keys, ask, ask_first
from xushi.progress.models import MonthClosing, MonthlyReport, ProjectMonth
from xushi.registry.models import AnnualPlan, Listing, ListLevel, Project, Stage

if TYPE_CHECKING:
    pass

COUNTED = (MonthlyReport.State.SUBMITTED, MonthlyReport.State.ACCEPTED, MonthlyReport.State.CARRIED)
MOST_YUAN = 9 * 10**13  # 九十万亿元：十二分之一元也装得进八字节整数，再大只能是填错


@dataclass(frozen=True, slots=True)
class Standing:
    """One project at a month's end. Amounts in 元, due_twelfths in twelfths of a 元."""

    project_id: int
    project_name: str
    provincial_stage: int
    municipal_stage: int
    joint_stage: int
    district_stage: int
    category_id: int
    territory_id: int
    responsible_unit_id: int
    owner_unit_id: int | None
    chain_id: int | None
    leader_id: int | None
    owner_kind: str
    total_investment: int
    annual_plan: int
    plan_version: int
    start_month: Month | None
    completion_month: Month | None
    invested_before: int
    cumulative: int
    previous_cumulative: int
    due_twelfths: int
    started_on: date | None
    completed_on: date | None
    statistics_entered_on: date | None
    started: bool
    completed: bool
    reported: bool

    @property
    def under_way(self) -> bool:
        """当年实施 on any list of the year."""
        return Stage.UNDER_WAY in (self.provincial_stage, self.municipal_stage, self.district_stage)

    @property
    def invested_to_date(self) -> int:
        return self.invested_before + self.cumulative


COLUMNS = tuple(field.name for field in fields(Standing))


def current_closing(month: Month) -> MonthClosing | None:
    """The closing in force that fixes a month for the whole tree, or None while one district of it is open."""
    closing: MonthClosing | None = MonthClosing.objects.in_force().filter(month=month, district=None).first()
    return closing


def last_closing(on_or_before: Month | None = None) -> MonthClosing | None:
    """That of the last month closed in the whole tree."""
    closings = MonthClosing.objects.in_force().filter(district=None)
    if on_or_before:
        closings = closings.filter(month__lte=on_or_before)
    closing: MonthClosing | None = closings.order_by("-month").first()
    return closing


def last_closed_month(on_or_before: Month | None = None) -> Month | None:
    closing = last_closing(on_or_before)
    return closing.month if closing else None


def holding(closing: MonthClosing) -> "QuerySet[MonthClosing]":
    """The closings that hold the facts, cells and drifts of this one: itself, or those of its districts; no query."""
    if closing.kind == MonthClosing.Kind.SUMMED:
        return closing.parts.all()
    held: QuerySet[MonthClosing] = MonthClosing.objects.filter(pk=closing.pk)
    return held


def held_by(closing: MonthClosing) -> Q:
    """The condition on facts, cells and drifts that are of this closing."""
    if closing.kind == MonthClosing.Kind.SUMMED:
        return Q(closing__in=closing.parts.values("pk"))
    return Q(closing=closing)


def district_key(closing: MonthClosing) -> int:
    """What the facts of a closing carry as their district; 0 where it fixed the whole tree at once."""
    return closing.district_id or 0


def in_sight(closing: MonthClosing) -> "QuerySet[MonthClosing]":
    """The closings that hold what a person sees of the month that this one closed for them; the caller narrows it to
    that. Who sees or saw a project of another district finds it there, if that one is closed too. No query.
    """
    if closing.district_id is None or closing.reopened_at is not None:
        return holding(closing)
    held: QuerySet[MonthClosing] = MonthClosing.objects.in_force().fixing().filter(month=closing.month)
    return held


def facts_in_sight(closing: MonthClosing) -> "QuerySet[ProjectMonth]":
    """fact_rows for a person, still to be narrowed to what they see."""
    if closing.district_id is None:
        return fact_rows(closing)
    facts = ProjectMonth.objects.filter(closing__in=in_sight(closing).values("pk"))
    return _of_month(closing.month, facts)


def fact_rows(closing: MonthClosing) -> "QuerySet[ProjectMonth]":
    facts = _of_month(closing.month, ProjectMonth.objects.filter(held_by(closing)))
    if connection.vendor != "postgresql" or closing.kind == MonthClosing.Kind.SUMMED:
        return facts
    return facts.filter(district_id=district_key(closing))


def _of_month(month: Month, facts: "QuerySet[ProjectMonth]") -> "QuerySet[ProjectMonth]":
    # 月份和区是分区的两列；SQLite 没有分区，多一个条件，它会为一个区走遍全省一个月的索引
    return facts.filter(month=month) if connection.vendor == "postgresql" else facts


def last_facts(projects: Iterable[int]) -> dict[int, ProjectMonth]:
    """project → its fact of the last month closed in its district; none of a month before the last that is closed
    everywhere. One query.
    """
    whole = MonthClosing.objects.in_force().filter(district=None, month__gt=OuterRef("month"))
    facts = ProjectMonth.objects.filter(project__in=list(projects), closing__reopened_at=None)
    return {fact.project_id: fact for fact in facts.filter(~Exists(whole)).order_by("month")}


def live_rows(month: Month) -> "QuerySet[Project]":
    """Projects listed in the month's year as they stand now, annotated with the columns of a fact.

    The cumulative is the latest counted report of the year up to the month; 0 before the first.
    """
    on_a_list = Listing.objects.filter(project=OuterRef("pk"), year=month.year)
    reports = MonthlyReport.objects.filter(project=OuterRef("pk"), state__in=COUNTED).order_by("-month")
    january = Month(month.year, 1)

    def on_list(level: str) -> FilteredRelation:
        return FilteredRelation("listings", condition=Q(listings__year=month.year, listings__level=level))

    def stage(relation: str) -> Coalesce:
        return Coalesce(F(f"{relation}__stage"), Value(0))

    def of_plan(column: str, default: Any = None) -> Any:
        value = F(f"plan_in_force__{column}")
        return value if default is None else Coalesce(value, Value(default))

    def reported_by(last: Month) -> Coalesce:
        within = reports.filter(month__gte=january, month__lte=last)
        return Coalesce(Subquery(within.values("cumulative")[:1]), Value(0), output_field=BigIntegerField())

    in_force = Q(plans__year=month.year, plans__state=AnnualPlan.State.IN_FORCE)
    before = reported_by(month.previous) if month.number > 1 else Value(0, output_field=BigIntegerField())
    by_then = Q(started_on__lte=month.last_day)
    done_this_year = Q(completed_on__gte=january.first_day, completed_on__lte=month.last_day)
    return (
        Project.objects.filter(Exists(on_a_list))
        .filter(Q(removed_on=None) | Q(removed_on__gt=month.last_day))
        # 一个项目一年在一个级别的名单上只有一行，执行的计划只有一版：连上去不会多出行来，一行里也只查一次
        .annotate(
            on_provincial=on_list(ListLevel.PROVINCIAL),
            on_municipal=on_list(ListLevel.MUNICIPAL),
            on_district=on_list(ListLevel.DISTRICT),
            plan_in_force=FilteredRelation("plans", condition=in_force),
        )
        .annotate(
            project_name=F("name"),
            provincial_stage=stage("on_provincial"),
            municipal_stage=stage("on_municipal"),
            district_stage=stage("on_district"),
            joint_stage=_joint(),
            annual_plan=of_plan("planned_investment", 0),
            plan_version=of_plan("version", 0),
            start_month=of_plan("start_month"),
            completion_month=of_plan("completion_month"),
            invested_before=of_plan("invested_before", 0),
            cumulative=reported_by(month),
            previous_cumulative=before,
            due_twelfths=_due(month),
            started=Case(When(by_then, then=True), default=False, output_field=BooleanField()),
            completed=Case(When(done_this_year, then=True), default=False, output_field=BooleanField()),
            reported=Exists(
                MonthlyReport.objects.filter(project=OuterRef("pk"), month=month, state__in=COUNTED).exclude(
                    state=MonthlyReport.State.CARRIED
                )
            ),
        )
    )


def _joint() -> Case:
    """省市 is the union of two lists: under way on either is under way."""
    return Case(
        When(Q(provincial_stage=Stage.UNDER_WAY) | Q(municipal_stage=Stage.UNDER_WAY), then=Stage.UNDER_WAY),
        When(
            Q(provincial_stage=Stage.PRELIMINARY) | Q(municipal_stage=Stage.PRELIMINARY),
            then=Stage.PRELIMINARY,
        ),
        default=Stage.NONE,
    )


def _due(month: Month) -> Coalesce:
    """schedule.due_twelfths in SQL, so that the open month and the facts agree (a test holds them together)."""
    planned, curve = F("plan_in_force__planned_investment"), "plan_in_force__curve"
    whole = ExpressionWrapper(planned * Value(12), output_field=BigIntegerField())
    linear = ExpressionWrapper(planned * Value(month.number), output_field=BigIntegerField())
    share = Cast(KeyTextTransform(month.number - 1, curve), FloatField())
    own = Cast(Round(whole * share, output_field=FloatField()), BigIntegerField())
    has_curve = Case(
        When(**{f"{curve}__isnull": True}, then=linear), default=own, output_field=BigIntegerField()
    )
    return Coalesce(has_curve, Value(0), output_field=BigIntegerField())


def standings(
    month: Month, project_ids: Iterable[int] | None = None, *, closing: MonthClosing | None
) -> Iterator[Standing]:
    """One Standing per listed project: the facts of a closing, the present state where there is none."""
    if project_ids is not None:
        some = Keys(list(project_ids))
        return map(_made, ask(_facts_of, closing, some) if closing else ask(_live_of_some, month, some))
    return read(fact_rows(closing), "project_id") if closing else read(live_rows(month), "pk")


def standing_of(project: int, month: Month, closing: MonthClosing | None) -> Standing | None:
    """One project's as standings() has it; None where it is not listed. One query."""
    key = Key(project)
    found = ask_first(_fact_of, closing, key) if closing else ask_first(_live_of, month, key)
    return _made(found) if found else None


def _fact_of(closing: MonthClosing, project: int) -> "QuerySet[Any]":
    return _columns(fact_rows(closing).filter(project=project), "project_id")


def _live_of(month: Month, project: int) -> "QuerySet[Any]":
    return _columns(live_rows(month).filter(pk=project), "pk")


def _facts_of(closing: MonthClosing, projects: list[int]) -> "QuerySet[Any]":
    return _columns(fact_rows(closing).filter(listed("project_id", projects)), "project_id")


def _live_of_some(month: Month, projects: list[int]) -> "QuerySet[Any]":
    return _columns(live_rows(month).filter(listed("pk", projects)), "pk")


def live_standings(month: Month, project_ids: Iterable[int] | None = None) -> Iterator[Standing]:
    return standings(month, project_ids, closing=None)


def fact_standings(closing: MonthClosing, project_ids: Iterable[int] | None = None) -> Iterator[Standing]:
    return standings(closing.month, project_ids, closing=closing)


def read(source: "QuerySet[Any]", key: str) -> Iterator[Standing]:
    """Standings from a queryset of facts (key project_id) or of live rows (key pk)."""
    yield from map(_made, _columns(source, key).iterator(chunk_size=2000))


def _columns(source: "QuerySet[Any]", key: str) -> "QuerySet[Any]":
    columns: QuerySet[Any] = source.values_list(key, *COLUMNS[1:])
    return columns


def _made(row: tuple[Any, ...]) -> Standing:
    values = dict(zip(COLUMNS, row, strict=True))
    for column in ("start_month", "completion_month"):
        if isinstance(values[column], int):
            values[column] = Month.from_key(values[column])
    for column in ("started", "completed", "reported"):
        values[column] = bool(values[column])
    if not values["started"]:
        values["started_on"] = None
    return Standing(**values)


def open_month() -> Month | None:
    """The month being reported: the one after the last closed; None before the first closing."""
    last = last_closed_month()
    return last.next if last else None
