"""关账的各版：每一版定下的数都读得回来，与接替它的一版、与现在的登记差在哪。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from xushi.core.months import Month
from xushi.kit import amounts
from xushi.progress.drift import differences
from xushi.progress.figures import of_closing
from xushi.progress.models import FactDrift, MonthClosing
from xushi.progress.specs import Group
from xushi.progress.standing import Standing, fact_rows, fact_standings, held_by
from xushi.registry.models import Project, Stage
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

SHOWN = 100
LABELS = {
    "listed": "在名单",
    "provincial_stage": "省级名单",
    "municipal_stage": "市级名单",
    "district_stage": "区级名单",
    "total_investment": "总投资",
    "annual_plan": "年度计划",
    "start_month": "计划开工",
    "completion_month": "计划竣工",
    "invested_before": "至上年底累计",
    "cumulative": "年内累计",
    "started_on": "开工",
    "completed_on": "竣工",
    "statistics_entered_on": "入统",
    "reported": "本月有月报",
}
_MONEY = ("total_investment", "annual_plan", "invested_before", "cumulative")
_STAGES = ("provincial_stage", "municipal_stage", "district_stage")
_COMPARED = ("total_investment", "annual_plan", "cumulative", "due_twelfths", "invested_before", *_STAGES,
             "started", "completed", "reported", "category", "territory")  # fmt: skip
_FIGURES = (
    ("under_way", "当年实施，个"),
    ("annual_plan", "年度计划，亿元"),
    ("cumulative", "完成投资，亿元"),
    ("completion_rate", "完成率"),
    ("started", "已开工，个"),
    ("completed_projects", "竣工，个"),
    ("preliminary", "前期工作，个"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in this version and in what it is held against (None: nothing)."""

    label: str
    here: str
    there: str

    @property
    def differs(self) -> bool:
        return self.here != self.there


@dataclass(frozen=True, slots=True)
class Changed:
    """One project that came out differently: (what, in this version, there)."""

    project: int
    name: str
    changes: list[tuple[str, str, str]]


@dataclass(slots=True)
class VersionPage:
    """One version of a month; against names what stands beside it."""

    closing: MonthClosing
    against: str
    lines: list[Line]
    changed: list[Changed] = field(default_factory=list)
    count: int = 0
    others: list[MonthClosing] = field(default_factory=list)


def page_of(closing: MonthClosing, user: "User") -> VersionPage:
    """An older version beside the one that followed it; the one in force beside what the present rows would give."""
    versions = list(_of_the_same(closing).select_related("closed_by", "reopened_by").order_by("version"))
    here = of_closing(user, closing)
    following = next((one for one in versions if one.version > closing.version), None)
    if following:
        page = VersionPage(closing, f"第{following.version}版", _lines(here, of_closing(user, following)))
        page.count, page.changed = _between(closing, following, user)
    else:
        page = VersionPage(closing, "按现在的登记", _lines(here, here.recounted or here))
        page.count, page.changed = _drifted(closing, user)
    page.others = [one for one in versions if one.pk != closing.pk]
    return page


def _of_the_same(closing: MonthClosing) -> "QuerySet[MonthClosing]":
    """Every version of this month of the same district, city or tree."""
    if closing.kind == MonthClosing.Kind.DIRECT:
        own: QuerySet[MonthClosing] = MonthClosing.objects.filter(
            month=closing.month, district=closing.district_id, kind=closing.kind
        )
        return own
    same: QuerySet[MonthClosing] = MonthClosing.objects.of(closing.district).filter(month=closing.month)
    return same


def _lines(here: Group, there: Group) -> list[Line]:
    return [Line(label, _figure(here, name), _figure(there, name)) for name, label in _FIGURES]


def _figure(group: Group, name: str) -> str:
    value = getattr(group, name)
    if name in ("annual_plan", "cumulative"):
        return amounts.yi(value, 2)
    return amounts.pct(value) if name == "completion_rate" else f"{value:,}"


def _between(old: MonthClosing, new: MonthClosing, user: "User") -> tuple[int, list[Changed]]:
    """Projects whose facts differ between two versions, the first SHOWN of them told field by field."""
    ids = sorted(set(_unlike(old, new, user)) | set(_unlike(new, old, user)))
    shown = ids[:SHOWN]
    before = {standing.project_id: standing for standing in fact_standings(old, shown)}
    after = {standing.project_id: standing for standing in fact_standings(new, shown)}
    return len(ids), [_changed(before.get(pk), after.get(pk), old.month) for pk in shown]


def _unlike(one: MonthClosing, other: MonthClosing, user: "User") -> "QuerySet[Any]":
    """Projects of one closing without the same fact in the other."""
    same = {name: OuterRef(name) for name in ("project", *_COMPARED)}
    return (
        fact_rows(one)
        .filter(scoped(user))
        .filter(~Exists(fact_rows(other).filter(**same)))
        .values_list("project_id", flat=True)
    )


def _changed(before: Standing | None, after: Standing | None, month: Month) -> Changed:
    known = after or before
    assert known is not None  # a project that differs stands in one of the two
    changes = differences(before, after, month) if after else {"listed": [True, False]}
    return Changed(known.project_id, known.project_name, list(_told(changes)))


def _drifted(closing: MonthClosing, user: "User") -> tuple[int, list[Changed]]:
    visible = Project.objects.visible_to(user).values("pk")
    drifts = FactDrift.objects.filter(held_by(closing), project__in=visible).select_related("project")
    shown = drifts.order_by("project_id")[:SHOWN]
    return drifts.count(), [Changed(d.project_id, d.project.name, list(_told(d.changes))) for d in shown]


def _told(changes: dict[str, list[Any]]) -> Iterable[tuple[str, str, str]]:
    """In the order of LABELS; what only follows from another change (序时, 是否已开工 …) is left out."""
    for name, label in LABELS.items():
        if name in changes:
            old, new = changes[name]
            yield label, _said(name, old), _said(name, new)


def _said(name: str, value: Any) -> str:
    if name in _MONEY:
        return f"{amounts.wan(value)}万元"
    if name in _STAGES:
        return str(Stage(value).label)
    if isinstance(value, bool):
        return "是" if value else "否"
    if value and name.endswith("_month"):
        return Month.parse(str(value)).label
    return str(value) if value else "没有"
